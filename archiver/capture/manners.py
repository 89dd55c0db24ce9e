"""What a site asks of visitors: robots.txt (RFC 9309), read by protego.

Three policies: `record` asks and notes, since a page that a person named is no crawl; `obey` does not fetch what is
disallowed; `ignore` does not ask. Also Retry-After. Fetches nothing itself; `robots.py` does, once a host and job.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from protego import Protego

Policy = Literal["record", "obey", "ignore"]
Verdict = Literal["allowed", "disallowed", "absent", "unreachable", "ignored", "not-asked"]
PRODUCT = "archiver"
"""The product token that robots.txt files may name (RFC 9309, 2.2.1)."""
BYTES = 512 * 1024
"""As much as is read of a robots.txt; RFC 9309, 2.5, asks for 500 KiB."""
_DISALLOW = re.compile(r"\s*disallow\s*:\s*([^\s#]+)", re.IGNORECASE)
_LONGEST_DELAY = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a robots.txt says about one address: `rule` is the line that forbids it, `delay` Crawl-delay in seconds."""

    verdict: Verdict
    rule: str | None = None
    delay: float | None = None

    @property
    def forbids(self) -> bool:
        """Whether an obedient visitor stays away (RFC 9309, 2.3.1.4: also where the file cannot be reached)."""
        return self.verdict in ("disallowed", "unreachable")


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header in either form (RFC 9110, 10.2.3); None where there is none that can be read."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):  # all of them met in email.utils
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def robots_address(url: str) -> str:
    """Where the robots.txt of an address lies."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def judge(url: str, status: int | None, body: bytes) -> Robots:
    """What the answer to a robots.txt request (None: there was none) says about `url`. Never raises for its content."""
    if status is None or status >= 500 or status == 429:
        return Robots(verdict="unreachable")
    if not 200 <= status < 300:
        return Robots(verdict="absent")
    text = body[:BYTES].decode("utf-8", "replace")
    try:
        rules = Protego.parse(text)
        delay = rules.crawl_delay(PRODUCT)
        allowed = bool(rules.can_fetch(url, PRODUCT))
    except (ValueError, RecursionError, re.error):
        return Robots(verdict="allowed")
    delay = min(float(delay), _LONGEST_DELAY) if delay is not None and delay > 0 else None
    if allowed:
        return Robots(verdict="allowed", delay=delay)
    return Robots(verdict="disallowed", rule=_rule(text, url), delay=delay)


def _rule(text: str, url: str) -> str | None:
    """The longest Disallow line that alone forbids the address: protego does not tell which one it followed."""
    found = ""
    for value in dict.fromkeys(match[1] for line in text.splitlines() if (match := _DISALLOW.match(line))):
        alone = Protego.parse(f"User-agent: *\nDisallow: {value}")
        if len(value) > len(found) and not alone.can_fetch(url, PRODUCT):
            found = value
    return f"Disallow: {found}" if found else None
