"""`archiver sign` and `archiver run` with keys: what openssl, the judge here, says of what they write."""

import contextlib
import itertools
import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from builders.bags import Builder, sha256
from builders.pki import NOW, Authorities, authorities, issue, needs_openssl
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat
from servers.newsroom import newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.config import Config
from archiver.errors import StorageError, UsageError
from archiver.trust import web
from archiver.trust.custody import Agent, append, head, seal
from archiver.trust.sign import Signer, sign
from archiver.trust.timestamp import query

pytestmark = needs_openssl
SEAL = "tagmanifest-sha256.txt"
P7S, TSR = f"signatures/{SEAL}.p7s", f"signatures/{SEAL}.p7s.tsr"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with authorities(tmp_path_factory.mktemp("pki")) as here:
        here.tell_of_revocation()
        yield here


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return Builder().write(tmp_path / "bag")


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


# ---- what is refused


def refused(capsys, *command: str, code: int = 2) -> str:
    assert main(["sign", *command]) == code
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    return printed


def test_a_key_that_does_not_fit_its_certificate_is_refused(bag: Path, pki: Authorities, capsys):
    _, key, _, _ = pki.second.write(bag.parent, "second")
    _, _, _, certificate = pki.signer.write(bag.parent)
    before = files(bag)
    assert "does not fit" in refused(capsys, str(bag), "--key", key, "--certificate", certificate)
    assert files(bag) == before


@pytest.mark.parametrize(("days", "word"), [((-10, -1), "expired on"), ((1, 10), "not valid before")])
def test_a_certificate_that_is_not_valid_today_is_refused(days, word, bag: Path, pki: Authorities, capsys):
    before = files(bag)
    assert word in refused(capsys, str(bag), *issue("Late", pki.ca, days=days).write(bag.parent))
    assert files(bag) == before


def test_a_certificate_that_is_not_for_signatures_is_refused(bag: Path, pki: Authorities, capsys):
    holder = issue("No Signer", pki.ca, usage="key_agreement")
    assert "not for signatures" in refused(capsys, str(bag), *holder.write(bag.parent))


def not_signed(capsys, *command: str) -> str:
    assert main(["sign", *command]) == 1
    return capsys.readouterr().out


def test_a_signer_that_is_revoked_by_the_list_just_fetched_signs_nothing(bag: Path, tmp_path: Path, capsys):
    with authorities(tmp_path) as here:
        here.tell_of_revocation(here.signer)
        before = files(bag)
        assert "SIG030" in not_signed(capsys, str(bag), *here.signer.write(tmp_path), "--allow-private")
        assert files(bag) == before


def test_a_bag_with_a_tag_file_that_no_signature_would_cover_is_not_signed(bag: Path, pki: Authorities, capsys):
    (bag / "notes.txt").write_text("who put it here?")
    before = files(bag)
    assert "SIG009 notes.txt" in not_signed(capsys, str(bag), *pki.signer.write(bag.parent))
    assert files(bag) == before


def test_a_signer_that_the_roots_of_the_settings_do_not_know_is_refused(bag: Path, pki: Authorities, capsys):
    before = files(bag)
    stranger = issue("Stranger").write(bag.parent, "stranger")
    assert "SIG020" in not_signed(capsys, str(bag), *stranger, "--trust-roots", str(pki.roots))
    assert files(bag) == before


def test_a_signature_without_its_timestamp_is_named_by_the_event_once_it_is_there(bag: Path, tmp_path: Path, capsys):
    with authorities(tmp_path) as here:
        here.tell_of_revocation()
        here.answers["/tsa"] = b"garbage"
        options = [str(bag), *here.signer.write(tmp_path), "--timestamp", here.url, "--trust-roots", str(here.roots)]
        assert "tagmanifest-sha256.txt is signed, and without a timestamp" in refused(capsys, *options, code=3)
        assert (bag / P7S).is_file()
        assert not (bag / "signatures/custody").exists()
        del here.answers["/tsa"]
        assert main(["sign", *options]) == 0
        event = json.loads((bag / "signatures/custody/0001-signature.json").read_text())
        assert {P7S, TSR} <= set(event["detail"]["files"])
        assert event["detail"]["signed"] == SEAL
        demands = ["--require-timestamp", "--require-signature", "--fail-on", "warning"]
        assert main(["validate", str(bag), "--trust-roots", str(here.roots), *demands]) == 0


