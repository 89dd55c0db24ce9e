"""The seed against the whole page, line by line (docs/capture/comparison.md).

The lines are the paragraphs of the body and the lines after it; headline, date, byline and caption are claims. A line
is looked for in what stands in the page's markup, then in what is marked hidden or struck, then in its embedded data.
Where the page merged or split paragraphs, each piece stands beside its own; a paragraph whose break alone differs is
`typographic`. It does not ask which blocks the extractor took: that decides between `article` and `page` alone.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from archiver.article.compare import verdicts
from archiver.article.compare.align import Group, in_order
from archiver.article.compare.captions import compare_captions
from archiver.article.compare.claim_lines import known
from archiver.article.compare.layers import NUMBERED, Layer, text_of, unmarked
from archiver.article.compare.letters import cut_by_letters, letters
from archiver.article.compare.page_only import counted
from archiver.article.compare.paragraph import Text
from archiver.article.compare.word_diff import Differ
from archiver.model import (
    ComparedLine,
    Comparison,
    LineKind,
    PageBlock,
    PageModel,
    PageRead,
    Paragraph,
    Seed,
    SourceDocument,
    Where,
)
from archiver.words import fold, keys

_LARGE = 1 << 20
"""Bytes of a seed from which on each of its words is kept once: a string for each takes ten times its letters."""
_ENDS = 12
"""Characters that are compared on both sides of the end of a line."""
_OPENS = r"opens?|öffnet(?: sich)?|ouvre|s['’]ouvre|se abre|abre|si apre|opent|åpnes?|åbner|öppnas"
_NEW = r"new|neuen|nouvel(?:le)?|nueva|nova|nuova|nieuw|ny|nytt|nyt"
_TAB = (
    r"tab|window|fenster|onglet|fenêtre|pestaña|ventana|aba|janela|scheda|finestra|tabblad|venster|fane|vindu|vindue|"
    r"flik|fönster"
)
_AID = re.compile(
    rf"\s?(?:[(\[]|, )(?:{_OPENS}) (?:(?:in|im|dans|en|em|i) )?(?:(?:an?|einem|una?|uma?|une|een|et|ett|et) )?"
    rf"(?:(?:{_NEW}) )?(?:{_TAB})(?!\w)[)\]]?",
    re.IGNORECASE,
)
"""What a link says for those who do not see it: no word of the text around it."""
_AID_HINT = re.compile(rf"[(\[,] ?(?:{_OPENS}) ", re.IGNORECASE)
"""How every aid begins: found in a third of the time."""
_NOTE_MARK = re.compile(
    r"(?:(?<=[^\W\d_]{3})|(?<=[.,;:!?…\"'”’»)\]]))\s?+(?:\*{1,3}|[†‡]|[¹²³⁰⁴-⁹]{1,3}|\[\d{1,3}\])(?![\w*])"
)
"""What leads to a footnote: no word. `km²` and `10²` are left, whose words are too short for a mark."""
_SEARCH_CUT = "the search for words that are no paragraph of the page stopped at its limit"
UNREAD = PageModel(blocks=(), read=PageRead(whole=True))
"""What a page that is not markup has: nothing to compare."""
NOTHING = Comparison(verdict="no-text", seed_coverage=0.0, page_coverage=0.0, lines=())


class _Placed:
    """A line, the index of its seed paragraph, its place on the page; `apart` from the order of the others."""

    __slots__ = ("apart", "line", "order", "seed")

    def __init__(self, seed: int, order: tuple[int, int], line: ComparedLine, *, apart: bool) -> None:
        self.seed, self.order, self.line, self.apart = seed, order, line, apart


def compare(
    seed: Seed,
    page: PageModel,
    headlines: Iterable[str] = (),
    *,
    authors: Iterable[str] = (),
    days: Iterable[str] = (),
    source: SourceDocument | None = None,
) -> Comparison:
    """How a page relates to the seed. `headlines`, `authors` and `days` (of publication, ISO 8601) are the page's own;
    `source` is the document it was read from.

    `seed_coverage` is the share of the seed's words found in the page's markup, `marked_coverage` the same with what is
    marked hidden, struck, or embedded data; `page_coverage` is the share of the words of the page's lines that the seed
    has.
    """
    once: dict[str, str] | None = {} if len(seed.data) > _LARGE else None
    mine = [text_of(paragraph.text, once=once) for paragraph in seed.paragraphs]
    layers = [Layer(mine, blocks) for blocks in _markup(page)]
    if not any(each.key for each in mine):
        return replace(NOTHING, source=source, read=page.read, captions=compare_captions(seed, page))
    left = {i for i, each in enumerate(mine) if each.key}
    headlines = tuple(headlines)
    titles = {letters(each) for each in (*headlines, seed.headline.text if seed.headline else "")}
    layers.append(_matched(layers, left, mine, page, titles))
    read = page.read
    if any(layer.exhausted for layer in layers):
        read = replace(read, whole=False, cut=(*read.cut, _SEARCH_CUT))
    if len(left) == sum(bool(each.key) for each in mine) and read.whole and not _has_body(page):
        return replace(NOTHING, source=source, read=read, captions=compare_captions(seed, page))
    numbers = [paragraph.line for paragraph in seed.paragraphs]
    placed = _lines(layers, mine, numbers)
    spaced = [each for each in placed if each.line.kind == "typographic" and _has_more_spaces(each.line)]
    ends = _ends_of_lines(seed) if spaced else frozenset()
    for each in spaced:
        if _is_wrapped(each.line.seed or "", each.line.page or "", ends):
            each.line = replace(each.line, kind="same")
    extra = counted(layers, [p.order for p in placed if _spans(p)], known(seed, headlines, authors, days), mine)
    lines = _ordered(placed, extra.lines, _unfound(left, mine, numbers, read))
    found = verdicts.comparison(lines, extra.counting, source=source, read=read)
    return replace(found, captions=compare_captions(seed, page))


def as_seed(paragraphs: Iterable[str]) -> Seed:
    """A text in the seed's place: nothing but its paragraphs, to be compared with a page."""
    numbered = tuple(Paragraph(text=text, line=n) for n, text in enumerate(paragraphs, 1))
    return Seed(
        origin="",
        name="",
        data=b"",
        sha256="",
        encoding="utf-8",
        lines=len(numbered),
        url="",
        url_line=0,
        headline=None,
        date=None,
        caption=None,
        paragraphs=numbered,
        front_matter={},
        parts=(),
    )


