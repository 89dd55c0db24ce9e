"""Signatures, timestamps, trust, revocation and custody judged: each damage with all that must be found.

Good signatures are made by archiver and, where noted, by openssl; every certificate is made up on the spot.
"""

import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, Authorities, crl_of, issue, needs_openssl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from damages.trust.table import (
    AGENT,
    EVENT,
    GOOD,
    LOCAL,
    P7S,
    SEAL,
    STATED,
    codes_of,
    hashed,
    judged,
    not_good,
    pem,
    signer_of,
    write_signature,
)

from archiver.errors import UsageError
from archiver.model import Report
from archiver.trust.custody import append
from archiver.trust.seal import sign_bag
from archiver.trust.sign import sign
from archiver.trust.signing import Signing
from archiver.validation.bagit.profile import read_profile
from archiver.validation.rules import trust
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl


def errors_of_chain(report: Report) -> list[str]:
    """The errors but those of an event that names what the test has taken away."""
    return sorted(each.code for each in report.findings if each.severity == "error" and each.code not in STATED)


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


def test_a_bag_with_its_signatures_is_still_valid_to_bagit(bag: Path):
    assert validate_bag(bag, second_opinion=True).checks["second-opinion"] == "passed"


def test_a_serialised_bag_is_judged_with_its_signatures(bag: Path, pki: Authorities, tmp_path: Path):
    for form in ("zip", "gztar"):
        packed = Path(shutil.make_archive(str(tmp_path / form / "bag"), form, bag.parent, bag.name))
        packed = packed.rename(packed.with_name("bag.zip" if form == "zip" else "bag.tar.gz"))
        report = judged(packed, pki, require_signature=True, require_timestamp=True)
        assert codes_of(report) == GOOD


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
