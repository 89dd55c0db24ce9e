"""Finds what a style sheet names: `url()`, `@import`, `image-set()` and `src()`, with tinycss2 (CSS Syntax 3).

Bytes or text in, references as written out; resolves and fetches nothing.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from archiver.markup.encodings import decode_sheet

Kind = Literal["image", "style", "script", "module", "font", "icon", "media", "document", "object", "other"]
Reference = tuple[str, Kind]
_QUOTED = (
    r"\"[^\"{}()\\/\n]*+(?:\\[0-9A-Fa-f][^\"{}()\\/\n]*+)*+\""
    r"|'[^'{}()\\/\n]*+(?:\\[0-9A-Fa-f][^'{}()\\/\n]*+)*+'"
)
_SLASH = r"(?<!\*)/(?!\*)"
_RULE = re.compile(
    rf"(?<=[{{}};])(?:[^{{}}@;\"'\\/]++|{_SLASH}|{_QUOTED})*+\{{(?:[^{{}}\"'\\/]++|{_SLASH}|{_QUOTED})*+\}}"
)
"""A rule that cannot be the half of a comment or of a string."""
_ESCAPED = re.compile(rb"\\(?:0{0,4}(?:2d|[46][1-9a-f]|[57][0-9a])|[g-z-])")
"""An escape of a letter or hyphen (CSS Syntax 3, 4.3.7): `\\72` in `u\\72l(`. That of an icon is none."""
_REFERENCES = 5_000
_REMEMBERED = 1 << 18
LONGEST = 1 << 19
"""Characters of a style sheet that are read, once the rules that name nothing are taken out: a second's work."""


def sheet_references(
    body: bytes, stated: str | None, around: str | None = None
) -> tuple[tuple[Reference, ...], str, str | None]:
    """The references of a style sheet with the Content-Type `stated`, its encoding, and what was not read of it
    (`unread_css`); `around` is the encoding of what names it."""
    text, encoding = decode_sheet(body, stated, around)
    return css_references(text), encoding, unread_css(text)


def css_references(text: str) -> tuple[Reference, ...]:
    """The references of CSS as written, in its order, each once; a bounded number of them."""
    if not _may_refer(text):
        return ()
    return _found(text)[:_REFERENCES]


def _found(text: str) -> tuple[Reference, ...]:
    """The references, and one more than may be, where there are more."""
    slim = _RULE.sub(_unless_nameless, text)[:LONGEST]  # a tenth of the tokens is left, and of the time
    if not _may_refer(slim):
        return ()
    return _remembered(slim) if len(slim) <= _REMEMBERED else _references(slim)


def unread_css(text: str) -> str | None:
    """In words, what of a style sheet was not looked through for addresses; None where all of it was."""
    if len(text) > LONGEST and _may_refer(text) and len(_RULE.sub(_unless_nameless, text)) > LONGEST:
        return f"a style sheet was looked through for addresses in {LONGEST:,} characters of rules that may name some"
    if text.count("(") > _REFERENCES and len(_found(text)) > _REFERENCES:
        return f"of a style sheet with more addresses, {_REFERENCES:,} were read"
    return None


def _may_refer(text: str) -> bool:
    """Whether a name stands there that refers, or an escape that may be part of one."""
    low = _low(text)
    return b"@import" in low or _names(low) or (b"\\" in low and bool(_ESCAPED.search(low)))


def _low(text: str) -> bytes:
    """ASCII in lower case, as CSS compares names; str.lower() is slow where an icon stands in the text."""
    return text.encode("utf-8", "surrogatepass").lower()


def _names(low: bytes) -> bool:
    return b"url(" in low or b"image-set" in low or b"src(" in low


def _unless_nameless(rule: re.Match[str]) -> str:
    return rule[0] if _names(_low(rule[0])) else ""


def _references(text: str) -> tuple[Reference, ...]:
    import tinycss2

    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    return tuple(islice(dict.fromkeys(_of_rules(rules)), _REFERENCES + 1))


_remembered = lru_cache(64)(_references)
"""Newspapers put the same sheet into every page; parsing it costs more than all the rest of the page."""


def _of_rules(rules: Iterable[Any]) -> Iterator[Reference]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            target = next((token for token in rule.prelude if token.type in ("string", "url", "function")), None)
            if target is not None:
                yield from _of_tokens([target], "style")
        elif rule.type in ("qualified-rule", "at-rule"):
            yield from _of_tokens(rule.content or (), "font" if _is_font(rule) else "image")


def _is_font(token: Any) -> bool:
    return getattr(token, "lower_at_keyword", getattr(token, "lower_value", None)) == "font-face"


def _of_tokens(tokens: Iterable[Any], kind: Kind) -> Iterator[Reference]:
    """References anywhere inside, without recursion: nesting is the sheet's to choose."""
    waiting = [(token, kind, kind == "style") for token in tokens] if kind == "style" else _inside(tokens, kind)
    while waiting:
        token, kind, strings = waiting.pop()
        if token.type == "url" or (strings and token.type == "string"):
            yield token.value, kind
        elif token.type == "function":
            named = token.lower_name in ("url", "src", "image-set", "-webkit-image-set")
            waiting += [(each, kind, named) for each in reversed(token.arguments)]
        elif token.type in ("{} block", "() block", "[] block"):
            waiting += _inside(token.content, kind)


def _inside(tokens: Iterable[Any], kind: Kind) -> list[tuple[Any, Kind, bool]]:
    """The tokens of a block, last first; a `@font-face` inside `@media`, `@layer`, `@supports` names fonts."""
    found: list[tuple[Any, Kind, bool]] = []
    for token in tokens:
        if token.type == "at-keyword":
            kind = "font" if _is_font(token) else "image"
        found.append((token, kind, False))
        if token.type == "{} block":
            kind = "image"
    return found[::-1]
