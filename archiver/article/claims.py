"""What a page claims of itself: headline, dates, authors and the rest, each with its source and place.

Nothing is chosen here and nothing overwritten: every source stands beside the others (DESIGN.md, section 4).
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from archiver.article import access, agencies, dates, names
from archiver.article.dom import absolute, path_of, select, text_of
from archiver.article.jsonld import Graph, Node
from archiver.article.tokens import fold, keys
from archiver.model import Claim, ClaimName, ClaimSource, Page, Seed

MAX_VALUES = 50
MAX_LENGTH = 1_000
_Found = tuple[ClaimName, str, ClaimSource, str]

_JSON: Mapping[str, ClaimName] = {
    "headline": "headline",
    "datePublished": "published",
    "dateModified": "modified",
    "author": "author",
    "publisher": "publisher",
    "url": "canonical_url",
    "mainEntityOfPage": "canonical_url",
    "inLanguage": "language",
    "license": "licence",
    "identifier": "identifier",
    "dateline": "dateline",
    "keywords": "keywords",
    "isAccessibleForFree": "access",
}
_META_NAMES: Mapping[ClaimName, str] = {
    "headline": "og:title twitter:title dc.title dcterms.title parsely-title title sailthru.title",
    "published": "article:published_time og:published_time og:article:published_time article:published date pubdate "
    "publishdate publish-date publish_date publication_date dc.date dc.date.issued dc.date.created dcterms.date "
    "dcterms.created dcterms.issued parsely-pub-date sailthru.date article.published datepublished displaydate "
    "originalpublicationdate cxenseparse:recs:publishtime rbpubdate",
    "modified": "article:modified_time og:updated_time og:article:modified_time article:modified lastmod "
    "last-modified dc.date.modified dcterms.modified datemodified article.updated revision_date",
    "author": "author article:author og:article:author dc.creator dcterms.creator parsely-author byl "
    "sailthru.author twitter:creator authors article.author articleauthor cxenseparse:author citation_author",
    "publisher": "og:site_name application-name dc.publisher dcterms.publisher publisher copyright-holder",
    "canonical_url": "og:url twitter:url parsely-link",
    "language": "og:locale content-language dc.language dcterms.language language",
    "licence": "dc.rights dcterms.license dcterms.rights copyright",
    "identifier": "dc.identifier dcterms.identifier article_id articleid parsely-post-id",
    "keywords": "keywords news_keywords article:tag parsely-tags sailthru.tags",
    "access": "article:content_tier",
}
_META = {name: claim for claim, each in _META_NAMES.items() for name in each.split()}
_INVERTING = ("dc.creator", "dcterms.creator", "citation_author")
_INVERTED = re.compile(r"\s*([^\W\d]+(?:-[^\W\d]+)?),\s*([^\W\d]+(?:-[^\W\d]+)?)\s*")
"""`Holm, Mia` in the metadata of libraries is one name."""
_ACCOUNT = re.compile(r"[A-Z]?[a-z]{2,40}(?:[.][a-z]{2,40}){1,3}")
_WRITTEN_BY = re.compile(r"\b(?:by|von|par|por|di|da|door|av|af)$", re.IGNORECASE)
_GRAPH_NAMES = re.compile(r"(?:og|article):")
_SUFFIX = re.compile(r"\s+[|\-–—·•:»/]+\s+|\s*[|»]\s*")
_TRACKING = re.compile(r"(?:(?<=&)|^)(?:utm_\w+|fbclid|gclid|at_medium|at_campaign|ref|smid)=[^&]*&?", re.ASCII)
_META_TAGS = etree.XPath("//meta[@content][@name or @property or @http-equiv or @itemprop]")
_LABELLED = etree.XPath("//meta[@name='twitter:label1'][@content]")
_DATUM = etree.XPath("//meta[@name='twitter:data1'][@content]")
_CANONICAL = etree.XPath("//link[translate(@rel,'CANOIL','canoil')='canonical' or @rel='license'][@href]")
_TITLE = etree.XPath("(//title[not(ancestor::svg)])[1]")
_NAMED = etree.XPath("(.//*[@itemprop='name'])[1]")
_HEADINGS = etree.XPath("(//h1)[position()<=3]")
_TIMES = etree.XPath("(//time[@datetime][not(ancestor::aside or ancestor::footer or ancestor::nav)])[position()<=20]")
_PROPERTY = etree.XPath(
    "(//*[@itemprop=$name][ancestor::*[@itemscope][1][contains(@itemtype,'Article') or contains(@itemtype,'Posting')]])"
    "[position()<=$most]"
)
_BYLINES = etree.XPath(
    "(//*[@rel='author' or contains(@class, 'byline') or contains(@class, 'author')]"
    "[not(ancestor::aside or ancestor::footer or ancestor::nav or ancestor::li)])[position()<=10]"
)
_MICRODATA: Mapping[str, ClaimName] = {
    "headline": "headline",
    "datePublished": "published",
    "dateModified": "modified",
    "author": "author",
}


def claims_of_page(
    page: Page, tree: HtmlElement | None, graph: Graph | None, base: str
) -> dict[ClaimName, tuple[Claim, ...]]:
    """Every claim of a page by name, in the order of its sources; also what headers and address say without a tree.

    `graph` is the JSON-LD of the tree.
    """
    found: list[_Found] = []
    if tree is not None and graph is not None:
        found += [*_from_json(graph), *_from_meta(tree), *_from_microdata(tree), *_from_visible(tree)]
        found += [(_link_claim(e), str(e.get("href")), "meta", path_of(e)) for e in select(_CANONICAL, tree)[:5]]
        if language := tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"):
            found.append(("language", language, "meta", "/html/@lang"))
    found += _from_transport(page)
    found += [("access", *each) for each in access.stated(page, tree)]
    claims = _collect(found, base)
    return _without_publisher(_without_site_names(claims), page.url)


def claims_of_seed(seed: Seed) -> dict[ClaimName, tuple[Claim, ...]]:
    """The seed's claims: its headline, its date as `published`, its address as `canonical_url`."""
    claims: dict[ClaimName, tuple[Claim, ...]] = {}
    if seed.headline:
        line, text = seed.headline.line, seed.headline.text
        claims["headline"] = (Claim(value=fold(text), raw=text, source="seed", at=f"line {line}"),)
    if seed.date:
        day, line = seed.date.day.isoformat(), seed.date.line
        claims["published"] = (Claim(value=day, raw=seed.date.raw, source="seed", at=f"line {line}"),)
    claims["canonical_url"] = (Claim(value=address(seed.url), raw=seed.url, source="seed", at=f"line {seed.url_line}"),)
    return claims


