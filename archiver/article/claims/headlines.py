"""The headlines a page claims, tidied: without the site's name, and the damaged behind the sound.

All of them stay, with what stood there as `raw`; only the order says which is preferred (docs/bag-format.md, 4.6). It
does not judge which of two sound headlines is the right one: the order of the sources stands.
"""

import re
from collections.abc import Collection

from archiver.model import Claim
from archiver.words import keys

_Keys = tuple[str, ...]
_BREAK = re.compile(r"(?<!\s)(?:\s++[|\-–—·•:»/]++\s+|\s*+[|»｜：]\s*)")
_MOST_BREAKS = 4
"""Looked at from each end of a headline."""
_ESCAPED = re.compile(r"&(?:#\d{1,6}|#x[\da-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_CUT_OFF = re.compile(r"(?<!\s)\s*+(?:…|\.\.\.)$")
_DATA = ("json-ld", "open-graph")


def tidied(headlines: tuple[Claim, ...], sites: Collection[_Keys]) -> tuple[Claim, ...]:
    """The same claims: `Headline | The Paper` says `Headline`, and what a machine has damaged stands last."""
    alone = {keys(claim.value) for claim in headlines}
    clean = [
        claim
        if (short := without_site(claim.value, alone, sites)) == claim.value
        else Claim(value=short, raw=claim.raw, source=claim.source, at=claim.at)
        for claim in headlines
    ]
    said = {keys(claim.value): claim for claim in reversed(clean)}
    return tuple(sorted(clean, key=lambda claim: _damaged(claim, said)))


def without_site(headline: str, alone: Collection[_Keys], sites: Collection[_Keys]) -> str:
    """A headline without what follows where the page says it `alone`, and without a name of the site at its ends."""
    breaks = list(_BREAK.finditer(headline))
    shorter = ""
    for cut in reversed(breaks[:_MOST_BREAKS] + breaks[_MOST_BREAKS:][-_MOST_BREAKS:]):
        head, tail = headline[: cut.start()], headline[cut.end() :]
        if keys(head) in alone:
            return head
        if keys(tail) in sites:
            shorter = head
        elif keys(head) in sites and tail:
            shorter = shorter or tail
    return shorter or headline


def _damaged(claim: Claim, said: dict[_Keys, Claim]) -> bool:
    """Whether it was cut off, put in capitals, or escaped twice, and another claim says it better.

    A template that escapes what it writes into JSON-LD shows that nobody looks at its headline; where the escapes are
    all that is wrong with it (the words are the same elsewhere), it is read and stands.
    """
    value, own = claim.value, keys(claim.value)
    if _CUT_OFF.search(value):
        stem = keys(_CUT_OFF.sub("", value))
        return any(other[: len(stem)] == stem and len(other) > len(own) for other in said)
    if value.isupper() and " " in value:
        return any(not c.value.isupper() and c.value.casefold() == value.casefold() for c in said.values())
    return bool(_ESCAPED.search(claim.raw)) and any(
        other != own and c.source in _DATA and c.source != claim.source and not _ESCAPED.search(c.raw)
        for other, c in said.items()
    )
