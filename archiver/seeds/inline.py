"""The words of a block of Markdown (CommonMark 0.31, section 6; strikethrough of GFM) without its marks, and its links.

Emphasis, escapes, entities, code, images, line breaks, HTML tags, footnote references and wiki links become words or
nothing; a bare address stays to the letter, whatever marks stand in it. markdown-it-py reads; what could cost more than
linear time there (blocks with thousands of marks) is read by `links.py`, which knows links only.
"""

import re
from dataclasses import replace
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, image, link

from archiver.model import Anchor
from archiver.seeds.addresses.labelled import trim
from archiver.seeds.addresses.links import read_inline as read_links

MOST_MARKS = 3000
"""Characters in a block that could be marks. Above, only links are read."""
SOFT_HYPHEN = "\u00ad"
"""Says where a word may be divided; not a letter of the word."""
_MARKS = re.compile(r"[\[\]*_`~<&\\!:=]")
_ADDRESS = re.compile(r"://[^\s<>\[\]\"]*")
_SCHEME = re.compile(r"(?:^|[^a-z0-9])https?$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,80}\]")
_WIKI = re.compile(r"(!?)\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\](?!\()")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_WITHIN_WORDS = re.compile(r"(?<=[^\W_])\*(?=[^\W_])")
_STAR = "\ue000"  # of the private use area: stands for a star that is not a mark
_ESCAPED = re.compile(r"\\([_*~#&=+.-])")
_ELEMENTS_NAMES = """
a abbr acronym address article aside b bdi bdo big blockquote body br caption center cite code dd del details dfn div
dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd label li main mark nav nobr ol p
picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th thead
time tr tt u ul var wbr iframe script style svg video audio
"""
_ELEMENTS = frozenset(_ELEMENTS_NAMES.split())
_BREAKING = frozenset(
    ["br", "p", "div", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote"]
)


def read_inline(
    raw: str, line: int, *, strict: bool = False, environment: dict[str, Any] | None = None
) -> tuple[str, tuple[Anchor, ...]]:
    """The words of a block that begins on `line`, white space folded, and its links in order, each with its own line.
    `environment` has the link reference definitions of the document.

    `strict`: the document is not Markdown for certain, so that a star within a word (`f*ck`) is not a mark.
    """
    raw = raw.replace(SOFT_HYPHEN, "")
    marks = sum(1 for _ in _MARKS.finditer(raw))
    if not marks:
        return " ".join(raw.split()), ()
    if marks > MOST_MARKS:
        return read_links(raw, line)
    if strict:
        raw = _WITHIN_WORDS.sub(_STAR, raw)
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    tokens: list[Any] = []
    _reader().inline.parse(text.strip("\n"), _reader(), environment if environment is not None else {}, tokens)
    lead = len(text) - len(text.lstrip("\n"))
    words = _Words(text.strip("\n"), line + lead)
    words.take(tokens)
    folded, anchors = words.folded()
    if strict and _STAR in raw:
        folded = folded.replace(_STAR, "*")
        anchors = tuple(
            replace(each, text=each.text.replace(_STAR, "*"), href=each.href.replace(_STAR, "*")) for each in anchors
        )
    return folded, anchors


def holds_image(raw: str) -> bool:
    """Whether a block has an image in it."""
    return "![" in raw or "<img" in raw[:100_000].lower()


class _Words:
    """Gathers the words of tokens, folding white space, and the links with where they begin."""

    def __init__(self, source: str, line: int) -> None:
        self._source, self._line = source, line
        self._pieces: list[str] = []
        self._length = 0
        self._gap = False
        self._open: list[tuple[str, int, int]] = []
        self._anchors: list[Anchor] = []

    def take(self, tokens: list[Any]) -> None:
        for token in tokens:
            match token.type:
                case "text" | "text_special":
                    self._add(token.content)
                case "code_inline":
                    self._add(token.content)
                case "softbreak" | "hardbreak":
                    self._gap = True
                case "link_open":
                    self._begin(str(token.attrGet("href") or ""), token.meta.get("at", 0))
                case "link_close":
                    self._end()
                case "html_inline":
                    self._tag(token.content, token.meta.get("at", 0))
                case _:
                    pass  # emphasis and images: marks without words of the text

    def folded(self) -> tuple[str, tuple[Anchor, ...]]:
        while self._open:
            self._end()
        text = "".join(self._pieces)
        return text, tuple(self._anchors)

    def _tag(self, tag: str, at: int) -> None:
        name = found[1].lower() if (found := _TAG.match(tag)) else ""
        if (not name and not tag.startswith("<!")) or (name and name not in _ELEMENTS):
            self._add(tag)
        elif name == "a" and not tag.startswith("</"):
            href = _HREF.search(tag)
            self._begin((href[1] or href[2] or href[3] or "") if href else "", at)
        elif name == "a":
            self._end()
        elif name in _BREAKING:
            self._gap = True

    def _begin(self, href: str, at: int) -> None:
        self._open.append((href, self._length, self._line + self._source.count("\n", 0, at)))

    def _end(self) -> None:
        if not self._open:
            return
        href, start, line = self._open.pop()
        words = "".join(self._pieces)[start:] if self._length > start else ""
        offset = len(words) - len(words.lstrip())
        if words.strip():
            self._anchors.append(Anchor(text=words.strip(), href=href, line=line, start=start + offset))

    def _add(self, text: str) -> None:
        words = " ".join(text.split())
        self._gap = self._gap or text[:1].isspace()
        if not words:
            return
        if self._gap and self._length:
            self._pieces.append(" ")
            self._length += 1
        self._pieces.append(words)
        self._length += len(words)
        self._gap = text[-1].isspace()


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": True, "maxNesting": 20}).enable("strikethrough")
    reader.validateLink = _any_target  # type: ignore[method-assign]
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign]
    reader.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    rules = reader.inline.ruler
    rules.before("escape", "bare_address", _bare_address)
    rules.before("link", "footnote", _footnote)
    rules.before("link", "wiki", _wiki)
    rules.before("emphasis", "highlight", _highlight)
    for name in ("link", "autolink", "html_inline"):
        rules.at(name, _with_place(name))
    rules.at("image", image)
    return reader


