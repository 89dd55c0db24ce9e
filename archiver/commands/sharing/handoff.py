"""`archiver handoff`: sealed bags out, receipts back."""

import argparse

from archiver import api
from archiver.commands.console.outcomes import print_outcome, print_results
from archiver.commands.credentials import endpoint, with_keys
from archiver.commands.settings import bags_of, settings_of
from archiver.transfer.handoff import HandedOff


def handoff(args: argparse.Namespace) -> int:
    """Deliver the bags named in `args`; 1 when one was refused. Raises UsageError, StorageError."""
    *named, target = args.places
    config = with_keys(settings_of(args), args)
    results = api.handoff(
        bags_of(named, config),
        target,
        form=args.form,
        receiver=args.receiver,
        redact=args.redact,
        group=args.group,
        group_size=args.group_size,
        verify=args.verify,
        receipts=args.receipts,
        endpoint=endpoint(args.endpoint),
        second_opinion=args.second_opinion or True,
        config=config,
    )
    return print_results(results, _print, args, thing="bag", order=("delivered", "unchanged", "refused"))


def _print(each: HandedOff) -> None:
    where = f" -> {each.package}" if each.package else ""
    facts = f" ({each.size:,} bytes, sha256 {each.sha256})" if each.outcome == "delivered" else ""
    print_outcome(f"{each.outcome:<9} {each.bag}{where}{facts}", each.reason, each.notes)
