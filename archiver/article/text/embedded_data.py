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
from urllib.parse import unquote

from lxml.etree import _Element as Element

from archiver.article.html.dom import parse
from archiver.article.html.element_index import Outline
from archiver.article.html.paths import Paths
from archiver.article.text.blocks import blocks_of
from archiver.model import PageBlock
from archiver.words import fold

MAX_CHARACTERS = 16_000_000
MAX_TEXTS = 20_000
MAX_JSON_DEPTH = 60
_AGAIN = 3
"""So often may JSON be a string of JSON again."""
_LEAST = 2
"""Spaces that a string of a script must have to be words, not a name."""
_STRING = re.compile(
    r"""
    (?: [^"'`\\]++ | \\.
      | "(?:[^"\\\n]{0,11}+ | [^"\\\n\ %\x80-\U0010ffff]*+\ ?+[^"\\\n\ %\x80-\U0010ffff]*+)"
      | '(?:[^'\\\n]{0,11}+ | [^'\\\n\ %\x80-\U0010ffff]*+\ ?+[^'\\\n\ %\x80-\U0010ffff]*+)'
    )*+
    (?: "((?:[^"\\\n]++|\\.)*+)" | '((?:[^'\\\n]++|\\.)*+)' | `((?:[^`\\]++|\\.)*+)` | . | $ )
    """,
    re.DOTALL | re.VERBOSE,
)
"""A string of a script, behind what is none or cannot be words: a short one, one of two words of ASCII."""
_SHORTEST = 12
_JSON_TYPES = re.compile(r"json", re.IGNORECASE)
_MARKUP_TYPES = re.compile(r"html|template|handlebars|mustache|x-tmpl", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|\r?\n|(.))", re.DOTALL)
_WIDE = re.compile(r"\\u(?!00[0-7]|\{)")
"""The escape of a letter beyond ASCII: scripts without spaces are written so."""
_ENCODED = re.compile(r"%(?:7[Bb]|5[Bb])(?=[%\w])")
"""How JSON begins that `encodeURIComponent` has made a part of an address."""
_SIMPLE = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " ", "v": " ", "0": ""}
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s?<!\[CDATA\[|<!\[CDATA\[|/\*\s?<!\[CDATA\[\s?\*/)")
_TRAILING_COMMA = re.compile(r",(\s*+[}\]])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CODE = re.compile(r"\bfunction\s?\(|!important|</?script")
_CODE_HINTS = ("function", "!important", "script")
"""One of them stands in all code that is known: found in a tenth of the time."""


@dataclass
class _Found:
    """The texts found so far, each once, and what was left out."""

    paths: Paths
    blocks: list[PageBlock] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    """The texts as they stand in the data."""
    characters: int = 0
    cut: list[str] = field(default_factory=list)

    def add(self, text: str, element: Element | None, within: str = "") -> None:
        """The paragraphs of a text that may be HTML with entities, perhaps encoded twice."""
        if len(self.blocks) >= MAX_TEXTS:
            self.note(f"only the first {MAX_TEXTS} texts of the page's data are read")
            return
        if text in self.read:
            return
        self.read.add(text)
        plain = text.isprintable() and "&" not in text and "<" not in text
        for line in (fold(text),) if plain else _lines(text):
            if line and line not in self.known:
                self.known.add(line)
                at = self.paths.of(element) + within if element is not None else None
                self.blocks.append(PageBlock(kind="data", text=line, at=at, in_article=False))

    def has(self, text: str) -> bool:
        """Whether a text was read already, and more would be."""
        return text in self.read and len(self.blocks) < MAX_TEXTS

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


def data_of(page: Outline, paths: Paths, comments: Iterable[str] = ()) -> tuple[list[PageBlock], list[str]]:
    """The texts of the page's data, and what bounds left out of them, in words."""
    found = _Found(paths)
    for element, name, value in page.data:
        tag = element.tag
        if name:
            _attribute(element, name, value, found)
        elif tag == "script":
            _script(element, found)
        elif tag == "title":
            found.add(element.text or "", element)
        else:
            content = element.get("content") or ""
            if any(map(str.isalpha, content)) and found.allows(content):
                found.add(content, element, "/@content")
    for text in comments:
        if found.allows(text):
            found.add(text, None)
    return found.blocks, found.cut


def _attribute(element: Element, name: str, value: str, found: _Found) -> None:
    tag = element.tag
    if (tag == "img" and name == "alt") or (tag == "iframe" and name == "srcdoc") or not found.allows(value):
        return  # blocks of their own
    if value.lstrip()[:1] in ("{", "["):
        _strings(value, element, f"/@{name}", found, 0)
    elif not _is_code(value):
        found.add(value, element, f"/@{name}")


def _script(element: Element, found: _Found) -> None:
    text = element.text or ""
    if not text or not found.allows(text):
        return
    kind = element.get("type") or ""
    if _MARKUP_TYPES.search(kind):
        found.add(text, element)
    elif _JSON_TYPES.search(kind) and (value := _json(text)) is not None:
        _leaves(value, "$", 0, element, found)
    else:
        _strings(text, element, "", found, 0)


def _json(text: str) -> object:
    text = _WRAPPING.sub("", text, count=1).strip().removesuffix("-->").removesuffix("//]]>").rstrip("; \n")
    for each in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(each, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _leaves(value: object, at: str, depth: int, script: Element, found: _Found) -> None:
    """The strings of a JSON value, each with its JSONPath."""
    if isinstance(value, str):
        if _is_text(value):
            found.add(value, script, f" {at}")
        return
    if depth > MAX_JSON_DEPTH or not isinstance(value, list | dict):
        return
    for key, each in enumerate(value) if isinstance(value, list) else value.items():
        if (
            not isinstance(each, str | list | dict)
            or key == "@context"
            or (isinstance(each, str) and str(key)[:1] == "@")
        ):
            continue
        if isinstance(each, str) and (found.has(each) or not _is_text(each)):
            continue
        step = f"[{key}]" if isinstance(key, int) else f".{key[:80]}"
        if isinstance(each, str):
            found.add(each, script, f" {at}{step}")
        else:
            _leaves(each, f"{at}{step}", depth + 1, script, found)


def _is_text(value: str) -> bool:
    """Whether a string may be words: not a number, an address, a path."""
    return not value.startswith(("http://", "https://", "/")) and any(map(str.isalpha, value))


def _strings(text: str, element: Element, within: str, found: _Found, depth: int) -> None:
    """The strings of a script that are words; in them, those of JSON that was escaped again."""
    for double, single, template in _STRING.findall(text):
        raw = double or single or template
        if len(raw) < _SHORTEST:
            continue
        if _ENCODED.match(raw):
            raw = unquote(raw)
        if (
            raw.count(" ") < _LEAST
            and not (depth < _AGAIN and '\\"' in raw)
            and raw.isascii()
            and not _WIDE.search(raw)
        ):
            continue
        value = _unescaped(raw) if "\\" in raw else raw
        written = value[:100].lstrip(' \r\n\t"')[:1] in ("{", "[")
        if written and depth < _AGAIN and '":' in value.replace("\\", ""):
            _strings(value, element, within, found, depth + 1)
        elif not _is_code(value):
            found.add(value, element, within)


def _is_code(value: str) -> bool:
    """Whether a string is code rather than words, by its beginning."""
    head = value[:2000]
    return any(map(head.__contains__, _CODE_HINTS)) and _CODE.search(head) is not None


def _unescaped(raw: str) -> str:
    """A string of a script with its escapes read."""
    if "\\\\" not in raw and "\r" not in raw:  # then each backslash begins an escape, and most are one of these
        raw = raw.replace("\\/", "/").replace('\\"', '"').replace("\\n", "\n")
    return _ESCAPE.sub(_character, raw) if "\\" in raw else raw


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _SIMPLE.get(escape[4] or "", escape[4] or "")


def _lines(text: str) -> Iterator[str]:
    if not text.isascii() and _SURROGATE.search(text):  # JSON may name half of a surrogate pair.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for _ in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    if "<" in text and (tree := parse(f"<div>{text}</div>")) is not None:
        yield from (fold(block.text) for block in blocks_of(tree))
    else:
        yield from map(fold, text.splitlines())
