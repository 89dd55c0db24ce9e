"""What a server is asked, and what it answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET or HEAD: the parts of its path behind the token, decoded; its parameters, the last of each name; the
    headers that matter, "" where there are none."""

    parts: tuple[str, ...]
    parameters: Mapping[str, str]
    range: str = ""
    destination: str = ""
    """What the answer is for (`Sec-Fetch-Dest`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. `stream` is a body that comes in pieces, of `length` bytes, or of any number (None)."""

    status: int = HTTPStatus.OK
    kind: str = "text/html; charset=utf-8"
    body: bytes = b""
    stream: Iterator[bytes] | None = None
    length: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def parameters_of(query: str) -> dict[str, str]:
    """The parameters of a query; none where there are too many to be read."""
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100, errors="replace"))
    except ValueError:
        return {}


def parts_of(path: str) -> tuple[str, ...] | None:
    """The parts of a path, each decoded by itself, so that an encoded slash divides nothing; None for one that is not
    well-formed."""
    try:
        parts = tuple(unquote(part, errors="strict") for part in path.removeprefix("/").split("/"))
    except UnicodeDecodeError:
        return None
    if not path.startswith("/") or any(each in (".", "..") or "/" in each or "\0" in each for each in parts):
        return None
    return parts


def plain(status: HTTPStatus, text: str, **headers: str) -> Reply:
    """A line of text."""
    body = f"{text}\n".encode("utf-8", "replace")
    return Reply(status=status, kind="text/plain; charset=utf-8", body=body, headers=headers)
