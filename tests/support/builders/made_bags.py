"""Small folders that look like bags to `archiver serve`, and a room over them."""

import http.client
import json
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from pages.serving import served

from archiver.ledger.restrictions import Action, restrict_bag


def ask(address: str, path: str = "", *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what is at a path behind the token."""
    at = urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
    connection.request(method, at.path + path, headers={name.replace("_", "-"): each for name, each in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


class Made:
    """Makes bags, serves them, and asks."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.bags, self.cache, self.host = folder / "bags", folder / "cache", host
        self.bags.mkdir()
        self._stack = ExitStack()

    def __enter__(self) -> "Made":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, place: Path | None = None) -> None:
        self.address = self._stack.enter_context(served(place or self.bags, self.cache, host=self.host))

    def stop(self) -> None:
        self._stack.close()
        self._stack = ExitStack()

    def raw(self, name: str, record: bytes) -> Path:
        """A bag with this record, byte for byte."""
        bag = self.bags / name
        (bag / "data").mkdir(parents=True, exist_ok=True)
        (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        (bag / "bag-info.txt").write_text(f"External-Identifier: urn:uuid:{name.encode().hex():0>32}\n")
        (bag / "tagmanifest-sha256.txt").write_text("")
        (bag / "data/provenance.json").write_bytes(record)
        return bag

    def bag(
        self,
        name: str,
        *,
        headline: str,
        text: str = "",
        date: str | None = None,
        credited: Any = (),
        publisher: str = "",
        people: Any = (),
        outcome: str = "captured",
        verdict: str = "same",
        access: str | None = None,
        url: str = "http://news.example/x",
        more: Any = None,
    ) -> Path:
        """A bag that says this."""
        (self.bags / name / "data/text").mkdir(parents=True, exist_ok=True)
        (self.bags / name / "data/text/article.txt").write_text(text, encoding="utf-8")
        persons = [{"name": each, "kind": "person", "role": "author", "of": "article"} for each in people]
        claims = {"headline": headline, "published": date, "publisher": publisher}
        record: dict[str, Any] = {
            "seed": {"original_url": url, "headline": headline, "date": date},
            "capture": {"outcome": outcome, "started": "2026-01-01T00:00:00Z", "requested_url": url},
            "claims": {key: [{"value": each, "source": "meta"}] for key, each in claims.items() if each},
            "credits": [*credited, *persons],
            "comparison": {"verdict": verdict, "lines": []},
            "text": {"file": "text/article.txt", "language": "en"},
            "rights": {"access": access},
        }
        for part, added in (more or {}).items():
            record[part] = {**record[part], **added} if part in record else added
        return self.raw(name, json.dumps(record).encode())

    def note(self, name: str, action: Action) -> None:
        """Restrict, take down or lift."""
        now = datetime.now(UTC)
        restrict_bag(self.bags / name, action, reason="a test", access="closed", until=None, by=None, at=now)

    def ask(self, path: str) -> tuple[int, str]:
        at = urlsplit(self.address)
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        connection.request("GET", at.path + path)
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, body

    def status(self, path: str) -> int:
        return self.ask(path)[0]

    def page(self, path: str) -> str:
        return self.ask(path)[1]

    def ordered(self, **parameters: str) -> list[str]:
        """The names that a search finds, in its order."""
        status, body = self.ask(f"?{urlencode({**parameters, 'format': 'json'})}")
        assert status == 200, body
        return [each["name"] for each in json.loads(body)["bags"]]

    def found(self, q: str, **parameters: str) -> list[str]:
        return sorted(self.ordered(q=q, **parameters))
