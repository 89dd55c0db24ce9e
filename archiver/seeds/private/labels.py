"""Labels of front matter, lines and columns whose values are facts about people and cases (docs/private.md)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archiver.seeds.blocks import Block
from archiver.seeds.opening_words import SENTENCE
from archiver.seeds.properties import read_property

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
_LINE = re.compile(r"[-*>#\s]{0,4}([^\W\d_][\w .-]{1,40}?)[*_]{0,3}\s?[:：][*_]{0,3}\s*+(\S.{0,400})", re.DOTALL)
_WORDS = 8
"""Words up to which what ends like a sentence may be a name or a number all the same: `Supplied by: Lee & Co.`"""
_FACT = {label: fact for fact, labels in _LABELS.items() for label in labels}


def private_fact(label: str) -> str | None:
    """The private fact that a label names, in whatever way it is written."""
    return _FACT.get("_".join(re.split(r"[\s_\-.]+", label.strip().casefold())))


class PrivateLine(NamedTuple):
    """A line `Case number: 12`: the fact, its value, and whether the label alone says so, or is a word like others."""

    fact: str
    value: str
    certain: bool


def private_line(text: str) -> PrivateLine | None:
    """What a line of an opening says of people and cases; None for other lines."""
    found = _LINE.fullmatch(text) if len(text) <= 450 else None
    fact = private_fact(found[1]) if found else None
    if found is None or fact is None:
        return None
    certain = fact != "notes" and (len(re.split(r"[\s_\-.]+", found[1])) > 1 or found[1].casefold() == "aktenzeichen")
    return PrivateLine(fact, found[2].strip(), certain)


def is_private(blocks: Sequence[Block], at: int, *, titled: bool) -> bool:
    """Whether a block of an opening states a fact about people or a case. A sentence of several words is one only
    directly beside another such line, a word like `Purpose` only below a title or beside one, `Note` only beside."""
    block = blocks[at]
    stated = private_line(block.text)
    if stated is None:
        return False
    sentence = SENTENCE.search(stated.value) is not None and len(stated.value.split()) > _WORDS
    near = 1 if sentence else 2
    for each in blocks[max(0, at - 1) : at + 2]:
        stands = each is not block and abs(each.line - block.line) <= near
        if stands and (private_line(each.text) or read_property(each.text)):
            return True
    return not sentence and stated.fact != "notes" and (stated.certain or titled)
