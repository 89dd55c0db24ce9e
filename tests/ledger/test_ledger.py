"""What the ledger keeps and forgets: a document that was mended or edited is no longer counted as it was."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from servers.newsroom import newsroom, pages_for, seed_document

from archiver.cli import main
from archiver.ledger.deliveries import Deliveries
from archiver.ledger.entries import Entry
from archiver.ledger.ledger import PATH, Ledger
from archiver.ledger.lock import bags_locked


@pytest.fixture
def job(tmp_path, capsys):
    """Runs a job over `seeds/`: what became of each by its file name. `status` gives the ledger's counts."""
    (tmp_path / "seeds").mkdir()
    quick = tmp_path / "quick.toml"
    quick.write_text("[limits]\nretries = 0\n")

    class Job:
        seeds, bags = tmp_path / "seeds", tmp_path / "bags"

        def write(self, name: str, text: str) -> None:
            (self.seeds / name).write_text(text)

        def run(self, *options: str) -> dict[str, str]:
            capsys.readouterr()
            common = ["--json", "--pace", "0", "--config", str(quick), "--bags", str(self.bags)]
            main(["run", *common, *options, str(self.seeds)])
            parsed = map(json.loads, capsys.readouterr().out.splitlines())
            return {each["seed"].rpartition("/")[2]: each["outcome"] for each in parsed}

        def status(self) -> dict[str, int]:
            capsys.readouterr()
            assert main(["status", "--json", "--bags", str(self.bags)]) == 0
            counts: dict[str, int] = json.loads(capsys.readouterr().out)["counts"]
            return counts

        def bagged(self) -> int:
            return sum(not each.name.startswith(".") for each in self.bags.iterdir())

    return Job()


INSIDE = "Original url: http://169.254.169.254/\n"


def test_a_refused_document_is_forgotten_once_it_is_mended(job):
    job.write("a.txt", "no address\n")
    job.write("b.txt", "no address either\n")
    assert job.run() == {"a.txt": "failed", "b.txt": "failed"}
    assert job.status() == {"failed": 2}
    job.write("a.txt", seed_document(0))
    with newsroom(pages_for(range(1))) as site:
        assert job.run(*site.options) == {"a.txt": "captured", "b.txt": "failed"}
    assert job.status() == {"captured": 1, "failed": 1}


def test_a_failure_is_forgotten_once_its_document_says_something_else(job):
    """Edited twice: job seeds = bags + failures each time."""
    with newsroom({}) as closed:
        nowhere = closed.options
    job.write("a.txt", seed_document(0))
    assert job.run(*nowhere) == {"a.txt": "failed"}
    job.write("a.txt", seed_document(0).replace("tea", "coffee"))
    assert job.run(*nowhere) == {"a.txt": "failed"}
    assert (job.status(), job.bagged()) == ({"failed": 1}, 0)
    job.write("a.txt", seed_document(0).replace("tea", "cocoa"))
    with newsroom(pages_for(range(1))) as site:
        assert job.run(*site.options) == {"a.txt": "captured"}
    assert (job.status(), job.bagged()) == ({"captured": 1}, 1)


def test_a_document_that_becomes_unreadable_replaces_its_failure_too(job):
    job.write("a.txt", INSIDE)
    job.run()
    assert job.status() == {"refused": 1}
    job.write("a.txt", "no address\n")
    job.run()
    assert job.status() == {"failed": 1}


def test_what_was_captured_stays_when_its_document_is_edited(job):
    job.write("a.txt", seed_document(0))
    with newsroom(pages_for(range(1))) as site:
        job.run(*site.options)
        job.write("a.txt", seed_document(0).replace("tea", "coffee"))
        assert job.run(*site.options) == {"a.txt": "captured"}
    assert (job.status(), job.bagged()) == ({"captured": 2}, 2)


def test_a_bag_of_a_superseded_document_stays_and_is_not_adopted_again(job):
    job.write("a.txt", seed_document(0))
    with newsroom({}) as site:
        assert job.run(*site.options) == {"a.txt": "gone"}
        job.write("a.txt", "no address\n")
        job.run(*site.options)
        assert (job.status(), job.bagged()) == ({"failed": 1}, 1)
        job.run(*site.options)
    assert (job.status(), job.bagged()) == ({"failed": 1}, 1)


def test_a_document_of_the_same_name_in_another_folder_is_another_document(job, tmp_path, monkeypatch, capsys):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(INSIDE.replace("169.254/", f"169.254/{name}"))
        monkeypatch.chdir(tmp_path / name)
        assert main(["run", "a.txt", "--bags", str(job.bags)]) == 1
    assert job.status() == {"refused": 2}


def test_a_copy_of_an_edited_document_keeps_its_own_failure(job):
    job.write("a.txt", INSIDE)
    job.write("b.txt", INSIDE)
    job.run()
    job.write("b.txt", "no address\n")
    job.run()
    assert job.status() == {"failed": 1, "refused": 1}


def test_a_ledger_of_before_places_were_noted_is_taken_over(tmp_path):
    (tmp_path / ".archiver").mkdir()
    with closing(sqlite3.connect(tmp_path / PATH)) as old, old:
        old.execute(
            "CREATE TABLE seeds (key TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT, outcome TEXT NOT NULL, bag TEXT,"
            " verdict TEXT, reason TEXT, detail TEXT, attempts INTEGER NOT NULL DEFAULT 0, updated TEXT NOT NULL,"
            " job TEXT)"
        )
        old.execute("INSERT INTO seeds (key, name, outcome, updated) VALUES ('k', 'a.txt', 'failed', '')")
    ledger = Ledger(tmp_path)
    ledger.waiting([Entry(key="k", name="a.txt", url=None, outcome="waiting", origin="a.txt")], "j")
    ledger.waiting([Entry(key="l", name="a.txt", url=None, outcome="waiting", origin="a.txt")], "j")
    ledger.settle([Entry(key="l", name="a.txt", url=None, outcome="captured")], "j", datetime.now(UTC))
    assert ledger.counts() == {"captured": 1}
    ledger.close()


