"""Reads CMS signatures and RFC 3161 timestamps, and checks that they are valid (RFC 5652, 5035, 8419, 3161, 5816).

Everything is DER of one signer, within bounds; what is not is refused with a reason. Whose the certificate is, and
whether to believe it, is not asked here (`validation/trust/cert_paths.py`). Below the rooms, since `trust/` keeps no
timestamp that does not hold and `validation/` judges what others kept; `trust/sign.py`, which writes, shares nothing
with it.
"""

import hashlib
import re
import warnings
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from archiver.cms.structures import (
    Algorithm,
    Attribute,
    CertificateIds,
    ContentInfo,
    IssuerAndSerial,
    PssParameters,
    Response,
    SignedData,
    SignerInfo,
    TstInfo,
)

LARGEST = 1 << 20
"""Bytes of a signature or a timestamp."""
CERTIFICATES = 32
"""In one of them."""
_SIGNED_DATA, DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _DIGEST, _TIME = (f"1.2.840.113549.1.9.{n}" for n in (3, 4, 5))
_ESS, _ESS_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_PEM = re.compile(rb"\s*-----BEGIN (CMS|PKCS7)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*")
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
ENDED: dict[str, tuple[hashes.HashAlgorithm, datetime]] = {
    "1.3.14.3.2.26": (hashes.SHA1(), datetime(2017, 2, 23, tzinfo=UTC)),  # the day of the first collision
}
"""Digests that nobody may rely on any more, each with its end: what was renewed before is still read (`ended`)."""
_RSA = {"1.2.840.113549.1.1.1": None} | {
    f"1.2.840.113549.1.1.{n}": each for n, each in zip((11, 12, 13), _HASHES.values())
}
_PSS, _MGF1, _ED25519 = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8", "1.3.101.112"
_ECDSA = {f"1.2.840.10045.4.3.{n}": each for n, each in zip((2, 3, 4), _HASHES.values())}
_NAMES = {
    "1.3.14.3.2.26": "SHA-1",
    "1.2.840.113549.2.5": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1 with RSA",
    "1.2.840.113549.1.1.4": "MD5 with RSA",
    "1.2.840.10045.4.1": "ECDSA with SHA-1",
}

_T = TypeVar("_T")
UNREADABLE = (
    *(ValueError, TypeError, UnsupportedAlgorithm, UserWarning),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)
"""What reading a certificate raises."""
Why = Literal["malformed", "algorithm", "content", "signature"]


class InvalidCms(ValueError):
    """Raised where a signature or timestamp is not valid: `why` is the kind of fault, `reason` says it in words."""

    def __init__(self, why: Why, reason: str) -> None:
        super().__init__(reason)
        self.why, self.reason = why, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A valid signature: the signer's certificate, the other certificates in it, and the time the signer states."""

    certificate: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    said: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A valid timestamp: the authority's signature and the time it states."""

    signature: Signature
    time: datetime
    serial: int
    nonce: int | None
    ends: datetime | None = None
    """When the first of its digest algorithms ended, where one did."""


def read_signature(pem: bytes, data: bytes) -> Signature:
    """The detached signature of `data`, in PEM. Raises InvalidCms where it is not valid."""
    match = _PEM.fullmatch(pem) if len(pem) <= LARGEST else None
    if match is None:
        too_large = f"it has more than {LARGEST} bytes"
        raise InvalidCms("malformed", "it is not CMS in PEM" if len(pem) <= LARGEST else too_large)
    info = _decoded(ContentInfo, _from_base64(match[2]))
    signed = _signed_data(info, DATA)
    if signed.content.content is not None:
        raise InvalidCms("malformed", "it contains the signed data; it must be detached")
    return _verified(signed, data)


def read_timestamp(response: bytes, data: bytes, *, ended: bool = False) -> Timestamp:
    """The timestamp of `data`, an RFC 3161 response in DER; if `ended`, one by a digest that has ended is read too.
    Raises InvalidCms where it is not valid."""
    if len(response) > LARGEST:
        raise InvalidCms("malformed", f"it has more than {LARGEST} bytes")
    read = _decoded(Response, response)
    status = _parsed(read.status[0], int) if read.status else None
    if status not in (0, 1) or read.token is None:
        raise InvalidCms("malformed", f"the authority gave no timestamp: status {status}")
    signed = _signed_data(read.token, TST_INFO)
    inside = signed.content.content
    content = _parsed(inside[0], bytes) if inside and len(inside) == 1 else None
    if content is None:
        raise InvalidCms("malformed", "it carries no TSTInfo")
    parsed = _decoded(TstInfo, content)
    signature = _verified(signed, content, ended=ended)
    digest = _hash(parsed.imprint.algorithm, ended=ended)
    named = (_oid(parsed.imprint.algorithm), *(_oid(each.digest_algorithm) for each in signed.signers.as_list()))
    if _digest(digest, data) != parsed.imprint.digest:
        raise InvalidCms("content", "its imprint is of other data")
    time = parsed.time.as_datetime()
    return Timestamp(
        signature=signature,
        time=time if time.tzinfo else time.replace(tzinfo=UTC),
        serial=parsed.serial,
        nonce=parsed.nonce,
        ends=min((ENDED[each][1] for each in named if each in ENDED), default=None),
    )


