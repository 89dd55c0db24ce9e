"""The forms in which bags travel: what a reader finds in them, and that the same bag gives the same bytes."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.bags import Builder

from archiver.errors import Refused
from archiver.packaging import package as package_module
from archiver.packaging import zipping
from archiver.packaging.package import FORMS, digest_of, measure, package
from archiver.packaging.source import source
from archiver.packaging.zipping import Entry, Zip
from archiver.validation.validator import validate_bag

WACZ = {"data/wacz/datapackage.json": b"{}\n", "data/wacz/indexes/index.cdx": b"a\n"}
LONG = "data/" + "long-name-" * 18 + "é.txt"


@pytest.fixture
def bag(tmp_path) -> Path:
    builder = Builder()
    builder.record = None  # what a record says is not the matter here
    builder.payload |= {**WACZ, LONG: b"x" * 100_000, "data/empty": b"", "data/photo.jpg": bytes(range(256)) * 5000}
    builder.info = ["Bagging-Date: 2026-03-02"]
    path = builder.write(tmp_path / "harbour-1")
    (path / "signatures").mkdir()
    (path / "signatures/note.txt").write_bytes(b"a signature")
    return path


def packed(bag: Path, form: str, folder: Path) -> Path:
    """The package written out by the plainest of means; the thing that stands for it."""
    parcel = package(source(bag), form)
    for item in parcel.items:
        (folder / item.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / item.path).write_bytes(b"".join(item.stream()))
    return folder / parcel.name


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


def unpacked(path: Path, into: Path) -> Path:
    if path.is_dir():
        return path
    if path.suffix in (".zip", ".wacz"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            archive.extractall(into)
    else:
        with tarfile.open(path) as archive:
            archive.extractall(into, filter="data")
    return into


@pytest.mark.parametrize("form", ["folder", "tar", "tgz", "zip"])
def test_what_is_packed_comes_out_the_same_and_is_valid_as_it_lies(form, bag, tmp_path):
    path = packed(bag, form, tmp_path / "out")
    assert path.name == bag.name + ("" if form == "folder" else f".{form}")
    assert validate_bag(path).ok
    out = unpacked(path, tmp_path / "in")
    assert contents(out if form == "folder" else out / bag.name) == contents(bag)


def test_a_wacz_holds_the_folder_stored_and_the_manifests_beside_it_vouch_for_it(bag, tmp_path):
    path = packed(bag, "wacz", tmp_path / "out")
    with zipfile.ZipFile(path) as archive:
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
    tags = tmp_path / f"out/{bag.name}.wacz.tags"
    unpacked(path, tags / "data/wacz")
    assert contents(tags / "data/wacz") == contents(bag / "data/wacz")
    assert (tags / "signatures/note.txt").read_bytes() == b"a signature"
    command = ["sha256sum", "--check", "--ignore-missing", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(command, cwd=tags, check=False).returncode == 0


def test_a_bag_without_wacz_has_no_such_form(tmp_path):
    builder = Builder()
    builder.record = None
    with pytest.raises(Refused, match="datapackage"):
        package(source(builder.write(tmp_path / "bag")), "wacz")


_PRINT = """
import sys
from pathlib import Path
from archiver.packaging.package import FORMS, digest_of, measure, package
from archiver.packaging.source import source
for form in FORMS:
    parcel = package(source(Path(sys.argv[1])), form)
    print(form, *digest_of(parcel, measure(parcel.items)))
