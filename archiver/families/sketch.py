"""What a text is recognised by: its shingles (runs of words), and a small sample of them.

A shingle is four words; where a script is written without spaces, eight characters, or sixteen of the scripts of
South-East Asia, whose words are longer. The sample keeps the shingles whose checksum is divisible by a power of two,
so that the samples of two texts can be compared at the coarser of their rates (modulo sampling; Broder, "On the
resemblance and containment of documents", 1997). No random numbers: the same text has the same sketch everywhere.
"""

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from zlib import crc32

from archiver.words import said

_WORDS, _CHARACTERS, _LETTERS = 4, 8, 16
_IDEOGRAPH = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
SAMPLED = 64
"""Shingles of a sample, at most, but for very long texts."""
COARSEST = 64
"""The coarsest rate: of a longer text the sample grows."""
MOST_WORDS = 50_000
"""Words of a text that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """The sample of a text: checksums of shingles divisible by `rate` (a power of two), sorted, of `total` shingles."""

    rate: int
    total: int
    sample: "array[int]"

    def at(self, rate: int) -> list[int]:
        """The sample at a rate as coarse or coarser."""
        return [each for each in self.sample if not each & (rate - 1)]


def shingles(paragraphs: Iterable[str]) -> set[str]:
    """The shingles of a text; a text shorter than one has none. Breaks between paragraphs do not count: papers set
    them anew."""
    words = list(chain.from_iterable(said(each) for each in paragraphs))[:MOST_WORDS]
    found = set[str]()
    last = len(words)
    for start, word in enumerate(words):
        length = _length(word)
        if start + length <= last:
            found.add(" ".join(words[start : start + length]))
    return found


def _length(word: str) -> int:
    if word.isascii() or len(word) > 2:
        return _WORDS
    if _IDEOGRAPH.match(word):
        return _CHARACTERS
    return _LETTERS if _UNSPACED.match(word) else _WORDS


def sketch(found: set[str]) -> Sketch:
    """The sketch of shingles."""
    sums = {crc32(each.encode("utf-8", "surrogatepass")) for each in found}
    rate = 1
    kept = sums
    while len(kept) > SAMPLED and rate < COARSEST:
        rate *= 2
        kept = {each for each in kept if not each & (rate - 1)}
    return Sketch(rate=rate, total=len(sums), sample=array("I", sorted(kept)))


def likeness(one: Sketch, other: Sketch, ignored: frozenset[int] = frozenset()) -> tuple[float, int]:
    """The share of the shorter text's shingles that the other has too, estimated, and how many sampled shingles that
    rests on; `ignored` ones count on neither side."""
    rate = max(one.rate, other.rate)
    mine, its = ({each for each in sketched.at(rate) if each not in ignored} for sketched in (one, other))
    least = min(len(mine), len(its))
    common = len(mine & its)
    return (common / least if least else 0.0), common
