"""Reads a site's rules for crawlers: robots.txt (RFC 9309), with protego.

Three policies: `record` asks and notes, since a page that a person named is not a crawl; `obey` does not fetch what is
disallowed; `ignore` does not ask. `record` asks the host of the seed, `obey` every host. Also Retry-After. Fetches
nothing itself; `robots/fetch.py` does, once a host and job.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Literal

from protego import Protego

from archiver.markup.addresses import web_address

Policy = Literal["record", "obey", "ignore"]
Verdict = Literal["allowed", "disallowed", "absent", "unreachable", "ignored", "not-asked"]
PRODUCT = "archiver"
"""The product token that robots.txt files may name (RFC 9309, 2.2.1)."""
BYTES = 512 * 1024
"""As much as is read of a robots.txt; RFC 9309, 2.5, asks for 500 KiB."""
_PRODUCT = re.compile("[A-Za-z_-]{1,100}")
_ANOTHER = "=another="
"""In place of an agent that is not ours: no part of a product token."""
_LONGEST_DELAY = 300.0
_RULES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a robots.txt says about one address: `rule` is the line that forbids it, `delay` Crawl-delay in seconds."""

    verdict: Verdict
    rule: str | None = None
    delay: float | None = None

    @property
    def forbids(self) -> bool:
        """Whether a crawler that obeys stays away (RFC 9309, 2.3.1.4: also where the file cannot be reached)."""
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
    return f"{web_address(url).origin}/robots.txt"


def product_of(user_agent: str) -> str:
    """The product token that robots.txt files use for this User-Agent (RFC 9309, 2.2.1)."""
    match = _PRODUCT.match(user_agent)
    return match[0] if match else PRODUCT


class Rules:
    """One host's answer for robots.txt, read once: `status` None means that there was none."""

    def __init__(self, status: int | None, body: bytes, product: str = PRODUCT) -> None:
        self._product, self._text, self._rules = product, "", None
        self._verdict: Verdict = "absent"
        if status is None or status >= 500 or status == 429:
            self._verdict = "unreachable"
        elif 200 <= status < 300:
            text = body[:BYTES].decode("utf-8", "replace").lstrip("\ufeff")
            self._text, self._verdict = _as_groups(text, product), "allowed"
            self._rules = Protego.parse(self._text)

    def about(self, url: str) -> Robots:
        """What the answer means for an address. Never raises for its content."""
        if self._rules is None:
            return Robots(verdict=self._verdict)
        try:
            delay = self._rules.crawl_delay(self._product)
            allowed = bool(self._rules.can_fetch(url, self._product))
        except ValueError:  # an address that urllib cannot take apart
            return Robots(verdict="allowed")
        delay = min(delay, _LONGEST_DELAY) if delay is not None and delay > 0 else None
        if allowed:
            return Robots(verdict="allowed", delay=delay)
        return Robots(verdict="disallowed", rule=self._rule(url), delay=delay)

    def _rule(self, url: str) -> str | None:
        """The longest Disallow line that alone forbids the address: protego does not say which one it followed."""
        values = sorted(set(_disallowed(self._text, self._product)), key=lambda each: (-len(each), each))
        for value in islice(values, _RULES):
            if not Protego.parse(f"User-agent: *\nDisallow: {value}").can_fetch(url, "*"):
                return f"Disallow: {value}"
        return None


def _as_groups(text: str, product: str) -> str:
    """The same rules, with agents named as RFC 9309, 2.2.1, has them: the whole product token, in any case, without
    what follows it (`archiver/1.0`); and no other record between the agents of a group, which 2.2.4 says ends none."""
    lines: list[str] = []
    held: list[str] = []
    in_agents = False
    for line in text.splitlines():
        name, _, value = (each.strip() for each in line.partition("#")[0].partition(":"))
        match name.lower():
            case "user-agent":
                token = _PRODUCT.match(value)
                whole = value if value[:1] == "*" else token[0] if token else value
                ours = whole.lower() == product.lower()
                lines.append(f"User-agent: {'*' if whole[:1] == '*' else product if ours else _ANOTHER}")
                in_agents = True
            case "allow" | "disallow":
                lines += [*held, line]
                held, in_agents = [], False
            case _:
                (held if in_agents else lines).append(line)
    return "\n".join([*lines, *held])


def _disallowed(text: str, product: str) -> list[str]:
    """The values of the Disallow lines that apply to a product (RFC 9309, 2.2.1): its own group's, or `*`."""
    groups: dict[str, list[str]] = {}
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        name, _, value = (each.strip() for each in line.partition("#")[0].partition(":"))
        if name.lower() == "user-agent":
            agents = [value.lower()] if in_rules else [*agents, value.lower()]
            in_rules = False
        elif name.lower() in ("disallow", "allow", "crawl-delay"):
            in_rules = True
            for agent in agents if name.lower() == "disallow" and value else ():
                groups.setdefault(agent, []).append(value)
    own = max((each for each in groups if each in product.lower()), key=len, default="*")
    return groups.get(own, [])
