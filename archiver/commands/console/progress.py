"""What `archiver run` shows on a terminal: how many, how fast, how long still; how the hosts are; the last failures."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from archiver.escape import counted, visible
from archiver.job.events import Event, LedgerFilled, SeedEnded, State

FAILURES = 3
"""The last failures that are shown."""
HOSTS = 3
"""Hosts that are named of each kind."""


class _Rate(ProgressColumn):
    """Seeds a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "-/s")


class _Watched(Progress):
    """The bar, and below it a line on the hosts and the last failures."""

    state: State | None = None
    filled: LedgerFilled | None = None
    failures: deque[str]

    def get_renderables(self) -> Iterator[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        for line in (filled_line(self.filled), hosts_line(self.state), *getattr(self, "failures", ())):
            if line:
                yield Text(line, no_wrap=True, overflow="ellipsis")


def filled_line(filled: LedgerFilled | None) -> str:
    """How far a ledger that does not know all its bags and receipts has got with reading them, in a line."""
    if filled is None or filled.done == filled.total:
        return ""
    return f"the ledger takes in what it does not know: {filled.done:,} of {filled.total:,} bags or receipts"


def hosts_line(state: State | None) -> str:
    """How the hosts are, in a line."""
    if state is None:
        return ""
    parts = [f"{state.in_flight} under way", f"{state.waiting} waiting", f"{counted(state.paced, 'host')} rate-limited"]
    for hosts, word in ((state.slow, "slow"), (state.broken, "left alone")):
        if hosts:
            more = ", …" if len(hosts) > HOSTS else ""
            parts.append(f"{word}: {', '.join(hosts[:HOSTS])}{more}")
    return visible("; ".join(parts))


def failure_line(ended: SeedEnded) -> str:
    """A seed that is not captured, in a line."""
    result = ended.result
    return visible(f"{result.kind or result.outcome}  {result.url or result.seed}: {result.reason or result.outcome}")


@contextmanager
def progress(total: int | None, *, lines_too: bool) -> Iterator[Callable[[Event], None]]:
    """Shown on stderr while the block runs; gives the function that takes each event. `lines_too`: stdout is the same
    terminal, its lines go above."""
    time_column = TimeElapsedColumn() if total is None else TimeRemainingColumn()
    columns = (BarColumn(), MofNCompleteColumn(), _Rate(), time_column, TextColumn("{task.fields[problems]}"))
    with _Watched(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=lines_too, redirect_stderr=True
    ) as bar:
        bar.failures = deque(maxlen=FAILURES)
        task = bar.add_task("", total=total, problems="")
        problems = 0

        def take(event: Event) -> None:
            nonlocal problems
            if isinstance(event, State):
                bar.state = event
            elif isinstance(event, LedgerFilled):
                bar.filled = event
                bar.refresh()
            elif isinstance(event, SeedEnded):
                if event.result.outcome != "captured":
                    problems += 1
                    bar.failures.append(failure_line(event))
                bar.update(task, advance=1, problems=f"{problems} not captured" if problems else "")

        yield take
