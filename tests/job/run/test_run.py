"""The job as a whole: resume, one bag a seed, bad seeds beside good ones, locks, interruptions, full disks."""

import json
import time
from pathlib import Path

import pytest
from jobs.folders import bags_in, left_over
from servers.newsroom import Answer, newsroom, pages_for, seed_document, write_seeds

from archiver.cli import main
from archiver.validation.validator import validate_bag


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
