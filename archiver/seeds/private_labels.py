"""Labels of front matter, lines and columns whose values are facts about people and cases (docs/private.md)."""

import re

_LABELS = {
    "supplied_by": ("supplied_by",),
    "obtained_how": ("obtained_how",),
    "case_number": ("case_number", "case", "case_no", "case_id", "case_file", "aktenzeichen"),
    "exhibit_number": ("exhibit_number", "exhibit", "exhibit_no", "exhibit_id"),
    "collector": ("collector", "collected_by"),
    "purpose": ("purpose",),
    "contact": ("contact", "contact_name", "contact_person", "contact_email", "contact_phone"),
    "notes": ("notes", "note", "comment", "comments"),
}
_FACT = {label: fact for fact, labels in _LABELS.items() for label in labels}


def private_fact(label: str) -> str | None:
    """The private fact that a label names, in whatever way it is written."""
    return _FACT.get("_".join(re.split(r"[\s_\-.]+", label.strip().casefold())))
