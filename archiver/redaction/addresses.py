"""Values of secret parameters, users and passwords taken out of the addresses in a text, wherever they stand in it and
however often they are encoded: `?next=https%3A%2F%2Fa.example%3Faccess_token%3D…` (RFC 3986).

A text is gone through once, from mark to mark: what separates parameters, a name, an equals sign, each as it is or as
an address, an HTML page or JSON writes it. Only values of secret names are cut out; inside all others the search goes
on. Everything else stays to the letter.
"""

import re
from urllib.parse import unquote

from archiver.redaction.removed import Removed, decoded, is_random
from archiver.redaction.secrets import PUT, is_secret_parameter

_DEEP = "(?:25){0,12}"
"""An encoding of an encoding of … a percent sign."""
_BREAK = r"""\x00-\x20"<>"""
"""What ends an address in a text."""
_SEPARATOR = (
    rf"""[?&\#;/,|]|&amp;|&\#0{{0,4}}38;|&\#x0{{0,4}}26;|%{_DEEP}(?:3[BbFf]|26|23|2[CcFf]|7[Cc])"""
    r"""|\\u00(?:26|3[BbFf]|23|2[FfCc])|\\x(?:26|3[Ff])|\\/"""
)
_BARE = rf"""{_SEPARATOR}|\A|[{_BREAK}'({{\[:]"""
_LETTERS = r"""\x00-\x20?&\#;/"'<>\\%,|{}()="""
_OTHERS = rf"""|%(?!{_DEEP}(?:3[BbDdFf]|26|23|2[CcFf]|7[Cc]))(?:[0-9A-Fa-f]{{2}})?"""
_EQUALS = (
    rf"""=(?:3[Dd](?=[^\x00-\x20&]))?|%{_DEEP}3[Dd]|\\u003[Dd]|\\x3[Dd]|&equals;|&\#0{{0,4}}61;|&\#x0{{0,4}}3[Dd];"""
)
_QUOTE = rf"""\\{{0,8}}["']|%{_DEEP}(?:5[Cc]%{_DEEP})?2[27]|&quot;|&\#(?:34|39|x22|x27);|\\u002[27]"""
_COLON = rf"""\s{{0,8}}(?:[:]|%{_DEEP}3[Aa]|\\u003[Aa])(?:\s|%{_DEEP}20|\+){{0,8}}"""
_JSON_NAME = r"[A-Za-z0-9_.$@\x2d]{1,128}+"


def _heads(separator: str, without: str, equals: str) -> re.Pattern[str]:
    """A bracket opens a name and may stand in one: of a name behind it 512 letters are looked at, for linear time."""
    letter = f"(?:[^{_LETTERS}{without}]{_OTHERS})"
    name = rf"(?<!\[){letter}++|(?<=\[){letter}{{1,512}}+"
    return re.compile(
        rf"(?P<separator>{separator})(?P<name>{name})(?P<equals>{equals})"
        rf"|(?P<quote>{_QUOTE})(?P<key>{_JSON_NAME})(?:{_QUOTE}){_COLON}"
    )


