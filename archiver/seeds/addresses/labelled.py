"""The address of the original: the words that announce it (`address_labels.toml`), what of a text is the address, and
which addresses are accepted.

A label is a phrase of known words before an address: `Original url:`, `Lien d'origine :`, `Read the full story at`,
`来源：`. With a word for *original* it states the address outright; else (`Source:`, `Quelle:`) it counts only in a
document that does not state one outright, since `Source: [Reuters](…)` under an article is a credit.

Of a bare address, marks of punctuation at its end are not part (GitHub Flavored Markdown, section 6.9, autolinks
(extension)); nothing else is repaired (RFC 3986; international names and paths as in RFC 3987).
"""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from archiver.markup.addresses import web_address
from archiver.seeds.refusal import Refusal, shown

LONGEST = 8192
ADVICE = "write the page's full address on a line of its own: Original url: <https://…>"
OUTRIGHT, LABELLED, MENTIONED = 3, 2, 1
"""How surely a line states the address: with a word for *original*; with another label; after a label and words."""
_LONGEST_LABEL = 80
_MOST_WORDS = 9
_BEGINS = re.compile(
    r"(?:h(?:tt|xx)ps?|ftp|file):/{0,3}|www\.|//(?=[\w-]+\.)|[a-z][a-z0-9+.-]{1,20}:/|mailto:|javascript:|data:", re.I
)
_HTTP = re.compile(r"https?://[^\s<>\"“”«»„‹›]+", re.IGNORECASE)
_REMARK = re.compile(r"\s*+[–—,;|-]?+\s*+[(\[{].{0,200}|\s++[–—|].{0,200}|[,;]\s.{0,200}")
_ACCESSED = re.compile(
    r"\s+(?:last\s)?(?:accessed|retrieved|visited|archived|seen|read|abgerufen|zuletzt|consult[ée]|consultado|visitato|"
    r"hämtad|besökt|hentet|geraadpleegd|dostęp|дата)\b.{0,100}",
    re.IGNORECASE,
)
_TRAILING = frozenset("`?!.,:;*_~'\"”’»“‘›„…。，、！？；：」』】》〉）)]}|")
_CLOSING = {")": "(", "]": "[", "}": "{", "）": "（"}
_COLON = re.compile(r"[:：=]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\s<>\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SCHEME = re.compile(r"https?:(?!\\/)[/\\]++", re.IGNORECASE)
_OPENING = " \t<([{“”\"'‘’«„‹（「『【`"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Marks of direction and width, which programs put around an address."""
_FIRST_WORD = re.compile(r"([A-Za-z0-9]++)\s")
"""The word that a line begins with, where nothing else can be read in it."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Label(NamedTuple):
    """What announces an address: how surely, and where behind it the address begins."""

    tier: int
    end: int
    colon: bool


class Stated(NamedTuple):
    """An address as it stands in a text: the address itself, and what was done to read it, "" for nothing."""

    url: str
    remark: str = ""
    former: str = ""
    """The address with what was left off, where something was."""


@cache
def _words() -> dict[str, frozenset[str]]:
    table = tomllib.loads(files("archiver.seeds.addresses").joinpath("address_labels.toml").read_text("utf-8"))
    return {kind: frozenset(_plain(words).split()) for kind, words in table.items()}


@cache
def _known() -> frozenset[str]:
    return frozenset().union(*_words().values())


def read_label(text: str) -> Label | None:
    """The label a line begins with, or None. Without a colon or a word for *original* it is one only if an address
    follows at once."""
    start = len(text) - len(text.lstrip(" \t>•*_-#" + _INVISIBLE))
    first = _FIRST_WORD.match(text, start)
    if first and not _is_known(first[1].lower()):
        return None
    found = _BEGINS.search(text, start, start + _LONGEST_LABEL + 4)
    head = text[start : found.start() if found else start + _LONGEST_LABEL]
    if not found:
        # An address in a link or angle brackets, or none at all.
        head = head[: min((at for mark in "[<" if (at := head.find(mark)) >= 0), default=len(head))]
    if (colon := _COLON.search(head)) and head[colon.end() :].strip(_OPENING + "*_:：=-–—"):
        tier = _tier(head[: colon.start()])
        return Label(tier, start + colon.end(), True) if tier else None
    label = head.rstrip(_OPENING + "*_")
    tier = _tier(label.rstrip(":：=|–—- \t"))
    return Label(tier, start + len(label), bool(_COLON.search(label))) if tier else None


def _tier(phrase: str) -> int:
    """How surely a phrase of known words announces an address, 0: not at all."""
    plain = _plain(phrase)
    words = plain.split()
    if not 0 < len(words) <= _MOST_WORDS or len(plain) > _LONGEST_LABEL:
        return 0
    table = _words()
    if _CJK.search(plain):
        joined = "".join(words)
        if joined in table["original"] or _ORIGINAL_IN_CJK.fullmatch(joined):
            return OUTRIGHT
        if joined in table["nouns"]:
            return LABELLED
    if not all(map(_is_known, words)):
        return 0
    kinds = [{kind for kind, known in table.items() if word in known} for word in words]
    original = any("original" in kind or _ORIGINAL.match(word) for kind, word in zip(kinds, words, strict=True))
    noun = any("nouns" in kind for kind in kinds)
    verb = any("verbs" in kind for kind in kinds)
    if original:
        return OUTRIGHT
    if plain in ("source url", "source link", "source uri", "source address"):
        return OUTRIGHT
    return LABELLED if noun or verb or plain in ("from", "via") else 0


def _is_known(word: str) -> bool:
    """Whether a word may be part of a label: of the table, a form of *original*, a number or part of a date."""
    if word in _known() or _ORIGINAL.match(word) or word.isdecimal():
        return True
    _, joined, noun = word.partition("'")  # `l'article`
    return (bool(joined) and noun in _known()) or (word[:1] in "הל" and word[1:] in _known())


_ORIGINAL = re.compile(
    r"original|originell|originær|originai|originari|orygina|pierwotn|ursprüng|ursprung|oorspron|oprind|opprinn|alkuperä|původn|pôvodn|izvorn|"
    r"изворн|ориг[иі]н|ориґін|исходн|первоисточ|першоджер|первоначальн|початков|вихідн|orijinal|özgün|eredeti|πρωτότυπ|αρχικ|"
    r"(?:ال|לה|ה)?(?:أصلي|اصلي|اصلی|أصل$|מקורי)|मूल|ओरिजिनल"
)
"""How the words for *original* begin."""
_ORIGINAL_IN_CJK = re.compile(
    r"(?:本文|此文|文章|新闻|新聞|报道|報道|記事|기사)?[的の의]?(?:(?:原|元|オリジナル|원)(?=.)|원문|원본)(?:始|文|記事|稿|本|文章|新闻|新聞|报道|報道|기사)?"
    r"[的の의]?(?:url|link|链接|連結|链結|网址|網址|地址|位址|出处|出處|来源|來源|リンク|アドレス|記事|ページ|サイト|링크|주소|보기|사이트|출처)?"
)


def _plain(words: str) -> str:
    text = unicodedata.normalize("NFKC", words).casefold().translate(_APOSTROPHES)
    return " ".join(_BETWEEN_WORDS.sub(" ", text).split())


_APOSTROPHES = str.maketrans("’`´", "'''")
_BETWEEN_WORDS = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069_\-–—*:：()\[\]\"“”=.,;|/>#]")


