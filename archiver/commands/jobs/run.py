"""`archiver run`: seeds in, bags out."""

import argparse
import json
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archiver import api
from archiver.api import SeedResult
from archiver.browser.available import browser_hint
from archiver.commands.console.json_log import json_log
from archiver.commands.console.repeated import RepeatedAddresses
from archiver.commands.credentials import endpoint, with_keys
from archiver.commands.settings import settings_of, tell_contact
from archiver.config import ANONYMOUS, CASE_FILE, Config, ConnectTo
from archiver.escape import counted, visible
from archiver.job.advice import advice_lines
from archiver.job.check_settings import checked
from archiver.job.events import Event, JobEnded, LedgerFilled
from archiver.job.queue.plan import plan
from archiver.job.result import COMPARED, Result, Summary
from archiver.job.seed_result import MementoUsed
from archiver.job.workers.watchdog import CPU_SECONDS
from archiver.model.comparison_words import copy_words
from archiver.network.dial import check_proxy
from archiver.packaging.open_target import is_folder
from archiver.seeds.sources import count_seeds, left_alone, left_alone_in_words, read_seeds

DEFAULT_SEEDS = "seeds"


def run(args: argparse.Namespace) -> int:
    """Archive the seeds named in `args`. Raises UsageError, StorageError."""
    _part_files_from_seeds(args)
    config = settings(args)
    targets = args.seeds or [DEFAULT_SEEDS]
    _tell_unknown_agencies(config, quiet=args.quiet)
    if args.dry_run:
        if not args.quiet:
            tell_left_alone(targets)
        # It asks nobody, so it can be looked at before there is a proxy; a run would end here, and so says the code.
        code = _dry_run(checked(replace(config, proxy_required=False)), targets, as_json=args.json, quiet=args.quiet)
        check_proxy(config.proxy, required=config.proxy_required)
        return code
    if not args.quiet:
        tell_left_alone(targets)
    tell_contact(config, quiet=args.quiet)
    started = time.monotonic()
    stop, summary, repeated = threading.Event(), Summary(), RepeatedAddresses()
    with _stopping(stop), _watched(args, count_seeds(targets)) as watch:

        def on_event(event: Event) -> None:
            if isinstance(event, JobEnded):
                summary.counts, summary.kinds = dict(event.counts), dict(event.kinds)
                summary.new_bags, summary.interrupted = event.new_bags, event.interrupted
                summary.unclosed = event.unclosed
            watch(event)

        for each in api.archive(targets, bags=config.bags, config=config, stop=stop, on_event=on_event):
            summary.partial += each.partial
            summary.views_differ += each.views_differ
            summary.warnings += each.new and each.warning is not None
            summary.missing += not each.new and each.warning is not None
            repeated.note(each.url, each.seed, each.name)
            _print(each, bags=config.bags, as_json=args.json, imported=bool(config.imports) and each.new)
    seconds = time.monotonic() - started
    if not (args.quiet or args.log_json == "-"):
        _sum_up(summary, config, seconds)
        _say(repeated.lines())
    return summary.exit_code


def _tell_unknown_agencies(config: Config, *, quiet: bool) -> None:
    """Say on stderr, before anything is fetched, which rules may not find the agency that is meant."""
    if quiet or not config.rights:
        return
    from archiver.job.rights_rule import unknown_agencies  # which imports the tables of names

    for name in unknown_agencies(config):
        said = f"archiver: [[rights]] agency = {name}: not in the table of agencies"
        print(visible(f"{said}; the rule fits only where a credit has this very name"), file=sys.stderr)


def _part_files_from_seeds(args: argparse.Namespace) -> None:
    """`--from FILE... SEED...`: what follows the files, and is by its name none, is a seed."""
    given: list[str] = args.imports or []
    if not given:
        args.imports = []
        return
    from archiver.imports.files import looks_like_captures

    files = [each for number, each in enumerate(given) if number == 0 or looks_like_captures(each)]
    args.seeds = [*(each for each in given if each not in files), *args.seeds]
    args.imports = files


_SWITCHES = (
    *("guess_url", "retry", "recapture", "only_changed", "allow_private", "insecure", "fast_text"),
    *("screenshot", "consent", "browser_no_sandbox"),
)
_FROM_ARGUMENTS = (
    *("jobs", "executor", "pace", "user_agent", "proxy", "ca_bundle", "cookies", "robots", "memento", "confirm"),
    *("second_view", "deliver", "deliver_form", "deliver_endpoint"),
    *("browser", "browser_executable", "bracket"),
    *CASE_FILE,
)


