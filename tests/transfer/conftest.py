"""A bag to deliver."""

from pathlib import Path

import pytest
from builders.deliveries import make


@pytest.fixture
def bag(tmp_path) -> Path:
    return make(tmp_path / "bags")
