"""`archiver handoff`: sealed bags out, receipts back."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from archiver.commands.credentials import endpoint, load_signer, with_keys
from archiver.commands.validate import cores
from archiver.config import Config, load
from archiver.errors import UsageError
from archiver.escape import counted, visible
from archiver.packaging.package import Form
from archiver.transfer.delivery import Sign, signs
from archiver.transfer.handoff import HandedOff, HandoffOptions, hand_off
from archiver.trust.seal_new_bag import agent
from archiver.validation.discover import find_bags

_FORMS: dict[str, Form] = {"archivematica": "zip"}
"""The form of a receiver that would rather not have a tar."""


def handoff(args: argparse.Namespace) -> int:
    """Deliver the bags named in `args`; 1 when one was refused. Raises UsageError, StorageError."""
    config = load(args.config, {})
    bags = list(find_bags(args.bags))
    order = HandoffOptions(
        target=args.target,
        form=args.form or _FORMS.get(args.receiver, "tar"),
        endpoint=endpoint(args.endpoint),
        verify=args.verify,
        receipts=args.receipts,
        cores=cores(),
    )
    outcomes = Counter[str]()
    for each in _handed(args, bags, order, config):
        outcomes[each.outcome] += 1
        if args.json:
            print(json.dumps(asdict(each)), flush=True)
        elif not (args.quiet and each.outcome != "refused"):
            _tell(each)
    if not args.quiet:
        sum_up(sum(outcomes.values()), "bag", outcomes, ("delivered", "unchanged", "refused"))
    return 1 if outcomes["refused"] else 0


def _handed(args: argparse.Namespace, bags: list[Path], order: HandoffOptions, config: Config) -> Iterator[HandedOff]:
    sign = signing(config, args)
    if args.group is None:
        if args.group_size is not None:
            raise UsageError("--group-size says how a group is cut: name the group, --group NAME")
        if args.receiver != "generic" or args.redact:
            from archiver.transfer.receiver_bags import Derivation, hand_off_derived

            derivation = Derivation.from_text(args.receiver, order.form, redacted=args.redact)
            return hand_off_derived(bags, derivation, order, config, sign=sign)
        return hand_off(bags, order, config, sign=sign)
    from archiver.transfer.group_bags import Grouping, hand_off_group

    if args.receiver != "generic" or args.redact:
        raise UsageError("--for and --redact are of one bag, not of a group; hand the bags off without --group")
    grouping = Grouping.from_text(args.group, args.group_size)
    if order.form == "wacz":
        raise UsageError("--form wacz is of one bag, not of a group; hand the bags off without --group")
    return hand_off_group(bags, grouping, order, config, sign=sign, seal=sealing(config, args))


def _tell(each: HandedOff) -> None:
    where = f" -> {each.package}" if each.package else ""
    facts = f" ({each.size:,} bytes, sha256 {each.sha256})" if each.outcome == "delivered" else ""
    tell(f"{each.outcome:<9} {each.bag}{where}{facts}", each.reason, each.notes)


def signing(config: Config, args: argparse.Namespace) -> Sign | None:
    """What signs receipts and custody events, where the settings name a key. Raises UsageError, StorageError."""
    config = with_keys(config, args)
    signer = load_signer(config)
    if signer is None:
        return None
    signer.require_valid(datetime.now(UTC))
    return signs(signer, config)


def sealing(config: Config, args: argparse.Namespace) -> Callable[[Path], None] | None:
    """What signs and timestamps a bag that is made for a delivery, where the settings say by what. Raises UsageError,
    StorageError."""
    config = with_keys(config, args)
    signer = load_signer(config)
    if signer is None and config.timestamp is None:
        return None
    from archiver.trust.seal import sign_bag

    def seal(bag: Path) -> None:
        sign_bag(bag, signer, timestamp_url=config.timestamp, now=datetime.now(UTC), agent=agent(config),
                 roots=config.trust_roots)  # fmt: skip

    return seal


def tell(line: str, reason: str | None, notes: Sequence[str]) -> None:
    """A line on stdout, with what must be known besides below it."""
    print(visible(f"{line}{f': {reason}' if reason else ''}"), flush=True)
    for note in notes:
        print(visible(f"  note: {note}"), flush=True)


def sum_up(total: int, thing: str, outcomes: Counter[str], order: Sequence[str]) -> None:
    """How many became what, on stderr."""
    print(f"{counted(total, thing)}: {', '.join(f'{outcomes[name]} {name}' for name in order)}", file=sys.stderr)
