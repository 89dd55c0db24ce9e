"""`archiver audit`: every byte of the bags read again, and what has changed since they were good."""

import argparse
import json
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from archiver.errors import UsageError
from archiver.escape import counted, visible
from archiver.fixity.audit import Audited, AuditProgress, Plan
from archiver.fixity.audit import audit as audit_bags
from archiver.fixity.read_bag import RateLimiter


def audit(args: argparse.Namespace) -> int:
    """Read what is due of the bags named in `args`; 1 when one has changed or is gone. Raises UsageError,
    StorageError."""
    if args.seed is not None and args.sample is None:
        raise UsageError("--seed draws a sample: name its share, --sample 5%")
    for folder in args.replica:
        if not folder.is_dir():
            raise UsageError(f"--replica {folder} is not a folder; mount what is elsewhere")
    plan = Plan(
        sample=args.sample,
        older=args.older_than,
        seed=args.seed if args.seed is not None else secrets.token_hex(4),
        repeat=args.seed is not None,
        replicas=tuple(args.replica),
        accept=args.accept,
    )
    limiter, progress, outcomes = RateLimiter(args.rate), AuditProgress(), Counter[str]()
    for each in audit_bags(args.bags or [Path("bags")], plan, limiter, progress=progress):
        outcomes[each.outcome] += 1
        if args.json:
            print(json.dumps(asdict(each)), flush=True)
        elif not (args.quiet and each.outcome == "good"):
            for line in _told(each):
                print(visible(line), flush=True)
    if not args.quiet:
        for started in progress.resumed:
            print(f"went on with the audit of {started}, which was interrupted", file=sys.stderr)
        drawn = f"; sample drawn with --seed {plan.seed}" if plan.sample is not None and not progress.resumed else ""
        told = ", ".join(f"{outcomes[name]} {name}" for name in ("good", "changed", "gone"))
        print(
            visible(f"{progress.due} of {counted(progress.bags, 'bag')}: {told}; {limiter.octets:,} bytes read{drawn}"),
            file=sys.stderr,
        )
    return 1 if outcomes["changed"] or outcomes["gone"] else 0


def _told(each: Audited) -> Iterator[str]:
    since = f"last good {each.since}" if each.since else "never read before" if each.outcome == "good" else "never good"
    yield f"{each.outcome:<8} {each.bag} ({each.octets:,} bytes, {since})"
    for change in each.changes:
        yield f"  {change.kind} {change.path or 'the bag'}: {change.message}"
        for copy in change.copies:
            yield f"    sound copy: {copy}"
    for note in each.notes:
        yield f"  note: {note}"
