"""Seeds and pages: read, extracted, compared. No network, no bag."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.api.places import AnyPath
from archiver.errors import StorageError, UsageError
from archiver.model import Article, Page, Reading, Seed, SeedRefused, SourceDocument

if TYPE_CHECKING:
    from archiver.config import Config
    from archiver.tracing.trace import Trace


def read_seed(path: AnyPath) -> Seed:
    """Read a seed document. Raises StorageError for a file that cannot be read, UsageError where it is not a seed."""
    from archiver.config import Limits
    from archiver.seeds.sources import read_seeds

    place = Path(path)
    if place.is_dir():
        raise UsageError(f"{place} is a folder; archive() takes folders and lists of seeds, read_seed() one document")
    if not place.exists():
        raise StorageError(f"cannot read the seed {place}: no such file")
    found = list(read_seeds([str(place)], limits=Limits()))
    if len(found) == 1 and isinstance(found[0], Seed):
        return found[0]
    refused = next((each for each in found if isinstance(each, SeedRefused)), None)
    raise UsageError(str(refused) if refused else f"{place} is a list of {len(found)} seeds; archive() takes lists")


def extract(html: bytes | str | Page, *, url: str = "", headers: Sequence[tuple[str, str]] = ()) -> Article:
    """The text of an HTML page, with what the page says of headline, dates, authors and credits.

    `headers` are those it was served with: `Content-Type` decides the encoding of bytes; text is taken as it is. A
    `Page` has its own address and headers. A page that cannot be read gives an Article without text and a `note` that
    says why.
    """
    from archiver.article.analyse import read
    from archiver.article.saved_page import page_of

    return read(None, html if isinstance(html, Page) else page_of(html, url, headers)).settled().article


def compare(seed: Seed, page: AnyPath | bytes | Page, *, url: str | None = None, fast: bool = False) -> Reading:  # noqa: ARG001
    """How a saved page relates to a seed: `.comparison`, `.article`, `.claims`, `.agreement`, `.credits`, `.links`.

    `page` is a file, gzipped or not, the bytes of one, or a `Page`. `url` is where it came from (default: the seed's
    address). `fast` is accepted and does nothing: the text depends on the page alone.
    """
    from archiver.article.analyse import read
    from archiver.article.saved_page import page_of, saved_page

    address = seed.url if url is None else url
    file = None
    if isinstance(page, bytes):
        page = page_of(page, address)
    elif not isinstance(page, Page):
        file = Path(page).name
        page = saved_page(Path(page), address)
    reading = read(seed, page).settled()
    source = SourceDocument(kind="import", file=file, url=address)
    return replace(reading, comparison=replace(reading.comparison, source=source))


def trace(seed: Seed, *, config: "Config | None" = None, **settings: Any) -> "Trace":
    """The states of a seed's original over time, from the web archives of the settings and from own bags.

    At most `trace_requests` requests are made. `.states`, `.changes`, and `.notes` on what was not looked at.
    """
    from archiver.config import configured
    from archiver.job.check_settings import checked
    from archiver.tracing.trace import trace as trace_seed

    return trace_seed(seed, checked(configured(settings, config)))
