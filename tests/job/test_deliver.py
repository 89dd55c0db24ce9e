"""Jobs that deliver (`archiver run --deliver`): each seed ends in one package at the target, with a receipt at both
ends, whoever is killed when. Into folders first, then to a real S3 server, from the workers of a real cluster too."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from builders.deliveries import SCHEMA
from builders.pki import authorities, needs_openssl
from jobs.clusters import SEEDS, Site, dask, ended, not_without_dask
from servers import seaweed
from servers.newsroom import PARAGRAPHS, Answer, Newsroom, article, newsroom, pages_for, write_seeds
from waiting import HANGS

from archiver.cli import main
from archiver.config import Config, Limits
from archiver.job.outbox import outbox_of
from archiver.job.result import BagIdentity
from archiver.job.workers.dask_executor import job_spec
from archiver.model import Seed
from archiver.seeds.sources import read_seeds
from archiver.validation.validator import validate_bag

FEW, LARGE = 6, 4


@dataclass
class Delivering:
    """Seeds, a host each, and a library that takes their bags."""

    seeds: Path
    room: Newsroom
    bags: Path
    library: Path

    def run(self, *more: str, **env: str) -> tuple[int, list[dict[str, Any]], str]:
        words = ["run", str(self.seeds), "--json", "--pace", "0", "--bags", str(self.bags), *self.room.options]
        command = [sys.executable, "-m", "archiver", *words, "--deliver", str(self.library), *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANGS, env=os.environ | env)
        assert "Traceback" not in done.stderr, done.stderr
        lines = done.stdout.splitlines()
        return done.returncode, [json.loads(each) for each in lines if each.endswith("}")], done.stderr

    def packages(self) -> list[Path]:
        return sorted(each for each in self.library.glob("report-*") if ".receipt.json" not in each.name)

    def rows(self) -> list[tuple[str, str]]:
        return deliveries(self.bags)

    def left_over(self) -> list[str]:
        """What a job leaves beside ledger, lock and receipts."""
        inner = [each.name for each in (self.bags / ".archiver").iterdir()]
        outer = [each.name for each in self.bags.iterdir() if each.name not in (".archiver", "receipts")]
        there = [each.name for each in self.library.iterdir() if each.name.startswith(".")]
        return [
            *outer,
            *there,
            *(each for each in inner if not each.startswith(("ledger.sqlite", "lock", ".gitignore"))),
        ]


def deliveries(bags: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(bags / ".archiver/ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT count(*) FROM bag_identities").fetchone() == (0,)
        return ledger.execute("SELECT bag, target || '/' || package FROM deliveries ORDER BY bag").fetchall()


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Delivering]:
    pages = {}
    for n in range(FEW):
        pages |= pages_for(range(n, n + 1), host=f"paper{n}.example", delay=0.05)
        write_seeds(tmp_path / "seeds", range(n, n + 1), host=f"paper{n}.example")
    (tmp_path / "library").mkdir()
    with newsroom(pages) as room:
        yield Delivering(tmp_path / "seeds", room, tmp_path / "bags", tmp_path / "library")


@pytest.mark.parametrize("more", [(), ("--form", "zip"), ("--jobs", "2", "--form", "tgz")], ids=" ".join)
def test_each_bag_goes_to_the_target_with_a_receipt_at_both_ends_and_none_stays_here(job, more):
    code, results, said = job.run(*more)
    assert code == 0, said
    assert f"{FEW} new bags in {job.library}" in said
    assert sorted(each["package"] for each in results) == [str(each) for each in job.packages()]
    assert all(validate_bag(each).ok for each in job.packages())
    assert job.rows() == sorted((each["bag"], each["package"]) for each in results)
    assert job.left_over() == []
    for kept in (job.bags / "receipts").iterdir():
        receipt = json.loads(kept.read_bytes())
        jsonschema.validate(receipt, SCHEMA)
        assert receipt["read_back"]["sha256"] == receipt["sent"]["sha256"]
        assert (job.library / f"{receipt['package']['name']}.receipt.json").read_bytes() == kept.read_bytes()


def test_what_was_delivered_is_done_and_not_missed(job, capsys):
    job.run()
    before = job.packages()
    code, results, _ = job.run()
    assert (code, job.packages(), sum(job.room.asked.values())) == (0, before, FEW)
    assert sorted(each["package"] for each in results) == [str(each) for each in before]
    assert not any("warning" in each for each in results)
    capsys.readouterr()
    assert main(["status", "--bags", str(job.bags), "--json"]) == 0
    parsed = json.loads(capsys.readouterr().out)
    assert (parsed["counts"], parsed["missing"]) == ({"captured": FEW}, [])
    assert main(["run", "--dry-run", str(job.seeds), "--bags", str(job.bags), "--json"]) == 0


def test_a_ledger_that_is_made_anew_knows_what_was_delivered_by_the_receipts(job, capsys):
    """Nothing is fetched or sent again, also where a bag was made anew since, or a receipt says nonsense."""
    job.run()
    _, latest, _ = job.run("--recapture")
    packages, rows = job.packages(), job.rows()
    (job.bags / "receipts/odd-20261123T000000Z.json").write_text('{"kind": "delivery", "seed": []}')
    for each in (job.bags / ".archiver").glob("ledger*"):
        each.unlink()
    assert main(["status", "--rebuild", "--bags", str(job.bags), "--json"]) == 0
    out, err = capsys.readouterr()
    assert (json.loads(out)["counts"], json.loads(out)["missing"]) == ({"captured": FEW}, [])
    assert f"a new ledger, of {2 * FEW} bags" in err
    code, results, _ = job.run()
    assert (code, job.packages(), job.rows()) == (0, packages, rows)
    assert {each["bag"] for each in results} == {each["bag"] for each in latest}
    assert sum(job.room.asked.values()) == 2 * FEW


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


@needs_openssl
def test_receipts_are_signed_where_there_are_keys_and_lie_signed_at_both_ends(job, tmp_path):
    with authorities(tmp_path / "pki") as pki:
        key, certificate = pki.signer.write(tmp_path / "keys")[1::2]
    (tmp_path / "a.toml").write_text(f"key = {json.dumps(key)}\ncertificate = {json.dumps(certificate)}\n")
    code, _, said = job.run("--config", str(tmp_path / "a.toml"))
    assert code == 0, said
    for package in job.packages():
        assert (job.library / f"{package.name}.receipt.json.p7s").is_file()
        (kept,) = (job.bags / "receipts").glob(f"{package.stem}-*.json.p7s")
        assert kept.read_bytes() == (job.library / f"{package.name}.receipt.json.p7s").read_bytes()


def test_a_recapture_is_delivered_beside_the_bag_before(job):
    job.run()
    code, results, _ = job.run("--recapture")
    assert (code, len(results), len(job.packages())) == (0, FEW, 2 * FEW)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--deliver", "nowhere"], "there is no such folder; is it mounted?"),
        (["--deliver", ""], "--deliver has no name"),
        (["--endpoint", "http://127.0.0.1:9"], "--deliver s3://BUCKET/PREFIX"),
        (["--deliver", "ftp://library/x"], "is not s3://BUCKET/PREFIX"),
        (["--deliver", "s3://user@bucket/x"], "is not s3://BUCKET/PREFIX"),
    ],
)
def test_a_target_that_is_none_is_wrong_usage_in_one_line(words, says, tmp_path, capsys):
    pytest.importorskip("boto3")
    seeds = write_seeds(tmp_path / "seeds", range(1))
    assert main(["run", str(seeds), "--bags", str(tmp_path / "bags"), *words]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_nothing_is_delivered_to_where_jobs_tidy_up(job, tmp_path):
    """Its staging folder is emptied at the end of the job, by whatever name the operator has reached it."""
    inner = job.bags / ".archiver/staging"
    inner.mkdir(parents=True)
    (tmp_path / "linked").symlink_to(inner)
    code, _, said = job.run("--deliver", str(tmp_path / "linked"))
    assert (code, said.count("\n"), sum(job.room.asked.values())) == (2, 1, 0)
    assert "name another folder" in said


def test_a_target_that_may_not_be_written_into_ends_the_job_before_a_page_is_asked_for(job, capsys, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != job.library)  # tests may run as root
    words = ["--bags", str(job.bags), *job.room.options, "--deliver", str(job.library)]
    assert main(["run", str(job.seeds), *words]) == 3
    err = capsys.readouterr().err
    assert (err.count("\n"), "mounted for reading only" in err, sum(job.room.asked.values())) == (1, True, 0)


def test_a_wacz_is_no_bag_and_is_not_all_that_is_kept_of_one(tmp_path, capsys):
    (tmp_path / "a.toml").write_text('deliver_form = "wacz"\n')
    words = ["--config", str(tmp_path / "a.toml"), "--deliver", str(tmp_path), "--bags", str(tmp_path / "bags")]
    assert main(["run", str(write_seeds(tmp_path / "seeds", range(1))), *words]) == 2
    assert "'wacz' is not one of tar, tgz, zip" in capsys.readouterr().err


def test_workers_know_where_to_deliver_and_no_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    spec = job_spec(Config(bags=tmp_path, deliver="s3://library/in"), "urn:uuid:0")
    assert (spec.staging, b"s3://library/in" in spec.settings) == ("", True)
    assert b"very-secret" not in spec.settings
    assert "deliver" not in Config(deliver="s3://library/in").stated()


@dataclass
class Bucket:
    """A bucket of this test, and the client of its server."""

    client: Any
    name: str

    @property
    def target(self) -> str:
        return f"s3://{self.name}/in"


@pytest.fixture
def bucket(s3_server, tmp_path, monkeypatch) -> Bucket:
    """Its credentials are in the environment, as they are on the machine of a worker."""
    boto3 = pytest.importorskip("boto3", reason="the extra 's3' is not installed")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    found = {"ACCESS_KEY_ID": seaweed.KEY, "SECRET_ACCESS_KEY": seaweed.SECRET, "ENDPOINT_URL": s3_server,
            "DEFAULT_REGION": "us-east-1", "EC2_METADATA_DISABLED": "true", "CONFIG_FILE": "none",
            "SHARED_CREDENTIALS_FILE": "none"}  # fmt: skip
    for name, value in found.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    made = Bucket(boto3.client("s3"), f"library-{uuid4().hex[:12]}")
    made.client.create_bucket(Bucket=made.name)
    return made


def fetched(bucket: Bucket, folder: Path) -> list[Path]:
    """All that is in the bucket, its packages brought here."""
    found = bucket.client.list_objects_v2(Bucket=bucket.name, Prefix="in/").get("Contents", [])
    names = sorted(each["Key"].removeprefix("in/") for each in found)
    packages = [name for name in names if name.endswith(".tar")]
    assert names == sorted([*packages, *(f"{name}.receipt.json" for name in packages)])
    folder.mkdir(exist_ok=True)
    for name in packages:
        bucket.client.download_file(bucket.name, f"in/{name}", str(folder / name))
    return [folder / name for name in packages]


_DIES_IN_PARTS = """
import sys
if "worker" in sys.argv:
    import os, signal
    import archiver.packaging.s3 as s3
    plain = s3._cut
    def dies(chunks, size):
        for number, part in enumerate(plain(chunks, size)):
            if number == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            yield part
    s3._cut = dies
