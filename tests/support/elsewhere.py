"""Commands in an environment that knows nothing of this checkout."""

import os
import subprocess
import sys
from pathlib import Path

OUR_OWN = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
"""Variables that would lead an installed archiver back to this checkout."""


def run(*command: object, cwd: Path, codes: tuple[int, ...] = (0,)) -> str:
    """One command elsewhere, and what it prints on both streams; it must end with one of the exit codes."""
    environment = {name: value for name, value in os.environ.items() if name not in OUR_OWN}
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in codes, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def new_environment(folder: Path, *packages: object) -> Path:
    """A virtual environment with these packages and what they need; where its programs are."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    pip = (folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, *packages, cwd=folder.parent)
    run(folder / "bin/python", "-m", "pip", "check", cwd=folder.parent)
    return folder / "bin"
