"""What `handoff` does with the custody log before a bag leaves: where there are keys, its end is signed."""

import json
import tarfile
from pathlib import Path

import pytest
from builders.deliveries import hand
from builders.pki import Authorities, needs_openssl

from archiver.validation.validator import validate_bag

pytestmark = [needs_openssl, pytest.mark.usefixtures("places")]
EVENT = "signatures/custody/0001-sealing.json"


@pytest.fixture
def keys(pki: Authorities, tmp_path: Path) -> list[str]:
    _, key, _, certificate = pki.signer.write(tmp_path, "key")
    settings = tmp_path / "archiver.toml"
    settings.write_text(f"key = {json.dumps(key)}\ncertificate = {json.dumps(certificate)}\nallow_private = true\n")
    return ["--config", str(settings)]


def names(package: Path) -> set[str]:
    with tarfile.open(package) as archive:
        return {each.partition("/")[2] for each in archive.getnames()}


def test_the_log_so_far_is_signed_and_leaves_with_its_signature(bag, tmp_path, capsys, keys):
    code, (result,), err = hand(capsys, *keys, bag, tmp_path / "out")
    assert (code, result["outcome"], result["notes"]) == (0, "delivered", []), err
    assert f"{EVENT}.p7s" in names(tmp_path / "out/harbour-1.tar")
    assert "CUS007" not in [each.code for each in validate_bag(bag).findings]
    before = sorted((bag / "signatures/custody").iterdir())
    assert hand(capsys, *keys, bag, tmp_path / "out")[1][0]["outcome"] == "unchanged"
    assert sorted((bag / "signatures/custody").iterdir()) == before


def test_in_a_bag_that_is_not_valid_nothing_is_signed(bag, tmp_path, capsys, keys):
    (bag / "data/text/article.txt").write_bytes(b"another\n")
    assert hand(capsys, *keys, bag, tmp_path / "out")[1][0]["outcome"] == "refused"
    assert [each.name for each in (bag / "signatures/custody").iterdir()] == ["0001-sealing.json"]
