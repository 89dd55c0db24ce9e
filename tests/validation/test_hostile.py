"""Bags made to hurt: bombs, loops, pipes, floods, files that change underfoot. Findings, never a crash or a hang."""

import base64
import gzip
import hashlib
import io
import os
import resource
from pathlib import Path

import pytest
from builders.bags import RECORD, WARC, Builder, good_warc, member, raw_record, warc, warcinfo

from archiver.errors import StorageError
from archiver.validation.bagit.fixity import SMALL, check_fixity
from archiver.validation.bagit.manifests import read_manifests
from archiver.validation.bagit.tagfiles import Declaration
from archiver.validation.bagit.tree import scan
from archiver.validation.validator import validate_bag
from archiver.validation.warc.gzip_members import Broken, Members
from archiver.validation.warc.reader import read_warc


def codes(path: Path) -> set[str]:
    return {each.code for each in validate_bag(path).findings}


def test_a_file_is_not_a_bag(tmp_path: Path):
    (tmp_path / "bag.txt").touch()
    report = validate_bag(tmp_path / "bag.txt")
    assert [each.code for each in report.findings] == ["BAG001"]
    assert not report.ok
    assert report.checks["fixity"] == "not checked"


def test_a_bag_that_is_not_there_is_an_error_of_ours(tmp_path: Path):
    with pytest.raises(StorageError, match="cannot read the bag"):
        validate_bag(tmp_path / "nothing")


def test_an_empty_folder_fails_with_findings(tmp_path: Path):
    assert codes(tmp_path) == {"BAG002", "BAG007", "BAG008", "FIX003"}


