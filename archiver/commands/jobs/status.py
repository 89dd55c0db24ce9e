"""`archiver status` and `report`: what the ledger says, seed by seed and as a whole."""

import argparse
import json
import os
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from archiver.commands.settings import settings_of
from archiver.errors import StorageError
from archiver.escape import counted, visible
from archiver.families.new_address import WORDS, NewAddresses
from archiver.job.advice import advice_lines
from archiver.ledger.entries import Entry
from archiver.ledger.ledger import PATH, Ledger
from archiver.ledger.lock import bags_locked
from archiver.ledger.places import document_is_gone, forget_gone, lines
from archiver.ledger.rebuild import rebuild
from archiver.ledger.restrictions import Restrictions
from archiver.reporting.causes import NOT_CAPTURED, Cause, cause_of, causes_of
from archiver.reporting.facts import report_of
from archiver.reporting.page import lines_of, page_of_report

LISTED = 20


def status(args: argparse.Namespace) -> int:
    """Print counts and every seed that is not captured or whose bag is gone.

    Raises StorageError where there is no ledger."""
    config = settings_of(args)
    if args.rebuild:
        done = rebuild(config.bags, lambda *count: None if args.quiet else _rebuilding(*count))
        if not args.quiet:
            aside = f"; the old one is {visible(str(done.aside))}" if done.aside else ""
            print(f"a new ledger, of {counted(done.bags, 'bag')}{aside}\n{_LOST}", file=sys.stderr)
    _require_ledger(config.bags)
    if args.forget:
        with bags_locked(config.bags), closing(Ledger(config.bags)) as ledger:
            forgotten = forget_gone(ledger)
        if not args.quiet:
            print(f"{counted(forgotten, 'seed')} let go, whose documents are gone", file=sys.stderr)
    ledger = Ledger(config.bags, read_only=True)
    try:
        counts = ledger.counts()
        if args.json:
            lists = {
                "seeds": map(_stated, ledger.entries(*NOT_CAPTURED)),
                "proposals": map(asdict, NewAddresses(ledger, config.bags, _today()).proposals()),
                "missing": ({"seed": name, "bag": bag} for name, bag in _missing(ledger, config.bags)),
            }
            restricted = [asdict(each) for each in Restrictions(config.bags).in_force]
            causes = causes_of(ledger.entries(*NOT_CAPTURED))
            head = {
                "bags": str(config.bags),
                "counts": counts,
                "kinds": {each.cause: each.count for each in causes},
                "failures": [_failures(each) for each in causes],
                "restrictions": restricted,
            }
            _print_json(head, lists)
            return 0
        listed = ", ".join(_count(ledger, outcome, count) for outcome, count in counts.items()) or "none yet"
        print(f"{counted(sum(counts.values()), 'seed')} in {visible(str(config.bags))}: {listed}")
        for cause in causes_of(ledger.entries(*NOT_CAPTURED)):
            for line in advice_lines({cause.cause: cause.count}):
                print(line)
            if cause.where:
                print(visible(f"{'':>20}at {cause.where}"))
        for outcome in NOT_CAPTURED:
            for line in _listed(ledger, outcome, counts.get(outcome, 0)):
                print(line)
        for line in _gone(_missing(ledger, config.bags)):
            print(line)
        for line in moved_lines(ledger, config.bags):
            print(visible(line))
        if noted := Restrictions(config.bags).in_force:
            print(f"{counted(len(noted), 'bag')} may be shown less than sealed: archiver restrict --list")
    finally:
        ledger.close()
    return 0


def _count(ledger: Ledger, outcome: str, count: int) -> str:
    partial = ledger.partial() if outcome == "captured" else 0
    return f"{count} {outcome}{f' ({partial} in part)' if partial else ''}"


def _rebuilding(done: int, total: int) -> None:
    if total >= 1_000:
        print(f"{done:,} of {total:,} bags or receipts read", file=sys.stderr, flush=True)


def _require_ledger(bags: Path) -> None:
    """Raises StorageError where nothing was archived."""
    if not os.path.lexists(bags / PATH):
        advice = "name the folder with --bags; where there are bags, 'archiver status --rebuild' makes one"
        raise StorageError(f"{bags} has no ledger: nothing was archived there yet, or it was deleted; {advice}")


_LOST = (
    "what no bag says is not in it: failures and seeds that wait (run the same command again), validations, audits,"
    " deliveries of groups and of what was made for a receiver (their receipts are beside the bags)"
)


