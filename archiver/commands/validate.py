"""`archiver validate`: bags in, findings out."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from archiver.model import Report
from archiver.validate.bag import validate_bag
from archiver.validate.find import find_bags
from archiver.validate.report import render


def validate(args: argparse.Namespace) -> int:
    """Judge every bag named in `args`; 1 when one is not sound. Raises UsageError, StorageError."""
    bags = find_bags(args.bags or [Path("bags")])
    tally = {"passed": 0, "failed": 0}

    def reports() -> Iterator[Report]:
        for bag in bags:
            report = validate_bag(bag, second_opinion=args.second_opinion)
            tally["passed" if report.ok else "failed"] += 1
            yield report

    for piece in render(reports(), args.format):
        sys.stdout.write(piece)
    if not args.quiet:
        print(f"{sum(tally.values())} bags: {tally['passed']} passed, {tally['failed']} failed", file=sys.stderr)
    return 1 if tally["failed"] else 0
