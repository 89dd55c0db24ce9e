"""One address in several seeds: each that differs has a bag of its own, and that is said."""

from pathlib import Path

from servers.newsroom import newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.commands.console.repeated import ADDRESSES, RepeatedAddresses

URL = "http://www.example-times.example/news/0"


def said(found: RepeatedAddresses) -> list[str]:
    return list(found.lines())


def test_seeds_that_differ_are_named_with_their_address():
    found = RepeatedAddresses()
    for seed, bag in (("l.csv:2", "a"), ("l.csv:3", "b"), ("l.csv:4", "a"), ("l.csv:5", None)):
        found.note("http://x.example/a", seed, bag)
    found.note("http://x.example/b", "l.csv:6", "c")
    assert said(found) == ["2 seeds of one address, each has a bag of its own: l.csv:2, l.csv:3 (http://x.example/a)"]


def test_a_fragment_makes_no_other_address():
    found = RepeatedAddresses()
    found.note("http://x.example/a", "1", "a")
    found.note("http://x.example/a#top", "2", "b")
    assert len(said(found)) == 1


def test_many_are_counted():
    found = RepeatedAddresses()
    for number in range(10 * 6):
        found.note(f"http://x.example/{number % 10}", f"l.csv:{number}", f"bag-{number}")
    lines = said(found)
    assert lines[0].startswith("6 seeds of one address, each has a bag of its own: l.csv:0, l.csv:10, ")
    assert " and 2 more (http://x.example/0)" in lines[0]
    assert lines[-1] == "and 7 more addresses of several seeds"
    assert len(lines) == 4


def test_a_job_of_millions_is_remembered_in_part():
    found = RepeatedAddresses()
    for number in range(2 * ADDRESSES):
        found.note(f"http://x.example/{number}", str(number), str(number))
    assert len(found._seen) == ADDRESSES
    assert said(found) == []


def test_run_and_related_say_it(tmp_path: Path, capsys):
    (seed,) = write_seeds(tmp_path / "seeds", range(1)).glob("*.txt")
    text = seed.read_text("utf-8")
    (tmp_path / "seeds/same.txt").write_text(text, "utf-8")
    run = ["run", str(tmp_path / "seeds"), "--bags", str(tmp_path / "bags"), "--pace", "0", "--browser", "never"]
    with newsroom(pages_for(range(1))) as site:
        assert main([*run, *site.options]) == 0
        assert "of one address" not in capsys.readouterr().err, "the same document twice has one bag"
        (tmp_path / "seeds/other.txt").write_text(text + "\nAnother last line.\n", "utf-8")
        assert main([*run, *site.options, "--dry-run"]) == 0
        assert "seeds of one address, each that differs gets a bag of its own: " in capsys.readouterr().err
        assert main([*run, *site.options]) == 0
    err = capsys.readouterr().err
    assert "2 seeds of one address, each has a bag of its own: " in err
    assert f"{seed}" in err or "same.txt" in err
    assert "other.txt" in err
    assert main(["related", str(tmp_path / "bags")]) == 0
    err = capsys.readouterr().err
    assert "2 bags of one address (http://" in err
    assert ", the last captured, is compared; not " in err
    assert main(["related", "--quiet", str(tmp_path / "bags")]) == 0
    assert "of one address" not in capsys.readouterr().err
