"""The signer of the settings, judged before anything is fetched or sent as what it signs is judged afterwards
(docs/adr/0279)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.config import Config
from archiver.errors import Refused, UsageError
from archiver.network.dial import Route
from archiver.trust.seal_new_bag import load_signer

if TYPE_CHECKING:
    from archiver.trust.certificates import Certificate
    from archiver.trust.sign import Signer


def acceptable_signer(config: Config) -> "Signer | None":
    """The signer of the settings; None where they name no key.

    Raises UsageError where `archiver validate --require-signature` would not accept what it signs: its chain is
    expired, weak, for other things or revoked, or leads to none of the roots of the settings; and as `load_signer`
    does.
    """
    signer = load_signer(config)
    if signer is None:
        return None
    from archiver.trust.seal import try_signer
    from archiver.trust.signing import Signing
    from archiver.validation.trust.unwritten import Judging

    now = datetime.now(UTC)
    signer.require_valid(now)
    judging = Judging(roots=config.trust_roots, tsa_roots=config.tsa_roots)
    try:
        try_signer(signer, judging.signer, Signing(now=now, roots=config.trust_roots, route=Route.of(config)))
    except Refused as refused:
        raise UsageError(
            f"what {signer.subject} signs would not be accepted: {refused}; name another key and certificate"
        ) from refused
    return signer


def signature_judge(config: Config) -> "Callable[[Path, Mapping[str, bytes], Certificate], None] | None":
    """What judges signatures and timestamps of a bag before they are written; None where the settings ask for none."""
    if config.key is None and config.timestamp is None:
        return None
    from archiver.validation.trust.unwritten import Judging

    return Judging(roots=config.trust_roots, tsa_roots=config.tsa_roots).signature
