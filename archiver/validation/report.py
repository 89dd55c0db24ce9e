"""Reports as people and programs read them: text, JSON (schemas/report.schema.json), JUnit, GitHub annotations.

Text from bags is shown with control characters made visible; it judges nothing.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Literal, get_args

from archiver.escape import ORDER, counted, visible
from archiver.model import Finding, Report

VERSION = "1.0"
Form = Literal["text", "json", "junit", "github"]
FORMS: tuple[Form, ...] = get_args(Form)
Passes = Callable[[Report], bool]
REASONS = 200
"""Different reasons for checks not made that the text lists."""


def passes(report: Report) -> bool:
    """The usual verdict: nothing is an error."""
    return report.ok


def passes_without_warnings(report: Report) -> bool:
    """The verdict of `--fail-on warning`."""
    return report.ok and not any(each.severity == "warning" for each in report.findings)


def first_error(report: Report) -> Finding | None:
    """The error for a report of one line: that of a file which is not as it was, before what may follow from it."""
    errors = [each for each in report.findings if each.severity == "error"]
    return min(errors, key=_rank, default=None)


_OF_FILES = frozenset(("FIX001", "FIX002", "FIX004", "FIX011", "FIX012", "BAG044", "BAG045", "BAG046"))
"""Files that are not as the manifests say: other, missing, unreadable or added. Record, WARC, crate and index do not
match such a file either, so that one damaged file has many findings."""
_FOLLOWS = 2


def _rank(each: Finding) -> int:
    """0 for a manifest that is not as it was, 1 for another file, 2 for what may follow from those."""
    if each.code not in _OF_FILES:
        return _FOLLOWS
    return 0 if each.path.startswith(("manifest-", "tagmanifest-")) else 1


def _by_cause(report: Report) -> tuple[list[Finding], list[Finding]]:
    """(files that are not as they were, all else), each in the order of the report."""
    in_order = sorted(report.findings, key=_rank)
    causes = sum(_rank(each) < _FOLLOWS for each in in_order)
    return in_order[:causes], in_order[causes:]


def render(reports: Iterable[Report], form: Form, *, passed: Passes = passes, quiet: bool = False) -> Iterator[str]:
    """The reports piece by piece, as they come, no piece with more than one finding; `quiet` leaves out of the text
    what passed."""
    if form == "text":
        return _text(reports, passed, quiet)
    return {"json": _json, "junit": _junit, "github": _github}[form](reports, passed)


def _text(reports: Iterable[Report], passed: Passes, quiet: bool) -> Iterator[str]:
    """A line a bag with its findings below it; at the end the checks that were not made, and why."""
    unmade: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for report in reports:
        good = passed(report)
        if good and quiet:
            continue
        for name, reason in report.reasons.items():
            if reason in unmade or len(unmade) < REASONS:
                unmade[reason][name] += 1
        yield f"{'passed' if good else 'failed'} {visible(report.bag)}\n"
        causes, others = _by_cause(report)
        yield from map(_line, causes)
        if causes and (following := sum(each.severity != "info" for each in others)):
            yield f"  {following} more may follow from that: first put the files back as they were\n"
        yield from map(_line, others)
    yield from _not_checked(unmade)


def _line(each: Finding) -> str:
    where = f" {visible(each.path)}" if each.path else ""
    return f"  {each.code} {each.severity}{where}: {_sentence(each)}\n"


def _not_checked(unmade: Mapping[str, Counter[str]]) -> Iterator[str]:
    for reason, names in sorted(unmade.items(), key=lambda each: -max(each[1].values(), default=0)):
        by_count: defaultdict[int, list[str]] = defaultdict(list)
        for name, count in names.items():
            by_count[count].append(name)
        for count, checks in by_count.items():
            yield f"not checked in {counted(count, 'bag')}: {', '.join(checks)} ({visible(reason)})\n"


def _sentence(each: Finding) -> str:
    sides = [f"; expected {visible(each.expected)}"] if each.expected is not None else []
    sides += [f"; found {visible(each.found)}"] if each.found is not None else []
    return f"{visible(each.message)}{''.join(sides)}"


def _json(reports: Iterable[Report], passed: Passes) -> Iterator[str]:
    verdicts, severities = Counter[bool](), Counter[str]()
    yield f'{{"version": "{VERSION}", "bags": ['
    for number, report in enumerate(reports):
        good = passed(report)
        verdicts[good] += 1
        severities.update(each.severity for each in report.findings)
        row = {"bag": report.bag, "ok": good, "checks": dict(report.checks), "not_checked": dict(report.reasons)}
        head = _dumps(row)
        yield f'{"," if number else ""}\n{head[:-1]}, "findings": ['
        for place, each in enumerate(report.findings):
            yield f"{', ' if place else ''}{_dumps(asdict(each))}"
        yield "]}"
    summary = {
        "bags": verdicts.total(),
        "passed": verdicts[True],
        "failed": verdicts[False],
        "findings": {name: severities[name] for name in ("error", "warning", "info")},
    }
    yield f'\n], "summary": {json.dumps(summary)}}}\n'


def _dumps(value: object) -> str:
    """JSON whose strings, which mean the same, order nothing where a CI service reads them."""
    return ORDER.sub(r"\\u0023#", json.dumps(value))


def _junit(reports: Iterable[Report], passed: Passes) -> Iterator[str]:
    """A suite for each bag, a case for each check: what made a bag fail is a failure, a check not made is skipped."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="archiver validate">\n'
    for report in reports:
        good = passed(report)
        wrong: dict[str, list[Finding]] = {}
        decides = "warning" if report.ok else "error"
        for each in () if good else report.findings:
            if each.severity == decides:
                wrong.setdefault(_check(each), []).append(each)
        unmade = {name for name, judgement in report.checks.items() if judgement == "not checked" and name not in wrong}
        failures = sum(name in wrong for name in report.checks)
        counts = f'tests="{len(report.checks)}" failures="{failures}" errors="0" skipped="{len(unmade)}"'
        yield f"  <testsuite name={_attribute(report.bag)} {counts}>\n"
        for name in report.checks:
            yield f"    <testcase classname={_attribute(report.bag)} name={_attribute(name)}>"
            yield from map(_failure, wrong.get(name, ()))
            yield (
                f"<skipped message={_attribute(_why(report, name))}/></testcase>\n"
                if name in unmade
                else "</testcase>\n"
            )
        yield "    <system-out>"
        yield from (
            _xml(visible(f"{each.code} {each.severity} {each.path}: {_sentence(each)}") + "\n")
            for each in report.findings
        )
        yield "</system-out>\n  </testsuite>\n"
    yield "</testsuites>\n"