def _signed_data(info: ContentInfo, wanted: str) -> SignedData:
    if info.content_type.dotted_string != _SIGNED_DATA:
        raise InvalidCms("malformed", f"it is of type {info.content_type.dotted_string}, not SignedData")
    found = info.content.content.content_type.dotted_string
    if found != wanted:
        raise InvalidCms("malformed", f"its content is of type {found}, not {wanted}")
    return info.content


def _verified(signed: SignedData, data: bytes, *, ended: bool = False) -> Signature:
    """Verify that the one signer signed `data`. Raises InvalidCms."""
    signers = signed.signers.as_list()
    if len(signers) != 1:
        raise InvalidCms("malformed", f"it has {len(signers)} signers; one is known")
    certificates = _certificates(signed.certificates or [])
    info = signers[0]
    certificate = _certificate_of(info.signer, certificates)
    if not info.signed:
        raise InvalidCms("malformed", "it has no signed attributes")
    attributes = _attributes(info.signed)
    if _parsed(attributes[_CONTENT_TYPE], x509.ObjectIdentifier) != signed.content.content_type:
        raise InvalidCms("malformed", "its signed content type is another than its content type")
    _check_certificate_id(attributes, certificate)
    digest = _hash(info.digest_algorithm, ended=ended)
    if _parsed(attributes[_DIGEST], bytes) != _digest(digest, data):
        raise InvalidCms("content", "the signed digest is of other data")
    try:
        _check(certificate.public_key(), info, asn1.encode_der(asn1.SetOf(info.signed)), digest)
    except InvalidSignature as error:
        raise InvalidCms("signature", "the signature is not by the key of its certificate") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if isinstance(error, InvalidCms):
            raise
        raise InvalidCms("algorithm", f"its key cannot be used: {error}") from error
    return Signature(certificate=certificate, certificates=tuple(certificates), said=_time(attributes.get(_TIME)))


def _check(key: Any, info: SignerInfo, signed: bytes, digest: hashes.HashAlgorithm) -> None:
    """Verify the signature value. Raises InvalidSignature, or InvalidCms for an unknown or weak algorithm."""
    algorithm = _oid(info.algorithm)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048 and algorithm in _RSA:
        key.verify(info.signature, signed, padding.PKCS1v15(), _RSA[algorithm] or digest)
    elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048 and algorithm == _PSS:
        hasher, salt = _pss(info.algorithm)
        key.verify(info.signature, signed, padding.PSS(mgf=padding.MGF1(hasher), salt_length=salt), hasher)
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256 and algorithm in _ECDSA:
        key.verify(info.signature, signed, ec.ECDSA(_ECDSA[algorithm]))
    elif isinstance(key, ed25519.Ed25519PublicKey) and algorithm == _ED25519:
        key.verify(info.signature, signed)
    else:
        size = f" of {key.key_size} bits" if hasattr(key, "key_size") else ""
        raise InvalidCms("algorithm", f"{_NAMES.get(algorithm, algorithm)}, with a key{size}")


def _pss(algorithm: list[asn1.TLV]) -> tuple[hashes.HashAlgorithm, int]:
    if len(algorithm) != 2:
        raise InvalidCms("algorithm", "RSASSA-PSS with SHA-1")
    parsed = _parsed(algorithm[1], PssParameters)
    mask, salt = parsed.mask, 20 if parsed.salt is None else parsed.salt  # the default, which DER leaves out
    if parsed.digest is None or mask is None or len(mask) != 2 or not 0 <= salt <= 512:
        raise InvalidCms("algorithm", "RSASSA-PSS with SHA-1, or a salt out of all proportion")
    hasher = _hash(parsed.digest)
    if _oid(mask) != _MGF1 or _HASHES.get(_parsed(mask[1], Algorithm).algorithm.dotted_string) is not hasher:
        raise InvalidCms("algorithm", "RSASSA-PSS with an unusual mask function")
    return hasher, salt


def _certificates(carried: list[asn1.TLV]) -> list[x509.Certificate]:
    if len(carried) > CERTIFICATES:
        raise InvalidCms("malformed", f"it carries {len(carried)} certificates; {CERTIFICATES} are the most")
    return [certificate for each in carried if each.tag_bytes == b"0" and (certificate := _certificate(each))]


