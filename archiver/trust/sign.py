"""Makes detached signatures: CMS SignedData in PEM, CAdES-BES (RFC 5652, RFC 5035, RFC 8419, ETSI EN 319 122-1).

What `openssl cms -sign -binary -cades -nosmimecap -outform PEM` writes; Ed25519 as well, which openssl 3.0 can only
verify. It knows nothing of bags, and judges no signature; keys are read where they lie, never copied or logged.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from archiver.errors import StorageError, UsageError
from archiver.trust.certificates import name_of

LARGEST = 1 << 20
"""Bytes of a key or a chain of certificates."""

_OID = x509.ObjectIdentifier
_DATA, _SIGNED_DATA = _OID("1.2.840.113549.1.7.1"), _OID("1.2.840.113549.1.7.2")
_CONTENT_TYPE, _DIGEST, _TIME = (_OID(f"1.2.840.113549.1.9.{n}") for n in (3, 4, 5))
_SIGNING_CERTIFICATE_V2 = _OID("1.2.840.113549.1.9.16.2.47")
_SHA256, _SHA384, _SHA512 = (_OID(f"2.16.840.1.101.3.4.2.{n}") for n in (1, 2, 3))
_RSA, _ED25519 = _OID("1.2.840.113549.1.1.1"), _OID("1.3.101.112")
_ECDSA_SHA256, _ECDSA_SHA384, _ECDSA_SHA512 = (_OID(f"1.2.840.10045.4.3.{n}") for n in (2, 3, 4))


@asn1.sequence
class _Algorithm:
    algorithm: x509.ObjectIdentifier
    parameters: asn1.Null | None = None


@asn1.sequence
class _EncapsulatedContent:
    content_type: x509.ObjectIdentifier


@asn1.sequence
class _IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _Attribute:
    type: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _SignerInfo:
    version: int
    signer: _IssuerAndSerial
    digest_algorithm: _Algorithm
    signed: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[_Algorithm]
    content: _EncapsulatedContent
    certificates: Annotated[asn1.SetOf[x509.Certificate], asn1.Implicit(0)]
    signers: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    content_type: x509.ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _CertificateId:
    """ESSCertIDv2 with the default algorithm, SHA-256, which DER leaves out."""

    digest: bytes


@asn1.sequence
class _SigningCertificate:
    certificates: list[_CertificateId]


_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_CURVES: dict[str, tuple[hashes.HashAlgorithm, x509.ObjectIdentifier, x509.ObjectIdentifier]] = {
    "secp256r1": (hashes.SHA256(), _SHA256, _ECDSA_SHA256),
    "secp384r1": (hashes.SHA384(), _SHA384, _ECDSA_SHA384),
    "secp521r1": (hashes.SHA512(), _SHA512, _ECDSA_SHA512),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key and the chain of certificates that vouches for it, the signer's own first.

    In another process it is loaded again from its files: a key does not travel.
    """

    chain: tuple[x509.Certificate, ...]
    key: Path
    certificate: Path
    passphrase: bytes | None = field(default=None, repr=False)
    _private: _Key = field(repr=False, compare=False)

    @classmethod
    def load(cls, key: Path, certificate: Path, passphrase: bytes | None = None) -> "Signer":
        """From PEM files: a key (PKCS#8 or traditional, encrypted or not) and a chain, in any order after the first.

        Raises UsageError where they are not what they should be, do not fit each other, or the passphrase is missing
        or wrong; StorageError where they cannot be read.
        """
        private = _private_key(key, passphrase)
        chain = _certificates(certificate)
        spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if chain[0].public_key().public_bytes(*spki) != private.public_key().public_bytes(*spki):
            raise UsageError(
                f"the key {key} does not fit the first certificate in {certificate} ({_name(chain[0])}); "
                "the signer's own certificate must come first"
            )
        if not _may_sign(chain[0]):
            raise UsageError(f"the certificate of {_name(chain[0])} is not for signatures: its key usage lacks them")
        if not _is_for_documents(chain[0]):
            raise UsageError(
                f"the certificate of {_name(chain[0])} is not for documents: its extended key usage names other things "
                "(a web server, a timestamping authority); ask for one for e-mail or document signing"
            )
        return cls(chain=tuple(chain), key=key, certificate=certificate, passphrase=passphrase, _private=private)

    def __reduce__(self) -> tuple[Any, ...]:
        return Signer.load, (self.key, self.certificate, self.passphrase)

    @property
    def subject(self) -> str:
        """Who signs, as the certificate says."""
        return _name(self.chain[0])

    @property
    def private(self) -> _Key:
        """The private key."""
        return self._private

    @property
    def is_rarely_checkable(self) -> bool:
        """Whether widespread tools cannot check its signatures: openssl 3.0 knows no Ed25519 in CMS."""
        return isinstance(self._private, ed25519.Ed25519PrivateKey)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the signer's certificate."""
        return self.chain[0].fingerprint(hashes.SHA256()).hex()

    def require_valid(self, at: datetime) -> None:
        """Raises UsageError where the certificate is not valid at a moment."""
        own = self.chain[0]
        if at > own.not_valid_after_utc:
            raise UsageError(f"the certificate of {self.subject} expired on {own.not_valid_after_utc:%Y-%m-%d}")
        if at < own.not_valid_before_utc:
            raise UsageError(f"the certificate of {self.subject} is not valid before {own.not_valid_before_utc:%F}")