def address(url: str) -> str:
    """An address without fragment, trailing slash and tracking parameters; the host in lower case."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = _TRACKING.sub("", parts.query[:2000]).rstrip("&")
    return parts._replace(
        scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path.rstrip("/"), query=query, fragment=""
    ).geturl()


def _from_json(graph: Graph) -> Iterator[_Found]:
    for node in graph.articles[:10]:
        for key, name in _JSON.items():
            for raw, at in _values(graph, node, key, name):
                yield name, raw, "json-ld", at


def _values(graph: Graph, node: Node, key: str, name: ClaimName) -> Iterator[tuple[str, str]]:
    """The strings a property holds: itself, its items, or the name (or address, or value) of the thing it is."""
    value = node.data.get(key)
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items[:MAX_VALUES]):
        at = f"{node.at}.{key}[{index}]" if isinstance(value, list) else f"{node.at}.{key}"
        thing: Any = graph.resolve(item)
        if isinstance(thing, dict):
            wanted = ("@id", "url") if name == "canonical_url" else ("name", "value", "alternateName", "url")
            inner = next((k for k in wanted if isinstance(thing.get(k), str)), None)
            thing, at = (thing[inner], f"{at}.{inner}") if inner else (None, at)
        if isinstance(thing, bool) and name == "access":
            yield str(thing).lower(), at
        elif isinstance(thing, str | int) and not isinstance(thing, bool):
            yield str(thing), at


def _from_meta(tree: HtmlElement) -> Iterator[_Found]:
    for tag in select(_META_TAGS, tree)[:500]:
        for attribute in ("property", "name", "http-equiv"):
            key = (tag.get(attribute) or "").strip().lower()
            if name := _META.get(key):
                source: ClaimSource = "open-graph" if _GRAPH_NAMES.match(key) else "meta"
                content = tag.get("content") or ""
                if key in _INVERTING and (inverted := _INVERTED.fullmatch(content[:200])):
                    content = f"{inverted[2]} {inverted[1]}"
                yield name, content, source, path_of(tag)
                break
    for label, datum in zip(select(_LABELLED, tree)[:1], select(_DATUM, tree), strict=False):
        if _WRITTEN_BY.search((label.get("content") or "").strip()[-40:]):
            yield "author", datum.get("content") or "", "meta", path_of(datum)


def _from_microdata(tree: HtmlElement) -> Iterator[_Found]:
    for prop, name in _MICRODATA.items():
        for element in select(_PROPERTY, tree, name=prop, most=5 if name == "author" else 1):
            inner = next(iter(select(_NAMED, element)), element)
            raw = inner.get("content") or inner.get("datetime") or text_of(inner, limit=MAX_LENGTH)
            yield name, raw, "microdata", path_of(inner)


def _from_visible(tree: HtmlElement) -> Iterator[_Found]:
    for title in select(_TITLE, tree):
        yield "headline", text_of(title, limit=MAX_LENGTH), "visible", path_of(title)
    for heading in select(_HEADINGS, tree):
        yield "headline", text_of(heading, limit=MAX_LENGTH), "visible", path_of(heading)
    seen: set[ClaimName] = set()
    for time in select(_TIMES, tree):
        marks = " ".join((time.get("class") or "", time.get("itemprop") or "", _around(time))).lower()
        name: ClaimName = "modified" if any(m in marks for m in ("modif", "updat", "aktual")) else "published"
        if name not in seen:
            seen.add(name)
            yield name, time.get("datetime") or "", "visible", path_of(time)
    for byline in select(_BYLINES, tree):
        text = text_of(byline, limit=200)
        if len(text) <= 120 and (names.is_byline(text) or byline.get("rel") == "author"):
            yield "author", text, "visible", path_of(byline)


def _from_transport(page: Page) -> Iterator[_Found]:
    if modified := page.header("Last-Modified"):
        yield "modified", modified, "http", "Last-Modified"
    if language := page.header("Content-Language"):
        yield "language", language, "http", "Content-Language"
    try:
        path = urlsplit(page.url).path
    except ValueError:
        return
    if day := dates.in_path(path):
        yield "published", day, "url", "path"


def _around(element: HtmlElement) -> str:
    parent = element.getparent()
    return "" if parent is None else parent.get("class") or ""


def _link_claim(element: HtmlElement) -> ClaimName:
    return "licence" if element.get("rel") == "license" else "canonical_url"


def _collect(found: list[_Found], base: str) -> dict[ClaimName, tuple[Claim, ...]]:
    """Normalise, drop what is empty or unreadable, keep each value of a source once."""
    claims: defaultdict[ClaimName, dict[tuple[str, str], Claim]] = defaultdict(dict)
    for name, raw, source, at in found:
        for value in _normalised(name, html.unescape(raw[:MAX_LENGTH]), base):
            if value and len(claims[name]) < MAX_VALUES:
                key = (value, at if source == "visible" and name in ("headline", "author") else source)
                claims[name].setdefault(key, Claim(value=value, raw=fold(raw[:MAX_LENGTH]), source=source, at=at))
    return {name: tuple(each.values()) for name, each in claims.items() if each}


def _normalised(name: ClaimName, raw: str, base: str) -> list[str]:
    if name in ("published", "modified"):
        when = dates.parse(raw)
        return [when.value] if when else []
    if name == "canonical_url":
        url = absolute(raw, base)
        return [address(url)] if url else []
    if name == "author":
        if raw.startswith(("http://", "https://", "@")):
            return []
        found = names.split(raw)
        # `paper.example, Town, Country` is the site and where it sits.
        return [] if len(found) > 1 and _ACCOUNT.fullmatch(found[0]) else [n for n in found if not _is_account(n)]
    if name == "keywords":
        return [fold(word) for word in raw.split(",")]
    if name == "language":
        return [fold(raw.partition(",")[0]).replace("_", "-")]
    if name == "access":
        return [{"true": "free", "false": "restricted", "locked": "restricted"}.get(raw.lower(), fold(raw.lower()))]
    return [fold(raw)]


def _is_account(name: str) -> bool:
    """`jane-doe`, `jdoe` and `Jane.doe` are names of accounts."""
    return bool((name.isascii() and name.islower()) or _ACCOUNT.fullmatch(name)) and not agencies.find(name)


def _without_publisher(claims: dict[ClaimName, tuple[Claim, ...]], url: str) -> dict[ClaimName, tuple[Claim, ...]]:
    """Where a person is named too, a publisher named as its own article's author is left to `publisher`."""
    if "author" not in claims:
        return claims
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    own = {_letters(claim.value) for claim in claims.get("publisher", ())} | {_letters(host), *host.split(".")}
    authors = tuple(c for c in claims["author"] if _letters(c.value).replace("redaktion", "") not in own)
    authors = authors if any(not agencies.find(claim.value) for claim in authors) else claims["author"]
    return {**claims, "author": _of_this_article(authors)}


