"""The blocks of commands of a bundle's VERIFY.md, run where there is no archiver."""

import re
import subprocess
from pathlib import Path


def blocks(folder: Path, system: str = "Linux") -> dict[str, str]:
    """Heading -> block of commands."""
    text = (folder / "VERIFY.md").read_text("utf-8")
    found = re.findall(rf"^## \d+\. (.*?)$.*?^{system}:\n\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return dict(found)


def run(block: str, folder: Path, **around: str) -> subprocess.CompletedProcess[str]:
    """A block in a bash that knows the system's programs and nothing of archiver."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **around}
    command = ["bash", "--noprofile", "--norc", "-c", block]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)


def failed(folder: Path, system: str = "Linux") -> list[str]:
    """Headings of the blocks that do not succeed."""
    return [heading for heading, block in blocks(folder, system).items() if run(block, folder).returncode]
