"""A job that imports."""

from pathlib import Path

import pytest
from jobs.importing import Runs


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Runs:
    return Runs(tmp_path / "bags", capsys)
