"""`archiver receive`: packages in, bags and receipts out."""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from archiver.commands.credentials import endpoint
from archiver.commands.handoff import signing, sum_up, tell
from archiver.commands.validate import cores, trust_of
from archiver.config import load
from archiver.escape import visible
from archiver.transfer.receive import Received
from archiver.transfer.receive import receive as take_in


def receive(args: argparse.Namespace) -> int:
    """Take in the packages named in `args`; 1 when one was refused. Raises UsageError, StorageError."""
    config = load(args.config, {"bags": args.bags})
    terms: dict[str, Any] = {
        "trust": trust_of(args),
        "sign": signing(config, args),
        "cores": cores(),
        "unpack_groups": args.unpack,
    }
    outcomes = Counter[str]()
    for each in take_in(args.packages, config.bags, config, endpoint=endpoint(args.endpoint), **terms):
        outcomes[each.outcome] += 1
        if args.json:
            print(json.dumps(asdict(each)), flush=True)
        elif not (args.quiet and each.outcome != "refused"):
            _tell(each)
    if not args.quiet:
        sum_up(sum(outcomes.values()), "package", outcomes, ("received", "unchanged", "refused"))
    return 1 if outcomes["refused"] else 0


def _tell(each: Received) -> None:
    where = f" -> {each.bag}" if each.bag else ""
    tell(f"{each.outcome:<9} {each.package}{where}", each.reason, each.notes)
    for bag in each.unpacked:
        print(visible(f"  bag: {bag}"), flush=True)
