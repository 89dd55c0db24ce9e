"""Nothing private, and nothing that the gate closes, is in any output: a marker in every field, every byte searched."""

import csv
import json
from pathlib import Path

import pytest
from leaks.decoded import everywhere
from leaks.marked import CONTENT, FACTS, OF_SEED, SETTINGS, URL, document, marks, run, settings
from leaks.outputs import CUSTODY, FOR_WHO_HAS_THE_BAGS, outputs

from archiver.cli import main

ADDRESS = {"/news/0", "news%2f0"}
COOKIE = "Mqsubscription77"
NUMBERS = {"mqcase", "mqexhibit", "mqfile", "mqitem"}
OUTPUTS = outputs(("mqheadline", "mqbody"), [URL])
NOT_GIVEN = {name: write for name, write in OUTPUTS.items() if name not in CUSTODY | FOR_WHO_HAS_THE_BAGS}


@pytest.mark.parametrize("private", ["bag", "ledger"])
def test_no_output_has_a_private_fact(private, tmp_path, capsys):
    seed = document(tmp_path, access="open")
    bag = run(tmp_path, seed, settings(tmp_path, private))
    assert everywhere(bag, marks(CONTENT, FACTS)), "the markers of the page are in the bag"
    for number, (name, write) in enumerate(NOT_GIVEN.items()):
        out = tmp_path / f"out{number}"
        out.mkdir()
        assert write([bag], out) == 0, (name, capsys.readouterr())
        assert any(out.iterdir()), name
        numbered = NUMBERS if name == "bundle --exhibits" else set()  # its sheet has them, and they are asked for
        assert everywhere(out, marks(SETTINGS, OF_SEED) - numbered) == {}, name


def test_no_output_has_what_the_gate_closes(tmp_path):
    """Rules for a replay have the address of what they close, and a list that is given back its own cells."""
    bag = run(tmp_path, document(tmp_path), settings(tmp_path, "bag"))
    content, facts = marks(CONTENT), marks(FACTS)
    assert {word for words in everywhere(bag, content | facts).values() for word in words} == content | facts
    for access, closed in (("metadata-only", content), ("closed", content | facts | ADDRESS)):
        said = ["--reason", "mqwhy", "--quiet", "--access", access]
        assert main(["restrict", *said, str(bag)]) == 0
        for name, write in NOT_GIVEN.items():
            out = tmp_path / f"{access} {name}"
            out.mkdir()
            write([bag], out)
            known = {"export aclj": {*ADDRESS, "mqstyle"}, "export --back": ADDRESS}.get(name, set())
            assert everywhere(out, closed - known) == {}, (access, name)


def test_no_output_has_the_cookies_of_a_subscription(tmp_path):
    row = f"www.example-times.example\tFALSE\t/\tFALSE\t0\tabonnement\t{COOKIE}\n"
    (tmp_path / "cookies.txt").write_text("# Netscape HTTP Cookie File\n" + row)
    seed = document(tmp_path, access="open")
    bag = run(tmp_path, seed, settings(tmp_path, "ledger"), "--cookies", str(tmp_path / "cookies.txt"))
    assert {each.rpartition(".")[2] for each in everywhere(bag, {COOKIE})} == {"gz"}
    for name, write in NOT_GIVEN.items():
        out = tmp_path / name
        out.mkdir()
        write([bag], out)
        assert everywhere(out, {COOKIE}) == {}, name


def test_exhibits_are_in_the_order_of_their_numbers_and_say_no_more_than_those(tmp_path, capsys):
    bags = []
    for number in ("E-10", "E-9"):
        home = tmp_path / number
        home.mkdir()
        config = settings(home, "ledger", stated={"case_number": "12/2026", "collector": "Kim Mqcollector"})
        seed = document(home)
        seed.write_text(seed.read_text().replace("Mqitem-1", number).replace("Case-Number: Mqfile-9\n", ""))
        bags.append(str(run(home, seed, config)))
    assert main(["bundle", "--exhibits", "--output", str(tmp_path / "out"), *bags]) == 0
    rows = list(csv.DictReader((tmp_path / "out/exhibits.csv").read_text().splitlines()))
    assert [(row["exhibit"], row["case"]) for row in rows] == [("E-9", "12/2026"), ("E-10", "12/2026")]
    assert (tmp_path / "out" / rows[0]["folder"] / "VERIFY.md").is_file()
    page = (tmp_path / "out/index.html").read_text()
    assert page.index("E-9") < page.index("E-10")
    assert everywhere(tmp_path / "out", marks(OF_SEED)) == {}
    main(["takedown", "--reason", "asked", "--quiet", bags[0]])
    capsys.readouterr()
    assert main(["bundle", "--json", "--exhibits", "--private", "--output", str(tmp_path / "less"), *bags]) == 1
    parsed = json.loads(capsys.readouterr().out)
    assert [each["bag"] for each in parsed["refused"]] == [Path(bags[0]).name]
    assert everywhere(tmp_path / "less", {"mqgatherer"})
