"""Signed WACZ (wacz-auth 0.1.0): what `handoff --form wacz` writes, WebCrypto verifies as ReplayWeb.page does."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import Authorities, authorities, issue, needs_openssl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from archiver.cli import main
from archiver.cms.wacz_auth import check_digest, sign_digest
from archiver.validation.payload.wacz import CLOSING, _closing

pytestmark = needs_openssl
NAME = "datapackage-digest.json"
NODE = shutil.which("node")
# The calls of wabac.js (src/wacz/certutils.ts), in this order and with these parameters.
VERIFY = """
const {subtle} = require("crypto").webcrypto;
const data = JSON.parse(require("fs").readFileSync(0, "utf8")).signedData;
const bytes = text => Uint8Array.from(Buffer.from(text, "base64"));
(async () => {
  const curve = {name: "ECDSA", namedCurve: "P-384"};
  const key = await subtle.importKey("spki", bytes(data.publicKey), curve, true, ["verify"]);
  const how = {name: "ECDSA", hash: "SHA-256"};
  console.log(await subtle.verify(how, key, bytes(data.signature), new TextEncoder().encode(data.hash)));
})();
"""


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with authorities(tmp_path_factory.mktemp("pki")) as here:
        yield here


def settings(folder: Path, pki: Authorities, kind: str, *, stamped: bool = True) -> list[str]:
    """Settings with a key of this kind."""
    _, key, _, certificate = issue(f"Signer {kind}", pki.ca, kind=kind).write(folder, kind)
    file = folder / "archiver.toml"
    stamp = f'timestamp = "{pki.url}"\n' if stamped else ""
    file.write_text(f'key = "{key}"\ncertificate = "{certificate}"\n{stamp}')
    return ["--config", str(file)]


def sent(tmp_path: Path, capsys, options: list[str]) -> tuple[Path, dict, int]:
    bag = tmp_path / "bags/harbour"
    if not bag.exists():
        Builder().write(bag)
    (tmp_path / "far").mkdir(exist_ok=True)
    capsys.readouterr()
    code = main(["handoff", str(bag), str(tmp_path / "far"), "--form", "wacz", "--json", *options])
    out = capsys.readouterr().out
    return tmp_path / "far/harbour.wacz", json.loads(out.splitlines()[0]), code


def digest_in(wacz: Path) -> bytes:
    with zipfile.ZipFile(wacz) as archive:
        return archive.read(NAME)


def test_a_wacz_is_signed_in_the_anonymous_form_and_nothing_is_added_to_it(tmp_path, pki, capsys):
    wacz, result, code = sent(tmp_path, capsys, settings(tmp_path, pki, "p384"))
    assert code == 0, result
    closing = json.loads(digest_in(wacz))
    assert list(closing) == ["path", "hash", "signedData"]
    assert set(closing["signedData"]) == {"hash", "created", "software", "version", "signature", "publicKey"}
    assert closing["signedData"]["hash"] == closing["hash"]
    assert len(b64decode(closing["signedData"]["signature"])) == 96
    assert check_digest(closing).key
    assert any("is signed" in each for each in result["notes"])


def test_the_same_key_signs_the_same_bytes_and_a_second_hand_off_changes_nothing(tmp_path, pki, capsys):
    options = settings(tmp_path, pki, "p384")
    wacz, _, _ = sent(tmp_path, capsys, options)
    before = wacz.read_bytes()
    _, result, code = sent(tmp_path, capsys, options)
    assert (result["outcome"], code, wacz.read_bytes()) == ("unchanged", 0, before)
    assert b"signedData" in digest_in(wacz)


@pytest.mark.skipif(NODE is None, reason="node, whose WebCrypto is that of browsers, is not installed")
def test_webcrypto_verifies_it_as_replaywebpage_does(tmp_path, pki, capsys):
    wacz, _, _ = sent(tmp_path, capsys, settings(tmp_path, pki, "p384", stamped=False))

    def verified(data: bytes) -> str:
        done = subprocess.run([NODE, "-e", VERIFY], input=data, capture_output=True, check=True)
        return done.stdout.decode().strip()

    digest = digest_in(wacz)
    assert verified(digest) == "true"
    closing = json.loads(digest)
    closing["signedData"]["hash"] = "sha256:" + "0" * 64
    assert verified(json.dumps(closing).encode()) == "false"


def test_openssl_verifies_the_timestamp_beside_the_package(tmp_path, pki, capsys):
    wacz, _, _ = sent(tmp_path, capsys, settings(tmp_path, pki, "p384"))
    (tmp_path / NAME).write_bytes(digest_in(wacz))
    stamp = wacz.with_name(f"{wacz.name}.{NAME}.tsr")
    command = ["openssl", "ts", "-verify", "-data", tmp_path / NAME, "-in", stamp, "-CAfile", f"{stamp}.crt"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Verification: OK" in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_other_keys_sign_no_wacz_and_the_notes_say_so(tmp_path, pki, capsys, kind):
    wacz, result, code = sent(tmp_path, capsys, settings(tmp_path, pki, kind, stamped=False))
    assert code == 0
    assert "signedData" not in json.loads(digest_in(wacz))
    assert any("P-384" in each for each in result["notes"])


def test_without_a_key_the_notes_say_that_it_is_unsigned(tmp_path, capsys):
    _, result, code = sent(tmp_path, capsys, [])
    assert code == 0
    assert any("not signed: no key" in each for each in result["notes"])


# ---- those of others

KEY = ec.generate_private_key(ec.SECP384R1())
PLAIN = json.dumps({"path": "datapackage.json", "hash": "sha256:" + "a" * 64}).encode()


def signed() -> dict:
    return json.loads(sign_digest(PLAIN, KEY, created="2026-01-01T00:00:00Z", software="other", version="1"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.update(hash="sha256:" + "b" * 64),
        lambda data: data.update(signature=b64encode(bytes(96)).decode()),
        lambda data: data.update(signature="?"),
        lambda data: data.update(signature=3),
        lambda data: data.update(signature=b64encode(b"short").decode()),
        lambda data: data.update(publicKey="AAAA"),
        lambda data: data.update(publicKey=None),
        lambda data: data.pop("publicKey"),
        lambda data: data.update(timeSignature="AAAA"),
    ],
)
def test_a_signature_that_does_not_hold_is_a_valueerror_in_words(damage):
    closing = signed()
    check_digest(closing)
    damage(closing["signedData"])
    with pytest.raises(ValueError, match=r"\w"):
        check_digest(closing)


def test_a_signature_by_a_domain_is_read_and_its_timestamp_too(pki):
    holder = issue("archive.example", pki.ca, kind="p256")
    closing = json.loads(PLAIN)
    signature = b64encode(holder.key.sign(closing["hash"].encode(), ec.ECDSA(hashes.SHA256()))).decode()
    command = ["openssl", "ts", "-query", "-data", "/dev/stdin", "-sha256", "-cert"]
    query = subprocess.run(command, check=True, input=signature.encode(), capture_output=True).stdout
    stamp = b64encode(pki.timestamp(query)).decode()
    certificate = holder.certificate.public_bytes(Encoding.PEM).decode()
    closing["signedData"] = {"hash": closing["hash"], "signature": signature, "domain": "archive.example"}
    closing["signedData"] |= {"domainCert": certificate, "timeSignature": stamp}
    found = check_digest(closing)
    assert (found.domain, found.key, bool(found.timestamp)) == ("archive.example", None, True)


class _Tree:
    """One file, as the validation of a WACZ reads it."""

    def __init__(self, data: bytes) -> None:
        self.files = {CLOSING: len(data)}
        self._data = data

    def open(self, path: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def noted(closing: dict) -> list[tuple[str, str]]:
    found = _closing(_Tree(json.dumps(closing).encode()), lambda _: "a" * 64)
    return [(each.code, each.severity) for each in found]


def test_validation_notes_signatures_of_a_wacz_and_those_that_do_not_hold(monkeypatch):
    closing = signed()
    assert noted(closing) == [("WACZ013", "info")]
    closing["signedData"]["signature"] = b64encode(bytes(96)).decode()
    assert noted(closing) == [("WACZ014", "warning")]
    assert noted(closing | {"signedData": 3}) == [("WACZ014", "warning")]
    assert noted(json.loads(PLAIN)) == []
    for name in [each for each in sys.modules if each.startswith("archiver.cms")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [each for each in sys.modules if each.split(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert noted(closing) == [("WACZ015", "info")]
