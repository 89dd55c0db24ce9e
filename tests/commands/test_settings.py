"""Settings are one thing: `--config`, `--bags` and `archiver.toml` hold for every command; `help` explains them all."""

import json
import re
import shutil
import tarfile
import tomllib

import pytest
from builders.bags import Builder

from archiver.cli import main
from archiver.commands.options import COMMANDS, parser


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder whose archiver.toml names another folder of bags, with one bag in it."""
    monkeypatch.chdir(tmp_path)
    Builder().write(tmp_path / "kept/harbour")
    (tmp_path / "archiver.toml").write_text('bags = "kept"\n')
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.mark.parametrize("command", [each.name for each in COMMANDS])
def test_every_command_takes_the_common_options_and_its_help_shows_them(command, capsys):
    with pytest.raises(SystemExit):
        parser().parse_args([command, "--help"])
    shown = capsys.readouterr().out
    for option in ("--bags DIR", "--config FILE", "--quiet", "--debug"):
        assert option in shown


@pytest.mark.parametrize("line", ["validate", "audit", "certify", "show", "handoff out"])
@pytest.mark.parametrize("how", ["file", "named file", "option"])
def test_the_bags_folder_of_the_settings_is_the_one_that_is_meant(line, how, home, capsys):
    words = line.split()
    if how != "file":
        (home / "archiver.toml").rename(home / "elsewhere.toml")
        words += ["--config", "elsewhere.toml"] if how == "named file" else ["--bags", "kept"]
    assert main(words) == 0
    assert "harbour" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["validate", "show", "certify", "audit"])
def test_a_bag_is_found_by_its_name_in_the_bags_folder(command, home, capsys):
    assert main([command, "harbour"]) == 0
    assert "harbour" in capsys.readouterr().out
    assert main([command, "wombat"]) == 2


def test_receive_puts_bags_into_the_folder_of_the_settings(home, capsys):
    shutil.move(home / "kept/harbour", home / "out/harbour")
    assert main(["receive", "out/harbour"]) == 0
    assert (home / "kept/harbour/bagit.txt").exists()


def test_extract_reads_as_much_of_a_page_as_the_settings_allow(home, capsys):
    (home / "archiver.toml").write_text("[limits]\npage_bytes = 1000\n")
    (home / "page.html").write_text("<article><p>Words of a page.</p></article>" + "<p>More words of it.</p>" * 100)
    assert main(["extract", "--json", "page.html"]) == 0
    assert "first 1000 bytes" in json.loads(capsys.readouterr().out)["note"]


def test_init_writes_the_settings_that_are_named(home, capsys):
    assert main(["init", "--config", "new.toml", "--bags", 'odd "folder"']) == 0
    assert tomllib.loads((home / "new.toml").read_text())["bags"] == 'odd "folder"'
    assert main(["init", "--config", "new.toml"]) == 2


def test_arguments_may_stand_before_and_behind_options(home, capsys):
    shutil.copytree(home / "kept/harbour", home / "kept/second")
    assert main(["handoff", "harbour", "--form", "folder", "second", "out"]) == 0
    assert sorted(each.name for each in (home / "out").iterdir() if each.is_dir()) == ["harbour", "second"]


class TestHelp:
    def test_it_lists_all_commands_or_explains_one(self, capsys):
        assert main(["help"]) == 0
        everything = capsys.readouterr().out
        assert all(re.search(rf"^    {each.name}\s", everything, re.MULTILINE) for each in COMMANDS)
        assert main(["help", "audit"]) == 0
        explained = capsys.readouterr().out
        assert main(["audit", "--help"]) == 0
        assert explained == capsys.readouterr().out

    @pytest.mark.parametrize(("typed", "meant"), [("valdate", "validate"), ("hand-off", "handoff"), ("Show", "show")])
    def test_the_nearest_command_is_suggested(self, typed, meant, capsys):
        assert main([typed]) == 2
        assert f"did you mean {meant}?" in capsys.readouterr().err
        assert main(["help", typed]) == 2
        assert f"did you mean {meant}?" in capsys.readouterr().err

    def test_a_command_far_from_all_is_answered_by_where_they_stand(self, capsys):
        assert main(["xylophone"]) == 2
        assert "no command 'xylophone'; 'archiver help' lists all commands" in capsys.readouterr().err


class TestShow:
    @pytest.mark.parametrize("end", [".tar", ".tgz", ".zip"])
    def test_a_serialised_bag_is_shown_as_the_bag_itself(self, end, home, capsys):
        assert main(["show", "kept/harbour"]) == 0
        folder = capsys.readouterr().out.splitlines()[1:]
        packed = home / f"harbour{end}"
        if end == ".zip":
            shutil.make_archive(str(home / "harbour"), "zip", home / "kept", "harbour")
        else:
            with tarfile.open(packed, "w:gz" if end == ".tgz" else "w") as archive:
                archive.add(home / "kept/harbour", "harbour")
        assert main(["show", packed.name]) == 0
        assert capsys.readouterr().out.splitlines()[1:] == folder
        assert main(["show", "--json", packed.name]) == 0
        assert json.loads(capsys.readouterr().out)["seed"]

    def test_what_is_no_archive_is_one_line(self, home, capsys):
        (home / "noise.tar").write_bytes(b"noise" * 500)
        assert main(["show", "noise.tar"]) == 3
        assert capsys.readouterr().err.count("\n") == 1


def test_fast_text_is_accepted_and_says_that_it_does_nothing(tmp_path, capsys):
    seed = tmp_path / "seeds" / "a.txt"
    seed.parent.mkdir()
    seed.write_text("A Headline\n\nWords of a seed.\n\nOriginal url:\n\n<https://paper.example/a>\n", "utf-8")
    assert main(["run", str(seed.parent), "--bags", str(tmp_path / "bags"), "--fast-text", "--dry-run"]) == 0
    assert "--fast-text does nothing" in capsys.readouterr().err