def test_a_signature_that_could_never_be_accepted_is_replaced_on_request_and_the_log_says_so(
    bag: Path, tmp_path: Path, capsys
):
    with authorities(tmp_path) as here:
        here.tell_of_revocation(here.signer)
        assert main(["sign", str(bag), *here.signer.write(tmp_path, "old"), "--force", "--allow-private"]) == 0
        before = files(bag)
        good = [str(bag), *here.second.write(tmp_path, "new"), "--trust-roots", str(here.roots)]
        revoked = [str(bag), *here.signer.write(tmp_path, "old"), "--replace-unsound", "--allow-private"]
        assert "SIG030" in not_signed(capsys, *revoked)
        assert files(bag) == before, "what cannot be replaced by something better stays"
        assert main(["sign", *good, "--replace-unsound"]) == 0
        assert main(["validate", str(bag), "--trust-roots", str(here.roots), "--require-signature"]) == 0
        assert "CUS014" in capsys.readouterr().out
        (said,) = (bag / "signatures/custody").glob("*-replacement.json")
        assert "SIG030" in json.loads(said.read_text())["detail"]["reason"]
        done = files(bag)
        assert main(["sign", *good, "--replace-unsound"]) == 0
        assert files(bag) == done, "a sound one is left alone"


def test_garbage_in_place_of_a_key_or_certificate_is_refused(bag: Path, pki: Authorities, capsys):
    _, key, _, certificate = pki.signer.write(bag.parent)
    garbage = bag.parent / "garbage"
    garbage.write_bytes(b"garbage")
    assert "not a private key" in refused(capsys, str(bag), "--key", str(garbage), "--certificate", certificate)
    assert "not a chain" in refused(capsys, str(bag), "--key", key, "--certificate", str(garbage))
    assert "go together" in refused(capsys, str(bag), "--key", key)
    assert "nothing to do" in refused(capsys, str(bag))
    refused(capsys, str(bag), "--key", "/nowhere", "--certificate", certificate, code=3)


def test_a_bag_that_is_not_valid_is_not_signed_unless_it_is_forced(bag: Path, pki: Authorities, capsys):
    options = pki.signer.write(bag.parent)
    (bag / "data/text/article.txt").write_text("changed")
    before = files(bag)
    assert main(["sign", str(bag), *options]) == 1
    assert files(bag) == before
    assert f"not signed {bag}: FIX001 data/text/article.txt: " in capsys.readouterr().out
    assert main(["sign", str(bag), *options, "--force"]) == 0
    check_signature(bag, pki.roots)
    assert main(["validate", str(bag), "--require-signature", "--trust-roots", str(pki.roots)]) == 1


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("by", ["file", "environment"])
def test_encrypted_keys_of_both_forms_open_with_their_passphrase(form, by, bag: Path, pki: Authorities, monkeypatch):
    options = pki.signer.write(bag.parent)
    Path(options[1]).write_bytes(pki.signer.key_pem("pass wörd".encode(), form))
    if by == "file":
        (bag.parent / "pass").write_text("pass wörd\n")
        options += ["--passphrase-file", str(bag.parent / "pass")]
    else:
        monkeypatch.setenv("ARCHIVER_PASSPHRASE", "pass wörd")
    assert main(["sign", str(bag), *options]) == 0
    check_signature(bag, pki.roots)


def test_without_the_passphrase_or_with_another_a_key_stays_shut(bag: Path, pki: Authorities, capsys, monkeypatch):
    monkeypatch.delenv("ARCHIVER_PASSPHRASE", raising=False)
    options = pki.signer.write(bag.parent, passphrase=b"right")
    assert "is encrypted" in refused(capsys, str(bag), *options)
    monkeypatch.setenv("ARCHIVER_PASSPHRASE", "wrong-and-secret")
    found = refused(capsys, str(bag), *options)
    assert "passphrase is wrong" in found
    assert "wrong-and-secret" not in found


def test_a_file_that_validation_takes_for_no_event_does_not_count_for_the_next_one(bag: Path):
    odd = bag / "signatures/custody/\u0660\u0660\u0660\u0665-x.json"  # 0005 in Arabic digits
    odd.parent.mkdir(parents=True)
    odd.write_text("{}")
    assert append(bag, "receipt", at=NOW, agent=Agent(), detail={}).name == "0001-receipt.json"


