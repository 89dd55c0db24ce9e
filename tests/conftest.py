"""Options of the test suite."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from servers import seaweed

# `make test` tries a few examples, the same ones every time; `make fuzz` thousands of new ones.
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile("quick", max_examples=100, derandomize=True, deadline=None, suppress_health_check=SLOW)
settings.register_profile("nightly", max_examples=3000, deadline=None, suppress_health_check=SLOW, print_blob=True)
settings.load_profile("quick")

if TYPE_CHECKING:
    from builders.pki import Authorities
    from jobs.whole import Job


@pytest.fixture
def places(tmp_path: Path) -> None:
    """The folders that tests hand bags off to: a hand-off makes none."""
    for name in ("out", "access", "copies", "first", "second"):
        (tmp_path / name).mkdir()


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> "Job":
    """Jobs whose bags are in `bags/` of the test's folder."""
    from jobs.whole import Job

    return Job(tmp_path / "bags", capsys)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Authorities"]:
    """Authorities whose certificates say where to ask whether they were revoked."""
    from builders.pki import authorities

    with authorities(tmp_path_factory.mktemp("pki")) as here:
        here.tell_of_revocation()
        yield here


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server; tests that ask it are marked `seaweed.needs_s3` and make buckets of their own."""
    with seaweed.running(tmp_path_factory.mktemp("s3")) as address:
        yield address


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bagit-suite",
        type=Path,
        metavar="PATH",
        help="a checkout of github.com/LibraryOfCongress/bagit-conformance-suite, to judge the validator by",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "conformance_bag" in metafunc.fixturenames:
        suite = metafunc.config.getoption("--bagit-suite")
        bags = sorted(each for each in suite.glob("v*/*/*") if each.is_dir()) if suite else []
        if suite and not bags:
            raise pytest.UsageError(f"--bagit-suite {suite}: no bags in v*/*/ there")
        missing = pytest.param(None, marks=pytest.mark.skip("no --bagit-suite was given"))
        metafunc.parametrize(
            "conformance_bag", bags or [missing], ids=["/".join(b.parts[-3:]) for b in bags] or ["none"]
        )
