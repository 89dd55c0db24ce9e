"""Hands bags off as they are, made for a receiver, or as one group: chooses what the options ask for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast, get_args

from archiver.config import Config
from archiver.errors import UsageError, not_one_of
from archiver.packaging.package import Form
from archiver.transfer.acceptable_signer import signature_judge
from archiver.transfer.delivery import signing
from archiver.transfer.handoff import HandedOff, HandoffOptions, hand_off
from archiver.trust.seal_new_bag import agent, load_signer

WARC = "warc"
_FORMS: dict[str, Form] = {"archivematica": "zip", "eark": "zip", "dspace": "folder"}
"""The package format of a receiver that does not take tar well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is made of the bags: bags for a `receiver`'s profile, access copies (`redact`), or one `group` of them, cut
    into parts of `group_size` (a number of bags, or bytes with a unit: 500, 50GB)."""

    receiver: str = "generic"
    redact: bool = False
    group: str | None = None
    group_size: str | None = None


def form_of(form: str | None, receiver: str) -> Form:
    """The package format that is asked for, or else the receiver's usual one. Raises UsageError."""
    if form is None:
        return _FORMS.get(receiver, "tar")
    for each in (*get_args(Form), WARC):
        if each == form:
            return cast(Form, each)  # `hand_off_bags` goes another way with WARC
    raise UsageError(f"form {not_one_of(form, (*get_args(Form), WARC))}")


def hand_off_bags(bags: Sequence[Path], options: HandoffOptions, shape: Shape, config: Config) -> Iterator[HandedOff]:
    """Deliver bags in this shape, signed where the settings name a key. Raises UsageError, StorageError; what was
    delivered until then stays so."""
    if cast(str, options.form) == WARC:
        return _warcs(bags, options, shape, config)
    sign = signing(config)
    if shape.group is None:
        if shape.group_size is not None:
            raise UsageError("--group-size says how a group is cut: name the group, --group NAME")
        if shape.receiver == "generic" and not shape.redact:
            return hand_off(bags, options, config, sign=sign)
        from archiver.transfer.receiver_bags import Derivation, hand_off_derived

        derivation = Derivation.from_text(shape.receiver, options.form, redacted=shape.redact)
        return hand_off_derived(bags, derivation, options, config, sign=sign)
    from archiver.transfer.group_bags import Grouping, hand_off_group

    if shape.receiver != "generic" or shape.redact:
        raise UsageError("--for and --redact are of one bag, not of a group; hand the bags off without --group")
    grouping = Grouping.from_text(shape.group, shape.group_size)
    if options.form == "wacz":
        raise UsageError("--form wacz is of one bag, not of a group; hand the bags off without --group")
    return hand_off_group(bags, grouping, options, config, sign=sign, seal=_sealing(config))


def _warcs(bags: Sequence[Path], options: HandoffOptions, shape: Shape, config: Config) -> Iterator[HandedOff]:
    """Deliver the records of bags in large WARC files. Raises UsageError."""
    from archiver.transfer.group_bags import parsed_size
    from archiver.transfer.warc_files import hand_off_warcs

    if shape.group is not None or shape.receiver != "generic" or shape.redact:
        raise UsageError("--form warc copies records as they are: --group, --for and --redact do not go with it")
    size, in_octets = parsed_size(shape.group_size) if shape.group_size else (None, True)
    if not in_octets:
        raise UsageError(f"--group-size {shape.group_size}: of --form warc it is a number of bytes, as in 1GB")
    return hand_off_warcs(bags, size, options, config)


def _sealing(config: Config) -> Callable[[Path], None] | None:
    """What signs and timestamps a group, where the settings say by what, as far as that is accepted afterwards
    (Refused). Raises UsageError, StorageError."""
    signer = load_signer(config)
    if signer is None and config.timestamp is None:
        return None
    from archiver.trust.seal import sign_bag
    from archiver.trust.signing import Signing

    judge = signature_judge(config)

    def seal(bag: Path) -> None:
        judging = partial(judge, bag) if judge else None
        sign_bag(bag, signer, Signing.of(config, datetime.now(UTC), agent=agent(config), judge=judging))

    return seal
