"""Private facts that are kept beside a bag: given on the command line, and checked by `validate` and `audit`."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from builders.bags import Builder
from leaks.marked import OF_SEED, document, run, settings
from servers.newsroom import PARAGRAPHS

from archiver.cli import main
from archiver.validation.validator import validate_bag

CASE = ["--case", "12/2026", "--exhibit", "E-7", "--collector", "Kim Collect", "--purpose", "for the trial"]


def seed(tmp_path: Path) -> Path:
    text = "Library opens again\n\nOriginal url: http://www.example-times.example/news/0\n\n" + "\n\n".join(PARAGRAPHS)
    (tmp_path / "plain.txt").write_text(text, "utf-8")
    return tmp_path / "plain.txt"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return run(tmp_path, document(tmp_path), settings(tmp_path, "ledger"))


def place(bag: Path) -> Path:
    return bag.parent / f".archiver/private/{bag.name}.json"


def private(bag: Path) -> list[tuple[str, str]]:
    return [(each.code, each.severity) for each in validate_bag(bag).findings if each.code.startswith("PRIV")]


def test_the_facts_of_a_case_are_options_and_stand_in_the_private_part_alone(tmp_path):
    bag = run(tmp_path, seed(tmp_path), settings(tmp_path, "ledger", stated={}), *CASE)
    facts = json.loads(place(bag).read_bytes())
    names = ("case_number", "exhibit_number", "collector", "purpose")
    assert [facts[name] for name in names] == ["12/2026", "E-7", "Kim Collect", "for the trial"]
    open_files = b"".join(each.read_bytes() for each in bag.rglob("*") if each.is_file())
    assert not [each for each in ("12/2026", "Kim Collect", "for the trial") if each.encode() in open_files]


def test_git_leaves_out_the_folder_of_private_facts_and_nothing_complains_of_that(bag):
    ignored = bag.parent / ".archiver/.gitignore"
    assert ignored.read_text().endswith("\n*\n")
    if git := shutil.which("git"):
        subprocess.run([git, "init", "-q", bag.parent], check=True)
        subprocess.run([git, "-C", bag.parent, "add", "-A"], check=True)
        listed = subprocess.run([git, "-C", bag.parent, "ls-files"], check=True, capture_output=True, text=True).stdout
        assert f"{bag.name}/bagit.txt" in listed
        assert ".archiver" not in listed
        shutil.rmtree(bag.parent / ".git")
    assert private(bag) == []
    assert main(["validate", "--quiet", "--second-opinion", "required", str(bag)]) == 0
    assert main(["audit", "--quiet", "--bags", str(bag.parent)]) == 0
    assert main(["status", "--quiet", "--bags", str(bag.parent)]) == 0
    ignored.unlink()
    assert main(["audit", "--quiet", "--bags", str(bag.parent)]) == 0
    assert not ignored.exists(), "who takes it away wants to commit what is there"


@pytest.mark.parametrize(
    "command",
    [["audit"], ["restrict", "--access", "closed", "--reason", "a reason", "BAG"]],
)
def test_the_first_command_that_makes_the_folder_has_git_leave_it_out(command, tmp_path):
    made = Builder().write(tmp_path / "bags/a")
    assert main([str(made) if each == "BAG" else each for each in command] + ["--bags", str(tmp_path / "bags")]) == 0
    assert (tmp_path / "bags/.archiver/.gitignore").exists()


def test_an_option_goes_before_the_settings_and_a_seed_before_both(tmp_path):
    bag = run(tmp_path, document(tmp_path), settings(tmp_path, "bag"), *CASE)
    facts = json.loads((bag / "data/private/facts.json").read_bytes())
    assert (facts["case_number"], facts["collector"]) == (OF_SEED["Case-Number"], OF_SEED["collector"])
    other = tmp_path / "other"
    other.mkdir()
    bag = run(other, seed(other), settings(other, "bag"), *CASE)
    assert json.loads((bag / "data/private/facts.json").read_bytes())["case_number"] == "12/2026"


@pytest.mark.parametrize("text", ["", "  ", "two\nlines", "x" * 2001])
def test_what_is_no_line_of_text_is_refused_before_anything_is_fetched(text, tmp_path, capsys):
    assert main(["run", str(seed(tmp_path)), "--bags", str(tmp_path / "bags"), "--case", text]) == 2
    assert "--case" in capsys.readouterr().err
    assert not (tmp_path / "bags").exists()


def test_sound_facts_are_no_finding(bag):
    assert private(bag) == []


def test_facts_that_were_altered_are_an_error(bag, capsys):
    place(bag).write_bytes(place(bag).read_bytes().replace(b"Mqsupplier", b"Somebodyyy"))
    assert private(bag) == [("PRIV005", "error")]
    assert main(["validate", "--quiet", str(bag.parent)]) == 1
    assert f".archiver/private/{bag.name}.json" in capsys.readouterr().out


def test_facts_that_are_not_there_are_reported_as_left_out(bag, tmp_path):
    digest = json.loads((bag / "data/provenance.json").read_bytes())["private"]["sha256"]
    kept = place(bag).read_bytes()
    place(bag).unlink()
    assert private(bag) == [("PRIV004", "info")]
    assert f"left out: digest {digest}" in str(validate_bag(bag).findings)
    assert validate_bag(bag).ok
    elsewhere = tmp_path / "received" / bag.name
    elsewhere.parent.mkdir()
    bag.rename(elsewhere)
    assert private(elsewhere) == [("PRIV004", "info")]
    place(elsewhere).parent.mkdir(parents=True)
    place(elsewhere).write_bytes(kept)
    assert private(elsewhere) == []


def test_facts_that_cannot_be_read_are_not_checked(bag):
    place(bag).unlink()
    place(bag).mkdir()  # root may read every file
    assert private(bag) == [("PRIV006", "info")]


def test_a_link_in_the_place_of_the_facts_is_not_followed(bag, tmp_path):
    place(bag).rename(tmp_path / "elsewhere.json")
    place(bag).symlink_to(tmp_path / "elsewhere.json")
    assert private(bag) == [("PRIV006", "info")]


def test_a_pipe_in_the_place_of_the_facts_holds_nobody_up(bag):
    place(bag).unlink()
    os.mkfifo(place(bag))
    assert private(bag) == [("PRIV006", "info")]
    assert main(["audit", "--quiet", str(bag.parent)]) == 0


def test_facts_that_were_altered_are_not_passed_over_because_the_bag_is_unchanged(bag):
    assert main(["validate", "--quiet", "--since-ledger", str(bag.parent)]) == 0
    place(bag).write_bytes(b"{}")
    assert main(["validate", "--quiet", "--since-ledger", str(bag.parent)]) == 1


def test_an_audit_reports_altered_and_absent_facts(bag, capsys):
    def audited() -> tuple[int, dict]:
        capsys.readouterr()
        code = main(["audit", "--json", "--quiet", str(bag.parent)])
        return code, json.loads(capsys.readouterr().out)

    code, results = audited()
    assert (code, results["outcome"], results["changes"], results["notes"]) == (0, "good", [], [])
    kept = place(bag).read_bytes()
    place(bag).write_bytes(kept + b" ")
    code, results = audited()
    assert (code, results["outcome"]) == (1, "changed")
    assert [each["path"] for each in results["changes"]] == [f".archiver/private/{bag.name}.json"]
    place(bag).unlink()
    code, results = audited()
    assert (code, results["outcome"], results["changes"]) == (0, "good", [])
    assert "left out" in " ".join(results["notes"])
    place(bag).write_bytes(kept)
    assert audited()[1]["notes"] == []
