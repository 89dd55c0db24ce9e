"""`archiver demo`: the whole job on the made-up newspaper, and whether each seed ended as it should.

It archives, validates and shows; every step is the one real jobs take (run_job, validate_bag), with the network reduced
to loopback. It repairs nothing and deletes nothing: on a folder of an earlier run, seeds that are done stay done.
"""

import json
import os
import re
import shlex
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.config import Config
from archiver.demo.server import serve
from archiver.demo.web_archive import ARCHIVE
from archiver.errors import UsageError
from archiver.job.result import Result
from archiver.job.run_job import run_job
from archiver.model import Report
from archiver.seeds.sources import read_seeds
from archiver.validation.validator import validate_bag
from archiver.view.terminal import credits_once, differences, one_line, recovered

SEEDS = Path(__file__).parent / "seeds"
EDITED = "ferry-strike.txt"
"""The seed that differs from its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How a seed of the demo must end; `verdict` is None where there is no article to compare with."""

    outcome: str
    verdict: str | None
    why: str
    memento: str | None = None
    """The day of the web archive's copy that must be found."""

    def __str__(self) -> str:
        return _ended(self.outcome, self.verdict, self.memento)


EXPECTED = {
    "dredging-budget.txt": Expected(outcome="blocked", verdict=None, why="paywall (403)"),
    "ferry-strike.txt": Expected(outcome="captured", verdict="edited", why="seed and page differ"),
    "fish-market.txt": Expected(outcome="gone", verdict="same", why="taken down; archived", memento="2022-11-07"),
    "hale-light.txt": Expected(outcome="captured", verdict="same", why="unchanged"),
    "herring-talks.txt": Expected(outcome="captured", verdict="same", why="moved (301)"),
    "mill-bridge.txt": Expected(outcome="unread", verdict=None, why="front page instead (302)"),
    "plavucha-biblioteka.txt": Expected(outcome="captured", verdict="same", why="Ukrainian, windows-1251"),
    "sturmflut.txt": Expected(outcome="captured", verdict="same", why="German, windows-1252"),
    "tide-gauge.txt": Expected(outcome="captured", verdict="typographic", why="quotation marks, a box"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One seed of the tour: how it ended, what validation says of its bag, and the record of a valid one."""

    name: str
    result: Result
    report: Report | None
    record: dict[str, Any] | None

    @property
    def as_expected(self) -> bool:
        """Outcome and verdict are the ones the demo was made for, and the bag is valid."""
        return self.ended == str(EXPECTED[self.name]) and self.report is not None and self.report.ok

    @property
    def ended(self) -> str:
        """Outcome and, for a page that was captured, verdict."""
        memento = self.result.memento
        return _ended(self.result.outcome, self.result.verdict, memento["datetime"][:10] if memento else None)


def _ended(outcome: str, verdict: str | None, memento: str | None) -> str:
    if memento:
        return f"{outcome}; {verdict} {memento}"
    return f"{outcome}, {verdict}" if outcome == "captured" else outcome


def run_demo(
    folder: Path, operator: Config | None = None, *, say: Callable[[str], None], program: str = "archiver"
) -> int:
    """Archive the demo's seeds into `folder` and describe it through `say`, a line at a time. Of the settings of an
    `operator` the bags state who archives; `program` is how the reader can call archiver.

    Returns 0 when every seed ended as expected in a valid bag, 1 otherwise. Raises UsageError where the folder holds
    what is not the demo's, ArchiverError as run_job does.
    """
    if strange := sorted(_strangers(folder)):
        raise UsageError(f"{folder} holds {one_line(strange[0])}, which is not the demo's; name an empty or new folder")
    results: list[Result] = []
    with serve() as newspaper:
        say(f"A made-up newspaper is being served at {newspaper.address}; nothing leaves this machine.")
        say(f"Archiving its {len(EXPECTED)} seeds into {one_line(str(folder))}.")
        say("")
        config = Config(
            bags=folder, pace=0.0, connect_to=(newspaper.connect_to,), archives=(ARCHIVE,), **_who(operator or Config())
        )
        run_job(config, read_seeds([str(SEEDS)], limits=config.limits), on_result=results.append)
    stops = sorted((_visit(folder, each) for each in results), key=lambda stop: stop.name)
    for line in _tour(folder, stops, program):
        say(line)
    return 0 if _complete(stops) and all(stop.as_expected for stop in stops) else 1


def _who(operator: Config) -> dict[str, Any]:
    names = ("organisation", "organisation_address", "operator", "contact_name", "contact_email", "contact_phone")
    return {"organisation": "Ostrand County Archive"} | {
        name: value for name in names if (value := getattr(operator, name)) is not None
    }


def _strangers(folder: Path) -> Iterator[str]:
    """The files of the folder that are neither bags of the demo nor kept beside bags by archiver."""
    stems = "|".join(re.escape(Path(name).stem) for name in EXPECTED)
    ours = re.compile(rf"(?:{stems})-\d{{8}}T\d{{6}}Z-[0-9a-f]{{8}}|receipts|\..*")
    if os.path.lexists(folder) and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; name an empty or new one")
    if folder.is_dir():
        yield from (each.name for each in folder.iterdir() if not ours.fullmatch(each.name))


def _visit(folder: Path, result: Result) -> Stop:
    """Validate the bag of one seed; its record is read only where that found no fault."""
    bag = folder / result.bag if result.bag and (folder / result.bag).is_dir() else None
    report = validate_bag(bag) if bag else None
    sound = report is not None and report.ok
    record = json.loads((bag / "data" / "provenance.json").read_bytes()) if bag and sound else None
    return Stop(name=Path(result.seed).name, result=result, report=report, record=record)


def _complete(stops: list[Stop]) -> bool:
    return [stop.name for stop in stops] == sorted(EXPECTED)


def _tour(folder: Path, stops: list[Stop], program: str) -> Iterator[str]:
    yield f"  {'seed':<20} {'its page':<24} {'expected':<22} {'found':<22} bag"
    for stop in stops:
        yield from _row(stop)
    if not _complete(stops):
        yield f"  NOT AS EXPECTED: {len(stops)} seeds ended, not {len(EXPECTED)}"
    old = sum(not stop.result.new for stop in stops)
    if old:
        yield f"  {old} of {len(stops)} were done by an earlier run and stayed as they are."
    yield ""
    records = [(Path(stop.name).stem, stop.record) for stop in stops if stop.record is not None]
    for stop in stops:
        if stop.name == EDITED and stop.record is not None:
            yield from _comparison(stop.record)
    yield "Who is credited, for what, and the words that say so:"
    yield ""
    for name, record in records:
        yield from _credits(name, record)
    yield ""
    yield from _next(folder, stops, program)


def _row(stop: Stop) -> Iterator[str]:
    expected = EXPECTED[stop.name]
    bag = "none" if stop.report is None else "valid" if stop.report.ok else "NOT VALID"
    yield f"  {Path(stop.name).stem:<20} {expected.why:<24} {expected!s:<22} {stop.ended:<22} {bag}"
    if not stop.as_expected:
        lost = f"{stop.result.bag} is no longer here; run the demo into another folder"
        reason = lost if stop.result.bag and stop.report is None else stop.result.reason or "see below"
        yield f"    NOT AS EXPECTED: {one_line(reason)}"
    for finding in stop.report.findings if stop.report else ():
        if finding.severity == "error":
            yield f"    {finding.code}: {one_line(finding.path)}: {one_line(finding.message)}"


def _comparison(record: dict[str, Any]) -> Iterator[str]:
    kept = record["comparison"]["seed_coverage"]
    yield f"{EDITED} beside its page: {kept:.0%} of the seed's words are on the page. [-seed-] {{+page+}}"
    yield ""
    yield from differences(record)
    yield ""
    links = list(recovered(record))
    if links:
        yield "Links the seed had lost, recovered from the page:"
        yield ""
        yield from links
        yield ""


def _credits(name: str, record: dict[str, Any]) -> Iterator[str]:
    for credit in credits_once(record):
        shown = textwrap.shorten(one_line(credit.text), 34, placeholder=" ...")
        yield f"  {one_line(name):<20} {one_line(credit.who):<16} {one_line(credit.role):<15} {shown}"


def _next(folder: Path, stops: list[Stop], program: str) -> Iterator[str]:
    bags = shlex.quote(str(folder))
    edited = next((stop.result.bag for stop in stops if stop.name == EDITED and stop.result.bag), None)
    if edited:
        yield "The page of a bag, to be opened in a browser:"
        yield ""
        yield f"  {one_line(str(folder / edited / 'data/ro-crate-preview.html'))}"
        yield ""
    yield "Try next:"
    yield ""
    yield f"  {program} serve {bags}          browse, search and replay them on this machine"
    if edited:
        yield f"  {program} show {shlex.quote(str(folder / edited))}"
    yield f"  {program} validate {bags}"
    yield f"  {program} status --bags {bags}"
    yield f"  {program} run seeds/          your own seeds: text files that end in 'Original url: <address>'"
