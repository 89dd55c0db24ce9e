"""Bounds on everything that comes from outside."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on everything that comes from outside: bytes, seconds, counts."""

    seed_bytes: int = 64 * MIB
    response_bytes: int = 2048 * MIB
    head_bytes: int = MIB // 2
    page_bytes: int = 8 * MIB
    """How much of a page is decoded and read; the WARC keeps all of it."""
    spool_bytes: int = 1 * MIB
    connect_seconds: float = 20.0
    read_seconds: float = 30.0
    exchange_seconds: float = 300.0
    requisites: int = 400
    """How many addresses a page may need."""
    requisite_bytes: int = 64 * MIB
    requisites_bytes: int = 512 * MIB
    requisites_seconds: float = 120.0
    browser_seconds: float = 90.0
    """That a browser has for one page, from its start to its end."""
    browser_requests: int = 1_000
    """How many requests of a browser are answered by asking a server."""
    browser_bytes: int = 3072 * MIB
    """Memory that a browser may take for one page, all its processes together."""
    image_bytes: int = 16 * MIB
    """The largest photo whose metadata is read."""
    shared_seconds: float = 86_400.0
    """How old a shared requisite may be."""
    redirects: int = 20
    """As many as browsers follow (Fetch, 4.4)."""
    retries: int = 3
    backoff_seconds: float = 1.0
    """Before the second attempt; doubled before each further one."""
    retry_after_seconds: float = 60.0
    """The longest wait for a server that asks for one; a longer one ends the attempts."""
