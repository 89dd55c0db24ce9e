"""Bags with timestamps of several authorities."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, issue, needs_openssl
from builders.renewed import SEAL, TSR, errors, shell
from cryptography.x509.oid import ExtendedKeyUsageOID

from archiver.cli import main
from archiver.trust.custody import Agent, append
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    bag = Builder().write(tmp_path / "plain")
    append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    return bag


def test_each_authority_makes_a_file_of_its_own_and_the_event_names_all(plain, pki):
    urls = ["--timestamp", pki.url, "--timestamp", f"{pki.site}/nobody", "--timestamp", f"{pki.site}/second"]
    assert main(["sign", str(plain), *pki.signer.write(plain.parent), *urls]) == 0
    second = f"signatures/{SEAL}.p7s.2.tsr"
    for each in (TSR, second):
        ok = shell(
            plain, "openssl", "ts", "-verify", "-data", f"signatures/{SEAL}.p7s", "-in", each, "-CAfile", pki.roots
        )
        assert "Verification: OK" in ok
    (event,) = (plain / "signatures/custody").glob("*-signature.json")
    detail = json.loads(event.read_text())["detail"]
    assert [(each["authority"], each["file"]) for each in detail["timestamps"]] == [
        (pki.url, Path(TSR).name),
        (f"{pki.site}/second", Path(second).name),
    ]
    assert [each["authority"] for each in detail["timestamps_failed"]] == [f"{pki.site}/nobody"]
    assert {TSR, second} <= set(detail["files"])
    report = validate_bag(plain, trust=Trust(roots=read_roots(pki.roots), require_timestamp=True))
    assert report.ok
    assert not {"SIG007", "CUS006"} & {each.code for each in report.findings}
    assert [each.path for each in report.findings if each.code == "TSR005"] == [second, TSR]  # as links are held


@pytest.mark.parametrize("broken", [TSR, f"signatures/{SEAL}.p7s.2.tsr"])
@pytest.mark.parametrize("fault", ["garbage", "gone", "untrusted"])
def test_one_good_timestamp_proves_and_the_fault_of_another_is_a_warning(plain, pki, broken, fault):
    urls = ["--timestamp", pki.url, "--timestamp", f"{pki.site}/second"]
    assert main(["sign", str(plain), *pki.signer.write(plain.parent), *urls]) == 0
    shutil.rmtree(plain / "signatures/custody")  # which says what is gone
    append(plain, "sealing", at=NOW, agent=Agent(), detail={})
    if fault == "garbage":
        (plain / broken).write_bytes(b"garbage")
    elif fault == "gone":
        (plain / broken).unlink()
    else:
        stranger = issue("Stranger", issue("Other", ca=True), purpose=ExtendedKeyUsageOID.TIME_STAMPING)
        command = ["openssl", "ts", "-query", "-data", plain / f"signatures/{SEAL}.p7s", "-sha256", "-cert"]
        query = subprocess.run(command, check=True, capture_output=True).stdout
        (plain / broken).write_bytes(pki.timestamp(query, stranger))
    assert errors(plain, pki) == set()
    found = validate_bag(plain, trust=Trust(roots=read_roots(pki.roots))).findings
    warnings = [each for each in found if each.severity == "warning" and each.path == broken]
    assert bool(warnings) == (fault != "gone")


def test_faults_of_all_timestamps_are_errors(plain, pki):
    urls = ["--timestamp", pki.url, "--timestamp", f"{pki.site}/second"]
    assert main(["sign", str(plain), *pki.signer.write(plain.parent), *urls]) == 0
    for each in (TSR, f"signatures/{SEAL}.p7s.2.tsr"):
        (plain / each).write_bytes(b"garbage")
    assert {"TSR001", "TSR006"} <= errors(plain, pki)


def test_where_no_authority_answers_the_bag_is_signed_and_the_reasons_are_said(plain, pki, capsys):
    urls = ["--timestamp", f"{pki.site}/nobody", "--timestamp", f"{pki.site}/none"]
    assert main(["sign", str(plain), *pki.signer.write(plain.parent), *urls]) == 3
    printed = capsys.readouterr().err
    assert "/nobody" in printed
    assert "/none" in printed
    assert "without a timestamp" in printed


def test_settings_name_one_authority_or_a_list(plain, pki, tmp_path, capsys):
    settings = tmp_path / "archiver.toml"
    settings.write_text(f'timestamp = ["{pki.url}", "{pki.site}/second"]\n')
    assert main(["sign", str(plain), "--config", str(settings)]) == 0
    assert (plain / f"signatures/{SEAL}.2.tsr").is_file()
    settings.write_text('timestamp = ["ftp://example.org"]\n')
    assert main(["sign", str(plain), "--config", str(settings)]) == 2
    settings.write_text("timestamp = 3\n")
    assert main(["sign", str(plain), "--config", str(settings)]) == 2
