"""`archiver sign`: who vouches for bags, and since when."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from archiver.commands.credentials import load_signer, with_keys
from archiver.config import load
from archiver.errors import UsageError
from archiver.escape import visible
from archiver.trust.seal_new_bag import agent
from archiver.validation.discover import find_bags
from archiver.validation.report import first_error
from archiver.validation.validator import validate_bag


def sign(args: argparse.Namespace) -> int:
    """Sign or timestamp every bag named in `args`; 1 where one was not, since it is not valid.

    Raises UsageError, StorageError, and TimestampError at the first bag that cannot be timestamped; its signature
    stays, and the same command goes on from there.
    """
    config = with_keys(load(args.config, {}), args)
    signer, now = load_signer(config), datetime.now(UTC)
    if signer is None and config.timestamp is None:
        raise UsageError("nothing to do: name --key FILE and --certificate FILE, or --timestamp URL, or both")
    from archiver.trust.seal import sign_bag

    if signer:
        signer.require_valid(now)
        if signer.is_rarely_checkable and not args.quiet:
            print("archiver: note: openssl before 3.2 cannot check CMS signatures by Ed25519 keys", file=sys.stderr)
    acting, left = agent(config), 0
    for bag in find_bags(args.bags):
        wrong = None if args.force else _wrong(bag)
        if wrong:
            left += 1
            print(visible(f"not signed {bag}: {wrong}; see 'archiver validate', or sign it as it is with --force"))
            continue
        files = sign_bag(bag, signer, timestamp_url=config.timestamp, now=datetime.now(UTC), agent=acting,
                         roots=config.trust_roots, ask_revocation=not args.no_revocation)  # fmt: skip
        did = " and ".join(["signed"] * _has(files, ".p7s") + ["timestamped"] * _has(files, ".tsr"))
        print(visible(f"{did or 'signed before'} {bag}"))
    return 1 if left else 0


def _wrong(bag: Path) -> str | None:
    """The first error of a bag: what is not valid is not vouched for."""
    first = first_error(validate_bag(bag, cores=os.cpu_count() or 1))
    return f"{first.code} {first.path}: {first.message}" if first else None


def _has(files: list[Path], suffix: str) -> bool:
    return any(each.name.endswith(suffix) for each in files)
