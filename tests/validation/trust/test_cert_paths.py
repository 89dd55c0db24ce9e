"""Chains of certificates, judged as openssl judges them (RFC 5280)."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, Authorities, Holder, issue, needs_openssl
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from damages.trust.table import SEAL, codes_of, judged, openssl_signs, run, write_signature

from archiver.validation.trust.cert_paths import chain_to
from archiver.validation.trust.policy import Trust
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa", "ed25519"])
def test_chains_of_every_kind_of_key_lead_to_their_root(kind: str, tmp_path: Path):
    root = issue("Root", kind=kind, ca=True)
    holder = issue("Signer", issue("CA", root, kind=kind, ca=True), kind=kind)
    bag = Builder().write(tmp_path / "bag")
    (bag / "signatures").mkdir()
    write_signature(bag, holder, tmp_path)
    assert validate_bag(bag, trust=Trust(roots=root.pem(), now=NOW, require_signature=True)).ok


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("p256", ["-cades", "-md", "sha256", "-nosmimecap"]),
        ("p384", ["-cades", "-md", "sha384"]),
        ("rsa", ["-md", "sha512"]),
        ("rsa", ["-cades", "-md", "sha256", "-keyopt", "rsa_padding_mode:pss"]),
        ("rsa", ["-md", "sha384", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20"]),
        ("p256", ["-keyid", "-cades"]),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_signatures_by_openssl_hold_in_all_forms_that_it_writes(kind, options, tmp_path: Path, pki: Authorities):
    bag = Builder().write(tmp_path / "bag")
    (bag / "signatures").mkdir()
    openssl_signs(bag, tmp_path, pki, *options, holder=issue("By Openssl", pki.ca, kind=kind))
    assert judged(bag, pki, require_signature=True).ok
    (bag / SEAL).write_bytes((bag / SEAL).read_bytes() + b"\n")
    assert "SIG003" in codes_of(judged(bag, pki))


def test_a_certificate_that_was_issued_with_a_weak_hash_leads_nowhere(tmp_path: Path):
    root = issue("Root", ca=True)
    root.write(tmp_path, "root")
    for digest, sound in (("-sha256", True), ("-sha224", False), ("-sha1", False)):
        run(tmp_path, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key",
            "-subj", "/CN=Leaf", "-out", "request")  # fmt: skip
        run(tmp_path, "x509", "-req", "-in", "request", "-CA", "root.pem", "-CAkey", "root.key", "-days", "9", digest,
            "-out", "leaf.pem")  # fmt: skip
        leaf = x509.load_pem_x509_certificate((tmp_path / "leaf.pem").read_bytes())
        moment = leaf.not_valid_before_utc + timedelta(minutes=5)  # openssl dates it by its own clock
        assert bool(chain_to([root.certificate], leaf, [], moment).certificates) == sound


@pytest.mark.parametrize("kind", ["rsa1024", "p224"])
def test_an_authority_with_a_weak_key_vouches_for_nobody(kind: str):
    root = issue("Root", ca=True)
    weak = issue("Weak CA", root, ca=True, kind=kind)
    found = chain_to([root.certificate], issue("Leaf", weak).certificate, [weak.certificate], NOW)
    assert found.reason == "CN=Weak CA: its key is too weak"


def chains(root: Holder) -> dict[str, Holder]:
    """Chains good and bad, all below the same root."""
    ca = issue("CA", root, ca=True)
    stranger = issue(root.certificate.subject.rfc4514_string().removeprefix("CN="), ca=True)
    return {
        "good": issue("Leaf", ca),
        "below the root": issue("Leaf", root),
        "two authorities": issue("Leaf", issue("Lower", ca, ca=True)),
        "leaf expired": issue("Leaf", ca, days=(-9, -1)),
        "leaf not yet valid": issue("Leaf", ca, days=(1, 9)),
        "authority expired": issue("Leaf", issue("Old CA", root, ca=True, days=(-9, -1))),
        "no authority": issue("Leaf", issue("Person", root)),
        "may not issue": issue("Leaf", issue("Odd CA", root, ca=True, usage="crl_sign")),
        "path too long": issue("Leaf", issue("Lower", issue("Short", root, ca=True, path_length=0), ca=True)),
        "path just fits": issue("Leaf", issue("Short", root, ca=True, path_length=0)),
        "root of the same name": issue("Leaf", issue("CA", stranger, ca=True)),
        "critical extension": issue("Leaf", ca, extra=x509.UnrecognizedExtension(ODD, b"\x05\x00")),
        "weak key": issue("Leaf", issue("Weak CA", root, ca=True, kind="rsa1024")),
        "self-signed": issue("Leaf"),
    }


ODD = x509.ObjectIdentifier("1.2.3.4.5")
SOUND = {"good", "below the root", "two authorities", "path just fits"}


def test_chains_are_judged_as_openssl_judges_them(tmp_path: Path):
    root = issue("Root", ca=True)
    (tmp_path / "root.pem").write_bytes(root.pem())
    for name, holder in chains(root).items():
        (tmp_path / "leaf.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
        (tmp_path / "chain.pem").write_bytes(holder.pem())
        command = [
            "openssl",
            "verify",
            "-auth_level",
            "2",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "chain.pem",
        ]
        done = subprocess.run([*command, "leaf.pem"], cwd=tmp_path, capture_output=True)
        ours = chain_to([root.certificate], holder.certificate, holder.chain, NOW)
        assert bool(ours.certificates) == (name in SOUND), (name, ours.reason)
        assert (done.returncode == 0) == (name in SOUND), (name, done.stderr)
