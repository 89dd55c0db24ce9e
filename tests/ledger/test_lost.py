"""A ledger that was lost beside bags or receipts: what they say is taken in, and nobody is asked twice."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from archiver.cli import main
from archiver.ledger.deliveries import Deliveries
from archiver.ledger.ledger import PATH, Ledger
from archiver.ledger.rebuild import rebuild
from archiver.ledger.receipts import take_receipts


def lose(bags: Path, how: str) -> None:
    if how == "lost":
        (bags / PATH).unlink()
    else:
        (bags / PATH).write_bytes(b"")


@pytest.mark.parametrize("how", ["lost", "empty"])
def test_what_was_delivered_is_not_fetched_again(older, capsys, how):
    """The bag is elsewhere, its receipt is here; the seed is that of a bag that another job had kept."""
    lose(older / "delivering", how)
    seed = next((older / "bags").glob("ferry*/data/seed/*"))
    assert main(["run", "--json", "--bags", str(older / "delivering"), str(seed)]) == 0
    (result,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (result["outcome"], result["package"].rpartition("/")[2][:12]) == ("captured", "ferry-strike")


@pytest.mark.parametrize("how", ["lost", "empty"])
def test_what_lies_here_is_not_fetched_again(older, capsys, how):
    lose(older / "bags", how)
    seeds = [str(next(bag.glob("data/seed/*"))) for bag in (older / "bags").glob("*-2*")]
    assert main(["run", "--json", "--bags", str(older / "bags"), *seeds]) == 1
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(each["outcome"] for each in results) == ["blocked", "captured", "captured", "gone"]


def test_what_was_handed_off_is_known_to_the_next_hand_off_too(older):
    with closing(Deliveries(older / "bags")) as deliveries:
        before = deliveries.of(json.loads(next((older / "bags/receipts").glob("tide*")).read_text())["bag"]["seal"])
    (older / "bags" / PATH).unlink()
    with closing(Deliveries(older / "bags")) as deliveries:
        after = deliveries.of(json.loads(next((older / "bags/receipts").glob("tide*")).read_text())["bag"]["seal"])
    assert after == [each for each in before if not each.derived]
    assert after


def test_receipts_are_taken_in_once(older):
    (older / "delivering" / PATH).unlink()
    found: list[tuple[int, int]] = []
    with closing(Ledger(older / "delivering")) as ledger:
        assert take_receipts(ledger, older / "delivering", lambda *count: found.append(count)) == 1
        assert take_receipts(ledger, older / "delivering", lambda *count: found.append(count)) == 0
    assert found == [(1, 1)]


def test_adoption_reports_its_progress(tmp_path):
    """1,200 folders that may be bags."""
    for n in range(1200):
        (tmp_path / f"bag-{n}").mkdir()
    found: list[tuple[int, int]] = []
    rebuild(tmp_path, lambda *count: found.append(count))
    assert found == [(500, 1200), (1000, 1200), (1200, 1200)]


def test_a_job_says_so_on_stderr_where_there_is_no_terminal(tmp_path, capsys):
    for n in range(600):
        (tmp_path / f"bags/bag-{n}").mkdir(parents=True)
    (tmp_path / "seed.txt").write_text("no address\n")
    assert main(["run", "--bags", str(tmp_path / "bags"), str(tmp_path / "seed.txt")]) == 1
    assert "reading bags and receipts that the ledger does not know: 500 of 600\n" in capsys.readouterr().err
