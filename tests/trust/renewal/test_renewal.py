"""Renewed timestamps, and timestamps of several authorities: what `archiver sign` writes, openssl accepts and
`archiver validate` says at times to come."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, Authorities, Holder, authorities, issue, needs_openssl
from builders.renewed import SEAL, TSR, errors, shell, tsa
from builders.signing import files
from cryptography.x509.oid import ExtendedKeyUsageOID

from archiver.cli import main
from archiver.trust.custody import Agent, append
from archiver.trust.renewal import list_of
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl

LIST = f"{TSR}.sha512"


def checked(bag: Path, pki: Authorities, days: float = 0, **demands) -> dict[str, list[str]]:
    """Code -> the files of the bag's own chain that it is of, at a time to come."""
    trust = Trust(roots=read_roots(pki.roots), now=NOW + timedelta(days=days, minutes=5), **demands)
    found: dict[str, list[str]] = {}
    for each in validate_bag(bag, trust=trust).findings:
        if "/custody/" not in each.path or each.severity == "error":
            found.setdefault(each.code, []).append(each.path)
    return found


def test_a_renewal_is_checked_by_openssl_and_sha512sum_alone_and_changes_nothing_that_is_there(bag, pki, capsys):
    before = files(bag)
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 0
    assert capsys.readouterr().out == f"renewed the timestamps of {bag}\n"
    assert {path: data for path, data in files(bag).items() if path in before} == before
    shell(bag, "sha512sum", "--check", "--quiet", LIST)
    listed = {line.split("  ")[1] for line in (bag / LIST).read_text().splitlines()}
    assert {SEAL, "tagmanifest-sha512.txt", f"signatures/{SEAL}.p7s", TSR, f"{TSR}.crt"} <= listed
    ok = shell(bag, "openssl", "ts", "-verify", "-data", LIST, "-in", f"{LIST}.tsr", "-CAfile", pki.roots)
    assert "Verification: OK" in ok
    assert "sha512" in shell(bag, "openssl", "ts", "-reply", "-in", f"{LIST}.tsr", "-text")
    (event,) = (bag / "signatures/custody").glob("*-renewal.json")
    detail = json.loads(event.read_text())["detail"]
    assert (detail["renewed"], detail["timestamp"], LIST in detail["files"]) == (TSR, pki.url, True)


def test_an_expired_authority_is_a_warning_unless_its_timestamp_was_renewed_before(bag, pki):
    assert checked(bag, pki)["TSR015"] == [TSR]
    assert checked(bag, pki, days=40)["TSR009"] == [TSR]
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 0
    later = checked(bag, pki, days=40)
    assert "TSR009" not in later
    assert later["TSR014"] == [TSR]
    assert errors(bag, pki, days=40) == set()
    codes = {each.code for each in validate_bag(bag, trust=Trust(roots=read_roots(pki.roots))).findings}
    assert not codes & {"SIG007", "CUS006"}


def test_a_renewal_may_be_renewed(bag, pki):
    assert main(["sign", str(bag), "--renew", "--timestamp", f"{pki.site}/short"]) == 0
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 0
    later = checked(bag, pki, days=40)
    assert sorted(later["TSR014"]) == [TSR, f"{LIST}.tsr"]
    assert "TSR009" not in later
    assert errors(bag, pki, days=40) == set()
    shell(bag, "sha512sum", "--check", "--quiet", f"{LIST}.tsr.sha512")


def test_a_further_signer_signs_what_was_renewed(bag, pki):
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 0
    second = pki.second.write(bag.parent, "second")
    assert main(["sign", str(bag), *second, "--timestamp", pki.url]) == 0
    assert (bag / f"{LIST}.tsr.p7s.tsr").is_file()
    assert errors(bag, pki, days=40) == set()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda bag: (bag / LIST).write_text((bag / LIST).read_text().replace("a", "b", 1)), "TSR003"),
        (lambda bag: (bag / f"{LIST}.tsr").unlink(), "TSR011"),
        (lambda bag: (bag / f"{TSR}.crt").write_bytes(b""), "TSR010"),
        (lambda bag: (bag / f"{TSR}.crt").unlink(), "TSR010"),
        (lambda bag: (bag / LIST).write_bytes(b"\xff\n"), "TSR010"),
    ],
)
def test_a_broken_renewal_is_an_error_and_renews_nothing(bag, pki, damage, code):
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 0
    damage(bag)
    found = checked(bag, pki, days=40)
    assert code in found
    assert code in errors(bag, pki, days=40)
    assert TSR in found["TSR009"] or code == "TSR003"


def forged(pki: Authorities, over: Path, by: Holder, folder: Path, *options: str, year: str) -> bytes:
    """A timestamp as `by` would sign it in another year."""
    folder.mkdir()
    _, key, _, _ = by.write(folder)
    shutil.copy(over, folder / "data")
    (folder / "leaf.pem").write_bytes(by.pem())
    shell(folder, "openssl", "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query")
    (folder / "response").write_bytes(pki.timestamp((folder / "query").read_bytes()))
    shell(folder, "openssl", "ts", "-reply", "-in", "response", "-token_out", "-out", "token")
    shell(folder, "openssl", "cms", "-verify", "-noverify", "-in", "token", "-inform", "DER", "-out", "info")
    info = re.sub(rb"(\x18\x0f)\d{4}", rb"\g<1>" + year.encode(), (folder / "info").read_bytes())
    (folder / "info").write_bytes(info)
    kind = "1.2.840.113549.1.9.16.1.4"
    signing = ("openssl", "cms", "-sign", "-binary", "-nodetach", "-cades", "-econtent_type", kind, "-in", "info")
    shell(folder, *signing, "-signer", "leaf.pem", "-inkey", key, "-outform", "DER", "-out", "token", *options)
    token = b"\x30\x03\x02\x01\x00" + (folder / "token").read_bytes()
    return b"\x30\x82" + len(token).to_bytes(2, "big") + token


