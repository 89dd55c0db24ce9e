"""Jobs that deliver (`archiver run --deliver`): each seed ends in one package at the target, with a receipt at both
ends, whoever is killed when. Into folders first, then to a real S3 server, from the workers of a real cluster too."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from builders.deliveries import SCHEMA
from builders.pki import authorities, needs_openssl
from jobs.delivering import FEW
from servers.newsroom import write_seeds

from archiver.cli import main
from archiver.config import Config
from archiver.job.workers.dask_executor import job_spec
from archiver.validation.validator import validate_bag


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
