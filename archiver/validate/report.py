"""Reports as people and programs read them: lines of text, or one JSON object (schemas/report.schema.json).

Text from bags is shown with control characters made visible; it judges nothing.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Literal

from archiver.model import Report
from archiver.visible import visible

VERSION = "1.0"


def render(reports: Iterable[Report], form: Literal["text", "json"]) -> Iterator[str]:
    """The reports piece by piece, as they come, each piece ending where a line does."""
    return _text(reports) if form == "text" else _json(reports)


def _text(reports: Iterable[Report]) -> Iterator[str]:
    for report in reports:
        yield f"{'passed' if report.ok else 'failed'} {visible(report.bag)}\n"
        for each in report.findings:
            where = f" {visible(each.path)}" if each.path else ""
            sides = [f"; expected {visible(each.expected)}"] if each.expected is not None else []
            sides += [f"; found {visible(each.found)}"] if each.found is not None else []
            yield f"  {each.code} {each.severity}{where}: {visible(each.message)}{''.join(sides)}\n"


def _json(reports: Iterable[Report]) -> Iterator[str]:
    verdicts, severities = Counter[bool](), Counter[str]()
    yield f'{{"version": "{VERSION}", "bags": ['
    for number, report in enumerate(reports):
        verdicts[report.ok] += 1
        severities.update(each.severity for each in report.findings)
        bag = {
            "bag": report.bag,
            "ok": report.ok,
            "checks": dict(report.checks),
            "findings": [asdict(each) for each in report.findings],
        }
        yield f"{',' if number else ''}\n{json.dumps(bag)}"
    summary = {
        "bags": verdicts.total(),
        "passed": verdicts[True],
        "failed": verdicts[False],
        "findings": {name: severities[name] for name in ("error", "warning", "info")},
    }
    yield f'\n], "summary": {json.dumps(summary)}}}\n'
