"""Bags and ledgers of the first version."""

import tarfile
from pathlib import Path

import pytest
from places import DATA


@pytest.fixture
def older(tmp_path: Path) -> Path:
    with tarfile.open(DATA / "older/first.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path
