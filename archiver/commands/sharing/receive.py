"""`archiver receive`: packages in, bags and receipts out."""

import argparse

from archiver import api
from archiver.commands.console.outcomes import print_outcome, print_results
from archiver.commands.credentials import endpoint, with_keys
from archiver.commands.settings import settings_of
from archiver.escape import visible
from archiver.transfer.receive import Received


def receive(args: argparse.Namespace) -> int:
    """Take in the packages named in `args`; 1 when one was refused. Raises UsageError, StorageError."""
    config = with_keys(settings_of(args), args)
    results = api.receive(
        args.packages,
        bags=config.bags,
        unpack=args.unpack,
        trust_roots=args.trust_roots,
        tsa_roots=args.tsa_roots,
        signer=args.signer,
        require_signature=args.require_signature,
        require_timestamp=args.require_timestamp,
        trusted_lists=args.trusted_list,
        endpoint=endpoint(args.endpoint),
        second_opinion=args.second_opinion or True,
        config=config,
    )
    return print_results(results, _print, args, thing="package", order=("received", "unchanged", "refused"))


def _print(each: Received) -> None:
    where = f" -> {each.bag}" if each.bag else ""
    print_outcome(f"{each.outcome:<9} {each.package}{where}", each.reason, each.notes)
    for bag in each.unpacked:
        print(visible(f"  bag: {bag}"), flush=True)
