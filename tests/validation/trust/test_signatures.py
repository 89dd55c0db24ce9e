"""Signatures, timestamps, trust, revocation and custody judged: each damage with all that must be found.

Good signatures are made by archiver and, where noted, by openssl; every certificate is made up on the spot.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.bags import WARC, Builder
from builders.pki import NOW, Authorities, Holder, authorities, crl_of, issue, needs_openssl, ocsp_of
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.cms.read import InvalidCms, Signature, Timestamp, read_signature, read_timestamp
from archiver.errors import UsageError
from archiver.model import Report
from archiver.network.dial import Route
from archiver.trust.custody import Agent, append
from archiver.trust.seal import sign_bag
from archiver.trust.sign import Signer, sign
from archiver.trust.signing import Signing
from archiver.validation.bagit.profile import read_profile
from archiver.validation.rules import trust
from archiver.validation.trust.cert_paths import chain_to
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl
SEAL = "tagmanifest-sha256.txt"
P7S, TSR = f"signatures/{SEAL}.p7s", f"signatures/{SEAL}.p7s.tsr"
EVENT = "signatures/custody/0001-sealing.json"
AGENT = Agent(organisation="Test Archive")
GOOD = ["SIG005", "SIG024", "TSR005", "TSR024"]
LOCAL = Route(allow_private=True)
"""The authorities of the tests are on loopback."""


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with authorities(tmp_path_factory.mktemp("pki")) as here:
        here.tell_of_revocation()
        yield here


def signer_of(holder: Holder, folder: Path, passphrase: bytes | None = None) -> Signer:
    _, key, _, certificate = holder.write(folder, "key", passphrase)
    return Signer.load(Path(key), Path(certificate), passphrase)


@pytest.fixture(scope="module")
def original(pki: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag that was sealed, signed and timestamped."""
    bag = Builder().write(tmp_path_factory.mktemp("signed") / "bag")
    append(bag, "sealing", at=NOW, agent=AGENT, detail={"note": "a test"})
    signer = signer_of(pki.signer, bag.parent)
    sign_bag(bag, signer, Signing(timestamp_url=pki.url, now=NOW, agent=AGENT, roots=pki.roots, route=LOCAL))
    return bag


@pytest.fixture
def bag(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "bag"))


def judged(bag: Path, pki: Authorities, **demands: Any) -> Report:
    return validate_bag(
        bag, trust=Trust(**{"roots": read_roots(pki.roots), "now": NOW + timedelta(minutes=1), **demands})
    )


def codes_of(report: Report) -> list[str]:
    return sorted(each.code for each in report.findings)


STATED = {"CUS009", "CUS010", "CUS012", "SIG010"}
"""What follows where a damage leaves the event that names the signature as it was."""


def errors_of_chain(report: Report) -> list[str]:
    """The errors but those of an event that names what the test has taken away."""
    return sorted(each.code for each in report.findings if each.severity == "error" and each.code not in STATED)


def not_good(report: Report) -> list[str]:
    return [code for code in codes_of(report) if code not in GOOD]


def write_signature(bag: Path, holder: Holder, tmp_path: Path) -> None:
    """Another signature in place of the one that is there, and nothing over it."""
    for each in (bag / "signatures").glob(f"{SEAL}.*"):
        each.unlink()
    data = sign((bag / SEAL).read_bytes(), signer_of(holder, tmp_path / "other"), NOW)
    (bag / P7S).write_bytes(data)


def write_foreign_signature(bag: Path, holder: Holder, tmp_path: Path) -> None:
    """The same by a certificate that our own signing would refuse."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.trust.sign._is_for_documents", lambda _: True)
        write_signature(bag, holder, tmp_path)


def write_timestamp(bag: Path, pki: Authorities, tsa: Holder) -> None:
    """Another timestamp, by an authority of one's own."""
    for each in (bag / "signatures").glob(f"{SEAL}.p7s.tsr*"):
        each.unlink()
    query = subprocess.run(["openssl", "ts", "-query", "-data", str(bag / P7S), "-sha256", "-cert"],
                           check=True, capture_output=True).stdout  # fmt: skip
    (bag / TSR).write_bytes(pki.timestamp(query, tsa))
    (bag / f"{TSR}.crt").write_bytes(tsa.pem())


def edit_event(bag: Path, name: str = EVENT, **fields: Any) -> None:
    path = bag / name
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_a_signed_and_timestamped_bag_passes_every_check_and_says_who_and_since_when(bag: Path, pki: Authorities):
    report = judged(bag, pki, require_signature=True, require_timestamp=True, signer="ada@archive.example")
    assert report.ok
    assert codes_of(report) == GOOD
    assert {name: report.checks[name] for name in trust.CHECKS} == dict.fromkeys(trust.CHECKS, "passed")
    said = {each.code: each.message for each in report.findings}
    assert "CN=Ada Archivist, ada@archive.example" in said["SIG005"]
    assert re.search(r"exists since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, says CN=Time Authority", said["TSR005"])


