"""Names of files in a zip, and how each is read."""

import struct
import zipfile
import zlib
from pathlib import Path

from archiver.validation.serialized.open_archive import opened


def named_zip(path: Path, raw: dict[bytes, bytes], system: int, extra: bytes = b"") -> Path:
    """A zip whose names are these bytes, without the flag for UTF-8."""
    plain = {f"bag/{number}".ljust(len(name), "_").encode(): name for number, name in enumerate(raw)}
    with zipfile.ZipFile(path, "w") as archive:
        for placeholder, name in plain.items():
            info = zipfile.ZipInfo(placeholder.decode())
            info.create_system, info.external_attr, info.extra = system, 0o100644 << 16, extra
            archive.writestr(info, raw[name])
    data = path.read_bytes()
    for placeholder, name in plain.items():
        data = data.replace(placeholder, name)
    path.write_bytes(data)
    return path


def paths(path: Path) -> list[str]:
    with opened(path) as (tree, _):
        assert tree is not None
        return list(tree.files)


def test_a_name_in_a_zip_without_the_flag_is_utf_8_where_a_unix_or_a_mac_wrote_it(tmp_path: Path):
    raw = {"bag/data/sp\u00e4ce.txt".encode(): b"x"}
    for system in (3, 19):
        assert paths(named_zip(tmp_path / "bag.zip", raw, system)) == ["data/sp\u00e4ce.txt"]
    assert paths(named_zip(tmp_path / "bag.zip", raw, 0)) == ["data/" + "sp\u00e4ce.txt".encode().decode("cp437")]


def test_a_name_that_is_not_utf_8_is_of_code_page_437(tmp_path: Path):
    assert paths(named_zip(tmp_path / "bag.zip", {b"bag/data/\x84.txt": b"x"}, 3)) == ["data/\u00e4.txt"]


def test_the_unicode_path_field_names_a_file_where_its_checksum_fits_the_name(tmp_path: Path):
    raw, name = b"bag/data/\x84.txt", "bag/data/\u017c.txt"
    for crc, expected in ((zlib.crc32(raw), "data/\u017c.txt"), (1, "data/\u00e4.txt")):
        body = b"\1" + struct.pack("<L", crc) + name.encode()
        extra = struct.pack("<HH", 0x7075, len(body)) + body
        assert paths(named_zip(tmp_path / "bag.zip", {raw: b"x"}, 0, extra)) == [expected]