def read_stated(text: str) -> Stated | None:
    """The address a text begins with, in `<…>`, in parentheses or quotes, or bare; None where it begins with none.

    Words may follow a bare address in parentheses or behind a dash (`(accessed …)`); other words leave the space in the
    address, for `check` to refuse it."""
    text = text.strip()
    text = text.strip(_INVISIBLE)
    if text.startswith("<") and ">" in text:
        return _schemed(text[1 : text.index(">")].strip().strip(_INVISIBLE), "")
    bare = text.lstrip(_OPENING + _INVISIBLE)
    if not _BEGINS.match(bare):
        return None
    end = next((at for at, character in enumerate(bare) if character.isspace() or character in "<>"), len(bare))
    rest = bare[end:]
    whole = bare[:end].rstrip(_INVISIBLE)
    if rest.strip(" *_>)]”»\"'.…") and not (
        _REMARK.fullmatch(rest) or _ACCESSED.fullmatch(rest) or rest.startswith("<")
    ):
        return _schemed(bare.rstrip("*_ "), "")
    url = trim(whole)
    cut = whole[len(url) :].strip("*_~")
    opened = text[: len(text) - len(bare)].strip()
    dropped = cut if not (opened and all(mark in "`)]}”“»\"'’‹›）」』】" for mark in cut)) else ""
    stated = _schemed(url, f"{shown(dropped)} behind the address was left off" if dropped else "")
    return stated._replace(former=whole) if whole != url and not rest else stated


