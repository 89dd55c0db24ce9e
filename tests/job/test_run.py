"""The job as a whole: resume, one bag a seed, bad seeds beside good ones, locks, interruptions, full disks."""

import contextlib
import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from newsroom import Answer, article, newsroom, pages_for, seed_document, write_seeds
from waiting import HANGS

from archiver.cli import main
from archiver.validation.validator import validate_bag


def bags_in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))


def left_over(bags: Path) -> list[str]:
    """What a job must not leave behind."""
    return [str(each) for each in (bags / ".archiver").iterdir() if not each.name.startswith(("ledger.sqlite", "lock"))]


@pytest.fixture
def job(tmp_path, capsys):
    """Runs `archiver run --json`: (exit code, results, what was said on stderr)."""

    def go(*arguments, bags=tmp_path / "bags"):
        capsys.readouterr()
        code = main(["run", "--json", "--pace", "0", "--bags", str(bags), *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return go


def test_a_folder_of_seeds_becomes_valid_bags_and_a_second_run_makes_no_second_bag(tmp_path, job):
    seeds, bags = write_seeds(tmp_path / "seeds", range(5)), tmp_path / "bags"
    with newsroom(pages_for(range(5))) as site:
        code, first, _ = job(seeds, *site.options)
        made = bags_in(bags)
        assert (code, len(made)) == (0, 5)
        assert {each["verdict"] for each in first} == {"same"}
        assert {each["comparison_source"] for each in first} == {"wire"}
        assert all("Comparison-Source: wire" in (bag / "bag-info.txt").read_text("utf-8") for bag in made)
        code, second, err = job(seeds, *site.options)
        assert sum(site.asked.values()) == 5
    assert (code, bags_in(bags)) == (0, made)
    assert sorted(each["bag"] for each in second) == sorted(each["bag"] for each in first)
    assert "0 new bags" in err
    assert all(validate_bag(each).ok for each in made)
    assert left_over(bags) == []


def test_recapture_makes_a_new_bag_beside_the_old_one(tmp_path, job):
    seeds = write_seeds(tmp_path / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        job(seeds, *site.options)
        code, [again], _ = job(seeds, "--recapture", *site.options)
    assert code == 0
    assert len(bags_in(tmp_path / "bags")) == 2
    assert again["bag"] == max(bags_in(tmp_path / "bags"), key=lambda bag: bag.stat().st_mtime_ns).name


def assert_no_comparison_is_shown(bag, capsys):
    """Terminal and page state the status of a page that is gone once, and do not set it against the seed."""
    assert json.loads((bag / "data/provenance.json").read_bytes())["comparison"]["verdict"] == "different"
    assert main(["show", str(bag)]) == 0
    shown = capsys.readouterr().out
    page = (bag / "data/ro-crate-preview.html").read_text()
    assert shown.count("status 410") == page.count("status 410") == 1
    assert "no comparison shown: gone" in shown and "Not shown: what came is not the article" in page
    assert not any(
        word in found for found in (shown, page) for word in ("different", "disagree", "Paragraphs:", "reworded")
    )


def test_a_page_that_is_gone_is_bagged_as_evidence_done_and_still_exit_code_1_until_retried(tmp_path, job, capsys):
    seeds = write_seeds(tmp_path / "seeds", range(1))
    pages = {("www.example-times.example", "/news/0"): Answer(b"<p>This page was removed.</p>", status=410)}
    with newsroom(pages) as site:
        code, [gone], _ = job(seeds, *site.options)
        assert (code, gone["outcome"], gone["reason"]) == (1, "gone", "status 410")
        assert validate_bag(tmp_path / "bags" / gone["bag"]).ok
        assert_no_comparison_is_shown(tmp_path / "bags" / gone["bag"], capsys)
        code, [still], _ = job(seeds, *site.options)
        assert (code, still["bag"], sum(site.asked.values())) == (1, gone["bag"], 1)
        pages.update(pages_for(range(1)))
        code, [back], _ = job(seeds, "--retry", *site.options)
    assert (code, back["outcome"]) == (0, "captured")


@pytest.mark.parametrize(
    ("status", "outcome"), [(401, "blocked"), (403, "blocked"), (451, "blocked"), (404, "gone"), (500, "failed")]
)
def test_an_http_error_makes_a_bag_with_its_outcome(tmp_path, job, status, outcome):
    seeds = write_seeds(tmp_path / "seeds", range(1))
    with newsroom({("www.example-times.example", "/news/0"): Answer(b"<p>no</p>", status=status)}) as site:
        code, [result], _ = job(seeds, *site.options)
    assert (code, result["outcome"]) == (1, outcome)
    assert validate_bag(tmp_path / "bags" / result["bag"]).ok


def test_a_challenge_is_blocked_at_whatever_status_and_a_part_of_a_page_misses_nothing(tmp_path, job):
    seeds = write_seeds(tmp_path / "seeds", range(2))
    host, whole = "www.example-times.example", pages_for(range(2))
    body = whole[host, "/news/1"].body
    part = Answer(body[:700], status=206, headers={"Content-Range": f"bytes 0-699/{len(body)}"})
    settings = tmp_path / "quick.toml"
    settings.write_text("[limits]\nretries = 0\n")
    pages = {(host, "/news/0"): Answer(b"<p>Wait", status=503, headers={"cf-mitigated": "challenge"})}
    with newsroom(pages | {(host, "/news/1"): part}) as site:
        _, results, _ = job(seeds, "--config", settings, *site.options)
    challenged, partial = sorted(results, key=lambda each: each["url"])
    assert (challenged["outcome"], challenged["reason"]) == (
        "blocked",
        "status 503, but the page is a challenge of Cloudflare",
    )
    assert partial["outcome"] == "captured" and "a part of it" in partial["reason"]
    record = json.loads((tmp_path / "bags" / partial["bag"] / "data/provenance.json").read_bytes())
    kinds = {each["kind"] for each in record["comparison"]["lines"]}
    assert "not-compared" in kinds and "missing" not in kinds
    assert all(validate_bag(each).ok for each in bags_in(tmp_path / "bags"))


def test_a_site_that_cannot_be_reached_makes_no_bag_but_a_failure_and_the_next_run_tries_again(tmp_path, job, capsys):
    seeds = write_seeds(tmp_path / "seeds", range(1))
    settings = tmp_path / "quick.toml"
    settings.write_text("[limits]\nretries = 1\nbackoff_seconds = 0.01\n")
    with newsroom({}) as closed:
        nowhere = closed.options
    code, [failed], _ = job(seeds, "--config", settings, *nowhere)
    assert (code, failed["bag"], failed["outcome"]) == (1, None, "failed")
    assert "cannot connect to www.example-times.example:80" in failed["reason"]
    assert bags_in(tmp_path / "bags") == []
    assert main(["status", "--json", "--bags", str(tmp_path / "bags")]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["counts"] == {"failed": 1}
    assert status["seeds"][0]["detail"]["kind"] == "connect"
    assert status["seeds"][0]["detail"]["attempts"] == 2
    with newsroom(pages_for(range(1))) as site:
        code, [captured], _ = job(seeds, *site.options)
    assert (code, captured["outcome"]) == (0, "captured")


def test_a_host_that_refuses_connections_is_asked_five_times_and_the_other_hosts_go_on(tmp_path, job):
    seeds = write_seeds(tmp_path / "seeds", range(2))
    write_seeds(seeds, range(10, 17), host="dead.example")
    settings = tmp_path / "quick.toml"
    settings.write_text("[limits]\nretries = 0\n")
    with newsroom({}) as closed:
        port = closed.port
    with newsroom(pages_for(range(2))) as site:
        dead = ["--connect-to", f"dead.example:80:127.0.0.1:{port}"]
        code, results, _ = job(seeds, "--config", settings, *dead, *site.options)
    reasons = [each["reason"] for each in results if each["outcome"] == "failed"]
    assert (code, len(results), len(reasons)) == (1, 9, 7)
    assert sum("cannot connect to dead.example:80" in each for each in reasons) == 5
    assert sum(each.startswith("dead.example gave no page 5 times in a row") for each in reasons) == 2


def test_a_seed_for_a_private_address_is_refused_without_a_connection(tmp_path, job):
    (tmp_path / "inside.txt").write_text("Original url: http://169.254.169.254/latest/meta-data/\n")
    code, [refused], _ = job(tmp_path / "inside.txt")
    assert (code, refused["outcome"], refused["bag"]) == (1, "refused", None)
    assert "not a public address" in refused["reason"]


def test_bad_seeds_are_named_with_line_and_advice_and_the_good_ones_go_on(tmp_path, job):
    seeds = write_seeds(tmp_path / "seeds", range(2))
    (seeds / "empty.txt").write_bytes(b"")
    (seeds / "no-address.txt").write_text("A headline\n\nSome words.\n")
    (seeds / "two.txt").write_text("H\n\nOriginal url: http://a.example/\nOriginal url: http://b.example/\n")
    (seeds / "binary.txt").write_bytes(b"%PDF-1.7\n\0\0\0")
    with newsroom(pages_for(range(2))) as site:
        code, results, err = job(seeds, *site.options)
    assert code == 1
    assert sum(each["outcome"] == "captured" for each in results) == 2
    refused = {Path(each["seed"]).name: each["reason"] for each in results if each["outcome"] == "failed"}
    assert set(refused) == {"empty.txt", "no-address.txt", "two.txt", "binary.txt"}
    assert refused["two.txt"].startswith("line 4: ")
    assert "Traceback" not in err


def test_the_same_document_twice_in_one_job_makes_one_bag(tmp_path, job):
    seeds = write_seeds(tmp_path / "seeds", range(1))
    (seeds / "copy.txt").write_bytes((seeds / "report-000.txt").read_bytes())
    with newsroom(pages_for(range(1))) as site:
        code, results, _ = job(seeds, *site.options)
    assert (code, len(results), len({each["bag"] for each in results})) == (0, 2, 1)
    assert len(bags_in(tmp_path / "bags")) == 1


def test_an_address_alone_is_archived(tmp_path, job):
    with newsroom(pages_for(range(1))) as site:
        code, [result], _ = job("http://www.example-times.example/news/0", *site.options)
    assert (code, result["outcome"], result["verdict"]) == (0, "captured", "no-text")


def test_two_processes_give_the_same_bags_as_one(tmp_path, job):
    seeds = write_seeds(tmp_path / "seeds", range(12))
    with newsroom(pages_for(range(12))) as site:
        code, results, _ = job(seeds, "--jobs", "2", *site.options)
    assert (code, len(results)) == (0, 12)
    assert all(validate_bag(each).ok for each in bags_in(tmp_path / "bags"))
    assert left_over(tmp_path / "bags") == []


def test_pages_of_one_host_are_paced_and_those_of_another_do_not_wait(tmp_path, capsys):
    seeds = write_seeds(tmp_path / "seeds", range(3))
    write_seeds(tmp_path / "seeds" / "..", range(10, 11), host="other.example")
    pages = pages_for(range(3)) | pages_for(range(10, 11), host="other.example")
    with newsroom(pages) as site:
        started = time.monotonic()
        targets = [str(seeds), str(tmp_path / "report-010.txt")]
        assert main(["run", *targets, "--pace", "0.4", "--bags", str(tmp_path / "bags"), *site.options]) == 0
        assert time.monotonic() - started >= 0.8
    capsys.readouterr()
    started = [
        (record["capture"]["started"], record["capture"]["requested_url"])
        for record in (json.loads((bag / "data/provenance.json").read_bytes()) for bag in bags_in(tmp_path / "bags"))
    ]
    assert "other.example" in " ".join(url for _, url in sorted(started)[:2])


def test_finished_bags_that_the_ledger_does_not_know_are_adopted(tmp_path, job):
    seeds, bags = write_seeds(tmp_path / "seeds", range(3)), tmp_path / "bags"
    with newsroom(pages_for(range(3))) as site:
        job(seeds, *site.options)
        for each in (bags / ".archiver").glob("ledger*"):
            each.unlink()
        code, results, err = job(seeds, *site.options)
        assert sum(site.asked.values()) == 3
    assert (code, len(results)) == (0, 3)
    assert "0 new bags" in err


def test_stale_staging_is_removed_at_the_start(tmp_path, job):
    stale = tmp_path / "bags" / ".archiver" / "staging" / "old-bag"
    stale.mkdir(parents=True)
    (stale / "bagit.txt").write_text("half")
    seeds = write_seeds(tmp_path / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        job(seeds, *site.options)
    assert left_over(tmp_path / "bags") == []


def test_a_second_job_on_the_same_bags_says_so_and_stops(tmp_path, job):
    bags = tmp_path / "bags"
    (bags / ".archiver").mkdir(parents=True)
    seeds = write_seeds(tmp_path / "seeds", range(1))
    with (bags / ".archiver" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, results, err = job(seeds)
    assert (code, results) == (3, [])
    assert "a job is already running on" in err


def test_a_damaged_ledger_is_one_clear_line(tmp_path, job):
    bags = tmp_path / "bags"
    (bags / ".archiver").mkdir(parents=True)
    (bags / ".archiver" / "ledger.sqlite").write_bytes(b"this is not a database" * 100)
    code, _, err = job(write_seeds(tmp_path / "seeds", range(1)))
    assert code == 3
    assert err.count("\n") == 1
    assert "'archiver status --rebuild" in err


def test_a_bags_folder_that_cannot_be_written_is_one_clear_line(tmp_path, job):
    (tmp_path / "file").write_text("not a folder")
    code, _, err = job(write_seeds(tmp_path / "seeds", range(1)), bags=tmp_path / "file" / "bags")
    assert code == 3
    assert err.startswith("archiver: cannot write into the bags folder")
    assert err.count("\n") == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_stops_the_job_with_one_line_keeps_finished_bags_and_loses_no_seed(tmp_path, job, jobs):
    small = tmp_path / "small"
    small.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip("mounting a small tmpfs is not allowed here: the full disk cannot be shown")
    seeds = write_seeds(tmp_path / "seeds", range(30))
    pages = {key: Answer(article("Report", [os.urandom(40_000).hex(), "Words."])) for key in pages_for(range(30))}
    try:
        with newsroom(pages) as site:
            code, results, err = job(seeds, "--jobs", jobs, *site.options, bags=small / "bags")
        assert code == 3
        assert "No space left on device" in err
        assert err.count("\n") == 1
        finished = bags_in(small / "bags")
        assert len(finished) == len(results) < 30
        assert all(validate_bag(each).ok for each in finished)
        assert left_over(small / "bags") == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def started_job(seeds: Path, bags: Path, options: list[str], *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "archiver", "run", str(seeds), "--bags", str(bags), "--pace", "0", *options, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_job_finishes_what_is_under_way_and_says_how_to_go_on(tmp_path, job, number):
    seeds, bags = write_seeds(tmp_path / "seeds", range(40)), tmp_path / "bags"
    with newsroom(pages_for(range(40), delay=0.1)) as site:
        running = started_job(seeds, bags, site.options)
        running.stdout.readline()
        running.send_signal(number)
        _, err = running.communicate(timeout=HANGS)
        assert running.returncode == 130
        assert "run the same command again to go on" in err
        finished = bags_in(bags)
        assert 0 < len(finished) < 40
        assert left_over(bags) == []
        code, results, _ = job(seeds, *site.options)
    assert (code, len(results)) == (0, 40)
    assert set(finished) < set(bags_in(bags))
    assert len(bags_in(bags)) == 40


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_job_resumes_and_every_seed_ends_in_exactly_one_valid_bag(tmp_path, job, jobs):
    seeds, bags = write_seeds(tmp_path / "seeds", range(30)), tmp_path / "bags"
    with newsroom(pages_for(range(30), delay=0.05)) as site:
        running = started_job(seeds, bags, site.options, "--jobs", jobs)
        running.stdout.readline()
        running.kill()
        running.communicate(timeout=HANGS)
        half = bags_in(bags)
        assert len(half) < 30
        code, results, _ = job(seeds, *site.options)
    assert (code, len(results)) == (0, 30)
    assert len(bags_in(bags)) == 30
    assert all(validate_bag(each).ok for each in bags_in(bags))
    assert left_over(bags) == []
    with contextlib.closing(sqlite3.connect(bags / ".archiver" / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT outcome, count(*) FROM seeds GROUP BY outcome").fetchall() == [("captured", 30)]


def test_a_worker_that_dies_costs_its_seeds_another_try_and_not_the_job(tmp_path, capsys, monkeypatch):
    """The page that kills the process that reads it is given up; its neighbours in the task are archived."""
    seeds = write_seeds(tmp_path / "seeds", range(4))
    code = (
        "import os, archiver.job.workers.worker as w, archiver.job.pipeline as p\n"
        "inner = w.archive\n"
        "def deadly(seed, tools):\n"
        "    if seed.url.endswith('/2'): os._exit(9)\n"
        "    return inner(seed, tools)\n"
        "w.archive = deadly\n"
    )
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(code)
    with newsroom(pages_for(range(4))) as site:
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
        running = started_job(seeds, tmp_path / "bags", site.options, "--jobs", "2", "--json")
        out, _ = running.communicate(timeout=HANGS)
    results = [json.loads(line) for line in out.splitlines()]
    assert running.returncode == 1
    died = [each for each in results if each["outcome"] == "failed"]
    assert [each["url"][-2:] for each in died] == ["/2"]
    assert "the worker process died" in died[0]["reason"]
    assert sum(each["outcome"] == "captured" for each in results) == 3


def test_a_seed_that_breaks_a_library_is_a_failure_and_the_job_goes_on(tmp_path, job, monkeypatch):
    import archiver.job.pipeline as pipeline

    inner = pipeline.read

    def breaks(seed, page, **options):
        if seed.url.endswith("/1"):
            raise RuntimeError("no such thing \x1b[31m")
        return inner(seed, page, **options)

    monkeypatch.setattr(pipeline, "read", breaks)
    seeds = write_seeds(tmp_path / "seeds", range(3))
    with newsroom(pages_for(range(3))) as site:
        code, results, _ = job(seeds, *site.options)
    assert code == 1
    [broken] = [each for each in results if each["outcome"] == "failed"]
    assert "archiver failed on it: RuntimeError" in broken["reason"]
    assert len(bags_in(tmp_path / "bags")) == 2


def test_a_dry_run_says_what_would_be_done_and_touches_nothing(tmp_path, capsys):
    seeds = write_seeds(tmp_path / "seeds", range(2))
    (seeds / "bad.txt").write_text("no address here\n")
    assert main(["run", str(seeds), "--dry-run", "--bags", str(tmp_path / "bags")]) == 1
    out = capsys.readouterr().out
    assert out.count("fetch") == 2
    assert "bad.txt" in out
    assert not (tmp_path / "bags").exists()


def test_a_headline_with_control_characters_is_shown_escaped(tmp_path, job, capsys):
    seed = seed_document(0).replace("Library opens", "Library \x1b[31mopens\x07")
    (tmp_path / "hostile.txt").write_text(seed)
    with newsroom(pages_for(range(1))) as site:
        _, [result], _ = job(tmp_path / "hostile.txt", *site.options)
    bag = tmp_path / "bags" / result["bag"]
    assert main(["show", str(bag)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\\x1b[31mopens\\x07" in shown
    assert b"\x1b" not in (bag / "bag-info.txt").read_bytes()
    assert validate_bag(bag).ok


def test_a_coordinator_whose_slots_are_taken_does_not_spin(tmp_path, monkeypatch):
    from archiver.config import Config, ConnectTo
    from archiver.job import coordinator
    from archiver.job.run_job import run_job

    seeds = write_seeds(tmp_path / "seeds", range(3))
    turns = 0
    inner = coordinator.Coordinator._hand_out

    def counted(self):
        nonlocal turns
        turns += 1
        inner(self)

    monkeypatch.setattr(coordinator.Coordinator, "_hand_out", counted)
    monkeypatch.setattr(coordinator, "capacity", lambda *_: (1, 1))
    pages = {}
    for n in range(3):
        write_seeds(seeds, range(n, n + 1), host=f"host{n}.example")
        pages |= pages_for(range(n, n + 1), host=f"host{n}.example", delay=0.3)
    with newsroom(pages) as site:
        config = Config(bags=tmp_path / "bags", pace=0.0, connect_to=(ConnectTo.from_text(site.options[1]),))
        summary = run_job(config, run_seeds(seeds))
    assert summary.counts == {"captured": 3}
    assert turns < 60


def run_seeds(folder):
    from archiver.config import Limits
    from archiver.seeds.sources import read_seeds

    return read_seeds([str(folder)], limits=Limits())
