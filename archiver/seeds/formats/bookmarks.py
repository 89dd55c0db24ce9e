"""Bookmarks: Netscape's format (browsers, Pinboard, Raindrop, Pocket, Instapaper), `.url` and `.webloc`."""

import plistlib
import re
from collections.abc import Iterator
from xml.parsers.expat import ExpatError

from archiver.markup.document import tree_of
from archiver.seeds.blocks import Document, Facts
from archiver.seeds.lines import line_at
from archiver.seeds.refusal import Refusal

_FILE = re.compile(r"<!DOCTYPE\s+NETSCAPE-Bookmark-file|<title>\s*(?:Pocket Export|Instapaper: Export)", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:dt|li)>\s{0,200}<a\s", re.IGNORECASE)
_ENDS = re.compile(r"<(?:dt|/dl|/ul|/ol|h3)\b", re.IGNORECASE)
_SHORTCUT = re.compile(r"^\s{0,9}(?:BASE)?URL\s{0,9}=\s{0,9}(\S.*?)\s*$", re.IGNORECASE | re.MULTILINE)
_LARGEST = 1 << 20


def is_bookmarks(text: str) -> bool:
    """Whether a file is a list of bookmarks, by how it begins."""
    return _FILE.search(text[:2000]) is not None


def split_bookmarks(text: str) -> Iterator[tuple[int, str]]:
    """Each bookmark with its description, and where in the text it begins."""
    starts = [found.start() for found in _ENTRY.finditer(text)]
    for start, following in zip(starts, [*starts[1:], len(text)]):
        raw = text[start:following]
        end = _ENDS.search(raw, 4)
        yield start, raw[: end.start()] if end else raw


def read_bookmark(raw: str) -> list[tuple[str, str]]:
    """The address, the title, the tags and the description of one bookmark."""
    tree = tree_of(raw)
    link = tree.find(".//a") if tree is not None else None
    if link is None:
        raise Refusal(0, "no bookmark", "export the bookmarks again")
    fields = [("url", (link.get("href") or "").strip()), ("title", " ".join("".join(link.itertext()).split()))]
    fields += [(name, value) for name, value in link.attrib.items() if name != "href"]
    note = tree.find(".//dd")
    if note is not None and (words := " ".join("".join(note.itertext()).split())):
        fields.append(("notes", words))
    return fields


def read_shortcut(text: str, encoding: str) -> Document:
    """A `.url` file. Raises Refusal where it names no address."""
    found = _SHORTCUT.search(text)
    if found is None:
        raise Refusal(1, "no line URL=… in this shortcut", "save the shortcut again, or write the address into a .txt")
    return _document("url", encoding, found[1], line_at(text, found.start(1)), line_at(text, len(text.rstrip())))


def read_webloc(data: bytes) -> Document:
    """A `.webloc` file, a property list in XML or binary. Raises Refusal where it names no address."""
    if len(data) > _LARGEST:
        raise Refusal(0, "a .webloc of more than 1 MiB", "save it again")
    try:
        found = plistlib.loads(data)
    except (
        ValueError,
        ExpatError,
        plistlib.InvalidFileException,
        OverflowError,
        RecursionError,
        KeyError,
        IndexError,
    ) as error:
        raise Refusal(0, "no property list that can be read", "save the .webloc again") from error
    url = found.get("URL") if isinstance(found, dict) else None
    if not isinstance(url, str):
        raise Refusal(0, "no URL in this .webloc", "save it again, or write the address into a .txt")
    text = data.decode("utf-8", "replace")
    at = text.find("://")
    return _document("webloc", "utf-8", url, line_at(text, max(at, 0)), line_at(text, len(text.rstrip())))


def _document(name: str, encoding: str, url: str, line: int, lines: int) -> Document:
    return Document(
        format=name, encoding=encoding, lines=lines, blocks=[], facts=Facts(addresses=[(url.strip(), line, 3)])
    )
