"""`archiver run`: seeds in, bags out."""

import argparse
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archiver.commands.credentials import endpoint, load_signer, with_keys
from archiver.commands.json_log import json_log
from archiver.config import ANONYMOUS, Config, ConnectTo, load, without_credentials
from archiver.errors import StorageError, UsageError
from archiver.escape import counted, visible
from archiver.job.advice import ADVICE
from archiver.job.coordinator import run_job
from archiver.job.events import Event, LedgerFilled
from archiver.job.ledger_rows import done_before
from archiver.job.result import COMPARED, Result, Summary
from archiver.ledger.ledger import PATH, Ledger, key_of
from archiver.model import Seed, SeedRefused
from archiver.seeds.sources import count_seeds, read_seeds

DEFAULT_SEEDS = "seeds"


def run(args: argparse.Namespace) -> int:
    """Archive the seeds named in `args`. Raises UsageError, StorageError."""
    config = settings(args)
    targets = args.seeds or [DEFAULT_SEEDS]
    if args.dry_run:
        return dry_run(config, targets, as_json=args.json)
    started = time.monotonic()
    stop = threading.Event()
    seeds = read_seeds(targets, limits=config.limits)
    tell = _as_json if args.json else _as_line
    with _stopping(stop), _watched(args, count_seeds(targets)) as watch:
        summary = run_job(config, seeds, on_result=tell, on_event=watch, stop=stop)
    seconds = time.monotonic() - started
    if not (args.quiet or args.log_json == "-"):
        _sum_up(summary, config, seconds)
    return summary.exit_code


_SWITCHES = ("retry", "recapture", "allow_private", "insecure", "fast_text")


def settings(args: argparse.Namespace) -> Config:
    """Defaults, file and command line, checked. Raises UsageError."""
    given: dict[str, Any] = {name: getattr(args, name, None) for name in _FROM_ARGUMENTS}
    given |= {name: True for name in _SWITCHES if getattr(args, name, False)}
    given |= {name: False for name in ("requisites", "shared") if getattr(args, f"no_{name}", False)}
    if getattr(args, "connect_to", None):
        given["connect_to"] = tuple(ConnectTo.from_text(each) for each in args.connect_to)
    config = with_keys(load(args.config, given), args)
    if signer := load_signer(config):
        signer.require_valid(datetime.now(UTC))
    if config.ca_bundle is not None:
        from archiver.capture.recorder import trusted_roots

        trusted_roots(config.ca_bundle)
    if config.proxy is not None:
        check_proxy(config.proxy)
    if config.executor is not None:
        from archiver.job.workers.dask_executor import scheduler_of

        scheduler_of(config.executor)
    config = _with_delivery(config)
    for name, allowed in (("robots", ("record", "obey", "ignore")), ("srcset", ("all", "largest"))):
        if getattr(config, name) not in allowed:
            raise UsageError(f"{name} = {getattr(config, name)!r} is not one of {', '.join(allowed)}")
    if any(c in config.user_agent for c in "\r\n\0") or not config.user_agent.isascii():
        raise UsageError("the user agent must be one line of ASCII text")
    return config


def _with_delivery(config: Config) -> Config:
    """The same, its target as workers need it. Raises UsageError for a server without a target."""
    if config.deliver is None:
        if config.deliver_endpoint:
            raise UsageError("--endpoint names the server that bags are delivered to: --deliver s3://BUCKET/PREFIX too")
        return config
    if not config.deliver.strip():  # an unset variable of a shell, where Path() would be the current folder
        raise UsageError("--deliver has no name; it needs a folder or s3://BUCKET/PREFIX")
    if "://" not in config.deliver:
        return replace(config, deliver=str(Path(config.deliver).absolute()))
    return replace(config, deliver_endpoint=endpoint(config.deliver_endpoint))


def check_proxy(address: str) -> None:
    """Raises UsageError for what is not the address of a proxy, before every seed fails by it."""
    if without_credentials(address) != address:
        raise UsageError(
            "the proxy's address carries a user name or password, which the recorded requests would keep for good; "
            "use a proxy on this machine that adds them"
        )
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        known = address.startswith(("http://", "https://")) and not (parts.path.strip("/") or parts.query)
        sound = known and port != 0 and bool(_HOST_NAME.fullmatch(host) or (":" in host and IPv6Address(host)))
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(
            f"the proxy {address!r} is not http://HOST:PORT or https://HOST:PORT; for example 'http://127.0.0.1:3128'"
        )


_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?\.?")
_FROM_ARGUMENTS = (
    *("bags", "jobs", "executor", "pace", "user_agent", "proxy", "ca_bundle", "robots"),
    *("deliver", "deliver_form", "deliver_endpoint"),
)


def dry_run(config: Config, targets: list[str], *, as_json: bool) -> int:
    """Read the seeds and say what a run would do with each; touches nothing."""
    if not (config.bags / PATH).exists():
        return _told(config, targets, None, as_json=as_json)
    with closing(Ledger(config.bags, read_only=True)) as ledger:
        return _told(config, targets, ledger, as_json=as_json)


