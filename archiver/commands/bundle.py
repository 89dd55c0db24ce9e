"""`archiver bundle`: a bag with its certificate, history and instructions to check it, for a court or an editor."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from archiver.commands.settings import bags_of, settings_of
from archiver.errors import Refused, UsageError
from archiver.escape import counted, visible
from archiver.evidence.bundle import bundle_bag
from archiver.validation.discover import find_bags
from archiver.validation.trust.policy import read_roots


def bundle(args: argparse.Namespace) -> int:
    """Make the bundle; 1 when the bag is refused. Raises UsageError, StorageError."""
    config = settings_of(args)
    roots = read_roots(args.trust_roots) if args.trust_roots else None
    bags = list(find_bags(bags_of(args.places, config)))
    if len(bags) != 1:
        raise UsageError(f"a bundle is of one bag, and these are {len(bags)}; name one")
    output = args.output or Path(f"{bags[0].resolve().name}-bundle")
    try:
        made = bundle_bag(bags[0], output, datetime.now(UTC), roots=roots)
    except Refused as error:
        print(visible(f"archiver: {bags[0]} is not bundled: {error}"), file=sys.stderr)
        return 1
    if args.json:
        told = {"output": str(made.output), "bags": made.bags, "files": made.files, "octets": made.octets}
        print(json.dumps({**told, "held_back": [{"bag": bag, "why": why} for bag, why in made.held_back]}))
    else:
        print(visible(f"{made.output}: {counted(made.files, 'file')}, {made.octets:,} bytes; begin with index.html"))
    for bag, why in made.held_back:
        print(visible(f"archiver: {bag}: {why}"), file=sys.stderr)
    return 0
