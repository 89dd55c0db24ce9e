"""Claims in `<meta>` and `<link>`: Open Graph, Dublin Core, Twitter cards and what else pages put there."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from lxml.etree import _Element as Element

from archiver.article.claims.source import MAX_TAGS, Found, Tree
from archiver.article.html.dom import path_of
from archiver.model import ClaimName, ClaimSource, Page

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
_LABELLED = ("twitter:label1", "twitter:data1")
_RELATIONS: Mapping[str, ClaimName] = {"canonical": "canonical_url", "license": "licence"}


def claims(_: Page, tree: Tree | None) -> Iterator[Found]:
    """What the `<meta>` elements say."""
    if tree is not None:
        yield from _from_meta(tree.outline.tree)


def links(_: Page, tree: Tree | None) -> Iterator[Found]:
    """What the `<link>` elements and the language of `<html>` say."""
    if tree is not None:
        yield from _from_links(tree.outline.tree)


def _from_meta(tree: Element) -> Iterator[Found]:
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


def _from_links(tree: Element) -> Iterator[Found]:
    """`<link rel="canonical">` and `rel="license"`, five at most, and the language of the page."""
    links = (link for link in tree.iter("link") if link.get("href") and (link.get("rel") or "").lower() in _RELATIONS)
    for link in islice(links, 5):
        yield _RELATIONS[(link.get("rel") or "").lower()], link.get("href") or "", "meta", path_of(link)
    if language := tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"):
        yield "language", language, "meta", "/html/@lang"
