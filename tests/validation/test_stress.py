"""Every damage of a kind to a small bag, one after the other: `make stress`. Each must be noticed, none may crash."""

import itertools
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.bags import WARC, Builder

from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.stress
MASKS = (0x01, 0x20, 0x80)
WARC_STRIDE = 3


def files(path: Path) -> list[Path]:
    return sorted(each for each in path.rglob("*") if each.is_file())


def harmless(name: str, byte: int, mask: int) -> bool:
    """Upper case in the digests of a tag manifest, which nothing else vouches for, means the same."""
    return mask == 0x20 and name.startswith("tagmanifest-") and chr(byte) in "abcdef"


def flips(path: Path) -> Iterator[tuple[Path, bytes, int, int]]:
    for file, mask in itertools.product(files(path), MASKS):
        data = file.read_bytes()
        stride = WARC_STRIDE if file.name.endswith(".warc.gz") else 1
        for at in range(0, len(data), stride):
            if not harmless(file.name, data[at], mask):
                yield file, data, at, mask


def test_every_byte_of_every_file_flipped_is_noticed(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    count = 0
    for file, data, at, mask in flips(path):
        file.write_bytes(data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :])
        assert not validate_bag(path).ok, (file.name, at, mask)
        file.write_bytes(data)
        count += 1
    assert count > 10_000
    assert validate_bag(path).findings == ()


def test_every_file_cut_at_every_length_is_noticed(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    for file in files(path):
        data = file.read_bytes()
        for length in range(0, len(data), WARC_STRIDE if file.name.endswith(".warc.gz") else 1):
            file.write_bytes(data[:length])
            assert validate_bag(path).findings, (file.name, length)
        file.write_bytes(data)


def test_every_file_removed_renamed_copied_or_replaced_is_noticed(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    for file, other in itertools.product(files(path), files(path)):
        data, kept = file.read_bytes(), other.read_bytes()
        if file == other:
            file.unlink()
        else:
            file.rename(other)
        assert not validate_bag(path).ok, (file.name, other.name)
        if file != other:
            file.write_bytes(data)
            assert not validate_bag(path).ok or data == kept, (file.name, "over", other.name)
            other.write_bytes(kept)
        file.write_bytes(data)
        copy = other.with_name(f"{file.name}.copy")
        copy.write_bytes(data)
        assert validate_bag(path).findings, copy.name
        copy.unlink()
    assert validate_bag(path).findings == ()


def test_every_byte_of_the_warc_flipped_under_checksums_that_fit_is_noticed_or_changes_nothing(tmp_path: Path):
    data, silent = Builder().payload[WARC], 0
    for at in range(len(data)):
        builder = Builder()
        builder.payload[WARC] = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        silent += validate_bag(builder.write(tmp_path / str(at))).ok
    assert silent < 30, "such as the time in a gzip header, and the bits that fill a member's last byte"


@pytest.mark.parametrize("end", ["zip", "tar"])
def test_every_byte_of_an_archive_flipped_never_crashes(end: str, tmp_path: Path):
    folder = Builder().write(tmp_path / "bag")
    path = tmp_path / f"bag.{end}"
    if end == "tar":
        with tarfile.open(path, "w") as archive:
            archive.add(folder, "bag")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for each in files(folder):
                archive.write(each, f"bag/{each.relative_to(folder)}")
    data = path.read_bytes()
    for at in range(0, len(data), 2):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        validate_bag(path)
