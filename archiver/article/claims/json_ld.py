"""Claims in JSON-LD (schema.org): those of the article itself, not of what it reviews or lists."""

from collections.abc import Iterator, Mapping
from typing import Any

from archiver.article.claims.addresses import address
from archiver.article.claims.source import MAX_VALUES, Found, Tree
from archiver.article.html.jsonld import Graph, Node
from archiver.model import ClaimName, Page

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


def claims(page: Page, tree: Tree | None) -> Iterator[Found]:
    """What the article's nodes say."""
    if tree is not None:
        yield from _from_json(tree.graph, page.url)


def _from_json(graph: Graph, url: str) -> Iterator[Found]:
    for node in of_page(graph.articles, url)[:10]:
        for key, name in _JSON.items():
            for raw, at in _values(graph, node, key, name):
                yield name, raw, "json-ld", at


def of_page(articles: list[Node], url: str) -> list[Node]:
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
