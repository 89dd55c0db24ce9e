"""Finds what a page needs to be shown again: the addresses its HTML names (requisites). `stylesheets.py` reads CSS.

Bytes in, addresses out; fetches nothing. Addresses are resolved as a browser would (WHATWG URL 4.4): `<base href>`,
protocol-relative addresses, white space inside attributes dropped, queries in the document's encoding.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Literal

from lxml import etree

from archiver.capture.requisites.link_header import links_of
from archiver.capture.requisites.modules import module_references
from archiver.capture.requisites.stylesheets import Kind, Reference, css_references, unread_css
from archiver.capture.urls import readable
from archiver.markup.addresses import absolute, resolved_web, web_address
from archiver.markup.document import document_of, document_to_read_again, tree_of
from archiver.markup.encodings import decoded_as
from archiver.markup.media_types import content_type

_ELEMENTS = 60_000
_ADDRESSES = 20_000
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-hi-res-src")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
_LINKS: dict[str, Kind] = {
    "stylesheet": "style",
    "icon": "icon",
    "apple-touch-icon": "icon",
    "apple-touch-icon-precomposed": "icon",
    "mask-icon": "icon",
    "manifest": "other",
    "modulepreload": "module",
}
_AS: dict[str, Kind] = {"style": "style", "script": "script", "font": "font", "image": "image"}
_NAMING = frozenset(
    (
        *("img", "source", "image", "video", "input", "audio", "track", "embed", "script", "iframe", "frame", "object"),
        *("link", "use", "feImage", "feimage", "style"),
        *("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"),
        *("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textpath"),
        *("a", "switch", "symbol", "marker", "pattern", "mask", "clippath", "clipPath", "foreignobject"),
    )
)
"""Elements that may name something by more than their `style`."""
_BACKGROUNDS = frozenset(("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"))
"""HTML, 15.3.5 and 15.3.10."""
_PRESENTATION = frozenset(
    (
        *("fill", "stroke", "filter", "mask", "clip-path", "cursor"),
        *("marker", "marker-start", "marker-mid", "marker-end"),
    )
)
"""Attributes of SVG that are CSS (SVG 2, 6.6) and may name another document."""
_INSTRUCTION = re.compile(r"<\?xml-stylesheet\s([^<>]{1,2000}?)\?>")
_PSEUDO = re.compile(r"([\w-]{1,20})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
SVG = "image/svg+xml"
_PROLOG = 1 << 16
_WORDS = etree.XPath("string()")
_FIGURES, _CLIMB, _CAPTION_LENGTH = 200, 3, 5000


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
    encoding: str | None = None
    """That of the document, which is also that of style sheets that state none."""
    unread: str | None = None
    """In words, what was not looked through for addresses."""


Srcset = Literal["all", "largest"]


def needs_of(body: bytes, url: str, stated: str | None, *, srcset: Srcset = "all", again: bool = False) -> Needs:
    """The requisites of an HTML document with the Content-Type `stated`. Never raises for what is in it; a document
    without elements needs nothing. `again` where it is to be read once more afterwards."""
    document = (document_to_read_again if again else document_of)(body, stated)
    tree = document.tree
    if tree is None:
        return Needs(requisites=(), figures=(), encoding=document.encoding)
    resolver = Resolver(base_of(tree, url), document.encoding)
    naming, captions = _telling(tree)
    figures = tuple(_figures(tree, captions, resolver, srcset))
    # A captioned photo is one even where a `link` names it as an icon: it is never copied from another page.
    photos = {address for figure in figures for address in figure.images}
    found: dict[str, Requisite] = {}
    unread = next((said for each in naming if each.tag == "style" and (said := unread_css(each.text or ""))), None)
    instructed = _instructed(body, stated, document.encoding)
    for reference, kind in chain(instructed, _references(naming, srcset)):
        address = resolver(reference)
        if len(found) == _ADDRESSES:
            unread = f"of a document with more addresses, {_ADDRESSES:,} were read"
            break
        if address:
            found.setdefault(address, Requisite(address, "image" if address in photos else kind))
    return Needs(requisites=tuple(found.values()), figures=figures, encoding=document.encoding, unread=unread)


def resolved(references: Iterable[Reference], url: str, encoding: str, unread: str | None = None) -> Needs:
    """What the references of a style sheet lead to, from the sheet's own address; queries, and sheets that it imports,
    are in its encoding where they state none (CSS Syntax 3, 3.2)."""
    resolver = Resolver(url, encoding)
    found = {address: Requisite(address, kind) for each, kind in references if (address := resolver(each))}
    return Needs(requisites=tuple(found.values()), figures=(), encoding=encoding, unread=unread)


def cut_at(body: bytes, most: int) -> str | None:
    """In words, that of a document of which so many bytes are kept the rest was not looked through."""
    return (
        f"its first {most:,} bytes were looked through for addresses, the rest was not" if len(body) >= most else None
    )


def announced(headers: Iterable[tuple[str, str]], url: str, srcset: Srcset = "all") -> Iterator[Requisite]:
    """What the header `Link` of a page says that it will need (HTML, 4.6.6)."""
    resolver = Resolver(url, "utf-8")
    for name, value in headers:
        if name.lower() != "link":
            continue
        for link in links_of(readable(value)):
            relations, kind = link.relations, _AS.get(link.parameters.get("as", "").lower(), "other")
            found: list[Reference] = []
            if "preload" in relations:
                found = [(link.target, kind), *_candidates([link.parameters.get("imagesrcset")], srcset)]
            elif "modulepreload" in relations:
                found = [(link.target, "module")]
            yield from (Requisite(address, kind) for each, kind in found if (address := resolver(each)))


def _instructed(body: bytes, stated: str | None, encoding: str) -> Iterator[Reference]:
    """The style sheets that an XML document names before its root element (xml-stylesheet, 3)."""
    kind = content_type(stated)
    if kind is None or not kind.essence.endswith(("xml", "/xsl")):
        return
    prolog = decoded_as(encoding, body[:_PROLOG])
    root = re.search(r"<[A-Za-z]", prolog)
    for match in islice(_INSTRUCTION.finditer(prolog, 0, root.start() if root else len(prolog)), 100):
        said = {name: double or single for name, double, single in _PSEUDO.findall(match[1])}
        if said.get("href"):
            yield html.unescape(said["href"]), "other" if "xsl" in said.get("type", "") else "style"


def base_of(tree: Any, url: str) -> str:
    """What references are resolved against: the first `base` with an `href`, where that is http(s) (HTML 4.2.3)."""
    href = next((str(each.get("href")) for each in tree.iter("base") if each.get("href") is not None), "")
    try:
        joined = absolute(href, url)
        web_address(joined)
    except ValueError:
        return url
    return joined


class Resolver:
    """References as a document has them -> absolute http(s) addresses without fragment, or None."""

    def __init__(self, base: str, encoding: str) -> None:
        self._base, self._encoding = base, encoding

    def __call__(self, reference: str) -> str | None:
        return resolved_web(reference, self._base, encoding=self._encoding)


def _telling(tree: Any) -> tuple[list[Any], list[Any]]:
    """The elements that may name something, and those that call themselves a caption: one chain over the tree for both,
    which costs as much as parsing where it is done twice."""
    naming, captions = [], []
    for element in islice(tree.iter("*"), _ELEMENTS):
        tag, get = element.tag, element.get
        if tag in _NAMING or get("style"):
            naming.append(element)
        named = get("class")
        if (named and "caption" in named.lower()) or get("itemprop") == "caption":
            captions.append(element)
    return naming, captions


def _references(naming: Iterable[Any], srcset: Srcset, *, inside: bool = False) -> Iterator[Reference]:
    for element in naming:
        yield from _named(element, srcset)
        if element.tag == "iframe" and element.get("srcdoc") and not inside:
            frame = tree_of(element.get("srcdoc"))
            yield from _references(_telling(frame)[0], srcset, inside=True) if frame is not None else ()


def _named(element: Any, srcset: Srcset) -> Iterator[Reference]:
    """The references of one element."""
    get, tag = element.get, element.tag
    if tag in ("img", "source", "image", "video", "input"):
        yield from _images(element, srcset)
    if tag in ("video", "audio", "source", "track") and get("src"):
        yield get("src"), "image" if _in_picture(element) else "media"
    elif tag == "embed" and get("src"):
        yield get("src"), "object" if _holds_document(element) else "media"
    elif tag == "script" and (get("src") or get("href") or get("xlink:href")):
        yield get("src") or get("href") or get("xlink:href"), "module" if _is_module(element) else "script"
    elif tag == "script" and element.text and _is_module(element):
        yield from module_references(element.text)
    elif tag in ("iframe", "frame") and (get("src") or get("data-src")):
        yield get("src") or "", "document"
        yield get("data-src") or "", "document"
    elif tag == "object" and get("data"):
        yield get("data"), "object" if _holds_document(element) else "media"
    elif tag == "link":
        yield from _link(element, srcset)
    elif tag in ("use", "feImage", "feimage"):
        yield get("href") or get("xlink:href") or "", "image"
    elif tag in _BACKGROUNDS and get("background"):
        yield get("background"), "image"
    elif tag == "style" and element.text:
        yield from css_references(element.text)
    if get("style") and "(" in get("style"):
        yield from css_references("*{" + get("style") + "}")
    for name, value in element.items():
        if name in _PRESENTATION and "(" in value and not value.startswith("url(#"):
            yield from css_references(f"*{{{name}:{value}}}")


def _is_module(script: Any) -> bool:
    return (script.get("type") or "").strip().lower() == "module"


def _holds_document(element: Any) -> bool:
    """Whether an `object` or `embed` says that it shows a document, which names what it needs itself."""
    essence = (element.get("type") or "").partition(";")[0].strip().lower()
    return essence in ("text/html", "application/xhtml+xml", SVG)


def _in_picture(element: Any) -> bool:
    parent = element.getparent()
    return element.tag == "source" and parent is not None and parent.tag == "picture"


def _images(element: Any, srcset: Srcset) -> Iterator[Reference]:
    get, tag = element.get, element.tag
    if tag == "input" and (get("type") or "").lower() != "image":
        return
    if tag == "video":
        names: tuple[str, ...] = ("poster", "data-poster")
    elif tag == "source":
        names = _LAZY if _in_picture(element) else ()
    else:
        names = ("src", "href", "xlink:href", *_LAZY)
    yield from ((get(name), "image") for name in names if get(name))
    yield from _candidates((get(name) for name in ("srcset", *_LAZY_SETS)), srcset)


def _candidates(sets: Iterable[str | None], srcset: Srcset) -> Iterator[Reference]:
    for each in sets:
        candidates = srcset_candidates(each) if each else []
        yield from ((address, "image") for address in (candidates if srcset == "all" else candidates[:1]))


def _link(element: Any, srcset: Srcset) -> Iterator[Reference]:
    href, relations = element.get("href") or "", (element.get("rel") or "").lower().split()
    if "preload" in relations:
        yield href, _AS.get((element.get("as") or "").lower(), "other")
        yield from _candidates([element.get("imagesrcset")], srcset)
    yield from ((href, _LINKS[relation]) for relation in relations if relation in _LINKS)


_WHITE_OR_COMMAS, _ADDRESS = re.compile(r"[\s,]*+"), re.compile(r"\S++")
_DESCRIPTORS = re.compile(r"(?:[^,()]++|\([^)]*+\)?|\))*+,?")
_SIZE = re.compile(r"(?<!\S)(\d{1,9}(?:\.\d{1,9})?)[wx](?!\S)")


def srcset_candidates(text: str) -> list[str]:
    """The addresses of a srcset, largest first (HTML, "parsing a srcset attribute")."""
    found: list[tuple[float, str]] = []
    at, text = 0, text[:100_000]
    while address := _ADDRESS.match(text, _end(_WHITE_OR_COMMAS, text, at)):
        at, descriptors = address.end(), ""
        if not address[0].endswith(","):
            at = _end(_DESCRIPTORS, text, address.end())
            descriptors = text[address.end() : at]
        size = _SIZE.search(descriptors.rstrip(","))
        found.append((float(size[1]) if size else 1.0, address[0].rstrip(",")))
    return [address for _, address in sorted(found, key=lambda each: -each[0]) if address]


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _figures(tree: Any, captions: Iterable[Any], resolver: Resolver, srcset: Srcset) -> Iterator[Figure]:
    """Images under a caption: of a `figure`, or near one of `captions`."""
    for around, caption in _captioned(tree, captions):
        words = " ".join(str(_WORDS(caption)).split())[:_CAPTION_LENGTH]
        elements = around.iter("img", "source", "image")
        references = islice((each for element in elements for each in _named(element, srcset)), _FIGURES)
        images = [address for reference, kind in references if kind == "image" and (address := resolver(reference))]
        if words and images:
            yield Figure(caption=words, images=tuple(dict.fromkeys(images)))


def _captioned(tree: Any, captions: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """An element around an image and the element that holds its caption."""
    for figure in islice(tree.iter("figure"), _FIGURES):
        caption = next(figure.iter("figcaption"), None)
        if caption is not None:
            yield figure, caption
    for caption in islice((each for each in captions if each.tag != "figcaption"), _FIGURES):
        parents = islice(caption.iterancestors(), _CLIMB)
        around = next((each for each in parents if next(each.iter("img"), None) is not None), None)
        if around is not None and around.tag not in ("figure", "body", "html", "main", "article"):
            yield around, caption
