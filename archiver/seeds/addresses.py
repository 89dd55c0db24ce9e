"""The address of the original: the lines that state it, and which addresses are accepted.

`Original url:` and its like state it outright; `URL:`, `Source:`, `Quelle:` only when an address follows, and only in a
document which does not state one outright (`Source: [Reuters](…)` under an article is a credit). Nothing is repaired:
an address is kept as written, or the seed is refused (RFC 3986; international names and paths as in RFC 3987).
"""

import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from archiver.seeds.markdown import read_inline
from archiver.seeds.refusal import Refusal, shown

LONGEST = 8192
ADVICE = "write the page's full address on a line of its own: Original url: <https://…>"
_LABEL = re.compile(
    r"""[\s>•*_-]{0,12}?(?P<marks>[*_]{0,3})
    (?:(?P<strong>(?:original|source)[\s_-]{0,3}(?:url|link|address))
     | (?:original|source|url|link|quelle|fuente|fonte|bron|kilde|källa|lähde|źródło|zdroj|источник|джерело
         |来源|來源|出典))
    (?P<close>[*_]{0,3})\s{0,3}(?:(?P<colon>[:：])(?P<close_after>[*_]{0,3})|(?=[\s<\[]|$))""",
    re.VERBOSE | re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}:/|www\.", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\s<>\"\\\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Label(NamedTuple):
    """A line that announces an address: `strong` if it can mean nothing else; `rest` is what follows on it."""

    strong: bool
    rest: str


def read_label(text: str) -> Label | None:
    """The label a line begins with, or None. Without a colon it is one only if nothing but an address follows."""
    match = _LABEL.match(text)
    if match is None:
        return None
    rest = text[match.end() :].strip()
    if not match["colon"] and rest and not looks_like_address(rest):
        return None
    marks = match["marks"]
    if marks and not match["close"] and not match["close_after"]:
        rest = rest.removesuffix(marks)
    return Label(bool(match["strong"]), rest)


def unwrap(text: str) -> str:
    """The address in `<…>`, in a Markdown link, or bare. Words after a closed form are not part of it."""
    if text.startswith("<") and ">" in text:
        return text[1 : text.index(">")].strip()
    if text.startswith("["):
        _, anchors = read_inline(text, 1)
        if anchors and anchors[0].start == 0:
            return anchors[0].href
    return text


def looks_like_address(text: str) -> bool:
    """Whether it begins as an address does, right or wrong."""
    return _SCHEME.match(unwrap(text)) is not None


def check(url: str, line: int) -> SplitResult:
    """The parts of an address a seed may have. Raises Refusal: not http(s), no host, credentials, spaces, control or
    invisible characters, quotation marks, angle brackets, backslashes, or longer than LONGEST."""
    if len(url) > LONGEST:
        raise Refusal(line, f"an address of {len(url):,} characters", f"at most {LONGEST:,} are read; {ADVICE}")
    if not url.lower().startswith(("http://", "https://")):
        raise Refusal(line, f"{shown(url)} is not an http or https address", ADVICE)
    authority = re.split(r"[/?#\\]", url.partition("://")[2], maxsplit=1)[0]
    if "@" in authority:
        raise Refusal(line, "an address with a user name or password in it", "leave out what stands before the @")
    if found := _FORBIDDEN.search(url):
        what = "a space" if found[0] == " " else f"the character U+{ord(found[0]):04X}"
        raise Refusal(line, f"{what} inside the address {shown(url)}", "write it percent-encoded (%20 for a space)")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refusal(line, f"{shown(url)} is not a well-formed address", ADVICE) from error
    if not (parts.hostname or "").strip(".") or port == 0:
        raise Refusal(line, f"{shown(url)} names no host to ask", ADVICE)
    return parts


def same(one: str, other: str) -> bool:
    """Whether two accepted addresses are one: scheme and host in any case, the rest to the letter."""
    a, b = urlsplit(one), urlsplit(other)
    return one == other or (a[0], a[1].lower(), *a[2:]) == (b[0], b[1].lower(), *b[2:])
