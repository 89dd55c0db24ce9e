"""Lines that commands print about what became of many things."""

import sys
from collections import Counter
from collections.abc import Sequence

from archiver.escape import counted, visible


def print_outcome(line: str, reason: str | None, notes: Sequence[str]) -> None:
    """A line on stdout, its notes below it."""
    print(visible(f"{line}{f': {reason}' if reason else ''}"), flush=True)
    for note in notes:
        print(visible(f"  note: {note}"), flush=True)


def print_counts(total: int, thing: str, outcomes: Counter[str], order: Sequence[str]) -> None:
    """How many ended in which outcome, on stderr."""
    print(f"{counted(total, thing)}: {', '.join(f'{outcomes[name]} {name}' for name in order)}", file=sys.stderr)
