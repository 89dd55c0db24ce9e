"""One layer of a page (what stands there, what is hidden or struck, its data) and the lines of a seed that it has.

A layer is asked in three steps: for equal paragraphs, for lines whose letters stand there however they are cut
(`letters.py`), for edited ones (`align.py`). Blocks in which several lines stand are cut into pieces.
"""

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from archiver.article.compare.align import Group, Key, equal, similar
from archiver.article.compare.letters import Letters, Place, letters
from archiver.article.compare.paragraph import Text, before_marks, part_of, rest_of, with_marks
from archiver.words import compatible, fold, keys

_BULLET = re.compile(r"(?:[-–—*•·▪‣◦●○■□]|\[[ xX]?\])\s++(?=\S)")
_BULLETS = "-–—*•·▪‣◦●○■□"
_TRAILING = re.compile(r"(?<=\S)\s[-–—*•·▪‣◦●○■□]$")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)]\s++(?=\S)")
NUMBERED = frozenset(("list", "heading"))
"""Kinds of blocks whose number before the words is a mark."""
_HALF = 0.5
_HEAD, _FIRST = 40, 4
"""Characters in which the first letters of a text are looked for, and how many of them."""
_LETTERS = re.compile(r"[^\W_]+")
_MODIFIERS = re.compile("[\u02b0-\u02ff]")
"""Letters that may stand for a quotation mark."""
_PROSE = frozenset(("paragraph", "list", "quotation"))
_FEWEST, _WORDS = 20, 3
"""Characters, or spaces, of the shortest block that is not a label."""
_TITLE = 300
"""Characters of the longest headline."""
_SURROUNDINGS = 100
"""Characters around a short line within another sentence."""


def text_of(raw: str, *, once: dict[str, str] | None = None) -> Text:
    """A paragraph folded; `once` keeps each word of its key a single time."""
    folded = Text(text=fold(raw))
    if once is not None and (key := folded.key):
        folded.text = raw if folded.text == raw else folded.text
        folded.known = tuple(map(once.setdefault, key, key))
    return folded


def _first_letters(text: str) -> str | None:
    """The first letters of a text, which texts of one key have in common; None where they are not near."""
    head = compatible(text[:_HEAD])
    found = "".join(_LETTERS.findall(head))
    if (len(found) <= _FIRST and len(text) > _HEAD) or (not head.isascii() and _MODIFIERS.search(head)):
        return None
    return found[:_FIRST]


def unmarked(text: str, *, listed: bool) -> str:
    """A line without the mark of a list before it; a number is one only in a list."""
    text = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
    text = _TRAILING.sub("", text) if text[-1:] in _BULLETS else text
    return _NUMBER.sub("", text, count=1) if listed and _NUMBER.match(text) else text


@dataclass(frozen=True, slots=True)
class Copy:
    """A line of the seed whose words stand where another line has its counterpart already."""

    seed: int
    page: Text


class _Claims:
    """Which parts of which blocks are a line's already; those of one block never overlap."""

    def __init__(self, taken: Iterable[int]) -> None:
        self._taken = set(taken)
        self.by_block: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)

    def is_free(self, block: int, start: int, end: int) -> bool:
        """Whether nobody has a character between these."""
        if block in self._taken:
            return False
        parts = self.by_block.get(block)
        if not parts:
            return True
        at = bisect_left(parts, (start, -1, -1))
        return (at == 0 or parts[at - 1][1] <= start) and (at == len(parts) or parts[at][0] >= end)

    def take(self, block: int, start: int, end: int, line: int) -> None:
        """Give these characters to a line."""
        insort(self.by_block[block], (start, end, line))


