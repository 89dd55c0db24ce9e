"""Puts a request's body into words that an index of captures can be searched by (CDX for non-GET requests, IIPC).

Replay tools make the same words of what a page asks for again, and find the recorded answer by them: forms as they are,
JSON as its names and values, all else in base64.
"""

import base64
import json
from typing import Any
from urllib.parse import unquote_plus, urlencode

from archiver.capture.wire.http_framing import Sent

LONGEST = 4096
"""Characters that replay tools compare."""
_DEPTH = 50


def request_body(sent: Sent) -> str:
    """The words for the body of a POST or PUT; empty for other methods, and without a body."""
    if sent.method not in ("POST", "PUT") or not sent.body:
        return ""
    stated = next((value for name, value in sent.headers if name.lower() == "content-type"), "").lower()
    return _words(sent.body, stated)[:LONGEST]


def _words(body: bytes, stated: str) -> str:
    if stated.startswith("application/x-www-form-urlencoded"):
        try:
            return unquote_plus(body.decode("utf-8"))
        except UnicodeDecodeError:
            return _binary(body)
    if stated.startswith(("application/json", "text/plain")):
        try:
            return urlencode(_values(body))
        except (ValueError, RecursionError):
            return "" if stated.startswith("application/json") else _binary(body)
    return _binary(body)


def _binary(body: bytes) -> str:
    return f"__wb_post_data={base64.b64encode(body).decode('ascii')}"


def _values(body: bytes) -> dict[str, str]:
    """The names and values of a JSON document, or of one a line, however deep. Raises ValueError."""
    try:
        documents = [json.loads(body)]
    except ValueError:
        if b"\n" not in body:
            raise
        documents = [json.loads(line) for line in body.split(b"\n")]
    found: dict[str, str] = {}
    times: dict[str, int] = {}
    for document in documents:
        _collect(document, "", found, times, _DEPTH)
    return found


def _collect(value: Any, name: str, found: dict[str, str], times: dict[str, int], depth: int) -> None:
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        for key, each in value.items():
            _collect(each, key, found, times, depth - 1)
    elif isinstance(value, list):
        for each in value:
            _collect(each, name, found, times, depth - 1)
    elif name:
        if name in found:
            times[name] = times.get(name, 1) + 1
            name = f"{name}.{times[name]}_"
        found[name] = str(value)
