"""`archiver diff` and `archiver history`: bags of one article over time, their pages read again by the running
extractor."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archiver import api
from archiver.bag.record import plain
from archiver.commands.settings import settings_of
from archiver.escape import visible
from archiver.model.comparison_words import verdict_words
from archiver.model.day_words import day_words
from archiver.series.diff_bags import diff_bags
from archiver.series.differences import Difference
from archiver.series.history import Captured
from archiver.series.history import history as history_of
from archiver.series.recorded_page import State
from archiver.view.terminal import differences


def diff(args: argparse.Namespace) -> int:
    """Print what differs; 0 where nothing does, 1 where something does. Raises StorageError."""
    found = diff_bags(args.older, args.newer)
    if args.json:
        print(json.dumps(as_json(found)))
    else:
        for line in _lines(found):
            print(visible(line))
        for line in differences({"comparison": {"lines": plain(found.lines)}}, colour=sys.stdout.isatty()):
            print(line)
    return 0 if found.same else 1


def as_json(found: Difference) -> dict[str, Any]:
    """The difference as `--json` has it."""
    return {
        "older": _state(found.older),
        "newer": _state(found.newer),
        "same": found.same,
        "verdict": found.verdict,
        "lines": plain(found.lines),
        "claims": {"added": plain(found.claims_added), "dropped": plain(found.claims_dropped)},
        "credits": {"added": plain(found.credits_added), "dropped": plain(found.credits_dropped)},
        "notices": {"added": plain(found.notices_added), "dropped": plain(found.notices_dropped)},
        "findings": [asdict(each) for each in found.findings],
    }


def _state(state: State) -> dict[str, Any]:
    return {"bag": state.bag, "captured": state.captured, "seal": state.seal, "photo": state.photo}


def _lines(found: Difference) -> list[str]:
    lines = [f"older  {found.older.captured}  {found.older.bag}", f"newer  {found.newer.captured}  {found.newer.bag}"]
    if found.same:
        return [*lines, "same: text, claims, credits, notices and photo"]
    for what, notices in (("added", found.notices_added), ("dropped", found.notices_dropped)):
        lines += [f"notice {what}: {each.kind}: {each.text}" for each in notices]
    lines.append(f"text: {verdict_words(found.verdict)}")
    lines += [f"{each.code}: {each.message}" for each in found.findings]
    lines += [f"credit added: {each.name} ({each.role})" for each in found.credits_added]
    for what, claims in (("added", found.claims_added), ("dropped", found.claims_dropped)):
        lines += [f"claim {what}: {each.name} {day_words(each.value)} ({each.source})" for each in claims]
    return lines


def history(args: argparse.Namespace) -> int:
    """Print the bags of a seed's address, the oldest first. Raises UsageError, StorageError."""
    config = settings_of(args)
    address = args.seed.lower().startswith(("http://", "https://"))
    seed = None if address else api.read_seed(Path(args.seed))
    url = seed.url if seed else args.seed
    found = list(history_of(config.bags, url, seed.sha256 if seed else None))
    if args.json:
        print(json.dumps([asdict(each) for each in found]))
        return 0
    for each in found:
        print(visible(_bag_line(each)))
        for finding in each.findings or ():
            print(visible(f"  {finding.code}: {finding.message}"))
    if not found:
        print(visible(f"no bag of {url} in {config.bags}"))
    return 0


def _bag_line(each: Captured) -> str:
    if each.captured is None:
        return f"{each.bag}: not here any more"
    apart = "  (not compared with the one before)" if each.findings is None else ""
    return f"{each.captured}  {each.outcome or '':<8}  {each.verdict or '':<11}  {each.bag}{apart}"
