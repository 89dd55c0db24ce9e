"""What somebody who is new to archiver gets wrong, and the line that puts it right."""

import json
import re
import shutil
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.bags import Builder
from places import ROOT
from servers.newsroom import newsroom, pages_for, write_seeds

import archiver
from archiver.cli import main
from archiver.commands.options import parser
from archiver.config import load
from archiver.ledger.ledger import PATH

HOUSE = Path(archiver.__file__).parent


def refused(capsys, *arguments: str, code: int = 2) -> str:
    """What a command says on stderr that ends with this code."""
    assert main(list(arguments)) == code
    return str(capsys.readouterr().err)


def test_a_file_that_cannot_be_read_is_named_once(tmp_path, capsys):
    page = str(tmp_path / "page.html")
    assert refused(capsys, "extract", page, code=3).count(page) == 1


@pytest.mark.parametrize("rate", ["50", "0.5B/s"])
def test_a_rate_without_its_unit_is_refused(rate, capsys):
    assert "as in 50MB/s" in refused(capsys, "audit", "--rate", rate)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("contact_mail = 'a@example.org'", "did you mean contact_email?"),
        ("[limits]\nredirect = 3", "did you mean limits.redirects?"),
        ("wombat = 3", "'archiver init' writes all there are"),
        ("jobs = '2'", "must be a whole number"),
        ("pace = 'slow'", "must be a number"),
        ("retry = 1", "must be true or false"),
        ("bags = 3", "must be text in quotes"),
        ("connect_to = 'a:1:b:2'", "must be a list"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_it_should_be(text, says, tmp_path, capsys):
    (tmp_path / "a.toml").write_text(text)
    assert says in refused(capsys, "status", "--config", str(tmp_path / "a.toml"))


@pytest.mark.parametrize("until", ["soon", "2030", "2030-02-30", "2030-01-01T00:00", "2030-01-01 or so"])
def test_an_embargo_that_is_no_day_is_refused(until, tmp_path, capsys):
    (tmp_path / "a.toml").write_text(f"embargo = '{until}'")
    assert "is not a day, as in '2030-01-01'" in refused(capsys, "status", "--config", str(tmp_path / "a.toml"))


@pytest.mark.parametrize("until", ["2030-01-01", "2030-01-01~"])
def test_an_embargo_until_a_day_is_taken(until, tmp_path):
    (tmp_path / "a.toml").write_text(f"embargo = '{until}'")
    assert load(tmp_path / "a.toml", {}).embargo == until


@pytest.mark.parametrize("name", ["key", "certificate", "passphrase_file", "trust_roots", "ca_bundle"])
def test_keys_and_roots_are_looked_for_beside_the_settings_that_name_them(name, tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "a.toml").write_text(f"bags = 'kept'\n{name} = 'sub/a.pem'")
    monkeypatch.chdir(tmp_path)
    config = load(Path("etc/a.toml"), {})
    assert getattr(config, name) == Path("etc/sub/a.pem")
    assert config.bags == Path("kept")
    (tmp_path / "etc" / "a.toml").write_text(f"{name} = '/a.pem'")
    assert getattr(load(Path("etc/a.toml"), {}), name) == Path("/a.pem")
    assert getattr(load(Path("etc/a.toml"), {name: Path("b.pem")}), name) == Path("b.pem")


def test_an_unknown_option_is_refused_in_one_line_with_the_nearest_name(capsys):
    said = refused(capsys, "run", "--dry-runn", "seeds")
    assert said == "archiver run: error: unknown: --dry-runn; did you mean --dry-run? (see 'archiver run --help')\n"
    assert "did you mean --older-than?" in refused(capsys, "audit", "--old-than=90d")
    assert refused(capsys, "status", "--wombat") == (
        "archiver status: error: unknown: --wombat (see 'archiver status --help')\n"
    )


def choices() -> Iterator[tuple[str, str, str, str]]:
    """(command, option or "", a choice, the same mistyped) of every option and argument that has them."""
    (commands,) = parser()._subparsers._group_actions
    for name, command in commands.choices.items():
        for action in command._actions:
            for choice in map(str, action.choices or ()):
                yield name, (action.option_strings or [""])[0], choice, f"{choice[:-1]}{choice[-1]}q"


@pytest.mark.parametrize(("command", "option", "meant", "typed"), list(choices()))
def test_a_mistyped_choice_is_refused_in_one_line_with_the_nearest(command, option, meant, typed, capsys):
    said = refused(capsys, command, *([f"{option}={typed}"] if option else [typed, "x"]))
    assert said.count("\n") == 1
    assert said.startswith(f"archiver {command}: error: {option or ''}")
    assert f"{typed!r} is not " in said
    assert f"; did you mean {meant}?" in said


def test_a_mistyped_choice_in_the_settings_is_refused_with_the_nearest(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("http://news.example/a\n")
    for setting, meant in (
        ("profile = 'discret'", "discreet"),
        ("robots = 'obay'", "obey"),
        ("private = 'bags'", "bag"),
    ):
        (tmp_path / "a.toml").write_text(setting)
        said = refused(capsys, "run", "--config", str(tmp_path / "a.toml"), str(tmp_path / "a.txt"))
        assert f"; did you mean {meant}?" in said
    assert "did you mean btr?" in refused(capsys, "validate", "--profile", "btrr", code=3)


def test_a_choice_in_other_case_is_suggested(capsys):
    assert "; did you mean discreet?" in refused(capsys, "run", "--profile", "DISCREET")


@pytest.mark.parametrize("wrong", [["run", "--jobs", "0"], ["handoff"], ["run", "--pace"], ["rum"], ["help", "x", "y"]])
def test_wrong_usage_is_one_line(wrong, capsys):
    assert refused(capsys, *wrong).count("\n") == 1


def test_an_option_is_not_abbreviated(capsys):
    assert "did you mean --dry-run?" in refused(capsys, "run", "--dry-ru")


def test_the_program_alone_shows_the_first_steps(capsys):
    said = refused(capsys)
    assert said.startswith("usage: archiver ")
    assert "first steps:\n  archiver demo" in said


@pytest.mark.parametrize(("name", "absent"), [("key", "certificate"), ("certificate", "key")])
def test_a_key_without_its_certificate_names_the_settings_file_and_only_options_there_are(
    name, absent, tmp_path, capsys
):
    file = tmp_path / "a.toml"
    file.write_text(f"{name} = 'a.pem'")
    said = refused(capsys, "run", "--config", str(file), str(tmp_path))
    assert f"name {absent} in {file} too" in said
    assert f"--{absent}" not in said
    assert f"or --{absent} FILE" in refused(capsys, "sign", "--config", str(file), str(tmp_path))


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_proxy_that_is_not_there_is_reported_in_words(scheme, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("A\n\nMay 3, 2024\n\nWords.\n\nOriginal url:\n\n<http://news.example/a>\n")
    (tmp_path / "a.toml").write_text("[limits]\nretries = 0")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"{scheme}://127.0.0.1:{taken.getsockname()[1]}"
        options = ["--bags", str(tmp_path / "bags"), "--config", str(tmp_path / "a.toml"), "--proxy", proxy]
        assert main(["run", str(tmp_path / "a.txt"), *options]) == 1
    assert "the proxy failed: Connection refused" in capsys.readouterr().out


def test_status_of_bags_that_were_only_audited_says_that_there_are_no_seeds(tmp_path, capsys):
    Builder().write(tmp_path / "bags" / "a")
    assert main(["audit", str(tmp_path / "bags")]) == 0
    before = (tmp_path / "bags" / PATH).read_bytes()
    capsys.readouterr()
    assert main(["status", "--bags", str(tmp_path / "bags")]) == 0
    assert capsys.readouterr().out == f"0 seeds in {tmp_path / 'bags'}: none yet\n"
    assert main(["status", "--json", "--bags", str(tmp_path / "bags")]) == 0
    assert (tmp_path / "bags" / PATH).read_bytes() == before


def test_a_bag_that_was_taken_away_is_missed_and_made_anew_on_demand(tmp_path, capsys):
    seeds, bags = write_seeds(tmp_path / "seeds", range(2)), tmp_path / "bags"
    with newsroom(pages_for(range(2))) as site:
        job = ["run", str(seeds), "--bags", str(bags), "--pace", "0", *site.options]
        assert main(job) == 0
        lost = next(bags.glob("report-001-*"))
        shutil.rmtree(lost)
        capsys.readouterr()
        assert main(job) == 1
        out, err = capsys.readouterr()
        assert out.count(f"{lost.name} (done before): the bag is not there any more; --recapture makes it anew") == 1
        assert "1 bag not there any more" in err
        assert "2 seeds: 2 captured; 0 new bags" in err
        assert main(["status", "--bags", str(bags)]) == 0
        assert "bag missing (1) - not there any more" in capsys.readouterr().out
        assert main(["status", "--json", "--bags", str(bags)]) == 0
        assert [each["bag"] for each in json.loads(capsys.readouterr().out)["missing"]] == [lost.name]
        assert main([*job, "--recapture"]) == 0
        assert main(job) == 0
    capsys.readouterr()
    assert main(["status", "--bags", str(bags)]) == 0
    assert "missing" not in capsys.readouterr().out


def test_a_bag_that_was_handed_off_and_is_still_here_is_named_by_itself(tmp_path, capsys):
    seeds, bags = write_seeds(tmp_path / "seeds", range(1)), tmp_path / "bags"
    (tmp_path / "library").mkdir()
    with newsroom(pages_for(range(1))) as site:
        job = ["run", str(seeds), "--bags", str(bags), "--pace", "0", "--browser", "never", *site.options]
        assert main(job) == 0
        (bag,) = (each for each in bags.iterdir() if (each / "bagit.txt").exists())
        assert main(["handoff", str(bag), str(tmp_path / "library")]) == 0
        capsys.readouterr()
        assert main(job) == 0
        assert capsys.readouterr().out.endswith(f"-> {bag.name} (done before)\n")


def test_a_dry_run_uses_the_words_of_the_run(tmp_path, capsys):
    seeds, bags = write_seeds(tmp_path / "seeds", range(1)), tmp_path / "bags"
    with newsroom(pages_for(range(1))) as site:
        assert main(["run", str(seeds), "--bags", str(bags), "--pace", "0", *site.options]) == 0
    (seeds / "bad.txt").write_text("no address here\n")
    write_seeds(seeds, range(1, 2))
    capsys.readouterr()
    assert main(["run", str(seeds), "--bags", str(bags), "--dry-run"]) == 1
    bad, done, new = capsys.readouterr().out.splitlines()
    assert bad.startswith(f"failed   {seeds / 'bad.txt'}: ")
    assert done.startswith(f"captured same        {seeds / 'report-000.txt'} -> report-000-")
    assert done.endswith(" (done before)")
    assert new.startswith(f"fetch    {seeds / 'report-001.txt'} http")
    assert main(["run", str(seeds), "--bags", str(bags), "--dry-run", "--json"]) == 1
    would = [json.loads(line)["would"] for line in capsys.readouterr().out.splitlines()]
    assert [each.partition(":")[0] for each in would] == ["failed", "skip", "fetch"]


def test_the_demo_leaves_a_folder_with_other_bags_alone(tmp_path, capsys):
    mine = Builder().write(tmp_path / "bags" / "mine")
    assert f"{mine.parent} holds mine, which is not the demo's" in refused(capsys, "demo", str(mine.parent))
    assert list(mine.parent.iterdir()) == [mine]


def test_no_message_and_no_page_says_to_install_the_package_by_its_bare_name():
    """`pip install archiver` may fetch somebody else's package of that name."""
    files = [*HOUSE.rglob("*.py"), *HOUSE.rglob("*.toml"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    files += [ROOT / "seeds/README.md"]
    bare = re.compile(r"pip(?:x)? install (?:--\S+ )*['\"]?archiver\b")
    assert [str(path) for path in files if bare.search(path.read_text("utf-8"))] == []


def test_an_extra_that_is_named_to_be_installed_exists():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    files = [*HOUSE.rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    text = "".join(path.read_text("utf-8") for path in files)
    named = set(re.findall(r"\.\[([a-z][a-z0-9]*)\]'", text)) | set(re.findall(r"how_to_install\(['\"](\w+)", text))
    assert {"trust", "formats", "browser", "spreadsheet", "s3", "cluster"} <= named <= set(extras)


def test_help_about_what_is_no_command_points_to_the_list_of_commands(capsys):
    assert refused(capsys, "help", "archive").endswith("(see 'archiver --help')\n")


def test_the_beginning_of_a_bags_name_is_answered_with_the_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    older, newer = (f"ferry-strike-2026{month}01T120000Z-aaaaaaaa" for month in ("10", "11"))
    for name in (older, newer, "library-20261130T120000Z-bbbbbbbb"):
        Builder().write(tmp_path / "bags" / name)
    for command in (["show"], ["validate"], ["certify"], ["restrict", "--reason", "x"]):
        assert f"; did you mean {newer}? (see" in refused(capsys, *command, "ferry")
    assert "no bag at wombat; a bag is a folder" in refused(capsys, "show", "wombat")
    assert "no bag at ../ferry" in refused(capsys, "show", "../ferry")


def test_publish_with_one_argument_says_which_one_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = refused(capsys, "publish", "kept", code=3)
    assert "there are no bags at bags; the last argument, kept, is the folder to write" in said


def test_a_spreadsheet_is_not_written_to_a_terminal(tmp_path, monkeypatch, capsys):
    Builder().write(tmp_path / "bags/a")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "--output FILE.xlsx" in refused(capsys, "export", "--form", "xlsx", str(tmp_path / "bags"))
