"""Other people's bags: nothing is written into them; they travel, are signed and audited by the digests they have."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from builders.deliveries import everything, hand
from builders.pki import needs_openssl

from archiver.cli import main
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")
KINDS = {
    "sha256": (("sha256",), ("sha256",)),
    "md5-only": (("md5",), ("md5",)),
    "no tag manifest": (("sha512",), ()),
    "sha1 beside sha512": (("sha512", "sha1"), ("sha1", "sha512")),
}


def guest(path: Path, payload: tuple[str, ...] = ("sha256",), tags: tuple[str, ...] = ("sha256",)) -> Path:
    """A bag as DART or Archivematica make it."""
    (path / "data").mkdir(parents=True)
    (path / "data/a.txt").write_bytes(b"alpha\n")
    (path / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    (path / "bag-info.txt").write_text("Source-Organization: Somebody else\n")
    for each in payload:
        listed(path, f"manifest-{each}.txt", each, "data/a.txt")
    own = [each.name for each in sorted(path.iterdir()) if each.is_file()]
    for each in tags:
        listed(path, f"tagmanifest-{each}.txt", each, *own)
    return path


def listed(bag: Path, name: str, algorithm: str, *paths: str) -> None:
    rows = (f"{hashlib.new(algorithm, (bag / each).read_bytes()).hexdigest()}  {each}\n" for each in paths)
    (bag / name).write_text("".join(rows))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["tar", "zip", "tgz", "folder"])
def test_a_guest_is_delivered_received_and_audited_and_stays_as_it_was(kind, form, tmp_path, capsys):
    bag = guest(tmp_path / "bags/theirs", *KINDS[kind])
    before = everything(bag)
    code, (result,), err = hand(capsys, bag, tmp_path / "out", "--form", form)
    assert (code, result["outcome"]) == (0, "delivered"), err
    assert everything(bag) == before
    assert main(["receive", "--json", "--bags", str(tmp_path / "mine"), result["package"]]) == 0
    (taken,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert everything(Path(taken["bag"])) == before
    assert (
        (kind == "sha256")
        == (not [each for each in taken["notes"] if "stands for it" in each])
        == (not result["notes"])
    )
    assert main(["receive", "--bags", str(tmp_path / "mine"), result["package"]]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert hand(capsys, bag, tmp_path / "out", "--form", form)[1][0]["outcome"] == "unchanged"
    assert main(["audit", "--json", str(bag.parent)]) == 0
    (audited,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert audited["seal"]
    (bag / "bag-info.txt").write_text("Source-Organization: Nobody\n")
    if KINDS[kind][1]:
        listed(bag, f"tagmanifest-{KINDS[kind][1][0]}.txt", KINDS[kind][1][0], "bag-info.txt")
    assert main(["audit", "--json", str(bag.parent)]) == 1, "the last good reading knows better"
    assert everything(Path(taken["bag"])) == before


@needs_openssl
@pytest.mark.parametrize("kind", KINDS)
def test_the_signature_of_a_guest_lies_beside_it_and_names_the_file_it_signs(kind, tmp_path, pki, capsys):
    bag = guest(tmp_path / "bags/theirs", *KINDS[kind])
    before = everything(bag)
    options = [*pki.signer.write(tmp_path), "--timestamp", pki.url, "--trust-roots", str(pki.roots)]
    assert main(["sign", str(bag), *options]) == 0
    assert everything(bag) == before
    (signature,) = bag.parent.glob("*.p7s")
    signed = signature.name.removeprefix("theirs.").removesuffix(".p7s")
    command = ["openssl", "cms", "-verify", "-cades", "-binary", "-content", bag / signed, "-in", signature,
               "-inform", "PEM", "-purpose", "any", "-CAfile", pki.roots, "-out", tmp_path / "content"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    assert signature.with_name(f"{signature.name}.tsr").exists()
    there = everything(bag.parent)
    assert main(["sign", str(bag), *options]) == 0
    assert everything(bag.parent) == there
    if kind == "sha256":
        demands = ["--require-signature", "--require-timestamp", "--trust-roots", str(pki.roots)]
        assert main(["validate", str(bag), *demands]) == 0
        signature.write_bytes(b"garbage")
        assert main(["validate", str(bag), *demands]) == 1


def test_a_bag_without_any_manifest_of_a_known_digest_does_not_travel(tmp_path, capsys):
    bag = guest(tmp_path / "bags/theirs", (), ())
    code, (result,), _ = hand(capsys, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    assert "no manifest of a known digest" in result["reason"]
    assert not validate_bag(bag).ok
