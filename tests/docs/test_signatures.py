"""docs/keep/signatures.md: what a library is to type is typed here."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, authorities, issue, needs_openssl
from places import ROOT

from archiver.cli import main
from archiver.trust.custody import Agent, append

PAGE = ROOT / "docs" / "keep/signatures.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    bag = Builder().write(folder / "bag")
    append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    with authorities(folder) as pki:
        pki.tell_of_revocation()
        assert main(["sign", str(bag), *pki.signer.write(folder), "--timestamp", pki.url, "--timestamp", pki.url]) == 0
        assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 0
        assert pki.roots == folder / "roots.pem"
    return bag


@needs_openssl
@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_of_commands_succeeds_in_a_signed_bag(block: str, bag: Path):
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", block], cwd=bag, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if "ts -verify" in block:
        assert "Verification: OK" in done.stdout
    if "cms -verify" in block:
        assert "CAdES Verification successful" in done.stderr


@needs_openssl
@pytest.mark.parametrize("block", [b for b in BLOCKS if "-verify" in b], ids=lambda b: b.split()[0:3])
def test_the_same_commands_fail_once_the_bag_is_changed_and_sealed_again(block: str, bag: Path, tmp_path: Path):
    subprocess.run(["cp", "-r", str(bag.parent), str(tmp_path / "copy")], check=True)
    copy = tmp_path / "copy/bag"
    for name in (
        "tagmanifest-sha256.txt",
        "signatures/tagmanifest-sha256.txt.p7s",
        "signatures/custody/0002-signature.json",
    ):
        with (copy / name).open("ab") as file:
            file.write(b"\n")
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", block], cwd=copy, capture_output=True)
    assert done.returncode != 0


@needs_openssl
@pytest.mark.parametrize("block", [b for b in BLOCKS if "cms -verify" in b], ids=lambda b: b.split()[0:3])
def test_the_authorities_that_the_machine_knows_are_not_believed(block: str, bag: Path, tmp_path: Path):
    subprocess.run(["cp", "-r", str(bag.parent), str(tmp_path / "copy")], check=True)
    known = tmp_path / "known"
    known.mkdir()
    (tmp_path / "copy/roots.pem").rename(known / "roots.pem")
    (tmp_path / "copy/roots.pem").write_bytes(issue("Another Root", ca=True).pem())
    for number, each in enumerate((known / "roots.pem").read_text().split("-----END CERTIFICATE-----\n")[:-1]):
        (known / f"{number}.pem").write_text(f"{each}-----END CERTIFICATE-----\n")
    subprocess.run(["openssl", "rehash", str(known)], check=True, capture_output=True)
    done = subprocess.run(["bash", "-e", "-c", block], cwd=tmp_path / "copy/bag", capture_output=True, text=True,
                          env=os.environ | {"SSL_CERT_DIR": str(known)})  # fmt: skip
    assert done.returncode != 0
    assert "unable to get" in done.stderr


@needs_openssl
@pytest.mark.parametrize("path", ["0002-signature.json", "0002-signature.json.p7s", "0002-signature.json.p7s.tsr"])
def test_the_commands_for_the_timestamp_of_an_event_find_a_change_in_each_file(path: str, bag: Path, tmp_path: Path):
    (block,) = [each for each in BLOCKS if "0002-signature.json.p7s.tsr" in each]
    subprocess.run(["cp", "-r", str(bag.parent), str(tmp_path / "copy")], check=True)
    file = tmp_path / "copy/bag/signatures/custody" / path
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", block], cwd=tmp_path / "copy/bag", capture_output=True)
    assert done.returncode != 0


def test_there_are_blocks_to_run():
    assert len(BLOCKS) == 5
