"""A public-key infrastructure for tests: authorities, signers, a time-stamping authority and a list of revoked
certificates on loopback. Certificates are made with `cryptography`, timestamps by `openssl ts -reply`."""

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, the judge here, is not installed")

KEYS = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "p224": lambda: ec.generate_private_key(ec.SECP224R1()),
    "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
}


@dataclass
class Holder:
    """Somebody with a key and a certificate."""

    key: Any
    certificate: x509.Certificate
    issuer: "Holder | None" = None

    @property
    def chain(self) -> list[x509.Certificate]:
        return [self.certificate, *(self.issuer.chain if self.issuer else ())]

    def pem(self) -> bytes:
        return b"".join(each.public_bytes(Encoding.PEM) for each in self.chain)

    def key_pem(self, passphrase: bytes | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
        hidden = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, form, hidden)

    def write(self, folder: Path, name: str = "signer", passphrase: bytes | None = None) -> list[str]:
        """Key and chain (without the root) as files, and the options that name them."""
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.key").write_bytes(self.key_pem(passphrase))
        chain = self.chain[:-1] or self.chain
        (folder / f"{name}.pem").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in chain))
        return ["--key", str(folder / f"{name}.key"), "--certificate", str(folder / f"{name}.pem")]


def issue(
    name: str,
    issuer: Holder | None = None,
    *,
    kind: str = "p256",
    ca: bool = False,
    email: str | None = None,
    purpose: x509.ObjectIdentifier | None = None,
    days: tuple[float, float] = (-1, 365),
    usage: str | None = None,
    site: str | None = None,
    extra: x509.ExtensionType | None = None,
    path_length: int | None = None,
    in_name: str | None = None,
) -> Holder:
    """A new key and its certificate; `usage` is the one key usage, `site` where revocation is published."""
    key = KEYS[kind]()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    if in_name:  # an e-mail address, as a part of the name
        subject = x509.Name([*subject, x509.NameAttribute(NameOID.EMAIL_ADDRESS, in_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    )
    usages = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
              "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    wanted = {usage} if usage else {"key_cert_sign", "crl_sign"} if ca else {"digital_signature"}
    builder = builder.add_extension(x509.KeyUsage(**{each: each in wanted for each in usages}), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if email:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(email)]), critical=False)
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    if site:
        place = x509.UniformResourceIdentifier(f"{site}/{name}.crl".replace(" ", "-"))
        builder = builder.add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]),
                                        critical=False)  # fmt: skip
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"{site}/ocsp")
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if extra:
        builder = builder.add_extension(extra, critical=True)
    by = issuer.key if issuer else key
    return Holder(key, builder.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256()), issuer)


def crl_of(issuer: Holder, *revoked: Holder, at: datetime = NOW, days: float = 7) -> bytes:
    """The list of what an authority has revoked, in DER."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(at - timedelta(hours=1)).next_update(at + timedelta(days=days))
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(at - timedelta(hours=2)).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_of(issuer: Holder, holder: Holder, *, revoked: bool = False, by: Holder | None = None) -> bytes:
    """An OCSP answer about one certificate, in DER, by its issuer or who stands for him."""
    by = by or issuer
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=holder.certificate,
        issuer=issuer.certificate,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=NOW - timedelta(hours=1),
        next_update=NOW + timedelta(days=1),
        revocation_time=NOW - timedelta(hours=2) if revoked else None,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, by.certificate)
    if by is not issuer:
        builder = builder.certificates([by.certificate])
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass
class Authorities:
    """A root, an authority below it, signers, and a time-stamping authority of another root that answers at `url`."""

    folder: Path
    site: str
    answers: dict[str, bytes] = field(default_factory=dict)
    """path -> what the site answers there; what is not here is 404. `/tsa` answers by openssl."""
    asked: list[str] = field(default_factory=list)
    others: dict[str, Holder] = field(default_factory=dict)
    """path -> a further time-stamping authority that answers there."""

    @cached_property
    def root(self) -> Holder:
        return issue("Test Root", ca=True)

    @cached_property
    def ca(self) -> Holder:
        return issue("Test CA", self.root, ca=True, site=self.site)

    @cached_property
    def signer(self) -> Holder:
        return issue("Ada Archivist", self.ca, email="ada@archive.example", site=self.site)

    @cached_property
    def second(self) -> Holder:
        return issue("Second Library", self.ca, email="desk@library.example")

    @cached_property
    def tsa_root(self) -> Holder:
        return issue("Time Root", ca=True, days=(-1, 3650))

    @cached_property
    def tsa(self) -> Holder:
        return issue("Time Authority", self.tsa_root, purpose=ExtendedKeyUsageOID.TIME_STAMPING, days=(-1, 3650),
                     site=self.site)  # fmt: skip

    def tell_of_revocation(self, *revoked: Holder) -> None:
        """Have the site answer about every certificate."""
        self.answers["/Ada-Archivist.crl"] = crl_of(self.ca, *revoked)
        self.answers["/Test-CA.crl"] = crl_of(self.root, *revoked)
        self.answers["/Time-Authority.crl"] = crl_of(self.tsa_root, *revoked)
        self.answers["/ocsp"] = ocsp_of(self.ca, self.signer, revoked=self.signer in revoked)

    @property
    def url(self) -> str:
        return f"{self.site}/tsa"

    @cached_property
    def roots(self) -> Path:
        path = self.folder / "roots.pem"
        path.write_bytes(self.root.pem() + self.tsa_root.pem())
        return path

    def timestamp(self, query: bytes, tsa: Holder | None = None) -> bytes:
        """What a time-stamping authority answers to a query, by openssl."""
        tsa = tsa or self.tsa
        home = self.folder / f"tsa-{tsa.certificate.serial_number:x}"[:24]
        if not home.exists():
            home.mkdir()
            (home / "key.pem").write_bytes(tsa.key_pem())
            (home / "leaf.pem").write_bytes(tsa.certificate.public_bytes(Encoding.PEM))
            (home / "chain.pem").write_bytes(tsa.pem())
            (home / "serial").write_text("01\n")
            (home / "tsa.cnf").write_text(_TSA.format(home=home))
        (home / "query.tsq").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", str(home / "tsa.cnf"), "-queryfile", str(home / "query.tsq")]
        subprocess.run([*command, "-out", str(home / "answer.tsr")], check=True, capture_output=True)
        return (home / "answer.tsr").read_bytes()


_TSA = """[tsa]
default_tsa = here
[here]
serial = {home}/serial
signer_cert = {home}/leaf.pem
certs = {home}/chain.pem
signer_key = {home}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@contextmanager
def authorities(folder: Path) -> Iterator[Authorities]:
    """The authorities, answering on loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(self.path, b"")

        def do_POST(self) -> None:
            self.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))

        def answer(self, path: str, body: bytes) -> None:
            here.asked.append(path)
            data = here.answers.get(path)
            if data is None and (path == "/tsa" or path in here.others):
                data = here.timestamp(body, here.others.get(path))
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    here = Authorities(folder, f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
