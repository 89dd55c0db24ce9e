"""Whether a chain of certificates leads to a trusted root, at a moment (RFC 5280, 6), and whose a certificate is.

Stricter than the standard where it costs little: SHA-2 or Ed25519 throughout, RSA from 2048 bits, no name constraints,
no critical extension that is not known here. The search is bounded. Certificates come here only where all their parts
can be read (`cms.read.is_sound`). Of revocation `revocation.py` knows.
"""

import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from archiver.cms.read import UNREADABLE, is_sound

Certificate = x509.Certificate
DOCUMENT_PURPOSES = ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "2.5.29.37.0")
"""emailProtection, documentSigning (RFC 9336), anyExtendedKeyUsage."""
DEPTH = 8
"""Certificates in a chain."""
_TRIES = 64
"""Signatures checked in the search for one chain."""
_STRONG = frozenset(("sha256", "sha384", "sha512"))
_KNOWN = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.CertificatePolicies,
)
"""What may be critical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The certificates from the signer's to a root, or why there are none that may be believed."""

    certificates: tuple[Certificate, ...] = ()
    reason: str | None = None


def read_certificates(pem: bytes) -> list[Certificate]:
    """Certificates in PEM. Raises ValueError where there is none, or one that cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old roots have serial numbers that are not quite the standard's
        try:
            return [each for each in x509.load_pem_x509_certificates(pem) if is_sound(each)]
        except UNREADABLE as error:
            raise ValueError("not certificates that can be read") from error


def chain_to(
    roots: Sequence[Certificate], leaf: Certificate, carried: Sequence[Certificate], moment: datetime
) -> Chain:
    """The chain from `leaf` over the certificates it came with to one of `roots`, all of it valid at a moment."""
    search = _Search(roots, carried, moment)
    found = search.above((leaf,))
    return Chain(certificates=found) if found else Chain(reason=search.reason)


class _Search:
    """Looks for one chain, depth first; `reason` is why there is none, from the furthest it came."""

    def __init__(self, roots: Sequence[Certificate], carried: Sequence[Certificate], moment: datetime) -> None:
        self._roots, self._carried, self._moment, self._tries = roots, carried, moment, 0
        self._furthest = -1
        self.reason = ""

    def above(self, chain: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
        last = chain[-1]
        if wrong := self._wrong(last, len(chain) - 1):
            return self._fails(chain, f"{subject(last)}: {wrong}")
        if last in self._roots:
            return chain
        if len(chain) == DEPTH:
            return self._fails(chain, f"the chain is longer than {DEPTH}")
        self._fails(chain, f"{issuer(last)}, which issued {subject(last)}, is not among the trusted roots")
        for each in (*self._roots, *self._carried):
            if each.subject != last.issuer or each in chain or self._tries == _TRIES:
                continue
            self._tries += 1
            if _is_issued(last, each) and (found := self.above((*chain, each))):
                return found
        return ()

    def _fails(self, chain: tuple[Certificate, ...], reason: str) -> tuple[Certificate, ...]:
        if len(chain) > self._furthest:
            self._furthest, self.reason = len(chain), reason
        return ()

    def _wrong(self, certificate: Certificate, below: int) -> str | None:
        """What speaks against a certificate that has so many below it."""
        if self._moment > certificate.not_valid_after_utc:
            return f"expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
        if self._moment < certificate.not_valid_before_utc:
            return f"not valid before {certificate.not_valid_before_utc:%Y-%m-%d}"
        key, extensions = certificate.public_key(), list(certificate.extensions)
        short = (isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048) or (
            isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < 256
        )
        if short or isinstance(key, dsa.DSAPublicKey):
            return "its key is too weak"
        values = {type(each.value): each.value for each in extensions}
        if any(each.critical and not isinstance(each.value, _KNOWN) for each in extensions):
            return "it has a critical extension that is not known here"
        if x509.NameConstraints in values:
            return "it has name constraints, which are not supported"
        if not below:
            return None
        basic, usage = values.get(x509.BasicConstraints), values.get(x509.KeyUsage)
        if not isinstance(basic, x509.BasicConstraints) or not basic.ca:
            return "it is not an authority's certificate"
        if basic.path_length is not None and below - 1 > basic.path_length:
            return "the chain below it is longer than it allows"
        if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
            return "it may not issue certificates"
        return None


def _is_issued(certificate: Certificate, by: Certificate) -> bool:
    hasher = certificate.signature_hash_algorithm
    if hasher is not None and hasher.name not in _STRONG:
        return False
    try:
        certificate.verify_directly_issued_by(by)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True


def der_of(certificate: Certificate) -> bytes:
    """A certificate as bytes (DER)."""
    return certificate.public_bytes(Encoding.DER)


def pem_of(certificates: Iterable[Certificate]) -> bytes:
    """Certificates as PEM."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def issuers_among(leaf: Certificate, listed: Collection[bytes]) -> list[bytes]:
    """Those of some certificates (DER) that issued one; what cannot be read did not."""
    found = []
    for each in listed:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                certificate = x509.load_der_x509_certificate(each)
                if is_sound(certificate) and certificate.subject == leaf.issuer and _is_issued(leaf, certificate):
                    found.append(each)
        except UNREADABLE:
            continue
    return found


