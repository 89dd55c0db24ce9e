"""Rules of serialised bags: tar and zip archives (RFC 8493, sections 4 and 5)."""

from archiver.validation.rules.rule import Rule, rules

RULES: dict[str, Rule] = {
    **rules(
        "structure",
        {
            "ARC001": ("error", "RFC 8493, 4", "the archive cannot be read to its end: {reason}"),
            "ARC002": ("error", "RFC 8493, 5.2", "the archive goes beyond {limit}: not read on"),
            "ARC003": ("error", "RFC 8493, 5.1", "the archive holds an entry with an unsafe name"),
            "ARC004": (
                "error",
                "RFC 8493, 4",
                "the archive must hold one folder, the bag, and nothing else{hint}",
            ),
            "ARC005": ("error", "RFC 8493, 4", "the archive holds this path more than once"),
            "ARC006": ("warning", "RFC 8493, 4", "the folder in the archive should be named like the archive"),
            "ARC008": (
                "warning",
                "RFC 8493, 4",
                "the tar has no blocks that mark its end: its last file is whole; whether more followed is not known",
            ),
            "ARC007": ("error", "RFC 8493, 4", "the archive is not read: {reason}"),
        },
    ),
}
