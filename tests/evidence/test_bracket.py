"""The bracket of a job in its bundles: both tokens, and commands that check them where there is no archiver."""

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from builders.pki import authorities, issue, needs_openssl
from jobs.whole import seeds, story
from servers.wire import Server

from archiver.cli import main

pytestmark = [needs_openssl, pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum")]
FIT, WHOSE, NAMED = (
    "Do the tokens of the job fit?",
    "Whose tokens are they?",
    "Do the exchanges and the closing name the opening?",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with two bags of one job, and the roots."""
    home = tmp_path_factory.mktemp("bracket")
    with authorities(home) as pki, Server({f"/news/{n}": [story(n)] for n in (1, 2)}) as server:
        (home / "archiver.toml").write_text(f'timestamp = "{pki.url}"\nbrowser = "never"\npace = 0.0\n')
        to = ["--connect-to", f":80:127.0.0.1:{server.port}", "--config", str(home / "archiver.toml")]
        assert main(["run", "--quiet", *to, "--bags", str(home / "bags"), str(seeds(home / "seeds", 1, 2))]) == 0
        assert pki.roots.exists()
    return home


def bags(home: Path) -> list[Path]:
    return sorted(each for each in (home / "bags").iterdir() if (each / "bagit.txt").exists())


def bundled(home: Path, bag: Path, to: Path, *options: str) -> Path:
    roots = ["--trust-roots", str(home / "roots.pem")]
    assert main(["bundle", *roots, *options, "--output", str(to), str(bag)]) == 0
    if to.is_dir():
        shutil.copyfile(home / "roots.pem", to / "roots.pem")
    return to


def failed(folder: Path, system: str = "Linux", path: str = "/usr/bin:/bin") -> list[str]:
    """The headings of the blocks that fail."""
    text = (folder / "VERIFY.md").read_text("utf-8")
    blocks = dict(re.findall(rf"^## \d+\. (.*?)$.*?^{system}:\n\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    wrong = []
    for heading, block in blocks.items():
        command = ["bash", "--noprofile", "--norc", "-c", block]
        done = subprocess.run(command, cwd=folder, env={"PATH": path, "HOME": str(folder)}, capture_output=True)
        wrong += [heading] if done.returncode or not done.stdout.endswith(b"OK\n") else []
    assert {FIT, WHOSE, NAMED} <= blocks.keys()
    return wrong


def test_a_bundle_has_both_tokens_which_every_command_accepts(made, tmp_path):
    folder = bundled(made, bags(made)[0], tmp_path / "out")
    names = {f"{each}{end}" for each in ("opening.json", "closing.txt") for end in ("", ".tsr", ".tsr.crt")}
    assert {each.name for each in (folder / "bracket").iterdir()} == names
    assert failed(folder) == []
    assert 'href="bracket/"' in (folder / "index.html").read_text("utf-8")


@pytest.mark.skipif(shutil.which("shasum") is None, reason="shasum")
def test_every_block_for_macos_succeeds_with_a_brew_that_names_an_openssl(made, tmp_path):
    (tmp_path / "brew").write_text("#!/bin/sh\necho /usr\n")
    (tmp_path / "brew").chmod(0o755)
    assert failed(bundled(made, bags(made)[0], tmp_path / "out"), "macOS", f"{tmp_path}:/usr/bin:/bin") == []


def test_no_other_bag_of_the_job_is_named(made, tmp_path):
    one, other = bags(made)
    folder = bundled(made, one, tmp_path / "out")
    everything = b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())
    assert other.name.encode() not in everything
    assert one.name.encode() in everything


CHANGES = {
    "bracket/opening.json": {FIT, WHOSE},
    "bracket/closing.txt": {FIT, WHOSE},
    "bracket/opening.json.tsr": {FIT, WHOSE, NAMED},
    "bracket/closing.txt.tsr": {FIT, WHOSE},
}


@pytest.mark.parametrize("path", CHANGES)
def test_a_damage_is_found_by_the_commands_that_speak_of_it(path, made, tmp_path):
    folder = bundled(made, bags(made)[0], tmp_path / "out")
    data = bytearray((folder / path).read_bytes())
    data[-1 if path.endswith(".tsr") else 1] ^= 1
    (folder / path).write_bytes(data)
    assert CHANGES[path] == set(failed(folder)) & {FIT, WHOSE, NAMED}


def test_another_bag_is_not_in_the_closing(made, tmp_path):
    folder = bundled(made, bags(made)[0], tmp_path / "out")
    name = bags(made)[0].name
    seal = folder / name / "tagmanifest-sha256.txt"
    seal.write_bytes(seal.read_bytes() + b"\n")
    assert NAMED in failed(folder)


def test_another_root_does_not_know_the_authority(made, tmp_path):
    folder = bundled(made, bags(made)[0], tmp_path / "out")
    (folder / "roots.pem").write_bytes(issue("Another Root", ca=True).pem())
    assert WHOSE in failed(folder)
    assert FIT not in failed(folder)


@pytest.mark.parametrize("what", ["absent", "without the bag"])
def test_a_closing_that_is_not_that_of_the_bag_is_left_out_and_said(what, made, tmp_path, capsys):
    home = tmp_path / "home"
    shutil.copytree(made, home)
    (kept,) = (home / "bags/.archiver/brackets").iterdir()
    closing = (kept / "closing.txt").read_text()
    if what == "absent":
        (kept / "closing.txt").unlink()
    else:
        (kept / "closing.txt").write_text(closing.partition("\n\n")[0] + "\n")
    folder = bundled(home, bags(home)[0], tmp_path / "out")
    there = sorted(each.name for each in (folder / "bracket").iterdir())
    assert there == [f"opening.json{end}" for end in ("", ".tsr", ".tsr.crt")]
    assert failed(folder) == []
    assert "closing" in capsys.readouterr().err


def test_a_bag_whose_closing_was_altered_is_refused_until_it_is_restored_or_removed(made, tmp_path, capsys):
    home = tmp_path / "home"
    shutil.copytree(made, home)
    (kept,) = (home / "bags/.archiver/brackets").iterdir()
    (kept / "closing.txt").write_text((kept / "closing.txt").read_text().replace("bags: 2", "bags: 3"))
    assert main(["bundle", "--output", str(tmp_path / "out"), str(bags(home)[0])]) == 1
    said = capsys.readouterr().err
    assert "BRK014" in said
    assert "restore or remove it" in said


def test_a_bundle_whose_payload_is_held_back_has_the_tokens_all_the_same(made, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(made, home)
    bag = bags(home)[0]
    assert main(["restrict", str(bag), "--access", "metadata-only", "--reason", "asked for"]) == 0
    folder = bundled(home, bag, tmp_path / "out")
    assert not (folder / bag.name / "data").exists()
    assert failed(folder) == []


def test_exhibits_have_the_tokens_of_each_bag_in_its_folder(made, tmp_path):
    home = made
    assert main(["bundle", "--exhibits", "--output", str(tmp_path / "out.zip"), str(home / "bags")]) == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        named = [name.split("/", 1)[1] for name in packed.namelist()]
    for number, bag in enumerate(bags(home), start=1):
        assert f"{number:03}-{bag.name}/bracket/closing.txt.tsr" in named


def test_a_bag_without_a_bracket_has_a_bundle_as_before(made, tmp_path):
    with Server({"/news/3": [story(3)]}) as server:
        to = ["--connect-to", f":80:127.0.0.1:{server.port}", "--browser", "never", "--bags", str(tmp_path / "bags")]
        (tmp_path / "archiver.toml").write_text("pace = 0.0\n")
        config = ["--config", str(tmp_path / "archiver.toml")]
        assert main(["run", "--quiet", "--json", *config, *to, str(seeds(tmp_path / "seeds", 3))]) == 0
    assert main(["bundle", "--output", str(tmp_path / "out"), str(bags(tmp_path)[0])]) == 0
    assert not (tmp_path / "out/bracket").exists()
    assert FIT not in (tmp_path / "out/VERIFY.md").read_text("utf-8")
    assert json.loads((bags(tmp_path)[0] / "data/provenance.json").read_bytes()).get("bracket") is None