def settings(args: argparse.Namespace) -> Config:
    """Defaults, file and command line. Raises UsageError, StorageError."""
    if getattr(args, "fast_text", False):
        print("archiver: --fast-text does nothing: the text depends on the page alone", file=sys.stderr)
    given: dict[str, Any] = {name: getattr(args, name, None) for name in _FROM_ARGUMENTS}
    given |= {name: True for name in _SWITCHES if getattr(args, name, False)}
    given |= {name: False for name in ("requisites", "shared") if getattr(args, f"no_{name}", False)}
    if getattr(args, "imports", None):
        given["imports"] = tuple(map(Path, args.imports))
    if args.connect_to:
        given["connect_to"] = tuple(ConnectTo.from_text(each) for each in args.connect_to)
    config = with_last_resort(with_keys(settings_of(args, given), args), as_program=getattr(args, "as_program", False))
    if config.deliver and not is_folder(config.deliver):
        config = replace(config, deliver_endpoint=endpoint(config.deliver_endpoint))
    return config


def with_last_resort(config: Config, *, as_program: bool) -> Config:
    """The settings with a bound of the processor's time for each seed, which makes a job of one process start another;
    only where nobody else's program would be imported by it (docs/adr/0192)."""
    return replace(config, seed_cpu_seconds=CPU_SECONDS) if as_program and config.seed_cpu_seconds is None else config


def _dry_run(config: Config, targets: list[str], *, as_json: bool, quiet: bool) -> int:
    problems, to_fetch, repeated = 0, False, RepeatedAddresses()
    for each in plan(config, read_seeds(targets, limits=config.limits, guess_url=config.guess_url)):
        problems += each.is_problem
        result = each.result
        if as_json:
            row: dict[str, Any] = {"seed": each.seed, "url": each.url, "would": each.would}
            if result is None and config.archives and config.memento != "never":
                row["archives"] = [archive.name for archive in config.archives]
            print(json.dumps(row | {"reason": result and (result.warning or result.reason)}))
        elif result is None:
            remarks = f" ({'; '.join(each.remarks)})" if each.remarks else ""
            print(visible(f"{each.would:<8} {each.seed} {each.url or ''}{remarks}"))
        else:
            _as_line(result, result.bag)
        to_fetch = to_fetch or result is None
        repeated.note(each.url, each.seed, (result and result.bag) or each.seed)
    if not quiet:
        _say(repeated.lines(dry=True))
    if to_fetch and config.archives and config.memento != "never" and not as_json:
        when = "every address" if config.memento == "always" else "addresses that are gone, blocked, unread or differ"
        names = ", ".join(f"{each.name} ({each.url})" for each in config.archives)
        print(visible(f"would be asked about {when}: {names}"), file=sys.stderr)
    return 1 if problems else 0


