"""`growth` distinguishes: linear work passes, quadratic work does not."""

import pytest
from growth import grows_no_faster_than_linear


def test_linear_work_passes():
    grows_no_faster_than_linear(lambda n: sum(range(n)), 1_000_000)


def test_quadratic_work_is_an_error():  # of a size that takes some 10 ms: what else the machine does is small beside it
    with pytest.raises(AssertionError, match="times the CPU time"):
        grows_no_faster_than_linear(lambda n: [sum(range(n)) for _ in range(n)], 6_000)
