"""`archiver show`: what is in a bag, where it came from, how it compares."""

import argparse
import json
import sys
from contextlib import suppress

from archiver import api
from archiver.commands.settings import bags_of, settings_of
from archiver.errors import StorageError
from archiver.escape import visible
from archiver.ledger.places import failure_since
from archiver.validation.bagit.manifests import RECORD
from archiver.validation.discover import find_bags
from archiver.view.open_bag import OpenBag
from archiver.view.terminal import capture_lines, record_lines


def show(args: argparse.Namespace) -> int:
    """Print what each bag named in `args` says. Raises UsageError, StorageError for what cannot be read."""
    for number, path in enumerate(find_bags(bags_of(args.places, settings_of(args)), serialised=True)):
        with api.open_bag(path) as bag:
            if args.json:
                members = list(bag.members)
                print(json.dumps({"group": path.name, "members": members} if members else bag.record))
                continue
            if number:
                print()
            print(visible(str(path)))
            print()
            _print(bag)
            with suppress(StorageError):  # `archiver status` says what is wrong with the ledger
                if later := failure_since(path.parent, path.name):
                    reason = f"{later.updated[:19]}Z the page could not be had: {later.reason}; this is the last bag"
                    print(visible(f"\nsince then: {reason} (archiver status)"))
    return 0


def _print(bag: OpenBag) -> None:
    if bag.members:
        print(f"a group of {len(bag.members)} bags:")
        for name in bag.members:
            print(visible(f"  {name}"))
        return
    record = bag.record
    try:
        for line in (*capture_lines(record), *record_lines(record, colour=sys.stdout.isatty())):
            print(line)
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
        raise StorageError(
            f"{bag.path / RECORD} is not a record as its schema says ({error}): see 'archiver validate'"
        ) from error