def _any_target(url: str) -> bool:
    """No target is refused here: what an address may be is decided where one is taken."""
    return isinstance(url, str)


def _with_place(name: str) -> Any:
    """A rule of markdown-it that notes where in the block what it finds begins."""
    from markdown_it.rules_inline import autolink, html_inline

    rule = {"link": link, "autolink": autolink, "html_inline": html_inline}[name]

    def placed(state: StateInline, silent: bool) -> bool:
        at, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            for token in state.tokens[before : before + 2]:
                if token.type in ("link_open", "html_inline") and "at" not in token.meta:
                    token.meta["at"] = at
        return True

    return placed


def _bare_address(state: StateInline, silent: bool) -> bool:
    """An address in running text: no mark in it is read, for a star or an underscore is part of it."""
    if state.src[state.pos] != ":" or (found := _ADDRESS.match(state.src, state.pos)) is None:
        return False
    if not _SCHEME.search(state.src, max(0, state.pos - 6), state.pos):
        return False
    address = trim(found[0].removesuffix("\\"))
    if len(address) <= len("://"):
        return False
    if not silent:
        state.pending += _ESCAPED.sub(r"\1", address)
    state.pos += len(address)
    return True


def _footnote(state: StateInline, _silent: bool) -> bool:
    found = _FOOTNOTE.match(state.src, state.pos) if state.src[state.pos] == "[" else None
    if found is None or state.src[found.end() : found.end() + 1] == "(":
        return False
    state.pos = found.end()
    return True


def _wiki(state: StateInline, silent: bool) -> bool:
    found = _WIKI.match(state.src, state.pos) if state.src[state.pos] in "![" else None
    if found is None:
        return False
    if not silent and not found[1]:
        state.pending += found[3] or found[2]
    state.pos = found.end()
    return True


def _highlight(state: StateInline, _silent: bool) -> bool:
    """`==marked==`, as Obsidian and Bear write it."""
    if not state.src.startswith("==", state.pos) or state.src.startswith("===", state.pos):
        return False
    if state.src.count("==") % 2 or (state.pos and state.src[state.pos - 1] == "="):
        return False
    state.pos += 2
    return True
