"""Names of manifests (RFC 8493, 2.4), files to be fetched (2.2.3) and blank lines: what their sentences ask for."""

from pathlib import Path

import pytest
from builders.bags import Builder

from archiver.validation.validator import validate_bag


def plain(path: Path, fetch: str = "") -> Path:
    builder = Builder()
    builder.record = None
    builder.payload = {"data/a.txt": b"alpha\n"}
    if fetch:
        builder.tags["fetch.txt"] = fetch.encode()
    return builder.write(path)


def found(bag: Path, **options: bool) -> list[tuple[str, str]]:
    return [(each.code, each.severity) for each in validate_bag(bag, **options).findings]


@pytest.mark.parametrize("name", ["sha-256", "Sha_256", "sha3_256", "SHA3-256"])
def test_a_manifest_that_is_not_named_by_the_plain_name_of_its_algorithm_is_a_warning_and_with_strict_an_error(
    name: str, tmp_path: Path
):
    """The name of the algorithm MUST be normalised: lower-case, letters and digits only."""
    import hashlib

    bag = plain(tmp_path / "bag")
    digest = hashlib.sha3_256 if "3" in name[:5] else hashlib.sha256
    (bag / f"manifest-{name}.txt").write_text(f"{digest(b'alpha' + bytes([10])).hexdigest()}  data/a.txt\n")
    for algorithm in ("sha256", "sha512"):  # a tag manifest must list every payload manifest
        data = (bag / f"manifest-{name}.txt").read_bytes()
        with (bag / f"tagmanifest-{algorithm}.txt").open("a") as file:
            file.write(f"{hashlib.new(algorithm, data).hexdigest()}  manifest-{name}.txt\n")
    assert found(bag) == [("BAG058", "warning")]
    assert found(bag, strict=True) == [("BAG058", "error")]


def test_sha3_256_is_named_as_the_standard_asks_and_not_as_python_does(tmp_path: Path):
    builder = Builder()
    builder.record, builder.payload, builder.algorithms = None, {"data/a.txt": b"x"}, ("sha256", "sha3_256")
    builder.edit = lambda name, data: data.replace(b"sha3_256", b"sha3256")
    bag = builder.write(tmp_path / "bag")
    for kind in ("manifest", "tagmanifest"):
        (bag / f"{kind}-sha3_256.txt").rename(bag / f"{kind}-sha3256.txt")
    assert set(found(bag)) == {("BAG059", "warning")}


def test_of_a_whole_bag_nothing_says_that_files_are_to_be_fetched(tmp_path: Path):
    assert found(plain(tmp_path / "whole", "http://x.example/ 6 data/a.txt\n")) == []
    assert found(plain(tmp_path / "dash", "http://x.example/ - data/a.txt\n")) == []
    assert found(plain(tmp_path / "other", "http://x.example/ 7 data/a.txt\n")) == [("BAG063", "warning")]


def test_a_missing_file_that_fetch_txt_names_is_reported_as_such(tmp_path: Path):
    bag = plain(tmp_path / "bag", "http://x.example/ 6 data/a.txt\n")
    (bag / "data/a.txt").unlink()
    assert {code for code, _ in found(bag)} >= {"BAG045", "BAG060", "BAG064"}
    assert not validate_bag(bag).ok


def test_a_blank_line_is_a_warning_in_bag_info_as_in_a_manifest(tmp_path: Path):
    builder = Builder()
    builder.record = None
    builder.info.insert(1, "")
    assert found(builder.write(tmp_path / "bag")) == [("BAG056", "warning")]
