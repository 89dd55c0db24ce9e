"""Jobs on Dask: a real scheduler and real worker processes on loopback. Every seed ends in one bag, whoever dies."""

import logging
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jobs.clusters import SEEDS, Site, dask, ended, needs_dask, not_without_dask
from places import ROOT
from servers.newsroom import newsroom, pages_for, write_seeds

from archiver import __version__
from archiver.cli import main
from archiver.commands.options import parser
from archiver.config import Config
from archiver.errors import UsageError
from archiver.job.workers import dask_executor, dask_worker


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    pages = {}
    for n in range(SEEDS):
        pages |= pages_for(range(n, n + 1), host=f"paper{n}.example", delay=1.0)
        write_seeds(tmp_path / "seeds", range(n, n + 1), host=f"paper{n}.example")
    with newsroom(pages) as room:
        yield Site(tmp_path / "seeds", room, tmp_path / "bags")


@needs_dask
@pytest.mark.parametrize(
    "allowed_failures",
    [pytest.param(3, id="dask-tries-again"), pytest.param(0, id="dask-gives-up", marks=pytest.mark.stress)],
)
def test_a_worker_killed_in_mid_seed_costs_its_seeds_another_try_and_nothing_else(site, tmp_path, allowed_failures):
    """Dask gives them to another worker; where it does not, the coordinator runs them itself, one by one."""
    with dask(tmp_path / "dask", allowed_failures=allowed_failures) as running:
        doomed = running.worker()
        running.worker()
        job = site.begin("--executor", running.address)
        site.asked(SEEDS - 2)
        doomed.kill()
        code, results, said = ended(job)
    assert code == 0, said
    assert [each["outcome"] for each in results] == ["captured"] * SEEDS
    assert sorted(each["bag"] for each in results) == [each.name for each in site.made()]
    assert SEEDS < sum(site.room.asked.values()) <= 2 * SEEDS  # some were under way twice, others not
    assert site.left_over() == []


@needs_dask
def test_a_job_on_a_cluster_that_is_interrupted_ends_what_is_under_way_and_goes_on_from_there(site, tmp_path):
    with dask(tmp_path / "dask") as running:
        running.worker()
        job = site.begin("--executor", running.address)
        site.asked(3)
        job.send_signal(signal.SIGINT)
        code, results, said = ended(job)
        assert (code, len(results)) == (130, len(site.made())), said
        assert 3 <= len(results) < SEEDS
        assert site.left_over() == []
        code, results, _ = ended(site.begin("--executor", running.address))
    assert (code, len(results), len(site.made())) == (0, SEEDS, SEEDS)
    assert max(site.room.asked.values()) == 1


@needs_dask
@pytest.mark.stress
def test_a_job_whose_scheduler_is_gone_says_so_keeps_what_is_done_and_is_finished_without_one(site, tmp_path):
    with dask(tmp_path / "dask") as running:
        running.worker()
        job = site.begin("--executor", running.address)
        site.asked(SEEDS)
        running.running[0].kill()
        code, _, said = ended(job)
    assert code == 3
    assert said.splitlines()[-1].startswith("archiver: the scheduler tcp://127.0.0.1:")
    code, results, _ = ended(site.begin())
    assert (code, len(results), len(site.made())) == (0, SEEDS, SEEDS)
    assert site.left_over() == []


@needs_dask
@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("import archiver; archiver.__version__ = '0.0.1'", f"archiver {__version__} here, 0.0.1 there"),
        pytest.param(
            "import sys; sys.modules['archiver'] = None",
            f"is archiver {__version__} installed there?",
            marks=pytest.mark.stress,
        ),
    ],
    ids=["another-version", "no-archiver"],
)
def test_a_worker_with_another_archiver_is_refused_in_one_line(site, tmp_path, there, said):
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(there)
    with dask(tmp_path / "dask") as running:
        running.worker(PYTHONPATH=str(tmp_path / "path"))
        code, results, found = ended(site.begin("--executor", running.address))
    assert (code, results) == (2, [])
    assert said in found.splitlines()[-1]
    assert not site.room.asked


