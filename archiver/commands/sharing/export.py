"""`archiver export` and `publish`: what bags say, for spreadsheets, reference managers, catalogues, for readers."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from archiver import api
from archiver.commands.settings import bags_of, settings_of
from archiver.errors import StorageError, UsageError
from archiver.escape import counted, visible
from archiver.exports.export import LeftOut, write_stream
from archiver.publishing.publish import publish_bags


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
    elif args.form == "xlsx" and sys.stdout.isatty():
        raise UsageError("a spreadsheet cannot be shown in a terminal: name its file with --output FILE.xlsx")
    else:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    _tell(left_out)
    held = sum(each.held_back for each in left_out)
    for count, what in ((held, "held back"), (len(left_out) - held, "left out")):
        if count:
            print(f"{counted(count, 'bag')} {what}", file=sys.stderr)
    if args.output and not args.quiet:
        print(visible(f"archiver: wrote {args.output}"), file=sys.stderr)
    return 1 if len(left_out) > held else 0


def _tell(left_out: list[LeftOut]) -> None:
    for each in left_out:
        what = "held back" if each.held_back else "left out"
        print(visible(f"archiver: {each.bag} is {what}: {each.reason}"), file=sys.stderr)


def publish(args: argparse.Namespace) -> int:
    """Write the folder named last; 1 when a bag cannot be read. Raises UsageError, StorageError."""
    config = settings_of(args)
    *named, target = args.places
    places = bags_of(named, config)
    for place in places:
        if not place.exists():
            advice = f"the last argument, {target}, is the folder to write: name a folder of bags before it"
            raise StorageError(f"there are no bags at {place}; {advice}")
    left_out: list[LeftOut] = []
    done = publish_bags(
        places,
        Path(target),
        datetime.now(UTC).date(),
        left_out.append,
        base_url=args.base_url,
        title=args.title or "",
    )
    _tell(left_out)
    broken = sum(not each.held_back for each in left_out)
    if args.json:
        listed = [{"bag": str(each.bag), "reason": each.reason, "held_back": each.held_back} for each in left_out]
        print(json.dumps({**asdict(done), "left_out": listed}))
    else:
        print(visible(f"{counted(done.bags, 'bag')} in {target}, {done.whole} with their text"))
        print(f"{counted(done.written, 'file')} written, {done.removed} that were no longer published removed")
        if done.search:
            print(visible(f"no search by words: {done.search}"))
        print(visible(f"open {Path(target) / 'index.html'}, or put the folder on a web server"))
    return 1 if broken else 0