def _listed(ledger: Ledger, outcome: str, count: int) -> Iterator[str]:
    if not count:
        return
    yield ""
    yield f"{outcome} ({count}) - {ADVICE[outcome]}{'; the newest first' if count > 1 else ''}"
    for line in lines(ledger.entries(outcome, most=LISTED, newest=True)):
        yield visible(line)
    if count > LISTED:
        yield f"  ... and {count - LISTED} more: --json lists all"


def _print_json(first: Mapping[str, object], then: Mapping[str, Iterable[object]]) -> None:
    """One object on one line, as `json.dumps` has it. Of a million seeds, the lists in it do not fit into memory."""
    print(json.dumps(first).removesuffix("}"), end="")
    for key, values in then.items():
        print(f", {json.dumps(key)}: [", end="")
        between = ""
        for each in values:
            print(between, json.dumps(each), sep="", end="")
            between = ", "
        print("]", end="")
    print("}")


def _missing(ledger: Ledger, bags: Path) -> Iterator[tuple[str, str]]:
    """(seed, bag) of each bag that is neither in the folder nor delivered elsewhere, by the name of the seed."""
    # To ask for each of a million would take long; their names take 150 MB, hashes of 64 bits a tenth of it, and that
    # one that is missing has the hash of one that is there happens once in so many million ledgers.
    there = array("q", sorted(array("q", (hash(each.name) for each in os.scandir(bags)))))
    for name, bag in ledger.bags():
        wanted = hash(bag)
        place = bisect_left(there, wanted)
        if place == len(there) or there[place] != wanted:
            yield name, bag


def _today() -> date:
    return datetime.now(UTC).date()


def moved_lines(ledger: Ledger, bags: Path) -> Iterator[str]:
    """Where articles that are gone may be now, of the first that are."""
    search = NewAddresses(ledger, bags, _today())
    found = list(search.proposals(LISTED))
    if found:
        yield ""
        yield f"perhaps moved ({len(found)}) - nothing was fetched; put the right one into the seed"
    for each in found:
        yield f"  {each.seed}: {each.proposed} ({WORDS[each.evidence]}: {each.bag})"
    for site, count in search.unlooked.items():
        yield f"  {site}: {counted(count, 'captured page')} more were not looked at"


def _gone(missing: Iterable[tuple[str, str]]) -> Iterator[str]:
    first, count = list[tuple[str, str]](), 0
    for count, each in enumerate(missing, 1):
        if count <= LISTED:
            first.append(each)
    if not count:
        return
    yield ""
    yield f"bag missing ({count}) - not there any more; 'archiver run --recapture SEED' makes it anew"
    for name, bag in first:
        yield visible(f"  {name}: {bag}")
    if count > LISTED:
        yield f"  ... and {count - LISTED} more: --json lists all"


ADVICE = {
    "failed": "the next run tries again",
    "unread": "kept as evidence; the next run asks again where that may help, 'archiver run --retry' for all of them",
    "blocked": "kept as evidence; 'archiver run --retry' tries again",
    "gone": "kept as evidence; 'archiver run --retry' tries again",
    "refused": "the address is out of bounds; see 'archiver run --help'",
    "waiting": "not tried yet; run the same command again",
}


def _failures(cause: Cause) -> dict[str, object]:
    hosts = [{"host": host, "seeds": count} for host, count in cause.hosts]
    return {"cause": cause.cause, "count": cause.count, "hosts": hosts, "more": cause.more}


def _stated(entry: Entry) -> dict[str, object]:
    return {
        "seed": entry.name,
        "place": entry.place,
        "document_gone": document_is_gone(entry),
        "url": entry.url,
        "outcome": entry.outcome,
        "kind": cause_of(entry),
        "bag": entry.bag,
        "verdict": entry.verdict,
        "reason": entry.reason,
        "detail": entry.detail,
        "attempts": entry.attempts,
        "updated": entry.updated,
    }


def report(args: argparse.Namespace) -> int:
    """Print the report over a folder of bags, or write it as a page. Raises UsageError, StorageError."""
    config = settings_of(args)
    bags = args.folder or config.bags
    _require_ledger(bags)
    made = report_of(bags)
    if args.html:
        try:
            args.html.write_bytes(page_of_report(made, args.html.parent))
        except OSError as error:
            raise StorageError.from_os(f"write {args.html}", error) from error
        if not args.quiet:
            print(visible(f"archiver: wrote {args.html}"), file=sys.stderr)
    if args.json:
        print(json.dumps(made.plain()))
    elif not args.html:
        for line in lines_of(made):
            print(visible(line))
    return 0
