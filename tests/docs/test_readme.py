"""README.md and the pages it leads to say what the program does: commands, tables, the bag, the demo."""

import argparse
import fnmatch
import json
import re
from pathlib import Path
from typing import get_args

import pytest
from places import ROOT
from scripts import reference

from archiver.cli import main
from archiver.commands.options import EPILOG, parser
from archiver.demo.tour import SEEDS, run_demo
from archiver.model import Outcome, Verdict

README = (ROOT / "README.md").read_text("utf-8")
COMMAND_LINE = (ROOT / "docs/command-line.md").read_text("utf-8")
OUTCOMES = (ROOT / "docs/capture/outcomes.md").read_text("utf-8")
COMPARISON = (ROOT / "docs/capture/comparison.md").read_text("utf-8")
BAG_FORMAT = (ROOT / "docs/bag-format.md").read_text("utf-8")
_ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", re.MULTILINE)
FIELDS = dict(_ROW.findall(COMMAND_LINE.partition("## Fields of")[2].partition("\n## ")[0]))
WITHOUT_TLS = "data/evidence/tls/*.pem"
"""The demo's newspaper is served over plain HTTP."""
OF_OTHERS = {"--check", "--strict", "--validate", "--quiet"}
"""Options of other programs."""


def commands():
    actions = [each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return actions[0].choices


def options(command):
    return {option for action in commands()[command]._actions for option in action.option_strings}


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def table(page, heading):
    """The rows below a table's heading, as cells."""
    rows = page.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows]


def command_lines(page):
    return re.findall(r"^archiver (.*?)\s*(?:#.*)?$", "".join(blocks(page, "sh")), re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder, said = tmp_path_factory.mktemp("readme") / "demo-bags", []
    assert run_demo(folder, say=said.append) == 0
    return folder, "\n".join(said)


@pytest.mark.parametrize("page", [README, COMMAND_LINE], ids=["README", "command-line"])
def test_every_command_line_is_one_the_program_accepts(page):
    lines = command_lines(page)
    assert len(lines) >= 7
    for line in lines:
        parser().parse_args(line.split())


def test_the_readme_fits_on_one_screen_before_its_links():
    """A screen of seventy lines: what it is, a picture, the demo, the first bag, the check."""
    assert len(README.partition("## Read on")[0].splitlines()) <= 70


def test_every_command_is_shown_and_every_option_named_exists():
    assert {line.split()[0] for line in command_lines(COMMAND_LINE)} == set(commands())
    known = {option for command in commands() for option in options(command)}
    for page in (README, COMMAND_LINE):
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)) - OF_OTHERS <= known


def test_the_options_are_those_of_the_parser():
    assert reference.page() == COMMAND_LINE, "run `make reference`"


def test_every_option_of_every_command_has_a_row():
    for command in commands():
        section = COMMAND_LINE.partition(f"### `archiver {command}`\n")[2].partition("\n### ")[0]
        common = COMMAND_LINE.partition("### Every command\n")[2].partition("\n### ")[0]
        rows = re.findall(r"^\| `(--[a-z-]+)", section + common, re.MULTILINE)
        assert options(command) - {"-h", "--help"} == set(rows), command


def test_the_exit_codes_are_those_of_the_help():
    stated = re.findall(r"^  (\d+) +(.+)$", EPILOG.partition("first steps")[0], re.MULTILINE)
    assert table(COMMAND_LINE, "exit code | meaning") == [list(each) for each in stated]


def fields(command, part=0):
    """The documented fields of a command's JSON: those there always are, or those of another part of the row."""
    row = next(
        row for row in re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", COMMAND_LINE, re.MULTILINE) if row[0] == command
    )
    return set(re.findall(r"`([a-z0-9_]+)`", row[1].split(";")[part]))


def test_every_command_with_json_has_its_fields_documented():
    with_json = {command for command in commands() if "--json" in options(command)}
    assert with_json == set(FIELDS)