def test_a_row_that_is_put_before_others_of_a_list_makes_nothing_run_again(job, capsys):
    rows = [f"http://a.example/news/{n}\n" for n in range(3)]
    with newsroom(pages_for(range(1), host="a.example")) as site:
        for listed in (rows[1:], rows):
            (job.seeds.parent / "list.csv").write_text("url\n" + "".join(listed))
            job.seeds = job.seeds.parent / "list.csv"
            job.run(*site.options)
        assert max(site.asked.values()) == 1
    assert job.status() == {"captured": 1, "gone": 2}


@pytest.fixture
def archived(job):
    """A folder with two bags and a failure."""
    for n in range(2):
        job.write(f"{n}.txt", seed_document(n))
    job.write("inside.txt", INSIDE)
    with newsroom(pages_for(range(2))) as site:
        job.run(*site.options)
    return job


def spoilt(path):
    with closing(sqlite3.connect(path)) as ledger:
        ledger.execute("DROP TABLE seeds")
        ledger.execute("CREATE TABLE seeds (something TEXT)")
        ledger.commit()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"no database at all " * 100),
        lambda path: path.write_bytes(path.read_bytes()[: 3 * 4096 + 17]),
        lambda path: path.write_bytes(b""),
        spoilt,
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: path.unlink(),
    ],
    ids=["garbage", "truncated", "empty", "other tables", "a folder", "deleted"],
)
def test_a_ledger_that_cannot_be_used_is_one_line_that_says_how_to_rebuild_it(archived, capsys, spoil):
    spoil(archived.bags / PATH)
    bags = ["--bags", str(archived.bags)]
    assert main(["status", *bags]) == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "archiver status --rebuild" in err
    assert main(["status", "--rebuild", *bags]) == 0
    out, err = capsys.readouterr()
    assert "2 captured" in out
    assert "a new ledger, of 2 bags" in err
    assert "failures and seeds that wait" in err
    assert archived.run() == {"0.txt": "captured", "1.txt": "captured", "inside.txt": "refused"}
    assert archived.bagged() == 2


def test_a_ledger_is_not_rebuilt_under_a_running_job(archived, capsys):
    before = (archived.bags / PATH).read_bytes()
    with bags_locked(archived.bags):
        assert main(["status", "--rebuild", "--bags", str(archived.bags)]) == 3
    assert "a job is already running" in capsys.readouterr().err
    assert (archived.bags / PATH).read_bytes() == before


class TestAdopting:
    """Bags that came into the folder without the ledger's knowledge, many of them."""

    @pytest.fixture
    def bags(self, tmp_path, monkeypatch):
        """A folder with a ledger, groups of three, and `put`, which adds a bag of one seed captured at a second."""
        monkeypatch.setattr("archiver.ledger.ledger._GROUP", 3)

        def put(name: str, second: int, verdict: str = "same") -> None:
            record = {
                "seed": {"sha256": "0" * 64, "original_url": "http://a.example/", "original_name": "a.txt"},
                "capture": {"outcome": "captured", "reason": None, "finished": f"2026-01-01T00:00:{second:02d}Z"},
                "comparison": {"verdict": verdict},
            }
            (tmp_path / name / "data").mkdir(parents=True)
            (tmp_path / name / "data/provenance.json").write_text(json.dumps(record))

        with bags_locked(tmp_path), closing(Ledger(tmp_path)) as ledger:
            yield tmp_path, ledger, put

    def test_the_latest_capture_of_a_seed_has_the_last_word_however_its_bag_is_called(self, bags):
        folder, ledger, put = bags
        for second in range(10):
            put(f"{9 - second}-20260101T0000{second:02d}Z-0123abcd", second, "edited" if second == 9 else "same")
        assert ledger.adopt(folder) == 10
        [entry] = ledger.entries()
        assert (entry.verdict, entry.attempts, entry.bag) == ("edited", 10, "0-20260101T000009Z-0123abcd")

    def test_bags_that_are_known_are_not_looked_into_again(self, bags, monkeypatch):
        folder, ledger, put = bags
        for second in range(7):
            put(f"a-20260101T0000{second:02d}Z-0123abcd", second)
        assert ledger.adopt(folder) == 7
        (folder / "notes.txt").touch()
        put("new", 50)
        looked_into = []
        monkeypatch.setattr("archiver.ledger.ledger.entry_of_bag", looked_into.append)
        assert ledger.adopt(folder) == 0
        assert looked_into == [folder / "new"]


def test_the_deliveries_of_an_older_ledger_are_not_looked_through_for_each_seed(tmp_path):
    with closing(Deliveries(tmp_path)) as deliveries:
        deliveries.open()
    with closing(sqlite3.connect(tmp_path / PATH)) as database:
        database.execute("DROP INDEX deliveries_by_bag")
        database.execute("PRAGMA user_version = 0")
    Ledger(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / PATH)) as database:
        (plan,) = database.execute("EXPLAIN QUERY PLAN SELECT target FROM deliveries WHERE bag = 'x'")
    assert "USING INDEX deliveries_by_bag" in plan[-1]