def test_folders_nested_deeper_than_a_path_can_be_are_a_finding(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    folder = os.open(path / "data", os.O_RDONLY)
    for _ in range(18):
        os.mkdir("d" * 250, dir_fd=folder)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    assert codes(path) == {"BAG012"}


def test_loops_of_links_and_links_to_devices_are_not_followed(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    (path / "data/a").symlink_to("b")
    (path / "data/b").symlink_to("a")
    (path / "data/up").symlink_to("..")
    (path / "data/zero").symlink_to("/dev/zero")
    report = validate_bag(path, second_opinion=True)
    assert [each.code for each in report.findings] == ["BAG072", "BAG010", "BAG010", "BAG010", "BAG010"]


@pytest.mark.parametrize("name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", RECORD, WARC])
def test_a_pipe_in_place_of_any_file_does_not_hang(name: str, tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    (path / name).unlink()
    os.mkfifo(path / name)
    assert "BAG011" in codes(path)


def test_a_file_that_goes_or_becomes_a_pipe_after_the_scan_is_a_finding(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    tree, _ = scan(path)
    manifests, _ = read_manifests(tree, Declaration())
    (path / "data/seed/harbour.txt").unlink()
    (path / "bag-info.txt").unlink()
    os.mkfifo(path / "bag-info.txt")
    found = [(each.code, each.path) for each in check_fixity(tree, manifests)[0]]
    assert found == [("FIX012", "bag-info.txt"), ("FIX002", "data/seed/harbour.txt")]


def test_a_path_that_the_scan_did_not_find_is_never_opened(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    tree, _ = scan(path)
    for name in ("../secret", "/etc/hostname", "data/seed/../seed/harbour.txt", "data/seed"):
        with pytest.raises(KeyError):
            tree.open(name)


def test_a_hundred_thousand_manifest_lines_of_nothing_are_all_counted(tmp_path: Path):
    builder = Builder()
    flood = b"".join(b"%064x  data/%d\n" % (n, n) for n in range(50_000)) + b"junk\n" * 50_000
    builder.edit = lambda name, data: data + flood if name == "manifest-sha256.txt" else data
    found = validate_bag(builder.write(tmp_path / "bag")).findings
    for code in ("BAG045", "BAG040"):
        stated = [each for each in found if each.code == code]
        (rest,) = [each for each in stated if "not listed" in each.message]
        assert len(stated) - 1 + int(rest.found or "") == 50_000


def test_a_manifest_of_one_endless_line_is_not_read_on(tmp_path: Path):
    builder = Builder()
    builder.edit = lambda name, data: b"0" * (32 << 20) if name == "manifest-sha256.txt" else data
    assert "BAG022" in codes(builder.write(tmp_path / "bag"))


def bomb(size: int) -> bytes:
    """A WARC whose response record is `size` zeros, about a thousandth of that when compressed."""
    head = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n" % size
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as stream:
        stream.write(head)
        for _ in range(size >> 20):
            stream.write(bytes(1 << 20))
    return out.getvalue()


def test_a_bomb_is_inflated_only_up_to_the_ceiling_and_in_little_memory():
    data = bomb(256 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _, findings = read_warc(io.BytesIO(data), "x.warc.gz", len(data), ceiling=32 << 20)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert [each.code for each in findings if each.code < "WARC010"] == ["WARC006"]
    assert grown < 64 << 10


def test_a_header_without_end_is_a_finding():
    data = member(b"WARC/1.1\r\n" + b"X-Note: y\r\n" * 300_000)
    _, findings = read_warc(io.BytesIO(data), "x.warc.gz", len(data))
    assert "WARC010" in {each.code for each in findings}


def test_a_http_head_without_end_is_a_finding():
    block = b"HTTP/1.1 200 OK\r\n" + b"X-Note: y\r\n" * 2_000_000
    data = member(raw_record("response", block, {"Content-Type": "application/http"}))
    _, findings = read_warc(io.BytesIO(data), "x.warc.gz", len(data))
    assert "WARC023" in {each.code for each in findings}


def test_a_warc_cut_at_any_byte_is_noticed_unless_a_whole_member_is_gone():
    data = good_warc()
    ends = {len(warc(warcinfo())), len(data)}
    ends.add(next(n for n in range(min(ends) + 1, len(data)) if data[n:].startswith(b"\x1f\x8b\x08\x00\x00")))
    for end in set(range(1, len(data))) - ends:
        _, findings = read_warc(io.BytesIO(data[:end]), "x.warc.gz", end)
        assert {"WARC001", "WARC002", "WARC003"} & {each.code for each in findings}, end


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha384", "sha512"])
def test_a_digest_may_be_in_base_16_or_32_in_any_case_and_only_the_right_one_holds(algorithm):
    block = b"software: test\r\n"
    digest = hashlib.new(algorithm, block).digest()
    base32 = base64.b32encode(digest).decode()
    other = base64.b32encode(bytes([digest[0] ^ 128]) + digest[1:]).decode()
    short, odd = base32.rstrip("=")[:-1], base32[0] + "_" + base32[1:]
    right = (digest.hex(), digest.hex().upper(), base32, base32.lower(), base32.rstrip("="), base32 + "=")
    wrong = ("", "=", digest.hex()[:-1], digest.hex() + "0", other, short, odd, base32[:-7] + "9" + base32[-6:])
    for stated in (*right, *wrong):
        data = warc(warcinfo(**{"WARC-Block-Digest": f"{algorithm}:{stated}"}))
        _, findings = read_warc(io.BytesIO(data), "x.warc.gz", len(data))
        assert ("WARC013" in {each.code for each in findings}) == (stated in wrong), stated


def inflated(data: bytes) -> list[bytes]:
    members, found = Members(io.BytesIO(data), ceiling=1 << 20), []
    while members.advance():
        found.append(b"".join(iter(members.read, b"")))
    return found


def test_a_warc_with_any_byte_changed_is_noticed_unless_the_records_are_still_the_same():
    data = good_warc()
    right, silent = inflated(data), 0
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :]
        if not read_warc(io.BytesIO(changed), "x.warc.gz", len(changed))[1]:
            silent += 1
            assert inflated(changed) == right, at
    assert silent < 30, "such as the time in a gzip header, and the bits that fill a member's last byte"


def test_members_give_what_was_compressed_and_stop_after_the_last():
    parts = [b"one", b"", b"x" * 200_000]
    assert inflated(b"".join(map(member, parts))) == parts
    with pytest.raises(Broken, match="WARC001"):
        Members(io.BytesIO(b"plain"), ceiling=9).advance()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(b"[" * (7 << 20), "nested", id="nesting"),
        pytest.param(b"[" + b"[]," * (4 << 20) + b"0]", "commas and brackets", id="values"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested", id="closed nesting"),
        pytest.param(b'{"version": ' + b"9" * 1_000_000 + b"}", "digits", id="number without end"),
        pytest.param(b" " * (129 << 20), "bytes", id="size"),
        pytest.param(b"\xff\xfe{\x00}\x00", "utf-8", id="UTF-16"),
    ],
)
def test_a_hostile_record_is_one_finding(data: bytes, word: str, tmp_path: Path):
    builder = Builder()
    builder.record, builder.payload[RECORD] = None, data
    report = validate_bag(builder.write(tmp_path / "bag"))
    assert [each.code for each in report.findings] == ["REC001"]
    assert word in report.findings[0].message
    assert report.checks["warc"] == "passed"
    assert report.checks["text"] == report.checks["seed"] == "not checked"


def test_a_record_of_a_hundred_megabytes_of_nesting_is_not_even_read(tmp_path: Path):
    builder = Builder()
    builder.record, builder.payload[RECORD] = None, b"[" * (100 << 20)
    assert codes(builder.write(tmp_path / "bag")) == {"REC001"}


def test_a_record_that_breaks_the_schema_ten_thousand_times_is_reported_in_bounds(tmp_path: Path):
    builder = Builder()
    builder.record["credits"] = [1] * 10_000
    report = validate_bag(builder.write(tmp_path / "bag"))
    assert 1 <= sum(each.code == "REC002" for each in report.findings) <= 200


def test_a_name_in_the_record_that_holds_a_line_break_is_reported_on_one_line(tmp_path: Path):
    """Found by the fuzzer."""
    builder = Builder()
    builder.record["software"]["packages"] = {"a\nREC000 error": None}
    said = [each.message for each in validate_bag(builder.write(tmp_path / "bag")).findings if each.code == "REC002"]
    assert len(said) == 1
    assert r"a\x0aREC000 error" in said[0]
    assert "\n" not in said[0]


@pytest.mark.parametrize("part", ["seed", "capture", "text", "claims", "credits", "comparison", "agreement"])
@pytest.mark.parametrize("value", [None, 7, "x", [], [[]], {}, [None], {"exchanges": [None, {"record_ids": 3}]}])
def test_a_part_of_the_record_of_any_wrong_kind_is_findings_not_a_crash(part: str, value: object, tmp_path: Path):
    builder = Builder()
    builder.record[part] = value
    report = validate_bag(builder.write(tmp_path / "bag"))
    assert report.checks["structure"] == report.checks["fixity"] == "passed"
    harmless = part == "agreement" and isinstance(value, dict)
    assert report.checks["record"] == ("passed" if harmless else "failed")


def test_the_sizes_of_a_folder_are_those_on_disk_and_none_is_given_for_what_has_gone(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    tree, _ = scan(path)
    on_disk = {str(file.relative_to(path)): file.stat().st_size for file in path.rglob("*") if file.is_file()}
    assert list(tree.files.sorted()) == sorted(on_disk.items())
    assert list(tree.files.values()) == [size for _, size in sorted(on_disk.items())]
    payload = [size for name, size in on_disk.items() if name.startswith("data/")]
    assert tree.payload_size == (sum(payload), len(payload))
    (path / "bagit.txt").unlink()
    assert tree.files["bagit.txt"] == 0
    with pytest.raises(KeyError):
        tree.files["data/another"]


def test_files_about_the_size_that_is_read_at_once_are_hashed_whole(tmp_path: Path):
    builder = Builder()
    builder.record = None
    builder.payload = {f"data/{n}": bytes(SMALL + n) for n in range(-1, 3)}
    path = builder.write(tmp_path / "bag")
    assert validate_bag(path, cores=2).findings == ()
    for name in builder.payload:
        with (path / name).open("r+b") as stream:
            stream.seek(-1, os.SEEK_END)
            stream.write(b"x")
    assert [each.code for each in validate_bag(path, cores=2).findings] == ["FIX001"] * 8