def test_the_fields_of_json_are_those_that_are_documented(demo, tmp_path, capsys):
    bags, out = str(demo[0]), tmp_path / "out"
    out.mkdir()
    bag = str(next(demo[0].glob("ferry-strike-*")))
    seed, page = str(SEEDS / "ferry-strike.txt"), tmp_path / "page.html"
    page.write_text("<html><body><article><p>The ferries stay in the harbour today.</p></article></body></html>")

    def keys(*arguments):
        assert main([*arguments, "--config", str(empty)]) in (0, 1)
        return set(json.JSONDecoder().raw_decode(capsys.readouterr().out)[0])

    empty = tmp_path / "archiver.toml"
    empty.touch()
    assert keys("read", "--json", seed) == fields("read")
    (tmp_path / "without.txt").write_text("No address is in here.\n")
    assert keys("read", "--json", str(tmp_path / "without.txt")) == fields("read", 1) - {"left_alone"}
    assert keys("run", "--json", "--bags", bags, seed) == fields("run")
    assert keys("status", "--json", "--bags", bags) == fields("status")
    assert keys("validate", "--json", bag) == fields("validate")
    assert keys("compare", "--json", seed, str(page)) == fields("compare")
    assert keys("diff", "--json", bag, bag) == fields("diff")
    assert keys("extract", "--json", str(page)) == fields("extract")
    assert keys("handoff", "--json", bag, str(out)) == fields("handoff")
    package = str(next(out.glob("*.tar")))
    assert keys("receive", "--json", "--bags", str(tmp_path / "in"), package) == fields("receive")
    assert keys("audit", "--json", bag) == fields("audit")


def test_outcomes_and_verdicts_are_those_of_the_model():
    assert [row[0] for row in table(OUTCOMES, "outcome | the original | a bag?")] == list(get_args(Outcome))
    assert [row[0] for row in table(COMPARISON, "verdict | seed and page")] == list(get_args(Verdict))


def test_the_tree_is_that_of_a_bag(demo):
    tree = next(block for block in blocks(BAG_FORMAT, "text") if "bagit.txt" in block)
    stated = re.findall(r"^  (\S+)", tree, re.MULTILINE)
    bag = next(demo[0].glob("ferry-strike-*"))
    files = [path.relative_to(bag).as_posix() for path in bag.rglob("*") if path.is_file()]
    assert {pattern for pattern in stated if not fnmatch.filter(files, pattern)} == {WITHOUT_TLS}
    assert [file for file in files if not any(fnmatch.fnmatchcase(file, pattern) for pattern in stated)] == []


def test_the_demo_prints_the_lines_that_are_shown_in_their_order(demo):
    rest = demo[1].replace(str(demo[0]), "demo-bags")
    for part in blocks(README, "text")[0].split("...\n"):
        _, found, rest = rest.partition(part.rstrip("\n"))
        assert found, f"not in the demo's output after what precedes it: {part}"


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def leads_to(page: Path) -> set[Path]:
    """The files that the relative links of a page lead to."""
    return {(page.parent / each).resolve() for each in re.findall(r"\]\(([\w./-]+\.md)", page.read_text("utf-8"))}


def test_every_page_in_docs_is_linked_from_the_readme_or_another_page():
    linked = {path for page in PAGES for path in leads_to(page) - {page}}
    assert set((ROOT / "docs").rglob("*.md")) - linked == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_another_page_leads_to_one(page: Path):
    assert [path for path in leads_to(page) if not path.is_file()] == []


def test_every_page_that_code_names_is_there():
    """In messages, docstrings and settings."""
    files = [path for room in ("archiver", "bench", "tests", "share") for path in (ROOT / room).rglob("*")]
    code = [path for path in files if path.suffix in (".py", ".toml", ".html", ".1") and "data" not in path.parts]
    named = {each for path in code for each in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text("utf-8", "replace"))}
    assert [each for each in sorted(named) if not (ROOT / each).is_file()] == []


def test_every_decision_is_in_the_list_of_decisions():
    listed = set(re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (ROOT / "docs/adr/README.md").read_text("utf-8")))
    assert listed == {path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md")}
