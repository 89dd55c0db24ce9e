"""`archiver trace`: the states of a seed's original over time, from web archives and own bags."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from archiver.bag.record import plain
from archiver.commands.settings import settings_of, tell_contact
from archiver.escape import visible
from archiver.job.check_settings import checked
from archiver.mementos.choose import shown
from archiver.model import SeedRefused
from archiver.model.comparison_words import verdict_words
from archiver.redaction.addresses import without_secrets
from archiver.redaction.json_values import over
from archiver.redaction.removed import Removed
from archiver.seeds.sources import read_seeds
from archiver.tracing.points import TracedState, drawn
from archiver.tracing.trace import Trace
from archiver.tracing.trace import trace as trace_seed


def trace(args: argparse.Namespace) -> int:
    """Trace each seed; 0 where each has a state that is known, 1 otherwise. Raises UsageError, StorageError."""
    config = checked(settings_of(args, {"trace_requests": args.requests}))
    tell_contact(config, quiet=args.quiet)
    code = 0
    for seed in read_seeds(args.seeds, limits=config.limits):
        if isinstance(seed, SeedRefused):
            print(visible(f"archiver: {seed.origin}: {seed.reason}"), file=sys.stderr)
            code = 1
            continue
        found = trace_seed(seed, config)
        code = code if found.states else 1
        plain_text = _without_secrets if args.redact else str
        if args.json:
            print(json.dumps(over(as_json(found), plain_text)), flush=True)
            continue
        for line in _lines(found):
            print(visible(plain_text(line)), flush=True)
    return code


def _without_secrets(text: str) -> str:
    """A text whose addresses have no tokens and passwords."""
    return without_secrets(text, Removed())


def as_json(found: Trace) -> dict[str, Any]:
    """The trace as `--json` has it."""
    return {
        "seed": found.seed,
        "states": [
            {
                "from": shown(each.from_),
                "to": shown(each.to),
                "verdict": each.verdict,
                "seed_coverage": plain(each.seed_coverage),
                "uri": each.uri,
                "status": each.status,
            }
            for each in found.states
        ],
        "changes": [
            {"after": shown(each.after), "before": shown(each.before), "what": list(each.what)}
            for each in found.changes
        ],
        "read": found.read,
        "held": found.held,
        "notes": list(found.notes),
    }


def _lines(found: Trace) -> Iterator[str]:
    yield f"{found.seed}: {found.url}"
    captures = f"{found.held} {'capture' if found.held == 1 else 'captures'}"
    yield f"  {found.read} of {captures} read"
    if found.points:
        yield f"  {shown(found.points[0].moment)[:10]}  {drawn(found.points)}  {shown(found.points[-1].moment)[:10]}"
    for each in found.states:
        until = "" if each.to == each.from_ else f" to {shown(each.to)}"
        yield f"  {each.label:<3}  {shown(each.from_)}{until}  {_outcome_words(each)}  {each.uri}"
    for change in found.changes:
        yield f"  changed after {shown(change.after)}, before {shown(change.before)}:"
        yield from (f"    {each}" for each in change.what)
    yield from (f"  {each}" for each in found.notes)


def _outcome_words(state: TracedState) -> str:
    if state.verdict is None:
        return f"status {state.status}: {'no page' if state.label != '-' else 'not the article'}"
    return f"{verdict_words(state.verdict)}, {state.seed_coverage or 0:.0%} of the seed"
