"""Authorities, and a bag that is not signed yet."""

from pathlib import Path

import pytest
from builders.bags import Builder


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return Builder().write(tmp_path / "bag")
