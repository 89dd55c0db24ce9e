"""What everybody may see of one bag: facts about the article and a few differing words, each one line and bounded.

Never in it: who supplied a seed and how, notes, lists, contacts, names of files, settings, addresses of machines.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from archiver.bag.names import slug
from archiver.bag.preview.facts import words
from archiver.bag.sanitize import one_line
from archiver.digest import sha256
from archiver.exports.item import Item, item_of_record
from archiver.model.comparison_words import VERDICTS, line_words, verdict_words
from archiver.model.day_words import short_day_words
from archiver.schemas.fields import Table, rows, table

EXCERPTS = 5
"""Differing places of a bag that are shown."""
LONGEST = 80
"""Characters of each side of such a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A place where seed and page differ, a few words of each side; "" where a side has none."""

    about: str
    seed: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A bag in the folder; `stem` names its page. `whole` is whether the gate opens its text."""

    stem: str
    item: Item
    title: str
    agencies: tuple[str, ...]
    """Short names of the agencies that are credited."""
    credits: tuple[str, ...]
    verdict: str
    meaning: str
    excerpts: tuple[Excerpt, ...]
    notices: tuple[str, ...]
    language: str
    whole: bool

    @property
    def day(self) -> str:
        """The day of publication as stated, else that of the capture; behind it in words what is not sure of it."""
        return short_day_words(self.item.published or self.item.captured)

    def row(self) -> list[str]:
        """What the filter of the folder knows of it."""
        return [self.stem, self.title[:300], self.item.publisher[:100], self.day, ", ".join(self.agencies)[:200],
                self.verdict or self.item.outcome]  # fmt: skip


def entry_of(
    record: Mapping[str, Any], *, seal: str, identifier: str, excerpts: bool, whole: bool, language: str
) -> Entry:
    """The entry of a bag; `excerpts` whether words of its text may be shown, `whole` whether all of it may."""
    item = item_of_record(record, bag="", seal=seal, identifier=identifier)
    title = _line(table(record, "seed"), "headline") or item.headline or item.url
    article = item.outcome == "captured" or bool(item.memento)
    credited = [each for each in rows(record, "credits") if words(each, "role")]
    notices = (_notice(each) for each in rows(record, "notices")[:20]) if excerpts else iter(())
    return Entry(
        stem=f"{slug(title, 'page')[:60].strip('-.') or 'page'}-{sha256((identifier or seal).encode())[:12]}",
        item=item,
        title=title,
        agencies=_once(_line(each, "name") for each in credited if each.get("agency"))[:20],
        credits=_once(_credit(each) for each in credited)[:40],
        verdict=verdict_words(item.verdict) if article else "",
        meaning=VERDICTS.get(item.verdict, "") if article else "",
        excerpts=tuple(_excerpts(record))[:EXCERPTS] if excerpts and article else (),
        notices=_once(notices),
        language=language,
        whole=whole and article,
    )


def without_private(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what is nobody's business who reads the article: for the page of a bag that is open."""
    public = dict(copy(record))
    seed, capture, operator = table(record, "seed"), table(record, "capture"), table(record, "operator")
    public["seed"] = {name: seed.get(name) for name in ("original_url", "headline", "date")}
    hidden = ("user_agent", "ip", "proxy")
    public["capture"] = {name: value for name, value in capture.items() if name not in hidden}
    public["operator"] = {"organisation": operator.get("organisation")}
    for name in ("configuration", "host", "clock", "previous", "rendering"):
        public.pop(name, None)
    return public


def _excerpts(record: Table) -> Iterator[Excerpt]:
    for line in rows(table(record, "comparison"), "lines"):
        kind = words(line, "kind")
        about = line_words(kind, words(line, "where") or None)
        if kind == "edited":
            for change in rows(line, "changes")[:2]:
                yield Excerpt(about=about, seed=_short(words(change, "seed")), page=_short(words(change, "page")))
        elif kind in ("missing", "page-only"):
            yield Excerpt(about=about, seed=_short(words(line, "seed")), page=_short(words(line, "page")))


def _short(text: str) -> str:
    line = one_line(text[: 4 * LONGEST])
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rsplit(' ', 1)[0]} …"


def _credit(credit: Table) -> str:
    name, role = _line(credit, "name"), _line(credit, "role")
    return f"{name}, {role}{' (image)' if credit.get('of') == 'image' else ''}" if name else ""


def _notice(notice: Table) -> str:
    kind = _line(notice, "kind").replace("-", " ").capitalize()
    return f"{kind}: {_short(words(notice, 'text'))}" if kind else ""


def _line(within: Table, name: str) -> str:
    return one_line(words(within, name)[:600])[:300]


def _once(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
