"""A bag that was sealed, signed and timestamped."""

import shutil
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, Authorities
from damages.trust.table import AGENT, LOCAL, signer_of

from archiver.trust.custody import append
from archiver.trust.seal import sign_bag
from archiver.trust.signing import Signing


@pytest.fixture(scope="module")
def original(pki: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag that was sealed, signed and timestamped."""
    bag = Builder().write(tmp_path_factory.mktemp("signed") / "bag")
    append(bag, "sealing", at=NOW, agent=AGENT, detail={"note": "a test"})
    signer = signer_of(pki.signer, bag.parent)
    sign_bag(bag, signer, Signing(timestamp_url=pki.url, now=NOW, agent=AGENT, roots=pki.roots, route=LOCAL))
    return bag


@pytest.fixture
def bag(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "bag"))