def _of_this_article(authors: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The authors without the bylines of other articles on the page.

    The visible byline of this article is the one that best fits the persons whom the page's data name, and of one that
    fits none of them only agencies stay; where the data name no person, the first is taken. `Mia Holm Our reporter`
    says `Mia Holm` where the data do.
    """
    stated = dict.fromkeys(c.value for c in authors if c.source != "visible" and not agencies.find(c.value))
    bylines: dict[str, dict[str, Claim]] = {}
    for claim in authors:
        if claim.source == "visible":
            value = next((name for name in stated if _begins(claim.value, name)), claim.value)
            shown = Claim(value=value, raw=claim.raw, source="visible", at=claim.at)
            bylines.setdefault(claim.at, {}).setdefault(value, shown)
    best = max(bylines.values(), key=lambda byline: len(stated.keys() & byline.keys()) / len(byline), default={})
    if stated and not stated.keys() & best.keys():
        best = {value: claim for value, claim in best.items() if agencies.find(value)}
    return (*(claim for claim in authors if claim.source != "visible"), *best.values())


def _begins(text: str, name: str) -> bool:
    """Whether `text` is a name and more, and not a longer name."""
    return text.casefold().startswith(name.casefold()) and not text[len(name) : len(name) + 1].islower()


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _without_site_names(claims: dict[ClaimName, tuple[Claim, ...]]) -> dict[ClaimName, tuple[Claim, ...]]:
    """`Headline | The Paper` says `Headline` where the page says one of the two parts alone."""
    headlines = claims.get("headline", ())
    alone = {keys(claim.value) for claim in headlines}
    sites = {keys(claim.value) for claim in claims.get("publisher", ())}

    def shortened(claim: Claim) -> Claim:
        for cut in list(_SUFFIX.finditer(claim.value))[::-1]:
            head, tail = claim.value[: cut.start()], claim.value[cut.end() :]
            if keys(head) in alone or keys(tail) in sites:
                return Claim(value=head, raw=claim.raw, source=claim.source, at=claim.at)
            if keys(head) in sites and tail:
                return Claim(value=tail, raw=claim.raw, source=claim.source, at=claim.at)
        return claim

    return {**claims, "headline": tuple(shortened(c) for c in headlines)} if headlines else claims