def test_no_passphrase_is_shown_or_logged(pki: Authorities, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    _, key, _, certificate = pki.signer.write(tmp_path, passphrase=b"very-secret")
    signer = Signer.load(Path(key), Path(certificate), b"very-secret")
    assert "very-secret" not in repr(signer) + caplog.text


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (b"garbage", "is not valid"),
        (b"", "is not valid"),
        (b"\x30\x05\x30\x03\x02\x01\x02", "status 2"),
        (b"A" * (2 << 20), "more than"),
    ],
)
def test_an_authority_that_answers_badly_is_not_believed_and_the_signature_stays(answer, word, bag, capsys, tmp_path):
    with authorities(tmp_path) as bad:
        bad.answers["/tsa"] = answer
        options = [*bad.signer.write(bag.parent), "--no-revocation"]
        assert main(["sign", str(bag), *options, "--timestamp", bad.url]) == 3
        printed = capsys.readouterr().err
        assert printed.count("\n") == 1
        assert word in printed
        assert sorted(path for path in files(bag) if path.startswith("signatures/")) == [P7S]
        del bad.answers["/tsa"]
        assert main(["sign", str(bag), *options, "--timestamp", bad.url, "--trust-roots", str(bad.roots)]) == 0
        check_signature(bag, bad.roots)
        openssl(bag, "ts", "-verify", "-data", P7S, "-in", TSR, "-CAfile", str(bad.roots))


def test_a_timestamp_of_an_earlier_question_is_not_believed(bag: Path, tmp_path: Path, capsys):
    with authorities(tmp_path) as tsa:
        query = subprocess.run(["openssl", "ts", "-query", "-data", str(bag / SEAL), "-sha256", "-cert"],
                               capture_output=True, check=True).stdout  # fmt: skip
        tsa.answers["/tsa"] = tsa.timestamp(query)
        assert "another question" in refused(capsys, str(bag), "--timestamp", tsa.url, code=3)


def test_a_chain_without_its_root_is_completed_or_the_timestamp_is_not_kept(bag: Path, tmp_path: Path, capsys):
    with authorities(tmp_path) as tsa:
        tsa.timestamp(subprocess.run(["openssl", "ts", "-query", "-data", str(bag / SEAL), "-sha256", "-cert"],
                                     capture_output=True, check=True).stdout)  # fmt: skip
        (home,) = tsa.folder.glob("tsa-*")
        (home / "chain.pem").write_bytes(tsa.tsa.certificate.public_bytes(Encoding.PEM))
        assert "CN=Time Root, the root of its chain" in refused(capsys, str(bag), "--timestamp", tsa.url, code=3)
        assert main(["sign", str(bag), "--timestamp", tsa.url, "--trust-roots", str(tsa.roots)]) == 0
        name = f"signatures/{SEAL}.tsr"
        assert (bag / f"{name}.crt").read_bytes().count(b"BEGIN CERTIFICATE") == 2
        openssl(bag, "ts", "-verify", "-data", SEAL, "-in", name, "-CAfile", f"{name}.crt")


def test_an_authority_that_is_not_there_is_reported_in_one_line(bag: Path, capsys):
    assert "cannot be reached" in refused(capsys, str(bag), "--timestamp", "http://127.0.0.1:9/", code=3)
    assert "not an http" in refused(capsys, str(bag), "--timestamp", "ftp://tsa.example/", code=2)


def test_the_key_to_a_paid_authority_stands_in_no_record_event_or_message(bag: Path, pki: Authorities, capsys):
    url = pki.url.replace("http://", "http://user:very-secret@") + "?key=very-secret"
    pki.answers["/tsa?key=very-secret"] = b"garbage"
    for address in (url, "http://user:very-secret@[bad/", "http://user:very-secret@host:x/", "ftp://a:very-secret@b/"):
        assert main(["sign", "--debug", str(bag), "--timestamp", address]) in (2, 3)
        printed = capsys.readouterr().err
        assert "timestamp" in printed
        assert "very-secret" not in printed
    assert "very-secret" not in repr(Config(timestamp=url).stated())
    paid = url.partition("?")[0]
    assert main(["sign", str(bag), "--timestamp", paid, "--trust-roots", str(pki.roots)]) == 0
    assert not [path for path, data in files(bag).items() if b"very-secret" in data]


@pytest.mark.parametrize("nonce", [1 << 62, (1 << 63) - 1, (1 << 62) + 255])
def test_what_is_asked_of_an_authority_is_read_by_openssl(nonce: int, tmp_path: Path):
    (tmp_path / "query").write_bytes(query(b"something", nonce))
    found = openssl(tmp_path, "ts", "-query", "-in", "query", "-text")
    assert f"Nonce: 0x{nonce:016X}" in found
    assert "Hash Algorithm: sha256" in found
    assert "Certificate required: yes" in found


def test_an_authority_that_trickles_is_left_when_the_time_is_up(bag: Path, monkeypatch, capsys):
    """It trickles until the test ends: the request ends before."""
    monkeypatch.setattr(web, "SECONDS", 0.5)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                for n in itertools.count():
                    connection.sendall(b"X-%d: x\r\n" % n if n < 50 else b"x")
                    if over.wait(0.05):
                        return

        thread = threading.Thread(target=trickle)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert "within 0.5 seconds" in refused(capsys, str(bag), "--timestamp", url, code=3)
        assert thread.is_alive()
        over.set()
        thread.join()


