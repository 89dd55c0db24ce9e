"""README.md says what the program does: commands, options, tables, the bag and the output of the demo are compared."""

import argparse
import fnmatch
import re
from typing import get_args

import pytest
from places import ROOT

from archiver.commands.options import EPILOG, parser
from archiver.demo.tour import run_demo
from archiver.model import Outcome, Verdict

README = (ROOT / "README.md").read_text("utf-8")
WITHOUT_TLS = "data/evidence/tls/*.pem"
"""The demo's newspaper is served over plain HTTP."""


def commands():
    actions = [each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return actions[0].choices


def options(command):
    return {option for action in commands()[command]._actions for option in action.option_strings}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def table(heading):
    """The rows below a table's heading, as cells."""
    rows = README.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder, said = tmp_path_factory.mktemp("readme") / "demo-bags", []
    assert run_demo(folder, say=said.append) == 0
    return folder, "\n".join(said)


def test_every_command_line_in_the_readme_is_one_the_program_accepts():
    lines = re.findall(r"^archiver (.*?)\s*(?:#.*)?$", "".join(blocks("sh")), re.MULTILINE)
    assert len(lines) >= 7
    for line in lines:
        parser().parse_args(line.split())


def test_every_command_and_option_named_in_the_text_exists_and_no_command_is_left_out():
    named = set(re.findall(r"^archiver (\w+)", "".join(blocks("sh")), re.MULTILINE))
    assert named | set(re.findall(r"`archiver (\w+)", README)) | {"demo"} == set(commands())
    elsewhere = {"--check", "--strict", "--validate", "--quiet"}
    known = {option for command in commands() for option in options(command)}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) - elsewhere <= known


def test_every_option_of_run_is_told():
    assert {each for each in options("run") if each not in ("-h", "--help", "--debug")} - set(
        re.findall(r"--[a-z][a-z-]+", README)
    ) == set()


def test_the_exit_codes_are_those_of_the_help():
    told = re.findall(r"^  (\d+) +(.+)$", EPILOG.partition("first steps")[0], re.MULTILINE)
    assert table("exit code | meaning") == [list(each) for each in told]


def test_outcomes_and_verdicts_are_those_of_the_model():
    assert [row[0] for row in table("outcome | the original | a bag?")] == list(get_args(Outcome))
    assert [row[0] for row in table("verdict | seed and page")] == list(get_args(Verdict))


def test_the_tree_is_that_of_a_bag(demo):
    tree = next(block for block in blocks("text") if "bagit.txt" in block)
    told = re.findall(r"^  (\S+)", tree, re.MULTILINE)
    bag = next(demo[0].glob("ferry-strike-*"))
    files = [path.relative_to(bag).as_posix() for path in bag.rglob("*") if path.is_file()]
    assert {pattern for pattern in told if not fnmatch.filter(files, pattern)} == {WITHOUT_TLS}
    assert [file for file in files if not any(fnmatch.fnmatchcase(file, pattern) for pattern in told)] == []


def test_the_demo_prints_the_lines_that_are_shown_in_their_order(demo):
    rest = demo[1].replace(str(demo[0]), "demo-bags")
    for part in blocks("text")[0].split("...\n"):
        _, found, rest = rest.partition(part.rstrip("\n"))
        assert found, f"not in the demo's output after what precedes it: {part}"


def test_every_link_leads_to_something_that_is_here():
    prose = re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", prose)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
