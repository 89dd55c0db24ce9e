"""The opening block of a document: section or paper, headline, deck, byline, date, captions, in any order.

What stands between the headline and the last line that is known to belong there (a date, a byline, a time to read)
belongs there too. What is not understood is set aside as header matter: no line of it is taken for the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from archiver.dates.date_line import DateLine, read_date_line
from archiver.model import HeaderLine, Headline, Paragraph, PartKind, SeedDate
from archiver.seeds.blocks import Block, Facts
from archiver.seeds.captions import read_caption
from archiver.seeds.credit_lines import is_byline, is_end_line
from archiver.seeds.joined_lines import pieces_of
from archiver.seeds.opening_words import (
    CONTROLS,
    SENTENCE,
    are_tags,
    is_label_like,
    is_name_and_job,
    is_paper,
    squashed,
)
from archiver.seeds.private.labels import is_private
from archiver.seeds.properties import Property, read_property, words_of

_MOST_BLOCKS = 60
_MOST_PENDING = 4
_LONGEST = 300
_LONGEST_DECK = 260
_LONGEST_NAME = 80


@dataclass(slots=True)
class Opening:
    """What an opening block says; `kinds` has the kind of each block of it, `captions` which are captions."""

    headline: Headline | None = None
    date: SeedDate | None = None
    byline: Paragraph | None = None
    header: list[HeaderLine] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: dict[int, PartKind] = field(default_factory=dict)
    captions: list[int] = field(default_factory=list)


def read_opening(
    blocks: Sequence[Block], free: Sequence[bool], facts: Facts, host: str, day_first: bool | None
) -> Opening:
    """The opening of a document whose `free` blocks are not part of its address. `host` names the site: a line that
    says the same is the paper's name."""
    return _Reader(blocks, free, facts, host, day_first).read()