def test_a_passphrase_is_asked_for_at_a_terminal(bag: Path, pki: Authorities, monkeypatch):
    monkeypatch.delenv("ARCHIVER_PASSPHRASE", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: "right")
    assert main(["sign", str(bag), *pki.signer.write(bag.parent, passphrase=b"right")]) == 0


# ---- validate's own options


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


# ---- custody


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


# ---- archiver run


def settings(pki: Authorities, folder: Path, url: str) -> list[str]:
    _, key, _, certificate = pki.signer.write(folder, passphrase=b"kept apart")
    (folder / "pass").write_text("kept apart\n")
    lines = {"key": key, "certificate": certificate, "passphrase_file": str(folder / "pass"), "timestamp": url,
             "trust_roots": str(pki.roots), "organisation": "Test Archive"}  # fmt: skip
    (folder / "archiver.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items()))
    return ["--config", str(folder / "archiver.toml"), "--bags", str(folder / "bags"), "--pace", "0", "--quiet"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_run_signs_and_timestamps_each_new_bag_by_the_settings(jobs: str, pki: Authorities, tmp_path: Path, capsys):
    write_seeds(tmp_path / "seeds", range(2))
    with newsroom(pages_for(range(2))) as site:
        options = [*settings(pki, tmp_path, pki.url), "--jobs", jobs, *site.options]
        assert main(["run", str(tmp_path / "seeds"), *options]) == 0
    demands = ["--signer", "ada@archive.example", "--require-timestamp", "--trust-roots", str(pki.roots)]
    assert main(["validate", str(tmp_path / "bags"), *demands, "--fail-on", "warning", "--strict"]) == 0
    for bag in (tmp_path / "bags").glob("report-*"):
        check_signature(bag, pki.roots)
        event = json.loads((bag / "signatures/custody/0001-sealing.json").read_bytes())
        assert event["agent"]["organisation"] == "Test Archive"
        assert [each["path"] for each in event["detail"]["warc"]] == [f"data/wacz/archive/{bag.name}.warc.gz"]
        record = (bag / "data/provenance.json").read_text()
        assert "signer.key" not in record
        assert "kept apart" not in record
        assert not any(b"kept apart" in data or b"PRIVATE KEY" in data for data in files(bag).values())


def test_run_keeps_a_bag_that_could_not_be_timestamped_and_says_so(pki: Authorities, tmp_path: Path, capsys):
    write_seeds(tmp_path / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        options = [*settings(pki, tmp_path, "http://127.0.0.1:9/"), "--bracket", "if-possible"]
        assert main(["run", str(tmp_path / "seeds"), *options, *site.options, "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["outcome"] == "captured"
    assert "not signed as it should be: no timestamp from http://127.0.0.1:9/" in result["warning"]
    bag = tmp_path / "bags" / result["bag"]
    check_signature(bag, pki.roots)
    assert main(["sign", str(bag), "--config", str(tmp_path / "archiver.toml"), "--timestamp", pki.url]) == 0
    demands = ["--require-signature", "--require-timestamp", "--trust-roots", str(pki.roots)]
    assert main(["validate", str(bag), *demands, "--fail-on", "warning"]) == 0


def test_without_keys_run_still_writes_the_first_event(tmp_path: Path):
    write_seeds(tmp_path / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        options = ["--bags", str(tmp_path / "bags"), "--pace", "0", "--quiet", *site.options]
        assert main(["run", str(tmp_path / "seeds"), *options]) == 0
    (bag,) = (tmp_path / "bags").glob("report-*")
    assert [each.name for each in (bag / "signatures/custody").iterdir()] == ["0001-sealing.json"]
    assert not any(
        name.startswith("cryptography")
        for name in loaded_by("archiver.commands.jobs.run", "archiver.job.workers.worker")
    )


def loaded_by(*modules: str) -> list[str]:
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("version", [None, "46.0.1"])
def test_without_the_extra_signing_says_in_one_line_what_to_install(
    version, bag: Path, pki: Authorities, tmp_path: Path
):
    """In a process of its own, where `cryptography` is not there, or too old."""
    fake = tmp_path / "fake/cryptography"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(f"__version__ = {version!r}\n" if version else "raise ImportError\n")
    command = [sys.executable, "-m", "archiver", "sign", str(bag), *pki.signer.write(tmp_path)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(fake.parent)}, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "'.[trust]' in the project's folder" in done.stderr
    command = [sys.executable, "-m", "archiver", "validate", str(bag)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(fake.parent)}, capture_output=True, text=True)
    assert done.returncode == 0
