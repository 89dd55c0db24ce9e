"""Zips that lie about sizes, places and numbers, and zips that expand without end: findings, in bounded work."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from builders.bags import Builder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.cli import main
from archiver.validation.serialized import open_archive
from archiver.validation.validator import validate_bag
from archiver.validation.warc import guests

CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"
HUGE = 0x7FFFFFFFFFFFFFFF


def packed(folder: Path) -> bytes:
    builder = Builder()
    builder.record = None
    bag, out = builder.write(folder / "bag"), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(bag.rglob("*")):
            if each.is_file():
                archive.write(each, f"bag/{each.relative_to(bag)}")
    return out.getvalue()


def with_zip64(data: bytes, *, size: int, packed: int, offset: int, length: int | None = None) -> bytes:
    """The first entry's sizes and place as a zip64 field says them (APPNOTE 4.5.3), whatever is so."""
    at = data.index(CENTRAL)
    name, extra = struct.unpack_from("<HH", data, at + 28)
    field = struct.pack("<HHQQQ", 1, 24 if length is None else length, size, packed, offset)
    head = bytearray(data[at : at + 46])
    struct.pack_into("<LL", head, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", head, 30, len(field) + extra)
    struct.pack_into("<L", head, 42, 0xFFFFFFFF)
    rest = bytearray(data[at + 46 + name :])
    end = rest.rindex(END)
    struct.pack_into("<L", rest, end + 12, struct.unpack_from("<L", rest, end + 12)[0] + len(field))
    return data[:at] + bytes(head) + data[at + 46 : at + 46 + name] + field + bytes(rest)


def patched(data: bytes, mark: bytes, at: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, data.rindex(mark) + at, value)
    return bytes(changed)


LIES = {
    "zip64: a size beyond all files": lambda d: with_zip64(d, size=HUGE, packed=20, offset=0),
    "zip64: sizes that contradict each other": lambda d: with_zip64(d, size=1, packed=HUGE, offset=0),
    "zip64: an offset beyond the file": lambda d: with_zip64(d, size=20, packed=20, offset=HUGE),
    "zip64: an offset of all ones": lambda d: with_zip64(d, size=20, packed=20, offset=(1 << 64) - 1),
    "zip64: a field shorter than it says": lambda d: with_zip64(d, size=20, packed=20, offset=0, length=8),
    "zip64: a field longer than it says": lambda d: with_zip64(d, size=20, packed=20, offset=0, length=0xFFFF),
    "a size that is not that of the data": lambda d: patched(d, CENTRAL, 24, "<L", 7),
    "a packed size beyond the file": lambda d: patched(d, CENTRAL, 20, "<L", 0x7FFFFFFF),
    "an offset beyond the file": lambda d: patched(d, CENTRAL, 42, "<L", 0x7FFFFFFF),
    "an offset into another entry": lambda d: patched(d, CENTRAL, 42, "<L", 5),
    "a checksum that is another's": lambda d: patched(d, CENTRAL, 16, "<L", 1),
    "another method than the entry's own": lambda d: patched(d, CENTRAL, 10, "<H", 0),
    "a longer name than there is": lambda d: d.replace(
        d[(at := d.index(CENTRAL)) : at + 46], d[at : at + 28] + b"\xff\xff" + d[at + 30 : at + 46]
    ),
    "a directory beyond the file": lambda d: patched(d, END, 16, "<L", 0x7FFFFFFF),
    "a directory longer than the file": lambda d: patched(d, END, 12, "<L", 0x7FFFFFFF),
    "a directory of nothing": lambda d: patched(d, END, 12, "<L", 0),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_zip_that_lies_is_found_out_and_never_taken_in(lie, tmp_path, capsys):
    path = tmp_path / "bag.zip"
    path.write_bytes(packed(tmp_path))
    assert validate_bag(path).ok
    path.write_bytes(LIES[lie](path.read_bytes()))
    report = validate_bag(path)
    assert not report.ok
    assert main(["receive", "--bags", str(tmp_path / "taken"), str(path)]) != 0
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
    assert not list((tmp_path / "taken").rglob("manifest-*.txt"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_number_of_a_directory_may_be_any_other(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("z")
    zipped = bytearray(packed(folder))
    first = zipped.index(CENTRAL)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(first, len(zipped) - 5))
        struct.pack_into(
            "<L", zipped, at, data.draw(st.sampled_from([0, 1, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, len(zipped)]))
        )
    (folder / "bag.zip").write_bytes(zipped)
    validate_bag(folder / "bag.zip")


def zeros(octets: int) -> bytes:
    """A deflated stream of so many zeros."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = bytes(1 << 20)
    return b"".join(deflater.compress(piece) for _ in range(octets >> 20)) + deflater.flush()


def stated(data: bytes, size: int) -> bytes:
    """A zip of one entry whose stored bytes are a deflated stream of `size` bytes in truth."""
    for mark, at in ((CENTRAL, 10), (b"PK\x03\x04", 8)):
        data = patched(data, mark, at, "<H", 8)
    for mark, at in ((CENTRAL, 24), (b"PK\x03\x04", 22)):
        data = patched(data, mark, at, "<L", size)
    return data


def zip_of(name: str, octets: int, say: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, zeros(octets))
    return stated(out.getvalue(), say)


@pytest.mark.parametrize("said", [1, 1 << 20, (1 << 32) - 2], ids=["a byte", "a megabyte", "4 GB"])
def test_zeros_without_end_are_read_only_as_far_as_stated_and_allowed(said, tmp_path, monkeypatch):
    monkeypatch.setattr(open_archive, "CEILING", 8 << 20)
    (tmp_path / "bag.zip").write_bytes(zip_of("bag/data/x", 256 << 20, said))
    report = validate_bag(tmp_path / "bag.zip")
    assert not report.ok


def bomb(head: bytes, octets: int) -> bytes:
    """A WARC record of zeros, deflated."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    out = deflater.compress(head)
    return out + b"".join(deflater.compress(bytes(1 << 20)) for _ in range(octets >> 20)) + deflater.flush()


RECORD = (
    b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-0000000000aa>\r\n"
    b"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/\r\nContent-Length: 107374182400\r\n\r\n"
)


def in_a_bag(folder: Path, **files: bytes) -> Path:
    builder = Builder()
    builder.record = None
    builder.payload = {f"data/{name.replace('__', '.')}": data for name, data in files.items()}
    return builder.write(folder / "bag")


def counted(monkeypatch) -> list[int]:
    """What is inflated from here on, piece by piece."""
    read, pieces = zipfile.ZipExtFile.read, []

    def counting(self, n=-1):
        piece = read(self, n)
        pieces.append(len(piece))
        return piece

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    return pieces


def wacz(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_warc_of_zeros_inside_a_wacz_ends_at_a_bound_with_a_finding(tmp_path, monkeypatch):
    monkeypatch.setattr(guests, "CEILING", 8 << 20)
    pieces = counted(monkeypatch)
    bag = in_a_bag(tmp_path, a__wacz=wacz({"archive/a.warc": RECORD + bytes(200 << 20)}))
    found = {each.code for each in validate_bag(bag).findings}
    assert "WARC006" in found
    assert sum(pieces) < 40 << 20


def test_all_warcs_of_a_bag_share_one_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(guests, "CEILING", 8 << 20)
    pieces = counted(monkeypatch)
    many = {f"archive/{number}.warc": RECORD + bytes(4 << 20) for number in range(40)}
    bag = in_a_bag(tmp_path, a__wacz=wacz(many), b__wacz=wacz(many))
    found = [each for each in validate_bag(bag).findings if each.code == "WARC006"]
    assert {each.path.partition("!")[0] for each in found} == {"data/a.wacz", "data/b.wacz"}
    assert sum(pieces) < 40 << 20
