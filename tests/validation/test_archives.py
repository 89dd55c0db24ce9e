"""Serialised bags: judged where they lie, the same as in a folder; and archives made to hurt."""

import gzip
import io
import resource
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from builders.bags import RECORD, Builder

from archiver.validation.discover import find_bags
from archiver.validation.rules.trust import CHECKS as LAYERS
from archiver.validation.serialized import archive_index, open_archive
from archiver.validation.serialized.tar import Gunzip
from archiver.validation.validator import validate_bag

ENDS = ("tar", "tgz", "tar.gz", "zip")
FORMATS = {"gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT, "ustar": tarfile.USTAR_FORMAT}


def codes(path: Path) -> list[str]:
    return [each.code for each in validate_bag(path).findings]


def packed(folder: Path, end: str, *, base: str = "bag", form: int = tarfile.GNU_FORMAT) -> Path:
    target = folder.parent / f"bag.{end}"
    if end == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(folder.rglob("*")):
                archive.write(each, f"{base}/{each.relative_to(folder)}")
        return target
    with tarfile.open(target, "w" if end == "tar" else "w:gz", format=form) as archive:
        archive.add(folder, base)
    return target


def tarred(path: Path, *entries: tarfile.TarInfo | tuple[str, bytes], form: int = tarfile.GNU_FORMAT) -> Path:
    with tarfile.open(path, "w", format=form) as archive:
        for each in entries:
            if isinstance(each, tuple):
                info = tarfile.TarInfo(each[0])
                info.size = len(each[1])
                archive.addfile(info, io.BytesIO(each[1]))
            else:
                archive.addfile(each)
    return path


def entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_a_serialised_bag_passes_every_check_as_its_folder_does(end: str, form: int, tmp_path: Path):
    builder = Builder()
    builder.payload["data/" + "long-name-" * 18 + "é.txt" if form != tarfile.USTAR_FORMAT else "data/x"] = b"x"
    report = validate_bag(packed(builder.write(tmp_path / "bag"), end, form=form))
    assert report.findings == ()
    assert {name for name, verdict in report.checks.items() if verdict != "passed"} == set(LAYERS)  # it is not signed


@pytest.mark.parametrize("end", ENDS)
def test_damage_in_a_serialised_bag_is_found_as_in_its_folder(end: str, tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    (path / "data/text/article.txt").write_bytes(b"another text")
    (path / "data/seed/harbour.txt").unlink()
    (path / "data/more").touch()
    found = [(each.code, each.path) for each in validate_bag(path).findings]
    assert [(each.code, each.path) for each in validate_bag(packed(path, end)).findings] == found
    assert len(found) > 5


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_written_beside_a_serialised_bag(end: str, tmp_path: Path):
    path = packed(Builder().write(tmp_path / "bag"), end)
    before = sorted(tmp_path.rglob("*"))
    validate_bag(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_hard_link_is_another_name_of_an_earlier_file(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    (path / "data/seed/harbour.txt").rename(path / "data/seed/kept")
    (path / "data/seed/harbour.txt").hardlink_to(path / "data/seed/kept")
    (path / "data/seed/kept").unlink()
    (path / "data/a").hardlink_to(path / "data/seed/harbour.txt")
    assert codes(packed(path, "tar")) == codes(path) == ["BAG033", "BAG046", "CRATE005"]


def test_bags_are_found_in_folders_serialised_too_if_asked(tmp_path: Path):
    bag = Builder().write(tmp_path / "bag")
    found = [packed(bag, end) for end in ENDS]
    (tmp_path / ".hidden.zip").touch()
    assert list(find_bags([tmp_path], serialised=True)) == sorted([bag, *found])
    assert list(find_bags([tmp_path])) == [bag]
    assert list(find_bags(found, serialised=True)) == found


def test_an_archive_must_hold_one_folder_and_nothing_beside_it(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    assert codes(packed(path, "tar", base=".")) == ["ARC004"]
    beside = tarred(tmp_path / "x.tar", ("x/data/a", b""), ("y/data/b", b""))
    assert "ARC004" in codes(beside)


def test_the_folder_in_an_archive_should_be_named_like_it(tmp_path: Path):
    report = validate_bag(packed(Builder().write(tmp_path / "bag"), "zip", base="other"))
    assert [(each.code, each.expected, each.found) for each in report.findings] == [("ARC006", "bag", "other")]
    assert report.ok


@pytest.mark.parametrize("name", ["/etc/passwd", "bag/../../x", "..", "bag/data/a\\..\\b"])
def test_names_that_lead_out_of_an_archive_are_findings(name: str, tmp_path: Path):
    assert "ARC003" in codes(tarred(tmp_path / "bag.tar", ("bag/data/x", b""), (name, b"x")))
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        archive.writestr("bag/data/x", b"")
        archive.writestr(zipfile.ZipInfo(name), b"x")
    assert "ARC003" in codes(tmp_path / "bag.zip")


def test_a_name_given_twice_is_a_finding(tmp_path: Path):
    assert "ARC005" in codes(tarred(tmp_path / "bag.tar", ("bag/data/x", b"one"), ("bag/data/x", b"two")))


def test_links_and_special_files_in_archives_are_not_followed(tmp_path: Path):
    made = tarred(
        tmp_path / "bag.tar",
        entry("bag/data/link", tarfile.SYMTYPE, "/etc/passwd"),
        entry("bag/data/out", tarfile.LNKTYPE, "/etc/passwd"),
        entry("bag/data/pipe", tarfile.FIFOTYPE),
        entry("bag/data/disk", tarfile.BLKTYPE),
        ("bag/data/x", b""),
    )
    found = codes(made)
    assert (found.count("BAG010"), found.count("BAG011")) == (2, 2)
    assert "ARC003" in found
    link = zipfile.ZipInfo("bag/data/link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        archive.writestr("bag/data/x", b"")
        archive.writestr(link, "/etc/passwd")
    assert "BAG010" in codes(tmp_path / "bag.zip")


@pytest.mark.parametrize("end", ENDS)
def test_an_archive_cut_anywhere_is_noticed(end: str, tmp_path: Path):
    path = packed(Builder().write(tmp_path / "bag"), end)
    data = path.read_bytes()
    for length in {*range(0, len(data), len(data) // 40), len(data) - 1, 1, 2, 21}:
        path.write_bytes(data[:length])
        if end != "tar" or data[length:].strip(b"\0"):  # a tar may lack some of its filling
            assert not validate_bag(path).ok, length


@pytest.mark.parametrize("end", ENDS)
def test_an_archive_with_any_byte_changed_is_judged_without_a_crash(end: str, tmp_path: Path):
    path = packed(Builder().write(tmp_path / "bag"), end)
    data = path.read_bytes()
    for at in range(0, len(data), max(1, len(data) // 150)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x15]) + data[at + 1 :])
        validate_bag(path)


@pytest.mark.parametrize("name", ["bag.tar", "bag.tgz", "bag.zip"])
@pytest.mark.parametrize("data", [b"", b"junk", bytes(4096), gzip.compress(b"", mtime=0), b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_a_finding(name: str, data: bytes, tmp_path: Path):
    (tmp_path / name).write_bytes(data)
    assert codes(tmp_path / name) == ["ARC001"]


def test_a_bomb_of_zeros_is_inflated_only_up_to_the_ceiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(open_archive, "CEILING", 16 << 20)
    zeros = bytes(1 << 20)
    with zipfile.ZipFile(tmp_path / "bag.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(256):
            archive.writestr(f"bag/data/{number}", zeros)
    info = tarfile.TarInfo("bag/data/x")
    info.size = 300 << 20
    with gzip.open(tmp_path / "bag.tgz", "wb", compresslevel=1) as stream:
        stream.write(info.tobuf())
        for _ in range(300):
            stream.write(zeros)
        stream.write(bytes(1024))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "ARC002" in codes(tmp_path / "bag.zip")
    assert "ARC001" in codes(tmp_path / "bag.tgz")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 48 << 10


def test_a_pax_header_without_bound_is_a_finding_not_a_flood(tmp_path: Path):
    head = tarfile.TarInfo("pax")
    head.type, head.size = tarfile.XHDTYPE, 64 << 20
    (tmp_path / "bag.tar").write_bytes(head.tobuf(tarfile.USTAR_FORMAT) + bytes(65 << 20))
    assert codes(tmp_path / "bag.tar") == ["ARC002"]


def checked(name: str, kind: bytes, size: bytes) -> bytes:
    """A header whose size field is what no library would write."""
    header = bytearray(entry(name, kind).tobuf(tarfile.GNU_FORMAT))
    header[124:136], header[148:156] = size, b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


@pytest.mark.parametrize("kind", [b"0", b"L", b"V"], ids=["file", "name", "unknown"])
def test_a_size_beyond_all_files_is_a_finding_not_a_crash(kind: bytes, tmp_path: Path):
    (tmp_path / "bag.tar").write_bytes(checked("bag/a", kind, b"\x80" + b"\x7f" * 11) + bytes(1024))
    assert "ARC002" in codes(tmp_path / "bag.tar")


def test_pax_headers_without_end_are_not_kept_in_memory(tmp_path: Path):
    with gzip.open(tmp_path / "bag.tgz", "wb", 1) as stream:
        for number in range(200):
            record = b"1000000 k%04d=" % number
            record += b"a" * (999_999 - len(record)) + b"\n"
            stream.write(checked("pax", b"g", b"%011o\0" % len(record)) + record + bytes(-len(record) % 512))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "ARC001" in codes(tmp_path / "bag.tgz")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # kilobytes


@pytest.mark.parametrize("record", [b"99 path=x\n", b"x", b"5 a=b", b"0 a=b\n", b"12 size=-512\n", b"9999999 a=b\n"])
def test_a_malformed_pax_header_is_a_finding(record: bytes, tmp_path: Path):
    head = tarfile.TarInfo("pax")
    head.type, head.size = tarfile.XHDTYPE, len(record)
    data = head.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0") + tarfile.TarInfo("bag/data/x").tobuf()
    (tmp_path / "bag.tar").write_bytes(data + bytes(1024))
    assert "ARC001" in codes(tmp_path / "bag.tar")


def test_entries_of_a_zip_that_share_their_bytes_are_not_read(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        archive.writestr("bag/data/x", b"x" * 100)
        archive.writestr("bag/data/y", b"x" * 100)
    data = bytearray((tmp_path / "bag.zip").read_bytes())
    second = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, second + 42, 0)
    (tmp_path / "bag.zip").write_bytes(data)
    assert "ARC007" in codes(tmp_path / "bag.zip")


@pytest.mark.parametrize(("at", "value"), [(8, 1), (10, 14)], ids=["encrypted", "LZMA"])
def test_encrypted_and_oddly_compressed_entries_are_findings(at: int, value: int, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        archive.writestr("bag/data/x", b"x" * 100)
    data = bytearray((tmp_path / "bag.zip").read_bytes())
    struct.pack_into("<H", data, data.rfind(b"PK\x01\x02") + at, value)
    (tmp_path / "bag.zip").write_bytes(data)
    assert "ARC007" in codes(tmp_path / "bag.zip")


def test_an_archive_of_nothing_but_complaints_is_not_read_to_its_end(tmp_path: Path):
    made = tarred(tmp_path / "bag.tar", *[(f"../{n}", b"") for n in range(3_000)])
    found = codes(made)
    assert found.count("ARC003") == archive_index.COMPLAINTS
    assert "ARC002" in found


def test_a_gzip_file_gives_any_of_its_bytes_at_any_time(tmp_path: Path):
    plain = b"".join(b"%08d" % n for n in range(1 << 20))
    (tmp_path / "x.gz").write_bytes(gzip.compress(plain[: 5 << 20], 1) + gzip.compress(plain[5 << 20 :], 1))
    with (tmp_path / "x.gz").open("rb") as stream:
        inside = Gunzip(stream.fileno(), 1 << 30)
        for offset in (0, 7 << 20, 100, 5 << 20, (5 << 20) - 3, len(plain) - 5, len(plain), 6 << 20, 1):
            assert inside.read_at(offset, 70_000) == plain[offset : offset + 70_000]
        assert inside.read_at(0, len(plain) + 1) == plain


def test_a_record_in_an_archive_is_read_in_bounds(tmp_path: Path):
    builder = Builder()
    builder.record, builder.payload[RECORD] = None, b"[" * (40 << 20)
    assert codes(packed(builder.write(tmp_path / "bag"), "tgz")) == ["REC001"]


def test_a_file_with_the_name_of_no_archive_is_no_bag(tmp_path: Path):
    (tmp_path / "bag.rar").touch()
    assert codes(tmp_path / "bag.rar") == ["BAG001"]


def test_a_tar_without_end_blocks_is_sound_where_its_last_file_is_whole(tmp_path: Path):
    bag = Builder().write(tmp_path / "bag")
    with tarfile.open(tmp_path / "whole.tar", "w") as archive:
        archive.add(bag, "bag")
    data = (tmp_path / "whole.tar").read_bytes()
    end = len(data.rstrip(b"\0"))
    for cut, code in ((-(-end // 512) * 512, "ARC008"), (end, "ARC008"), (end - 1, "ARC001")):
        (tmp_path / "bag.tar").write_bytes(data[:cut])
        assert code in [each.code for each in validate_bag(tmp_path / "bag.tar").findings], cut


def test_what_went_wrong_in_packing_is_reported_with_what_to_do(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        archive.writestr("bag/bagit.txt", b"x")
        archive.writestr("__MACOSX/bag/._bagit.txt", b"x")
    assert "macOS put this in" in str(validate_bag(tmp_path / "bag.zip").findings)
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        archive.writestr("bagit.txt", b"x")
    assert "packed from inside the bag" in str(validate_bag(tmp_path / "bag.zip").findings)
    with tarfile.open(tmp_path / "bag.tar", "w:gz") as archive:
        archive.add(Builder().write(tmp_path / "bag"), "bag")
    assert "name it .tgz" in str(validate_bag(tmp_path / "bag.tar").findings)
    (tmp_path / "theirs.wacz").write_bytes(b"PK")
    assert "web archive" in str(validate_bag(tmp_path / "theirs.wacz").findings)
