"""Translates credit roles into schema.org, Dublin Core and MARC relators; docs/capture/credits.md has the same table.

An agency as source is a contributor in Dublin Core, where `source` means a resource; a photo's agency is its provider,
a photographer its creator.
"""

from dataclasses import dataclass

from archiver.model import Credit


@dataclass(frozen=True, slots=True)
class Term:
    """A role in three vocabularies: a schema.org property, a Dublin Core element, a MARC relator code."""

    schema: str
    dublin_core: str
    marc: str


TERMS = {
    "author": Term("author", "creator", "aut"),
    "contributor": Term("contributor", "contributor", "ctb"),
    "editor": Term("editor", "contributor", "edt"),
    "translator": Term("translator", "contributor", "trl"),
    "source": Term("contributor", "contributor", "ctb"),
    "rights": Term("copyrightHolder", "rights", "cph"),
    "photo by a person": Term("creator", "contributor", "pht"),
    "photo by an agency": Term("provider", "contributor", "prv"),
}


def term_of(credit: Credit) -> Term:
    """The row of the table for one credit."""
    if credit.role == "photo":
        return TERMS["photo by a person" if credit.kind == "person" else "photo by an agency"]
    return TERMS[credit.role]
