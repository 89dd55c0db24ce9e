"""Where the words of a line stand among the blocks of a page, however they are cut, joined or spaced there.

The letters and digits of all blocks make one run of text without spaces; a line is found in it if its own letters stand
there in a row. So a line is found inside a longer block, over several blocks, behind a drop cap, and with a word broken
by a hyphen. Every search is bounded (BUDGET); `exhausted` says that one was not made.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from archiver.words import compatible

BUDGET = 2_000_000_000
"""Letters that all searches of one page may pass."""
FEW = 40
"""From this many lines on, an index of the pieces of the run shows where a line may be."""
_STEP, _MOST, _PLACES = 8, 250_000, 64
"""Letters of a piece, and how many pieces and places of one the index has."""
_SHORT = 24
"""A line of fewer letters must begin and end where a word does."""
_WORDY, _NAMELY = 3, 8
"""A line of fewer words and letters must stand as a sentence or a block of its own."""
_TRIES = 50
_LETTERS = re.compile(r"[^\W_]+")
_BEFORE = re.compile(r"(?:^|[.!?:;…。！？：|•·–—\n\"'”»)\]])\s*\W*$")
_AFTER = re.compile(r"^\W*(?:$|(?<=[.!?:;,…。！？：|•·–—\"'”»()\[\]])|\n)")


class Place(NamedTuple):
    """Where a line stands: from a character of one block to a character of the same or a later block."""

    first: int
    start: int
    last: int
    end: int


def letters(text: str) -> str:
    """The letters and digits of a text, without case, in Unicode's compatible forms."""
    return "".join(_LETTERS.findall(compatible(text))).casefold()


class Letters:
    """The letters of blocks in one run, to be searched for lines."""

    def __init__(self, blocks: Sequence[str]) -> None:
        self._blocks = blocks
        each = [letters(block) for block in blocks]
        self._starts: list[int] = []
        size = 0
        for one in each:
            self._starts.append(size)
            size += len(one)
        self._run = "".join(each)
        self._left = BUDGET
        self._step = max(_STEP, len(self._run) // _MOST)
        self._pieces: defaultdict[str, list[int]] | None = None
        self._positions: dict[int, list[int]] = {}
        self._asked = 0
        self.exhausted = False

    def find(
        self, line: str, liked: Callable[[Place], bool] = lambda _: True, *, anywhere: bool = False
    ) -> Place | None:
        """The first place of a line that is `liked`, else its first place; None where it is nowhere. A short line may
        be a part of another sentence only if it may stand `anywhere`."""
        wanted = letters(line)
        if not wanted or len(wanted) > len(self._run):
            return None
        found: Place | None = None
        for tried, at in enumerate(self._every(wanted)):
            place = self._place(at, len(wanted))
            if self._is_own(line, place, len(wanted), anywhere=anywhere):
                if liked(place):
                    return place
                found = found or place
            if tried >= _TRIES:
                break
        return found

    def _every(self, wanted: str) -> Iterator[int]:
        """Where these letters begin in the run, in its order."""
        self._asked += 1
        known = self._indexed(wanted) if self._asked > FEW and len(wanted) >= 2 * self._step - 1 else None
        if known is not None:
            yield from known
            return
        at = -1
        while True:
            if self._left <= 0:
                self.exhausted = True
                return
            before, at = at + 1, self._run.find(wanted, at + 1)
            self._left -= (at if at >= 0 else len(self._run)) - before + len(wanted)
            if at < 0:
                return
            yield at

    def _indexed(self, wanted: str) -> list[int] | None:
        """The same by the index; None where it has too many places. Letters that stand in the run hold all the pieces
        that it is cut into there."""
        if self._pieces is None:
            self._pieces = defaultdict(list)
            for at in range(0, len(self._run) - self._step + 1, self._step):
                places = self._pieces[self._run[at : at + self._step]]
                if len(places) <= _PLACES:
                    places.append(at)
        found: list[int] = []
        for offset in range(self._step):
            pieces = range(offset, len(wanted) - self._step + 1, self._step)
            known = [self._pieces.get(wanted[at : at + self._step]) for at in pieces]
            if not all(known):
                continue
            first = known[0] or []
            if len(first) > _PLACES:
                return None
            found += [at - offset for at in first if at >= offset and self._run.startswith(wanted, at - offset)]
        return sorted(found)

    def _place(self, at: int, size: int) -> Place:
        first, last = self._block(at), self._block(at + size - 1)
        return Place(
            first,
            self._character(first, at - self._starts[first]),
            last,
            self._character(last, at + size - 1 - self._starts[last]) + 1,
        )

    def _character(self, block: int, letter: int) -> int:
        """Where the letter of this number stands in the text of a block."""
        if block not in self._positions:
            self._positions[block] = _positions(self._blocks[block])
        known = self._positions[block]
        return known[min(letter, len(known) - 1)]

    def _block(self, at: int) -> int:
        """The block of a letter: the last that begins there or before, as empty ones begin at the same place."""
        return bisect_right(self._starts, at) - 1

    def _is_own(self, line: str, place: Place, size: int, *, anywhere: bool) -> bool:
        """Whether a short line stands alone: not within another word or sentence."""
        if size >= _SHORT:
            return True
        before, after = self._blocks[place.first][: place.start], self._blocks[place.last][place.end :]
        if before[-1:].isalnum() or after[:1].isalnum():
            return False
        if anywhere or len(line.split()) >= _WORDY or size >= _NAMELY:
            return True
        return bool(_BEFORE.search(before[-20:] if before else "")) and bool(_AFTER.match(after[:20]))


@lru_cache(maxsize=4_096)
def _letters_in(character: str) -> int:
    return len(letters(character))


def _positions(text: str) -> list[int]:
    """Where each letter of a text stands in it."""
    if text.isascii():
        return [at for at, character in enumerate(text) if character.isalnum()]
    return [at for at, character in enumerate(text) for _ in range(_letters_in(character))]


def cut_by_letters(whole: str, parts: Sequence[str]) -> tuple[str, ...] | None:
    """`whole` cut where the letters of each of the `parts` end, if one ends within a word of it, as that of a drop cap
    in a block of its own does, and all have the letters of `whole` in a row. None where words are not cut."""
    sizes = [len(letters(part)) for part in parts]
    places = _positions(whole)
    if sum(sizes) != len(places) or letters(whole) != "".join(map(letters, parts)):
        return None
    cuts = [places[at] for at in accumulate(sizes[:-1]) if at < len(places)]
    if not any(cut and whole[cut - 1].isalnum() for cut in cuts):
        return None
    return tuple(whole[start:end].strip() for start, end in pairwise((0, *cuts, len(whole))))
