"""Beyond loopback the gate decides: nothing of a bag that is not open is in any answer, nor in what a search finds."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.made_bags import Made, ask
from pages.serving import SCRIPTS, served
from servers.newsroom import newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.ledger.restrictions import restrict_bag

MARK = "zyxmarker"
LEVELS = ("restricted", "metadata-only", "closed", "", "nonsense", None)


def everything(room: Made) -> str:
    """What others are given, headlines, names and words asked for too."""
    names = [each.name for each in room.bags.iterdir() if each.name[0] != "."]
    queries = [
        "",
        f"q={MARK}",
        f"agency={MARK}",
        f"person={MARK}",
        f"publisher={MARK}",
        "sort=headline",
        "outcome=captured",
    ]
    paths = [f"?{query}{end}" for query in queries for end in ("", "&format=json")]
    ends = ("", "/history", "/replay", "/check", "/photo", "/get/tar", "/get/zip", "/get/wacz", "/get/certificate")
    files = ("/data/provenance.json", "/data/text/article.txt", "/data/ro-crate-preview.html")
    answers = [room.ask(path)[1] for path in paths]
    answers += [room.ask(f"bags/{name}{end}")[1] for name in names for end in (*ends, *files)]
    return "\n".join(answers)


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_of_a_bag_that_is_not_open_is_shown_to_others(tmp_path: Path, level: str | None):
    with Made(tmp_path, host="0.0.0.0") as made:
        made.bag("open", headline="Harbour", text="The quay.", access="open")
        agency = {"name": MARK, "agency": MARK, "role": MARK, "of": "article", "text": MARK, "kind": "organisation"}
        made.bag(
            "held",
            headline=f"Harbour {MARK}",
            text=f"The quay {MARK}.",
            date=f"2024-01-01{MARK}",
            publisher=MARK,
            people=[MARK],
            credited=[agency],
            url=f"http://{MARK}.example/x",
            access=level,
            more={"notices": [{"kind": MARK, "text": MARK}]},
        )
        assert made.found("harbour") == ["open"]
        assert made.found(MARK) == []
        listed = everything(made).replace(f"?q={MARK}", "").replace(f'value="{MARK}"', "").replace(f"={MARK}", "")
        listed = listed.replace(f"<title>{MARK} –", "")  # what was typed is said back
        assert MARK not in listed
        assert '"total": 1' in listed


def test_an_embargo_and_a_restriction_hold_at_once(tmp_path: Path):
    with Made(tmp_path, host="0.0.0.0") as made:
        made.bag("embargoed", headline="Harbour", access="open", more={"rights": {"embargo": "2999-01-01"}})
        made.bag("past", headline="Harbour", access="open", more={"rights": {"embargo": "2000-01-01"}})
        made.bag("odd", headline="Harbour", access="open", more={"rights": {"embargo": {"a": 1}}})
        made.bag("one", headline="Harbour", access="open")
        assert made.found("harbour") == ["one", "past"]
        made.note("one", "restrict")
        assert made.status("bags/one") == made.status("bags/one/get/tar") == 404
        assert made.found("harbour") == ["past"]
        made.note("one", "lift")
        assert made.found("harbour") == ["one", "past"]
        (made.bags / ".archiver/access.jsonl").write_text("scribbled\n")
        assert made.status("?format=json") == made.status("bags/one") == 503


def test_a_replay_that_was_begun_ends_when_its_bag_is_restricted(tmp_path: Path):
    if not (SCRIPTS / "sw.js").exists():
        pytest.skip("ReplayWeb.page is not there")
    with newsroom(pages_for(range(1))) as site:
        seeds, bags = write_seeds(tmp_path / "seeds", range(1)), tmp_path / "bags"
        (tmp_path / "open.toml").write_text('access = "open"\n')
        given = ["--bags", str(bags), "--config", str(tmp_path / "open.toml"), "--quiet", "--browser", "never"]
        assert main(["run", str(seeds), *given, *site.options]) == 0
    name = next(each.name for each in bags.iterdir() if each.name[0] != ".")
    with served(bags, tmp_path / "cache", host="0.0.0.0") as address:
        page = ask(address, f"bags/{name}/replay")[2].decode()
        place = page.partition('page" src="')[2].partition("#")[0]
        assert ask(place, "bag.wacz", Range="bytes=0-9")[0] == 206
        now = datetime.now(UTC)
        restrict_bag(bags / name, "restrict", reason="x", access="restricted", until=None, by=None, at=now)
        assert ask(place, "bag.wacz", Range="bytes=0-9")[0] == 404
        assert ask(place)[0] == 404


def test_bags_that_a_job_adds_are_read_meanwhile(tmp_path: Path):
    """Asked all the time while a job writes: each answer is whole, and in the end all bags are there."""
    bags, numbers = tmp_path / "bags", range(12)
    bags.mkdir()
    with newsroom(pages_for(numbers)) as site, served(bags, tmp_path / "cache") as address:
        seeds = write_seeds(tmp_path / "seeds", numbers)
        given = ["run", str(seeds), "--bags", str(bags), "--quiet", "--pace", "0", "--browser", "never", *site.options]
        counts = []
        job = subprocess.Popen([sys.executable, "-m", "archiver", *given], stdout=subprocess.DEVNULL)
        while job.poll() is None:
            status, _, body = ask(address, "?format=json")
            assert status == 200
            found = json.loads(body)
            counts.append(found["total"])
            for each in found["bags"][:3]:
                assert each["headline"]
                assert ask(address, f"bags/{each['name']}")[0] == 200
        assert job.returncode == 0
        assert counts == sorted(counts)
        assert json.loads(ask(address, "?format=json")[2])["total"] == len(numbers)
    assert main(["validate", str(bags), "--quiet"]) == 0, "the index disturbs no bag"
    shutil.rmtree(bags)
