"""`archiver restrict` and `archiver takedown`: what may be shown of sealed bags from now on, noted outside of them."""

import argparse
import sys
from datetime import UTC, datetime

from archiver.commands.settings import bags_of, settings_of
from archiver.errors import UsageError
from archiver.escape import visible
from archiver.ledger.restrictions import Action, Noted, Restrictions, restrict_bag
from archiver.rights.gate import day_of, level_of
from archiver.validation.discover import find_bags


def restrict(args: argparse.Namespace) -> int:
    """Note what may be shown of each bag named in `args`, lift it, or list what holds. Raises UsageError,
    StorageError."""
    return _note(args, "restrict", args.access)


def takedown(args: argparse.Namespace) -> int:
    """Note that nothing of each bag named in `args` is given or shown, lift it, or list what holds. Raises UsageError,
    StorageError."""
    return _note(args, "takedown", "closed")


def _note(args: argparse.Namespace, action: Action, access: str) -> int:
    config = settings_of(args)
    if args.list:
        for noted in Restrictions(config.bags).in_force:
            print(visible(line_of(noted)))
        return 0
    if not args.places:
        raise UsageError("name the bags: what may be shown is not changed for all of them at once")
    if not args.reason:
        raise UsageError("--reason TEXT says why; it is kept with the bag's name")
    until = day_of(args.until) if args.until else None
    if args.until and until is None:
        raise UsageError(f"--until {args.until!r} is not a day, as in 2030-01-01")
    for bag in list(find_bags(bags_of(args.places, config))):
        noted = restrict_bag(
            bag,
            "lift" if args.lift else action,
            reason=args.reason,
            access=level_of(access),
            until=until,
            by=config.operator or config.organisation,
            at=datetime.now(UTC),
        )
        if not args.quiet:
            print(visible(f"archiver: {line_of(noted)}"), file=sys.stderr)
    return 0


def line_of(noted: Noted) -> str:
    """A line of the log for people."""
    what = "lifted" if noted.action == "lift" else noted.access
    until = f" until {noted.until}" if noted.until else ""
    by = f" by {noted.by}" if noted.by else ""
    return f"{noted.bag}: {what}{until}, noted {noted.time}{by}: {noted.reason}"
