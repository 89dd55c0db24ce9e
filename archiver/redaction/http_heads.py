"""Heads of HTTP messages without cookies, tokens and passwords: header by header, each value as what it is - an
address, a list of parameters, JSON (RFC 9110, 5; RFC 9112, 2.2 and 5.2).

Whatever some reader takes for the end of a line is one here: a header hidden behind a bare CR goes like any other.
"""

import json
import re
from collections.abc import Callable

from archiver.redaction.addresses import address_without_secrets, without_secrets
from archiver.redaction.json_values import over
from archiver.redaction.removed import Removed
from archiver.redaction.secrets import is_secret_header

_CONTROLS = b"\r\n\x0b\x0c\x1c\x1d\x1e\x00"
_ONE = rb"[^\r\n\x0b\x0c\x1c-\x1e\x00]*+(?:\r\n|[\r\n\x0b\x0c\x1c-\x1e\x00])?"
_LINES = re.compile(_ONE + rb"(?:[ \t]++" + _ONE + rb")*+")
"""A line and those that continue it."""
_FOLD = re.compile(r"(?<![\r\n\x0b\x0c\x1c-\x1e\x00])[\r\n\x0b\x0c\x1c-\x1e\x00]++[ \t]++")
_START = re.compile(rb"HTTP/[0-9]|[A-Z-]{1,20} (?!:)[^ \r\n]*+ HTTP/[0-9]")
_SCHEME = re.compile(
    r"\s*+(?:bearer|basic|digest|negotiate|ntlm|hawk|oauth|apikey|api-key|sharedkey|sharedkeylite|mac|token|dpop"
    r"|aws4-hmac-sha256|aws|goog4-rsa-sha256|gnap|privatetoken|scram-sha-\d{1,3})\s+(?!realm|=)\S",
    re.IGNORECASE,
)
"""What only stands before credentials (RFC 9110, 11.4), whatever the header is called."""
_CHALLENGES = ("www-authenticate", "proxy-authenticate")
_ADDRESSES = ("location", "content-location", "referer", "refresh", "link", "origin", "x-original-url", "x-rewrite-url")
COPIED = "-shared.warc.gz"
"""How files of records are called that a job copied from the bag that asked first."""
_REFERER = re.compile(rb"(?m)^Referer[ \t]*+:[^\n]*+\n", re.IGNORECASE)
_JSON_BYTES = 1 << 20


def without_referer(head: bytes, removed: Removed) -> bytes:
    """The head of a request that another bag made, without the site of the page it was made for."""
    plain = _REFERER.sub(b"", head)
    if plain != head:
        removed.headers.add("referer")
    return plain


def without_secret_headers(head: bytes, removed: Removed) -> bytes:
    """Heads with their empty lines, as they came but for what goes; what went is added to `removed`."""
    kept = []
    for line in _LINES.findall(head):
        name, colon, value = line.partition(b":")
        if not colon or _START.match(line):
            kept.append(_text(line, removed, field=False))
            continue
        label, said = name.decode("latin-1"), _unfolded(value)
        if is_secret_header(label) or (_SCHEME.match(said) and label.strip().lower() not in _CHALLENGES):
            removed.header(label.strip().lower(), said)
            if kept and not kept[-1].endswith(b"\n"):  # what the header was hidden behind ends the line now
                kept.append(_end(line))
            continue
        kept.append(_text(name, removed, field=False) + colon + _value(label.strip().lower(), value, removed))
    return b"".join(kept)


def _value(name: str, value: bytes, removed: Removed) -> bytes:
    """The value of a header that stays."""
    said = _unfolded(value)
    plain = said.strip()
    end = _end(value)
    if plain[:1] in ("{", "[") and len(plain) <= _JSON_BYTES:
        changed = json_text(plain, removed)
        if changed is not None:
            return value if changed == plain else b" " + changed.encode("latin-1", "backslashreplace") + end
    if name in _ADDRESSES:  # where a space is part of the address
        changed = address_without_secrets(plain, removed)
        return value if changed == plain else b" " + changed.encode("latin-1") + end
    changed = without_secrets(said, removed, field=True)
    return value if changed == said else changed.encode("latin-1") + end


def json_text(text: str, removed: Removed) -> str | None:
    """JSON without secrets, None for what is not JSON. A text without secrets is returned unchanged."""
    try:
        document = json.loads(text)
        change: Callable[[str], str] = lambda each: without_secrets(each, removed)  # noqa: E731
        changed = over(document, change, removed)
        return text if changed == document else json.dumps(changed)
    except (ValueError, RecursionError):
        return None


def _text(line: bytes, removed: Removed, *, field: bool) -> bytes:
    said = line.decode("latin-1")
    return without_secrets(said, removed, field=field).encode("latin-1")


def _end(line: bytes) -> bytes:
    """What ends a line."""
    return line[len(line.rstrip(_CONTROLS)) :]


def _unfolded(value: bytes) -> str:
    """A value in one line, without what ends it."""
    return _FOLD.sub(" ", value.rstrip(_CONTROLS).decode("latin-1"))
