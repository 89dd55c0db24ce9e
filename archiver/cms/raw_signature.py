"""Verifies a plain ECDSA signature with a key in SubjectPublicKeyInfo, as browsers' Web Crypto makes them (WACZ Signing
and Verification, 0.1.0)."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


def verifies(key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the signature, r and s one after the other (IEEE P1363) or in DER, fits. Raises ValueError for what is no
    key on an elliptic curve."""
    try:
        public = load_der_public_key(key)
    except UnsupportedAlgorithm as error:
        raise ValueError("the key is of a kind that is not known") from error
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise ValueError("the key is not an elliptic-curve key")  # noqa: TRY004
    half = (public.curve.key_size + 7) // 8
    if len(signature) == 2 * half:
        r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        signature = utils.encode_dss_signature(r, s)
    try:
        # ArchiveWeb.page hashes with SHA-256 whatever the curve is.
        public.verify(signature, data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
