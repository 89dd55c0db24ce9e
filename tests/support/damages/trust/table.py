"""The table of damages to signed bags: what is done, the codes that must be found beside the good ones, demands."""

import hashlib
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders.pki import NOW, Authorities, Holder
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from archiver.model import Report
from archiver.network.dial import Route
from archiver.trust.custody import Agent
from archiver.trust.sign import Signer, sign
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.validator import validate_bag

SEAL = "tagmanifest-sha256.txt"
P7S, TSR = f"signatures/{SEAL}.p7s", f"signatures/{SEAL}.p7s.tsr"
EVENT = "signatures/custody/0001-sealing.json"
AGENT = Agent(organisation="Test Archive")
GOOD = ["SIG005", "SIG024", "TSR005", "TSR024"]
LOCAL = Route(allow_private=True)
"""The authorities of the tests are on loopback."""


def signer_of(holder: Holder, folder: Path, passphrase: bytes | None = None) -> Signer:
    _, key, _, certificate = holder.write(folder, "key", passphrase)
    return Signer.load(Path(key), Path(certificate), passphrase)


def judged(bag: Path, pki: Authorities, **demands: Any) -> Report:
    return validate_bag(
        bag, trust=Trust(**{"roots": read_roots(pki.roots), "now": NOW + timedelta(minutes=1), **demands})
    )


def codes_of(report: Report) -> list[str]:
    return sorted(each.code for each in report.findings)


STATED = {"CUS009", "CUS010", "CUS012", "SIG010"}
"""What follows where a damage leaves the event that names the signature as it was."""


def not_good(report: Report) -> list[str]:
    return [code for code in codes_of(report) if code not in GOOD]


def write_signature(bag: Path, holder: Holder, tmp_path: Path) -> None:
    """Another signature in place of the one that is there, and nothing over it."""
    for each in (bag / "signatures").glob(f"{SEAL}.*"):
        each.unlink()
    data = sign((bag / SEAL).read_bytes(), signer_of(holder, tmp_path / "other"), NOW)
    (bag / P7S).write_bytes(data)


Damage = Callable[[Path, Authorities, Path], Any]
DAMAGES: dict[str, tuple[Damage, list[str], dict[str, Any]]] = {}


def damage(*codes: str, **demands: Any) -> Callable[[Damage], None]:
    def keep(change: Damage) -> None:
        DAMAGES[change.__name__.replace("_", " ")] = (change, sorted(codes), demands)

    return keep


def openssl_signs(bag: Path, tmp: Path, pki: Authorities, *options: str, holder: Holder | None = None) -> None:
    tmp = tmp / "by-openssl"
    holder = holder or pki.signer
    _, key, _, _ = holder.write(tmp)
    (tmp / "leaf.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
    (tmp / "chain.pem").write_bytes(pki.ca.certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "cms", "-sign", "-binary", "-in", str(bag / SEAL), "-outform", "PEM", "-inkey", key]
    command += ["-signer", str(tmp / "leaf.pem"), "-certfile", str(tmp / "chain.pem"), "-out", str(bag / P7S), *options]
    subprocess.run(command, check=True, capture_output=True)


def hashed(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(folder: Path, *command: str) -> None:
    subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)