def _markup(page: PageModel) -> tuple[list[Text], list[Text]]:
    """What stands in the markup, and what is marked hidden or struck there."""
    shown: list[Text] = []
    marked: list[Text] = []
    for number, block in enumerate(page.blocks):
        if block.is_data:
            continue
        if block.marked == "struck":
            marked.append(_text(block, block.struck or block.text, number, "struck"))
        elif block.marked:
            marked.append(_text(block, block.text, number, "hidden"))
        else:
            shown.append(_text(block, block.text, number, "article" if block.in_article else "page"))
        if block.struck and block.marked != "struck":
            marked.append(_text(block, block.struck, number, "struck"))
    return shown, marked


def _data(page: PageModel) -> list[Text]:
    return [_text(block, block.text, number, "data") for number, block in enumerate(page.blocks) if block.is_data]


def _text(block: PageBlock, raw: str, number: int, where: Where) -> Text:
    text = fold(_AID.sub("", raw) if _AID_HINT.search(raw) else raw)
    struck = fold(block.struck) if block.struck else None
    return Text(text=text, number=number, block=block, where=where, struck=struck)


def _matched(
    layers: Sequence[Layer], left: set[int], mine: list[Text], page: PageModel, titles: Collection[str]
) -> Layer:
    """Find all lines: as they are before edited ones, what stands in the markup before the rest, data last. Returns the
    layer of the data, which holds nothing where the markup has every line."""
    for layer in layers:
        layer.match_equal(left)
        layer.match_letters(left)
    for layer in layers:
        layer.match_similar(left, titles)
    data = Layer(mine, _data(page) if left else ())
    data.match_equal(left)
    data.match_letters(left)
    data.match_similar(left, titles)
    for layer in (*layers, data):
        layer.match_within(left)
    return data


def _has_body(page: PageModel) -> bool:
    return any(block.in_article and letters(block.text) for block in page.blocks)


def _lines(layers: Sequence[Layer], mine: list[Text], numbers: list[int]) -> list[_Placed]:
    """A line for each seed paragraph that has a counterpart (or for each paragraph it was split into)."""
    differ = Differ()
    placed: list[_Placed] = []
    for layer in layers:
        for group in layer.groups:
            placed += _of_group(differ, layer, group, mine, numbers)
        for copy in layer.copies:
            line = _line(differ, mine[copy.seed], copy.page, numbers[copy.seed], copy.page.whole)
            placed.append(_Placed(copy.seed, copy.page.order, line, apart=True))
    placed.sort(key=lambda each: each.seed)
    # Pieces of one paragraph share a place on the page; among themselves they stand in the order of the seed.
    ordered = [each for each in placed if not each.apart]
    ranks = {order: n for n, order in enumerate(sorted({each.order for each in ordered}))}
    weights = [len(each.line.seed or "") + 1 for each in ordered]
    stay = in_order([(n, ranks[each.order] * len(ordered) + n) for n, each in enumerate(ordered)], weights)
    for n, each in enumerate(ordered):
        if n not in stay:
            each.line = replace(each.line, kind="moved")
    return placed


