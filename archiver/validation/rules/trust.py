"""Rules of signatures, timestamps, certificates and the custody log (RFC 5652, 3161, 5280; docs/bag-format.md)."""

from archiver.validation.rules.rule import Rule, rules

RULES: dict[str, Rule] = {
    **rules(
        "signature",
        {
            "SIG001": ("error", "RFC 5652, 5", "the signature cannot be read: {reason}"),
            "SIG002": (
                "error",
                "ETSI TS 119 312",
                "the signature uses a weak or unknown algorithm: {reason}",
            ),
            "SIG003": ("error", "RFC 5652, 5.4", "the signature does not match {signed} as it is now: {reason}"),
            "SIG004": ("error", "RFC 5652, 5.6", "the signature is not valid: {reason}"),
            "SIG005": ("info", "bag-format.md#5-3-who-signed", "signed by {who}; certificate SHA-256 {fingerprint}"),
            "SIG006": (
                "error",
                "bag-format.md#5-3-who-signed",
                "a signature is required, and there is no valid one",
            ),
            "SIG007": (
                "warning",
                "bag-format.md#5-1-signature-files",
                "the file belongs to no chain of signatures and proves nothing",
            ),
            "SIG008": ("info", "bag-format.md#5-3-who-signed", "signatures were not checked: {reason}"),
            "SIG009": (
                "error",
                "bag-format.md#5-1-signature-files",
                "no signature covers this file: tagmanifest-sha256.txt does not list it",
            ),
            "SIG010": (
                "warning",
                "bag-format.md#6-custody-log",
                "no event of the custody log names this signature",
            ),
        },
    ),
    **rules(
        "timestamp",
        {
            "TSR001": ("error", "RFC 3161, 2.4.2", "the timestamp cannot be read: {reason}"),
            "TSR002": (
                "error",
                "ETSI TS 119 312",
                "the timestamp uses a weak or unknown algorithm: {reason}",
            ),
            "TSR003": ("error", "RFC 3161, 2.4.2", "the timestamp does not match {signed} as it is now: {reason}"),
            "TSR004": ("error", "RFC 3161, 2.4.2", "the timestamp is not valid: {reason}"),
            "TSR005": ("info", "RFC 3161, 2.4.2", "exists since {time}, says {who}"),
            "TSR006": (
                "error",
                "bag-format.md#5-2-timestamps",
                "a timestamp is required, and there is no valid one",
            ),
            "TSR007": ("error", "bag-format.md#5-2-timestamps", "it is earlier than the timestamp below it"),
            "TSR008": (
                "info",
                "bag-format.md#5-2-timestamps",
                "no trusted timestamp; evaluated as of now",
            ),
            "TSR009": (
                "warning",
                "bag-format.md#5-2-timestamps",
                "the authority's certificate expired on {end}, and no later timestamp renews this one",
            ),
            "TSR010": ("error", "RFC 4998, 5.3", "the renewal is not valid for {file}: {reason}"),
            "TSR011": ("error", "RFC 4998, 5.3", "the list of a renewal carries no timestamp and renews nothing"),
            "TSR012": (
                "warning",
                "bag-format.md#5-2-timestamps",
                "renewed at {moment}, after its authority's certificate expired on {end}: that renews nothing",
            ),
            "TSR013": (
                "info",
                "RFC 4998, 5.3",
                "its algorithm ended on {ended}; it was renewed before, at {moment}",
            ),
            "TSR014": ("info", "bag-format.md#5-2-timestamps", "renewed at {moment}"),
            "TSR015": (
                "info",
                "bag-format.md#5-2-timestamps",
                "the authority's certificate ends on {end}: 'archiver sign --renew' before that",
            ),
        },
    ),
    **rules(
        "trust",
        {
            "SIG020": ("error", "RFC 5280, 6", "signer identity not verified at {moment}: {reason}"),
            "SIG021": ("warning", "RFC 5280, 6", "identity of this signer not verified at {moment}: {reason}"),
            "SIG022": (
                "info",
                "bag-format.md#5-3-who-signed",
                "signer identity not verified: no --trust-roots",
            ),
            "SIG023": ("error", "bag-format.md#5-3-who-signed", "no valid signature by {wanted}"),
            "SIG024": ("info", "RFC 5280, 6", "signer identity verified at {moment}: the certificate leads to {root}"),
            "TSR020": (
                "error",
                "RFC 5280, 6",
                "identity of the timestamping authority not verified at {moment}: {reason}",
            ),
            "TSR021": (
                "warning",
                "RFC 5280, 6",
                "identity of this timestamping authority not verified at {moment}: {reason}",
            ),
            "TSR022": (
                "info",
                "bag-format.md#5-3-who-signed",
                "identity of the timestamping authority not verified: no --trust-roots",
            ),
            "TSR024": (
                "info",
                "RFC 5280, 6",
                "timestamping authority verified at {moment}: the certificate leads to {root}",
            ),
        },
    ),
    **rules(
        "trust",
        {
            "TSL001": (
                "info",
                "ETSI TS 119 612, 5.5",
                "on the trusted list {list} ({territory}): {service}, {kind}, granted since {since}, at {moment}",
            ),
            "TSL002": ("warning", "ETSI TS 119 612, 5.5", "the authority {who} is not on the trusted lists given"),
            "TSL003": (
                "warning",
                "ETSI TS 119 612, 5.5.4",
                "the authority {who} is on a trusted list, but was not granted at {moment}: {status}",
            ),
            "TSL004": (
                "info",
                "ETSI TS 119 612, 5.7",
                "the trusted list {list} was taken as it was given: its own XML signature was not verified",
            ),
            "TSL005": (
                "warning",
                "ETSI TS 119 612, 5.3.15",
                "the trusted list {list} is out of date: its next update was due {due}",
            ),
            "TSL006": ("warning", "ETSI TS 119 612, 5.3.14", "the trusted list {list} is from the future: {issued}"),
        },
    ),
    **rules(
        "revocation",
        {
            "SIG030": ("error", "RFC 5280, 6.3", "the certificate of {who} was revoked on {revoked}, before {moment}"),
            "SIG031": (
                "info",
                "RFC 5280, 6.3",
                "revocation of the certificate of {who} not checked: {reason}",
            ),
        },
    ),
    **rules(
        "custody",
        {
            "CUS001": ("error", "bag-format.md#6-custody-log", "the event cannot be read: {reason}"),
            "CUS002": (
                "error",
                "bag-format.md#6-custody-log",
                "the events before this one are not all there: number {missing} is missing",
            ),
            "CUS003": (
                "error",
                "bag-format.md#6-custody-log",
                "the event does not name the digest of the event before it",
            ),
            "CUS004": ("error", "bag-format.md#6-custody-log", "the event is about another seal than that of this bag"),
            "CUS005": (
                "warning",
                "bag-format.md#6-custody-log",
                "the event states an earlier time than the one before it",
            ),
            "CUS006": ("warning", "bag-format.md#6-custody-log", "the file is not an event of the custody log"),
            "CUS007": (
                "info",
                "bag-format.md#6-custody-log",
                "this event and those after it are not signed: they may have been rewritten",
            ),
            "CUS008": ("error", "bag-format.md#6-custody-log", "there is more than one event of this number"),
            "CUS009": (
                "error",
                "bag-format.md#6-custody-log",
                "the event says that {file} was written, and the file is not there",
            ),
            "CUS010": (
                "error",
                "bag-format.md#6-custody-log",
                "the event states another SHA-256 of {file} than the file has",
            ),
            "CUS011": (
                "warning",
                "bag-format.md#6-custody-log",
                "the custody log, which {label} in bag-info.txt names, was removed, or its first event",
            ),
            "CUS013": (
                "warning",
                "bag-format.md#6-custody-log",
                "says that {file} was taken out ({reason}), and no signature vouches for that",
            ),
            "CUS014": ("info", "bag-format.md#6-custody-log", "{file} was taken out: {reason}"),
            "CUS012": (
                "error",
                "bag-format.md#6-custody-log",
                "the event contradicts the bag: {statement}",
            ),
        },
    ),
}

CHECKS = ("signature", "timestamp", "trust", "revocation", "custody")
"""The checks that these rules decide, in the order of the report."""