class TestFitting:
    """What a worker looks at before it takes up a job (`station.py`)."""

    @pytest.fixture
    def spec(self, tmp_path: Path) -> Iterator[dask_worker.JobSpec]:
        made = dask_executor.job_spec(Config(bags=tmp_path), "urn:uuid:0")
        yield made
        dask_worker.leave(made.job)

    def test_one_that_fits_stages_in_the_folder_of_the_coordinator(self, spec, tmp_path):
        left, differences = dask_worker.take_up(spec)
        assert (tmp_path / ".archiver/staging" / left).is_dir()
        assert differences == []

    def test_another_folder_at_the_same_path_is_refused(self, spec, tmp_path, monkeypatch):
        monkeypatch.setattr(dask_worker, "_VISIBLE_SECONDS", 0.0)
        (tmp_path / ".archiver/staging" / spec.probe).unlink()
        with pytest.raises(UsageError, match=r"does not see .*mount the coordinator's bags folder there"):
            dask_worker.take_up(spec)

    def test_another_python_is_refused_and_another_patch_level_of_a_package_is_reported(self, spec):
        def with_(**versions: str) -> dask_worker.JobSpec:
            return replace(spec, versions={**spec.versions, **versions})

        with pytest.raises(UsageError, match=r"python 2\.7\.18 here"):
            dask_worker.take_up(with_(python="2.7.18"))
        with pytest.raises(UsageError, match=r"lxml none here|lxml 1\.0 here"):
            dask_worker.take_up(with_(lxml="1.0"))
        series = spec.versions["lxml"].rpartition(".")[0]
        [found] = dask_worker.take_up(with_(lxml=f"{series}.999"))[1]
        assert found.startswith(f"lxml {series}.999 here")

    def test_one_that_came_later_is_looked_at_with_its_first_call(self, spec, monkeypatch):
        with pytest.raises(UsageError, match="archiver 0 here"):
            dask_worker.called(dict, spec=replace(spec, versions={**spec.versions, "archiver": "0"}))

    def test_what_is_written_under_another_kernel_is_flushed_there(self, spec, monkeypatch):
        flushed = []
        monkeypatch.setattr(dask_worker, "flush", flushed.append)
        assert dask_worker.called(dict, spec=spec) == {}
        assert flushed == []
        dask_worker.called(dict, spec=replace(spec, kernel="another"))
        assert flushed == [Path(spec.staging)]


def test_every_command_of_the_page_on_scale_is_one_the_program_takes():
    page = (ROOT / "docs/capture/scale.md").read_text()
    commands = re.findall(r"^archiver (.+?)(?: \||$)", page, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        parser().parse_args(command.split())


@pytest.mark.parametrize("address", ["head:8786", "dask://head", "dask://:8786", "tcp://head:8786", "dask://a b:1"])
def test_what_is_no_address_of_a_scheduler_is_refused(address, tmp_path, capsys):
    assert main(["run", str(write_seeds(tmp_path / "seeds", range(1))), "--executor", address]) == 2
    assert "for example dask://head:8786" in capsys.readouterr().err


def test_without_dask_one_line_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["run", str(write_seeds(tmp_path / "seeds", range(1))), "--executor", "dask://head:8786"]) == 2
    assert "pip install '.[cluster]'" in capsys.readouterr().err


@needs_dask
def test_a_passphrase_does_not_travel_for_anybody_to_read():
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="for anybody to read"):
        dask_executor.Cluster(Config(executor="dask://127.0.0.1:9", passphrase=b"secret"), "job", (8, 64))


@not_without_dask
@pytest.mark.parametrize("dies", ["while it is asked", "before it is asked"])
def test_a_worker_that_dies_while_the_job_starts_is_not_called_unfit(tmp_path, dies):
    """Its connection breaks: it has gone as one that dies later has, and others do its work."""
    comm = pytest.importorskip("distributed.comm.core")
    error = comm.CommClosedError("in <TCP>: Stream is closed") if dies == "while it is asked" else OSError("Timed out")

    class Client:
        def wait_for_workers(self, number, timeout):
            pass

        def run(self, call, spec, on_error):
            return {"tcp://127.0.0.1:1": error, "tcp://127.0.0.1:2": ("", [])}

    made = object.__new__(dask_executor.Cluster)
    made._client, made._address = Client(), "tcp://127.0.0.1:9"
    made._spec = dask_executor.job_spec(Config(bags=tmp_path, deliver="s3://library/in"), "urn:uuid:0")
    made._check()


@not_without_dask
def test_where_no_scheduler_answers_one_line_says_so(tmp_path, capsys, monkeypatch):
    """Dask's own reports, with their tracebacks, are not shown: a scheduler that ends later is one line as well."""
    monkeypatch.setattr(dask_executor, "CONNECT_SECONDS", 0.5)
    words = [
        "run",
        str(write_seeds(tmp_path / "seeds", range(1))),
        "--bags",
        str(tmp_path / "bags"),
        "--executor",
        "dask://127.0.0.1:9",
    ]
    assert main(words) == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert not any(
        logging.getLogger(name).isEnabledFor(logging.ERROR) for name in ("distributed", "distributed.client")
    )
