"""Builds chains of certificates, and asks their authorities about revocation (RFC 5280, RFC 6960).

Completes a chain as far as it is known and fetches CRLs and OCSP answers to be kept beside a signature, so that it can
be judged in years to come. It judges nothing itself; `archiver/validation/trust/cert_paths.py` does.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from archiver.cms.read import UNREADABLE
from archiver.errors import StorageError, UsageError

Certificate = x509.Certificate
DEPTH = 8
"""Certificates in a chain."""
CRL_BYTES, OCSP_BYTES = 16 << 20, 1 << 16
_URLS = 3
"""Addresses tried for one certificate."""
Ask = Callable[..., bytes]
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def read_roots(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises StorageError, or UsageError where it holds none."""
    try:
        return from_pem(path.read_bytes())
    except OSError as error:
        raise StorageError.from_os(f"read the roots {path}", error) from error
    except ValueError as error:
        raise UsageError(f"{path} is not a file of certificates in PEM") from error


@cache
def roots_of(file: str) -> tuple[x509.Certificate, ...]:
    """The same, read once."""
    return tuple(read_roots(Path(file)))


def from_pem(pem: bytes) -> list[x509.Certificate]:
    """Certificates in PEM. Raises ValueError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old roots of the web have serial numbers that are not quite the standard's
        return x509.load_pem_x509_certificates(pem)


def complete(leaf: x509.Certificate, known: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The chain from a certificate upwards, to its root or as far as the `known` ones lead."""
    chain = [leaf]
    while len(chain) < DEPTH and chain[-1].issuer != chain[-1].subject:
        above = next((each for each in known if each not in chain and _issued(chain[-1], each)), None)
        if above is None:
            break
        chain.append(above)
    return chain


def name_of(name: x509.Name) -> str:
    """A name as text (RFC 4514), an e-mail address by its name rather than its number."""
    return name.rfc4514_string({NameOID.EMAIL_ADDRESS: "emailAddress"})


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of a certificate."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def is_complete(chain: Sequence[x509.Certificate]) -> bool:
    """Whether a chain ends in a root."""
    return chain[-1].issuer == chain[-1].subject


def pem_of(chain: Iterable[x509.Certificate]) -> bytes:
    """Certificates as PEM."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def revocation(chain: Sequence[x509.Certificate], ask: Ask) -> dict[str, bytes]:
    """What can be had of revocation: `.ocsp` (DER, for the first certificate) and `.crl` (PEM, for those that OCSP does
    not answer for, up to the root). What cannot be had is left out: it is then `not checked`."""
    answers: dict[str, bytes] = {}
    pairs = list(pairwise(chain))
    if pairs and (answer := next(_ocsp(*pairs[0], ask), None)):
        answers[".ocsp"] = answer
        pairs = pairs[1:]
    lists = [next(_crls(each, above, ask), b"") for each, above in pairs]
    if any(lists):
        answers[".crl"] = b"".join(dict.fromkeys(lists))
    return answers


def _ocsp(certificate: x509.Certificate, issuer: x509.Certificate, ask: Ask) -> Iterator[bytes]:
    access = _extension(certificate, x509.AuthorityInformationAccess)
    places = [each.access_location for each in access or () if each.access_method.dotted_string == _OCSP]
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()
    for url in _http(places):
        try:
            data = request.public_bytes(Encoding.DER)
            answer = ask(url, limit=OCSP_BYTES, data=data, media_type="application/ocsp-request")
            read = ocsp.load_der_ocsp_response(answer)
            successful = read.response_status == ocsp.OCSPResponseStatus.SUCCESSFUL
            if successful and read.serial_number == certificate.serial_number:
                yield answer
        except (OSError, *UNREADABLE):
            continue


_OCSP = "1.3.6.1.5.5.7.48.1"


def _crls(certificate: x509.Certificate, issuer: x509.Certificate, ask: Ask) -> Iterator[bytes]:
    points = _extension(certificate, x509.CRLDistributionPoints)
    for url in _http([name for point in points or () for name in point.full_name or ()]):
        try:
            data = ask(url, limit=CRL_BYTES)
            pem = data.lstrip().startswith(b"-----BEGIN")
            crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
            if crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
                yield crl.public_bytes(Encoding.PEM)
        except (OSError, *UNREADABLE):
            continue


def _http(names: Iterable[x509.GeneralName]) -> list[str]:
    uris = [each.value for each in names if isinstance(each, x509.UniformResourceIdentifier)]
    return [each for each in uris if each.lower().startswith(("http://", "https://"))][:_URLS]


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True
