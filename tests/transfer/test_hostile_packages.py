"""Packages that are hostile or broken: nothing is taken in, nothing stays."""

import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from builders.deliveries import everything
from builders.received import is_clean, sent, take, visible_in

from archiver.packaging import unpack as unpack_module
from archiver.validation.serialized import open_archive

pytestmark = pytest.mark.usefixtures("places")


def _shape(bag: Path, path: str, kind: str) -> None:
    (bag / path).parent.mkdir(parents=True, exist_ok=True)
    if kind == "file":
        (bag / path).write_bytes(b"{}")
    else:
        (bag / path / "x").mkdir(parents=True)
        (bag / path / "x/y").write_bytes(b"1")


_FINE = ("signatures/tagmanifest-sha256.txt.p7s", "signatures/" + "x" * 255, "tagmanifest-sha512.txt/a")
"""Nothing in the seal speaks of these: they are odd, and no more."""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("signatures", "file"),
        ("signatures/custody", "file"),
        ("signatures/custody/0001-sealing.json", "folder"),
        ("signatures/custody/0009-receipt.json", "folder"),
        ("signatures/custody/999999999-receipt.json", "file"),
        ("signatures/tagmanifest-sha256.txt.p7s", "folder"),
        ("signatures/" + "x" * 255, "file"),
        ("tagmanifest-sha512.txt/a", "file"),
        ("bag-info.txt/a", "file"),
        ("data/provenance.json/a", "file"),
    ],
)
def test_whatever_shape_a_package_has_it_costs_itself_alone(path, kind, bag, tmp_path, capsys):
    good = sent(bag, tmp_path, capsys)
    hostile = shutil.copytree(bag, tmp_path / "hostile")
    first = hostile / "/".join(path.split("/")[: 2 if path.startswith("data") else 1])
    if path in ("signatures", "signatures/custody") or not path.startswith("signatures"):
        shutil.rmtree(hostile / path, ignore_errors=True)
        first.unlink(missing_ok=True) if first.is_file() else shutil.rmtree(first, ignore_errors=True)
    (hostile / path).unlink(missing_ok=True)
    _shape(hostile, path, kind)
    code, results, err = take(capsys, tmp_path / "mine", hostile, good)
    fine = path in _FINE
    assert [each["outcome"] for each in results] == ["received" if fine else "refused", "received"], (results, err)
    assert code == (0 if fine else 1)
    assert visible_in(tmp_path / "mine") == {"harbour-1", "receipts"} | ({"hostile"} if fine else set())
    assert is_clean(tmp_path / "mine")


def test_a_folder_where_a_receipt_belongs_costs_that_package_alone(bag, tmp_path, capsys):
    good = sent(bag, tmp_path, capsys)
    hostile = shutil.copyfile(good, tmp_path / "hostile.tar")
    (tmp_path / "hostile.tar.receipt.json").mkdir()
    code, results, _ = take(capsys, tmp_path / "mine", hostile, good)
    assert (code, [each["outcome"] for each in results]) == (1, ["refused", "received"])


def test_a_folder_of_packages_is_none_and_it_is_said_how_they_are_named(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys)
    code, results, err = take(capsys, tmp_path / "mine", package.parent)
    assert (code, results) == (2, [])
    assert f"name them, {package.parent}/*.tar" in err
    assert len(err.splitlines()) == 1


def test_the_bag_keeps_its_name_when_the_file_was_renamed_on_the_way(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys)
    renamed = package.rename(package.with_name("download (1).tar"))
    assert take(capsys, tmp_path / "mine", renamed)[1][0]["bag"] == str(tmp_path / "mine/harbour-1")


def hostile_tar(path: Path, bag: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as archive:
        archive.add(bag, "harbour-1")
        for each in entries:
            archive.addfile(each, io.BytesIO(b"x" * each.size))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, size
    return info


HOSTILE = {
    "leads out": entry("harbour-1/../../escaped", size=1),
    "absolute": entry("/tmp/absolute", size=1),
    "symbolic link": entry("harbour-1/data/link", tarfile.SYMTYPE, "/etc"),
    "link out": entry("harbour-1/data/hard", tarfile.LNKTYPE, "../../../etc/passwd"),
    "device": entry("harbour-1/data/null", tarfile.CHRTYPE),
    "pipe": entry("harbour-1/data/pipe", tarfile.FIFOTYPE),
    "twice": entry("harbour-1/bagit.txt", size=1),
    "beside": entry("beside.txt", size=1),
    "deep": entry("harbour-1/data/" + "d/" * 80 + "x", size=1),
    "long": entry("harbour-1/data/" + "n" * 300, size=1),
    "file as folder": entry("harbour-1/bagit.txt/x", size=1),
    "not manifested": entry("harbour-1/data/more", size=1),
}


@pytest.mark.parametrize("bad", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_tar_leaves_nothing_behind(bad, bag, tmp_path, capsys):
    package = hostile_tar(tmp_path / "harbour-1.tar", bag, bad)
    code, (result,), err = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"]) == (1, "refused")
    assert "Traceback" not in err
    assert visible_in(tmp_path / "mine") == set()
    assert is_clean(tmp_path / "mine")
    assert not (tmp_path / "escaped").exists()


def test_a_zip_that_expands_beyond_bounds_is_not_unpacked(bag, tmp_path, capsys, monkeypatch):
    package = tmp_path / "harbour-1.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in everything(bag).items():
            archive.writestr(f"harbour-1/{path}", data)
        archive.writestr("harbour-1/data/bomb", bytes(64 << 20))
    monkeypatch.setattr(open_archive, "CEILING", 1 << 20)
    code, (result,), _ = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"]) == (1, "refused")
    assert "ARC002" in result["reason"]
    assert is_clean(tmp_path / "mine")


@pytest.mark.parametrize("share", [0, 0.01, 0.1, 0.25])  # half of so small a tar is what fills its last record
def test_a_package_that_is_cut_short_is_refused(share, bag, tmp_path, capsys):
    for form in ("tar", "tgz", "zip"):
        package = sent(bag, tmp_path / form, capsys, form)
        package.with_name(package.name + ".receipt.json").unlink()
        data = package.read_bytes()
        package.write_bytes(data[: int(share * len(data))])
        code, (result,), err = take(capsys, tmp_path / "mine", package)
        assert (code, result["outcome"]) == (1, "refused"), form
        assert "Traceback" not in err
    assert visible_in(tmp_path / "mine") == set()


def test_names_that_are_one_on_this_disk_are_refused(tmp_path):
    files = {"a": b"1", "b": b"2"}
    with pytest.raises(unpack_module.Refused, match="two of its names are one"):
        unpack_module.unpack([("a", 1), ("a", 1)], lambda path: io.BytesIO(files[path]), tmp_path / "x")


def test_a_folder_with_links_in_it_is_not_taken_in(bag, tmp_path, capsys):
    (bag / "data/link").symlink_to("/etc/passwd")
    code, (result,), _ = take(capsys, tmp_path / "mine", bag)
    assert (code, result["outcome"]) == (1, "refused")
    assert visible_in(tmp_path / "mine") == set()