def test_without_roots_a_signature_holds_but_nobody_is_proven(bag: Path, pki: Authorities):
    report = judged(bag, pki, roots=None)
    assert report.ok
    assert codes_of(report) == ["SIG005", "SIG022", "TSR005", "TSR022"]
    assert report.checks["signature"] == report.checks["timestamp"] == "passed"
    assert report.checks["trust"] == report.checks["revocation"] == "not checked"


def test_a_bag_without_signatures_is_not_checked_and_fails_only_where_they_are_required(
    tmp_path: Path, pki: Authorities
):
    bag = Builder().write(tmp_path / "bag")
    report = judged(bag, pki)
    assert report.ok
    assert {report.checks[name] for name in trust.CHECKS} == {"not checked"}
    report = judged(bag, pki, require_signature=True, require_timestamp=True)
    assert codes_of(report) == ["SIG006", "TSR006"]
    assert not report.ok


# ---- damages: name -> (what is done, the codes that must be found beside the good ones, demands)

Damage = Callable[[Path, Authorities, Path], Any]
DAMAGES: dict[str, tuple[Damage, list[str], dict[str, Any]]] = {}


def damage(*codes: str, **demands: Any) -> Callable[[Damage], None]:
    def keep(change: Damage) -> None:
        DAMAGES[change.__name__.replace("_", " ")] = (change, sorted(codes), demands)

    return keep


@damage("SIG001", "TSR003")
def signature_that_is_garbage(bag, pki, tmp):
    (bag / P7S).write_bytes(b"garbage\n")


@damage("SIG001", "TSR003")
def signature_that_is_larger_than_any(bag, pki, tmp):
    (bag / P7S).write_bytes(b"-----BEGIN CMS-----\n" + b"A" * (2 << 20) + b"\n-----END CMS-----\n")


@damage("SIG001", "TSR003")
def signature_that_is_nested_very_deep(bag, pki, tmp):
    der = b""
    for _ in range(3000):
        length = len(der)
        der = b"\x30\x83" + length.to_bytes(3, "big") + der
    write_cms(bag, der)


def write_cms(bag: Path, der: bytes) -> None:
    import base64

    (bag / P7S).write_bytes(b"-----BEGIN CMS-----\n" + base64.encodebytes(der) + b"-----END CMS-----\n")


