"""`archiver audit`: every byte of the bags read again, and what has changed since they were good."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

from archiver import api
from archiver.commands.settings import bags_of, settings_of
from archiver.escape import counted, visible
from archiver.fixity.plan import Audited, AuditProgress


def audit(args: argparse.Namespace) -> int:
    """Read what is due of the bags named in `args`; 1 when one has changed or is gone. Raises UsageError,
    StorageError."""
    progress, outcomes = AuditProgress(), Counter[str]()
    for each in api.audit(
        bags_of(args.places, settings_of(args)),
        sample=args.sample,
        older_than=args.older_than,
        seed=args.seed,
        rate=args.rate,
        replicas=args.replica,
        accept=args.accept,
        readings=args.readings,
        progress=progress,
    ):
        outcomes[each.outcome] += 1
        if args.json:
            print(json.dumps(asdict(each)), flush=True)
        elif not (args.quiet and each.outcome == "good"):
            for line in _lines(each):
                print(visible(line), flush=True)
    if not args.quiet:
        _sum_up(progress, outcomes)
    return 1 if outcomes["changed"] or outcomes["gone"] else 0


def _sum_up(progress: AuditProgress, outcomes: Counter[str]) -> None:
    for started in progress.resumed:
        print(f"went on with the audit of {started}, which was interrupted", file=sys.stderr)
    drawn = f"; sample drawn with --seed {progress.seed}" if progress.seed and not progress.resumed else ""
    names = ("good", "changed", "gone", *(name for name in ("lost", "moved") if outcomes[name]))
    counts = ", ".join(f"{outcomes[name]} {name}" for name in names)
    total = f"{progress.due} of {counted(progress.bags, 'bag')}: {counts}; {progress.octets:,} bytes read"
    print(visible(f"{total}{drawn}"), file=sys.stderr)


def _lines(each: Audited) -> Iterator[str]:
    since = f"last good {each.since}" if each.since else "never read before" if each.outcome == "good" else "never good"
    yield f"{each.outcome:<8} {each.bag} ({each.octets:,} bytes, {since})"
    for change in each.changes:
        yield f"  {change.kind} {change.path or 'the bag'}: {change.message}"
        for copy in change.copies:
            yield f"    sound copy: {copy}"
    for note in each.notes:
        yield f"  note: {note}"
