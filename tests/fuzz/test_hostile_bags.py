"""Every damaged bag of the suite, given to every command that takes bags: one line for each, and no traceback."""

import shutil
from pathlib import Path

import pytest
from builders.pki import Authorities, authorities, needs_openssl
from damages import DAMAGES, Damage

from archiver.cli import main

pytestmark = [pytest.mark.stress, needs_openssl]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory):
    with authorities(tmp_path_factory.mktemp("pki")) as here:
        yield here


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.name)
def test_no_command_falls_over_a_damaged_bag(damage: Damage, pki: Authorities, tmp_path: Path, capsys):
    bag = damage.inflict(tmp_path / "bags/bag")
    (tmp_path / "out").mkdir()
    keys = pki.signer.write(tmp_path / "keys")
    commands = [
        ["validate", "--format", "github", str(bag)],
        ["audit", "--bags", str(tmp_path / "bags"), str(bag)],
        ["certify", str(bag)],
        ["certify", "--html", str(bag)],
        ["show", str(bag)],
        ["handoff", "--redact", str(bag), str(tmp_path / "out")],
        ["handoff", "--for", "btr", str(bag), str(tmp_path / "out")],
        ["handoff", str(bag), str(tmp_path / "out")],
        ["receive", "--bags", str(tmp_path / "mine"), str(bag)],
        ["sign", *keys, "--no-revocation", str(bag)],
        ["sign", *keys, "--no-revocation", "--force", str(bag)],
    ]
    for command in commands:
        code = main(command)
        printed = capsys.readouterr()
        assert code in (0, 1, 2, 3), (command, printed)
        assert "Traceback" not in printed.err, (command, printed.err)
        assert "bug" not in printed.err.lower(), (command, printed.err)
        if command[:2] == ["handoff", "--redact"]:
            assert code in (0, 1), (command, printed)  # what a bag holds is the bag's fault, and no other's
    shutil.rmtree(tmp_path, ignore_errors=True)
