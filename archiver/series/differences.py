"""What differs between two states of an article: lines, claims, credits, the photo; and findings about it. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver.article.compare import compare
from archiver.model import Claim, ComparedLine, Credit, Notice, Reading
from archiver.model.day_words import day_words
from archiver.series.recorded_page import State

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_WHEN = ("published", "modified")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidClaim:
    """A claim of one state that the other has not: its name, value and source."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidCredit:
    """A credit of one state that the other has not."""

    name: str
    role: str
    of: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFinding:
    """One thing to look at: its code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """From `older` to `newer`. In `lines`, as in the record's comparison, `seed` is the older paragraph and `page` the
    newer; a `seed_line` counts the older paragraphs from 1."""

    older: State
    newer: State
    verdict: str
    lines: tuple[ComparedLine, ...]
    claims_added: tuple[SaidClaim, ...]
    claims_dropped: tuple[SaidClaim, ...]
    credits_added: tuple[SaidCredit, ...]
    credits_dropped: tuple[SaidCredit, ...]
    notices_added: tuple[Notice, ...]
    notices_dropped: tuple[Notice, ...]
    findings: tuple[ChangeFinding, ...]

    @property
    def same(self) -> bool:
        """Whether text, claims, credits, notices and photo are equal."""
        texts = [each.reading.article.paragraphs for each in (self.older, self.newer)]
        said = (self.claims_added, self.claims_dropped, self.credits_added, self.credits_dropped)
        noticed = bool(self.notices_added or self.notices_dropped)
        return texts[0] == texts[1] and not any(said) and not noticed and self.older.photo == self.newer.photo


def difference(one: State, other: State) -> Difference:
    """What differs between two states, the earlier one first whatever their order."""
    older, newer = sorted((one, other), key=lambda each: each.captured)
    compared = _compared(older.reading, newer.reading)
    claims = [_claims(each.reading) for each in (older, newer)]
    credited = [_credits(each.reading) for each in (older, newer)]
    return Difference(
        older=older,
        newer=newer,
        verdict=compared[0],
        lines=compared[1],
        claims_added=tuple(each for each in claims[1] if each not in claims[0]),
        claims_dropped=tuple(each for each in claims[0] if each not in claims[1]),
        credits_added=_missing_from(credited[0], credited[1]),
        credits_dropped=_missing_from(credited[1], credited[0]),
        notices_added=_new_notices(older.reading, newer.reading),
        notices_dropped=_new_notices(newer.reading, older.reading),
        findings=tuple(_findings(older, newer, compared[1], claims, _missing_from(credited[1], credited[0]))),
    )


def _compared(older: Reading, newer: Reading) -> tuple[str, tuple[ComparedLine, ...]]:
    if newer.article.model is None or not older.article.paragraphs:
        return compare.NOTHING.verdict, ()
    found = compare.compare(compare.as_seed(older.article.paragraphs), newer.article.model)
    return found.verdict, found.lines


def _claims(reading: Reading) -> list[SaidClaim]:
    """What the page claims; headers of the transport, which may differ with each answer, are not claims of the page."""

    def said(name: str, claims: Iterable[Claim]) -> Iterator[SaidClaim]:
        for each in claims:
            if each.source not in ("seed", "http"):
                yield SaidClaim(name=name, value=each.value, source=each.source)

    return list(dict.fromkeys(each for name, claims in reading.claims.items() for each in said(name, claims)))


def _new_notices(here: Reading, there: Reading) -> tuple[Notice, ...]:
    """The notices of `there` that `here` has not, by kind and text."""
    known = {(each.kind, each.text) for each in here.article.notices}
    return tuple(each for each in there.article.notices if (each.kind, each.text) not in known)


def _credits(reading: Reading) -> list[SaidCredit]:
    return list(dict.fromkeys(map(_credit, (each for each in reading.credits if each.source != "seed"))))


def _credit(credit: Credit) -> SaidCredit:
    return SaidCredit(name=credit.name, role=credit.role, of=credit.of, text=credit.text)


def _missing_from(here: list[SaidCredit], there: list[SaidCredit]) -> tuple[SaidCredit, ...]:
    """The credits of `there` that `here` has not, each once by name and role."""
    known = {(each.name, each.role, each.of) for each in here}
    found = {(each.name, each.role, each.of): each for each in reversed(there)}
    return tuple(each for key, each in reversed(found.items()) if key not in known)


def _findings(
    older: State,
    newer: State,
    lines: tuple[ComparedLine, ...],
    claims: list[list[SaidClaim]],
    dropped: tuple[SaidCredit, ...],
) -> Iterator[ChangeFinding]:
    if older.reading.article.paragraphs != newer.reading.article.paragraphs:
        dates = [{(each.name, each.value) for each in said if each.name in _WHEN} for said in claims]
        if dates[0] and dates[0] == dates[1]:
            stated = ", ".join(sorted({day_words(value) for _, value in dates[0]}))
            yield ChangeFinding(
                code="text-differs-date-unchanged", message=f"the text differs, the dates stay: {stated}"
            )
    for each in dropped:
        yield ChangeFinding(code="credit-dropped", message=f"{each.name} ({each.role}): {each.text}")
    for line in lines:
        if line.kind == "missing":
            yield ChangeFinding(code="paragraph-removed", message=line.seed or "")
        for change in line.changes:
            words = f"{change.seed!r} became {change.page!r}"
            if _NUMBER.findall(change.seed) != _NUMBER.findall(change.page):
                yield ChangeFinding(code="number-changed", message=words)
            names = _names(change.seed, line.seed or ""), _names(change.page, line.page or "")
            if all(names) and names[0] != names[1]:
                yield ChangeFinding(code="name-changed", message=words)
    if older.photo and newer.photo and older.photo != newer.photo:
        yield ChangeFinding(code="photo-changed", message=f"sha256 {older.photo} became {newer.photo}")


def _names(words: str, paragraph: str) -> set[str]:
    """Words that begin with a capital, that which begins the paragraph apart."""
    found = {word for word in _WORD.findall(words) if word[0].isupper()}
    first = _WORD.search(paragraph)
    return found - ({first[0]} if first and words.startswith(first[0]) else set())
