"""The command line: arguments, exit code, stdout, stderr."""

import gzip
import json
import subprocess
import sys
import tomllib

import pytest
from servers.newsroom import PARAGRAPHS, article, newsroom, pages_for, seed_document, write_seeds

from archiver import __version__, cli, config
from archiver.cli import main


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"archiver {__version__}\n"


def test_help_names_every_command_and_exit_code(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in ("run", "validate", "show", "status", "extract", "compare", "demo", "init"):
        assert f"    {command} " in out
    for code in ("0 ", "1 ", "2 ", "3 ", "130 "):
        assert f"\n  {code}" in out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["run", "--jobs", "0"],
        ["run", "--jobs", "many"],
        ["run", "--pace", "-1"],
        ["run", "--connect-to", "nowhere"],
        ["run", "--proxy", "socks5://h:1"],
        ["run", "--ca-bundle", "absent.pem"],
        ["run", "--user-agent", "a\nb"],
        ["run", "absent-folder"],
        ["validate", "absent-folder"],
        ["show", "absent-folder"],
    ],
)
def test_wrong_usage_is_exit_code_2_and_no_traceback(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert "archiver" in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_seeds_says_what_was_looked_for(capsys, tmp_path):
    assert main(["run", str(tmp_path), "--bags", str(tmp_path / "bags")]) == 2
    assert "*.txt" in capsys.readouterr().err


def test_a_folder_without_bags_is_exit_code_2(capsys, tmp_path):
    assert main(["validate", str(tmp_path)]) == 2
    assert "no bag in" in capsys.readouterr().err


def test_status_without_a_ledger_is_one_line(capsys, tmp_path):
    assert main(["status", "--bags", str(tmp_path)]) == 3
    assert "nothing was archived there yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pace = ", "not valid TOML"),
        ("speed = 3", "unknown setting speed"),
        ("pace = 'fast'", "pace = 'fast' has the wrong type"),
        ("[limits]\nredirects = true", "limits.redirects = True has the wrong type"),
        ("limits = 3", "must be a table"),
    ],
)
def test_wrong_settings_name_file_and_key(text, says, capsys, tmp_path):
    (tmp_path / "archiver.toml").write_text(text)
    assert main(["run", "--config", str(tmp_path / "archiver.toml")]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert "archiver.toml" in err


def test_init_writes_settings_that_are_read_back_as_the_defaults_and_never_touches_a_file(capsys, tmp_path):
    path = tmp_path / "archiver.toml"
    assert main(["init", str(path)]) == 0
    assert config.load(path, {}) == config.Config()
    path.write_text("pace = 3\n")
    assert main(["init", str(path)]) == 2
    assert path.read_text() == "pace = 3\n"


def test_init_shows_every_setting_there_is(tmp_path):
    main(["init", "--quiet", str(tmp_path / "a.toml")])
    lines = (tmp_path / "a.toml").read_text().splitlines()
    settings = lines[: lines.index("# [[archives]]")]
    shown = tomllib.loads("\n".join(line.removeprefix("# ") if " = " in line else line for line in settings))
    tables = {"limits", "archives"}
    assert set(shown) - tables == set(config.Config.__dataclass_fields__) - tables - {"passphrase"}
    assert shown["limits"] == {name: getattr(config.Limits(), name) for name in config.Limits.__dataclass_fields__}


def test_settings_go_default_then_file_then_command_line(tmp_path):
    (tmp_path / "a.toml").write_text('pace = 3\njobs = 2\nconnect_to = [":443:[::1]:8443"]\n')
    loaded = config.load(tmp_path / "a.toml", {"jobs": 4, "pace": None})
    assert (loaded.pace, loaded.jobs, loaded.limits.retries) == (3.0, 4, config.Limits().retries)
    assert loaded.connect_to == (config.ConnectTo(host=None, port=443, to_host="::1", to_port=8443),)


@pytest.fixture
def saved(tmp_path):
    """A seed and its page as files."""
    seed, page = tmp_path / "seed.txt", tmp_path / "page.html.gz"
    seed.write_text(seed_document(7))
    changed = [PARAGRAPHS[0].replace("four months", "five months"), *PARAGRAPHS[1:], "This is report number 7."]
    page.write_bytes(gzip.compress(article("Library opens again, report 7", changed)))
    return seed, page


def test_compare_shows_how_seed_and_saved_page_differ_without_network_or_bag(saved, capsys):
    assert main(["compare", *map(str, saved)]) == 0
    out = capsys.readouterr().out
    assert "verdict: edited" in out
    assert "[-four-] {+five+} months" in out
    assert "\x1b" not in out


def test_compare_json_has_the_parts_of_the_record(saved, capsys):
    assert main(["compare", "--json", *map(str, saved)]) == 0
    parsed = json.loads(capsys.readouterr().out)
    assert set(parsed) == {"claims", "agreement", "credits", "notices", "comparison", "links", "text"}
    assert parsed["comparison"]["verdict"] == "edited"


def test_extract_prints_the_text_of_pages_and_goes_on_past_one_it_cannot_read(saved, capsys, tmp_path):
    assert main(["extract", "--json", str(tmp_path / "absent.html"), str(saved[1])]) == 3
    out, err = capsys.readouterr()
    assert "absent.html" in err
    [parsed] = [json.loads(line) for line in out.splitlines()]
    assert parsed["file"] == str(saved[1])
    assert "the head librarian said" in parsed["text"]
    assert parsed["extractor"].startswith("archiver-blocks ")
    assert main(["extract", str(saved[1])]) == 0
    assert "the head librarian said" in capsys.readouterr().out


def test_extract_says_why_there_is_no_text(capsys, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    assert main(["extract", "--json", str(tmp_path / "a.pdf")]) == 0
    parsed = json.loads(capsys.readouterr().out)
    assert parsed["text"] == ""
    assert parsed["note"]


def test_compare_with_a_seed_that_cannot_be_read_is_exit_code_3(saved, capsys, tmp_path):
    (tmp_path / "bad.txt").write_text("no address\n")
    assert main(["compare", str(tmp_path / "bad.txt"), str(saved[1])]) == 3
    assert "bad.txt" in capsys.readouterr().err


def test_show_states_origin_comparison_credits_and_claims_of_every_bag_of_a_folder(tmp_path, capsys):
    seeds = write_seeds(tmp_path / "seeds", range(2))
    with newsroom(pages_for(range(2))) as site:
        main(["run", str(seeds), "--pace", "0", "--bags", str(tmp_path / "bags"), *site.options])
    capsys.readouterr()
    assert main(["show", str(tmp_path / "bags")]) == 0
    out = capsys.readouterr().out
    for number in (0, 1):
        assert f"from      http://www.example-times.example/news/{number}" in out
        assert f"Library opens again, report {number}" in out
    assert main(["show", "--json", str(tmp_path / "bags")]) == 0
    assert [json.loads(line)["version"] for line in capsys.readouterr().out.splitlines()] == ["2.0", "2.0"]


@pytest.mark.parametrize("record", [b"not json", b"[]", b"{}", b'{"seed": 1, "capture": []}', b"[" * 100_000])
def test_show_of_a_strange_record_is_one_line(record, tmp_path, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "provenance.json").write_bytes(record)
    assert main(["show", str(tmp_path)]) == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "archiver validate" in err


def test_a_bug_is_reported_in_one_line(monkeypatch, capsys, tmp_path):
    from archiver.commands.jobs import status

    def breaks(_):
        raise ZeroDivisionError("oh \x1b[2J")

    monkeypatch.setattr(status, "status", breaks)
    assert main(["status"]) == 3
    assert capsys.readouterr().err.startswith("archiver: a bug in archiver: ZeroDivisionError: oh \\x1b[2J")


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    seeds = write_seeds(tmp_path / "seeds", range(200))
    command = f"{sys.executable} -m archiver run {seeds} --dry-run | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_help_imports_none_of_the_heavy_libraries():
    code = "import sys, archiver.cli as c; c.parser().format_help(); print(sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("requests", "trafilatura", "lxml", "rich", "warcio", "jsonschema", "sqlite3"):
        assert f"'{heavy}'" not in out


def test_every_command_has_a_module_that_can_be_called():
    import importlib

    actions = cli.parser()._subparsers._group_actions[0].choices
    for command in actions:
        module = importlib.import_module(cli.MODULES[command])
        assert callable(getattr(module, command))
