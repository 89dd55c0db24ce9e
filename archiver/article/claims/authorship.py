"""Whose a page is, and who of those it names as authors wrote this article.

A publisher named as author beside persons, accounts of a content system, and bylines of other articles on the page are
no authors. Nothing is fetched, and no list of sites is kept: the page and its address say whose it is.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from archiver.credits.people import agencies
from archiver.model import Claim, ClaimName
from archiver.words import keys

_Claims = Mapping[ClaimName, tuple[Claim, ...]]
_ACCOUNT = re.compile(r"[A-Z]?[a-z]{2,40}(?:[.][a-z]{2,40}){1,3}")
_TOP = re.compile(r"\.[a-z]{2,8}$")


def sites(claims: _Claims, url: str) -> set[tuple[str, ...]]:
    """The names a headline may carry of its site: its publishers, its host with and without the last label."""
    host = _host(url)
    named = [*(claim.value for claim in claims.get("publisher", ())), host, _TOP.sub("", host)]
    return {keys(name) for name in named if name} | {keys(name.title()) for name in named[-2:] if name}


def authors(named: tuple[Claim, ...], claims: _Claims, url: str) -> tuple[Claim, ...]:
    """The authors of this article among those named on the page.

    Where somebody else is named, the publisher is left to `publisher`, the owner of the copyright to `licence`. Where
    nobody but the site is named, the site stays.
    """
    host = _host(url)
    own = {_letters(claim.value) for claim in claims.get("publisher", ())} | {_letters(host), *host.split(".")}
    rights = [_letters(claim.value) for claim in claims.get("licence", ()) if claim.source == "meta"]

    def is_own(claim: Claim) -> bool:
        letters = _letters(claim.value)
        return letters.replace("redaktion", "") in own or (
            claim.source == "meta" and len(letters) > 3 and any(letters in owner for owner in rights)
        )

    others = [claim for claim in named if not is_own(claim) and not is_account(claim.value)]
    # `The Harbour and AFP` in one byline wrote it together.
    joint = () if any(not agencies.find(claim.value) for claim in others) else {(c.source, c.at) for c in others}
    wrote = tuple(claim for claim in named if claim in others or (claim.source, claim.at) in joint)
    wrote = wrote or tuple(c for c in named if not is_account(c.value)) or tuple(filter(is_own, named))
    return _of_this_article(wrote)


def is_account(name: str) -> bool:
    """`jane-doe`, `jdoe` and `Jane.doe` are names of accounts, as `paper.example` is."""
    return bool((name.isascii() and name.islower()) or _ACCOUNT.fullmatch(name)) and not agencies.find(name)


def _of_this_article(named: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The authors without the bylines of other articles on the page.

    The visible byline of this article is the one that best fits the persons whom the page's data name, and of one that
    fits none of them only agencies stay; where the data name no person, the first is taken. `Mia Holm Our reporter`
    says `Mia Holm` where the data do.
    """
    stated = dict.fromkeys(c.value for c in named if c.source != "visible" and not agencies.find(c.value))
    bylines: dict[str, dict[str, Claim]] = {}
    for claim in named:
        if claim.source == "visible":
            value = next((name for name in stated if _begins(claim.value, name)), claim.value)
            shown = Claim(value=value, raw=claim.raw, source="visible", at=claim.at)
            bylines.setdefault(claim.at, {}).setdefault(value, shown)
    best = max(bylines.values(), key=lambda byline: len(stated.keys() & byline.keys()) / len(byline), default={})
    if stated and not stated.keys() & best.keys():
        best = {value: claim for value, claim in best.items() if agencies.find(value)}
    return (*(claim for claim in named if claim.source != "visible"), *best.values())


def _begins(text: str, name: str) -> bool:
    """Whether `text` is a name and more, and not a longer name."""
    return text.casefold().startswith(name.casefold()) and not text[len(name) : len(name) + 1].islower()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