def _why(report: Report, name: str) -> str:
    reason = report.reasons.get(name)
    return f"not checked: {reason}" if reason else "not checked"


def _check(each: Finding) -> str:
    from archiver.validation.rules.registry import RULES

    return RULES[each.code].check


def _failure(each: Finding) -> str:
    where = f"{each.path}: " if each.path else ""
    return f"<failure type={_attribute(each.code)} message={_attribute(where + _sentence(each))}/>"


def _attribute(text: str) -> str:
    return f'"{_escaped(visible(text))}"'


def _xml(text: str) -> str:
    return _escaped("".join(line + "\n" for line in map(visible, text.splitlines())))


def _escaped(text: str) -> str:
    from html import escape  # imports a table of all entities, which most reports do without

    return ORDER.sub("&#35;#", escape(text))


def _github(reports: Iterable[Report], passed: Passes) -> Iterator[str]:
    """Workflow commands, one an error or warning; GitHub shows them at the file, where the bag is part of the
    repository. It shows ten of a kind: notes, several for each sound bag, are lines of the log, and one notice sums up.
    """
    verdicts, notes = Counter[bool](), Counter[str]()
    for report in reports:
        verdicts[passed(report)] += 1
        causes, others = _by_cause(report)
        for each in (*causes, *others):
            if each.severity == "info":
                notes[each.code] += 1
                yield f"  {_data(_line(each).strip())}\n"
                continue
            file = f"{report.bag}/{each.path}" if each.path else report.bag
            properties = f"file={_property(file)},title={_property(f'{each.code} {report.bag}')}"
            yield f"::{each.severity} {properties}::{_data(_sentence(each))}\n"
        yield f"{'passed' if passed(report) else 'failed'} {_data(visible(report.bag))}\n"
    counts = f"{counted(verdicts.total(), 'bag')}: {verdicts[True]} passed, {verdicts[False]} failed"
    if notes:
        listed = ", ".join(f"{code} ({count})" for code, count in sorted(notes.items()))
        counts += f"; {counted(notes.total(), 'note')} in the log: {listed}"
    yield f"::notice title=archiver validate::{counts}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
