"""Jobs whose bags have an opening token and a closing one."""

import json
import subprocess
from pathlib import Path

from builders.pki import Authorities
from servers.wire import Server

from archiver.validation.validator import validate_bag
from jobs.whole import Job, story

INSIDE = "data/evidence/bracket/opening.json"


def settings(tmp_path: Path, url: object, **more: object) -> list[str]:
    lines = {"timestamp": url, "browser": "never", **more}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items() if value is not None)
    (tmp_path / "archiver.toml").write_text(text)
    return ["--config", str(tmp_path / "archiver.toml")]


def site(*numbers: int) -> Server:
    return Server({f"/news/{number}": [story(number)] for number in numbers})


def brackets(job: Job) -> list[Path]:
    place = job.bags / ".archiver/brackets"
    return sorted(place.iterdir()) if place.exists() else []


def holds(statement: Path, pki: Authorities) -> bool:
    """Whether openssl takes the token beside a statement for a timestamp of it, by the authority's root alone."""
    (pki.folder / "time-root.pem").write_bytes(pki.tsa_root.pem())
    token, chain = f"{statement}.tsr", f"{statement}.tsr.crt"
    command = ["openssl", "ts", "-verify", "-data", str(statement), "-in", token, "-untrusted", chain]
    return subprocess.run([*command, "-CAfile", str(pki.folder / "time-root.pem")], capture_output=True).returncode == 0


def codes(bag: Path, **options) -> dict[str, str]:
    return {each.code: each.severity for each in validate_bag(bag, **options).findings if each.code.startswith("BRK")}
