"""The files that put archiver into other people's CI name commands and options that exist."""

import re
import shlex

import yaml
from places import ROOT

from archiver.commands.options import parser


def parsed(command: str) -> None:
    """Fails where the program does not take the command."""
    words = shlex.split(command, comments=True)
    assert words[0].endswith("archiver")
    parser().parse_args(words[1:])


def test_the_pre_commit_hook_runs_a_command_there_is():
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    parsed(" ".join([hook["entry"], *hook["args"]]))


def test_the_action_runs_a_command_there_is_and_interpolates_no_input_into_the_shell():
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = action["runs"]["steps"]
    script = "\n".join(step.get("run", "") for step in steps)
    assert "${{" not in script
    line = next(line.strip() for line in script.splitlines() if line.strip().startswith("archiver validate"))
    line = line.replace('${PROFILE:+--profile "$PROFILE"}', "--profile archiver").replace('"$FAIL_ON"', "error")
    parsed(line.replace('"${bags[@]}"', "bags"))
    assert action["inputs"]["fail-on"]["default"] == "error"


def test_every_command_of_the_page_on_ci_is_one_the_program_takes():
    page = (ROOT / "docs/keep/ci.md").read_text()
    commands = re.findall(r"`(archiver validate[^`>]*)", page) + re.findall(r"(\S*archiver validate [^`\n>]*) >", page)
    assert len(commands) >= 6
    for command in commands:
        parsed(command)