def _told(config: Config, targets: list[str], ledger: Ledger | None, *, as_json: bool) -> int:
    problems = 0
    for seed in read_seeds(targets, limits=config.limits):
        if isinstance(seed, SeedRefused):
            result = Result(seed=seed.origin, url=None, outcome="failed", bag=None, verdict=None, reason=seed.reason)
            would = "failed"
        else:
            entry = ledger.find(key_of(seed)) if ledger else None
            if entry and entry.is_done(retry=config.retry, recapture=config.recapture):
                result = done_before(seed.origin, entry, config.bags)
                would = f"skip: {entry.outcome}, {entry.bag or 'no bag'}"
            else:
                result, would = None, "fetch"
        problems += result is not None and (result.outcome == "failed" or result.warning is not None)
        if as_json:
            told = {"seed": seed.origin, "url": seed.url if isinstance(seed, Seed) else None, "would": would}
            print(json.dumps(told | {"reason": result and (result.warning or result.reason)}))
        elif result is None:
            print(visible(f"{would:<8} {seed.origin} {seed.url if isinstance(seed, Seed) else ''}"))
        else:
            _as_line(result)
    return 1 if problems else 0


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM finishes what is under way, the second ends at once."""

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
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _watched(args: argparse.Namespace, total: int | None) -> Iterator[Callable[[Event], None]]:
    """Whoever is told what happens: the log, and the person at a terminal."""
    watchers: list[Callable[[Event], None]] = []
    with ExitStack() as stack:
        if args.log_json is not None:
            watchers.append(stack.enter_context(json_log(args.log_json)))
        if sys.stderr.isatty() and not args.quiet and args.log_json != "-":
            from archiver.commands.progress import progress

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
        told = f"{event.done:,} of {event.total:,} bags or receipts"
        print(f"the ledger takes in what it does not know: {told}", file=sys.stderr, flush=True)


_MANY = 500


def _as_json(result: Result) -> None:
    told = {key: value for key, value in asdict(result).items() if key in _TOLD or (key in _TOLD_IF_ANY and value)}
    told["comparison_source"] = COMPARED if result.verdict else None
    print(json.dumps(told), flush=True)


_TOLD = ("seed", "url", "outcome", "bag", "verdict", "reason")
_TOLD_IF_ANY = ("warning", "package")


def _as_line(result: Result) -> None:
    parts = [f"{result.outcome:<8}", f"{result.verdict or '':<11}", result.seed]
    parts.append(f"-> {result.package or result.bag}" if result.bag else "")
    parts.append("" if result.new else "(done before)" if result.bag else "")
    reason = f": {result.reason}" if result.reason and result.outcome != "captured" else ""
    reason += f": {result.warning}" if result.warning else ""
    print(visible(" ".join(part for part in parts if part.strip()) + reason), flush=True)


def _sum_up(summary: Summary, config: Config, seconds: float) -> None:
    total = sum(summary.counts.values())
    told = ", ".join(f"{count} {outcome}" for outcome, count in summary.stated().items()) or "none"
    rate = f", {total / seconds:.1f} seeds a second" if seconds > 1 else ""
    bags = shown(config.bags)
    new = f"{counted(summary.new_bags, 'new bag')} in {visible(config.deliver) if config.deliver else bags}"
    print(f"{counted(total, 'seed')}: {told}; {new} ({seconds:.1f} s{rate})", file=sys.stderr)
    for line in advice_lines(summary.kinds):
        print(line, file=sys.stderr)
    if summary.interrupted:
        print("interrupted: nothing is lost; run the same command again to go on", file=sys.stderr)
    elif summary.warnings:
        print(f"{counted(summary.warnings, 'bag')} kept, but not signed as it should be: see above", file=sys.stderr)
    elif summary.missing:
        print(f"{counted(summary.missing, 'bag')} not there any more: see above", file=sys.stderr)
    elif summary.exit_code:
        print(f"why: archiver status --bags {bags}", file=sys.stderr)
    if config.user_agent == ANONYMOUS and not config.connect_to and summary.new_bags and sys.stderr.isatty():
        print("hint: the sites were not told who asks; set contact_email in archiver.toml", file=sys.stderr)


def advice_lines(kinds: Mapping[str, int]) -> list[str]:
    """A line a class of seeds that are not captured: how many, and what to do; the most frequent first."""
    ranked = sorted(kinds.items(), key=lambda each: (-each[1], each[0]))
    return [f"{count:>7,} {kind:<10}  {ADVICE[kind]}" for kind, count in ranked]


def shown(path: Path) -> str:
    """A path as part of a message."""
    return visible(str(path))


def require_ledger(bags: Path) -> Path:
    """The ledger's path. Raises StorageError where nothing was archived."""
    path = bags / PATH
    if not os.path.lexists(path):
        advice = "name the folder with --bags; where there are bags, 'archiver status --rebuild' makes one"
        raise StorageError(f"{bags} has no ledger: nothing was archived there yet, or it was deleted; {advice}")
    return path
