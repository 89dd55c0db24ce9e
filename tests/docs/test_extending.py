"""The changes in docs/extending.md are applied to a copy of the package, and what they add is used."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from builders.bags import Builder
from places import ROOT

PAGE = (ROOT / "docs/extending.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
CHANGE = re.compile(r"^```diff\n(.*?)^```", re.DOTALL | re.MULTILINE)
DIFFS = {title: "".join(CHANGE.findall(body)) for title, body in SECTIONS.items()}
pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git to apply the changes")

USES = {
    "A source of claims": """
import archiver
article = archiver.extract("<p>Words.", headers=[("X-Byline", "Mia Holm")])
(claim,) = article.claims["author"]
assert (claim.value, claim.source, claim.at) == ("Mia Holm", "http", "X-Byline"), claim
""",
    "A target for deliveries": """
import archiver
from pathlib import Path
from archiver.packaging import share
share.MOUNTS = Path("mounts").absolute()
(share.MOUNTS / "library/incoming").mkdir(parents=True)
(sent,) = archiver.handoff("in/harbour", "share://library/incoming")
assert sent.outcome == "delivered", sent
assert (share.MOUNTS / "library/incoming/harbour.tar").is_file()
for wrong in ("share://", "share://none/x", "share://library/../../etc", "ftp://x/y"):
    try:
        list(archiver.handoff("in/harbour", wrong))
    except archiver.UsageError as error:
        assert "share" in str(error)
    else:
        raise AssertionError(wrong)
""",
    "A rule of validation": """
import archiver
report = archiver.validate("in/harbour")
assert report.ok and "REC090" in [each.code for each in report.findings], report
""",
    "A command": """
import sys
from archiver.cli import main
assert main(["verdicts", "harbour", "--bags", "in"]) == 0
assert main(["verdict"]) == 2
""",
}


@pytest.mark.parametrize("title", USES)
def test_the_change_applies_and_what_it_adds_works(title, tmp_path):
    shutil.copytree(ROOT / "archiver", tmp_path / "package/archiver", ignore=shutil.ignore_patterns("__pycache__"))
    apply = ["git", "apply", "-C1", "-"]
    around = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    done = subprocess.run(
        apply, input=DIFFS[title], cwd=tmp_path / "package", env=around, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    Builder().write(tmp_path / "in/harbour")
    used = subprocess.run(
        [sys.executable, "-c", USES[title]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "package")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert used.returncode == 0, used.stderr
    assert title != "A command" or used.stdout.startswith("captured ")


def test_every_section_is_used():
    assert set(DIFFS) == set(USES)
