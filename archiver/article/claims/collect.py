"""What a page claims of itself: headline, dates, authors and the rest, each with its source and place.

Nothing is chosen here and nothing overwritten: every source stands beside the others (docs/bag-format.md, 4.6). A new
source is a module with a function like `json_ld.claims`, and a row of `SOURCES` (docs/extending.md).
"""

import html
from collections import defaultdict
from collections.abc import Iterable

from archiver.article.claims import (
    access_signals,
    authorship,
    dates,
    edtf,
    htmldate_fallback,
    json_ld,
    meta_tags,
    microdata,
    transport,
    visible_metadata,
)
from archiver.article.claims.addresses import address
from archiver.article.claims.headlines import tidied
from archiver.article.claims.source import MAX_LENGTH, MAX_VALUES, Found, Source, Tree
from archiver.article.html.dom import absolute
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.credits.people import names
from archiver.model import Claim, ClaimName, Page, Seed
from archiver.words import fold

SOURCES: tuple[Source, ...] = (
    json_ld.claims,
    meta_tags.claims,
    microdata.claims,
    visible_metadata.claims,
    meta_tags.links,
    transport.claims,
    access_signals.claims,
)
"""Every source of claims, in the order in which their claims stand in the record."""
_WHEN: frozenset[ClaimName] = frozenset(("published", "modified"))


def claims_of_page(
    page: Page, outline: Outline | None, graph: Graph | None, base: str
) -> dict[ClaimName, tuple[Claim, ...]]:
    """Every claim of a page by name, in the order of its sources; also what headers and address say without a tree.

    `graph` is the JSON-LD of the page.
    """
    tree = Tree(outline=outline, graph=graph) if outline is not None and graph is not None else None
    claims = _collect((found for source in SOURCES for found in source(page, tree)), base)
    stated = {name for name in _WHEN & claims.keys() if any(claim.source != "url" for claim in claims[name])}
    if outline is not None and stated != _WHEN:
        for name, found in _collect(visible_metadata.dates_printed(outline.tree), base).items():
            if name not in stated:
                claims[name] = (*claims.get(name, ()), *found)
    if "published" not in claims and outline is not None:
        claims |= _collect(htmldate_fallback.published(outline.tree, page), base)
    for when in _WHEN & claims.keys():
        claims[when] = tuple(sorted(claims[when], key=lambda claim: dates.parse(claim.value) is None))
    if headlines := claims.get("headline"):
        claims["headline"] = tidied(headlines, authorship.sites(claims, page.url))
    if authors := claims.get("author"):
        claims["author"] = authorship.authors(authors, claims, page.url)
    return claims


def claims_of_seed(seed: Seed) -> dict[ClaimName, tuple[Claim, ...]]:
    """The seed's claims: its headline, its date as `published`, the names of its byline, its address as
    `canonical_url`."""
    claims: dict[ClaimName, tuple[Claim, ...]] = {}
    if seed.headline:
        line, text = seed.headline.line, seed.headline.text
        claims["headline"] = (Claim(value=fold(text), raw=text, source="seed", at=f"line {line}"),)
    if seed.date:
        day, line = seed.date.value, seed.date.line
        claims["published"] = (Claim(value=day, raw=seed.date.raw, source="seed", at=f"line {line}"),)
    if seed.byline and (authors := names.split(seed.byline.text)):
        text, at = seed.byline.text, f"line {seed.byline.line}"
        claims["author"] = tuple(Claim(value=name, raw=text, source="seed", at=at) for name in authors)
    claims["canonical_url"] = (Claim(value=address(seed.url), raw=seed.url, source="seed", at=f"line {seed.url_line}"),)
    return claims


def _collect(found: Iterable[Found], base: str) -> dict[ClaimName, tuple[Claim, ...]]:
    """Normalise, drop what is empty or unreadable, keep each value of a source once."""
    claims: defaultdict[ClaimName, dict[tuple[str, str], Claim]] = defaultdict(dict)
    for name, raw, source, at in found:
        raw = raw[:MAX_LENGTH]
        for value in filter(None, _normalised(name, html.unescape(raw), base)):
            key = (value, at if source == "visible" and name in ("headline", "author") else source)
            if key not in claims[name] and len(claims[name]) < MAX_VALUES:
                claims[name][key] = Claim(value=value, raw=fold(raw), source=source, at=at)
    return {name: tuple(each.values()) for name, each in claims.items() if each}


def _normalised(name: ClaimName, raw: str, base: str) -> list[str]:
    if name in _WHEN:
        when = dates.parse(raw)
        value = when.value if when else edtf.parse(raw)
        return [value] if value else []
    if name == "canonical_url":
        url = absolute(raw, base)
        return [address(url)] if url else []
    if name == "author":
        if raw.startswith(("http://", "https://", "@")):
            return []
        found = names.split(raw)
        # `paper.example, Town, Country` is the site and where it sits.
        return found[:1] if authorship.is_account(found[0] if found else "") else found
    if name == "keywords":
        return [fold(word) for word in raw.split(",")]
    if name == "language":
        return [fold(raw.partition(",")[0]).replace("_", "-")]
    if name == "access":
        return [{"true": "free", "false": "restricted", "locked": "restricted"}.get(raw.lower(), fold(raw.lower()))]
    return [fold(raw)]
