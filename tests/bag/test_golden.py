"""The records of the demo's seeds, byte for byte: a change in what is recorded shows as a change in a file here.

Written anew by `python tests/bag/test_golden.py`; read the difference before committing it. Clock and ids are
fixed, and so is what describes the machine: see `quiet` and `elsewhere`.
"""

import json
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from places import TESTS

from archiver.bag.record import record_bytes
from archiver.capture.fetch import Fetcher
from archiver.capture.requisites.fetch import Concurrency
from archiver.capture.wire.recorder import Recorder
from archiver.config import Config
from archiver.demo import server
from archiver.demo.tour import EXPECTED, SEEDS
from archiver.job.pipeline import Tools, archive
from archiver.job.result import Archived
from archiver.model import Seed
from archiver.seeds.sources import read_seeds

GOLDEN = TESTS / "golden"
NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
NAMES = sorted(EXPECTED)


def counter() -> Callable[[], str]:
    """Identifiers in the form of UUIDs that count from one."""
    numbers = count(1)
    return lambda: f"{next(numbers):08x}-0000-4000-8000-000000000000"


def stored(body: bytes, mtime: int) -> bytes:
    """A gzip member (RFC 1952) of one stored block: libraries compress differently, so this one does not."""
    block = b"\x01" + struct.pack("<HH", len(body), len(body) ^ 0xFFFF) + body
    return struct.pack("<HBBLBB", 0x8B1F, 8, 0, mtime, 0, 255) + block + struct.pack("<LL", zlib.crc32(body), len(body))


@contextmanager
def quiet() -> Iterator[None]:
    """The newspaper's answers are the same under any zlib."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "gzip", SimpleNamespace(compress=stored))
        yield


def elsewhere(record: bytes) -> bytes:
    """The record as any machine would write it: constants for the operating system, the versions of what is installed,
    the folder of the bags, the port of the newspaper, and what trafilatura, of whatever version, reads beside us."""
    parsed = json.loads(record)
    parsed["host"] = {"os": "an operating system", "python": "a Python"}
    parsed["software"] |= {"version": "0", "python": "a Python", "packages": {}}
    parsed["configuration"] |= {"bags": "bags", "connect_to": [":80:127.0.0.1:8000"], "user_agent": "archiver"}
    parsed["capture"]["user_agent"] = "archiver"
    if parsed["text"]["parser"]:
        parsed["text"]["parser"] = parsed["text"]["parser"].partition(" ")[0]
    for rival in parsed["text"]["candidates"]:
        if rival["extractor"] == "trafilatura":
            rival |= {"version": "0", "characters": 0, "seed_coverage": 0.0}
    return record_bytes(parsed)


def recorded(seed: Seed, bags: Path) -> bytes:
    """`data/provenance.json` of the bag a seed becomes, before anything is replaced in it."""
    with quiet(), server.serve() as newspaper:
        config = Config(bags=bags, pace=0.0, connect_to=(newspaper.connect_to,))
        fetcher = Fetcher(Recorder(config), now=lambda: NOON, concurrency=Concurrency(at_once=1))
        try:
            done = archive(
                seed, Tools(config=config, fetcher=fetcher, job="urn:job", new_id=counter(), now=lambda: NOON)
            )
        finally:
            fetcher.recorder.close()
    assert isinstance(done, Archived), done
    return (done.bag.path / "data" / "provenance.json").read_bytes()


def seeds() -> dict[str, Seed]:
    """The demo's seeds by the names of their files."""
    found = [each for each in read_seeds([str(SEEDS)], limits=Config().limits) if isinstance(each, Seed)]
    return {each.name: each for each in found}


def golden(name: str) -> Path:
    """The record a seed of the demo is held to."""
    return GOLDEN / f"{Path(name).stem}.json"


@pytest.mark.parametrize("name", NAMES)
def test_the_record_of_a_seed_is_the_golden_one_byte_for_byte(name, tmp_path):
    found = elsewhere(recorded(seeds()[name], tmp_path / "bags"))
    assert found.decode() == golden(name).read_text("utf-8")


def test_two_runs_print_the_same_but_for_the_folder_and_the_port(tmp_path):
    seed = seeds()["hale-light.txt"]
    first, second = (recorded(seed, tmp_path / folder) for folder in ("one", "two"))
    ours, others = json.loads(first), json.loads(second)
    assert {key for key in ours if ours[key] != others[key]} == {"configuration"}
    assert elsewhere(first) == elsewhere(second)


def test_every_seed_of_the_demo_has_a_golden_record_and_no_other_is_kept():
    assert sorted(each.name for each in GOLDEN.iterdir()) == [golden(name).name for name in NAMES]


def regenerate() -> None:
    """Write the golden records anew."""
    GOLDEN.mkdir(exist_ok=True)
    for name, seed in seeds().items():
        with tempfile.TemporaryDirectory() as folder:
            golden(name).write_bytes(elsewhere(recorded(seed, Path(folder) / "bags")))


if __name__ == "__main__":
    regenerate()
