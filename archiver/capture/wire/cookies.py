"""Keeps the cookies of an answer as browsers keep them (RFC 6265; prefixes and Secure: RFC 6265bis, 4.1.3 and 5.7).

The standard library's jar takes all fields of an answer at once, deletions first: a cookie that an answer sets and
takes back would stay. It knows no prefixes either, and takes a Secure cookie from a server without TLS.
"""

from collections.abc import Sequence
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any


class _Answer:
    """What the jar asks a response for: the head, here one field."""

    def __init__(self, field: str) -> None:
        self._head = Message()
        self._head["Set-Cookie"] = field

    def info(self) -> Message:
        return self._head


def take_cookies(jar: CookieJar, fields: Sequence[str], request: Any, *, secure: bool) -> None:
    """Put the cookies of these Set-Cookie fields, in order, into a jar. `request` is what was asked, as urllib has it;
    `secure`: they came over TLS."""
    for field in fields:
        if may_be_set(field, secure=secure):
            jar.extract_cookies(_Answer(field), request)  # type: ignore[arg-type]


def may_be_set(field: str, *, secure: bool) -> bool:
    """Whether a browser would take a cookie: `Secure` over TLS alone, and what its name promises kept."""
    cookie, *given = field.split(";")
    pairs = [each.partition("=") for each in given]
    attributes = {name.strip().lower(): value.strip() for name, _, value in pairs}
    name = cookie.partition("=")[0].strip().lower()
    if "secure" in attributes and not secure:
        return False
    if name.startswith(("__secure-", "__host-")) and "secure" not in attributes:
        return False
    return not name.startswith("__host-") or ("domain" not in attributes and attributes.get("path") == "/")
