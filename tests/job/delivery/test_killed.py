"""Jobs that deliver and are killed, or whose target fails: no seed is delivered twice, none is lost."""

import json
import time
from pathlib import Path

import pytest
from jobs.delivering import FEW

from archiver.cli import main
from archiver.config import Config, Limits
from archiver.job.outbox import outbox_of
from archiver.job.result import BagIdentity
from archiver.model import Seed
from archiver.seeds.sources import read_seeds
from archiver.validation.validator import validate_bag

_DIES = """
import os, signal
from importlib import import_module
place, name = {place!r}, {name!r}
holder = import_module(place)
for part in name.split(".")[:-1]:
    holder = getattr(holder, part)
inner = getattr(holder, name.split(".")[-1])
def dies(*given, **named):
    try:
        os.close(os.open({mark!r}, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return inner(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(holder, name.split(".")[-1], dies)
"""
MOMENTS = {
    "sealed": ("archiver.job.outbox", "deliver_shipment"),
    "sent in part": ("archiver.packaging.folder", "_Folder.publish"),
    "delivered, without a receipt": ("archiver.packaging.folder", "FolderTarget.write_new"),
    "its own copy removed": (
        "archiver.job.workers.worker",
        "archive",
    ),  # the second of a thread: another bag has gone by then
    "handed back": ("archiver.job.sinks.deliver", "DeliverySink.settle"),
    "its receipt kept": ("archiver.ledger.ledger", "Ledger.settle"),
}


def in_one_process(folder: Path) -> list[str]:
    """Options by which the process that archives seeds is the coordinator, so that the whole job is killed with it."""
    (folder / "one.toml").write_text("seed_cpu_seconds = 0\n")
    return ["--config", str(folder / "one.toml")]


