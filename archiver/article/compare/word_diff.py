"""The words in which two paragraphs differ, and where one text must be cut to stand beside several others.

The work is bounded: past the budget a difference is reported as one change of everything between the common ends.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain, pairwise
from typing import Literal

from archiver.article.compare.align import longest
from archiver.model import Change
from archiver.words import Token, keys, tokenise

BUDGET = 40_000_000
"""How many pairs of words one comparison may look at in all."""
ONE = 2_000_000
"""How many of them for one pair of paragraphs."""

Block = tuple[int, int, int]


class Differ:
    """Compares paragraphs word by word within one budget."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget

    def changes(self, seed: str, page: str) -> tuple[Change, ...]:
        """The runs of words replaced, in order, each as it stands in its text."""
        mine, theirs = tokenise(seed), tokenise(page)
        found = []
        i = j = 0
        for a, b, size in self._blocks(_keys(mine), _keys(theirs)):
            if i < a or j < b:
                found.append(Change(seed=_span(seed, mine[i:a]), page=_span(page, theirs[j:b])))
            i, j = a + size, b + size
        return tuple(found)

    def runs(self, seed: str, page: str) -> Iterator[tuple[Literal["seed", "both", "page"], str]]:
        """Both texts in one: runs of the seed only, of both (in the page's typography), of the page only; each with the
        white space that follows it in its text."""
        mine, theirs = tokenise(seed), tokenise(page)
        i = j = 0
        for a, b, size in self._blocks(_keys(mine), _keys(theirs)):
            for side, text, tokens, start, end in (
                ("seed", seed, mine, i, a),
                ("page", page, theirs, j, b),
                ("both", page, theirs, b, b + size),
            ):
                if start < end:
                    stop = tokens[end].start if end < len(tokens) else len(text)
                    yield side, text[tokens[start].start : stop]  # type: ignore[misc]
            i, j = a + size, b + size

    def cut(self, whole: str, parts: Sequence[str]) -> tuple[str, ...]:
        """`whole` cut into as many pieces as `parts`, each beside its part; white space at the cuts is dropped."""
        tokens = tokenise(whole)
        others = [keys(part) for part in parts]
        blocks = self._blocks([*chain.from_iterable(others)], _keys(tokens))
        ends = [block[0] + block[2] for block in blocks]
        bounds, at = [0], 0
        for part in others[:-1]:
            at += len(part)
            a, b, _ = blocks[bisect_left(ends, at + 1)] if ends[-1] > at else blocks[-1]
            place = b + max(0, at - a)
            bounds.append(tokens[place].start if place < len(tokens) else len(whole))
        bounds.append(len(whole))
        return tuple(whole[start:end].strip() for start, end in pairwise(bounds))

    def _blocks(self, a: list[str], b: list[str]) -> list[Block]:
        """Matching runs (place in one, place in other, length), closed by an empty run at both ends."""
        head = _common(a, b)
        tail = _common(a[head:][::-1], b[head:][::-1])
        middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
        blocks: list[Block] = [(0, 0, head)] if head else []
        blocks += [(head + i, head + j, size) for i, j, size in self._runs(middle_a, middle_b)]
        if tail:
            blocks.append((len(a) - tail, len(b) - tail, tail))
        return [*blocks, (len(a), len(b), 0)]

    def _runs(self, a: Sequence[str], b: Sequence[str]) -> list[Block]:
        """Matching runs, word by word where that is affordable, else between the phrases that both have once."""
        if runs := self._word_by_word(a, b):
            return runs
        if len(a) * len(b) <= ONE:
            return []
        runs = []
        i = j = 0
        for x, y in [*sorted(longest(_common_phrases(a, b)).items()), (len(a), len(b))]:
            runs += [(i + m, j + n, size) for m, n, size in self._word_by_word(a[i:x], b[j:y])]
            if x < len(a):
                runs.append((x, y, 1))
            i, j = x + 1, y + 1
        return runs

    def _word_by_word(self, a: Sequence[str], b: Sequence[str]) -> list[Block]:
        cost = len(a) * len(b)
        if cost > min(ONE, self._left):
            return []
        self._left -= cost
        return [run for run in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks() if run[2]]


def _common_phrases(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Where runs of four words begin that stand once in each."""
    here, there = _phrases(a), _phrases(b)
    return [(i, there[phrase]) for phrase, i in here.items() if i >= 0 and there.get(phrase, -1) >= 0]


def _phrases(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Each run of four words and where it begins; -1 for one that stands there twice."""
    found: dict[tuple[str, ...], int] = {}
    for i, phrase in enumerate(zip(words, words[1:], words[2:], words[3:])):
        found[phrase] = -1 if phrase in found else i
    return found


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items both begin with."""
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


def _keys(tokens: Sequence[Token]) -> list[str]:
    return [token.key for token in tokens]


def _span(text: str, tokens: Sequence[Token]) -> str:
    return text[tokens[0].start : tokens[-1].end] if tokens else ""