def _certificate(carried: asn1.TLV) -> x509.Certificate | None:
    """A certificate that can be read in all its parts, some of which are only read when they are asked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of invalid serial numbers: each later look would warn again
            certificate = x509.load_der_x509_certificate(asn1.encode_der(carried))
            is_sound(certificate)
    except UNREADABLE:
        return None
    return certificate


def is_sound(certificate: x509.Certificate) -> bool:
    """Reads a certificate's parts: where this raises nothing, they raise nothing later. Raises one of UNREADABLE."""
    parts = (certificate.extensions, certificate.public_key(), certificate.subject, certificate.issuer)
    dates = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    return bool(parts and dates and certificate.serial_number)


def _certificate_of(signer: asn1.TLV, certificates: list[x509.Certificate]) -> x509.Certificate:
    """The signer's, by issuer and serial number or by the identifier of its key."""
    for each in certificates:
        if signer.tag_bytes == b"0":
            named = _parsed(signer, IssuerAndSerial)
            if named.serial == each.serial_number and asn1.encode_der(named.issuer) == each.issuer.public_bytes():
                return each
        elif signer.tag_bytes == b"\x80" and bytes(signer.data) == _key_identifier(each):
            return each
    raise InvalidCms("malformed", "it does not carry the certificate of its signer")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (x509.ExtensionNotFound, ValueError):
        return None


def _attributes(stated: list[Attribute]) -> dict[str, asn1.TLV]:
    """The signed attributes of one value; type and digest must be among them."""
    found: dict[str, asn1.TLV] = {}
    for each in stated:
        values = each.values.as_list()
        if each.type.dotted_string in found or len(values) != 1:
            raise InvalidCms("malformed", f"it has the signed attribute {each.type.dotted_string} more than once")
        found[each.type.dotted_string] = values[0]
    if _CONTENT_TYPE not in found or _DIGEST not in found:
        raise InvalidCms("malformed", "its signed attributes lack the type or the digest of the content")
    return found


def _check_certificate_id(attributes: dict[str, asn1.TLV], certificate: x509.Certificate) -> None:
    """The certificate that the signature names must be the one it carries (RFC 5035), where it names one."""
    for kind, default in ((_ESS_V2, hashes.SHA256()), (_ESS, hashes.SHA1())):
        if kind not in attributes:
            continue
        ids = _parsed(attributes[kind], CertificateIds).certificates
        first = ids[0] if ids else []
        hasher: hashes.HashAlgorithm = default
        if kind == _ESS_V2 and first and first[0].tag_bytes == b"0":
            named = _parsed(first[0], Algorithm).algorithm.dotted_string
            if named not in _HASHES:
                raise InvalidCms("algorithm", _NAMES.get(named, named))
            hasher, first = _HASHES[named], first[1:]
        if not first or _parsed(first[0], bytes) != certificate.fingerprint(hasher):
            raise InvalidCms("signature", "it names another certificate than the one it carries")


def _hash(algorithm: list[asn1.TLV], *, ended: bool = False) -> hashes.HashAlgorithm:
    named = _oid(algorithm)
    if ended and named in ENDED:
        return ENDED[named][0]
    if named not in _HASHES:
        raise InvalidCms("algorithm", _NAMES.get(named, named))
    return _HASHES[named]


def _digest(hasher: hashes.HashAlgorithm, data: bytes) -> bytes:
    return hashlib.new(hasher.name, data).digest()


def _oid(algorithm: list[asn1.TLV]) -> str:
    if not algorithm:
        raise InvalidCms("malformed", "it names no algorithm")
    return _parsed(algorithm[0], x509.ObjectIdentifier).dotted_string


def _time(stated: asn1.TLV | None) -> datetime | None:
    if stated is None:
        return None
    if stated.tag_bytes == b"\x17":
        return _utc(_parsed(stated, asn1.UTCTime))
    return _utc(_parsed(stated, asn1.GeneralizedTime))


def _utc(time: asn1.UTCTime | asn1.GeneralizedTime) -> datetime:
    parsed = time.as_datetime()
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _decoded(kind: type[_T], der: bytes) -> _T:
    try:
        return asn1.decode_der(kind, der)
    except ValueError as error:
        raise InvalidCms("malformed", f"invalid DER ({_where(error)})") from error


def _parsed(value: asn1.TLV, kind: type[_T]) -> _T:
    return _decoded(kind, asn1.encode_der(value))


def _where(error: ValueError) -> str:
    return " ".join(str(error).split())[:200]


def _from_base64(text: bytes) -> bytes:
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except ValueError as error:
        raise InvalidCms("malformed", "it is not base64 inside") from error
