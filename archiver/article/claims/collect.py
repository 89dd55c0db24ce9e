"""What a page claims of itself: headline, dates, authors and the rest, each with its source and place.

Nothing is chosen here and nothing overwritten: every source stands beside the others (docs/bag-format.md, 4.6).
"""

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from archiver.article.claims import access_signals, authorship, dates, edtf, htmldate_fallback, visible_metadata
from archiver.article.claims.headlines import tidied
from archiver.article.html.dom import absolute, path_of, text_of
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph, Node
from archiver.article.people import names
from archiver.article.words import fold
from archiver.model import Claim, ClaimName, ClaimSource, Page, Seed

MAX_VALUES = 50
MAX_TAGS = 1_000
MAX_LENGTH = 1_000
_Found = tuple[ClaimName, str, ClaimSource, str]

_JSON: Mapping[str, ClaimName] = {
    "headline": "headline",
    "datePublished": "published",
    "dateModified": "modified",
    "author": "author",
    "creator": "author",
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
_WRITTEN_BY = re.compile(r"\b(?:by|von|par|por|di|da|door|av|af)$", re.IGNORECASE)
_GRAPH_NAMES = re.compile(r"(?:og|article):")
_TRACKING = re.compile(r"(?:(?<=&)|^)(?:utm_\w+|fbclid|gclid|at_medium|at_campaign|ref|smid)=[^&]*&?", re.ASCII)
_WHEN: frozenset[ClaimName] = frozenset(("published", "modified"))
_LABELLED = ("twitter:label1", "twitter:data1")
_RELATIONS: Mapping[str, ClaimName] = {"canonical": "canonical_url", "license": "licence"}
_NAME = ("name", "schema:name")
_WRITTEN = re.compile(r"Article|Posting|Report|WebPage")
_MICRODATA: Mapping[str, ClaimName] = {
    **dict.fromkeys(("headline", "dc:title"), "headline"),
    **dict.fromkeys(("datePublished", "dc:date", "dc:created"), "published"),
    **dict.fromkeys(("dateModified", "dc:modified"), "modified"),
    **dict.fromkeys(("author", "dc:creator"), "author"),
}


def claims_of_page(
    page: Page, outline: Outline | None, graph: Graph | None, base: str
) -> dict[ClaimName, tuple[Claim, ...]]:
    """Every claim of a page by name, in the order of its sources; also what headers and address say without a tree.

    `graph` is the JSON-LD of the page.
    """
    found: list[_Found] = []
    if outline is not None and graph is not None:
        found += [
            *_from_json(graph, page.url),
            *_from_meta(outline.tree),
            *_from_microdata(outline),
            *visible_metadata.claims(outline),
            *_from_links(outline.tree),
        ]
    found += _from_transport(page)
    found += [("access", *each) for each in access_signals.stated(page, outline)]
    claims = _collect(found, base)
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


def address(url: str) -> str:
    """An address without fragment, trailing slash and tracking parameters; the host in lower case."""
    return _remembered(url) if len(url) <= MAX_LENGTH else _address(url)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = _TRACKING.sub("", parts.query[:2000]).rstrip("&")
    return parts._replace(
        scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path.rstrip("/"), query=query, fragment=""
    ).geturl()


_remembered = lru_cache(maxsize=256)(_address)
"""A page says its own in several places."""


def _from_json(graph: Graph, url: str) -> Iterator[_Found]:
    for node in _of_page(graph.articles, url)[:10]:
        for key, name in _JSON.items():
            for raw, at in _values(graph, node, key, name):
                yield name, raw, "json-ld", at


def _of_page(articles: list[Node], url: str) -> list[Node]:
    """The nodes about the article itself: without what it reviews, and without articles of other addresses where one
    has the page's."""
    articles = [node for node in articles if ".itemReviewed" not in node.at]
    stated = [{_place(each) for each in _addresses(node)} for node in articles]
    if not any(_place(url) in places for places in stated):
        return articles
    return [node for node, places in zip(articles, stated, strict=True) if not places or _place(url) in places]


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage"):
        value = node.data.get(key)
        value = value.get("@id") if isinstance(value, dict) else value
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            yield value


def _place(url: str) -> str:
    """An address without scheme, `www.` and query."""
    return address(url).partition("://")[2].removeprefix("www.").partition("?")[0].rstrip("/")


def _values(graph: Graph, node: Node, key: str, name: ClaimName) -> Iterator[tuple[str, str]]:
    """The strings a property holds: itself, its items, or the name (or address, or value) of the thing it is."""
    value = node.data.get(key)
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items[:MAX_VALUES]):
        at = f"{node.at}.{key}[{index}]" if isinstance(value, list) else f"{node.at}.{key}"
        thing: Any = graph.resolve(item)
        if isinstance(thing, dict):
            yield from _inner(thing, at, name)
        elif isinstance(thing, bool) and name == "access":
            yield str(thing).lower(), at
        elif isinstance(thing, str | int) and not isinstance(thing, bool):
            yield str(thing), at