def tell_left_alone(targets: Sequence[str]) -> None:
    """Say once on stderr which files of the folders are not read, and why. Raises StorageError."""
    if found := left_alone(targets):
        print(visible(left_alone_in_words(found)), file=sys.stderr)


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or SIGHUP finishes what is under way, the second ends at once."""

    def on_signal(number: int, _: object) -> None:
        if stop.is_set():
            print("archiver: stopped at once; run the same command again to go on", file=sys.stderr, flush=True)
            if os.isatty(2):
                os.write(2, b"\x1b[?25h")  # the progress bar has hidden the cursor
            os._exit(130)  # threads cannot be ended otherwise; what is staged is removed by the next run
        stop.set()
        name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
        print(f"archiver: {name}: finishing the seeds under way; once more stops at once", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which is how nohup starts us
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _watched(args: argparse.Namespace, total: int | None) -> Iterator[Callable[[Event], None]]:
    """Call each watcher with every event: the log, and the display at a terminal."""
    watchers: list[Callable[[Event], None]] = []
    with ExitStack() as stack:
        if args.log_json is not None:
            watchers.append(stack.enter_context(json_log(args.log_json)))
        if sys.stderr.isatty() and not args.quiet and args.log_json != "-":
            from archiver.commands.console.progress import progress

            watchers.append(stack.enter_context(progress(total, lines_too=sys.stdout.isatty())))
        elif not (args.quiet or args.log_json == "-"):
            watchers.append(_ledger_lines)

        def watch(event: Event) -> None:
            for each in watchers:
                each(event)

        yield watch


def _ledger_lines(event: Event) -> None:
    """For who has no terminal: that a ledger takes in many bags or receipts, the first time and every 5,000."""
    if isinstance(event, LedgerFilled) and event.total >= _MANY and (event.done % 5_000 == 0 or event.done <= _MANY):
        progress = f"{event.done:,} of {event.total:,}"
        print(f"reading bags and receipts that the ledger does not know: {progress}", file=sys.stderr, flush=True)


_MANY = 500
_ASKED_ABOUT = 20
"""Seeds that are gone of which new addresses are looked for when a job ends."""


def _compared(result: SeedResult, *, imported: bool) -> str:
    """The kind of document that was compared with the seed."""
    return "import" if imported else "memento" if result.memento else COMPARED


def _print(result: SeedResult, *, bags: Path, as_json: bool, imported: bool = False) -> None:
    if not as_json:
        _as_line(result, result.name, is_here=bool(result.name) and (bags / str(result.name)).is_dir())
        return
    values = {"bag": result.name}
    row = {name: values.get(name, getattr(result, name)) for name in _STATED}
    row |= {name: value for name in _STATED_IF_ANY if (value := getattr(result, name))}
    row["memento"] = asdict(result.memento) if result.memento else None
    row["comparison_source"] = _compared(result, imported=imported) if result.verdict else None
    print(json.dumps(row), flush=True)


_STATED = ("seed", "url", "outcome", "bag", "verdict", "reason")
_STATED_IF_ANY = ("partial", "warning", "package", "unchanged", "views_differ")


def _as_line(result: SeedResult | Result, bag: str | None, *, is_here: bool = False) -> None:
    parts = [f"{result.outcome:<8}", f"{result.verdict or '':<11}", result.seed]
    parts.append(f"-> {bag if is_here else result.package or bag}" if bag else "")
    parts.append("(in part)" if result.partial else "")
    parts.append("(differs from another place)" if result.views_differ else "")
    parts.append("(unchanged)" if result.unchanged else "" if result.new else "(done before)" if bag else "")
    if result.memento:
        copy = asdict(result.memento) if isinstance(result.memento, MementoUsed) else result.memento
        parts.append(f"(as {copy_words(copy['archive'], copy['datetime'])})")
    reason = f": {result.reason}" if result.reason and result.outcome != "captured" else ""
    reason += f": {result.warning}" if result.warning else ""
    print(visible(" ".join(part for part in parts if part.strip()) + reason), flush=True)


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        print(visible(line), file=sys.stderr)


def _moved(bags: Path) -> int:
    """How many of the seeds that are gone have an address where they may be now. Raises StorageError."""
    from archiver.families.new_address import moved  # which imports what reads pages

    return moved(bags, datetime.now(UTC).date(), _ASKED_ABOUT)


def _sum_up(summary: Summary, config: Config, seconds: float) -> None:
    total = sum(summary.counts.values())
    counts = ", ".join(f"{count} {outcome}" for outcome, count in summary.stated().items()) or "none"
    counts += f" ({summary.partial} in part)" if summary.partial else ""
    rate = f", {total / seconds:.1f} seeds a second" if seconds > 1 else ""
    bags = visible(str(config.bags))
    new = f"{counted(summary.new_bags, 'new bag')} in {visible(config.deliver) if config.deliver else bags}"
    print(f"{counted(total, 'seed')}: {counts}; {new} ({seconds:.1f} s{rate})", file=sys.stderr)
    if summary.views_differ:
        views = f"{counted(summary.views_differ, 'seed')} seen otherwise through {visible(config.second_view or '')}"
        print(f"{views}: archiver show BAG says how", file=sys.stderr)
    for line in advice_lines(summary.kinds):
        print(line, file=sys.stderr)
    absent = summary.counts.get("gone", 0) + summary.kinds.get("dns", 0)
    if absent and not config.archives and config.memento != "never":
        them = "it" if absent == 1 else "them"
        there = f"name a web archive in archiver.toml to look for {them} there (docs/capture/time.md)"
        advice = f"{absent:,} not found: {there}"
        print(advice, file=sys.stderr)
    if summary.counts.get("gone") and (found := _moved(config.bags)):
        what = "a seed that is gone has an address" if found == 1 else f"{found} seeds that are gone have addresses"
        print(f"{what} where it may be now, not fetched: archiver status --bags {bags}", file=sys.stderr)
    if summary.kinds.keys() & {"shell", "frameset"} and (hint := browser_hint(config)):
        print(f"hint: {visible(hint)}", file=sys.stderr)
    if summary.interrupted:
        print("interrupted: nothing is lost; run the same command again to go on", file=sys.stderr)
    elif summary.warnings:
        print(f"{counted(summary.warnings, 'bag')} kept with a warning: see above", file=sys.stderr)
    elif summary.missing:
        print(f"{counted(summary.missing, 'bag')} not there any more: see above", file=sys.stderr)
    elif summary.exit_code:
        print(f"why: archiver status --bags {visible(shlex.quote(str(config.bags)))}", file=sys.stderr)
    if config.user_agent == ANONYMOUS and not config.connect_to and summary.new_bags and sys.stderr.isatty():
        print("hint: sites do not know whom to ask about it: set contact_email in archiver.toml", file=sys.stderr)
