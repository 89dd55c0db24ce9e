"""What is not signed or timestamped, and why: keys, certificates, authorities, bags."""

import contextlib
import itertools
import json
import logging
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from builders.pki import NOW, Authorities, authorities, issue, needs_openssl
from builders.signing import P7S, SEAL, TSR, check_signature, files, openssl, refused
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

from archiver.cli import main
from archiver.config import Config
from archiver.trust import web
from archiver.trust.custody import Agent, append
from archiver.trust.sign import Signer
from archiver.trust.timestamp import query

pytestmark = needs_openssl


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