"""


def test_the_same_bag_gives_the_same_bytes_whatever_the_process_and_the_copy(bag, tmp_path):
    copy = tmp_path / "elsewhere" / bag.name
    copy.mkdir(parents=True)
    for each in sorted(bag.rglob("*"), reverse=True):
        if each.is_file():
            target = copy / each.relative_to(bag)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(each, target)
            target.chmod(0o600)
            os.utime(target, (1, 1))
    said = []
    for path, umask, zone, seed in ((bag, 0o022, "UTC", "1"), (copy, 0o077, "Asia/Kathmandu", "2")):
        around = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C" if seed == "1" else "C.UTF-8"}
        command = [sys.executable, "-c", _PRINT, str(path)]
        done = subprocess.run(command, env=around, umask=umask, capture_output=True, text=True, check=True)
        said.append(done.stdout)
    assert said[0] == said[1]
    assert len(said[0].splitlines()) == len(FORMS)


def test_entries_have_fixed_owners_modes_and_the_bagging_date(bag, tmp_path):
    with tarfile.open(packed(bag, "tar", tmp_path / "out")) as archive:
        facts = {(e.uid, e.gid, e.uname, e.gname, e.mode, e.mtime) for e in archive}
        names = archive.getnames()
    assert facts == {(0, 0, "", "", 0o644, 1_772_409_600)}
    assert names == sorted(names)
    with zipfile.ZipFile(packed(bag, "zip", tmp_path / "out")) as archive:
        assert {(e.date_time, e.external_attr, e.flag_bits & 8) for e in archive.infolist()} == {
            ((2026, 3, 2, 0, 0, 0), 0o100644 << 16, 0)
        }
        methods = {e.filename.rpartition(".")[2]: e.compress_type for e in archive.infolist()}
    assert (methods["jpg"], methods["json"]) == (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def test_of_a_folder_the_declaration_comes_last_and_of_a_wacz_the_archive(bag):
    """What is sent file by file is not a bag before its end."""
    paths = [item.path for item in package(source(bag), "folder").items]
    assert paths[-1] == "harbour-1/bagit.txt"
    assert paths[:-1] == sorted(paths[:-1])
    assert package(source(bag), "wacz").items[-1].path == "harbour-1.wacz"


def test_what_is_large_or_compressed_is_stored_in_a_zip(bag, tmp_path, monkeypatch):
    monkeypatch.setattr(package_module, "_DEFLATED", 50_000)
    with zipfile.ZipFile(packed(bag, "zip", tmp_path / "out")) as archive:
        stored = {e.filename.removeprefix("harbour-1/") for e in archive.infolist() if not e.compress_type}
    assert stored >= {LONG, "data/photo.jpg"}
    assert "bagit.txt" not in stored


def test_a_gzip_has_no_name_and_no_time(bag, tmp_path):
    assert packed(bag, "tgz", tmp_path / "out").read_bytes()[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"


def test_zip64_is_written_where_it_is_needed_and_only_there(bag, tmp_path, monkeypatch):
    plain = packed(bag, "zip", tmp_path / "plain").read_bytes()
    assert b"PK\x06\x06" not in plain
    monkeypatch.setattr(zipping, "LONG", 1000)
    monkeypatch.setattr(zipping, "MANY", 3)
    path = packed(bag, "zip", tmp_path / "out")
    assert b"PK\x06\x06" in path.read_bytes()
    assert contents(unpacked(path, tmp_path / "in") / bag.name) == contents(bag)
    assert validate_bag(path).ok
    if shutil.which("unzip"):
        assert subprocess.run(["unzip", "-tqq", str(path)], check=False).returncode == 0


def test_a_file_beyond_4_gib_is_zipped_without_a_copy_of_it(tmp_path):
    """A sparse file: what matters is the arithmetic of the headers. Read back by the standard library."""
    if shutil.disk_usage(tmp_path).free < 1 << 30:
        pytest.skip("no room")
    size = (4 << 30) + 5
    chunk = bytes(8 << 20)

    def zeros():
        left = size
        while left:
            piece = chunk[: min(left, len(chunk))]
            left -= len(piece)
            yield piece

    entries = [Entry(name="big.gz", read=zeros, stored=True), Entry(name="z", read=lambda: iter([b"z"]), stored=False)]
    path = tmp_path / "big.zip"
    with path.open("wb") as file:
        for piece in Zip(entries, datetime(2026, 1, 1, tzinfo=UTC)).stream():
            if len(piece) == len(chunk):
                file.seek(len(piece), io.SEEK_CUR)
            else:
                file.write(piece)
    with zipfile.ZipFile(path) as archive:
        assert [(e.filename, e.file_size) for e in archive.infolist()] == [("big.gz", size), ("z", 1)]
        assert archive.read("z") == b"z"


def test_a_file_that_changes_while_it_is_packed_stops_the_packing(bag):
    for form in ("folder", "tar", "zip"):
        parcel = package(source(bag), form)
        path = bag / "data/text/article.txt"
        before = path.read_bytes()
        path.write_bytes(before + b"more")
        with pytest.raises(Refused, match="changed while it was packed"):
            measure(parcel.items)
        path.write_bytes(before)
    parcel = package(source(bag), "zip")
    measure(parcel.items)
    path.write_bytes(b"X" * len(before))
    with pytest.raises(Refused, match="changed while it was packed"):
        measure(parcel.items)


def test_links_and_special_files_do_not_travel_nor_does_what_has_no_seal(bag, tmp_path):
    (bag / "data/link").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="data/link is a link"):
        source(bag)
    (bag / "data/link").unlink()
    os.mkfifo(bag / "data/pipe")
    with pytest.raises(Refused, match="special file"):
        source(bag)
    (bag / "data/pipe").unlink()
    for seal in bag.glob("*manifest-*.txt"):
        seal.unlink()
    with pytest.raises(Refused, match="no manifest of a known digest"):
        source(bag)


def test_empty_folders_and_odd_names_are_reported(bag):
    assert [each for each in source(bag).notes if "empty folder" in each] == []
    (bag / "data/nothing/below").mkdir(parents=True)
    notes = source(bag).notes
    assert "the empty folder data/nothing/below/ does not travel: bags hold files only" in notes
    assert any("long-name" in each for each in notes)


def test_a_name_that_is_no_text_is_refused(bag):
    try:
        Path(os.fsdecode(os.fsencode(bag) + b"/data/\xff")).touch()
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(Refused, match="not UTF-8"):
        source(bag)


def test_the_digest_of_a_folder_is_what_sha256sum_would_give_for_its_list(bag, tmp_path):
    parcel = package(source(bag), "folder")
    packed(bag, "folder", tmp_path / "out")
    line = f"find {bag.name} -type f | LC_ALL=C sort | xargs -d '\\n' sha256sum"
    listing = subprocess.run(["sh", "-c", line], cwd=tmp_path / "out", capture_output=True, check=True).stdout
    assert digest_of(parcel, measure(parcel.items))[1] == hashlib.sha256(listing).hexdigest()
