"""HTML: pasted pieces, whole pages saved by browsers, and what stands as HTML within Markdown or a mail.

Of a whole page the article is read: the `article` element with most text, else `main`, else the body without its menus,
headers and footers. What is left alone is counted and said. The address is the one the browser noted when it saved the
page (`saved from url`, SingleFile's comment), else the page's canonical link, else its `og:url`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from archiver.markup.document import tree_of
from archiver.model import Anchor
from archiver.seeds.blocks import Block, BlockKind, Document, Facts
from archiver.seeds.inline import SOFT_HYPHEN
from archiver.seeds.lines import line_at
from archiver.seeds.refusal import Refusal, shown

DEEPEST = 200
_SAVED_FROM = re.compile(r"<!--\s{0,9}saved from url=\(\d{1,6}\)(\S{1,8192}?)\s{0,9}-->", re.IGNORECASE)
_SINGLE_FILE = re.compile(r"\burl:\s{0,9}(https?://\S{1,8192})")
_WHOLE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_PIECE = re.compile(r"<(?:h[1-6]|p|div|article|section|ul|table|span|!--)[\s>]", re.IGNORECASE)
_UNREAD_NAMES = """
script style noscript template svg math button select textarea iframe object embed audio video canvas input option
datalist head title meta link rp rt
"""
_UNREAD = frozenset(_UNREAD_NAMES.split())
_ASIDE = frozenset(["nav", "aside", "footer", "form", "menu", "dialog"])
_BLOCKS_NAMES = """
html body article section div main header p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption tbody thead tfoot tr
figure figcaption blockquote pre address hr center details summary fieldset nav aside footer form menu dialog hgroup
br2 time-block
"""
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
_KINDS: Mapping[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dd", "dt"), "item"),
    "blockquote": "quote",
    "tr": "row",
    "figcaption": "caption",
}
_PUBLISHED = (
    *("article:published_time", "datepublished", "date", "dc.date", "dcterms.created", "pubdate", "publish-date"),
    *("parsely-pub-date", "sailthru.date"),
)
_LEAST_SHARE = 0.34


def is_page(text: str) -> bool:
    """Whether a text is HTML by how it begins: a page, or a piece of one."""
    head = text[:2000].lstrip("\ufeff \t\r\n")
    return head.startswith("<") and (_WHOLE.search(head) is not None or _PIECE.match(head) is not None)


def read(text: str, encoding: str) -> Document:
    """A page or a piece of one. Raises Refusal where it holds no words."""
    whole = _WHOLE.search(text[:4000]) is not None
    tree = _tree(text)
    count = line_at(text, len(text)) - (1 if text.endswith(("\n", "\r")) else 0)
    document = Document(format="html", encoding=encoding, lines=max(1, count), blocks=[])
    if tree is None:
        raise Refusal(0, "no HTML that can be read", "save the page again, or its text as .txt")
    scope = tree
    if whole:
        document.facts = _facts(text, tree)
        scope = _scope(tree)
    walk = _Walk(1, whole)
    walk.enter(scope, 0)
    walk.flush()
    document.blocks = walk.blocks
    if whole:
        left = _left_alone(tree, walk)
        if left:
            document.remarks.append(left)
    if not document.blocks and not document.facts.addresses:
        raise Refusal(0, "the page has no text", "save it once more when it has loaded, or save its text as .txt")
    return document


def read_fragment(html: str, line: int) -> Iterator[Block]:
    """The blocks of a piece of HTML that begins on a line of a document."""
    tree = _tree(html)
    if tree is None:
        return
    walk = _Walk(line, False)
    walk.enter(tree, 0)
    walk.flush()
    yield from walk.blocks


def _tree(text: str) -> Any:
    source = _without_comments(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\0", "\ufffd")
    if source.lstrip().startswith("<?xml"):
        at = source.find("?>")
        source = " " * (at + 2) + source[at + 2 :] if 0 < at < 500 else source
    return tree_of(source.encode("utf-8", "replace"))


def _without_comments(text: str) -> str:
    """Comments as the line ends in them, so that what follows keeps its line."""
    pieces: list[str] = []
    done = 0
    while (start := text.find("<!--", done)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        pieces += [text[done:start], "\n" * text.count("\n", start, end)]
        done = end + 3
    return "".join([*pieces, text[done:]])


class _Walk:
    """Gathers words between the borders of block elements, with the line each block begins on.

    The parser notes the line of each start tag (up to 65,535); from there line ends in text are counted."""

    def __init__(self, first: int, whole: bool) -> None:
        self.blocks: list[Block] = []
        self.unread = 0
        self._shift = first - 1
        self._line = first
        self._whole = whole
        self._kind: BlockKind = "text"
        self._pieces: list[str] = []
        self._length = 0
        self._gap = False
        self._level = 0
        self._breaks = 0
        self._start = self._end = first
        self._links: list[tuple[str, int, int]] = []
        self._anchors: list[Anchor] = []
        self._image = False

    def enter(self, element: Any, depth: int) -> None:
        tag = element.tag
        if not isinstance(tag, str):
            return
        if element.sourceline and element.sourceline < 65535:
            self._line = element.sourceline + self._shift
        if tag in _UNREAD or (self._whole and (tag in _ASIDE or _is_hidden(element))):
            self._line += sum(text.count("\n") for text in element.itertext())
            self.unread += tag not in _UNREAD
            return
        if depth > DEEPEST:
            self._take("".join(map(str, element.itertext())))
            return
        border = tag in _BLOCKS
        before = self._kind
        if border:
            self.flush()
            self._level = int(tag[1]) if tag[:1] == "h" and tag[1:].isdigit() else 0
            self._kind = _KINDS.get(
                tag,
                "text"
                if tag in ("p", "div", "td", "th", "body") and before not in ("row", "item", "quote", "caption")
                else before,
            )
        if tag == "br":
            self._gap = True
            self._breaks += 1
            if self._breaks > 1:
                self.flush()
        elif tag in ("td", "th"):
            self._gap = True
        elif tag == "img":
            self._image = True
        if tag == "a":
            self._links.append((element.get("href") or "", self._length, self._line))
        self._take(element.text)
        for child in element:
            self.enter(child, depth + 1)
            self._take(child.tail)
        if tag == "a" and self._links:
            self._close()
        if border:
            self.flush()
            self._kind = before

    def flush(self) -> None:
        """End the block that is being gathered."""
        opened = [(href, 0, line) for href, _, line in self._links]
        while self._links and self._pieces:
            self._close()
        text = "".join(self._pieces)
        if text:
            self._anchors.sort(key=lambda anchor: anchor.start)
            self.blocks.append(
                Block(
                    text=text,
                    line=self._start,
                    end=self._end,
                    kind=self._kind,
                    anchors=tuple(self._anchors),
                    level=self._level if self._kind == "heading" else 0,
                )
            )
        elif self._image:
            self.blocks.append(Block(text="", line=self._line, end=self._line, kind="image"))
        self._pieces, self._anchors, self._links = [], [], opened
        self._length, self._gap, self._image, self._breaks = 0, False, False, 0

    def _take(self, text: str | None) -> None:
        if not text:
            return
        words = " ".join(text.replace(SOFT_HYPHEN, "").split())
        if not words:
            self._gap = True
            self._line += text.count("\n")
            return
        lead = text[: len(text) - len(text.lstrip())]
        first = self._line + lead.count("\n")
        if not self._length:
            self._start = first
        elif self._gap or text[0].isspace():
            self._pieces.append(" ")
            self._length += 1
        self._pieces.append(words)
        self._length += len(words)
        self._end = self._line + text.rstrip().count("\n")
        self._line += text.count("\n")
        self._gap = text[-1].isspace()
        self._breaks = 0

    def _close(self) -> None:
        href, start, line = self._links.pop()
        words = "".join(self._pieces)[start:]
        lead = len(words) - len(words.lstrip())
        if words.strip():
            self._anchors.append(Anchor(text=words.strip(), href=href, line=line, start=start + lead))


def _is_hidden(element: Any) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("hidden") is not None or "display:none" in style or element.get("role") == "navigation"


def _scope(tree: Any) -> Any:
    """The element whose text is the article."""
    articles = tree.xpath("//article")
    mains = tree.xpath("//main | //*[@role='main']")
    best = max(articles, key=_weight, default=None)
    main = max(mains, key=_weight, default=None)
    body = tree.find(".//body")
    outer = main if main is not None else body if body is not None else tree
    if best is not None and _weight(best) >= _LEAST_SHARE * max(1, _weight(outer)):
        return best
    return outer


def _weight(element: Any) -> int:
    return (
        sum(len("".join(each.itertext()).strip()) for each in element.iter("p"))
        or len("".join(element.itertext()).strip()) // 4
    )


def _left_alone(tree: Any, article: "_Walk") -> str:
    """What of a page is not its article, in words."""
    everything = _Walk(1, False)
    body = tree.find(".//body")
    everything.enter(body if body is not None else tree, 0)
    everything.flush()
    taken = {(block.line, block.text) for block in article.blocks}
    rest = [block for block in everything.blocks if block.text and (block.line, block.text) not in taken]
    if not rest:
        return ""
    first = shown(rest[0].text, 40)
    return f"{len(rest)} blocks outside the article are left alone, the first of them {first} on line {rest[0].line}"


def _facts(text: str, tree: Any) -> Facts:
    facts = Facts()
    addresses: list[tuple[str, int]] = []
    head = text[:20_000]
    if saved := _SAVED_FROM.search(head):
        addresses.append((saved[1], line_at(head, saved.start(1))))
    at = head.find("SingleFile")
    if at >= 0 and (single := _SINGLE_FILE.search(head, at, at + 10_000)):
        addresses.append((single[1], line_at(head, single.start(1))))
    metas: dict[str, tuple[str, int]] = {}
    for meta in tree.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if key and meta.get("content"):
            metas.setdefault(key, (" ".join(meta.get("content").split()), meta.sourceline or 1))
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (link.get("href") or "").startswith("http"):
            addresses.append((link.get("href").strip(), link.sourceline or 1))
            break
    if (stated := metas.get("og:url")) and stated[0].startswith("http"):
        addresses.append(stated)
    if addresses:
        facts.addresses.append((*addresses[0], 3))
    if not tree.xpath("boolean(//h1)"):
        title = tree.find(".//title")
        words = " ".join((title.text or "").split()) if title is not None else ""
        facts.headline = metas.get("og:title") or ((words, title.sourceline or 1) if words else None)
    for name in _PUBLISHED:
        if found := metas.get(name):
            facts.dates.append(found)
    facts.dates += _json_dates(tree)
    if (author := metas.get("author")) and not author[0].startswith("http"):
        facts.bylines.append(author)
    return facts


def _json_dates(tree: Any) -> list[tuple[str, int]]:
    found = []
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json" or not script.text or len(script.text) > 1 << 20:
            continue
        try:
            data = json.loads(script.text)
        except (ValueError, RecursionError):
            continue
        found += [
            (each["datePublished"], script.sourceline or 1)
            for each in (data if isinstance(data, list) else [data])
            if isinstance(each, dict) and isinstance(each.get("datePublished"), str)
        ]
    return found
