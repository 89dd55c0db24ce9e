"""Requests timestamps from an authority over HTTP, and verifies them before they are kept (RFC 3161, RFC 5816).

The answer is kept as it came; the chain of the authority beside it, the root first: `openssl ts -verify -CAfile` takes
any order, and bag-nabit looks at the first.
"""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from archiver.cms.read import LARGEST, InvalidCms, read_timestamp
from archiver.config import public
from archiver.errors import TimestampError
from archiver.network.dial import Route
from archiver.trust.certificates import Certificate, complete, is_complete, name_of, pem_of, roots_of
from archiver.trust.web import ask, trusted_by_default

Digest = Literal["sha256", "sha512"]
_IMPRINTS = {
    "sha256": "3031300d060960864801650304020105000420",
    "sha512": "3051300d060960864801650304020305000440",
}
_DIRECT = Route()
_LOG = logging.getLogger(__name__)


def timestamp(
    data: bytes, url: str, roots: Path | None = None, route: Route = _DIRECT, digest: Digest = "sha256"
) -> tuple[bytes, bytes]:
    """A timestamp of `data` by this digest: the authority's response (DER) and its chain (PEM, the root first).

    The root is sought in the response, in the file `roots` and among the usual ones of the web. Raises TimestampError
    where the authority cannot be reached, refuses, or answers with what does not hold.
    """
    nonce = 1 << 62 | secrets.randbits(62)  # always 8 bytes, as `query` writes it
    try:
        answer = ask(
            url,
            limit=LARGEST,
            data=query(data, nonce, digest),
            media_type="application/timestamp-query",
            route=route,
            named=True,
        )
    except OSError as error:
        raise TimestampError(f"no timestamp from {public(url)}: {error}") from error
    try:
        stamp = read_timestamp(answer, data)
    except InvalidCms as error:
        raise TimestampError(f"no timestamp from {public(url)}: its answer is not valid: {error.reason}") from error
    if stamp.nonce != nonce:
        raise TimestampError(f"no timestamp from {public(url)}: its answer is to another question (nonce)")
    own, known = stamp.signature.certificate, [*stamp.signature.certificates, *(roots_of(str(roots)) if roots else ())]
    chain = complete(own, known)
    if not is_complete(chain):
        chain = complete(own, [*known, *roots_of(trusted_by_default())])
    _require_known(chain, url, roots)
    if not is_complete(chain):
        raise TimestampError(
            f"no timestamp from {public(url)}: {name_of(chain[-1].issuer)}, the root of its chain, is not known; "
            "name a file that has it with --tsa-roots, or --trust-roots"
        )
    return answer, pem_of(reversed(chain))


def _require_known(chain: Sequence[Certificate], url: str, roots: Path | None) -> None:
    """Raises TimestampError where the user named roots and the authority has none of them: a bag with its timestamp
    could never pass again. Where none are named, one that is not of the web's is reported."""
    if not is_complete(chain):
        return
    root = name_of(chain[-1].subject)
    if roots is not None:
        if not any(each in roots_of(str(roots)) for each in chain):
            raise TimestampError(
                f"no timestamp from {public(url)}: its root {root} is not among the trusted ones in {roots}; "
                "add it there, or name a file that has it with --tsa-roots. The timestamp is not kept"
            )
    elif chain[-1] not in roots_of(trusted_by_default()):
        _LOG.warning(
            "the timestamp from %s is by an authority whose root %s this machine does not trust by default: "
            "whoever validates needs it in --tsa-roots (or --trust-roots), as you do",
            public(url),
            root,
        )


def query(data: bytes, nonce: int, digest: Digest = "sha256") -> bytes:
    """The request (RFC 3161, 2.4.1): version 1, the digest of `data`, a nonce of 8 bytes, certificates requested.

    Every part has its place and length: the request is written out rather than encoded.
    """
    number = nonce.to_bytes(8, "big")
    imprint = bytes.fromhex(_IMPRINTS[digest]) + hashlib.new(digest, data).digest()
    inside = b"\x02\x01\x01" + imprint + b"\x02\x08" + number + b"\x01\x01\xff"
    return b"\x30" + bytes([len(inside)]) + inside