def _of_group(differ: Differ, layer: Layer, group: Group, mine: list[Text], numbers: list[int]) -> list[_Placed]:
    seeds, pages = [mine[i] for i in group.seed], [layer.pieces[j] for j in group.page]
    whole = len(seeds) == 1 == len(pages) and pages[0].whole
    if len(seeds) > 1:
        pieces = differ.cut(pages[0].text, [each.text for each in seeds])
        pages = [replace(pages[0], text=piece, known=keys(piece)) for piece in pieces]
    elif len(pages) > 1:
        texts = [each.text for each in pages]
        parts = cut_by_letters(seeds[0].text, texts) or differ.cut(seeds[0].text, texts)
        seeds = [Text(text=piece, known=keys(piece)) for piece in parts]
    placed = []
    for at, (one, other) in enumerate(zip(seeds, pages, strict=True)):
        i = group.seed[min(at, len(group.seed) - 1)]
        line = _line(differ, one, other, numbers[i], whole)
        placed.append(_Placed(i, other.order, line, apart=other.where == "data"))
    return placed


def _line(differ: Differ, one: Text, other: Text, number: int, whole: bool) -> ComparedLine:
    kind = _kind(one, other, whole)
    changes = differ.changes(one.text, other.text) if kind == "edited" else ()
    where: Where = other.where
    if changes and other.struck and where in ("article", "page"):
        struck, plain = letters(other.struck), letters(other.text)
        gone = [letters(each.seed) for each in changes if letters(each.seed)]
        if gone and all(each in struck and struck.count(each) > plain.count(each) for each in gone):
            where = "struck"
    return ComparedLine(
        kind=kind, seed=one.text, seed_line=number, page=other.text, changes=changes, page_at=other.at, where=where
    )


def _kind(one: Text, other: Text, whole: bool) -> LineKind:
    listed = other.kind in NUMBERED
    plain, theirs = unmarked(one.text, listed=listed), unmarked(other.text, listed=listed)
    if whole and plain == theirs:
        return "same"
    mine, page = (one.key, other.key) if plain == one.text else (keys(plain), keys(theirs))
    # With the same letters and marks only the spaces differ: a drop cap, a word that was broken.
    if mine == page or "".join(mine) == "".join(page):
        return "typographic"
    return "typographic" if keys(_NOTE_MARK.sub("", plain)) == keys(_NOTE_MARK.sub("", theirs)) else "edited"


def _has_more_spaces(line: ComparedLine) -> bool:
    seed, page = line.seed or "", line.page or ""
    return len(seed) > len(page) and seed.replace(" ", "") == page.replace(" ", "")


def _ends_of_lines(document: Seed) -> frozenset[str]:
    """What stands around each end of a line of a document."""
    lines = document.data.decode(document.encoding, "replace").splitlines()
    return frozenset(f"{one[-_ENDS:]}\n{other[:_ENDS]}" for one, other in pairwise(lines))


def _is_wrapped(seed: str, page: str, ends: frozenset[str]) -> bool:
    """Whether a paragraph differs only in spaces that are `ends` of lines of its document, within words."""
    at = 0
    for n, character in enumerate(seed):
        if at < len(page) and character == page[at]:
            at += 1
        elif character != " " or f"{seed[max(0, n - _ENDS) : n]}\n{seed[n + 1 : n + 1 + _ENDS]}" not in ends:
            return False
    return at == len(page)


def _spans(placed: _Placed) -> bool:
    """Whether a line says where the seed's text begins and ends on the page."""
    return not placed.apart and placed.line.kind != "moved" and placed.line.where in ("article", "page", "struck")


def _unfound(left: Iterable[int], mine: list[Text], numbers: list[int], read: PageRead) -> list[_Placed]:
    """The lines that are nowhere; not compared where the page was not read whole."""
    kind: LineKind = "missing" if read.whole else "not-compared"
    return [
        _Placed(i, (-1, 0), ComparedLine(kind=kind, seed=mine[i].text, seed_line=numbers[i], page=None), apart=True)
        for i in left
    ]


def _ordered(placed: list[_Placed], extra: list[Text], unfound: list[_Placed]) -> tuple[ComparedLine, ...]:
    """All lines in the order of the seed; what only the page has stands where it occurs there."""
    lines: list[ComparedLine] = []
    at = 0
    for each in sorted([*placed, *unfound], key=lambda each: each.seed):
        fixed = not each.apart and each.line.kind != "moved"
        while fixed and at < len(extra) and extra[at].order < each.order:
            lines.append(_page_only(extra[at]))
            at += 1
        lines.append(each.line)
    return (*lines, *map(_page_only, extra[at:]))


def _page_only(each: Text) -> ComparedLine:
    return ComparedLine(kind="page-only", seed=None, seed_line=None, page=each.text, page_at=each.at, where=each.where)
