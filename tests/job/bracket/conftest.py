"""A job, and an authority for its tokens."""

import pytest
from builders.pki import authorities
from jobs.whole import Job


@pytest.fixture
def pki(tmp_path):
    with authorities(tmp_path) as found:
        yield found


@pytest.fixture
def job(tmp_path, capsys) -> Job:
    return Job(tmp_path / "bags", capsys)
