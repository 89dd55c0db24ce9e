"""Whose a timestamp is, and whether that is to be trusted at its time (RFC 3161, 2.3; RFC 5280, 6)."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archiver.validation.trust.policy import Trust

if TYPE_CHECKING:
    from archiver.cms.read import Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who made a timestamp: the name in the certificate, the root it leads to, why it is not to be trusted; neither of
    the two where no roots were given."""

    name: str
    root: str | None = None
    why_not: str | None = None

    @property
    def verified(self) -> str:
        """Whether it is, in words."""
        return f"the certificate leads to {self.root}" if self.root else "authority not verified: no --trust-roots"


def authority_of(stamp: "Timestamp", carried: bytes, trust: Trust) -> Authority:
    """The authority of a timestamp; `carried` are certificates (PEM) that came with it."""
    from archiver.validation.trust.cert_paths import chain_to, read_certificates, subject, why_not_for_timestamps

    own = stamp.signature.certificate
    if unfit := why_not_for_timestamps(own):
        return Authority(name=subject(own), why_not=unfit)
    roots = trust.roots if trust.tsa_roots is None else trust.tsa_roots
    if roots is None:
        return Authority(name=subject(own))
    known = list(stamp.signature.certificates)
    with suppress(ValueError):  # the token may carry them itself
        known += read_certificates(carried)[:32]
    chain = chain_to(read_certificates(roots), own, known, stamp.time)
    if not chain.certificates:
        return Authority(name=subject(own), why_not=chain.reason or "its certificate does not lead to a trusted root")
    return Authority(name=subject(own), root=subject(chain.certificates[-1]))
