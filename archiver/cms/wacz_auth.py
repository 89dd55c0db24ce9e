"""Signs and checks the digest of a WACZ (wacz-auth 0.1.0): the anonymous form is written, both forms are read.

ReplayWeb.page imports every public key as ECDSA on P-384, and verifies r and s, 48 bytes each, over the text of the
hash with SHA-256: keys on other curves, RSA and Ed25519 sign none. Anonymous means that the signature names a key and
nobody: whose it is, must be said elsewhere.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from archiver.cms.read import UNREADABLE, InvalidCms, read_timestamp

_NUMBER = 48
"""Bytes of r and of s on P-384."""
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDigest:
    """What a valid `signedData` says: who (`key`: SHA-256 of an anonymous public key; `domain`), and since when."""

    key: str | None
    domain: str | None
    created: str | None
    timestamp: str | None


def is_able(private: object) -> bool:
    """Whether a private key makes signatures that ReplayWeb.page verifies."""
    return isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name == "secp384r1"


def sign_digest(digest: bytes, private: Any, *, created: str, software: str, version: str) -> bytes:
    """`datapackage-digest.json` with `signedData`, from one without; the same each time (RFC 6979). Raises ValueError
    where it is not a digest."""
    stated = json.loads(digest)
    if not isinstance(stated, dict) or not isinstance(stated.get("hash"), str) or "path" not in stated:
        raise ValueError("it does not state the digest of datapackage.json")
    signed = private.sign(stated["hash"].encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    numbers = b"".join(each.to_bytes(_NUMBER, "big") for each in decode_dss_signature(signed))
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    data = {
        "hash": stated["hash"],
        "created": created,
        "software": software,
        "version": version,
        "signature": b64encode(numbers).decode(),
        "publicKey": b64encode(spki).decode(),
    }
    closing = {"path": stated["path"], "hash": stated["hash"], "signedData": data}
    return (json.dumps(closing, indent=1) + "\n").encode()


def check_digest(closing: Mapping[str, Any]) -> SignedDigest:
    """What the `signedData` of a digest says, if it is valid. Whom a certificate belongs to is not asked. Raises
    ValueError with the reason where it is not."""
    data = closing.get("signedData")
    if not isinstance(data, dict):
        raise ValueError("signedData is not an object")  # noqa: TRY004 - what is read, is wrong
    if data.get("hash") != closing.get("hash") or not isinstance(data.get("hash"), str):
        raise ValueError("it signs another hash than that of datapackage.json")
    anonymous = "publicKey" in data
    public = _public_key(data, anonymous=anonymous)
    signature = _decoded(data, "signature")
    half = (public.key_size + 7) // 8
    if len(signature) == 2 * half:
        numbers = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
        signature = encode_dss_signature(*numbers)
    elif anonymous:
        raise ValueError("its signature has another length than two numbers of its curve")
    try:
        public.verify(signature, data["hash"].encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ValueError("it is not by its key") from error
    time = None
    if "timeSignature" in data:
        try:
            stamp = read_timestamp(_decoded(data, "timeSignature"), str(data["signature"]).encode())
        except InvalidCms as error:
            raise ValueError(f"its timestamp is not valid: {error.reason}") from error
        time = f"{stamp.time:%Y-%m-%dT%H:%M:%SZ}"
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    context = hashes.Hash(hashes.SHA256())
    context.update(spki)
    return SignedDigest(
        key=context.finalize().hex() if anonymous else None,
        domain=None if anonymous else str(data.get("domain"))[:255],
        created=str(data["created"])[:40] if "created" in data else None,
        timestamp=time,
    )


def _public_key(data: Mapping[str, Any], *, anonymous: bool) -> ec.EllipticCurvePublicKey:
    try:
        if anonymous:
            public = load_der_public_key(_decoded(data, "publicKey"))
        else:
            public = x509.load_pem_x509_certificate(str(data.get("domainCert"))[:_LONGEST].encode()).public_key()
    except UNREADABLE as error:
        raise ValueError("its key cannot be read") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.key_size < 256:
        raise ValueError("its key is not ECDSA of 256 bits or more")
    if anonymous and public.curve.name != "secp384r1":
        raise ValueError(f"its key is on {public.curve.name}; ReplayWeb.page reads P-384 alone")
    return public


def _decoded(data: Mapping[str, Any], name: str) -> bytes:
    text = data.get(name)
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise ValueError(f"its {name} is not text")
    return b64decode(text, validate=True)
