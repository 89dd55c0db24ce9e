"""Labels of front matter, lines and columns whose values are facts about people and cases (docs/keep/private.md), in
the languages of `labels.toml`."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from archiver.seeds.blocks import Block
from archiver.seeds.opening_words import SENTENCE
from archiver.seeds.properties import read_property
from archiver.words import MARKS

FACTS = (*("supplied_by", "obtained_how", "case_number", "exhibit_number", "collector", "purpose", "contact", "notes"),)
LABEL = rf"(?:[^\W\d_]|№)[\w{MARKS}\u200c .'’°º№/-]{{0,50}}?"
"""Where a label may stand: words of any script."""
_LINE = re.compile(rf"[-*>#\s]{{0,4}}({LABEL})[*_]{{0,3}}\s?[:：][*_]{{0,3}}\s*+(\S.{{0,400}})", re.DOTALL)
_WORDS = 8
"""Words up to which what ends like a sentence may be a name or a number all the same: `Supplied by: Lee & Co.`"""
_APART = re.compile(r"[\s_\-.'’°º/:]+")


def _folded(label: str) -> str:
    """A label without case, accents, and whatever may part its words."""
    plain = unicodedata.normalize("NFKD", label.strip().casefold().replace("ı", "i"))
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return "_".join(filter(None, _APART.split(bare.casefold())))


@cache
def languages() -> dict[str, dict[str, tuple[str, ...]]]:
    """Language -> the labels of each fact, and which are `alone` or `fields`, as labels.toml has them."""
    tables = tomllib.loads(files("archiver.seeds.private").joinpath("labels.toml").read_text("utf-8"))
    return {
        language: {
            name: tuple(each.strip() for each in listed.split(";") if each.strip()) for name, listed in table.items()
        }
        for language, table in tables.items()
    }


def _all(*names: str) -> dict[str, str]:
    return {_folded(each): name for table in languages().values() for name in names for each in table[name]}


_FACT = _all(*FACTS)
_ALONE, _FIELDS = frozenset(_all("alone")), frozenset(_all("fields"))


def private_fact(label: str, *, in_line: bool = False) -> str | None:
    """The private fact that a label names, in whatever way it is written; `in_line` where it stands in a line of the
    document, in which a few labels may be those of an article."""
    folded = _folded(label)
    return None if in_line and folded in _FIELDS else _FACT.get(folded)


class PrivateLine(NamedTuple):
    """A line `Case number: 12`: the fact, its value, and whether the label alone says so, or is a word like others."""

    fact: str
    value: str
    certain: bool


def private_line(text: str) -> PrivateLine | None:
    """What a line of an opening says of people and cases; None for other lines."""
    found = _LINE.fullmatch(text) if len(text) <= 450 else None
    fact = private_fact(found[1], in_line=True) if found else None
    if found is None or fact is None:
        return None
    folded = _folded(found[1])
    certain = fact != "notes" and ("_" in folded or folded in _ALONE)
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
