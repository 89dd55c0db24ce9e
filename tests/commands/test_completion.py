"""`archiver completion SHELL`: what the shells themselves complete with the scripts, and the files in `share/`."""

import shutil
import subprocess
from pathlib import Path

import pytest
from scripts import share_files

from archiver.cli import main
from archiver.commands.completion import SHELLS, script
from archiver.commands.completion.described import described
from archiver.commands.options import COMMANDS
from archiver.commands.options import SHELLS as OFFERED


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def test_every_shell_that_is_offered_has_a_script(capsys):
    assert tuple(SHELLS) == OFFERED
    for shell in OFFERED:
        assert main(["completion", shell]) == 0
        assert capsys.readouterr().out == script(shell)
    assert main(["completion", "tcsh"]) == 2


def test_every_command_and_option_is_described():
    found = described()
    assert [each.name for each in found] == [each.name for each in COMMANDS]
    run = next(each for each in found if each.name == "run")
    takes = {name: option.takes for option in run.options for name in option.names}
    assert takes["--retry"] == "nothing"
    assert takes["--robots"] == "words"
    assert takes["--bags"] == "folders"
    assert takes["--ca-bundle"] == "files"
    assert takes["--pace"] == "text"
    assert run.positional[0].takes == "files"


def in_bash(folder: Path, *words: str) -> list[str]:
    """What bash completes for the words, the last one unfinished."""
    ask = """
    source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
    _archiver
    printf '%s\\n' "${COMPREPLY[@]}"
    """
    (folder / "completion").write_text(script("bash"))
    done = subprocess.run(
        ["bash", "--norc", "-c", ask, "bash", str(folder / "completion"), "archiver", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
    )
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


@needs("bash")
def test_bash_completes_commands_options_and_values(tmp_path):
    (tmp_path / "my bags").mkdir()
    (tmp_path / "a.txt").touch()
    assert in_bash(tmp_path, "re") == ["read", "receive", "related", "restrict", "report"]
    assert in_bash(tmp_path, "run", "--rob") == ["--robots"]
    assert in_bash(tmp_path, "run", "--robots", "") == ["record", "obey", "ignore"]
    assert in_bash(tmp_path, "run", "--robots", "=", "o") == ["obey"]  # bash splits --robots=o
    assert in_bash(tmp_path, "run", "--robots", "=") == ["record", "obey", "ignore"]
    assert in_bash(tmp_path, "validate", "--bags", "") == ["my bags"]
    assert in_bash(tmp_path, "validate", "a") == []  # the shell's own file names
    assert in_bash(tmp_path, "help", "hand") == ["handoff"]
    assert in_bash(tmp_path, "completion", "") == ["bash", "zsh", "fish"]
    assert "--version" in in_bash(tmp_path, "--")
    for command in COMMANDS:
        assert "--quiet" in in_bash(tmp_path, command.name, "--q")


@needs("bash")
def test_the_keys_of_a_reader_complete_in_an_interactive_bash(tmp_path):
    """Tab, in a bash that reads a terminal: the script is loaded as docs/install.md says."""
    import os
    import pty
    import select

    (tmp_path / "completion").write_text(script("bash"))
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], {**os.environ, "TERM": "dumb", "PS1": "$ "})
    try:
        os.write(terminal, b'archiver() { echo "called: $*"; }; source completion\n')
        os.write(terminal, b"archiver vali\t--strict\n")
        heard = b""
        while b"called: validate --strict" not in heard:
            assert select.select([terminal], [], [], 60)[0], heard
            heard += os.read(terminal, 4096)
    finally:
        os.write(terminal, b"\nexit\n")
        os.close(terminal)
        os.waitpid(child, 0)


def in_fish(line: str) -> list[str]:
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"{script('fish')}\ncomplete -C '{line}'"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [each.partition("\t")[0] for each in done.stdout.splitlines()]


@needs("fish")
def test_fish_completes_commands_options_and_values():
    assert in_fish("archiver vali") == ["validate"]
    assert in_fish("archiver run --rob") == ["--robots"]
    assert sorted(in_fish("archiver run --robots ")) == ["ignore", "obey", "record"]
    assert in_fish("archiver help hand") == ["handoff"]


@needs("zsh")
def test_zsh_takes_the_script_and_completes(tmp_path):
    """zsh completes in a terminal only; `zpty` gives it one."""
    (tmp_path / "_archiver").write_text(script("zsh"))
    ask = """
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PS1='% '; fpath=($1 \\$fpath); autoload -U compinit; compinit -u -d $1/dump"
    zpty -w shell 'archiver() { print called: $* }'
    zpty -w -n shell $'archiver vali\\t--str\\t\\n'
    zpty -r shell line '*called: validate --strict*'
    print -r -- "$line"
    zpty -d shell
    """
    done = subprocess.run(
        ["zsh", "-f", "-c", ask, "zsh", str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert "called: validate --strict" in done.stdout, done.stdout + done.stderr


def test_the_files_in_share_are_those_of_the_parser():
    for path, text in share_files.files().items():
        assert path.read_text("utf-8") == text, f"{path}: run `make reference`"


@needs("mandoc")
def test_mandoc_finds_nothing_in_the_manual_page():
    [page] = [path for path in share_files.files() if path.suffix == ".1"]
    done = subprocess.run(["mandoc", "-Tlint", str(page)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@needs("man")
def test_man_shows_every_command_and_option():
    [page] = [path for path in share_files.files() if path.suffix == ".1"]
    shown = subprocess.run(
        ["man", "--warnings", "-l", str(page)],
        capture_output=True,
        text=True,
        check=True,
        env={"MANWIDTH": "200", "PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8"},
    )
    assert shown.stderr == ""
    for each in described():
        assert f"archiver {each.name}" in shown.stdout
        for option in each.options:
            assert option.names[-1] in shown.stdout