def sign(data: bytes, signer: Signer, at: datetime) -> bytes:
    """A detached signature of `data`, as PEM. Raises UsageError where the certificate is not valid at that time."""
    signer.require_valid(at)
    own, private = signer.chain[0], signer._private
    hasher, digest_algorithm, algorithm = _algorithms(private)
    attributes = _attributes(own, _digest(hasher, data), at)
    signed = asn1.encode_der(attributes)  # with the tag of a SET, as RFC 5652, 5.4 has it
    if isinstance(private, rsa.RSAPrivateKey):
        signature = private.sign(signed, padding.PKCS1v15(), hasher)
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        signature = private.sign(signed, ec.ECDSA(hasher))
    else:
        signature = private.sign(signed)
    info = _SignerInfo(
        version=1,
        signer=_IssuerAndSerial(issuer=_tlv(own.issuer.public_bytes()), serial=own.serial_number),
        digest_algorithm=digest_algorithm,
        signed=attributes,
        algorithm=algorithm,
        signature=signature,
    )
    signed_data = _SignedData(
        version=1,
        digest_algorithms=asn1.SetOf([digest_algorithm]),
        content=_EncapsulatedContent(content_type=_DATA),
        certificates=asn1.SetOf(list(signer.chain)),
        signers=asn1.SetOf([info]),
    )
    return _pem(asn1.encode_der(_ContentInfo(content_type=_SIGNED_DATA, content=signed_data)))


def _algorithms(private: _Key) -> tuple[hashes.HashAlgorithm, _Algorithm, _Algorithm]:
    """How to hash, and how digest and signature are named. Ed25519 goes with SHA-512 (RFC 8419, 3.1)."""
    if isinstance(private, rsa.RSAPrivateKey):
        null = asn1.Null()
        return hashes.SHA256(), _Algorithm(algorithm=_SHA256), _Algorithm(algorithm=_RSA, parameters=null)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        hasher, digest, algorithm = _CURVES[private.curve.name]
        return hasher, _Algorithm(algorithm=digest), _Algorithm(algorithm=algorithm)
    return hashes.SHA512(), _Algorithm(algorithm=_SHA512), _Algorithm(algorithm=_ED25519)


def _attributes(own: x509.Certificate, digest: bytes, at: datetime) -> "asn1.SetOf[_Attribute]":
    """What is signed: type and digest of the data, the time as the signer says it, and which certificate he means."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    time = asn1.UTCTime(moment) if moment.year < 2050 else asn1.GeneralizedTime(moment)
    mine = _SigningCertificate(certificates=[_CertificateId(digest=own.fingerprint(hashes.SHA256()))])
    values = {_CONTENT_TYPE: _DATA, _TIME: time, _DIGEST: digest, _SIGNING_CERTIFICATE_V2: mine}
    return asn1.SetOf(
        [_Attribute(type=kind, values=asn1.SetOf([_tlv(asn1.encode_der(value))])) for kind, value in values.items()]
    )


def _digest(hasher: hashes.HashAlgorithm, data: bytes) -> bytes:
    context = hashes.Hash(hasher)
    context.update(data)
    return context.finalize()


def _tlv(der: bytes) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, der)


def _pem(der: bytes) -> bytes:
    from base64 import b64encode
    from textwrap import fill

    return f"-----BEGIN CMS-----\n{fill(b64encode(der).decode(), 64)}\n-----END CMS-----\n".encode()


def _private_key(path: Path, passphrase: bytes | None) -> _Key:
    data = _read(path)
    try:
        try:
            private = load_pem_private_key(data, passphrase)
        except TypeError:
            if passphrase is None:
                raise UsageError(
                    f"the key {path} is encrypted: give its passphrase by --passphrase-file, or in ARCHIVER_PASSPHRASE"
                ) from None
            private = load_pem_private_key(data, None)  # the passphrase is for other keys: this one has none
    except (ValueError, UnsupportedAlgorithm) as error:
        wrong = " or its passphrase is wrong" if passphrase else ""
        raise UsageError(f"{path} is not a private key in PEM that can be read{wrong}") from error
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name not in _CURVES:
        raise UsageError(f"the key {path} is on the curve {private.curve.name}; P-256, P-384 and P-521 are known")
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size < 2048:
        raise UsageError(f"the RSA key {path} has {private.key_size} bits; 2048 are the least")
    if not isinstance(private, _Key):
        raise UsageError(f"the key {path} is neither RSA, ECDSA nor Ed25519")
    return private


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError as error:
        raise UsageError(f"{path} is not a chain of certificates in PEM") from error


_PURPOSES = ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "2.5.29.37.0")
"""emailProtection, documentSigning (RFC 9336), anyExtendedKeyUsage."""


def _is_for_documents(certificate: x509.Certificate) -> bool:
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return any(each.dotted_string in _PURPOSES for each in purposes)


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _name(certificate: x509.Certificate) -> str:
    return name_of(certificate.subject)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        raise StorageError.from_os(f"read {path}", error) from error