def why_not_for_signatures(certificate: Certificate) -> str | None:
    """Why a certificate's key may not sign documents; None where it may: no purpose is stated, or e-mail (RFC 5280,
    4.2.1.12), documents (RFC 9336) or any. A web server's and a timestamping authority's sign nothing."""
    extensions = {type(each.value): each.value for each in certificate.extensions}
    usage, purposes = extensions.get(x509.KeyUsage), extensions.get(x509.ExtendedKeyUsage)
    if isinstance(usage, x509.KeyUsage) and not (usage.digital_signature or usage.content_commitment):
        return "its key usage has no signatures"
    if isinstance(purposes, x509.ExtendedKeyUsage) and not any(
        each.dotted_string in DOCUMENT_PURPOSES for each in purposes
    ):
        return "its extended key usage is for other things than documents"
    return None


def why_not_for_timestamps(certificate: Certificate) -> str | None:
    """Why a certificate's key may not sign timestamps (RFC 3161, 2.3); None where it may."""
    try:
        purpose = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return "its extended key usage has no time stamping"
    if list(purpose.value) != [ExtendedKeyUsageOID.TIME_STAMPING] or not purpose.critical:
        return "its extended key usage is not time stamping alone, marked critical"
    return None


def subject(certificate: Certificate) -> str:
    """Whose it is, as it says itself (RFC 4514)."""
    return _text(certificate.subject)


def issuer(certificate: Certificate) -> str:
    """Who issued it, as it says itself."""
    return _text(certificate.issuer)


def fingerprint(certificate: Certificate) -> str:
    """The SHA-256 of the certificate."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def addresses(certificate: Certificate, *, beside_subject: bool = False) -> list[str]:
    """The e-mail and other addresses of the subject, in the order of the certificate; if asked, those alone that its
    name does not have."""
    named = _emails(certificate) if beside_subject else []
    return [each for each in dict.fromkeys(_addresses(certificate)) if each not in named]


def is_named(certificate: Certificate, identity: str) -> bool:
    """Whether the certificate states an identity: an address, the common name or the whole subject (RFC 4514)."""
    common = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    whole = (subject(certificate), certificate.subject.rfc4514_string())  # an e-mail address by its name, or number
    return identity in (*common, *whole) or identity.lower() in map(str.lower, addresses(certificate))


def _addresses(certificate: Certificate) -> Iterator[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = None
    for each in names or ():
        if isinstance(each, (x509.RFC822Name, x509.DNSName, x509.UniformResourceIdentifier)):
            yield each.value
    yield from _emails(certificate)


def _emails(certificate: Certificate) -> list[str]:
    return [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]


def _text(name: x509.Name) -> str:
    return name.rfc4514_string({NameOID.EMAIL_ADDRESS: "emailAddress"}) or "(nobody)"
