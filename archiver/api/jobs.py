"""Jobs: the originals of seeds fetched, and what became of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.api.places import AnyPath
from archiver.job.seed_result import SeedResult
from archiver.model import Seed, SeedRefused

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from archiver.config import Config
    from archiver.job.events import Event
    from archiver.reporting.facts import Report as FolderReport


def archive(
    seeds: "Seed | AnyPath | Iterable[Seed | SeedRefused | AnyPath]",
    *,
    bags: AnyPath,
    config: "Config | None" = None,
    on_event: "Callable[[Event], None] | None" = None,
    stop: "threading.Event | None" = None,
    **settings: Any,
) -> Iterator[SeedResult]:
    """Fetch the original of each seed and make a bag of each in the folder `bags`; a result for each, as they end.

    Seeds are values of `read_seed`, or places: documents, folders, lists (.csv, .jsonl), addresses. Results come once
    they are durable, not in the order of the seeds. Seeds that an earlier job was done with are not fetched again
    (`retry`, `recapture`). Setting `stop` ends the job after the seeds under way; closing the iterator too, and those
    run again the next time. `on_event` is called with each event of the job (docs/capture/watching.md). Settings and
    places are checked at once, before anything is written. While iterating, raises BagsLocked where another job has the
    folder."""
    from archiver.config import configured
    from archiver.job.check_settings import checked
    from archiver.job.run_job import seed_results
    from archiver.seeds.sources import seeds_of

    settled = checked(configured({**settings, "bags": Path(bags)}, config))
    found = seeds_of(seeds, limits=settled.limits, guess_url=settled.guess_url)
    return seed_results(settled, found, on_event or (lambda _: None), stop)


def report(bags: AnyPath) -> "FolderReport":
    """What a folder of bags and its ledger hold: totals, causes of failure, agencies, sizes; `.plain()` as JSON."""
    from archiver.reporting.facts import report_of

    return report_of(Path(bags))