def _inner(thing: dict[str, Any], at: str, name: ClaimName) -> Iterator[tuple[str, str]]:
    """What a thing is called: the first of its names, all of them where it is a list, else first and last name."""
    for key in ("@id", "url") if name == "canonical_url" else ("name", "@value", "value", "alternateName", "url"):
        value = thing.get(key)
        said = [v for v in (value[:MAX_VALUES] if isinstance(value, list) else [value]) if isinstance(v, str)]
        if said:
            yield from ((each, f"{at}.{key}") for each in said)
            return
        whole = [thing.get(part) for part in ("givenName", "familyName")]
        if key == "name" and all(isinstance(part, str) for part in whole):
            yield " ".join(map(str, whole)), f"{at}.familyName"
            return


def _from_meta(tree: Element) -> Iterator[_Found]:
    tags: dict[str, Element] = {}
    for tag in islice(tree.iter("meta"), MAX_TAGS):
        for written in map(tag.get, ("property", "name", "http-equiv")):
            if written is None:
                continue
            key = written.strip().lower()
            if key in _LABELLED:
                tags.setdefault(key, tag)
            if name := _META.get(key):
                source: ClaimSource = "open-graph" if _GRAPH_NAMES.match(key) else "meta"
                content = tag.get("content") or ""
                if key in _INVERTING and (inverted := _INVERTED.fullmatch(content[:200])):
                    content = f"{inverted[2]} {inverted[1]}"
                yield name, content, source, path_of(tag)
                break
    label, datum = map(tags.get, _LABELLED)
    if label is not None and datum is not None and _WRITTEN_BY.search((label.get("content") or "").strip()[-40:]):
        yield "author", datum.get("content") or "", "meta", path_of(datum)


def _from_links(tree: Element) -> Iterator[_Found]:
    """`<link rel="canonical">` and `rel="license"`, five at most, and the language of the page."""
    links = (link for link in tree.iter("link") if link.get("href") and (link.get("rel") or "").lower() in _RELATIONS)
    for link in islice(links, 5):
        yield _RELATIONS[(link.get("rel") or "").lower()], link.get("href") or "", "meta", path_of(link)
    if language := tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"):
        yield "language", language, "meta", "/html/@lang"


def _from_microdata(outline: Outline) -> Iterator[_Found]:
    """Microdata and RDFa of the article: the first of each property, up to five authors."""
    left = Counter({"author": 5, "headline": 1, "published": 1, "modified": 1})
    for element in outline.properties[:MAX_TAGS]:
        for prop in (element.get("itemprop") or element.get("property") or "").split()[:5]:
            name = _MICRODATA.get(prop.removeprefix("schema:"))
            if name and left[name] and _is_of_article(element, prop):
                left[name] -= 1
                inner = next(filter(_is_name, element.iterdescendants("*")), element)
                raw = inner.get("content") or inner.get("datetime") or text_of(inner, limit=MAX_LENGTH)
                yield name, raw, "microdata", path_of(inner)


def _is_name(element: Element) -> bool:
    return element.get("itemprop") == "name" or element.get("property") in _NAME


def _is_of_article(element: Element, prop: str) -> bool:
    """Whether the thing an element's property belongs to is the article or the page, and not a comment or a video."""
    if prop.startswith("dc:"):
        return True
    scope, kind = ("itemscope", "itemtype") if element.get("itemprop") else ("typeof", "typeof")
    around = next((each for each in element.iterancestors() if each.get(scope) is not None), None)
    return bool(_WRITTEN.search(around.get(kind) or "")) if around is not None else element.tag == "meta"


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


def _collect(found: Iterable[_Found], base: str) -> dict[ClaimName, tuple[Claim, ...]]:
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
