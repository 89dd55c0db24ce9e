"""`archiver export`: what bags say, for spreadsheets, reference managers and catalogues, or in the user's own list."""

import argparse
import sys

from archiver import api
from archiver.commands.settings import bags_of, settings_of
from archiver.errors import UsageError
from archiver.escape import counted, visible
from archiver.exports.export import LeftOut, write_stream


def export(args: argparse.Namespace) -> int:
    """Write the export of the bags named in `args`; 1 when one cannot be read. Raises UsageError, StorageError."""
    config = settings_of(args)
    if args.output and args.output.exists():
        raise UsageError(f"--output {args.output} is there already; nothing was overwritten")
    left_out: list[LeftOut] = []
    chunks = api.export(
        bags_of(args.places, config),
        form=args.form,
        back=args.back,
        ledger=config.bags,
        left_out=left_out.append,
    )
    if args.output:
        write_stream(args.output, chunks)
    else:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    for each in left_out:
        what = "held back" if each.held_back else "left out"
        print(visible(f"archiver: {each.bag} is {what}: {each.reason}"), file=sys.stderr)
    held = sum(each.held_back for each in left_out)
    for count, what in ((held, "held back"), (len(left_out) - held, "left out")):
        if count:
            print(f"{counted(count, 'bag')} {what}", file=sys.stderr)
    if args.output and not args.quiet:
        print(visible(f"archiver: wrote {args.output}"), file=sys.stderr)
    return 1 if len(left_out) > held else 0
