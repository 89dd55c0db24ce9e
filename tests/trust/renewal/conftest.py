"""Authorities, and bags that they timestamped."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, Authorities, authorities
from builders.renewed import tsa

from archiver.cli import main
from archiver.trust.custody import Agent, append


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with authorities(tmp_path_factory.mktemp("pki")) as here:
        here.tell_of_revocation()
        here.others["/short"] = tsa(here, days=(-1, 30))
        here.others["/second"] = tsa(here, "Second Time", days=(-1, 3650))
        yield here


@pytest.fixture(scope="module")
def original(pki: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag that was signed, and timestamped by an authority whose certificate ends in 30 days."""
    bag = Builder().write(tmp_path_factory.mktemp("signed") / "bag")
    append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    assert main(["sign", str(bag), *pki.signer.write(bag.parent), "--timestamp", f"{pki.site}/short"]) == 0
    return bag


@pytest.fixture
def bag(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "bag"))