"""


@pytest.fixture
def cluster_site(tmp_path: Path) -> Iterator[Site]:
    """As that of job/test_dask.py, some with photos so large that their bags are sent in parts."""
    pages = {}
    for n in range(SEEDS):
        host = f"paper{n}.example"
        page = article(f"Library opens again, report {n}", [*PARAGRAPHS, f"This is report number {n}."], caption="Tea.")
        pages[host, f"/news/{n}"] = Answer(page, delay=1.0)
        photo = random.Random(n).randbytes(9 << 20 if n < LARGE else 9)
        pages[host, "/p.jpg"] = Answer(photo, headers={"Content-Type": "image/jpeg"})
        write_seeds(tmp_path / "seeds", range(n, n + 1), host=host)
    with newsroom(pages) as room:
        yield Site(tmp_path / "seeds", room, tmp_path / "bags")


@seaweed.needs_s3
@not_without_dask
@pytest.mark.parametrize("moment", ["in mid-seed", "in mid-delivery"])
def test_workers_of_a_cluster_send_bags_to_s3_and_one_that_is_killed_costs_its_seeds_a_retry(
    moment, bucket, cluster_site, tmp_path
):
    """No folder is shared: each worker stages in its own, and gives up the uploads of the one that is gone."""
    site, dying = cluster_site, {"PYTHONPATH": str(tmp_path / "doomed")}
    (tmp_path / "doomed").mkdir()
    (tmp_path / "doomed/sitecustomize.py").write_text(_DIES_IN_PARTS)
    with dask(tmp_path / "dask") as running:
        doomed = running.worker(**(dying if moment == "in mid-delivery" else {}))
        running.worker()
        job = site.begin("--executor", running.address, "--deliver", bucket.target)
        if moment == "in mid-seed":
            site.asked(SEEDS - 2)
            doomed.kill()
        code, results, said = ended(job)
        assert code == 0, said
        assert doomed.wait() == -9
        (own,) = tmp_path.glob("dask/worker-2/**/archiver")
        assert [each.name for each in own.rglob("*")] == ["outbox"]
    packages = fetched(bucket, tmp_path / "fetched")
    assert [each["outcome"] for each in results] == ["captured"] * SEEDS
    assert sorted(each["package"].rpartition("/")[2] for each in results) == [each.name for each in packages]
    assert all(validate_bag(each).ok for each in packages)
    assert sum(each.stat().st_size > 9 << 20 for each in packages) == LARGE
    assert "Uploads" not in bucket.client.list_multipart_uploads(Bucket=bucket.name)
    assert [bag for bag, _ in deliveries(site.bags)] == [each.stem for each in packages]
    assert site.left_over() == []
    assert [each.name for each in site.bags.iterdir() if each.name != ".archiver"] == ["receipts"]
    found = [said, *(each.read_text("utf-8", "replace") for each in (tmp_path / "dask").glob("*.log"))]
    kept = [each.read_bytes() for each in site.bags.rglob("*") if each.is_file()]
    assert not any(seaweed.SECRET in each for each in found)
    assert not any(seaweed.SECRET.encode() in each for each in kept)


@seaweed.needs_s3
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_processes_of_one_machine_send_bags_to_s3_in_the_same_way(jobs, bucket, job, tmp_path):
    words = ["--jobs", jobs, "--deliver", bucket.target]
    code, results, said = job.run(*words)
    assert code == 0, said
    packages = fetched(bucket, tmp_path / "fetched")
    assert [bag for bag, _ in job.rows()] == [each.stem for each in packages] == sorted(each["bag"] for each in results)
    assert all(validate_bag(each).ok for each in packages)
    assert job.left_over() == []
    code, results, _ = job.run(*words)
    assert (code, len(fetched(bucket, tmp_path / "fetched")), sum(job.room.asked.values())) == (0, FEW, FEW)


@seaweed.needs_s3
def test_credentials_that_do_not_open_the_bucket_end_the_job_before_anything_is_fetched(bucket, job):
    code, results, said = job.run("--deliver", bucket.target, AWS_SECRET_ACCESS_KEY="wrong")
    assert (code, results) == (3, [])
    assert len(said.splitlines()) == 1
    assert "access denied" in said
    assert "wrong" not in said
    assert not job.room.asked
