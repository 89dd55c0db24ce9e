"""A bag to audit."""

from pathlib import Path

import pytest
from builders.audited import make


@pytest.fixture
def bag(tmp_path) -> Path:
    return make(tmp_path / "bags")