def openssl_signs(bag: Path, tmp: Path, pki: Authorities, *options: str, holder: Holder | None = None) -> None:
    tmp = tmp / "by-openssl"
    holder = holder or pki.signer
    _, key, _, _ = holder.write(tmp)
    (tmp / "leaf.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
    (tmp / "chain.pem").write_bytes(pki.ca.certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "cms", "-sign", "-binary", "-in", str(bag / SEAL), "-outform", "PEM", "-inkey", key]
    command += ["-signer", str(tmp / "leaf.pem"), "-certfile", str(tmp / "chain.pem"), "-out", str(bag / P7S), *options]
    subprocess.run(command, check=True, capture_output=True)


@damage("SIG001", "TSR003")
def signature_with_the_content_inside(bag, pki, tmp):
    openssl_signs(bag, tmp, pki, "-nodetach", "-cades")


@damage("SIG002", "TSR003")
def signature_by_sha_1(bag, pki, tmp):
    openssl_signs(bag, tmp, pki, "-md", "sha1")


@damage("SIG001", "TSR003")
def signature_of_two_signers(bag, pki, tmp):
    other = tmp / "second"
    _, key, _, _ = pki.second.write(other)
    (other / "leaf.pem").write_bytes(pki.second.certificate.public_bytes(Encoding.PEM))
    openssl_signs(bag, tmp, pki, "-inkey", key, "-signer", str(other / "leaf.pem"))


@damage("SIG001", "TSR003")
def signature_without_signed_attributes(bag, pki, tmp):
    openssl_signs(bag, tmp, pki, "-noattr")


@damage("SIG001", "TSR003")
def signature_that_is_another_kind_of_message(bag, pki, tmp):
    command = ["openssl", "cms", "-data_create", "-in", str(bag / SEAL), "-outform", "PEM", "-out", str(bag / P7S)]
    subprocess.run(command, check=True, capture_output=True)


@damage("SIG004", "TSR003")
def signature_with_a_bit_flipped(bag, pki, tmp):
    import base64

    body = b"".join((bag / P7S).read_bytes().splitlines()[1:-1])
    der = bytearray(base64.b64decode(body))
    der[-1] ^= 1
    write_cms(bag, bytes(der))


@damage("SIG003", "FIX011", "CUS004", "CUS004")
def seal_changed_with_its_sha512_left(bag, pki, tmp):
    """The bag was changed and its manifests made again."""
    info = bag / "bag-info.txt"
    before = hashed(info)
    info.write_text(info.read_text() + "Note: forged\n")
    (bag / SEAL).write_text((bag / SEAL).read_text().replace(before, hashed(info)))


def hashed(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@damage("SIG020", "TSR008")
def signer_without_the_right_to_sign(bag, pki, tmp):
    write_signature(bag, pki.second, tmp)
    openssl_signs(bag, tmp, pki, holder=issue("No Signer", pki.ca, usage="key_agreement"))  # ours would refuse


@damage("SIG006", "SIG020", "TSR008", require_signature=True)
def signer_nobody_trusts(bag, pki, tmp):
    write_signature(bag, issue("Ada Archivist", email="ada@archive.example"), tmp)


@damage("SIG006", "SIG020", "TSR008", require_signature=True)
def signer_with_the_certificate_of_a_web_server(bag, pki, tmp):
    write_foreign_signature(bag, issue("Server", pki.ca, purpose=x509.ExtendedKeyUsageOID.SERVER_AUTH), tmp)


@damage("SIG006", "SIG020", "TSR008", require_signature=True)
def signer_with_the_certificate_of_a_timestamping_authority(bag, pki, tmp):
    write_foreign_signature(bag, issue("Time", pki.ca, purpose=x509.ExtendedKeyUsageOID.TIME_STAMPING), tmp)


@damage("SIG020", "TSR008")
def signer_whose_certificate_has_expired_and_no_timestamp(bag, pki, tmp):
    holder = issue("Late", pki.ca, days=(-10, 0.0001))
    write_signature(bag, holder, tmp)


@damage("SIG020", "TSR008")
def signer_below_somebody_who_is_no_authority(bag, pki, tmp):
    write_signature(bag, issue("Forger", issue("Plain Person", pki.ca)), tmp)


@damage("SIG020", "TSR008")
def signer_below_too_long_a_chain(bag, pki, tmp):
    short = issue("Short CA", pki.root, ca=True, path_length=0)
    write_signature(bag, issue("Forger", issue("Lower CA", short, ca=True)), tmp)


@damage("SIG020", "TSR008")
def signer_with_a_critical_extension_nobody_knows(bag, pki, tmp):
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    write_signature(bag, issue("Odd", pki.ca, extra=odd), tmp)


@damage("SIG023", signer="somebody@else.example")
def another_signer_than_the_one_wanted(bag, pki, tmp):
    pass


@damage("SIG022", "SIG023", "TSR022", roots=None, signer="ada@archive.example")
def name_of_a_signer_without_roots(bag, pki, tmp):
    """Anybody may put that address into a certificate."""


@damage("SIG023", signer="ab" * 32)
def another_fingerprint_than_the_one_wanted(bag, pki, tmp):
    pass


@damage("SIG006", "SIG020", "SIG023", "TSR008", require_signature=True, signer="ada@archive.example")
def forged_signer_of_the_right_name(bag, pki, tmp):
    write_signature(bag, issue("Ada Archivist", email="ada@archive.example"), tmp)


@damage("SIG006", "SIG007", "SIG007", "SIG007", "SIG007", "SIG007", "TSR006", require_signature=True,
        require_timestamp=True)  # fmt: skip
def signature_taken_away(bag, pki, tmp):
    (bag / P7S).unlink()


@damage("TSR001", "TSR008")
def timestamp_that_is_garbage(bag, pki, tmp):
    (bag / TSR).write_bytes(b"\x30\x80garbage")


@damage("TSR001", "TSR008")
def timestamp_that_was_refused(bag, pki, tmp):
    (bag / TSR).write_bytes(bytes.fromhex("30053003020102"))


@damage("TSR003", "TSR008")
def timestamp_of_something_else(bag, pki, tmp):
    shutil.copy(bag / "signatures/custody/0002-signature.json.p7s.tsr", bag / TSR)


@damage("TSR004", "TSR008")
def timestamp_with_a_bit_flipped(bag, pki, tmp):
    data = bytearray((bag / TSR).read_bytes())
    data[-1] ^= 1
    (bag / TSR).write_bytes(data)


@damage("TSR020", "TSR008")
def timestamp_by_an_authority_nobody_trusts(bag, pki, tmp):
    write_timestamp(bag, pki, issue("Other Time", issue("Other Root", ca=True),
                                    purpose=x509.ExtendedKeyUsageOID.TIME_STAMPING))  # fmt: skip


def forged_timestamp(pki: Authorities, data: bytes, by: Holder, folder: Path, *options: str, year: str = "") -> bytes:
    """A timestamp as `by` would sign it, whatever his certificate is for; in another year, if given."""
    folder.mkdir()
    _, key, _, _ = by.write(folder)
    (folder / "data").write_bytes(data)
    (folder / "leaf.pem").write_bytes(by.certificate.public_bytes(Encoding.PEM))
    run(folder, "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query")
    (folder / "response").write_bytes(pki.timestamp((folder / "query").read_bytes()))
    run(folder, "ts", "-reply", "-in", "response", "-token_out", "-out", "token")
    run(folder, "cms", "-verify", "-noverify", "-in", "token", "-inform", "DER", "-out", "info")
    info = (folder / "info").read_bytes()
    (folder / "info").write_bytes(re.sub(rb"(\x18\x0f)\d{4}", rb"\g<1>" + year.encode(), info) if year else info)
    run(folder, "cms", "-sign", "-binary", "-nodetach", "-cades", "-econtent_type", "1.2.840.113549.1.9.16.1.4",
        "-in", "info", "-signer", "leaf.pem", "-inkey", key, "-outform", "DER", "-out", "token", *options)  # fmt: skip
    token = b"\x30\x03\x02\x01\x00" + (folder / "token").read_bytes()
    return b"\x30\x82" + len(token).to_bytes(2, "big") + token


def run(folder: Path, *command: str) -> None:
    subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)


@damage("TSR020", "TSR008")
def timestamp_by_somebody_who_is_no_time_stamping_authority(bag, pki, tmp):
    (bag / TSR).write_bytes(forged_timestamp(pki, (bag / P7S).read_bytes(), pki.signer, tmp / "forge"))


@damage("TSR020", "TSR008")
def timestamp_by_a_server(bag, pki, tmp):
    server = issue("Server", pki.tsa_root, purpose=x509.ExtendedKeyUsageOID.SERVER_AUTH)
    (bag / TSR).write_bytes(forged_timestamp(pki, (bag / P7S).read_bytes(), server, tmp / "forge"))


@damage("TSR002", "TSR008")
def timestamp_by_sha_1(bag, pki, tmp):
    (bag / TSR).write_bytes(forged_timestamp(pki, (bag / P7S).read_bytes(), pki.tsa, tmp / "forge", "-md", "sha1"))


@damage("TSR007", "TSR021")
def timestamp_over_a_later_one(bag, pki, tmp):
    forged = forged_timestamp(pki, (bag / TSR).read_bytes(), pki.tsa, tmp / "forge", year="2001")
    (bag / f"{TSR}.tsr").write_bytes(forged)


@damage("SIG021", "TSR008")
def countersignature_by_somebody_unknown(bag, pki, tmp):
    stranger = signer_of(issue("Stranger"), tmp / "stranger")
    (bag / f"{TSR}.p7s").write_bytes(sign((bag / TSR).read_bytes(), stranger, NOW))


@damage("TSR021")
def timestamp_over_the_timestamp_by_somebody_unknown(bag, pki, tmp):
    stranger = issue("Other Time", purpose=x509.ExtendedKeyUsageOID.TIME_STAMPING)
    (bag / f"{TSR}.tsr").write_bytes(forged_timestamp(pki, (bag / TSR).read_bytes(), stranger, tmp / "forge"))


@damage("SIG030")
def signer_revoked_before_the_timestamp(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()
    (bag / f"{P7S}.crl").write_bytes(pem(crl_of(pki.ca, pki.signer)) + pem(crl_of(pki.root)))


@damage("SIG030")
def signer_revoked_says_ocsp(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, revoked=True))


@damage("SIG031")
def nothing_kept_of_revocation(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()


@damage("SIG031")
def answer_of_revocation_about_another(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.second))


@damage("SIG031")
def answer_of_revocation_by_another(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, by=pki.second))


