"""Words that a page holds as data: titles and descriptions in its head, JSON-LD, strings in its scripts, templates,
attributes, comments. A reader may never see them, but they are in the page.

Entities are decoded, markup in the data is taken off, each text is given once. All is bounded; what a bound leaves out
is reported.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml.etree import _Element as Element

from archiver.article.html.dom import parse
from archiver.article.html.paths import Paths
from archiver.article.text.blocks import blocks_of
from archiver.article.words import fold
from archiver.model import PageBlock

MAX_CHARACTERS = 16_000_000
MAX_TEXTS = 20_000
MAX_JSON_DEPTH = 60
_LEAST = 2
"""Spaces that a string of a script or attribute must have to be words, not a name."""
_STRING = re.compile(
    r"""
    \\. | "((?:[^"\\\n]++|\\.)*+)"  |  '((?:[^'\\\n]++|\\.)*+)'  |  `((?:[^`\\]++|\\.)*+)`
    """,
    re.DOTALL | re.VERBOSE,
)
_SHORTEST = 12
_JSON_TYPES = re.compile(r"json", re.IGNORECASE)
_MARKUP_TYPES = re.compile(r"html|template|handlebars|mustache|x-tmpl", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|\r?\n|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " ", "v": " ", "0": ""}
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s?<!\[CDATA\[|<!\[CDATA\[|/\*\s?<!\[CDATA\[\s?\*/)")
_TRAILING_COMMA = re.compile(r",(\s*+[}\]])")
_ATTRIBUTES = """
class style src srcset sizes href d points transform viewbox data-srcset data-sizes data-src rel allow sandbox integrity
media fill stroke imagesizes imagesrcset http-equiv accept pattern
"""
_NO_WORDS = frozenset(_ATTRIBUTES.split())
"""Attributes whose values are code, addresses or names."""
_CODE = re.compile(r"\bfunction\s?\(|!important|</?script")


@dataclass
class _Found:
    """The texts found so far, each once, and what was left out."""

    blocks: list[PageBlock] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    characters: int = 0
    cut: list[str] = field(default_factory=list)

    def add(self, text: str, at: str | None) -> None:
        """The paragraphs of a text that may be HTML with entities, perhaps encoded twice."""
        if len(self.blocks) >= MAX_TEXTS:
            self.note(f"only the first {MAX_TEXTS} texts of the page's data are read")
            return
        for line in _lines(text):
            if line and line not in self.known:
                self.known.add(line)
                self.blocks.append(PageBlock(kind="data", text=line, at=at, in_article=False))

    def allows(self, text: str) -> bool:
        """Whether a text more is read."""
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            self.note(f"only the first {MAX_CHARACTERS} characters of the page's data are read")
        return self.characters <= MAX_CHARACTERS

    def note(self, cut: str) -> None:
        """Something was left out."""
        if cut not in self.cut:
            self.cut.append(cut)


def data_of(tree: Element, paths: Paths, comments: Iterable[str] = ()) -> tuple[list[PageBlock], list[str]]:
    """The texts of the page's data, and what bounds left out of them, in words."""
    found = _Found()
    for element in tree.iter("*"):
        tag = element.tag
        if tag == "script":
            _script(element, paths, found)
        elif tag == "title":
            found.add(element.text or "", paths.of(element))
        elif tag == "meta":
            content = element.get("content") or ""
            if any(map(str.isalpha, content)) and found.allows(content):
                found.add(content, f"{paths.of(element)}/@content")
        else:
            for name, value in cast(list[tuple[str, str]], element.items()):
                if value.count(" ") >= _LEAST and name not in _NO_WORDS and not name.startswith("on"):
                    _attribute(tag, name, value, paths.of(element), found)
    for text in comments:
        if found.allows(text):
            found.add(text, None)
    return found.blocks, found.cut


def _attribute(tag: object, name: str, value: str, path: str, found: _Found) -> None:
    if (tag == "img" and name == "alt") or (tag == "iframe" and name == "srcdoc") or not found.allows(value):
        return  # blocks of their own
    at = f"{path}/@{name}"
    if value.lstrip()[:1] in ("{", "["):
        _strings(value, at, found, 0)
    elif not _CODE.search(value[:2000]):
        found.add(value, at)


def _script(element: Element, paths: Paths, found: _Found) -> None:
    text = element.text or ""
    if not text or not found.allows(text):
        return
    kind, path = element.get("type") or "", paths.of(element)
    if _MARKUP_TYPES.search(kind):
        found.add(text, path)
    elif _JSON_TYPES.search(kind) and (value := _json(text)) is not None:
        for string, at in _leaves(value, "$", 0):
            found.add(string, f"{path} {at}")
    else:
        _strings(text, path, found, 0)


def _json(text: str) -> object:
    text = _WRAPPING.sub("", text, count=1).strip().removesuffix("-->").removesuffix("//]]>").rstrip("; \n")
    for each in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(each, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _leaves(value: object, at: str, depth: int) -> Iterator[tuple[str, str]]:
    """The strings of a JSON value and their JSONPaths."""
    if isinstance(value, str):
        if any(map(str.isalpha, value)) and not value.startswith(("http://", "https://", "/")):
            yield value, at
    elif depth > MAX_JSON_DEPTH:
        return
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from _leaves(each, f"{at}[{n}]", depth + 1)
    elif isinstance(value, dict):
        for key, each in value.items():
            if not key.startswith("@"):
                yield from _leaves(each, f"{at}.{key[:80]}", depth + 1)


def _strings(text: str, at: str, found: _Found, depth: int) -> None:
    """The strings of a script that are words; in them, those of JSON that was escaped again."""
    for match in _STRING.finditer(text):
        raw = match[1] or match[2] or match[3] or ""
        if len(raw) < _SHORTEST:
            continue
        if raw.count(" ") < _LEAST and not (depth < 2 and '\\"' in raw) and raw.isascii():
            continue
        value = _ESCAPE.sub(_character, raw) if "\\" in raw else raw
        if depth < 2 and '":' in value and value.lstrip()[:1] in ("{", "["):
            _strings(value, at, found, depth + 1)
        elif not _CODE.search(value[:2000]):
            found.add(value, at)


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _SIMPLE.get(escape[4] or "", escape[4] or "")


def _lines(text: str) -> Iterator[str]:
    if not text.isascii():  # JSON may name half of a surrogate pair.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for _ in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    if "<" in text and (tree := parse(f"<div>{text}</div>")) is not None:
        yield from (fold(block.text) for block in blocks_of(tree))
    else:
        yield from map(fold, text.splitlines())
