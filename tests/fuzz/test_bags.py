"""Whatever is said to be a bag, a package, a profile or a receipt: it is judged, in words, and nothing raises."""

import gzip
import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders.bags import RECORD, Builder, good_record, good_warc, raw_record, warc
from builders.packages import CRATE, INDEX, PACKAGE, PAGES
from fuzzing import JSON, changed, damaged, octets, raises_only, tars
from hypothesis import given
from hypothesis import strategies as st

from archiver.digest import sha256
from archiver.errors import Refused, StorageError, UsageError
from archiver.ledger.bag_record import read_record
from archiver.model import Report
from archiver.packaging.receipt import read_receipt
from archiver.packaging.unpack import unpack
from archiver.validation.bagit.profile import profile_from, read_profile
from archiver.validation.serialized.open_archive import opened
from archiver.validation.validator import validate_bag
from archiver.validation.warc.reader import read_warc

MOST = 5_000
"""Findings that a small bag may have."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Builder], Report]:
    """Writes a bag and validates it, in a folder that is used again and again."""
    folder = tmp_path_factory.mktemp("fuzz") / "bag"

    def judge(builder: Builder) -> Report:
        shutil.rmtree(folder, ignore_errors=True)
        report = validate_bag(builder.write(folder))
        assert len(report.findings) < MOST
        assert all("\n" not in each.message for each in report.findings)
        return report

    return judge


DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAGS = (
    *(
        b"BagIt-Version: ",
        b"Tag-File-Character-Encoding: ",
        b"UTF-16",
        b"0.97",
        b"99999.1",
        b": ",
        b"\n",
        b"\r",
        b"\r\n",
        b"  ",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\0",
        b"\xff",
        b"Payload-Oxum: 1.1\n",
        b"Payload-Oxum: -1.9e9\n",
        b"Bag-Size: ",
        b"\xe2\x80\xa8",
    ),
)
LINES = (
    *(
        b"0" * 64,
        b"  ",
        b" *",
        b"data/",
        b"../",
        b"/",
        b"~",
        b"C:",
        b"%0A",
        b"%",
        b"\n",
        b"\r",
        b"\0",
        b"\\",
        b"data/text/article.txt",
        b"g" * 64,
    ),
)


@given(damaged(DECLARATION, *TAGS), octets(*TAGS))
def test_any_tag_file_is_judged(judged: Callable[[Builder], Report], declaration: bytes, info: bytes):
    builder = Builder()
    builder.tags["bagit.txt"] = declaration
    builder.edit = lambda name, data: data + info if name == "bag-info.txt" else data
    judged(builder)


@given(st.sampled_from(["manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt"]), octets(*LINES))
def test_any_manifest_is_judged_and_one_with_lines_put_to_it_is_not_passed_over(
    judged: Callable[[Builder], Report], name: str, lines: bytes
):
    builder = Builder()
    builder.edit = lambda each, data: data + lines if each == name else data
    report = judged(builder)
    assert bool(report.findings) == bool(lines)


@given(octets(b"http://a.example/x ", b"- ", b"12 ", b"data/a", b"\n", b"%0A", b"\0", b"../"))
def test_any_list_of_files_to_fetch_is_judged(judged: Callable[[Builder], Report], data: bytes):
    builder = Builder()
    builder.tags["fetch.txt"] = data
    judged(builder)


@given(changed(good_record()))
def test_any_record_is_judged(judged: Callable[[Builder], Report], record: Any):
    builder = Builder()
    builder.record = None
    builder.payload[RECORD] = json.dumps(record).encode()
    judged(builder)


@given(
    damaged(json.dumps(good_record()).encode(), b"NaN", b"1e999", b'"\\ud800"', b"[" * 40, b'{"version": 1,', b"\xff")
)
def test_a_record_of_any_bytes_is_judged_and_shown(
    judged: Callable[[Builder], Report], tmp_path_factory: Any, data: bytes
):
    builder = Builder()
    builder.record = None
    builder.payload[RECORD] = data
    report = judged(builder)
    raises_only(StorageError, lambda: read_record(Path(report.bag)))


@given(st.sampled_from([INDEX, PAGES, PACKAGE, CRATE]), JSON | st.binary(max_size=60), st.integers(0, 3))
def test_any_wacz_and_crate_are_judged(judged: Callable[[Builder], Report], path: str, said: Any, place: int):
    def instead(value: Any) -> Any:
        if isinstance(said, bytes):
            return said
        if isinstance(value, list):
            return [*value[:place], said, *value[place:]] if path != INDEX else [*value, json.dumps(said)]
        return {**value, list(value)[place % len(value)]: said}

    builder = Builder()
    builder.repack = {path: instead}
    judged(builder)


EVENT = {"version": 1, "number": 1, "event": "sealing", "time": "2026-03-01T10:00:02Z", "agent": {},
         "outcome": "success", "detail": {}, "seal": "0" * 64, "previous": None}  # fmt: skip


@given(changed(EVENT), st.integers(0, 10_000), st.sampled_from(["sealing", "x", "a-b", "Ä"]))
def test_any_custody_log_is_judged(judged: Callable[[Builder], Report], event: Any, number: int, name: str):
    builder = Builder()
    builder.tags |= {f"signatures/custody/{number:04}-{name}.json": json.dumps(event).encode()}
    builder.tags |= {"signatures/custody/0001-sealing.json": json.dumps(EVENT).encode()}
    judged(builder)


RECORDS = (
    *(
        b"WARC/1.1\r\n",
        b"WARC-Type: response\r\n",
        b"WARC-Record-ID: <urn:x>\r\n",
        b"Content-Length: ",
        b"-1",
        b"99999999999999",
        b"\r\n",
    ),
    *(
        b"WARC-Date: 2026-99-01T00:00:00Z\r\n",
        b"WARC-Block-Digest: sha256:",
        b"WARC-Payload-Digest: sha1:A\r\n",
        b"\0",
        b"\xff",
        b": ",
    ),
    *(
        b"HTTP/1.1 200 OK\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"Content-Encoding: gzip\r\n",
    ),
)


@given(octets(*RECORDS), octets(*RECORDS))
def test_any_records_of_a_warc_are_judged(head: bytes, block: bytes):
    for data in (warc(head + b"\r\n" + block), warc(raw_record("response", block)), good_warc(block)):
        _, findings = read_warc(io.BytesIO(data), "a.warc.gz", len(data))
        assert len(findings) < MOST


@given(damaged(good_warc(), good_warc(), b"\x1f\x8b\x08", b"\0" * 30))
def test_a_damaged_warc_is_judged(data: bytes):
    _, findings = read_warc(io.BytesIO(data), "a.warc.gz", len(data))
    assert findings or gzip.decompress(data) == gzip.decompress(good_warc())


def packages(folder: Path) -> dict[str, bytes]:
    """A small bag in each form."""
    bag = Builder().write(folder / "bag")
    made = {}
    for end in ("tar", "tgz", "zip"):
        out = io.BytesIO()
        if end == "zip":
            with zipfile.ZipFile(out, "w") as file:
                for each in sorted(bag.rglob("*")):
                    file.write(each, each.relative_to(folder))
        else:
            with tarfile.open(fileobj=out, mode="w:gz" if end == "tgz" else "w") as file:
                file.add(bag, "bag")
        made[end] = out.getvalue()
    return made


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("packages")
    return folder, packages(folder)


TARS = tars(
    "bag/", "bag/bagit.txt", "bag/data/a", "bag/data/../../x", "/etc/x", "other/y", "././@LongLink", "bag/data/a/b"
)
PARTS = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"ustar\x0000",
    b"././@LongLink",
    b"../",
    b"\0" * 512,
    b"\xff" * 8,
    b"x" * 512,
)


def unpacked_or_refused(folder: Path, end: str, content: bytes) -> None:
    """A package of these bytes is judged; nothing is written but into the folder it is unpacked into."""
    path, into = folder / f"bag.{end}", folder / "into"
    path.write_bytes(content)
    shutil.rmtree(into, ignore_errors=True)
    with opened(path) as (tree, findings):
        if tree is not None:
            raises_only((Refused, StorageError), lambda: unpack(tree.in_order(), tree.open, into))
        assert tree is not None or findings
    assert len(validate_bag(path).findings) < MOST
    assert {each.name for each in folder.iterdir()} <= {"bag", "into", "bag.tar", "bag.tgz", "bag.zip"}


@given(st.sampled_from(["tar", "tgz", "zip"]), st.data())
def test_a_damaged_package_is_judged_and_unpacked_or_refused(
    shelf: tuple[Path, dict[str, bytes]], end: str, data: st.DataObject
):
    folder, samples = shelf
    unpacked_or_refused(folder, end, data.draw(damaged(samples[end], *PARTS)))


@given(TARS, st.booleans())
def test_any_tar_is_judged_and_unpacked_or_refused(shelf: tuple[Path, dict[str, bytes]], content: bytes, packed: bool):
    folder, _ = shelf
    if packed:
        unpacked_or_refused(folder, "tgz", gzip.compress(content, 1))
    else:
        unpacked_or_refused(folder, "tar", content)


@given(octets(*PARTS))
def test_any_zip_is_judged_and_unpacked_or_refused(shelf: tuple[Path, dict[str, bytes]], content: bytes):
    unpacked_or_refused(shelf[0], "zip", content)


RECEIPT = {"version": 1, "id": "urn:uuid:1", "kind": "delivery", "bag": {"name": "b", "seal": "0" * 64},
           "package": {"name": "b.tar", "size": 3, "sha256": sha256(b"x")}}  # fmt: skip


@given(
    changed(RECEIPT).map(lambda each: json.dumps(each).encode())
    | octets(b"{", b"}", b'"id"', b"NaN", b"\xff", b"[" * 99)
)
def test_any_receipt_is_read_or_refused(data: bytes):
    raises_only(Refused, lambda: read_receipt(data))


PROFILE = read_profile("btr").keys


@given(changed(PROFILE))
def test_any_profile_is_taken_or_refused_and_bags_are_held_against_it(
    tmp_path_factory: pytest.TempPathFactory, keys: Any
):
    text = json.dumps(keys)
    if raises_only(UsageError, lambda: profile_from("p.json", text)):
        bag = tmp_path_factory.getbasetemp() / "profiled"
        if not bag.exists():
            Builder().write(bag)
        assert len(validate_bag(bag, profile=profile_from("p.json", text)).findings) < MOST


@given(octets(b"{", b"}", b'"Bag-Info"', b":", b"[", b"]", b'"required"', b"true", b"1e999", b"NaN", b"[" * 99))
def test_a_profile_of_any_bytes_is_refused_in_a_line(data: bytes):
    assert not raises_only(UsageError, lambda: profile_from("p.json", data.decode("utf-8", "replace")))
