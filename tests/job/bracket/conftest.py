"""A job, and an authority for its tokens."""

import pytest
from builders.pki import authorities


@pytest.fixture
def pki(tmp_path):
    with authorities(tmp_path) as found:
        yield found
