"""`archiver bundle`: a bag with its certificate, history and instructions to check it, for a court or an editor."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archiver.commands.settings import bags_of, settings_of
from archiver.errors import Refused, UsageError
from archiver.escape import counted, visible
from archiver.evidence.bundle import bundle_bag, bundle_exhibits
from archiver.validation.discover import find_bags
from archiver.validation.trust.policy import read_roots


def bundle(args: argparse.Namespace) -> int:
    """Make the bundle; 1 when the bag is refused. Raises UsageError, StorageError."""
    config = settings_of(args)
    roots = read_roots(args.trust_roots) if args.trust_roots else None
    bags = list(find_bags(bags_of(args.places, config)))
    if len(bags) != 1 and not args.exhibits:
        raise UsageError(f"a bundle is of one bag, and these are {len(bags)}; name one, or use --exhibits")
    output = args.output or Path("exhibits" if args.exhibits else f"{bags[0].resolve().name}-bundle")
    now = datetime.now(UTC)
    try:
        if args.exhibits:
            made = bundle_exhibits(bags, output, now, roots=roots, private=args.private)
        else:
            made = bundle_bag(bags[0], output, now, roots=roots, private=args.private)
    except Refused as error:
        what = "nothing" if args.exhibits else f"{bags[0]} is not"
        print(visible(f"archiver: {what} bundled: {error}"), file=sys.stderr)
        return 1
    if args.json:
        row: dict[str, Any] = {
            "output": str(made.output),
            "bags": made.bags,
            "files": made.files,
            "octets": made.octets,
        }
        for name, pairs in (("held_back", made.held_back), ("refused", made.refused)):
            row[name] = [{"bag": bag, "why": why} for bag, why in pairs]
        print(json.dumps(row))
    else:
        print(visible(f"{made.output}: {counted(made.files, 'file')}, {made.octets:,} bytes; begin with index.html"))
    for bag, why in made.held_back:
        print(visible(f"archiver: {bag}: {why}"), file=sys.stderr)
    for bag, why in made.refused:
        print(visible(f"archiver: {bag} is not bundled: {why}"), file=sys.stderr)
    return 1 if made.refused else 0