@pytest.fixture(scope="module")
def old(pki: Authorities) -> Holder:
    """An authority of long ago, whose root is trusted."""
    root = issue("Old Root", ca=True, days=(-9000, 9000))
    pki.roots.write_bytes(pki.roots.read_bytes() + root.pem())
    return issue("Old Time", root, kind="rsa", purpose=ExtendedKeyUsageOID.TIME_STAMPING, days=(-9000, 9000))


def unlogged(bag: Path) -> None:
    for each in (bag / "signatures").rglob("*"):
        if each.is_file() and each.name != f"{SEAL}.p7s":
            each.unlink()


def with_renewal(bag: Path, pki: Authorities, by: Holder, folder: Path, year: str) -> None:
    (bag / LIST).write_bytes(list_of(bag))
    (bag / f"{LIST}.tsr").write_bytes(forged(pki, bag / LIST, by, folder, year=year))


@pytest.mark.parametrize(("year", "good"), [("2016", True), ("2019", False)])
def test_a_digest_that_has_ended_counts_where_it_was_renewed_before_its_end(bag, pki, old, tmp_path, year, good):
    unlogged(bag)
    (bag / TSR).write_bytes(
        forged(pki, bag / f"signatures/{SEAL}.p7s", old, tmp_path / "1", "-md", "sha1", year="2015")
    )
    assert "TSR002" in errors(bag, pki)
    with_renewal(bag, pki, old, tmp_path / "2", year)
    found = checked(bag, pki)
    assert ("TSR013" in found, "TSR002" in found) == (good, not good)


def test_a_renewal_by_nobody_who_is_trusted_revives_nothing(bag, pki, old, tmp_path):
    unlogged(bag)
    (bag / TSR).write_bytes(
        forged(pki, bag / f"signatures/{SEAL}.p7s", old, tmp_path / "1", "-md", "sha1", year="2015")
    )
    stranger = issue(
        "Stranger",
        issue("Other", ca=True, days=(-9000, 9000)),
        kind="rsa",
        purpose=ExtendedKeyUsageOID.TIME_STAMPING,
        days=(-9000, 9000),
    )
    with_renewal(bag, pki, stranger, tmp_path / "2", "2016")
    assert {"TSR002", "TSR020"} <= errors(bag, pki)


def test_a_renewal_after_the_certificate_expired_is_said_to_renew_nothing(bag, pki, old, tmp_path):
    with_renewal(bag, pki, old, tmp_path / "2", str(NOW.year + 2))
    assert checked(bag, pki, days=1000)["TSR012"] == [TSR]


def test_a_renewal_that_comes_too_late_is_refused_and_nothing_is_written(bag, pki, capsys):
    late = tsa(pki, "Late Time", days=(-30, -1))
    command = ["openssl", "ts", "-query", "-data", bag / f"signatures/{SEAL}.p7s", "-sha256", "-cert"]
    query = subprocess.run(command, check=True, capture_output=True).stdout
    (bag / TSR).write_bytes(pki.timestamp(query, late))
    (bag / f"{TSR}.crt").write_bytes(late.pem())
    before = files(bag)
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 1
    out = capsys.readouterr().out
    assert out.startswith("not signed")
    assert "expired" in out
    assert files(bag) == before


@pytest.mark.parametrize("with_roots", [False, True])
@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_timestamp_of_an_authority_that_was_revoked_is_not_renewed(is_revoked, with_roots, tmp_path, capsys):
    with authorities(tmp_path) as here:
        here.tell_of_revocation()
        here.others["/second"] = tsa(here, "Second Time", days=(-1, 3650))
        bag = Builder().write(tmp_path / "bag")
        append(bag, "sealing", at=NOW, agent=Agent(), detail={})
        assert main(["sign", str(bag), *here.signer.write(tmp_path), "--timestamp", here.url]) == 0
        here.tell_of_revocation(*([here.tsa] if is_revoked else []))
        before = files(bag)
        capsys.readouterr()
        command = ["sign", str(bag), "--renew", "--timestamp", f"{here.site}/second", "--allow-private"]
        command += ["--trust-roots", str(here.roots)] if with_roots else []
        assert main(command) == int(is_revoked)
        out = capsys.readouterr().out
        assert ("SIG030" in out and "the certificate of CN=Time Authority was revoked on" in out) == is_revoked
        assert (files(bag) == before) == is_revoked
        assert "/Time-Authority.crl" in here.asked


def test_a_broken_chain_is_not_renewed(bag, pki, capsys):
    (bag / TSR).write_bytes(b"garbage")
    before = files(bag)
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 1
    assert "TSR001" in capsys.readouterr().out
    assert files(bag) == before


def test_without_a_timestamp_there_is_nothing_to_renew(tmp_path, pki, capsys):
    bag = Builder().write(tmp_path / "bag")
    append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    assert main(["sign", str(bag), "--renew", "--timestamp", pki.url]) == 1
    assert "no timestamp" in capsys.readouterr().out
    assert main(["sign", str(bag), "--renew", *pki.signer.write(tmp_path)]) == 2
    assert "--timestamp URL" in capsys.readouterr().err
