"""Whole jobs from the command line against `wire.Server`, and what stands in their bags."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from servers.newsroom import PARAGRAPHS, article, seed_document
from servers.wire import Server, ok

from archiver.cli import main

HOST = "www.example-times.example"


def html(body: bytes, *head: bytes) -> bytes:
    return ok(body, b"Content-Type: text/html; charset=utf-8", *head)


def story(number: int, *, head: str = "", caption: str = "") -> bytes:
    """The response that gives the page of `seed_document(number)`."""
    paragraphs = [*PARAGRAPHS, f"This is report number {number}."]
    return html(article(f"Library opens again, report {number}", paragraphs, head=head, caption=caption))


def seeds(folder: Path, *numbers: int, hosts: tuple[str, ...] = (HOST,)) -> Path:
    """Seeds for stories, a host each in turn."""
    folder.mkdir(exist_ok=True)
    for n in numbers:
        (folder / f"report-{n:03d}.txt").write_text(seed_document(n, host=hosts[n % len(hosts)]), "utf-8")
    return folder


class Job:
    """Runs jobs into one bags folder."""

    def __init__(self, bags: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.bags, self._capsys = bags, capsys

    def run(self, seeds: Path, server: Server | None, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and results, in the order of the seeds."""
        to = ["--connect-to", f":80:127.0.0.1:{server.port}"] if server else []
        code, out = self._main("run", "--json", "--pace", "0", *to, *arguments, str(seeds))
        return code, sorted((json.loads(line) for line in out.splitlines()), key=lambda each: each["seed"])

    def status(self) -> dict[str, Any]:
        return json.loads(self._main("status", "--json")[1])

    def valid(self, name: str) -> bool:
        return self._main("validate", str(self.bags / name))[0] == 0

    def _main(self, *arguments: str) -> tuple[int, str]:
        self._capsys.readouterr()
        bags = [] if arguments[0] == "validate" else ["--bags", str(self.bags)]
        code = main([arguments[0], *bags, *arguments[1:]])
        return code, self._capsys.readouterr().out

    def record(self, name: str) -> dict[str, Any]:
        return json.loads((self.bags / name / "data/provenance.json").read_bytes())

    def warc(self, name: str) -> Path:
        return self.bags / name / f"data/wacz/archive/{name}.warc.gz"

    def shared(self, name: str) -> Path:
        return self.bags / name / f"data/wacz/archive/{name}-shared.warc.gz"


def members(path: Path) -> list[bytes]:
    """The gzip members of a file, packed as they are."""
    found, data = [], path.read_bytes()
    while data:
        inflater = zlib.decompressobj(31)
        inflater.decompress(data)
        found.append(data[: len(data) - len(inflater.unused_data)])
        data = inflater.unused_data
    return found


PEAK = """
def peak():
    try:
        with open("/proc/self/status") as status:  # getrusage counts in the process that started this one
            return int(status.read().partition("VmHWM:")[2].split()[0]) >> 10
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
"""
"""Source of a function: the most memory that a process has had, in MiB."""
