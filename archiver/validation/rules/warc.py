"""Rules of WARC files (WARC 1.1, ISO 28500:2017)."""

from archiver.validation.rules.rule import Rule, rules

RULES: dict[str, Rule] = {
    **rules(
        "warc",
        {
            "WARC001": ("error", "WARC 1.1, Annex D", "not made of gzip members: {reason}"),
            "WARC002": ("error", "WARC 1.1, Annex D", "the last gzip member is cut short"),
            "WARC003": ("error", "WARC 1.1, Annex D", "something other than a gzip member follows at byte {offset}"),
            "WARC004": ("error", "WARC 1.1, Annex D", "the gzip member at byte {offset} is damaged: {reason}"),
            "WARC005": ("error", "WARC 1.1, Annex D", "the gzip member at byte {offset} holds more than one record"),
            "WARC006": ("error", "WARC 1.1, Annex D", "expands beyond {limit} bytes: not read on"),
            "WARC007": ("error", "WARC 1.1, 4", "the WARC holds no record"),
            "WARC010": ("error", "WARC 1.1, 4", "the header of the record at byte {offset} is malformed: {reason}"),
            "WARC011": ("error", "WARC 1.1, 5.3", "the block of {record} is shorter than its Content-Length"),
            "WARC012": ("error", "WARC 1.1, 4", "{record} does not end in two line ends after its block"),
            "WARC013": ("error", "WARC 1.1, 5.8", "the block of {record} does not match its digest"),
            "WARC014": ("error", "WARC 1.1, 5.9", "the payload of {record} does not match its digest"),
            "WARC015": ("error", "WARC 1.1, 5", "{record} lacks {field}"),
            "WARC016": ("error", "WARC 1.1, 5", "{record} must not have {field}"),
            "WARC017": ("error", "WARC 1.1, 4", "{record} has {field} more than once"),
            "WARC018": ("error", "WARC 1.1, 5", "{record}: {field} is malformed"),
            "WARC019": ("warning", "WARC 1.1, 5.8", "{record}: {field} has an unknown algorithm: not checked"),
            "WARC020": ("error", "WARC 1.1, 5.2", "{record} has the id of an earlier record"),
            "WARC021": ("error", "WARC 1.1, 5.7", "{record}: {field} refers to a record that is not there"),
            "WARC022": ("error", "bag-format.md#3-1-warc-files", "the first record is not a warcinfo"),
            "WARC023": ("error", "WARC 1.1, 6.3", "{record} does not hold an HTTP message"),
            "WARC024": (
                "warning",
                "WARC 1.1, 5.15",
                "{record} is shorter than its HTTP header says, and not marked as truncated",
            ),
            "WARC026": (
                "info",
                "WARC 1.1, 4",
                "{record} is of a draft of the standard, WARC/0.17 or 0.18",
            ),
            "WARC027": ("info", "WARC 1.1, 6.2", "the first record is not a warcinfo"),
            "WARC028": (
                "info",
                "WARC 1.1, 6.3.2",
                "the payload digest of {record} is over the body with its chunk framing, not over the payload",
            ),
            "WARC029": ("info", "WARC 1.1, Annex D", "{record} shares its gzip member with others"),
            "WARC030": ("warning", "WARC 1.1, Annex D", "not checked: {reason}"),
            "WARC031": ("error", "WARC 1.1, 4", "not read on from byte {offset}: where the record ends is not known"),
            "WARC032": (
                "error",
                "bag-format.md#3-1-warc-files",
                "an interim-response of {record} cannot be read: {reason}",
            ),
            "WARC025": ("warning", "WARC 1.1, 6", "{record} is of a type that the standard does not know"),
        },
    ),
}