class Layer:
    """The blocks of one layer, and which lines of the seed they have; lines are known by their index."""

    def __init__(self, seeds: Sequence[Text], blocks: Sequence[Text]) -> None:
        self.seeds = seeds
        self.pieces = list(blocks)
        self.groups: list[Group] = []
        self.copies: list[Copy] = []
        self.exhausted = False

    def match_equal(self, left: set[int]) -> None:
        """Take the lines that are equal to a block, with list marks aside; `left` are those still looked for."""
        if not self.pieces or not left:
            return
        others = self._unlike({_first_letters(self.seeds[i].text) for i in left})
        places: dict[Key, int] = {}
        for j, piece in enumerate(self.pieces):
            if j not in others:
                places.setdefault(piece.key, j)
        self._take(equal(*self._keys(left, others)), left)
        if left and any(_BULLET.match(t) or _NUMBER.match(t) for t in self._texts(left)):
            self._take(equal(*self._bare_keys(left)), left)
        for i in sorted(left):
            if (place := places.get(self.seeds[i].key)) is not None:
                self.copies.append(Copy(i, self.pieces[place]))
                left.discard(i)

    def _unlike(self, beginnings: set[str | None]) -> set[int]:
        """The pieces that begin otherwise than all lines, whose first letters these are."""
        if None in beginnings:
            return set()
        first = {each[:1] for each in beginnings if each}
        found = set()
        for j, piece in enumerate(self.pieces):
            text = piece.text
            elsewhere = text[:2].isascii() and text[:1].isalpha() and text[0] not in first
            if elsewhere or ((letters := _first_letters(text)) and letters not in beginnings):
                found.add(j)
        return found

    def _texts(self, left: set[int]) -> Iterator[str]:
        yield from (self.seeds[i].text for i in left)
        yield from (piece.text for piece in self.pieces)

    def _free(self) -> list[int]:
        taken = {j for group in self.groups for j in group.page}
        return [j for j in range(len(self.pieces)) if j not in taken]

    def _keys(self, left: set[int], others: Collection[int] = ()) -> tuple[list[Key], list[Key]]:
        """The keys of both sides; `others` are pieces that no line equals, and get one that nothing has."""
        free = set(self._free())
        return (
            [each.key if i in left else () for i, each in enumerate(self.seeds)],
            [("", str(j)) if j in others else each.key if j in free else () for j, each in enumerate(self.pieces)],
        )

    def _bare_keys(self, left: set[int]) -> tuple[list[Key], list[Key]]:
        free = set(self._free())
        listed = {keys(unmarked(each.text, listed=True)) for each in self.pieces if each.kind in NUMBERED}

        def of_seed(each: Text) -> Key:
            plain = keys(unmarked(each.text, listed=True))
            return plain if plain in listed else keys(unmarked(each.text, listed=False))

        return (
            [of_seed(each) if i in left else () for i, each in enumerate(self.seeds)],
            [
                keys(unmarked(each.text, listed=each.kind in NUMBERED)) if j in free else ()
                for j, each in enumerate(self.pieces)
            ],
        )

    def _take(self, pairs: dict[int, int], left: set[int]) -> None:
        self.groups += [Group((i,), (j,)) for i, j in sorted(pairs.items())]
        left.difference_update(pairs)

    def match_letters(self, left: set[int]) -> None:
        """Take the lines whose letters stand in a row anywhere: within a block, or over several; at last over
        those that are prose, as a label, a heading or an advertisement may part a paragraph."""
        if not self.pieces or not left:
            return
        claims = _Claims(j for group in self.groups for j in group.page)
        self._claim(range(len(self.pieces)), left, claims)
        if left and len(prose := [j for j, each in enumerate(self.pieces) if _is_prose(each)]) < len(self.pieces):
            self._claim(prose, left, claims)
        self._cut(claims.by_block, {self.seeds[i].key for i in left})
        self._take(equal(*self._keys(left)), left)

    def _claim(self, row: Sequence[int], left: set[int], claims: _Claims) -> None:
        """Find the lines whose letters stand in these pieces, one behind the other."""
        index = Letters([self.pieces[j].text for j in row])

        def parts(place: Place) -> Iterator[tuple[int, int, int]]:
            for n in range(place.first, place.last + 1):
                end = place.end if n == place.last else len(self.pieces[row[n]].text)
                yield row[n], place.start if n == place.first else 0, end

        def is_free(place: Place) -> bool:
            return all(claims.is_free(j, start, end) for j, start, end in parts(place))

        for i in sorted(left):
            place = index.find(unmarked(self.seeds[i].text, listed=False), is_free)
            if place is None:
                continue
            left.discard(i)
            if not is_free(place):
                self.copies.append(Copy(i, self._between(list(parts(place)))))
                continue
            for j, start, end in parts(place):
                if end > start:
                    claims.take(j, start, end, i)
        self.exhausted = self.exhausted or index.exhausted

    def _between(self, parts: Sequence[tuple[int, int, int]]) -> Text:
        """The words of these parts of pieces, as a text of their own."""
        first = self.pieces[parts[0][0]]
        text = " ".join(self.pieces[j].text[start:end] for j, start, end in parts)
        return replace(first, text=text, known=keys(text), start=first.start + parts[0][1], whole=False)

    def _cut(self, claims: dict[int, list[tuple[int, int, int]]], others: Collection[Key]) -> None:
        """Cut the blocks in which lines stand, and make a group of each line and its pieces. A block with little
        besides a line is not cut, unless what is left is one of the `others`."""
        pieces: list[Text] = []
        moved: dict[int, int] = {}
        found: defaultdict[int, list[int]] = defaultdict(list)
        for j, piece in enumerate(self.pieces):
            moved[j] = len(pieces)
            parts = sorted(claims.get(j, ()))
            if not parts:
                pieces.append(piece)
                continue
            if len(parts) == 1 and self._is_mostly(piece, *parts[0][:2], others):
                found[parts[0][2]].append(len(pieces))
                pieces.append(piece)
                continue
            at = 0
            for start, end, i in parts:
                end = with_marks(piece.text, end)
                pieces += rest_of(piece, at, start)
                found[i].append(len(pieces))
                pieces.append(part_of(piece, before_marks(piece.text, at, start), end))
                at = end
            pieces += rest_of(piece, at, len(piece.text))
        self.groups = [Group(g.seed, tuple(moved[j] for j in g.page)) for g in self.groups]
        self.groups += [Group((i,), tuple(places)) for i, places in found.items()]
        self.pieces = pieces

    def _is_mostly(self, piece: Text, start: int, end: int, others: Collection[Key]) -> bool:
        """Whether a line is at least half of the block it stands in: then both stand beside each other whole."""
        text = piece.text
        rest = [*rest_of(piece, 0, start), *rest_of(piece, with_marks(text, end), len(text))]
        if any(each.key in others for each in rest):
            return False
        return end - start >= _HALF * len(text) or len(letters(text[start:end])) >= _HALF * len(letters(text))

    def match_similar(self, left: set[int], headlines: Collection[str] = ()) -> None:
        """Take the lines that stand there edited, merged or split. What a heading says, or one of the `headlines` (by
        their letters), a paragraph may say at more length: it is no edited form of it."""
        if not self.pieces or not left:
            return
        seeds, pages = self._keys(left)
        titles = {
            j for j, each in enumerate(self.pieces) if each.kind == "heading" or (pages[j] and _says(each, headlines))
        }
        found = similar(seeds, pages, self.groups, titles)
        for group in found:
            left.difference_update(group.seed)
        self.groups += found

    def match_within(self, left: set[int]) -> None:
        """Take the short lines whose words stand within another sentence: beside all of it."""
        if not self.pieces or not left:
            return
        index = Letters([piece.text for piece in self.pieces])
        for i in sorted(left):
            if (place := index.find(self.seeds[i].text, anywhere=True)) is not None:
                left.discard(i)
                whole = self.pieces[place.first]
                start, end = max(0, place.start - _SURROUNDINGS), place.end + _SURROUNDINGS
                text = whole.text[start:end] if place.first == place.last else whole.text[start:]
                self.copies.append(Copy(i, replace(whole, text=text, known=keys(text), start=whole.start + start)))
        self.exhausted = self.exhausted or index.exhausted

    def free(self) -> list[Text]:
        """What no line has."""
        return [self.pieces[j] for j in self._free()]


def _is_prose(piece: Text) -> bool:
    return piece.kind in _PROSE and (len(piece.text) >= _FEWEST or piece.text.count(" ") >= _WORDS)


def _says(piece: Text, headlines: Collection[str]) -> bool:
    return len(piece.text) <= _TITLE and letters(piece.text) in headlines
