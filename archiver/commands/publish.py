"""`archiver publish`: a static folder of what everybody may see of bags."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from archiver.commands.settings import bags_of, settings_of
from archiver.errors import StorageError
from archiver.escape import counted, visible
from archiver.exports.export import LeftOut
from archiver.publishing.publish import publish_bags


def publish(args: argparse.Namespace) -> int:
    """Write the folder named last; 1 when a bag cannot be read. Raises UsageError, StorageError."""
    config = settings_of(args)
    *named, target = args.places
    places = bags_of(named, config)
    for place in places:
        if not place.exists():
            raise StorageError(f"{place} is not there: name a folder of bags")
    left_out: list[LeftOut] = []
    done = publish_bags(
        places,
        Path(target),
        datetime.now(UTC).date(),
        left_out.append,
        base_url=args.base_url,
        title=args.title or "",
    )
    for each in left_out:
        what = "held back" if each.held_back else "left out"
        print(visible(f"archiver: {each.bag} is {what}: {each.reason}"), file=sys.stderr)
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
