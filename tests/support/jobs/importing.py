"""Files of others to import from, and jobs that do."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.cli import main
from archiver.validation.validator import validate_bag

URL = "https://news.example/bridge"
LINES = (
    "The old bridge over the river closes on Monday for repairs, the city said.",
    "Buses take another road by the mill.",
)


def page(*lines: str, head: str = "") -> bytes:
    body = "".join(f"<p>{line}</p>" for line in lines or LINES)
    return (
        f"<html><head><title>Bridge closes</title>{head}</head><body><article><h1>Bridge closes</h1>{body}"
        f'<img src="/a.png"></article></body></html>'
    ).encode()


def seed(folder: Path, url: str = URL, *, date: str = "") -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / "bridge.txt"
    day = f"{date}\n\n" if date else ""
    path.write_text(f"Bridge closes\n\n{day}{LINES[0]}\n\n{LINES[1]}\n\nOriginal url: {url}\n", "utf-8")
    return path


class Made:
    """A WARC file in the making, by warcio."""

    def __init__(self, *, packed: bool = True) -> None:
        self.file = io.BytesIO()
        self.writer = WARCWriter(self.file, gzip=packed)
        self.writer.write_record(
            self.writer.create_warcinfo_record("made.warc", {"software": "wget/1.21", "operator": "Ada"})
        )

    def add(
        self, url: str, body: bytes, *, date: str = "2024-03-01T10:00:00Z", status: str = "200 OK", **more: str
    ) -> Any:
        kind = more.pop("kind", "text/html; charset=utf-8")
        fields = [("Content-Type", kind), ("Content-Length", str(len(body))), *more.items()]
        head = StatusAndHeaders(status, fields, protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": date}
        )
        asked = StatusAndHeaders(
            "GET / HTTP/1.1", [("User-Agent", "tool/1"), ("Host", "news.example")], is_http_request=True
        )
        request = self.writer.create_warc_record(
            url, "request", http_headers=asked, warc_headers_dict={"WARC-Date": date}
        )
        self.writer.write_request_response_pair(request, record)

    def save(self, path: Path) -> Path:
        path.write_bytes(self.file.getvalue())
        return path


class Runs:
    def __init__(self, bags: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.bags, self.capsys = bags, capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        code = main(["run", "--json", "--bags", str(self.bags), *map(str, arguments)])
        lines = self.capsys.readouterr().out.splitlines()
        return code, json.loads(lines[0])

    def record(self, result: dict[str, Any]) -> dict[str, Any]:
        bag = self.bags / result["bag"]
        report = validate_bag(bag)
        assert [each for each in report.findings if each.severity == "error"] == []
        return json.loads((bag / "data/provenance.json").read_text("utf-8"))  # type: ignore[no-any-return]

    def warc(self, result: dict[str, Any]) -> bytes:
        (path,) = (self.bags / result["bag"] / "data/wacz/archive").iterdir()
        return path.read_bytes()
