"""Rules of the payload: record, text, seed, WACZ and RO-Crate (docs/bag-format.md; WACZ 1.1.1; RO-Crate 1.2)."""

from archiver.validation.rules.rule import Rule, rules

_BRACKET = "bag-format.md#4-17-bracket"

RULES: dict[str, Rule] = {
    **rules(
        "record",
        {
            "REC001": ("error", "bag-format.md#4-1-form", "the record is not readable JSON: {reason}"),
            "REC002": ("error", "bag-format.md#4-1-form", "{field} breaks the schema of the record"),
            "REC003": ("error", "bag-format.md#4-1-form", "{field} names a file that is not in the bag"),
            "REC004": (
                "error",
                "bag-format.md#4-4-exchanges",
                "{field} names a record that the WARC does not hold as {kind}",
            ),
            "REC005": ("error", "bag-format.md#4-4-exchanges", "{field} contradicts the WARC"),
            "REC006": (
                "error",
                "bag-format.md#4-4-exchanges",
                "the record lists another number of exchanges than the WARC holds",
            ),
            "REC007": ("error", "bag-format.md#4-3-capture", "{field} contradicts {other}"),
            "REC008": (
                "error",
                "bag-format.md#4-3-capture",
                "capture.payload_sha256 is not the digest of the recorded payload",
            ),
            "REC009": (
                "error",
                "bag-format.md#4-3-capture",
                "the certificate is not the one of capture.tls.certificate_sha256",
            ),
            "REC010": ("error", "bag-format.md#2-2-bag-info-txt", "{label} in bag-info.txt contradicts {field}"),
            "REC011": (
                "warning",
                "bag-format.md#2-2-bag-info-txt",
                "External-Description in bag-info.txt is not one of the record's headlines",
            ),
            "REC012": ("error", "bag-format.md#4-12-what-must-agree", "{field}: its end is before its beginning"),
            "REC013": ("error", "bag-format.md#4-12-what-must-agree", "{field} contradicts {other}"),
            "REC014": (
                "warning",
                "bag-format.md#4-12-what-must-agree",
                "{field} is later than now: the clock was wrong at the capture, or is wrong here",
            ),
            "REC016": (
                "warning",
                "bag-format.md#4-15-checks-before-sealing",
                "a check before sealing flagged something: {name}: {what}",
            ),
            "REC017": (
                "warning",
                "bag-format.md#4-15-checks-before-sealing",
                "a check before sealing was not made: {name}: {reason}",
            ),
            "REC015": (
                "warning",
                "bag-format.md#4-12-what-must-agree",
                "{field} is a day after the capture: the clock was wrong at the capture, or the page names a later day",
            ),
            "PRIV001": (
                "error",
                "bag-format.md#4-16-private",
                "the private facts do not match their digest in the record (private.sha256)",
            ),
            "PRIV002": (
                "info",
                "bag-format.md#4-16-private",
                "left out: digest {digest}; whoever has the file can check it by that",
            ),
            "PRIV003": (
                "error",
                "bag-format.md#4-16-private",
                "the private facts that the record names are not in the bag",
            ),
            "PRIV004": (
                "info",
                "bag-format.md#4-16-private",
                "the private facts are kept beside the bag, and not here: left out: digest {digest}",
            ),
            "PRIV005": (
                "error",
                "bag-format.md#4-16-private",
                "the private facts beside the bag, {file}, are not those of the record: restore the file, or remove it",
            ),
            "PRIV006": (
                "info",
                "bag-format.md#4-16-private",
                "the private facts beside the bag cannot be read, and are not checked: {reason}",
            ),
        },
    ),
    **rules(
        "bracket",
        {
            "BRK001": ("error", _BRACKET, "the opening token does not match its digest in the record (bracket.sha256)"),
            "BRK002": ("error", _BRACKET, "the opening token is not a valid timestamp of its statement: {reason}"),
            "BRK003": ("error", _BRACKET, "{field} contradicts the opening token"),
            "BRK004": (
                "error",
                _BRACKET,
                "the warcinfo of the WARC file does not name the opening token",
            ),
            "BRK005": (
                "warning",
                _BRACKET,
                "the capture began long before the opening token: a clock was wrong",
            ),
            "BRK006": (
                "info",
                _BRACKET,
                "the capture began before the opening token, by what clocks may differ",
            ),
            "BRK007": ("error", _BRACKET, "the record says nothing of a bracket, but this file is of one"),
            "BRK008": ("info", _BRACKET, "opening token not checked: {reason}"),
            "BRK009": (
                "info",
                _BRACKET,
                "WARC file made after {time}, by {who}; authority not verified: no --trust-roots",
            ),
            "BRK010": (
                "info",
                _BRACKET,
                "WARC file made after {time}, by {who}: the certificate leads to {root}",
            ),
            "BRK011": (
                "error",
                _BRACKET,
                "authority of the opening token, {who}, not verified at {time}: {reason}",
            ),
            "BRK012": ("info", _BRACKET, "closing of the job not checked: {reason}"),
            "BRK013": ("warning", _BRACKET, "the closing of the job beside the bag, {file}, does not have this bag"),
            "BRK014": ("error", _BRACKET, "closing beside the bag, {file}, not valid: {reason}; restore or remove it"),
            "BRK015": ("info", _BRACKET, "bag sealed before {time}, by {who}: {verified}"),
        },
    ),
    **rules(
        "text",
        {
            "TXT001": (
                "error",
                "bag-format.md#4-5-text",
                "the text does not match its digest in the record (text.sha256)",
            ),
            "TXT002": (
                "error",
                "bag-format.md#4-5-text",
                "the text has another number of characters than the record says",
            ),
            "TXT003": ("error", "bag-format.md#3-4-extracted-text", "the text is not UTF-8, NFC, with LF only"),
            "TXT004": ("error", "bag-format.md#4-5-text", "the record says that there is no text, but there is one"),
            "TXT005": (
                "error",
                "bag-format.md#4-5-text",
                "the text that the record names is not in the bag, or cannot be read",
            ),
            "TXT011": (
                "error",
                "bag-format.md#4-5-text",
                "the text of the rendering does not match its digest in the record (rendering.text.sha256)",
            ),
            "TXT012": (
                "error",
                "bag-format.md#4-5-text",
                "the record has no rendering, but this file belongs to one",
            ),
        },
    ),
    **rules(
        "extraction",
        {
            "TXT008": (
                "error",
                "bag-format.md#4-5-text",
                "paragraph {number} is not in the recorded page",
            ),
            "TXT009": (
                "warning",
                "bag-format.md#4-5-text",
                "paragraph {number} is not at its place in the recorded page, but elsewhere in it",
            ),
            "TXT010": (
                "warning",
                "bag-format.md#4-5-text",
                "the text was not compared with the recorded page: {reason}",
            ),
            "TXT013": (
                "error",
                "bag-format.md#4-5-text",
                "the text of the rendering is not that of the document in the browser",
            ),
            "TXT014": (
                "info",
                "bag-format.md#4-5-text",
                "the text of the rendering was not compared with the document in the browser: {reason}",
            ),
        },
    ),
    **rules(
        "completeness",
        {
            "TXT006": (
                "error",
                "bag-format.md#4-5-text",
                "line {line} is not what is extracted from the recorded page",
            ),
            "TXT007": (
                "info",
                "bag-format.md#4-5-text",
                "not checked whether the text is all of the article: {reason}",
            ),
        },
    ),
    **rules(
        "seed",
        {
            "SEED001": (
                "error",
                "bag-format.md#4-2-seed",
                "the seed does not match its digest in the record (seed.sha256)",
            ),
            "SEED002": ("error", "bag-format.md#4-2-seed", "the seed has another number of lines than the record says"),
            "SEED003": (
                "error",
                "bag-format.md#4-2-seed",
                "the seed that the record names is not in the bag, or cannot be read",
            ),
        },
    ),
    **rules(
        "wacz",
        {
            "WACZ001": ("error", "WACZ 1.1.1, 5", "the WACZ lacks this file"),
            "WACZ002": ("error", "WACZ 1.1.1, 5", "the file cannot be read: {reason}"),
            "WACZ003": ("error", "WACZ 1.1.1, 5.2.2", "line {line} is out of order, or there twice"),
            "WACZ004": ("error", "WACZ 1.1.1, 5.2.2", "line {line} leads to no gzip member that is a response"),
            "WACZ005": ("error", "WACZ 1.1.1, 5.2.2", "line {line}: {field} is not that of the record it leads to"),
            "WACZ006": ("error", "WACZ 1.1.1, 5.2.2", "the index leaves out {record}"),
            "WACZ007": ("error", "WACZ 1.1.1, 5.3", "a page that the index does not have"),
            "WACZ008": ("error", "WACZ 1.1.1, 5.4", "a file of the WACZ that its datapackage does not list"),
            "WACZ009": ("error", "WACZ 1.1.1, 5.4", "the datapackage lists a file that is not there"),
            "WACZ010": ("error", "WACZ 1.1.1, 5.4", "{field} is not what the datapackage says"),
            "WACZ011": ("error", "WACZ 1.1.1, 5.5", "not the digest of the datapackage"),
            "WACZ012": ("error", "WACZ 1.1.1, 5.3", "{field} contradicts {other}"),
            "WACZ013": ("info", "WACZ 1.1.1, 5.5", "the WACZ is signed by {who}, {created}{since}"),
            "WACZ014": ("warning", "WACZ 1.1.1, 5.5", "the signature of the WACZ is not valid: {reason}"),
            "WACZ015": ("info", "WACZ 1.1.1, 5.5", "the signature of the WACZ was not checked: {reason}"),
            "WACZ016": (
                "error",
                "bag-format.md#4-4-exchanges",
                "line {line} leads to a second view, which replay would show in place of the page: {record}",
            ),
        },
    ),
    **rules(
        "crate",
        {
            "CRATE001": ("error", "bag-format.md#3-6-ro-crate", "the bag lacks the metadata of its crate"),
            "CRATE002": ("error", "RO-Crate 1.2, Root Data Entity", "the metadata cannot be read: {reason}"),
            "CRATE003": ("error", "RO-Crate 1.2, Data Entities", "the crate has a part that it does not describe"),
            "CRATE004": ("error", "RO-Crate 1.2, Data Entities", "the crate describes a file that is not there"),
            "CRATE005": ("error", "RO-Crate 1.2, Data Entities", "a payload file that is not part of the crate"),
            "CRATE006": ("error", "RO-Crate 1.2, Data Entities", "{field} is not what the crate says"),
            "CRATE007": ("error", "bag-format.md#3-6-ro-crate", "{field} contradicts {other}"),
        },
    ),
}
