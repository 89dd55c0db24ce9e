"""Bags that are signed, and openssl to check them."""

import os
import subprocess
from pathlib import Path

from archiver.cli import main

SEAL = "tagmanifest-sha256.txt"
P7S, TSR = f"signatures/{SEAL}.p7s", f"signatures/{SEAL}.p7s.tsr"


def openssl(folder: Path, *command: str) -> str:
    done = subprocess.run(["openssl", *command], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr + done.stdout


def check_signature(bag: Path, roots: Path, name: str = P7S, over: str = SEAL) -> None:
    found = openssl(bag, "cms", "-verify", "-cades", "-binary", "-content", over, "-in", name, "-inform", "PEM",
                   "-purpose", "any", "-CAfile", str(roots), "-out", os.devnull)  # fmt: skip
    assert "successful" in found


def files(bag: Path) -> dict[str, bytes]:
    return {each.relative_to(bag).as_posix(): each.read_bytes() for each in bag.rglob("*") if each.is_file()}


def refused(capsys, *command: str, code: int = 2) -> str:
    assert main(["sign", *command]) == code
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    return printed
