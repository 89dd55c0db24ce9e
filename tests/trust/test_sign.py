"""`archiver sign` and `archiver run` with keys: what openssl, the judge here, says of what they write."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from builders.bags import Builder, sha256
from builders.pki import NOW, Authorities, issue, needs_openssl
from builders.signing import P7S, SEAL, TSR, check_signature, files, openssl, refused
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from archiver.cli import main
from archiver.errors import StorageError, UsageError
from archiver.trust.custody import Agent, append, head, seal
from archiver.trust.sign import Signer, sign

pytestmark = needs_openssl


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_openssl_accepts_signature_and_timestamp_by_every_kind_of_key(kind: str, bag: Path, pki: Authorities, capsys):
    holder = issue(f"Signer {kind}", pki.ca, kind=kind)
    options = [*holder.write(bag.parent), "--timestamp", pki.url]
    before = files(bag)
    assert main(["sign", str(bag), *options]) == 0
    assert capsys.readouterr().out == f"signed and timestamped {bag}\n"
    check_signature(bag, pki.roots)
    assert "Verification: OK" in openssl(bag, "ts", "-verify", "-data", P7S, "-in", TSR, "-CAfile", f"{TSR}.crt")
    assert "Verification: OK" in openssl(bag, "ts", "-verify", "-data", P7S, "-in", TSR, "-CAfile", str(pki.roots))
    event = "signatures/custody/0001-signature.json"
    check_signature(bag, pki.roots, f"{event}.p7s", event)
    assert {path: data for path, data in files(bag).items() if path in before} == before
    assert not any(b"PRIVATE KEY" in data for data in files(bag).values())


def test_an_ed25519_signature_is_over_its_attributes_as_openssl_sees_it(tmp_path: Path):
    """openssl 3.0 knows no Ed25519 in CMS (RFC 8419), but it checks the signature over the signed attributes."""
    holder = issue("Ed", kind="ed25519")
    _, key, _, certificate = holder.write(tmp_path)
    data = sign(b"something", Signer.load(Path(key), Path(certificate)), NOW)
    (tmp_path / "p7s").write_bytes(data)
    lines = openssl(tmp_path, "asn1parse", "-in", "p7s").splitlines()
    at = next(each for each in reversed(lines) if "cont [ 0 ]" in each)
    offset, header, length = (int(n) for n in re.match(r" *(\d+):d=\d+ +hl=(\d+) l= *(\d+)", at).groups())
    der = subprocess.run(["openssl", "cms", "-cmsout", "-in", "p7s", "-inform", "PEM", "-outform", "DER"],
                         cwd=tmp_path, capture_output=True, check=True).stdout  # fmt: skip
    (tmp_path / "attributes").write_bytes(b"\x31" + der[offset + 1 : offset + header + length])
    (tmp_path / "signature").write_bytes(der[-64:])
    public = holder.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    found = openssl(tmp_path, "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "attributes",
                   "-sigfile", "signature")  # fmt: skip
    assert "Verified Successfully" in found


def test_signing_with_ed25519_warns_that_openssl_3_0_cannot_check_it(bag: Path, capsys):
    assert main(["sign", str(bag), *issue("Ed", kind="ed25519").write(bag.parent)]) == 0
    assert "Ed25519" in capsys.readouterr().err


def test_a_second_archive_signs_what_the_first_has_signed(bag: Path, pki: Authorities, capsys):
    assert main(["sign", str(bag), *pki.signer.write(bag.parent), "--timestamp", pki.url]) == 0
    first = files(bag)
    assert main(["sign", str(bag), *pki.second.write(bag.parent, "second"), "--timestamp", pki.url]) == 0
    assert {path: data for path, data in files(bag).items() if path in first} == first
    check_signature(bag, pki.roots, f"{TSR}.p7s", TSR)
    demands = ["--require-signature", "--require-timestamp", "--trust-roots", str(pki.roots)]
    for who in ("ada@archive.example", "desk@library.example"):
        assert main(["validate", str(bag), *demands, "--signer", who, "--fail-on", "warning"]) == 0


def test_signing_again_does_nothing_and_says_so(bag: Path, pki: Authorities, capsys):
    options = [*pki.signer.write(bag.parent), "--timestamp", pki.url]
    assert main(["sign", str(bag), *options]) == 0
    before = files(bag)
    assert main(["sign", str(bag), *options]) == 0
    assert files(bag) == before
    assert capsys.readouterr().out.splitlines()[1] == f"already signed {bag}"


def test_a_bag_may_be_timestamped_without_a_signature(bag: Path, pki: Authorities, capsys):
    assert main(["sign", str(bag), "--timestamp", pki.url]) == 0 or capsys.readouterr().err
    found = openssl(bag, "ts", "-verify", "-data", SEAL, "-in", f"signatures/{SEAL}.tsr", "-CAfile", str(pki.roots))
    assert "Verification: OK" in found
    demands = ["--require-timestamp", "--trust-roots", str(pki.roots)]
    assert main(["validate", str(bag), *demands]) == 0
    assert main(["validate", str(bag), *demands, "--require-signature"]) == 1


def test_revocation_is_asked_once_and_kept_so_that_openssl_can_use_it(bag: Path, pki: Authorities, tmp_path: Path):
    assert main(["sign", str(bag), *pki.signer.write(tmp_path), "--timestamp", pki.url, "--allow-private"]) == 0
    (tmp_path / "ca.pem").write_bytes(pki.ca.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(pki.signer.certificate.public_bytes(Encoding.PEM))
    found = openssl(bag, "ocsp", "-respin", f"{P7S}.ocsp", "-no_nonce", "-issuer", str(tmp_path / "ca.pem"),
                   "-sha256", "-cert", str(tmp_path / "leaf.pem"), "-CAfile", str(pki.roots))  # fmt: skip
    assert "Response verify OK" in found
    assert "leaf.pem: good" in found
    (tmp_path / "roots.pem").write_bytes(pki.tsa_root.pem())
    (tmp_path / "tsa.pem").write_bytes(pki.tsa.certificate.public_bytes(Encoding.PEM))
    found = openssl(bag, "verify", "-crl_check", "-CRLfile", f"{TSR}.crl", "-CAfile", str(tmp_path / "roots.pem"),
                   str(tmp_path / "tsa.pem"))  # fmt: skip
    assert found.endswith("OK\n")


def test_a_timestamp_of_an_authority_that_is_not_trusted_is_not_kept(
    bag: Path, pki: Authorities, tmp_path: Path, capsys, caplog
):
    only = tmp_path / "signers.pem"
    only.write_bytes(pki.root.pem())
    found = refused(capsys, str(bag), "--timestamp", pki.url, "--trust-roots", str(only), code=3)
    assert "CN=Time Root is not among the trusted ones" in found
    assert not list(bag.rglob("*.tsr*"))
    tsa = tmp_path / "tsa.pem"
    tsa.write_bytes(pki.tsa_root.pem())
    trusted = ["--trust-roots", str(only), "--tsa-roots", str(tsa)]
    assert main(["sign", str(bag), "--timestamp", pki.url, *trusted]) == 0
    assert "does not trust by default" not in caplog.text
    assert main(["validate", str(bag), "--require-timestamp", *trusted]) == 0


def test_without_roots_an_unknown_authority_is_named(bag: Path, pki: Authorities, caplog):
    assert main(["sign", str(bag), "--timestamp", pki.url]) == 0
    assert "does not trust by default" in caplog.text


def test_addresses_in_certificates_are_not_asked_on_this_machine(bag: Path, pki: Authorities, tmp_path: Path):
    pki.asked.clear()
    assert main(["sign", str(bag), *pki.signer.write(tmp_path), "--timestamp", pki.url]) == 0
    assert set(pki.asked) == {"/tsa"}


def test_no_revocation_asks_nobody(bag: Path, pki: Authorities):
    pki.asked.clear()
    assert main(["sign", str(bag), *pki.signer.write(bag.parent), "--no-revocation"]) == 0
    assert pki.asked == []


def test_a_bag_changed_and_sealed_again_fails_where_the_signer_is_required(bag: Path, pki: Authorities, capsys):
    assert main(["sign", str(bag), *pki.signer.write(bag.parent), "--timestamp", pki.url]) == 0
    changed = Builder()
    changed.payload["data/text/article.txt"] += b"Forged.\n"
    changed.record = None
    forged = changed.write(bag.parent / "forged")
    shutil.copytree(bag / "signatures", forged / "signatures")
    demands = ["--require-signature", "--signer", "ada@archive.example", "--trust-roots", str(pki.roots)]
    assert main(["validate", str(bag), *demands]) == 0
    assert main(["validate", str(forged), *demands]) == 1
    shutil.rmtree(forged / "signatures")
    impostor = issue("Ada Archivist", email="ada@archive.example")
    assert main(["sign", str(forged), *impostor.write(bag.parent, "impostor")]) == 0
    assert main(["validate", str(forged), *demands]) == 1


def test_a_signer_by_name_needs_roots_since_anybody_can_take_a_name(bag: Path, capsys):
    assert main(["validate", str(bag), "--signer", "ada@archive.example"]) == 2
    assert "--trust-roots" in capsys.readouterr().err


def test_roots_that_are_none_are_reported_in_one_line(bag: Path, tmp_path: Path, capsys):
    (tmp_path / "roots").write_text("garbage")
    assert main(["validate", str(bag), "--trust-roots", str(tmp_path / "roots")]) == 2
    assert main(["validate", str(bag), "--trust-roots", str(tmp_path / "nowhere")]) == 3
    assert capsys.readouterr().err.count("\n") == 2


def test_events_follow_one_another_and_name_the_seal(bag: Path):
    first = append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    kept = first.read_bytes()
    second = append(
        bag, "handoff", at=NOW + timedelta(hours=1), agent=Agent(person="Mia"), outcome="failure", detail={}
    )
    one, two = json.loads(kept), json.loads(second.read_bytes())
    assert first.read_bytes() == kept
    assert (first.name, second.name) == ("0001-sealing.json", "0002-handoff.json")
    assert (one["previous"], two["previous"]) == (None, sha256(kept))
    assert one["seal"] == two["seal"] == seal(bag)
    assert head(bag) == sha256(second.read_bytes())
    assert main(["validate", str(bag), "--fail-on", "warning"]) == 0


def test_an_event_that_cannot_be_written_leaves_nothing_behind(bag: Path):
    append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    before = files(bag)
    with pytest.raises(UsageError):
        append(bag, "Bad/Name", at=NOW, agent=Agent(), detail={})
    with pytest.raises(UsageError):
        append(bag, "huge", at=NOW, agent=Agent(), detail={"x": "y" * (2 << 20)})
    assert files(bag) == before
    with pytest.raises(StorageError):
        append(bag.parent / "nowhere", "sealing", at=NOW, agent=Agent(), detail={})
