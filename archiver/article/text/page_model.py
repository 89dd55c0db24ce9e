"""The model of the whole page: every block in reading order with its kind, place and marks, then the page's data.

It says what stands in the markup and what the source marks as hidden, for screen readers or struck. What a reader sees
only a rendering shows. No text of the page is in no block, within the bounds that `PageRead.cut` names.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import partial

from lxml.etree import _Element as Element

from archiver.article.html.element_index import Outline
from archiver.article.html.paths import Paths
from archiver.article.text.block import Block
from archiver.article.text.block_kinds import kind_of
from archiver.article.text.blocks import MAX_BLOCKS, MAX_DEPTH, Cut, cut_of
from archiver.article.text.embedded_data import data_of
from archiver.model import PageBlock, PageModel, PageRead
from archiver.words import normalised


class Places:
    """Blocks of one tree as the model has them, each XPath and each text made once."""

    def __init__(self, tree: Element) -> None:
        self.tree, self.paths = tree, Paths()
        self._texts: dict[Block, str] = {}

    def of(self, blocks: Iterable[Block]) -> tuple[PageBlock, ...]:
        """The blocks as those of the article."""
        found = tuple(self.page_block(block, in_article=True) for block in blocks)
        for each in found:
            each.settle()
        return found

    def page_block(self, block: Block, *, in_article: bool) -> PageBlock:
        """A block as the model has it."""
        return PageBlock(
            kind=partial(kind_of, block, in_article=in_article),
            text=self.text(block),
            at=partial(self.at, block),
            marked=block.marked,
            in_article=in_article,
            struck=normalised(block.struck) if block.struck is not None else None,
        )

    def text(self, block: Block) -> str:
        """The text of a block, normalised."""
        text = self._texts.get(block)
        if text is None:
            text = self._texts[block] = normalised(block.text)
        return text

    def at(self, block: Block) -> str:
        """The XPath of a block's element; of what stands in markup within markup, that of the attribute or text."""
        place = block.place
        while block.attribute and place.parent is not None and place.element.getroottree().getroot() is not self.tree:
            place = place.parent
        path = self.paths.of(place.element)
        return f"{path}/{block.attribute}" if block.attribute else path


def page_model(
    page: Outline,
    article_blocks: Iterable[PageBlock] = (),
    cut: Iterable[str] = (),
    *,
    parts: Cut | None = None,
    places: Places | None = None,
    comments: Iterable[str] = (),
) -> PageModel:
    """The model of a page whose article is made of `article_blocks`; `cut` names what was left out earlier.

    `parts` are the page's blocks where they were cut already, with their `places`; `comments` what stands in its
    comments.
    """
    parts = parts or cut_of(page.tree, page.marked)
    places = places or Places(page.tree)
    article = list(article_blocks)
    mine = _of_article(parts.blocks, article, places)
    blocks = [places.page_block(each, in_article=each in mine) for each in parts.blocks]
    data, left_out = data_of(page, places.paths, comments)
    declared = {each.text for each in article} - {each.text for each in blocks if each.in_article}
    if declared:
        data = [_in_article(each) if each.text in declared else each for each in data]
    return model_of([*blocks, *data], [*cut, *_cuts(parts), *left_out])


def model_of(blocks: list[PageBlock], cut: list[str]) -> PageModel:
    """The model of these blocks, counted."""
    read = PageRead(
        whole=not cut,
        cut=tuple(dict.fromkeys(cut)),
        blocks=len(blocks),
        hidden=sum(each.marked in ("hidden", "screen-reader") for each in blocks),
        struck=sum(each.marked == "struck" or each.struck is not None for each in blocks),
        data=sum(each.is_data for each in blocks),
    )
    return PageModel(blocks=tuple(blocks), read=read)


def _cuts(parts: Cut) -> list[str]:
    found = []
    if parts.too_many:
        found.append(f"only the first {MAX_BLOCKS} blocks of the page are read")
    if parts.too_deep:
        found.append(f"what is nested deeper than {MAX_DEPTH} levels is not read")
    return found


def _of_article(blocks: list[Block], article: list[PageBlock], places: Places) -> Collection[Block]:
    """The blocks that the article is made of: those with the same place and words, else the first with the words."""
    if not article:
        return frozenset()
    wanted: defaultdict[str, list[PageBlock]] = defaultdict(list)
    for each in article:
        wanted[each.text].append(each)
    found, others = set(), []
    for block in blocks:
        waiting = wanted.get(places.text(block))
        if not waiting:
            continue
        at = places.at(block)
        same = next((each for each in waiting if each.at == at), None)
        if same is not None:
            waiting.remove(same)
            found.add(block)
        else:
            others.append(block)
    for block in others:
        if waiting := wanted[places.text(block)]:
            waiting.pop()
            found.add(block)
    return found


def _in_article(block: PageBlock) -> PageBlock:
    return PageBlock(kind=block.kind, text=block.text, at=block.at, marked=block.marked, in_article=True)
