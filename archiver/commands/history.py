"""`archiver history`: the bags of one article over time."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from archiver import api
from archiver.commands.settings import settings_of
from archiver.escape import visible
from archiver.series.history import Captured
from archiver.series.history import history as history_of


def history(args: argparse.Namespace) -> int:
    """Print the bags of a seed's address, the oldest first. Raises UsageError, StorageError."""
    config = settings_of(args)
    address = args.seed.lower().startswith(("http://", "https://"))
    url = args.seed if address else api.read_seed(Path(args.seed)).url
    found = list(history_of(config.bags, url))
    if args.json:
        print(json.dumps([asdict(each) for each in found]))
        return 0
    for each in found:
        print(visible(_line(each)))
        for finding in each.findings or ():
            print(visible(f"  {finding.code}: {finding.message}"))
    if not found:
        print(visible(f"no bag of {url} in {config.bags}"))
    return 0


def _line(each: Captured) -> str:
    if each.captured is None:
        return f"{each.bag}: not here any more"
    apart = "  (not compared with the one before)" if each.findings is None else ""
    return f"{each.captured}  {each.outcome or '':<8}  {each.verdict or '':<11}  {each.bag}{apart}"
