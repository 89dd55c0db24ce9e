"""`archiver export`: what bags say, for spreadsheets, reference managers and catalogues, or in the user's own list."""

import argparse
import sys
from pathlib import Path

from archiver import api
from archiver.commands.settings import bags_of, settings_of
from archiver.errors import UsageError
from archiver.escape import counted, visible
from archiver.exports.export import write_stream


def export(args: argparse.Namespace) -> int:
    """Write the export of the bags named in `args`; 1 when one was left out. Raises UsageError, StorageError."""
    config = settings_of(args)
    if args.output and args.output.exists():
        raise UsageError(f"--output {args.output} is there already; nothing was overwritten")
    left_out: list[tuple[Path, str]] = []
    chunks = api.export(
        bags_of(args.places, config),
        form=args.form,
        back=args.back,
        ledger=config.bags,
        left_out=lambda bag, reason: left_out.append((bag, reason)),
    )
    if args.output:
        write_stream(args.output, chunks)
    else:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    for bag, reason in left_out:
        print(visible(f"archiver: {bag} is left out: {reason}"), file=sys.stderr)
    if left_out:
        print(f"{counted(len(left_out), 'bag')} left out of the export", file=sys.stderr)
    if args.output and not args.quiet:
        print(visible(f"archiver: wrote {args.output}"), file=sys.stderr)
    return 1 if left_out else 0