def kills(folder: Path, moment: str) -> dict[str, str]:
    """An environment in which the first process that comes to this moment is killed there."""
    place, name = MOMENTS[moment]
    (folder / "site").mkdir()
    code = _DIES.format(place=place, name=name, mark=str(folder / "killed"))
    (folder / "site/sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(folder / "site")}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_job_killed_at_any_moment_of_a_delivery_delivers_no_seed_twice(job, tmp_path, moment):
    code, _, _ = job.run(*in_one_process(tmp_path), **kills(tmp_path, moment))
    assert code == -9
    before = set(job.packages())
    code, results, said = job.run()
    assert code == 0, said
    assert before <= set(job.packages())
    assert len(job.packages()) == len(job.rows()) == len(results) == FEW
    assert sorted(each["package"] for each in results) == [str(each) for each in job.packages()]
    assert all(validate_bag(each).ok for each in job.packages())
    assert job.left_over() == []


@pytest.mark.parametrize("moment", list(MOMENTS)[:3])
def test_a_worker_killed_at_any_moment_of_a_delivery_costs_its_seeds_a_retry_and_nothing_else(job, tmp_path, moment):
    code, results, said = job.run("--jobs", "2", **kills(tmp_path, moment))
    assert code == 0, said
    assert (tmp_path / "killed").exists()
    assert len(job.packages()) == len(job.rows()) == len(results) == FEW
    assert all(validate_bag(each).ok for each in job.packages())
    assert job.left_over() == []


def test_an_attempt_that_outlived_its_coordinator_does_not_replace_the_receipt_of_the_one_that_counts(job, tmp_path):
    """Workers of a cluster go on when their coordinator is killed, and may be last."""
    job.run()
    kept = sorted((job.bags / "receipts").iterdir())[0]
    receipt = json.loads(kept.read_bytes())
    there = job.library / f"{receipt['package']['name']}.receipt.json"
    (seed,) = (
        each
        for each in read_seeds([str(job.seeds)], limits=Limits())
        if isinstance(each, Seed) and each.sha256 == receipt["seed"]["sha256"]
    )
    uuid = receipt["bag"]["identifier"].removeprefix("urn:uuid:")
    identity = BagIdentity(name=receipt["bag"]["name"], uuid=uuid, again=True)
    own = outbox_of(Config(bags=job.bags, deliver=str(job.library)), tmp_path / "own", None)
    made = own.deliver(seed, identity, lambda: pytest.fail("the page was fetched again"))
    assert there.read_bytes() == kept.read_bytes()
    assert made.delivered.files == {kept.name: kept.read_bytes()}
    assert made.delivered.receipt.identifier == receipt["id"]
    there.write_bytes(b"not a receipt")
    made = own.deliver(seed, identity, lambda: pytest.fail("the page was fetched again"))
    assert [there.read_bytes()] == list(made.delivered.files.values())
    assert json.loads(there.read_bytes())["id"] == made.delivered.receipt.identifier != receipt["id"]


def test_what_was_sealed_before_a_kill_is_sent_without_asking_for_the_page_again(job, tmp_path):
    job.run(*in_one_process(tmp_path), **kills(tmp_path, "sealed"))
    lying = [each.name for each in (job.bags / ".archiver/outbox").iterdir()]
    assert lying
    asked = dict(job.room.asked)
    job.run()
    assert {each.stem for each in job.packages()} >= set(lying)
    assert sum(job.room.asked.values()) - sum(asked.values()) <= FEW - len(lying)


def test_a_target_that_has_something_else_of_that_name_is_a_failure_and_the_bag_waits_here(job, tmp_path):
    """The bag is not lost: once the thing is moved away, the next run sends it, and asks no newspaper again."""
    code = f"""
import archiver.packaging.folder as folder
from pathlib import Path
inner = folder.FolderTarget.ready
def squats(self, octets):
    if octets:
        for each in Path({str(job.bags)!r}).glob(".archiver/outbox/report-*"):
            if not each.suffix:
                Path({str(job.library)!r}, each.name + ".tar").write_bytes(b"somebody's")
    return inner(self, octets)
folder.FolderTarget.ready = squats
"""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(code)
    for each in list(job.seeds.iterdir())[1:]:
        each.unlink()
    code, (result,), said = job.run(PYTHONPATH=str(tmp_path / "site"))
    assert (code, result["outcome"], result["bag"]) == (1, "failed", None)
    assert result["reason"].startswith("its bag is not delivered: ")
    assert "delivery" in said
    (squatter,) = job.packages()
    assert squatter.read_bytes() == b"somebody's"
    assert [each.name for each in (job.bags / ".archiver/outbox").iterdir()] == [squatter.stem]
    squatter.unlink()
    code, (result,), _ = job.run()
    assert (code, result["package"]) == (0, str(squatter))
    assert sum(job.room.asked.values()) == 1
    assert job.left_over() == []


_FULL = """
import errno
from itertools import count
import archiver.packaging.folder as folder
inner, calls = folder._write, count()
def full(path, chunks):
    if next(calls) > MOST:
        raise OSError(errno.ENOSPC, "No space left on device")
    return inner(path, chunks)
folder._write = full
"""


@pytest.mark.parametrize("ledger_lost", [False, True])
def test_a_target_that_fails_in_mid_job_ends_it_and_what_was_sealed_is_sent_by_the_next_run(job, tmp_path, ledger_lost):
    """No page is asked for twice, also where the ledger was made anew since, and nothing was sent before."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(_FULL.replace("MOST", "-1" if ledger_lost else "3"))
    code, _, said = job.run(PYTHONPATH=str(tmp_path / "site"))
    assert (code, len(said.splitlines())) == (3, 1)
    assert "No space left on device" in said
    assert list((job.bags / ".archiver/outbox").iterdir())
    if ledger_lost:
        assert main(["status", "--rebuild", "--bags", str(job.bags)]) == 0
    code, results, _ = job.run()
    assert (code, len(results), len(job.packages()), len(job.rows())) == (0, FEW, FEW, FEW)
    assert max(job.room.asked.values()) == 1
    assert [each for each in job.left_over() if "set-aside" not in each] == []


@pytest.mark.parametrize("where", ["elsewhere", "here"])
def test_what_waited_for_its_delivery_while_another_job_captured_it_is_no_recapture(job, tmp_path, where):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(_FULL.replace("MOST", "-1"))
    for each in list(job.seeds.iterdir())[1:]:
        each.unlink()
    assert job.run(PYTHONPATH=str(tmp_path / "site"))[0] == 3
    time.sleep(1)  # the next second: names of bags have no fractions
    (tmp_path / "other").mkdir()
    if where == "elsewhere":
        assert job.run("--deliver", str(tmp_path / "other"))[0] == 0
    else:
        assert main(["run", str(job.seeds), "--bags", str(job.bags), *job.room.options]) == 0
    assert job.run("--recapture")[0] == 0
    assert sum(job.room.asked.values()) == 3
    assert not (job.bags / ".archiver/outbox").exists()
    job.rows()
