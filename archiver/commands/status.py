"""`archiver status`: what the ledger says."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from archiver.commands.run import advice_lines, require_ledger, shown
from archiver.config import load
from archiver.job.advice import class_of
from archiver.job.ledger import Entry, Ledger
from archiver.job.rebuild import rebuild
from archiver.visible import counted, visible

OTHER_THAN_CAPTURED = ("failed", "blocked", "gone", "refused", "waiting")
LISTED = 20


def status(args: argparse.Namespace) -> int:
    """Print counts and every seed that is not captured or whose bag is gone.

    Raises StorageError where there is no ledger."""
    config = load(args.config, {"bags": args.bags})
    if args.rebuild:
        done = rebuild(config.bags)
        if not args.quiet:
            aside = f"; the old one is {shown(done.aside)}" if done.aside else ""
            print(f"a new ledger, of {counted(done.bags, 'bag')}{aside}\n{_LOST}", file=sys.stderr)
    require_ledger(config.bags)
    ledger = Ledger(config.bags, read_only=True)
    try:
        counts = ledger.counts()
        there = {each.name for each in config.bags.iterdir()}  # to ask for each of a million would take long
        missing = [(name, bag) for name, bag in ledger.bags() if bag not in there]
        if args.json:
            problems = [_stated(each) for each in ledger.entries(*OTHER_THAN_CAPTURED)]
            told = {"bags": str(config.bags), "counts": counts, "kinds": _kinds(ledger), "seeds": problems}
            told["missing"] = [{"seed": name, "bag": bag} for name, bag in missing]
            print(json.dumps(told))
            return 0
        listed = ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "none yet"
        print(f"{counted(sum(counts.values()), 'seed')} in {shown(config.bags)}: {listed}")
        for line in advice_lines(_kinds(ledger)):
            print(line)
        for outcome in OTHER_THAN_CAPTURED:
            for line in _listed(ledger, outcome, counts.get(outcome, 0)):
                print(line)
        for line in _gone(missing):
            print(line)
    finally:
        ledger.close()
    return 0


_LOST = (
    "what no bag tells is not in it: failures and seeds that wait (run the same command again), validations, audits,"
    " deliveries (their receipts are beside the bags)"
)


def _listed(ledger: Ledger, outcome: str, count: int) -> Iterator[str]:
    if not count:
        return
    yield ""
    yield f"{outcome} ({count}) - {ADVICE[outcome]}"
    for each in islice(ledger.entries(outcome), LISTED):
        yield visible(f"  {each.name}: {each.reason or each.url}{f' [{each.bag}]' if each.bag else ''}")
    if count > LISTED:
        yield f"  ... and {count - LISTED} more: --json lists all"


def _gone(missing: list[tuple[str, str]]) -> Iterator[str]:
    if not missing:
        return
    yield ""
    yield f"bag missing ({len(missing)}) - not there any more; 'archiver run --recapture SEED' makes it anew"
    for name, bag in missing[:LISTED]:
        yield visible(f"  {name}: {bag}")
    if len(missing) > LISTED:
        yield f"  ... and {len(missing) - LISTED} more: --json lists all"


ADVICE = {
    "failed": "the next run tries again",
    "blocked": "kept as evidence; 'archiver run --retry' tries again",
    "gone": "kept as evidence; 'archiver run --retry' tries again",
    "refused": "the address is out of bounds; see 'archiver run --help'",
    "waiting": "not tried yet; run the same command again",
}


def _kinds(ledger: Ledger) -> Counter[str]:
    """How many seeds that are not captured there are of each class."""
    return Counter(_kind(each) for each in ledger.entries(*OTHER_THAN_CAPTURED))


def _kind(entry: Entry) -> str:
    return class_of(entry.outcome, str(entry.detail.get("kind")) if entry.detail else None, entry.reason)


def _stated(entry: Entry) -> dict[str, object]:
    return {
        "seed": entry.name,
        "url": entry.url,
        "outcome": entry.outcome,
        "kind": _kind(entry),
        "bag": entry.bag,
        "verdict": entry.verdict,
        "reason": entry.reason,
        "detail": entry.detail,
        "attempts": entry.attempts,
        "updated": entry.updated,
    }
