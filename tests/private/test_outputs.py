"""Nothing private, and nothing that the gate closes, is in any output: a marker in every field, every byte searched.

A further output is one more entry of `OUTPUTS`: a name, and a function that writes it of a bag into an empty folder and
returns the exit code.
"""

import csv
import json
from pathlib import Path

import pytest
from decoded import everywhere
from marked import OF_SEED, SETTINGS, document, marks, run, settings

from archiver.cli import main

TEXT = ("library opens again", "report number 0")
"""What the page says: its headline is a fact, the other is text."""


def _export(form):
    return lambda bag, out: main(["export", "--form", form, "--output", str(out / "export"), str(bag)])


def _handoff(*options):
    return lambda bag, out: main(["handoff", "--redact", *options, str(bag), str(out)])


OUTPUTS = {
    **{f"export {form}": _export(form) for form in ("csv", "csl-json", "ris", "bibtex", "dc", "marcxml", "aclj")},
    "handoff --redact": _handoff(),
    "handoff --redact zip": _handoff("--form", "zip"),
    "bundle": lambda bag, out: main(["bundle", "--output", str(out / "case"), str(bag)]),
    "bundle zip": lambda bag, out: main(["bundle", "--output", str(out / "case.zip"), str(bag)]),
}


@pytest.mark.parametrize("private", ["bag", "ledger"])
def test_no_output_has_a_private_fact(private, tmp_path, capsys):
    bag = run(tmp_path, document(tmp_path), settings(tmp_path, private))
    for number, (name, write) in enumerate(OUTPUTS.items()):
        out = tmp_path / f"out{number}"
        out.mkdir()
        assert write(bag, out) == 0, (name, capsys.readouterr())
        assert any(out.iterdir()), name
        assert everywhere(out, marks(SETTINGS, OF_SEED)) == {}, name


def test_no_output_has_what_the_gate_closes(tmp_path):
    bag = run(tmp_path, document(tmp_path), settings(tmp_path, "bag"))
    for access, closed in (("metadata-only", TEXT[1:]), ("closed", TEXT)):
        said = ["--reason", "mqreason", "--quiet", "--access", access]
        assert main(["restrict", *said, str(bag)]) == 0
        for name, write in OUTPUTS.items():
            out = tmp_path / f"{access} {name}"
            out.mkdir()
            write(bag, out)
            assert everywhere(out, closed) == {}, (access, name)


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
    told = json.loads(capsys.readouterr().out)
    assert [each["bag"] for each in told["refused"]] == [Path(bags[0]).name]
    assert everywhere(tmp_path / "less", {"mqgatherer"})
