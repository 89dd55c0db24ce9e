"""Bags whose timestamps are renewed, and what validation says of them in time to come."""

import subprocess
from datetime import timedelta
from pathlib import Path

from cryptography.x509.oid import ExtendedKeyUsageOID

from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.validator import validate_bag
from builders.pki import NOW, Authorities, Holder, issue

SEAL = "tagmanifest-sha256.txt"
TSR = f"signatures/{SEAL}.p7s.tsr"


def tsa(pki: Authorities, name: str = "Short Time", days: tuple[float, float] = (-1, 30)) -> Holder:
    return issue(name, pki.tsa_root, purpose=ExtendedKeyUsageOID.TIME_STAMPING, days=days)


def errors(bag: Path, pki: Authorities, days: float = 0) -> set[str]:
    trust = Trust(roots=read_roots(pki.roots), now=NOW + timedelta(days=days, minutes=5), require_timestamp=True)
    return {each.code for each in validate_bag(bag, trust=trust).findings if each.severity == "error"}


def shell(bag: Path, *command: object) -> str:
    done = subprocess.run([*map(str, command)], cwd=bag, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
