"""Jobs that deliver to S3, from processes and from a cluster."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jobs.clusters import SEEDS, Site, dask, ended, not_without_dask
from jobs.delivering import FEW, LARGE, deliveries
from servers import seaweed
from servers.newsroom import PARAGRAPHS, Answer, article, newsroom, write_seeds

from archiver.validation.validator import validate_bag


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
