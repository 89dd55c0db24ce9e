"""What a page needs to be shown again: the addresses its HTML and its style sheets name (requisites).

Bytes in, addresses out; fetches nothing. Resolution follows a browser: `<base href>`, protocol-relative addresses,
white space inside attributes dropped, queries in the document's encoding (WHATWG URL 4.4, HTML 2.4.3).
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote, urldefrag, urljoin, urlsplit, urlunsplit

import lxml.html

Kind = Literal["image", "style", "script", "font", "icon", "media", "document", "other"]
_WHITE = re.compile(r"[\t\n\r]")
_ELEMENTS = 60_000
_SRCSET = re.compile(r"[\s,]*(\S+)(\s+[^,(]*(?:\([^)]*\)[^,(]*)*)?(?:,|$)")
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-hi-res-src")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
_LINKS: dict[str, Kind] = {
    "stylesheet": "style",
    "icon": "icon",
    "apple-touch-icon": "icon",
    "apple-touch-icon-precomposed": "icon",
    "mask-icon": "icon",
    "manifest": "other",
    "modulepreload": "script",
}
_AS: dict[str, Kind] = {"style": "style", "script": "script", "font": "font", "image": "image"}


@dataclass(frozen=True, slots=True)
class Requisite:
    """An address and what it is for."""

    url: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A photo under a caption: the addresses it may have, and the caption's words."""

    caption: str
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one document names, in its order, each address once."""

    requisites: tuple[Requisite, ...]
    figures: tuple[Figure, ...]


def needs_of(body: bytes, url: str, charset: str | None, *, srcset: Literal["all", "largest"] = "all") -> Needs:
    """The requisites of an HTML document. Never raises for what is in it; a document without elements needs nothing."""
    try:
        parser = lxml.html.HTMLParser(encoding=charset, no_network=True, huge_tree=False)
    except LookupError:
        parser = lxml.html.HTMLParser(no_network=True, huge_tree=False)
    try:
        tree: Any = lxml.html.document_fromstring(body, parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return Needs(requisites=(), figures=())
    resolver = _Resolver(_base(tree, url), tree.getroottree().docinfo.encoding or "utf-8")
    found: dict[str, Requisite] = {}
    for count, element in enumerate(tree.iter("*")):
        if count > _ELEMENTS:
            break
        for reference, kind in _named(element, srcset):
            address = resolver(reference)
            if address:
                found.setdefault(address, Requisite(address, kind))
    return Needs(requisites=tuple(found.values()), figures=tuple(_figures(tree, resolver, srcset)))


def _base(tree: Any, url: str) -> str:
    for base in tree.iter("base"):
        if base.get("href"):
            try:
                return urljoin(url, str(base.get("href")).strip())
            except ValueError:
                break
    return url


class _Resolver:
    """References as a document has them -> absolute http(s) addresses without fragment, or None."""

    def __init__(self, base: str, encoding: str) -> None:
        self._base, self._encoding = base, encoding

    def __call__(self, reference: str) -> str | None:
        plain = _WHITE.sub("", reference.strip())
        if not plain or plain.startswith("#") or len(plain) > 8192:
            return None
        try:
            address = urldefrag(urljoin(self._base, plain.replace("\\", "/") if "?" not in plain else plain)).url
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
                return None
            if not parts.query.isascii():
                query = quote(parts.query.encode(self._encoding, "xmlcharrefreplace"), safe="/%:@!$&'()*+,;=?-._~")
                address = urlunsplit(parts._replace(query=query))
        except (ValueError, LookupError):
            return None
        return address


def _named(element: Any, srcset: str) -> Iterator[tuple[str, Kind]]:
    """The references of one element."""
    get, tag = element.get, element.tag
    if tag in ("img", "source", "image", "input") or (tag == "video" and get("poster")):
        yield from _images(element, srcset)
    if tag in ("video", "audio", "source", "track", "embed") and get("src"):
        parent = element.getparent()
        picture = tag == "source" and parent is not None and parent.tag == "picture"
        yield get("src"), "image" if picture else "media"
    elif tag == "script" and get("src"):
        yield get("src"), "script"
    elif tag in ("iframe", "frame") and (get("src") or get("data-src")):
        yield get("src") or get("data-src"), "document"
    elif tag == "object" and get("data"):
        yield get("data"), "media"
    elif tag == "link" and get("href"):
        yield from _link(element)
    elif tag == "use":
        yield get("href") or get("xlink:href") or get("{http://www.w3.org/1999/xlink}href") or "", "image"
    elif tag == "body" and get("background"):
        yield get("background"), "image"
    elif tag == "style" and element.text:
        yield from css_references(element.text)
    if get("style") and "url" in get("style").lower():
        yield from css_references("*{" + get("style") + "}")


def _images(element: Any, srcset: str) -> Iterator[tuple[str, Kind]]:
    get = element.get
    names = ("src", "href", "xlink:href", "poster", *_LAZY) if element.tag != "source" else _LAZY
    if element.tag == "input" and (get("type") or "").lower() != "image":
        return
    for name in names:
        if get(name):
            yield get(name), "image"
    for name in ("srcset", *_LAZY_SETS):
        if get(name):
            candidates = srcset_candidates(get(name))
            for address in candidates if srcset == "all" else candidates[:1]:
                yield address, "image"


def _link(element: Any) -> Iterator[tuple[str, Kind]]:
    relations = (element.get("rel") or "").lower().split()
    if "preload" in relations:
        yield element.get("href"), _AS.get((element.get("as") or "").lower(), "other")
    if "preload" in relations and element.get("imagesrcset"):
        for address in srcset_candidates(element.get("imagesrcset")):
            yield address, "image"
    for relation in relations:
        if relation in _LINKS:
            yield element.get("href"), _LINKS[relation]


def srcset_candidates(text: str) -> list[str]:
    """The addresses of a srcset, largest first (HTML 4.8.4.2.1)."""
    found: list[tuple[float, str]] = []
    for match in _SRCSET.finditer(text[:100_000]):
        address, size = match[1], (match[2] or "").strip()
        if address.endswith(",") and not size:
            address = address.rstrip(",")
        number = re.match(r"([0-9.]+)[wx]", size)
        try:
            found.append((float(number[1]) if number else 1.0, address))
        except ValueError:
            found.append((1.0, address))
    return [address for _, address in sorted(found, key=lambda each: -each[0]) if address]


def _figures(tree: Any, resolver: _Resolver, srcset: str) -> Iterator[Figure]:
    for figure in list(tree.iter("figure"))[:200]:
        captions = [" ".join(each.text_content().split()) for each in figure.iter("figcaption")]
        images = [
            address
            for element in figure.iter("img", "source", "image")
            for reference, kind in _named(element, srcset)
            if kind == "image" and (address := resolver(reference))
        ]
        if captions and captions[0] and images:
            yield Figure(caption=captions[0][:5000], images=tuple(dict.fromkeys(images)))


def needs_of_css(body: bytes, url: str, charset: str | None) -> tuple[Requisite, ...]:
    """The addresses a style sheet names, resolved against its own (CSS Syntax 3, 3.2 for the encoding)."""
    import tinycss2

    resolver = _Resolver(url, "utf-8")
    rules, _ = tinycss2.parse_stylesheet_bytes(
        body, protocol_encoding=charset, skip_comments=True, skip_whitespace=True
    )
    found = (Requisite(address, kind) for reference, kind in _of_rules(rules) if (address := resolver(reference)))
    return tuple({each.url: each for each in found}.values())


def _css_charset(body: bytes, charset: str | None) -> str:
    """Byte order mark, header, `@charset`, UTF-8."""
    if body.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    declared = re.match(rb'@charset "([A-Za-z0-9_-]{1,40})";', body)
    for name in (charset, declared[1].decode("ascii") if declared else None):
        try:
            if name:
                return codecs.lookup(name).name
        except LookupError:
            continue
    return "utf-8"


def css_references(text: str) -> list[tuple[str, Kind]]:
    """The references of CSS as written, `@import`ed sheets first."""
    return list(_css_references(text)) if _MAY_REFER.search(text) else []


@lru_cache(256)
def _css_references(text: str) -> tuple[tuple[str, Kind], ...]:
    """Newspapers put the same sheet into every page; parsing one costs more than all the rest of a page."""
    import tinycss2

    return tuple(_of_rules(tinycss2.parse_stylesheet(_slim(text), skip_comments=True, skip_whitespace=True)))


def _slim(text: str) -> str:
    """CSS without the rules that cannot name anything: a tenth of the tokens is left, and of the time."""
    return _NAMELESS.sub("", text)


_NAMELESS = re.compile(r"(?<=[{};])[^{}@;\"'\\/]*+\{[^{}()\"'\\/]*+\}")
_MAY_REFER = re.compile(r"url\(|@import|image-set|src\(|\\", re.IGNORECASE)


def _of_rules(rules: Iterable[Any]) -> Iterator[tuple[str, Kind]]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            target = next((token for token in rule.prelude if token.type in ("string", "url", "function")), None)
            if target is not None:
                yield from ((reference, "style") for reference, _ in _of_tokens([target], "style", strings=True))
            continue
        kind: Kind = "font" if rule.type == "at-rule" and rule.lower_at_keyword == "font-face" else "image"
        yield from _of_tokens(rule.content or () if rule.type in ("qualified-rule", "at-rule") else (), kind)


def _of_tokens(tokens: Iterable[Any], kind: Kind, *, strings: bool = False) -> Iterator[tuple[str, Kind]]:
    """`url(…)` and `src(…)` anywhere inside, without recursion: nesting is the sheet's to choose."""
    waiting = list(tokens)[::-1]
    while waiting:
        token = waiting.pop()
        if token.type == "url" or (strings and token.type == "string"):
            yield token.value, kind
        elif token.type == "function":
            named = token.lower_name in ("url", "src", "image-set", "-webkit-image-set")
            if named:
                yield from ((each.value, kind) for each in token.arguments if each.type == "string")
            waiting += [each for each in token.arguments if not (named and each.type == "string")][::-1]
        elif token.type in ("{} block", "() block", "[] block"):
            waiting += token.content[::-1]
