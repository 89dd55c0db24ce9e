"""The pre-commit hook, run by pre-commit itself: it sees damage and deletions, which are not files of the commit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from builders.bags import Builder
from places import ROOT

PROGRAMS = Path(sys.executable).parent
PRE_COMMIT = PROGRAMS / "pre-commit"

pytestmark = pytest.mark.skipif(
    not PRE_COMMIT.exists() or shutil.which("git") is None, reason="pre-commit or git is absent: the hook is not run"
)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with one bag and the hook, whose program is the one installed here: nothing is fetched."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "repository"
    place.mkdir()
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    config = {"repos": [{"repo": "local", "hooks": [hook | {"language": "system"}]}]}
    (place / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (place / ".gitattributes").write_text("bags/** -text\n")
    (place / "note.txt").write_text("x\n")
    Builder().write(place / "bags" / "one")
    for words in (
        ["init", "-q"],
        ["add", "-A", "-f"],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", *words], cwd=place, check=True, capture_output=True)
    return place


def hook(repository: Path) -> tuple[int, str]:
    """What pre-commit says when a file beside the bags is committed."""
    (repository / "note.txt").write_text("another\n")
    subprocess.run(["git", "add", "note.txt"], cwd=repository, check=True)
    ran = subprocess.run([PRE_COMMIT, "run"], cwd=repository, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_a_sound_bag_passes(repository):
    code, said = hook(repository)
    assert code == 0 and "Passed" in said, said


def test_damage_is_seen_though_no_bag_is_in_the_commit(repository):
    seed = next((repository / "bags" / "one" / "data" / "seed").iterdir())
    seed.write_bytes(seed.read_bytes().replace(b"e", b"a", 1))
    subprocess.run(["git", "add", "-A", "-f"], cwd=repository, check=True)
    code, said = hook(repository)
    assert code == 1 and "FIX001" in said, said


def test_a_deleted_file_is_seen(repository):
    seed = next((repository / "bags" / "one" / "data" / "seed").iterdir())
    subprocess.run(["git", "rm", "-q", str(seed)], cwd=repository, check=True)
    code, said = hook(repository)
    assert code == 1 and "BAG045" in said, said


def test_the_deletion_of_every_bag_is_seen(repository):
    subprocess.run(["git", "rm", "-q", "-r", "bags"], cwd=repository, check=True)
    code, said = hook(repository)
    assert code != 0, said