def _schemed(url: str, remark: str) -> Stated:
    """With https before an address that has no scheme, and without what makes one harmless (`hxxps://a[.]example`)."""
    if url[:4].lower() == "hxxp" and url[4:5].lower() in ("s", ":"):
        live = _HARMLESS.sub(lambda dot: dot[1], f"http{url[4:]}")
        return Stated(live, f"{shown(url)} was written not to be followed" + (f"; {remark}" if remark else ""), url)
    if "&amp;" in url:
        said = "&amp; in the address stands for &" + (f"; {remark}" if remark else "")
        return _schemed(url.replace("&amp;", "&"), said)._replace(former=url)
    if url.lower().startswith("www.") and "." in url[4:]:
        return Stated(f"https://{url}", "the address has no scheme: https is taken" + (f"; {remark}" if remark else ""))
    if url.startswith("//") and len(url) > 2 and url[2].isalnum():
        return Stated(f"https:{url}", "the address has no scheme: https is taken" + (f"; {remark}" if remark else ""))
    return Stated(url, remark)


def schemeless(text: str) -> Stated | None:
    """The address that a text is but for its scheme: a host's name, and mostly a path (`news.example/2024/ferry`)."""
    bare = trim(text.strip().strip(_INVISIBLE).lstrip(_OPENING))
    if not _HOST_AND_PATH.fullmatch(bare):
        return None
    return Stated(f"https://{bare}", "the address has no scheme: https is taken")


_HOST_AND_PATH = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24}(?::\d{1,5})?(?:[/?#][^\s<>]*)?")
_HARMLESS = re.compile(r"[\[(]([.:])[\])]")


def trim(url: str) -> str:
    """An address without the punctuation behind it: a closing bracket stays where its opening one is inside."""
    end = len(url)
    counts: dict[str, int] = {}
    for character in url:
        if character in "()[]{}（）":
            counts[character] = counts.get(character, 0) + 1
    while end and url[end - 1] in _TRAILING:
        last = url[end - 1]
        if last in _CLOSING:
            if counts.get(last, 0) <= counts.get(_CLOSING[last], 0):
                break
            counts[last] -= 1
        end -= 1
    return url[:end]


def plausible(text: str) -> list[tuple[int, str]]:
    """Where in a text addresses of pages stand, each trimmed."""
    return [(found.start(), trim(found[0])) for found in _HTTP.finditer(text)] if "://" in text else []


def looks_like_address(text: str) -> bool:
    """Whether it begins as an address does, right or wrong."""
    return _BEGINS.match(text.lstrip(_OPENING)) is not None


def check(url: str, line: int) -> str:
    """The address a seed may have, as browsers read and write it (WHATWG URL). Raises Refusal: not http(s), no host,
    credentials, spaces, control or invisible characters, angle brackets, slashes escaped as in JSON
    behind the scheme, or longer than LONGEST."""
    if len(url) > LONGEST:
        raise Refusal(line, f"an address of {len(url):,} characters", f"at most {LONGEST:,} are read; {ADVICE}")
    scheme = _SCHEME.match(url)
    if not scheme:
        raise Refusal(line, f"{shown(url)} is not an http or https address", ADVICE)
    authority = re.split(r"[/?#\\]", url[scheme.end() :], maxsplit=1)[0]
    if "@" in authority:
        raise Refusal(line, "an address with a user name or password in it", "leave out what stands before the @")
    if found := _FORBIDDEN.search(url):
        what = "a space" if found[0] == " " else f"the character U+{ord(found[0]):04X}"
        raise Refusal(line, f"{what} inside the address {shown(url)}", "write it percent-encoded (%20 for a space)")
    try:
        read = web_address(url)
    except ValueError as error:
        what = "is not a well-formed address" if authority.partition(":")[0] else "names no host to ask"
        raise Refusal(line, f"{shown(url)} {what}", ADVICE) from error
    if not read.hostname.strip(".") or read.port == 0:
        raise Refusal(line, f"{shown(url)} names no host to ask", ADVICE)
    return read.href + read.fragment


def same(one: str, other: str) -> bool:
    """Whether two accepted addresses are one: written alike once browsers have read them."""
    return one == other or check(one, 0) == check(other, 0)