class _Reader:
    def __init__(
        self, blocks: Sequence[Block], free: Sequence[bool], facts: Facts, host: str, day_first: bool | None
    ) -> None:
        self.blocks, self.free, self.facts, self.host, self.day_first = blocks, free, facts, host, day_first
        self.found = Opening()
        self.pending: list[int] = []
        self.known = -1
        self.updated: SeedDate | None = None
        self.uncertain: SeedDate | None = None
        self.title = facts.headline
        self.captioned = False
        self.mail = False

    def read(self) -> Opening:
        end = min(len(self.blocks), _MOST_BLOCKS)
        stop = next((at for at in range(end) if self.free[at] and not self._take(at)), end)
        self._settle(stop)
        found = self.found
        if found.headline is None and self.title is not None:
            found.headline = Headline(text=self.title[0], line=self.title[1])
        self._dates_of_facts()
        if found.byline is None and self.facts.bylines:
            text, line = self.facts.bylines[0]
            found.byline = Paragraph(text=text, line=line, agency=True)
        found.header.sort(key=lambda each: each.line)
        return found

    def _take(self, at: int) -> bool:
        """Whether a block may belong to the opening; what it is, if that is certain."""
        block = self.blocks[at]
        text = block.text
        if not text:
            return True
        if block.kind == "caption":
            self._caption(at)
            return True
        if len(text) > _LONGEST:
            return self._is_caption(at)
        if (
            self._heading(at)
            or self._property(at)
            or self._private(at)
            or self._date(at)
            or self._byline(at)
            or self._parts(at)
            or self._control(at)
            or self._is_caption(at)
        ):
            return True
        if len(self.pending) >= _MOST_PENDING or len(text) > _LONGEST_DECK:
            return not self.found.headline and not self.title and not self.pending and self._pend(at)
        if block.kind in ("row", "note"):
            return False
        return self._pend(at)

    def _pend(self, at: int) -> bool:
        self.pending.append(at)
        return True

    def _heading(self, at: int) -> bool:
        block = self.blocks[at]
        if self.found.headline is not None:
            return False
        if self.title is not None and squashed(block.text) == squashed(self.title[0]):
            return self._headline(at)
        if block.kind != "heading":
            return False
        bare = not any(SENTENCE.search(self.blocks[each].text) for each in self.pending)
        if (block.level == 1 and bare) or (not self.pending and self.title is None):
            return self._headline(at)
        return False

    def _headline(self, at: int) -> bool:
        block = self.blocks[at]
        self.found.headline = Headline(text=block.text, line=block.line)
        self.found.kinds[at] = "headline"
        self.known = at
        return True

    def _property(self, at: int) -> bool:
        stated = read_property(self.blocks[at].text)
        if stated is None or not self._is_property(at, stated) or not self._body_follows(at):
            return False
        block = self.blocks[at]
        self._header(at)
        self.mail = self.mail or stated.role == "mail"
        match stated.role:
            case "headline" if self.title is None:
                self.title = (stated.value, block.line)
            case "mail" if stated.subject and self.title is None:
                self.title = (stated.value, block.line)
            case "byline" if self.found.byline is None:
                names = ", ".join(words_of(stated.value)) or stated.value
                self.found.byline = Paragraph(text=names, line=block.line, agency=True)
                self.found.kinds[at] = "byline"
                self.found.header.pop()
            case "tags":
                self.found.tags += words_of(stated.value)
            case "notes":
                self.found.notes.append(stated.value)
            case "date" if not self.mail and (read := read_date_line(stated.value, day_first=self.day_first)):
                self._dated(read, block.text, block.line)
                self.found.kinds[at] = "date"
                self.found.header.pop()
        return True

    def _is_property(self, at: int, stated: Property) -> bool:
        """One alone must be certain, since `Note:` may begin an article; among others of its kind none need be."""
        if stated.certain or stated.role in ("byline", "date"):
            return True
        beside = [
            self.blocks[each]
            for each in (at - 1, at + 1)
            if 0 <= each < len(self.blocks) and abs(self.blocks[each].line - self.blocks[at].line) <= 2
        ]
        return any(read_property(each.text) is not None or is_label_like(each.text) for each in beside)

    def _private(self, at: int) -> bool:
        private = is_private(self.blocks, at, titled=bool(self.found.headline or self.title or self.pending))
        if private := private and self._body_follows(at):
            self._header(at)
        return private

    def _date(self, at: int) -> bool:
        block = self.blocks[at]
        read = read_date_line(block.text, day_first=self.day_first)
        if read is None or not self._body_follows(at):
            return False
        passed = self.pending and self.pending[-1] > self.known
        if self.found.date and passed and SENTENCE.search(self.blocks[self.pending[-1]].text):
            return False
        self._dated(read, block.text, block.line)
        self.found.kinds[at] = "date"
        self.known = at
        for rest in read.rest:
            self._leftover(at, rest)
        return True

    def _dated(self, read: DateLine, raw: str, line: int) -> None:
        stated = SeedDate(raw=raw, day=read.day, line=line, edtf=read.edtf)
        if read.updated:
            self.updated = self.updated or stated
        elif read.day is None:
            self.uncertain = self.uncertain or stated
        else:
            self.found.date = self.found.date or stated

    def _leftover(self, at: int, words: str) -> None:
        """Words beside a date: a byline, or header matter."""
        if self.found.byline is None and is_byline(words):
            self.found.byline = Paragraph(text=words, line=self.blocks[at].line, agency=True)
        else:
            self.found.header.append(HeaderLine(line=self.blocks[at].line, text=words))

    def _byline(self, at: int) -> bool:
        block = self.blocks[at]
        if self.found.headline is None and self.title is None and not self.pending:
            return False
        if not is_byline(block.text) and not (is_name_and_job(block.text) and self.found.byline is None):
            return False
        if not self._body_follows(at):
            return False
        if self.found.byline is None:
            self.found.byline = Paragraph(text=block.text, line=block.line, anchors=block.anchors, agency=True)
            self.found.kinds[at] = "byline"
        else:
            self._header(at)
        self.known = at
        return True

    def _body_follows(self, at: int) -> bool:
        """Whether a line can still belong to the opening: when sentences have been passed, text must follow, or they
        are the text and the line stands at its end."""
        passed = sum(1 for each in self.pending if SENTENCE.search(self.blocks[each].text))
        if not passed:
            return True
        return passed == 1 and any(
            self.free[each]
            and (text := self.blocks[each].text)
            and not is_end_line(text)
            and not is_byline(text)
            and read_date_line(text) is None
            for each in range(at + 1, min(len(self.blocks), at + 12))
        )

    def _parts(self, at: int) -> bool:
        """A line of several parts: `By Jo Finch | Culture | 4 min read`."""
        block = self.blocks[at]
        pieces = pieces_of(block.text)
        if len(pieces) < 2 or SENTENCE.search(block.text):
            return False
        if not any(
            is_byline(each, of_line=False) or CONTROLS.fullmatch(each) or read_date_line(each) is not None
            for each in pieces
        ):
            return False
        for piece in pieces:
            read = read_date_line(piece, day_first=self.day_first)
            if read is not None:
                self._dated(read, piece, block.line)
            else:
                self._leftover(at, piece)
        self.found.kinds[at] = "byline" if self.found.byline and self.found.byline.line == block.line else "header"
        self.known = at
        return True

    def _control(self, at: int) -> bool:
        text = self.blocks[at].text
        if not CONTROLS.fullmatch(text) and not (text.startswith("#") and are_tags(text)):
            return False
        if text.startswith("#"):
            self.found.tags += words_of(text.replace(" ", ","))
        self._header(at)
        return True

    def _header(self, at: int) -> None:
        self._aside(at)
        self.known = at

    def _is_caption(self, at: int) -> bool:
        block = self.blocks[at]
        if not (self.found.headline or self.title or self.pending or self.found.date) or self.captioned:
            return False
        follows = any(
            self.free[each] and self.blocks[each].text for each in range(at + 1, min(len(self.blocks), at + 40))
        )
        if read_caption(block.text, block.anchors, article_follows=follows) is None:
            return False
        if any(SENTENCE.search(self.blocks[each].text) for each in self.pending[1:]):
            return False
        self._caption(at)
        return True

    def _caption(self, at: int) -> None:
        self.found.captions.append(at)
        self.found.kinds[at] = "caption"
        self.captioned = True

    def _settle(self, stop: int) -> None:
        """Which of the blocks that were not understood are the headline, header matter, and text."""
        found = self.found
        pending = self.pending
        if found.headline is None and self.title is None and pending:
            first = pending[0]
            following = [
                each for each in pending[1:] if not SENTENCE.search(self.blocks[each].text) or each < self.known
            ]
            while following and is_paper(self.blocks[first].text, self.host):
                self._header(first)
                pending.remove(first)
                first = following.pop(0)
            self.known, known = max(self.known, -1), self.known
            if len(self.blocks[first].text) <= _LONGEST:
                self._headline(first)
                self.known = known
                pending.remove(first)
        top = next((at for at, kind in found.kinds.items() if kind == "headline"), -1)
        last = max([self.known, *(at for at in found.captions if at < stop)], default=-1)
        for at in pending:
            if at < self.known or (at < top) or self._is_bare(at, max(last, top)):
                self._header(at) if at < self.known or at < top else self._aside(at)

    def _aside(self, at: int) -> None:
        self.found.header.append(HeaderLine(line=self.blocks[at].line, text=self.blocks[at].text))
        self.found.kinds[at] = "header"

    def _is_bare(self, at: int, last: int) -> bool:
        """Whether a line directly below what is known is short, ends no sentence, and text follows: a name, a place."""
        block = self.blocks[at]
        if block.kind not in ("text", "quote") or len(block.text) > _LONGEST_NAME or SENTENCE.search(block.text):
            return False
        words = block.text.split()
        cased = any(word[0].isupper() or word[0].islower() for word in words)
        if len(words) > (6 if cased else 4) or any(word[0].islower() for word in words if len(word) > 3):
            return False
        if not (self.found.date or self.found.byline or self.uncertain or self.updated or at < last):
            return False
        above = [each for each in self.pending if each < at and each not in self.found.kinds]
        after = range(at + 1, min(len(self.blocks), at + _MOST_BLOCKS))
        follows = next(
            (self.blocks[each] for each in after if self.blocks[each].text and each not in self.found.kinds), None
        )
        return not above and follows is not None and follows.kind != "item" and bool(SENTENCE.search(follows.text))

    def _dates_of_facts(self) -> None:
        found = self.found
        if found.date is None and not self.uncertain:
            for raw, line in self.facts.dates:
                if (read := read_date_line(raw, day_first=self.day_first)) is not None:
                    self._dated(read, raw, line)
                    if found.date is not None:
                        break
        found.date = found.date or self.uncertain or self.updated
