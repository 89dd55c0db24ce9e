"""`archiver run --only-changed`: a bag where the article has changed, a line in a day's bag of visits where not."""

import json
import shutil
from pathlib import Path

import pytest
from builders.pki import authorities
from jobs.whole import Job, html, seeds, story
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Server, ok

from archiver.cli import main
from archiver.digest import sha256

TITLE = "Library opens again, report 1"
LAST = "This is report number 1."
BY = '<meta name="author" content="Ada Poole">'
NEVER = ["--browser", "never"]
SAME = html(article(TITLE, [*PARAGRAPHS, LAST]))


def visit_bags(job: Job) -> list[Path]:
    return sorted(job.bags.glob("visits/visits-*"))


def test_an_unchanged_page_makes_no_bag_and_is_in_a_bag_of_visits(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1, 2)
    pages = {"/news/1": [SAME], "/news/2": [story(2)]}
    with Server(pages) as site:
        _, first = job.run(folder, site, *NEVER, "--only-changed")
        assert not visit_bags(job), "the first capture of a seed has a bag of its own"
        code, again = job.run(folder, site, *NEVER, "--only-changed")
        assert len(site.seen["/news/1"]) == 2
        assert not [head for head in site.seen["/news/1"] if b"\r\nIf-" in head], "nothing is asked conditionally"
    assert code == 0
    assert [each["bag"] for each in again] == [each["bag"] for each in first]
    assert all(each["unchanged"] for each in again)
    (bag,) = visit_bags(job)
    assert len([each for each in job.bags.iterdir() if not each.name.startswith(".")]) == 3, "two bags and visits/"
    assert job.valid(f"visits/{bag.name}")
    lines = [json.loads(line) for line in (bag / "data/visits.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 2
    for line in lines:
        said = json.dumps(line["visit"], ensure_ascii=False, sort_keys=True)
        assert line["sha256"] == sha256(said.encode())
    seen = next(each["visit"] for each in lines if each["visit"]["url"].endswith("/1"))
    record = job.record(first[0]["bag"])
    assert seen["same_as"]["bag"] == first[0]["bag"]
    assert seen["same_as"]["seal"] == sha256((job.bags / first[0]["bag"] / "tagmanifest-sha256.txt").read_bytes())
    assert (seen["status"], seen["payload_sha256"]) == (200, record["capture"]["payload_sha256"])
    assert seen["text_sha256"] == record["text"]["sha256"]
    assert seen["started"] > record["capture"]["started"]
    assert not list((job.bags / ".archiver/visits").iterdir())
    assert main(["validate", "--quiet", str(job.bags)]) == 0


def test_a_seed_whose_private_facts_are_set_apart_is_the_same_seed_the_next_time(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    document = folder / "report-001.txt"
    document.write_text("Supplied by: A. Reader\n" + document.read_text("utf-8"), "utf-8")
    with Server({"/news/1": [SAME]}) as site:
        _, (first,) = job.run(folder, site, *NEVER)
        assert not any(b"A. Reader" in each.read_bytes() for each in (job.bags / first["bag"]).glob("data/seed/*"))
        _, (again,) = job.run(folder, site, *NEVER, "--only-changed")
    assert again["unchanged"] is True


CHANGES = {
    "the text": html(article(TITLE, [*PARAGRAPHS, LAST, "One paragraph more than there was."])),
    "a word": html(article(TITLE, [*PARAGRAPHS, LAST.replace("1", "7")])),
    "a claim": html(article(TITLE, [*PARAGRAPHS, LAST], head=BY)),
    "a credit": html(article(TITLE, [*PARAGRAPHS, LAST, "AFP contributed reporting."])),
    "the outcome": ok(b"<h1>Gone</h1>", b"Content-Type: text/html", status=b"410 Gone"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_makes_a_bag_that_names_the_one_before(tmp_path: Path, job: Job, what: str):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({"/news/1": [SAME]}) as site:
        _, (first,) = job.run(folder, site, *NEVER)
    with Server({"/news/1": [CHANGES[what]]}) as site:
        _, (second,) = job.run(folder, site, *NEVER, "--only-changed")
    assert second["bag"] != first["bag"]
    assert "unchanged" not in second
    assert [each["bag"] for each in job.record(second["bag"])["previous"]] == [first["bag"]]
    assert not visit_bags(job)


def test_what_only_the_transport_or_the_markup_says_otherwise_is_no_change(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({"/news/1": [SAME]}) as site:
        job.run(folder, site, *NEVER)
    other = article(TITLE, [*PARAGRAPHS, LAST]).replace(b"<body", b"<body data-build='77'", 1)
    with Server({"/news/1": [html(other, b"X-Cache: MISS", b"ETag: other")]}) as site:
        _, (again,) = job.run(folder, site, *NEVER, "--only-changed")
    assert again["unchanged"] is True
    assert len(visit_bags(job)) == 1


def test_gone_again_is_a_visit_too(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({"/news/1": [CHANGES["the outcome"]]}) as site:
        _, (first,) = job.run(folder, site, *NEVER)
        code, (again,) = job.run(folder, site, *NEVER, "--only-changed")
    assert (code, again["outcome"], again["bag"], again["unchanged"]) == (1, "gone", first["bag"], True)


def test_another_seed_of_the_address_has_a_bag_of_its_own(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    other = tmp_path / "other"
    other.mkdir()
    (other / "copy.txt").write_text((folder / "report-001.txt").read_text("utf-8") + "\n\n", "utf-8")
    with Server({"/news/1": [SAME]}) as site:
        _, (first,) = job.run(folder, site, *NEVER)
        _, (second,) = job.run(other, site, *NEVER, "--only-changed")
    assert second["bag"] not in (None, first["bag"])


def test_visits_that_a_killed_job_left_are_sealed_by_the_next(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({"/news/1": [SAME]}) as site:
        job.run(folder, site, *NEVER)
        left = job.bags / ".archiver/visits/2026-01-02.jsonl"
        left.parent.mkdir(parents=True)
        left.write_bytes(b'{"sha256": "0", "visit": {}}\n{"sha256": "1", "vis')
        job.run(folder, site, *NEVER)
    (bag,) = visit_bags(job)
    assert (bag / "data/visits.jsonl").read_bytes() == b'{"sha256": "0", "visit": {}}\n'
    assert "Visits of 2026-01-02: 1 page" in (bag / "bag-info.txt").read_text("utf-8")
    assert not left.exists()


def test_a_last_bag_that_is_not_here_cannot_be_compared_with(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({"/news/1": [SAME]}) as site:
        _, (first,) = job.run(folder, site, *NEVER)
        shutil.rmtree(job.bags / first["bag"])
        _, (second,) = job.run(folder, site, *NEVER, "--only-changed")
    assert (job.bags / second["bag"]).is_dir()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_bag_of_visits_is_signed_where_the_settings_name_a_key_and_can_be_signed_later(tmp_path: Path, job: Job):
    pytest.importorskip("cryptography")
    with authorities(tmp_path / "pki") as pki:
        key, certificate = pki.signer.write(tmp_path / "keys")[1::2]
    folder, settings = seeds(tmp_path / "seeds", 1), tmp_path / "a.toml"
    settings.write_text(f"key = {json.dumps(key)}\ncertificate = {json.dumps(certificate)}\n")
    with Server({"/news/1": [SAME]}) as site:
        job.run(folder, site, *NEVER)
        job.run(folder, site, *NEVER, "--only-changed", "--config", str(settings))
        job.run(folder, site, *NEVER, "--only-changed")
    bags = visit_bags(job)
    signed = [(each / "signatures/tagmanifest-sha256.txt.p7s").is_file() for each in bags]
    assert sorted(signed) == [False, True]
    later = bags[signed.index(False)]
    assert main(["sign", "--key", key, "--certificate", certificate, str(later)]) == 0
    for each in bags:
        assert main(["validate", "--require-signature", str(each)]) == 0


def test_bags_of_one_seed_are_linked_across_addresses(tmp_path: Path, job: Job):
    from contextlib import closing

    from archiver.ledger.entries import Entry
    from archiver.ledger.ledger import Ledger

    (job.bags / ".archiver").mkdir(parents=True)
    with closing(Ledger(job.bags)) as ledger:
        from datetime import UTC, datetime

        def entry(sha: str, url: str, bag: str) -> Entry:
            return Entry(key=f"{sha} {url}", name="a", url=url, outcome="captured", bag=bag)

        one, two = "a" * 64, "b" * 64
        rows = [
            entry(one, "http://x.example/1", "one-20260101T000000Z-00000001"),
            entry(one, "http://x.example/2", "two-20260102T000000Z-00000002"),
            entry(two, "http://x.example/2", "three-20260103T000000Z-00000003"),
            entry(two, "http://x.example/3", "four-20260104T000000Z-00000004"),
        ]
        ledger.settle(rows, None, datetime.now(UTC))
        found = ledger.bags_at("http://x.example/2", 20, seed_sha256=one)
        assert [each.partition("-")[0] for each in found] == ["three", "two", "one"]
        assert [each.partition("-")[0] for each in ledger.bags_at("http://x.example/2", 20)] == ["three", "two"]


def test_bags_of_visits_are_in_nobodys_way(tmp_path: Path, job: Job, capsys: pytest.CaptureFixture[str]):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({"/news/1": [SAME]}) as site:
        job.run(folder, site, *NEVER)
        job.run(folder, site, *NEVER, "--only-changed")
    assert visit_bags(job)
    for command in (["show"], ["export", "--form", "csv"], ["validate"]):
        assert main([*command, str(job.bags)]) == 0, capsys.readouterr()
    assert main(["validate", str(job.bags / "visits")]) == 0
