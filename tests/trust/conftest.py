"""Authorities, and a bag that is not signed yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import Authorities, authorities


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with authorities(tmp_path_factory.mktemp("pki")) as here:
        here.tell_of_revocation()
        yield here


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return Builder().write(tmp_path / "bag")
