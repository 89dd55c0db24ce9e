"""`archiver diff`: two bags of one article, their pages read again by the running extractor."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from archiver.bag.record import plain
from archiver.escape import visible
from archiver.model.comparison_words import verdict_words
from archiver.series.diff_bags import diff_bags
from archiver.series.differences import Difference
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
        "findings": [asdict(each) for each in found.findings],
    }


def _state(state: State) -> dict[str, Any]:
    return {"bag": state.bag, "captured": state.captured, "seal": state.seal, "photo": state.photo}


def _lines(found: Difference) -> list[str]:
    told = [f"older  {found.older.captured}  {found.older.bag}", f"newer  {found.newer.captured}  {found.newer.bag}"]
    if found.same:
        return [*told, "same: text, claims, credits and photo"]
    told.append(f"text: {verdict_words(found.verdict)}")
    told += [f"{each.code}: {each.message}" for each in found.findings]
    told += [f"credit added: {each.name} ({each.role})" for each in found.credits_added]
    for what, claims in (("added", found.claims_added), ("dropped", found.claims_dropped)):
        told += [f"claim {what}: {each.name} {each.value} ({each.source})" for each in claims]
    return told
