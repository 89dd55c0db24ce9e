"""The rules of signatures, timestamps and the custody log; `rules.py` has them among all."""

from archiver.model import Severity

Rows = dict[str, tuple[Severity, str, str]]

SIGNATURE: Rows = {
    "SIG001": ("error", "RFC 5652, 5", "the signature cannot be read: {reason}"),
    "SIG002": ("error", "ETSI TS 119 312", "the signature is made with what is too weak or not known: {reason}"),
    "SIG003": ("error", "RFC 5652, 5.4", "the signature is not one of {signed} as it is now: {reason}"),
    "SIG004": ("error", "RFC 5652, 5.6", "the signature does not hold: {reason}"),
    "SIG005": ("info", "DESIGN 3", "signed by {who}; certificate SHA-256 {fingerprint}"),
    "SIG006": ("error", "DESIGN 3", "a signature is required, and there is none that holds"),
    "SIG007": ("warning", "DESIGN 3", "the file belongs to no chain of signatures: it vouches for nothing"),
    "SIG008": ("info", "DESIGN 3", "signatures were not checked: {reason}"),
    "SIG009": ("error", "DESIGN 3", "no signature covers this file: tagmanifest-sha256.txt does not list it"),
}
TIMESTAMP: Rows = {
    "TSR001": ("error", "RFC 3161, 2.4.2", "the timestamp cannot be read: {reason}"),
    "TSR002": ("error", "ETSI TS 119 312", "the timestamp is made with what is too weak or not known: {reason}"),
    "TSR003": ("error", "RFC 3161, 2.4.2", "the timestamp is not one of {signed} as it is now: {reason}"),
    "TSR004": ("error", "RFC 3161, 2.4.2", "the timestamp does not hold: {reason}"),
    "TSR005": ("info", "RFC 3161, 2.4.2", "exists since {time}, says {who}"),
    "TSR006": ("error", "DESIGN 3", "a timestamp is required, and there is none that holds"),
    "TSR007": ("error", "DESIGN 3", "it is earlier than the timestamp that it stands over"),
    "TSR008": ("info", "DESIGN 3", "no timestamp that is believed stands over the signature: it is judged by today"),
}
TRUST: Rows = {
    "SIG020": ("error", "RFC 5280, 6", "the signer was not proven at {moment}: {reason}"),
    "SIG021": ("warning", "RFC 5280, 6", "this signer was not proven at {moment}: {reason}"),
    "SIG022": ("info", "DESIGN 3", "that the signer is who the certificate says was not checked: no --trust-roots"),
    "SIG023": ("error", "DESIGN 3", "none whose signature holds is {wanted}"),
    "SIG024": ("info", "RFC 5280, 6", "proven at {moment}: the certificate leads to {root}"),
    "TSR020": ("error", "RFC 5280, 6", "the time-stamping authority was not proven at {moment}: {reason}"),
    "TSR021": ("warning", "RFC 5280, 6", "this time-stamping authority was not proven at {moment}: {reason}"),
    "TSR022": ("info", "DESIGN 3", "that the authority is who the certificate says was not checked: no --trust-roots"),
    "TSR024": ("info", "RFC 5280, 6", "proven at {moment}: the certificate leads to {root}"),
}
REVOCATION: Rows = {
    "SIG030": ("error", "RFC 5280, 6.3", "the certificate of {who} was revoked on {revoked}, before {moment}"),
    "SIG031": ("info", "RFC 5280, 6.3", "whether the certificate of {who} was revoked was not checked: {reason}"),
}
CUSTODY: Rows = {
    "CUS001": ("error", "ADR 0009", "the event cannot be read: {reason}"),
    "CUS002": ("error", "ADR 0009", "the events before this one are not all there: number {missing} is missing"),
    "CUS003": ("error", "ADR 0009", "the event does not follow the one before it as that is now"),
    "CUS004": ("error", "ADR 0009", "the event is about another seal than that of this bag"),
    "CUS005": ("warning", "ADR 0009", "the event is told to be earlier than the one before it"),
    "CUS006": ("warning", "ADR 0009", "the file is no event of the custody log"),
    "CUS007": ("info", "ADR 0009", "nobody has signed this event, or one after it: they may have been rewritten"),
    "CUS008": ("error", "ADR 0009", "there is more than one event of this number"),
}

LAYERS: dict[str, Rows] = {
    "signature": SIGNATURE,
    "timestamp": TIMESTAMP,
    "trust": TRUST,
    "revocation": REVOCATION,
    "custody": CUSTODY,
}
"""The checks, in order, and the rules that decide each."""
