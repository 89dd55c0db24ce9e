"""The body of an article out of a parsed page: its paragraphs in reading order, with kinds and places.

The page's own blocks are judged by a small learned model (`select_body.py`), and what belongs to an article by its
place is added by rule (`article_edges.py`). Where that finds little, other ways are tried (`fallback_extractors.py`).
The text depends on the page and on nothing else: no seed, no network, no dates. It says nothing of claims, captions or
links.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from lxml.etree import _Element as Element

from archiver.article.html.dom import text_of
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.article.text import fallback_extractors
from archiver.article.text.article_edges import with_edges, without_copy
from archiver.article.text.block import Block
from archiver.article.text.blocks import Cut, cut_of, running
from archiver.article.text.features import SelfDescription
from archiver.article.text.layout import terms
from archiver.article.text.page_model import Places
from archiver.article.text.select_body import Judged, choose, enough_for, judge
from archiver.model import PageBlock, TextCandidate
from archiver.words import said

NAME = "archiver-blocks"
VERSION = "6"
"""The version of the extractor: a new one wherever the same page would give another text. It is not the package's."""
MAX_ELEMENTS = 60_000
WIDE = 0.15
"""How likely a block must be in the wide reading, the first that is tried where little was found."""
_FEW = 40
"""So many words are an article; where fewer were found, other ways are tried."""
_TAG = re.compile(r"<[^<>]{0,200}>")
_TITLES = frozenset(("og:title", "twitter:title"))
_LEADS = frozenset(("description", "og:description", "twitter:description"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a page, who found it, what else there was; `note` says why there is none, or what is wrong; `parts`
    are all blocks of the page, `places` their places."""

    blocks: tuple[PageBlock, ...] = ()
    extractor: str = NAME
    version: str = VERSION
    note: str | None = None
    candidates: tuple[TextCandidate, ...] = ()
    parts: Cut | None = None
    places: Places | None = None


def extract(page: Outline, graph: Graph, url: str, *, fallback: bool = True) -> Extracted:
    """The text of the article. The page stays as it was. Without `fallback`, trafilatura is left out where it is
    installed, too."""
    tree = page.tree
    parts = cut_of(tree, page.marked)
    if page.size > MAX_ELEMENTS:
        note = f"the page has more than {MAX_ELEMENTS} elements; which of them are the article was not judged"
        return Extracted(note=note, parts=parts)
    blocks = running(parts.blocks)
    places = Places(tree)
    judged = judge(blocks, description_of(tree, graph))
    search = _Search()

    search.add(NAME, VERSION, lambda: places.of(article_of(blocks, judged, enough_for(judged))))
    if not search.satisfied():
        search.add(f"{NAME}-wide", VERSION, lambda: places.of(article_of(blocks, judged, WIDE)))
        search.add("json-ld", "articleBody", lambda: fallback_extractors.declared(graph))
    if not search.satisfied():
        if fallback and (version := fallback_extractors.version_of_trafilatura()) is not None:
            search.add(
                fallback_extractors.TRAFILATURA,
                version,
                lambda: fallback_extractors.by_trafilatura(tree, url, blocks, places),
            )
        search.add("scripts", VERSION, lambda: fallback_extractors.in_scripts(tree))
    if not search.found:
        search.add("all-prose", VERSION, lambda: places.of(_all_prose(blocks)))
    return replace(search.result(parts), places=places)


def article_of(blocks: Sequence[Block], judged: Sequence[Judged], enough: float) -> list[Block]:
    """The article among the blocks of a page's running text: what is judged as likely as this, what belongs to it by
    where it stands, nothing hidden and nothing twice."""
    found = choose(judged, enough)
    shown = _shown(found)
    among = blocks if shown is found else [each for each in blocks if each.marked is None]
    return without_copy(with_edges(shown, among))


def _shown(blocks: list[Block]) -> list[Block]:
    """The blocks that are not marked hidden; all of them where most of their words are: scripts will show those."""
    shown = [each for each in blocks if each.marked is None]
    return shown if 2 * sum(each.words for each in shown) >= sum(each.words for each in blocks) else blocks


def _all_prose(blocks: list[Block]) -> list[Block]:
    return [each for each in blocks if fallback_extractors.is_prose(each)]


def description_of(tree: Element, graph: Graph) -> SelfDescription:
    """What the page says of itself in its title, its description and its data."""
    title: set[str] = set()
    lead: set[str] = set()
    for element in tree.iter("title", "h1", "meta"):
        if element.tag != "meta":
            title |= terms(text_of(element, limit=500))
            continue
        name = (element.get("property") or element.get("name") or "").lower()
        if name in _TITLES:
            title |= terms((element.get("content") or "")[:1000])
        elif name in _LEADS:
            lead |= terms((element.get("content") or "")[:1000])
    body = max((text for text, _ in graph.bodies()), key=len, default="")
    bare = "".join(_TAG.sub("", body).split())
    return SelfDescription(title=frozenset(title), lead=frozenset(lead), body=bare if len(bare) > 200 else "")


@dataclass(frozen=True, slots=True)
class _Found:
    blocks: tuple[PageBlock, ...]
    size: int
    candidate: TextCandidate


def _size(texts: Iterable[str]) -> int:
    """How many words a text has, counted as far as it matters."""
    size = 0
    for text in texts:
        size += len(said(text))
        if size > 2 * _FEW:
            break
    return size


class _Search:
    """The texts found so far, in the order they were tried."""

    def __init__(self) -> None:
        self.found: list[_Found] = []

    def add(self, extractor: str, version: str, find: Callable[[], tuple[PageBlock, ...]]) -> None:
        """Try one more way; a text that was found already does not count."""
        blocks = find()
        texts = [block.text for block in blocks]
        if not blocks or any([b.text for b in each.blocks] == texts for each in self.found):
            return
        candidate = TextCandidate(
            extractor=extractor, version=version, characters=sum(map(len, texts)), seed_coverage=None
        )
        self.found.append(_Found(blocks, _size(texts), candidate))

    def satisfied(self) -> bool:
        """Whether what was found is more than a handful of words."""
        return any(each.size >= _FEW for each in self.found)

    def result(self, parts: Cut) -> Extracted:
        """The first text; where that is short, one of more than twice its words."""
        if not self.found:
            return Extracted(note="no article text was found", parts=parts)
        best = self.found[0]
        for each in self.found[1:]:
            if best.size < _FEW and each.size > 2 * best.size:
                best = each
        rest = [each for each in self.found if each is not best]
        name = best.candidate.extractor
        return Extracted(
            blocks=best.blocks,
            extractor=name,
            version=best.candidate.version,
            note="no article was recognised; the text is all prose of the page" if name == "all-prose" else None,
            candidates=(best.candidate, *(each.candidate for each in rest)),
            parts=parts,
        )
