"""`archiver sign`: signatures and timestamps over the seal of bags."""

import argparse
import sys

from archiver.commands.credentials import with_keys
from archiver.commands.settings import bags_of, settings_of
from archiver.errors import Refused
from archiver.escape import visible
from archiver.validation.discover import find_bags
from archiver.verification.sign_valid import sign_valid, signer_of


def sign(args: argparse.Namespace) -> int:
    """Sign or timestamp every bag named in `args`; 1 where one was not, since it is not valid.

    Raises UsageError, StorageError, and TimestampError at the first bag that cannot be timestamped; its signature
    stays, and the same command goes on from there.
    """
    config = with_keys(settings_of(args), args)
    signer = signer_of(config)
    if signer and signer.is_rarely_checkable and not args.quiet:
        print("archiver: note: openssl before 3.2 cannot check CMS signatures by Ed25519 keys", file=sys.stderr)
    refused = 0
    for bag in find_bags(bags_of(args.places, config)):
        try:
            done = sign_valid(
                bag,
                signer,
                config,
                force=args.force,
                ask_revocation=not args.no_revocation,
                replace_unsound=args.replace_unsound,
                renew=args.renew,
            )
        except Refused as error:
            refused += 1
            print(visible(f"not signed {bag}: {error}; see 'archiver validate', or sign it as it is with --force"))
            continue
        added = ["signed"] * done.signed + ["timestamped"] * done.timestamped
        did = "renewed the timestamps of" if done.renewed else " and ".join(added)
        print(visible(f"{did or 'already signed'} {bag}"))
    return 1 if refused else 0