_IN_TEXT = _heads(_SEPARATOR, "", _EQUALS)
_IN_FIELD = _heads(_BARE, ":", rf"{_EQUALS}|[ \t]{{0,8}}(?:=|:(?!//))[ \t]{{0,8}}")
_QUOTED = re.compile(r"\"([^\"\s<>]+)\"|'([^'\s<>]+)'|<([^<>\s]+)>|\\\"([^\"\\\s]+)\\\"")
_VALUES = {
    "query": re.compile(rf"(?:[^&#{_BREAK}\\']|\\(?!u00|x|[\"'nrt])|'(?=[A-Za-z0-9%_])|%(?=27))*+"),
    "path": re.compile(rf"(?:[^;/?&#{_BREAK}\\']|\\(?!u00|x|[\"'nrt/]))*+"),
    "field": re.compile(r"(?:[^;,&#\x00-\x20\"'<>\\]|\\(?!u00|x|[\"'nrt])|'(?=[A-Za-z0-9%_]))*+"),
    "printed": re.compile(rf"(?:[^&#{_BREAK}']|=\r?\n)*+"),
    "encoded": re.compile(
        rf"(?:[^&#{_BREAK}\\'%]|%(?!{_DEEP}(?:26|23))|\\(?!u00|x|[\"'nrt]))*+"
    ),
}  # fmt: skip
_JSON_QUOTED = re.compile(rf"(?P<open>{_QUOTE})(?P<value>(?:(?!{_QUOTE})[^\r\n])*+)")
_JSON_BARE = re.compile(r"[^\s,}\]&;\"'%\\]*+")
_AUTHORITY = re.compile(
    rf"((?:[A-Za-z][A-Za-z0-9+.\x2d]{{0,20}}+(?::|%{_DEEP}3[Aa]|&colon;)|(?<![^\s\"'(=<,]))"
    rf"(?:[/\\]{{2}}|(?:\\/){{2}}|(?:%{_DEEP}2[Ff]){{2}}|(?:&\#47;){{2}}))"
    rf"((?:[^/?\#\s\"<>\\%]|%(?!{_DEEP}(?:2[Ff]|3[Ff]|23)))*+)"
)
_AT = re.compile(rf"@|%{_DEEP}40|&\#64;|&commat;")
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{4,}+(?:\.[A-Za-z0-9_-]*+)?"
    r"|(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Z])"
    r"|(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}+|github_pat_[A-Za-z0-9_]{20,}+|xox[abeprs]-[A-Za-z0-9-]{10,}+"
    r"|[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}+|glpat-[A-Za-z0-9_-]{16,}+|AIza[A-Za-z0-9_-]{30,}+)"
    r"|\([ASFX]\([^()\s/]{8,}+\)\)?"
)
"""Tokens that are known by their looks: JSON Web Tokens (RFC 7519), keys of services, sessions in paths of ASP.NET."""
_SCHEMES = re.compile(r"(?i:\b(bearer|basic|negotiate|apikey))(?:\s|%20){1,8}([A-Za-z0-9+/=_.~-]{8,}+)")
_CODED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}+=*+")
_WHOLE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>]++")
_SPACE = "\ue000"
"""Stands for a space, and is not assigned to a letter (Unicode, 23.5)."""
_DEEPEST = 3
"""Texts in base64 in texts in base64."""
_CODED_BYTES = 1 << 20


def without_secrets(text: str, removed: Removed, *, field: bool = False, address: bool = False, depth: int = 0) -> str:
    """The text without what gives access; what went is added to `removed`. `field` is whether it is the value of a
    header or the like, where names may stand without a mark before them; `address` whether it is one as a whole: a text
    that is nothing but one is taken for one."""
    address = address or bool(_WHOLE.fullmatch(text))
    if "=" in text or ":" in text or "%" in text or "\\" in text or "&" in text:
        text = _without_values(text, removed, field=field or address, address=address)
        text = _AUTHORITY.sub(lambda match: _without_user(match, removed), text)
    text = _SHAPES.sub(lambda match: _shape(match, removed), text)
    text = _SCHEMES.sub(lambda match: _scheme(match, removed), text)
    if depth < _DEEPEST and len(text) <= _CODED_BYTES:
        text = _CODED.sub(lambda match: _coded(match, removed, depth), text)
    return text


def take_spoken(text: str, removed: Removed) -> None:
    """Add to `removed` what a sentence says behind the name of a secret and looks like no word: `token=x7Yk9a`."""
    inside = Removed()
    without_secrets(text, inside, field=True)
    for value, kind in inside.values.items():
        if is_random(value):
            removed.values.setdefault(value, kind)


def address_without_secrets(address: str, removed: Removed) -> str:
    """The same for a text that is one address as a whole: a space in it does not end it."""
    inside = Removed()
    changed = without_secrets(address.replace(" ", _SPACE), inside, address=True).replace(_SPACE, " ")
    removed.parameters |= inside.parameters
    for value, kind in inside.values.items():
        removed.values.setdefault(value.replace(_SPACE, " "), kind)
    return changed


