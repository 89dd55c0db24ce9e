"""Rules of bags made from sealed bags: groups, and bags derived for a receiver (docs/bag-format.md)."""

from archiver.validation.rules.rule import Rule, rules

RULES: dict[str, Rule] = {
    **rules(
        "members",
        {
            "GRP001": ("error", "bag-format.md#9-2-members-csv", "the list of members cannot be read: {reason}"),
            "GRP002": ("error", "bag-format.md#9-2-members-csv", "line {line} names a member that is not in the bag"),
            "GRP003": ("error", "bag-format.md#9-2-members-csv", "a member of the bag that its list does not name"),
            "GRP004": (
                "error",
                "bag-format.md#9-3-members",
                "the member does not have the seal in the list: its tag manifest is another",
            ),
            "GRP005": (
                "error",
                "bag-format.md#9-2-members-csv",
                "line {line}: {field} contradicts {label} of the member",
            ),
            "GRP006": (
                "error",
                "bag-format.md#9-4-not-captured-jsonl",
                "line {line} is not a JSON object that says which seed was not captured",
            ),
        },
    ),
    **rules(
        "original",
        {
            "DER001": (
                "error",
                "bag-format.md#8-1-the-original",
                "{label} does not name the seal that is kept in original/",
            ),
            "DER002": (
                "error",
                "bag-format.md#8-1-the-original",
                "does not match the original's tag manifest",
            ),
            "DER003": (
                "error",
                "bag-format.md#8-2-payload",
                "no payload manifest shares an algorithm with those of the sealed bag",
            ),
            "DER004": ("error", "bag-format.md#8-2-payload", "the file differs from that of the sealed bag"),
        },
    ),
}
