"""What of a page's markup is too much for any parser, bounded before one sees it: attributes of an element, tags of a
page, levels of nesting. Every pattern here is linear.

Parsers compare each attribute of an element with all before it, so that 50,000 of them take seconds; libxml2 stops at
256 levels and leaves out what follows. Nesting is flattened, as Blink does it (`kMaximumHTMLParserDOMTreeDepth`):
deeper elements become siblings, and no text is lost. Tags are found as HTML, 13.2.5 says.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

MAX_ATTRIBUTES = 128
MAX_TAGS = 400_000
MAX_DEPTH = 512
_WHITE = rb"\t\n\f\r "
_NAME = rb"[^" + _WHITE + rb"/>]*+"
_ATTRIBUTE = (
    rb"(?:[" + _WHITE + rb"/]*+(?:=?+[^" + _WHITE + rb"/>=]++|=)"
    rb"(?:[" + _WHITE + rb"]*+=[" + _WHITE + rb"]*+(?:\"[^\"]*+\"?|'[^']*+'?|[^" + _WHITE + rb">]*+))?+)"
)
_FEW = _ATTRIBUTE + rb"{0,%d}+[" % MAX_ATTRIBUTES + _WHITE + rb"/]*+"
_RAW_NAMES = (b"script", b"style", b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes")
"""Elements whose content is text up to their own end tag."""
_COMMENT = rb"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|$))"


def _content(name: bytes) -> bytes:
    return rb"(?:[^<]++|<(?!/%b[" % name + _WHITE + rb"/>]))*+"


_RAW = rb"|".join(rb"<%b(?=[" % n + _WHITE + rb"/>])" + _FEW + rb">" + _content(n) for n in _RAW_NAMES)
_TAG = rb"<[A-Za-z]" + _NAME
_FINE = re.compile(
    rb"(?:[^<]++|<(?![A-Za-z!])|" + _COMMENT + rb"|<!(?!--)|" + _RAW + rb"|" + _TAG + _FEW + rb"(?:>|$))*+",
    re.IGNORECASE | re.DOTALL,
)
"""The whole of a page in which no element has more attributes than allowed."""
_TOKEN = re.compile(
    rb"(?P<text>[^<]++|" + _COMMENT + rb"|<(?![A-Za-z/])|</(?![A-Za-z]))"
    rb"|</(?P<end>" + _NAME + rb")[^>]*+>?"
    rb"|(?P<open><(?P<start>[A-Za-z]"
    + _NAME
    + rb"))(?P<rest>"
    + _ATTRIBUTE
    + rb"*+["
    + _WHITE
    + rb"/]*+)(?P<close>>?)",
    re.IGNORECASE | re.DOTALL,
)
_FIRST = re.compile(_ATTRIBUTE + rb"{0,%d}+" % MAX_ATTRIBUTES, re.DOTALL)
_CONTENTS = {name: re.compile(_content(name), re.IGNORECASE | re.DOTALL) for name in _RAW_NAMES}
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
_ENDS_ITSELF = frozenset(b"p li dt dd option optgroup tr td th tbody thead tfoot rt rp".split())
"""Elements that a second one of their kind right within them ends."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Markup within the bounds, what was cut from it, in words, and whether nesting was flattened."""

    markup: bytes
    cut: tuple[str, ...] = ()
    flattened: bool = False


def bounded(markup: bytes) -> Bounded:
    """A page (UTF-8) with no more attributes and tags than allowed; of most pages these are their own bytes."""
    if markup.count(b"<") <= MAX_TAGS and _FINE.match(markup).end() == len(markup):  # type: ignore[union-attr]
        return Bounded(markup)
    rewriter = _Rewriter(flatten=False)
    return rewriter.result(markup)


def flattened(markup: bytes) -> Bounded:
    """A page (UTF-8) with no more attributes, tags and levels than allowed."""
    return _Rewriter(flatten=True).result(markup)


class _Rewriter:
    """Writes a page anew, tag by tag. Which elements are open is followed roughly, as far as depth needs it."""

    def __init__(self, *, flatten: bool) -> None:
        self._flatten = flatten
        self._open: list[bytes] = []
        self._counted: Counter[bytes] = Counter()
        self._deepest: bytes | None = None
        """The element that is open at the last level."""
        self._tags = self._long = 0
        self._flat = self._full = False

    def result(self, markup: bytes) -> Bounded:
        """The markup written anew."""
        written = b"".join(self._pieces(markup))
        cut = []
        if self._long:
            elements = "element has" if self._long == 1 else "elements have"
            cut.append(f"{self._long} {elements} more than {MAX_ATTRIBUTES} attributes, of which the rest is not read")
        if self._full:
            cut.append(f"only the first {MAX_TAGS} tags of the page are read")
        return Bounded(written, tuple(cut), self._flat)

    def _pieces(self, markup: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(markup):
            token = _TOKEN.match(markup, at)
            if token is None:  # cannot be: every byte begins a token
                yield markup[at : at + 1]
                at += 1
                continue
            at = token.end()
            if token["text"] is not None:
                yield token[0]
            elif token["end"] is not None:
                yield from self._end(token[0], token["end"].lower())
            else:
                self._tags += 1
                if self._tags > MAX_TAGS:
                    self._full = True
                    return
                name = token["start"].lower()
                yield from self._start(name, self._shortened(token), token["rest"])
                if name == b"plaintext":
                    yield markup[at:]
                    return
                if (content := _CONTENTS.get(name)) and token["close"]:
                    held = content.match(markup, at)
                    if held is not None:
                        yield held[0]
                        at = held.end()

    def _shortened(self, token: re.Match[bytes]) -> bytes:
        rest = token["rest"]
        first = _FIRST.match(rest)
        if first is None or not rest[first.end() :].strip(b"\t\n\f\r /"):
            return token[0]
        self._long += 1
        return token["open"] + first[0] + b" >"

    def _start(self, name: bytes, tag: bytes, rest: bytes) -> Iterator[bytes]:
        if not self._flatten or name in _VOID or rest.endswith(b"/"):
            yield tag
            return
        if self._open and self._open[-1] == name and name in _ENDS_ITSELF:
            yield from self._pop(len(self._open) - 1)
        self._open.append(name)
        self._counted[name] += 1
        if len(self._open) >= MAX_DEPTH:
            if self._deepest is not None:
                self._flat = True
                yield b"</%b>" % self._deepest
            self._deepest = name
        yield tag

    def _end(self, tag: bytes, name: bytes) -> Iterator[bytes]:
        if not self._flatten or not self._counted[name]:
            yield tag
            return
        at = len(self._open) - 1
        while self._open[at] != name:
            at -= 1
        yield from self._pop(at)

    def _pop(self, to: int) -> Iterator[bytes]:
        """End the elements from the last to the one at `to`."""
        gone = self._open[to:]
        del self._open[to:]
        self._counted.subtract(gone)
        if self._deepest is not None:
            yield b"</%b>" % self._deepest
            self._deepest = None
        yield from (b"</%b>" % name for name in reversed(gone[: max(0, MAX_DEPTH - 1 - to)]))
