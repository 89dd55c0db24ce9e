"""The progress bar of `archiver run` on a terminal: how many, how fast, how long still, how many not captured."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from archiver.job.result import Result


class _Rate(ProgressColumn):
    """Seeds a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "-/s")


@contextmanager
def progress(total: int | None, *, lines_too: bool) -> Iterator[Callable[[Result], None]]:
    """A bar on stderr while the block runs; gives the function that takes each result. `lines_too`: stdout is the same
    terminal, its lines go above the bar."""
    columns = (BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), TextColumn("{task.fields[problems]}"))
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=lines_too, redirect_stderr=True
    ) as bar:
        task = bar.add_task("", total=total, problems="")
        problems = 0

        def advance(result: Result) -> None:
            nonlocal problems
            problems += result.outcome != "captured"
            bar.update(task, advance=1, problems=f"{problems} not captured" if problems else "")

        yield advance
