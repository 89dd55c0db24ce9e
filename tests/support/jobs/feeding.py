"""A made-up stage: what it does stands in the address of the seed. Workers import this module."""

import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from waiting import until

from archiver.digest import sha256
from archiver.model import Failure, Seed


def seed(url: str, document: str = "", *, origin: str | None = None) -> Seed:
    data = (document or f"Original url: {url}\n").encode()
    return Seed(
        origin=origin or f"seeds/{sha256(data)[:12]}.txt", name="a.txt", data=data, sha256=sha256(data),
        encoding="utf-8", lines=1, url=url, url_line=1, headline=None, date=None, caption=None, paragraphs=(),
        front_matter={}, parts=(),
    )  # fmt: skip


def held(number: int, gate: Path) -> Seed:
    """A seed of a host of its own that is under way until there is a file at `gate`."""
    return seed(f"http://held{number}.example{quote(str(gate))}")


def stage(given: Seed) -> Failure:
    """`http://slow1.example/0.8` takes 0.8 seconds, `http://dead.example/` fails as its host does, and what is `held`
    takes until its gate is opened."""
    parts, now = urlsplit(given.url), datetime.now(UTC)
    host = parts.hostname or ""
    if host.startswith(("slow", "absent")):
        time.sleep(float(parts.path[1:]))
    if host.startswith("held"):
        until(Path(unquote(parts.path)).exists, "the gate opens")
    kind = "dns" if host.startswith(("dead", "absent")) else "page"
    return Failure(url=given.url, outcome="failed", kind=kind, reason="made up", started=now, finished=now, attempts=1)
