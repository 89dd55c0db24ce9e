"""What authorities said of revoked certificates, as far as it was kept beside a signature (RFC 5280, 6.3; RFC 6960)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from archiver.cms.read import UNREADABLE
from archiver.validation.trust.cert_paths import Certificate

CRL_BYTES, OCSP_BYTES = 32 << 20, 1 << 16
_LISTS = 32
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_PEM = re.compile(rb"-----BEGIN X509 CRL-----[A-Za-z0-9+/=\s]+-----END X509 CRL-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known of one certificate at a moment: revoked since a time, or unknown for a reason, or neither."""

    certificate: Certificate
    revoked: datetime | None = None
    unknown: str | None = None


def statuses(chain: Sequence[Certificate], moment: datetime, lists: bytes, answer: bytes) -> Iterator[Status]:
    """The status of each certificate of a chain but its root, by CRLs (PEM) and an OCSP answer (DER) for the first."""
    crls = _lists(lists)
    for number, (certificate, issuer) in enumerate(pairwise(chain)):
        found = [_by_list(certificate, issuer, moment, each) for each in crls if each.issuer == certificate.issuer]
        if not number and answer:
            found.append(_by_answer(certificate, issuer, moment, answer))
        revoked = next((each for each in found if each.revoked), None)
        good = next((each for each in found if not each.unknown), None)
        yield revoked or good or next(iter(found), Status(certificate=certificate, unknown="nothing was kept of it"))


def _lists(pem: bytes) -> list[x509.CertificateRevocationList]:
    found = []
    for each in _PEM.findall(pem)[:_LISTS]:
        try:
            found.append(x509.load_pem_x509_crl(each))
        except UNREADABLE:
            continue
    return found


def _by_list(
    certificate: Certificate, issuer: Certificate, moment: datetime, crl: x509.CertificateRevocationList
) -> Status:
    try:
        if not crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
            return Status(certificate=certificate, unknown="its list is not signed by its authority")
        if not all(_covers(each.value, certificate) for each in crl.extensions if each.critical):
            return Status(certificate=certificate, unknown="its list is of other certificates, or of changes only")
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    except UNREADABLE:
        return Status(certificate=certificate, unknown="its list cannot be read")
    if entry is not None and entry.revocation_date_utc <= moment:
        return Status(certificate=certificate, revoked=entry.revocation_date_utc)
    return _timely(certificate, moment, crl.last_update_utc, crl.next_update_utc)


def _covers(extension: x509.ExtensionType, certificate: Certificate) -> bool:
    """Whether a list that is only about some certificates is about this one (RFC 5280, 5.2.5)."""
    if not isinstance(extension, x509.IssuingDistributionPoint):
        return False
    if extension.indirect_crl or extension.only_some_reasons or extension.only_contains_attribute_certs:
        return False
    basic = _extension(certificate, x509.BasicConstraints)
    if (extension.only_contains_user_certs, extension.only_contains_ca_certs)[bool(not basic or not basic.ca)]:
        return False
    points = _extension(certificate, x509.CRLDistributionPoints)
    named = [name for point in points or () for name in point.full_name or ()]
    return not extension.full_name or any(name in named for name in extension.full_name)


def _extension(certificate: Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _by_answer(certificate: Certificate, issuer: Certificate, moment: datetime, der: bytes) -> Status:
    try:
        answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Status(certificate=certificate, unknown="there is no valid answer about it")
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, _hasher(answer.hash_algorithm)).build()
        if (answer.serial_number, answer.issuer_key_hash) != (asked.serial_number, asked.issuer_key_hash):
            return Status(certificate=certificate, unknown="the answer is about another certificate")
        if not any(_is_signed(answer, each) for each in _responders(answer, issuer)):
            return Status(certificate=certificate, unknown="the answer about it is not signed by its authority")
        if answer.certificate_status == ocsp.OCSPCertStatus.REVOKED and answer.revocation_time_utc is not None:
            if answer.revocation_time_utc <= moment:
                return Status(certificate=certificate, revoked=answer.revocation_time_utc)
        elif answer.certificate_status != ocsp.OCSPCertStatus.GOOD:
            return Status(certificate=certificate, unknown="its authority does not know it")
        return _timely(certificate, moment, answer.this_update_utc, answer.next_update_utc)
    except UNREADABLE:
        return Status(certificate=certificate, unknown="the answer about it cannot be read")


def _hasher(algorithm: hashes.HashAlgorithm) -> Any:
    if algorithm.name not in ("sha1", "sha256", "sha384", "sha512"):  # here it only names who is meant
        raise ValueError(algorithm.name)
    return algorithm


def _timely(certificate: Certificate, moment: datetime, produced: datetime, until: datetime | None) -> Status:
    if produced < moment and (until is None or until < moment):
        return Status(certificate=certificate, unknown=f"its status of {produced:%Y-%m-%d} is too old")
    return Status(certificate=certificate)


def _responders(answer: ocsp.OCSPResponse, issuer: Certificate) -> Iterator[Certificate]:
    """The authority itself, and whom it has authorised to answer (RFC 6960, 4.2.2.2)."""
    yield issuer
    for each in answer.certificates[:4]:
        try:
            each.verify_directly_issued_by(issuer)
            purposes = each.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (*UNREADABLE, InvalidSignature, x509.ExtensionNotFound):
            continue
        if (
            ExtendedKeyUsageOID.OCSP_SIGNING in purposes
            and each.not_valid_before_utc <= answer.produced_at_utc <= each.not_valid_after_utc
        ):
            yield each


def _is_signed(answer: ocsp.OCSPResponse, by: Certificate) -> bool:
    key, hasher = by.public_key(), answer.signature_hash_algorithm
    signature, data = answer.signature, answer.tbs_response_bytes
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif hasher is None or hasher.name not in ("sha256", "sha384", "sha512"):
            return False
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hasher)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hasher))
        else:
            return False
    except InvalidSignature:
        return False
    return True