@damage("SIG031")
def answer_of_revocation_by_somebody_who_is_for_other_things(bag, pki, tmp):
    other = issue("Coder", pki.ca, purpose=x509.ExtendedKeyUsageOID.CODE_SIGNING)
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, by=other))


@damage()
def answer_of_revocation_by_somebody_authorised_which_is_no_damage(bag, pki, tmp):
    responder = issue("Responder", pki.ca, purpose=x509.ExtendedKeyUsageOID.OCSP_SIGNING)
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, by=responder))


@damage("SIG031")
def answer_of_revocation_that_is_garbage(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(b"garbage")


@damage("SIG031")
def list_of_revocation_that_is_too_old(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()
    old = crl_of(pki.ca, at=NOW - timedelta(days=30))
    (bag / f"{P7S}.crl").write_bytes(pem(old) + pem(crl_of(pki.root)))


@damage("SIG031")
def list_of_revocation_by_another(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()
    forged = crl_of(Holder(pki.second.key, pki.ca.certificate))
    (bag / f"{P7S}.crl").write_bytes(pem(forged) + pem(crl_of(pki.root)))


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


@damage("CUS001", "CUS003")
def event_that_is_not_json(bag, pki, tmp):
    (bag / EVENT).write_text("garbage")


@damage("CUS001", "CUS003")
def event_nested_very_deep(bag, pki, tmp):
    (bag / EVENT).write_text("[" * 100_000)


@damage("CUS001", "CUS003")
def event_without_its_seal(bag, pki, tmp):
    edit_event(bag, seal=None)


@damage("CUS001", "CUS003")
def event_whose_time_is_none(bag, pki, tmp):
    edit_event(bag, time="2026-13-01T00:00:00Z")


@damage("CUS003")
def event_rewritten(bag, pki, tmp):
    edit_event(bag, detail={"note": "another"})


@damage("CUS002", "CUS003")
def event_taken_away(bag, pki, tmp):
    (bag / EVENT).unlink()


@damage("CUS008", "CUS003")
def event_of_the_same_number(bag, pki, tmp):
    shutil.copy(bag / EVENT, bag / "signatures/custody/0001-receipt.json")
    edit_event(bag, "signatures/custody/0001-receipt.json", event="receipt")


@damage("CUS004", "CUS003")
def event_of_another_bag(bag, pki, tmp):
    edit_event(bag, seal="0" * 64)


@damage("CUS005", "CUS007")
def event_earlier_than_the_one_before(bag, pki, tmp):
    append(bag, "handoff", at=NOW - timedelta(days=2), agent=AGENT, detail={})


@damage("CUS007")
def event_after_the_last_that_is_signed(bag, pki, tmp):
    append(bag, "handoff", at=NOW + timedelta(days=2), agent=AGENT, detail={})


@damage("CUS006")
def a_stranger_among_the_events(bag, pki, tmp):
    (bag / "signatures/custody/notes.txt").write_text("x")


@damage("CUS007", "SIG003")
def signed_event_rewritten(bag, pki, tmp):
    edit_event(bag, "signatures/custody/0002-signature.json", outcome="failure")


@damage("CUS007")
def log_rewritten_with_its_signatures_taken_away(bag, pki, tmp):
    for each in (bag / "signatures/custody").glob("*.json.*"):
        each.unlink()
    edit_event(bag, detail={"note": "forged"})
    edit_event(bag, "signatures/custody/0002-signature.json", previous=hashed(bag / EVENT))


@damage(*["CUS009"] * 5, "CUS012", "SIG031", "SIG031", "TSR008")
def signature_replaced_by_that_of_another(bag, pki, tmp):
    write_signature(bag, pki.second, tmp)


@damage(*["CUS009"] * 6)
def signatures_stripped_and_their_event_left(bag, pki, tmp):
    for each in (bag / "signatures").glob(f"{SEAL}.*"):
        each.unlink()


@damage("CUS007", "SIG010")
def events_of_the_signature_taken_away(bag, pki, tmp):
    for each in (bag / "signatures/custody").glob("0002-*"):
        each.unlink()


@damage("SIG010")
def whole_log_taken_away(bag, pki, tmp):
    shutil.rmtree(bag / "signatures/custody")


@damage("CUS007", "CUS010")
def event_with_a_false_digest(bag, pki, tmp):
    detail = {"warc": [{"path": WARC, "sha256": "0" * 64}, {"path": SEAL, "sha256": hashed(bag / SEAL)}]}
    append(bag, "sealing", at=NOW, agent=AGENT, detail=detail)


@damage("CUS007", "CUS009")
def event_with_the_digest_of_a_file_that_is_not_there(bag, pki, tmp):
    append(bag, "sealing", at=NOW, agent=AGENT, detail={"warc": [{"path": "data/../x", "sha256": "0" * 64}]})


@damage("CUS007", "CUS013")
def signature_said_to_be_replaced_by_nobody_knows_whom(bag, pki, tmp):
    append(bag, "replacement", at=NOW, agent=AGENT, detail={"removed": [{"file": "signatures/x.p7s"}], "reason": "old"})


@damage("CUS007", "CUS012", "CUS012")
def event_about_another_bag_and_capture(bag, pki, tmp):
    detail = {"bag": {"identifier": "urn:uuid:x"}, "captured": {"started": "2020-01-01T00:00:00Z"}}
    append(bag, "sealing", at=NOW, agent=AGENT, detail=detail)


@damage("CUS007", "CUS012")
def event_that_names_another_signer(bag, pki, tmp):
    append(bag, "signature", at=NOW, agent=AGENT, detail={"files": [P7S], "certificate_sha256": "0" * 64})


@damage("BAG053", "SIG009", require_signature=True)
def fetch_file_added_since(bag, pki, tmp):
    (bag / "fetch.txt").write_bytes(b"")


@damage("SIG009", require_signature=True)
def tag_file_added_since_and_listed_by_the_tag_manifest_that_nobody_signed(bag, pki, tmp):
    (bag / "note.txt").write_bytes(b"forged")
    with (bag / "tagmanifest-sha512.txt").open("a") as file:
        file.write(f"{hashlib.sha512(b'forged').hexdigest()}  note.txt\n")


@damage("SIG007")
def a_stranger_among_the_signatures(bag, pki, tmp):
    (bag / "signatures/notes.txt").write_text("x")


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_is_found(name: str, bag: Path, pki: Authorities, tmp_path: Path):
    change, expected, demands = DAMAGES[name]
    change(bag, pki, tmp_path)
    report = judged(bag, pki, **demands)
    assert [code for code in not_good(report) if code not in STATED or code in expected] == expected
    severe = {each.code for each in report.findings if each.severity == "error"}
    assert report.ok == (not severe)


RENEWAL = {"TSR009", "TSR010", "TSR011", "TSR012", "TSR013", "TSR014", "TSR015"}
"""tests/trust/test_renewal.py."""
LISTS = {f"TSL00{number}" for number in range(1, 7)}
"""tests/validation/test_trusted_lists.py."""


def test_every_rule_of_trust_is_shown_here():
    shown = {code for _, expected, _ in DAMAGES.values() for code in expected} | set(GOOD) | {"SIG022", "TSR022"}
    assert set(trust.RULES) - shown == {"SIG008", "CUS011", "CUS014", *RENEWAL, *LISTS}  # which other tests show


def test_where_the_extra_is_not_installed_signatures_are_not_checked_and_it_says_so(
    bag: Path, pki: Authorities, monkeypatch: pytest.MonkeyPatch
):
    for name in ("signatures", "evaluation", "links", "cert_paths", "revocation"):
        monkeypatch.delitem(sys.modules, f"archiver.validation.trust.{name}", raising=False)
    for name in [each for each in sys.modules if each.startswith("archiver.cms")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [each for each in sys.modules if each.split(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    report = validate_bag(bag)
    assert codes_of(report) == ["SIG008"]
    assert report.checks["signature"] == "not checked"
    for each in ("signature", "timestamp", "trust", "revocation"):
        assert "need the extra 'trust'" in report.reasons[each]
    with pytest.raises(UsageError, match=r"pip install '\.\[trust\]'"):
        validate_bag(bag, trust=Trust(require_signature=True))


def test_a_signature_is_good_years_after_its_certificates_have_expired_if_the_timestamp_is(bag: Path, pki: Authorities):
    """2033: the signer's certificate expired long ago, the authorities' files are the ones kept in the bag."""
    later = judged(bag, pki, now=NOW + timedelta(days=2555), require_signature=True, require_timestamp=True)
    assert later.ok
    assert later.checks["revocation"] == "passed"
    for each in (bag / "signatures").glob(f"{SEAL}.p7s.tsr*"):
        each.unlink()
    without = judged(bag, pki, now=NOW + timedelta(days=2555))
    assert errors_of_chain(without) == ["SIG020"]
    assert "expired on" in str(without.findings)


def test_a_revocation_after_the_timestamp_leaves_the_signature_good(bag: Path, pki: Authorities):
    later = crl_of(pki.ca, pki.signer, at=NOW + timedelta(days=10))
    (bag / f"{P7S}.ocsp").unlink()
    (bag / f"{P7S}.crl").write_bytes(pem(later) + pem(crl_of(pki.root)))
    report = judged(bag, pki, now=NOW + timedelta(days=20))
    assert errors_of_chain(report) == []
    assert report.checks["revocation"] == "passed"


@pytest.mark.parametrize(
    "identity", ["ADA@archive.example", "Ada Archivist", "CN=Ada Archivist", "fingerprint", "fingerprint with colons"]
)
def test_a_signer_is_known_by_address_name_subject_or_fingerprint(identity: str, bag: Path, pki: Authorities):
    if identity.startswith("fingerprint"):
        digits = pki.signer.certificate.fingerprint(hashes.SHA256()).hex()
        identity = digits if identity == "fingerprint" else ":".join(re.findall("..", digits.upper()))
        assert judged(bag, pki, roots=None, signer=identity).ok
    assert judged(bag, pki, signer=identity).ok


def test_events_that_nobody_signed_are_reported_once_at_the_first_with_their_number(bag: Path, pki: Authorities):
    events = [append(bag, "handoff", at=NOW + timedelta(days=day), agent=AGENT, detail={}) for day in (2, 3, 4)]
    (unsigned,) = [each for each in judged(bag, pki).findings if each.code == "CUS007"]
    assert (unsigned.path, unsigned.found) == (str(events[0].relative_to(bag)), "3 of 5 events")


@pytest.mark.parametrize("number", ["emailAddress", "1.2.840.113549.1.9.1"])
def test_an_address_in_the_name_is_reported_once_and_by_its_name(
    number: str, bag: Path, tmp_path: Path, pki: Authorities
):
    write_signature(bag, issue("Desk", pki.ca, email="desk@a.example", in_name="desk@a.example"), tmp_path)
    report = judged(bag, pki, signer=f"{number}=desk@a.example,CN=Desk")
    (who,) = [each.message for each in report.findings if each.code == "SIG005"]
    assert "emailAddress=desk@a.example,CN=Desk" in who
    assert who.count("desk@a.example") == 1
    assert "SIG023" not in {each.code for each in report.findings}


def test_a_pinned_key_that_has_expired_is_not_made_good_by_somebody_else_who_is_trusted(
    bag: Path, pki: Authorities, tmp_path: Path
):
    late = issue("Ada Archivist", pki.ca, days=(-10, 0.0001))
    write_signature(bag, late, tmp_path)
    (bag / f"{P7S}.p7s").write_bytes(sign((bag / P7S).read_bytes(), signer_of(pki.second, tmp_path / "second"), NOW))
    report = judged(bag, pki, require_signature=True, signer=late.certificate.fingerprint(hashes.SHA256()).hex())
    assert errors_of_chain(report) == ["SIG023"]


def test_a_signature_that_does_not_cover_the_payload_manifest_is_worth_nothing(tmp_path: Path, pki: Authorities):
    """Before BagIt 1.0 a tag manifest may leave the manifests out: the payload may be any."""
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    (bag / "data/a.txt").write_text("anything")
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    (bag / "manifest-sha256.txt").write_text(f"{hashed(bag / 'data/a.txt')}  data/a.txt\n")
    (bag / SEAL).write_text(f"{hashed(bag / 'bagit.txt')}  bagit.txt\n")
    by = Signing(timestamp_url=pki.url, now=NOW, agent=AGENT, roots=pki.roots, route=LOCAL)
    sign_bag(bag, signer_of(pki.signer, tmp_path), by)
    for demands in ({}, {"require_signature": True}):
        assert not_good(judged(bag, pki, **demands)) == ["BAG053", "SIG009"]
        assert not judged(bag, pki, **demands).ok


@pytest.mark.parametrize(
    "purpose", [x509.ExtendedKeyUsageOID.EMAIL_PROTECTION, x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),
                x509.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]
)  # fmt: skip
def test_a_certificate_for_mail_documents_or_anything_signs(purpose, bag: Path, pki: Authorities, tmp_path: Path):
    write_signature(bag, issue("Ada Archivist", pki.ca, email="ada@archive.example", purpose=purpose), tmp_path)
    assert "SIG024" in {each.code for each in judged(bag, pki, require_signature=True).findings}


@pytest.mark.parametrize(
    "purpose", [x509.ExtendedKeyUsageOID.SERVER_AUTH, x509.ExtendedKeyUsageOID.TIME_STAMPING,
                x509.ExtendedKeyUsageOID.CODE_SIGNING]
)  # fmt: skip
def test_a_certificate_for_other_things_is_refused_before_it_signs(purpose, pki: Authorities, tmp_path: Path):
    with pytest.raises(UsageError, match="is not for documents"):
        signer_of(issue("Server", pki.ca, purpose=purpose), tmp_path)


def test_an_unproven_timestamp_on_an_event_is_a_warning_once_a_proven_one_stands_above(
    bag: Path, pki: Authorities, tmp_path: Path
):
    other = issue("Other Time", issue("Other Root", ca=True), purpose=x509.ExtendedKeyUsageOID.TIME_STAMPING)
    link = bag / "signatures/custody/0002-signature.json.p7s"
    for each in link.parent.glob(f"{link.name}.tsr*"):
        each.unlink()
    query = subprocess.run(["openssl", "ts", "-query", "-data", str(link), "-sha256", "-cert"],
                           check=True, capture_output=True).stdout  # fmt: skip
    link.with_name(f"{link.name}.tsr").write_bytes(pki.timestamp(query, other))
    report = judged(bag, pki)
    assert "TSR020" in {each.code for each in report.findings if each.severity == "error"}
    by = Signing(timestamp_url=pki.url, now=NOW + timedelta(days=1), agent=AGENT, roots=pki.roots, route=LOCAL)
    sign_bag(bag, signer_of(pki.second, tmp_path / "second"), by)
    report = judged(bag, pki)
    assert report.ok, [each for each in report.findings if each.severity == "error"]
    (expiring,) = [each for each in report.findings if each.code == "TSR021"]
    assert expiring.severity == "warning"
    assert expiring.path.endswith("0002-signature.json.p7s.tsr")


def test_authorities_may_have_roots_of_their_own(bag: Path, pki: Authorities):
    apart = Trust(roots=pki.root.pem(), tsa_roots=pki.tsa_root.pem(), require_timestamp=True, require_signature=True)
    assert validate_bag(bag, trust=apart).ok
    swapped = Trust(roots=pki.tsa_root.pem(), tsa_roots=pki.root.pem())
    assert {"SIG020", "TSR020"} <= {each.code for each in validate_bag(bag, trust=swapped).findings}


def test_roots_may_be_a_folder_of_files(bag: Path, pki: Authorities, tmp_path: Path):
    folder = tmp_path / "roots"
    folder.mkdir()
    (folder / "a.pem").write_bytes(pki.root.pem())
    (folder / "b.crt").write_bytes(pki.tsa_root.pem())
    (folder / "README").write_text("not a certificate")
    assert judged(bag, pki, roots=read_roots(folder), require_signature=True, require_timestamp=True).ok


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


def test_a_bag_with_its_signatures_is_still_valid_to_bagit(bag: Path):
    assert validate_bag(bag, second_opinion=True).checks["second-opinion"] == "passed"


def test_a_serialised_bag_is_judged_with_its_signatures(bag: Path, pki: Authorities, tmp_path: Path):
    for form in ("zip", "gztar"):
        packed = Path(shutil.make_archive(str(tmp_path / form / "bag"), form, bag.parent, bag.name))
        packed = packed.rename(packed.with_name("bag.zip" if form == "zip" else "bag.tar.gz"))
        report = judged(packed, pki, require_signature=True, require_timestamp=True)
        assert codes_of(report) == GOOD


@pytest.mark.parametrize("name", ["p7s", "tsr"])
def test_a_signature_or_timestamp_cut_anywhere_or_with_any_byte_changed_is_refused(name: str, original: Path):
    """Nothing but InvalidCms ever comes out, whatever is read."""
    over = (original / SEAL if name == "p7s" else original / P7S).read_bytes()
    path = original / (P7S if name == "p7s" else TSR)
    der = b64decode(b"".join(path.read_bytes().splitlines()[1:-1])) if name == "p7s" else path.read_bytes()
    broken = [der[:at] for at in range(0, len(der), 7)]
    broken += [der[:at] + bytes([der[at] ^ 0x41]) + der[at + 1 :] for at in range(0, len(der), 3)]
    whole = read_signature(path.read_bytes(), over) if name == "p7s" else read_timestamp(der, over)
    for each in broken:
        data = b"-----BEGIN CMS-----\n" + b64encode(each) + b"\n-----END CMS-----\n" if name == "p7s" else each
        try:
            read = read_signature(data, over) if name == "p7s" else read_timestamp(data, over)
        except InvalidCms:
            continue
        assert essence(read) == essence(whole)  # the change was outside what is signed: in another certificate, say


def essence(read: Signature | Timestamp) -> object:
    if isinstance(read, Timestamp):
        return read.time, read.nonce, essence(read.signature)
    return read.certificate, read.said


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400))
def test_whatever_is_read_as_a_timestamp_or_signature_is_refused_in_words(data: bytes):
    for read, each in ((read_timestamp, data), (read_signature, b"-----BEGIN CMS-----\n%s\n-----END CMS-----" % data)):
        with pytest.raises(InvalidCms):
            read(each, b"x")


def named(path: Path) -> Path:
    """A bag whose bag-info.txt names its log."""
    builder = Builder()
    builder.info.append(f"Custody-Log: {EVENT}")
    assert builder.record
    builder.record["custody_log"] = EVENT
    return builder.write(path)


@pytest.mark.parametrize(
    "demand", [{}, {"strict": True}, {"trust": Trust(require_timestamp=True)}, {"profile": read_profile("archiver")}]
)
def test_a_log_that_bag_info_names_and_that_was_removed_is_a_warning_and_on_demand_an_error(tmp_path: Path, demand):
    bag = named(tmp_path / "bag")
    report = validate_bag(bag, **demand)
    (gone,) = [each for each in report.findings if each.code == "CUS011"]
    assert (gone.severity, gone.path) == ("error" if demand else "warning", EVENT)
    append(bag, "sealing", at=NOW, agent=AGENT, detail={})
    assert "CUS011" not in codes_of(validate_bag(bag, **demand))


def test_the_record_and_bag_info_name_one_log(tmp_path: Path):
    builder = Builder()
    builder.info.append(f"Custody-Log: {EVENT}")
    assert "REC010" in codes_of(validate_bag(builder.write(tmp_path / "bag")))
