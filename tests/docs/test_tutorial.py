"""docs/tutorial.md: its commands are run in their order, in one folder, and print what the page shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

from archiver.demo.server import serve

PAGE = (ROOT / "docs/tutorial.md").read_text("utf-8")
STEPS = re.findall(r"^```sh\n(.*?)^```(?:(?:(?!```).)*?^```text\n(.*?)^```)?", PAGE, re.DOTALL | re.MULTILINE)
PORT = "8765"
"""The port that the page names; the test takes a free one in its place."""

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> list[subprocess.CompletedProcess[str]]:
    """Each block of commands, run by bash, which stops at the first command that fails."""
    folder = tmp_path_factory.mktemp("tutorial")
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    with serve() as newspaper:
        port = str(newspaper.connect_to.to_port)
        return [
            subprocess.run(
                ["bash", "-eo", "pipefail", "-c", commands.replace(PORT, port)],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            for commands, _ in STEPS
        ]


def shown(text: str) -> re.Pattern[str]:
    """What a block of output says: `...` stands for anything."""
    return re.compile(re.escape(text.rstrip("\n")).replace(r"\.\.\.", ".*?"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_a_step_of_the_tutorial_does_what_the_page_says(ran, number):
    step = ran[number]
    assert step.returncode == 0, step.stdout + step.stderr
    assert shown(STEPS[number][1]).search(step.stdout), step.stdout


def test_the_tutorial_has_every_step_up_to_the_receivers_check():
    words = "".join(commands for commands, _ in STEPS)
    for command in ("read", "run", "status", "show", "report", "sign", "validate", "handoff", "receive"):
        assert f"archiver {command} " in words or f"archiver {command}\n" in words
    assert len(STEPS) >= 8
    assert sum(bool(output) for _, output in STEPS) >= 5


def test_the_port_of_the_tutorial_is_the_one_that_the_newspaper_is_served_at():
    assert f"archiver demo --serve {PORT}" in PAGE
