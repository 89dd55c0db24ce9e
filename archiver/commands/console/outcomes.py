"""Lines that commands print about what became of many things."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import TypeVar

from archiver.escape import counted, visible
from archiver.transfer.handoff import HandedOff
from archiver.transfer.receive import Received

Result = TypeVar("Result", HandedOff, Received)


def print_outcome(line: str, reason: str | None, notes: Sequence[str]) -> None:
    """A line on stdout, its notes below it."""
    print(visible(f"{line}{f': {reason}' if reason else ''}"), flush=True)
    for note in notes:
        print(visible(f"  note: {note}"), flush=True)


def print_results(
    results: Iterable[Result],
    show: Callable[[Result], None],
    args: argparse.Namespace,
    *,
    thing: str,
    order: Sequence[str],
) -> int:
    """Print each result as it comes, in words by `show` or as `--json`, and how many ended in which outcome. With
    `--quiet` only what was refused. The exit code: 1 when one was refused."""
    outcomes = Counter[str]()
    for each in results:
        outcomes[each.outcome] += 1
        if args.json:
            print(json.dumps(asdict(each)), flush=True)
        elif not (args.quiet and each.outcome != "refused"):
            show(each)
    if not args.quiet:
        counts = ", ".join(f"{outcomes[name]} {name}" for name in order)
        print(f"{counted(outcomes.total(), thing)}: {counts}", file=sys.stderr)
    return 1 if outcomes["refused"] else 0
