"""A report for people: lines for a terminal, and a page with plots as inline SVG, each with its figures in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

from archiver.escape import counted
from archiver.model.comparison_words import verdict_words
from archiver.reporting.facts import Report
from archiver.templates import render

_WIDE = 40
PLOTTED = ("captured", "unread", "gone", "blocked", "refused", "failed", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the time line: its label, its parts (outcome, height and place from the top, in hundredths)."""

    label: str
    total: int
    parts: Sequence[tuple[str, float, float]]


def octets(count: int) -> str:
    """A size for readers: `1.4 MB` (powers of 1000)."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    raise AssertionError


def lines_of(report: Report) -> Iterator[str]:
    """The report for a terminal."""
    yield f"{counted(report.seeds, 'seed')} in {report.bags}, {counted(report.kept, 'bag')}"
    yield from _bars("outcomes", list(report.outcomes.items()))
    if report.partial:
        yield f"  {report.partial:,} of the captured in part"
    yield from _bars("verdicts", [(verdict_words(name), count) for name, count in report.verdicts.items()])
    yield from _bars("settled", [(time, sum(counts.values())) for time, counts in report.times])
    yield from _bars("agencies credited", report.agencies)
    if report.failures:
        yield from ("", "not captured, by cause")
    for each in report.failures:
        yield f"{each.count:>9,} {each.cause:<12} {each.advice}"
        if each.where:
            yield f"{'':>23}at {each.where}"
    if report.looked_into:
        yield from ("", f"sizes of {_looked(report)}")
        yield f"  {octets(report.octets)} together, median {octets(report.median_octets)}"
        yield from (f"  {octets(size):>10}  {bag}" for bag, size in report.largest[:5])
    if report.slowest:
        yield from ("", "slowest hosts: median, longest capture")
    for slow in report.slowest[:10]:
        yield f"{slow.median_seconds:>9.1f} s {slow.longest_seconds:>9.1f} s  {slow.host} ({slow.captures:,})"
    if report.restrictions:
        yield from ("", "restrictions and takedowns in force")
    for noted in report.restrictions:
        yield f"  {noted.bag}: {noted.access}, since {noted.time[:10]}: {noted.reason}"


def _looked(report: Report) -> str:
    every = report.looked_into == report.kept
    return f"all {report.kept:,} bags" if every else f"{report.looked_into:,} of {report.kept:,} bags, the newest here"


def _bars(heading: str, rows: Sequence[tuple[str, int]]) -> Iterator[str]:
    most = max((count for _, count in rows), default=0)
    if most:
        yield from ("", heading)
    for name, count in rows if most else ():
        yield f"{count:>9,} {'#' * max(1, round(_WIDE * count / most)):<{_WIDE}} {name}"


def page_of_report(report: Report, beside: Path | None = None) -> bytes:
    """The report as a page; `beside` is the folder it will lie in, from which it leads to the pages of bags."""
    highest = max((sum(counts.values()) for _, counts in report.times), default=0)
    page = render(
        "report.html",
        report=report,
        outcomes=_scaled(list(report.outcomes.items())),
        verdicts=_scaled([(verdict_words(name), count) for name, count in report.verdicts.items()]),
        agencies=_scaled(report.agencies),
        slowest=_scaled([(f"{each.host} ({each.captures:,})", each.median_seconds) for each in report.slowest]),
        columns=[_column(time, counts, highest) for time, counts in report.times],
        plotted=[each for each in PLOTTED if each in report.outcomes],
        octets=octets,
        looked=_looked(report),
        newest=[(seed, outcome, _address(report, bag, beside)) for bag, seed, outcome in report.newest],
    )
    return page.encode("utf-8")


def _scaled(rows: Sequence[tuple[str, float]]) -> list[tuple[str, float, float]]:
    """Label, value and length in hundredths."""
    most = max((value for _, value in rows), default=0) or 1
    return [(name, value, round(100 * value / most, 2)) for name, value in rows]


def _column(time: str, counts: dict[str, int], highest: int) -> Column:
    parts, top = [], 100.0
    for outcome in PLOTTED:
        if count := counts.get(outcome, 0):
            height = 100 * count / highest
            top -= height
            parts.append((outcome, round(height, 2), round(top, 2)))
    return Column(label=time, total=sum(counts.values()), parts=parts)


def _address(report: Report, bag: str, beside: Path | None) -> str:
    page = Path(report.bags) / bag / "data" / "ro-crate-preview.html"
    if beside is None or not page.is_file():
        return ""
    return quote(relpath(page.resolve(), beside.resolve()))
