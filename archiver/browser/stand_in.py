"""A throw-away key and certificate with which the loopback proxy answers one browser in place of every HTTPS server.

The browser gets the key's digest and accepts it whatever the name (`--ignore-certificate-errors-spki-list`); nothing
else on the machine trusts it. The real server's certificate is verified by the recorder, as ever.
"""

import base64
import hashlib
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A context for the server's side of TLS, HTTP/1.1 only, and the digest of its key as Chromium wants it: the
    SHA-256 of the SubjectPublicKeyInfo in base64."""

    context: ssl.SSLContext = field(repr=False)
    spki: str


def stand_in(folder: Path, now: datetime) -> StandIn:
    """Make a key and its certificate. The key lies in `folder` for the moment in which the TLS library reads it.

    Raises OSError where nothing can be written there.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "archiver, for one browser only")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("archiver.invalid")]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "stand-in.pem"
    file.touch(mode=0o600)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
    finally:
        file.unlink(missing_ok=True)
    context.set_alpn_protocols(["http/1.1"])
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return StandIn(context=context, spki=base64.b64encode(hashlib.sha256(public).digest()).decode())