def _without_values(text: str, removed: Removed, *, field: bool, address: bool) -> str:
    pieces, at, place = [], 0, _Place(text)
    for match in (_IN_FIELD if field else _IN_TEXT).finditer(text):
        if match.start() < at:  # in a value that went
            continue
        name, key = match["name"], match["key"]
        if not is_secret_parameter(name or key):
            continue
        start = match.end()
        if key:
            end, value = _json_value(text, start)
        else:
            end, value = _value(text, match, place.in_query(match.start()), field=field, address=address)
        if end is None or not value or value == PUT or (name and unquote(value) in ("", PUT)):
            continue
        removed.parameter(name or key, value)
        begin = text.index(value, start)
        pieces += [text[at:begin], PUT]
        at = begin + len(value)
    return "".join((*pieces, text[at:])) if pieces else text


class _Place:
    """Whether a place in a text lies behind the question mark of its address. Asked from front to back."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._query = text, 0, False

    def in_query(self, place: int) -> bool:
        """Before the character at `place`."""
        piece = self._text[self._at : place]
        self._at = place
        broken = max(map(piece.rfind, "\n \t\"'<>"))
        asked = max(piece.rfind("?"), piece.rfind("%3F"), piece.rfind("%3f"))
        if broken >= 0 or asked >= 0:
            self._query = asked > broken
        return self._query


def _value(text: str, match: re.Match[str], in_query: bool, *, field: bool, address: bool) -> tuple[int | None, str]:
    """(where it ends, the value behind an equals sign), without its quotation marks."""
    start, separator, equals = match.end(), match["separator"], match["equals"]
    if quoted := _QUOTED.match(text, start):
        return quoted.end(), next(each for each in quoted.groups() if each)
    if equals[:3] in ("=3D", "=3d"):  # quoted-printable (RFC 2045, 6.7), whose lines are broken anywhere
        kind = "printed"
    elif equals.startswith("%"):
        kind = "encoded"
    elif separator in ("?", "&", "#") or in_query or separator.startswith(("%", "&", "\\u", "\\x")):
        kind = "query"
    elif field and separator not in (";", "/"):
        kind = "field"
    else:
        kind = "field" if field and not address else "path"
    found = _VALUES[kind].match(text, start)
    value = found[0] if found else ""
    if not field:  # what ends the sentence, or the link of a Markdown text, is not part of it
        value = value.rstrip(").,;:!]}")
    return start + len(value), value


def _json_value(text: str, start: int) -> tuple[int | None, str]:
    """(where it ends, the value behind a colon)."""
    if quoted := _JSON_QUOTED.match(text, start):
        return quoted.end(), quoted["value"]
    found = _JSON_BARE.match(text, start)
    value = found[0] if found else ""
    return (start + len(value), value) if value not in ("true", "false", "null") and value[:1] not in ("{", "[") else (
        None, "")  # fmt: skip


def _without_user(match: re.Match[str], removed: Removed) -> str:
    authority = match[2]
    ends = [each.end() for each in _AT.finditer(authority)]
    if not ends:
        return match[0]
    said = _AT.sub("@", authority[: ends[-1]])[:-1]
    user, colon, password = re.sub("%(?:25){0,12}3[Aa]", ":", said, count=1).partition(":")
    removed.parameters.add("user")
    removed.value(password if colon else user, "password")
    if colon:
        removed.value(user, "user")
    return match[1] + authority[ends[-1] :]


def _shape(match: re.Match[str], removed: Removed) -> str:
    removed.value(match[0], "token")
    return PUT


def _scheme(match: re.Match[str], removed: Removed) -> str:
    if not re.search(r"[0-9=._~+/]", match[2].rstrip(".")):  # "basic training"
        return match[0]
    removed.value(match[2], "token")
    return match[0][: match.start(2) - match.start()] + PUT


def _coded(match: re.Match[str], removed: Removed, depth: int) -> str:
    """A text in base64: as it is where it holds no secret."""
    plain = decoded(match[0])
    if plain is None:
        return match[0]
    inside = Removed()
    if without_secrets(plain, inside, depth=depth + 1) == plain:
        return match[0]
    removed.parameters |= inside.parameters
    removed.values |= {**inside.values, **removed.values}
    removed.value(match[0], "base64")
    return PUT
