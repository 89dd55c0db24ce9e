"""Claims in JSON-LD (schema.org): those of the article itself, not of what it reviews or lists."""

from collections.abc import Iterator, Mapping
from typing import Any

from archiver.article.claims.addresses import address
from archiver.article.claims.source import MAX_LENGTH, MAX_VALUES, Found, Tree
from archiver.article.html.jsonld import Graph, Node
from archiver.model import ClaimName, Page
from archiver.words import keys, shared, words

_ALIKE = 0.5
"""Share of the words of a headline that a page's title has, be it worded otherwise."""

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
    for node in of_page(graph, url)[:10]:
        for key, name in _JSON.items():
            for raw, at in _values(graph, node, key, name):
                yield name, raw, "json-ld", at


def of_page(graph: Graph, url: str) -> list[Node]:
    """The nodes about the article itself: without what it reviews, without articles of other addresses where one has
    the page's, and where none has it, without those whose headline is not the page's either."""
    articles = [node for node in graph.articles if ".itemReviewed" not in node.at]
    stated = [{_place(each) for each in _addresses(node)} for node in articles]
    if not any(_place(url) in places for places in stated):
        return [node for node, places in zip(articles, stated, strict=True) if not places or _is_headed(node, graph)]
    return [node for node, places in zip(articles, stated, strict=True) if not places or _place(url) in places]


def _is_headed(node: Node, graph: Graph) -> bool:
    """Whether the page's title or main heading is about a node's headline; true where either has none."""
    headline = node.data.get("headline")
    mine = words(keys(headline[:MAX_LENGTH])) if isinstance(headline, str) else None
    titles = [words(keys(title)) for title in graph.titles()]
    if not mine or not any(titles):
        return True
    return any(shared(mine, title) >= _ALIKE * min(mine.total(), title.total()) for title in titles if title)


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
