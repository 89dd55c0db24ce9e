"""The body of an article out of a parsed page: its paragraphs in reading order, with kinds and places.

The page's own blocks are judged by a small learned model (`select_body.py`). Where that finds little, and where a seed
with a body shows that it missed something, other ways are tried (`fallback_extractors.py`), and the one that covers the
seed best is taken. It says nothing of claims, captions or links. No network, no dates, the same answer every time.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from lxml.etree import _Element as Element

from archiver.article.html.dom import text_of
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.article.text import fallback_extractors, seed_guided
from archiver.article.text.blocks import Block, blocks_of
from archiver.article.text.features import Told
from archiver.article.text.layout import terms
from archiver.article.text.select_body import ENOUGH, choose, judge
from archiver.article.words import shared, words_of
from archiver.model import PageBlock, TextCandidate

NAME = "archiver-blocks"
VERSION = "2"
MAX_ELEMENTS = 60_000
WIDE = 0.15
"""How likely a block must be in the wide reading, the first rival."""
COVERED = 0.95
"""The share of the seed's words above which nothing else is tried."""
BETTER = 0.02
"""How much more of the seed another text must cover to be taken instead."""
_FEW = 40.0
_TAG = re.compile(r"<[^<>]{0,200}>")
_TITLES = frozenset(("og:title", "twitter:title"))
_LEADS = frozenset(("description", "og:description", "twitter:description"))

Seeded = Counter[str] | None
"""The words of a seed's body, or None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a page, who found it, what else there was; `note` says why there is none, or what is wrong."""

    blocks: tuple[PageBlock, ...] = ()
    extractor: str = NAME
    version: str = VERSION
    note: str | None = None
    candidates: tuple[TextCandidate, ...] = ()


def version() -> str:
    """The version of the extractor that is ours."""
    return VERSION


def extract(page: Outline, graph: Graph, url: str, seed: str = "", *, fast: bool = False) -> Extracted:
    """The text of the article. The page stays as it was; `seed` is the body of the seed, by which texts are judged.

    `fast` takes what the seed's words lead to, where that covers the seed, and asks no further.
    """
    if page.size > MAX_ELEMENTS:
        return Extracted(note=f"the page has more than {MAX_ELEMENTS} elements; its text was not searched")
    tree = page.tree
    blocks = blocks_of(tree)
    search = _Search(words_of(seed.splitlines()) or None)
    if fast and search.seeded:
        found = seed_guided.choose(blocks, seed_guided.Wanted(seed))
        search.add(seed_guided.NAME, seed_guided.VERSION, lambda: fallback_extractors.as_page_blocks(found))
        if search.satisfied():
            return search.result()
        search.found.clear()
    judged = judge(blocks, told_of(tree, graph))
    known: dict[Block, PageBlock] = {}
    search.add(NAME, VERSION, lambda: fallback_extractors.as_page_blocks(choose(judged, ENOUGH), known))
    if not search.satisfied() or search.seeded:
        search.add(f"{NAME}-wide", VERSION, lambda: fallback_extractors.as_page_blocks(choose(judged, WIDE), known))
        search.add("json-ld", "articleBody", lambda: fallback_extractors.declared(graph))
    if not search.satisfied():
        search.add(
            fallback_extractors.TRAFILATURA,
            fallback_extractors.version_of_trafilatura(),
            lambda: fallback_extractors.by_trafilatura(tree, url, blocks),
        )
        search.add("scripts", VERSION, lambda: fallback_extractors.in_scripts(tree))
    if not search.found:
        search.add("all-prose", VERSION, lambda: fallback_extractors.all_prose(blocks))
    return search.result()


def told_of(tree: Element, graph: Graph) -> Told:
    """What the page tells of itself in its title, its description and its data."""
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
    return Told(title=frozenset(title), lead=frozenset(lead), body=bare if len(bare) > 200 else "")


@dataclass(frozen=True, slots=True)
class _Found:
    blocks: tuple[PageBlock, ...]
    size: float
    candidate: TextCandidate


class _Search:
    """The texts found so far, in the order they were tried."""

    def __init__(self, seeded: Seeded) -> None:
        self.seeded = seeded
        self.found: list[_Found] = []

    def add(self, extractor: str, version: str, find: Callable[[], tuple[PageBlock, ...]]) -> None:
        """Try one more way; a text that was found already is no other."""
        blocks = find()
        texts = [block.text for block in blocks]
        if not blocks or any([b.text for b in each.blocks] == texts for each in self.found):
            return
        counted = words_of(texts)
        covered = None
        if self.seeded is not None:
            covered = round(shared(counted, self.seeded) / self.seeded.total(), 4)
        candidate = TextCandidate(
            extractor=extractor, version=version, characters=sum(map(len, texts)), seed_coverage=covered
        )
        self.found.append(_Found(blocks, counted.total(), candidate))

    def satisfied(self) -> bool:
        """Whether what was found covers the seed or, without one, is no mere handful of words."""
        if self.seeded is not None:
            return any((each.candidate.seed_coverage or 0.0) >= COVERED for each in self.found)
        return any(each.size >= _FEW for each in self.found)

    def result(self) -> Extracted:
        """The first text that no other betters, and the runner-up."""
        if not self.found:
            return Extracted(note="no article text was found")
        best = self.found[0]
        for each in self.found[1:]:
            if self._betters(each, best):
                best = each
        rest = sorted((e for e in self.found if e is not best), key=lambda e: -(e.candidate.seed_coverage or 0.0))
        name = best.candidate.extractor
        return Extracted(
            blocks=best.blocks,
            extractor=name,
            version=best.candidate.version,
            note="no article was recognised; the text is all prose of the page" if name == "all-prose" else None,
            candidates=(best.candidate, *(each.candidate for each in rest)),
        )

    def _betters(self, one: _Found, other: _Found) -> bool:
        mine, theirs = one.candidate.seed_coverage, other.candidate.seed_coverage
        if mine is not None and theirs is not None:
            return mine > theirs + BETTER
        return other.size < _FEW and one.size > 2 * other.size
