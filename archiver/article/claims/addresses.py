"""Addresses as claims compare them."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from archiver.article.claims.source import MAX_LENGTH

_TRACKING = re.compile(r"(?:(?<=&)|^)(?:utm_\w+|fbclid|gclid|at_medium|at_campaign|ref|smid)=[^&]*&?", re.ASCII)


def address(url: str) -> str:
    """An address without fragment, trailing slash and tracking parameters; the host in lower case."""
    return _remembered(url) if len(url) <= MAX_LENGTH else _address(url)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = _TRACKING.sub("", parts.query[:2000]).rstrip("&")
    return parts._replace(
        scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path.rstrip("/"), query=query, fragment=""
    ).geturl()


_remembered = lru_cache(maxsize=256)(_address)
"""A page says its own in several places."""
