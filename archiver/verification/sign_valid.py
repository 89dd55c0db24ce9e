"""Signs and timestamps a bag that is valid: what is not valid is not vouched for."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.config import Config
from archiver.errors import Refused, UsageError
from archiver.trust.custody import is_ours
from archiver.trust.seal_new_bag import agent, load_signer
from archiver.validation.report import first_error
from archiver.validation.validator import validate_bag
from archiver.verification.extract_again import extract_again

if TYPE_CHECKING:
    from archiver.trust.sign import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBag:
    """A bag and the files that signing it has written: none where this signer was the last to sign it before."""

    bag: Path
    files: tuple[Path, ...]

    @property
    def signed(self) -> bool:
        """Whether a signature was added."""
        return any(each.suffix == ".p7s" for each in self.files)

    @property
    def renewed(self) -> bool:
        """Whether timestamps were renewed."""
        return any(each.suffix == ".sha512" for each in self.files)

    @property
    def timestamped(self) -> bool:
        """Whether a timestamp was added."""
        return any(each.suffix == ".tsr" for each in self.files)


def signer_of(config: Config) -> "Signer | None":
    """The signer of the settings; None where they ask for a timestamp alone. Raises UsageError, StorageError."""
    signer = load_signer(config)
    if signer is None and config.timestamp is None:
        raise UsageError("nothing to do: name --key FILE and --certificate FILE, or --timestamp URL, or both")
    if signer:
        signer.require_valid(datetime.now(UTC))
    return signer


def sign_valid(
    bag: Path,
    signer: "Signer | None",
    config: Config,
    *,
    force: bool = False,
    ask_revocation: bool = True,
    replace_unsound: bool = False,
    renew: bool = False,
) -> SignedBag:
    """Sign a bag, and timestamp it where the settings name an authority; without `signer`, timestamp only.

    Before anything is written, the signature is judged as `validate --require-signature` will judge it. Raises Refused
    for a bag that is not valid, or a signature that would not be accepted, unless `force` is set, StorageError, and
    TimestampError: the signature stays then, and can be timestamped later. With `replace_unsound` a signature that can
    never be accepted is taken out first, and the custody log says so. Into a bag without a log of archiver's nothing is
    written: its signature lies beside it. With `renew`, its timestamps are renewed, and nothing is signed but
    the event that says so.
    """
    if signer and replace_unsound and is_ours(bag):
        from archiver.verification.unsound_signatures import without_unsound

        with without_unsound(bag, agent(config)):
            return sign_valid(bag, signer, config, force=force, ask_revocation=ask_revocation)
    from archiver.trust.seal import sign_bag, sign_beside
    from archiver.trust.signing import Signing

    report = None if force else validate_bag(bag, reread=extract_again, cores=os.cpu_count() or 1)
    wrong = first_error(report) if report else None
    if wrong:
        raise Refused(f"{wrong.code} {wrong.path}: {wrong.message}")
    if renew:
        from archiver.verification import renewal

        files = renewal.renew(bag, signer, config, force=force, ask_revocation=ask_revocation)
        return SignedBag(bag=bag, files=tuple(files))
    if force:
        judge = None
    else:
        from archiver.validation.trust.unwritten import Judging

        judge = partial(Judging(roots=config.trust_roots, tsa_roots=config.tsa_roots).signature, bag)
    more = {"agent": agent(config), "ask_revocation": ask_revocation, "judge": judge}
    by = Signing.of(config, datetime.now(UTC), **more)
    files = sign_bag(bag, signer, by) if is_ours(bag) else sign_beside(bag, signer, by)
    return SignedBag(bag=bag, files=tuple(files))
