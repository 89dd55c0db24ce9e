"""Where the words stand that differ between two paragraphs: the changed ones as the record has them
(`ComparedLine.changes`), and those that are only written otherwise.

The record has the words of each change, in order, without places. A place is taken only where the outcome proves it:
what is left between the changes must have the same letters and digits on both sides, from beginning to end.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

from archiver.model import Change

LONGEST = 20_000
"""Longer paragraphs are shown one under the other."""
_TRIES = 50
_IDEOGRAPHS = "\u2e80"
"""From here on words have no spaces between them."""
Run = tuple[Literal["both", "seed", "page"], str]


class _Letters:
    """A text's letters and digits, and where each stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = [index for index, character in enumerate(text) if character.isalnum()]
        self.key = "".join(text[index] for index in self.at)

    def between(self, start: int, end: int) -> str:
        """The words from one letter up to another, and what stands between them."""
        return self.text[self.at[start] : self.at[end - 1] + 1] if start < end else ""

    def free(self, index: int) -> bool:
        """Whether a word may begin or end before this letter."""
        if index in (0, len(self.at)) or self.at[index] != self.at[index - 1] + 1:
            return True
        return max(self.text[self.at[index] - 1 : self.at[index] + 1]) >= _IDEOGRAPHS


def marked(seed: str, page: str, changes: Sequence[Change]) -> list[Run] | None:
    """Both texts in one: runs of both (in the page's typography), of the seed only, of the page only. None where the
    places are not certain."""
    if not changes or max(len(seed), len(page)) > LONGEST:
        return None
    mine, theirs = _Letters(seed), _Letters(page)
    runs: list[Run] = []
    i = j = shown = 0
    for change in changes:
        gone, come = _Letters(change.seed).key, _Letters(change.page).key
        same = next(_places(mine, theirs, i, j, gone, come), None) if gone or come else None
        if same is None:
            return None
        i, j = i + same, j + same
        end = theirs.at[j] if j < len(theirs.at) else len(page)
        runs += [("both", page[shown:end]), ("seed", mine.between(i, i + len(gone)))]
        runs.append(("page", theirs.between(j, j + len(come))))
        i, j = i + len(gone), j + len(come)
        shown = theirs.at[j - 1] + 1 if come else end
    if mine.key[i:] != theirs.key[j:]:
        return None
    return [run for run in (*runs, ("both", page[shown:])) if run[1]]


def respelt(seed: str, page: str) -> list[Run] | None:
    """The same for two texts of the same words in another typography: each word that is written otherwise, from both
    sides. None where the words do not pair, or where only the spaces between them differ."""
    mine, theirs = seed.split(), page.split()
    if len(mine) != len(theirs) or mine == theirs:
        return None
    runs: list[Run] = []
    shown, places = 0, re.finditer(r"\S+", page)
    for old, place in zip(mine, places):
        if old != place[0]:
            runs += [("both", page[shown : place.start()]), ("seed", old), ("page", place[0])]
            shown = place.end()
    return [run for run in (*runs, ("both", page[shown:])) if run[1]]


def _places(mine: _Letters, theirs: _Letters, i: int, j: int, gone: str, come: str) -> Iterator[int]:
    """How many letters both have in common before the change: the most first."""
    common = _common(mine.key, theirs.key, i, j)
    text, start, words = (mine, i, gone) if gone else (theirs, j, come)

    def found() -> Iterator[int]:
        end = start + common + len(words)
        while (at := text.key.rfind(words, start, end)) >= 0:
            yield at - start
            end = at + len(words) - 1

    for same in islice(found(), _TRIES):
        a, b = i + same, j + same
        if (
            theirs.key.startswith(come, b)
            and all(mine.free(at) for at in {a, a + len(gone)})
            and all(theirs.free(at) for at in {b, b + len(come)})
        ):
            yield same


def _common(one: str, other: str, i: int, j: int) -> int:
    """The length of what both begin with, from these places on."""
    low, high = 0, min(len(one) - i, len(other) - j)
    while low < high:
        middle = (low + high + 1) // 2
        if one[i : i + middle] == other[j : j + middle]:
            low = middle
        else:
            high = middle - 1
    return low
