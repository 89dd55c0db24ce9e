"""A job that delivers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs.delivering import FEW, Delivering
from servers.newsroom import newsroom, pages_for, write_seeds


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Delivering]:
    pages = {}
    for n in range(FEW):
        pages |= pages_for(range(n, n + 1), host=f"paper{n}.example", delay=0.05)
        write_seeds(tmp_path / "seeds", range(n, n + 1), host=f"paper{n}.example")
    (tmp_path / "library").mkdir()
    with newsroom(pages) as room:
        yield Delivering(tmp_path / "seeds", room, tmp_path / "bags", tmp_path / "library")
