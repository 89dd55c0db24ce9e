"""Publishes bags: asks the gate for each, writes its page, then the lists, the filter, feeds and the search index.

Bags are read one after the other; of each only a row of the list stays, in a temporary SQLite file, so that memory does
not grow with their number but for the names of pages.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from archiver import __version__
from archiver.bag.preview.facts import day, direction, language_tag, web_address, words
from archiver.digest import sha256
from archiver.errors import Refused, StorageError, how_to_install
from archiver.exports.export import LeftOut
from archiver.ledger.restrictions import Gate
from archiver.publishing.entry import Entry, entry_of
from archiver.publishing.feeds import IN_FEED, FeedEntry, atom, base_of, sitemaps
from archiver.publishing.folder import BAGS, Folder
from archiver.publishing.whole import opened_whole
from archiver.rights.gate import Access
from archiver.schemas.fields import table
from archiver.templates import render, style
from archiver.validation.discover import find_bags
from archiver.view.open_bag import OpenBag

A_PAGE = 100
"""Bags that one page of the list shows."""
_INDEXED = "pagefind/pages.sha256"
"""Digest of all pages of bags that the index was made of."""
_SEARCH_SECONDS = 1_800
OnLeftOut = Callable[[LeftOut], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a run did: bags that are in the folder, of those the ones that are shown whole, files written or replaced,
    files and folders removed; `search` says in words why there is no search by words, None where there is."""

    bags: int
    whole: int
    written: int
    removed: int
    search: str | None


def publish_bags(
    places: Sequence[Path],
    target: Path,
    today: date,
    on_left_out: OnLeftOut,
    *,
    base_url: str | None = None,
    title: str = "",
) -> Published:
    """Write into the folder `target` what everybody may see of bags, and take out what they no longer may. A bag that
    is left out is reported, with the reason. Raises UsageError, StorageError."""
    base = base_of(base_url) if base_url else None
    folder = Folder(target, places)
    name = title or "Archived articles"
    gate = Gate(today)
    with (
        tempfile.TemporaryDirectory(prefix="archiver-publish-") as home,
        closing(sqlite3.connect(Path(home) / "rows.sqlite", isolation_level=None)) as rows,
    ):
        rows.execute("PRAGMA synchronous = OFF")  # a file that nobody needs afterwards
        rows.execute("PRAGMA journal_mode = OFF")
        rows.execute("CREATE TABLE rows (day TEXT, stem TEXT PRIMARY KEY, captured TEXT, row TEXT, feed TEXT)")
        whole = 0
        for bag in find_bags(places, serialised=True):
            if entry := _publish(folder, bag, gate, on_left_out, name):
                _keep(rows, entry)
                whole += entry.whole
        count = rows.execute("SELECT count(*) FROM rows").fetchone()[0]
        searchable = find_spec("pagefind") is not None
        _lists(folder, rows, count, name, base, searchable)
        _feeds(folder, rows, name, base)
    removed = folder.sweep()
    search = _index(folder) if searchable else f"the search engine is not here: {how_to_install('publish')}"
    if search:  # an older index has words of what may have been taken down since
        shutil.rmtree(folder.path / "pagefind", ignore_errors=True)
    return Published(bags=count, whole=whole, written=folder.changed, removed=removed, search=search)


def _publish(folder: Folder, path: Path, gate: Gate, on_left_out: OnLeftOut, name: str) -> Entry | None:
    """One bag; None where nothing of it is shown."""
    try:
        with OpenBag(path) as bag:
            record, seal = bag.record, bag.seal or ""
            identifier = next((value for label, value in bag.info if label.lower() == "external-identifier"), "")
            if bag.members:
                on_left_out(LeftOut(path, "it is a group of bags: publish the bags in it", False))
                return None
    except StorageError as error:
        on_left_out(LeftOut(path, str(error), False))
        return None
    access = gate.access(path, record, identifier or None)
    if not access.allows("metadata"):
        on_left_out(LeftOut(path, access.sentence, True))
        return None
    return _entry(folder, path, record, access, (seal, identifier), on_left_out, name)


def _entry(
    folder: Folder,
    path: Path,
    record: dict[str, Any],
    access: Access,
    sealed: tuple[str, str],
    on_left_out: OnLeftOut,
    name: str,
) -> Entry:
    seal, identifier = sealed
    opened = access.allows("public")
    entry = entry_of(
        record,
        seal=seal,
        identifier=identifier,
        excerpts=access.allows("copy"),
        whole=opened,
        language=language_tag(words(table(record, "text"), "language")),
    )
    parts: dict[str, Any] = {"paragraphs": [], "files": [], "thumbnail": None}
    if entry.whole:
        try:
            parts = _whole(folder, path, entry, f"{seal} {access.level} {__version__}")
        except (Refused, StorageError) as error:
            on_left_out(LeftOut(path, f"shown without its text: {error}", True))
    page = render(
        "publish/entry.html",
        site=name,
        entry=entry,
        direction=direction(entry.title),
        published=day(entry.item.published),
        captured=day(entry.item.captured),
        link=web_address(entry.item.url),
        access=access.level,
        **parts,
    )
    folder.write(f"{BAGS}/{entry.stem}.html", page.encode("utf-8"))
    return entry


def _whole(folder: Folder, path: Path, entry: Entry, fingerprint: str) -> dict[str, Any]:
    """The files of a bag that is open, written where the bag or its access is another than before; what its page says
    of them."""
    place = f"{BAGS}/{entry.stem}"
    folder.keep(f"{place}/")
    about = f"{place}/about.json"
    mark = sha256(f"{fingerprint} {entry.item.identifier}".encode())
    try:
        before = json.loads(folder.read(about))
        if before["mark"] == mark and all((folder.path / place / each).is_file() for each in before["files"]):
            return {name: before[name] for name in ("paragraphs", "files", "thumbnail")}
    except (ValueError, LookupError, TypeError):
        pass
    with opened_whole(path) as whole:
        folder.write(f"{place}/page.html", whole.page("An access copy, without cookies, tokens and passwords."))
        folder.write_stream(f"{place}/replay.wacz", whole.wacz())
        files = ["page.html", "replay.wacz"]
        if whole.seed:
            folder.write(f"{place}/{whole.seed[0]}", whole.seed[1])
            files.append(whole.seed[0])
        facts = {
            "paragraphs": [[direction(each), each] for each in whole.paragraphs[:2_000]],
            "files": files,
            "thumbnail": [whole.lead.source, whole.lead.width, whole.lead.height] if whole.lead else None,
        }
    folder.write(about, json.dumps({"mark": mark, **facts}, ensure_ascii=False).encode("utf-8", "replace"))
    return facts


def _keep(rows: sqlite3.Connection, entry: Entry) -> None:
    item = entry.item
    summary = ", ".join(filter(None, (item.publisher, entry.verdict or item.outcome, *entry.agencies)))
    feed = [item.identifier, entry.title, item.captured, item.publisher, summary]
    rows.execute(
        "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)",
        (entry.day, entry.stem, item.captured, json.dumps(entry.row()), json.dumps(feed)),
    )


def _lists(folder: Folder, rows: sqlite3.Connection, count: int, name: str, base: str | None, searchable: bool) -> None:
    """The pages of the list, the newest first, what the filter reads, and the page that says how to check."""
    pages = max(1, -(-count // A_PAGE))
    query = "SELECT row FROM rows ORDER BY day DESC, stem LIMIT ? OFFSET ?"
    for number in range(1, pages + 1):
        shown = [json.loads(row) for (row,) in rows.execute(query, (A_PAGE, (number - 1) * A_PAGE))]
        page = render(
            "publish/list.html",
            site=name,
            rows=shown,
            count=count,
            number=number,
            pages=pages,
            feed=bool(base),
            searchable=searchable,
        )
        folder.write(_name(number), page.encode("utf-8"))
    if _differs(folder, rows):
        folder.write_stream("entries.js", _entries(rows))
    folder.keep("entries.js")
    folder.write("filter.js", str(style("publish/filter.js")).encode("utf-8"))
    folder.write("check.html", render("publish/check.html", site=name).encode("utf-8"))


def _name(number: int) -> str:
    return "index.html" if number == 1 else f"list-{number}.html"


def _entries(rows: sqlite3.Connection) -> Iterator[bytes]:
    """`entries.js`: ASCII, so that nothing in it can end a script early or mean something else in another coding."""
    yield b"window.archiverEntries = ["
    for number, (row,) in enumerate(rows.execute("SELECT row FROM rows ORDER BY day DESC, stem")):
        yield (",\n" if number else "\n").encode() + row.replace("<", "\\u003c").encode("ascii")
    yield b"\n];\n"


def _differs(folder: Folder, rows: sqlite3.Connection) -> bool:
    try:
        with (folder.path / "entries.js").open("rb") as file:
            return any(file.read(len(each)) != each for each in _entries(rows)) or file.read(1) != b""
    except OSError:
        return True


def _feeds(folder: Folder, rows: sqlite3.Connection, name: str, base: str | None) -> None:
    if base is None:
        return
    query = "SELECT stem, feed FROM rows ORDER BY captured DESC, stem LIMIT ?"
    newest = []
    for stem, feed in rows.execute(query, (IN_FEED,)):
        identifier, title, captured, publisher, summary = json.loads(feed)
        place = f"{BAGS}/{stem}.html"
        newest.append(FeedEntry(identifier=identifier if ":" in identifier else base + place, place=place, title=title,
                                captured=captured, publisher=publisher, summary=summary))  # fmt: skip
    folder.write("feed.xml", atom(base, name, newest))
    stems = (f"{BAGS}/{stem}.html" for (stem,) in rows.execute("SELECT stem FROM rows ORDER BY stem"))
    for file, data in sitemaps(base, _all(stems)):
        folder.write(file, data)


def _all(stems: Iterable[str]) -> Iterator[str]:
    yield ""
    yield from stems


def _index(published: Folder) -> str | None:
    """Build the search index anew where any page is another than before, so that nothing of what was taken down is in
    it; why there is none, in words."""
    folder, mark = published.path, f"{published.pages.hexdigest()}\n".encode("ascii")
    if published.read(_INDEXED) == mark:
        return None
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), "--glob", f"{BAGS}/*.html", "--output-subdir"]
    with tempfile.TemporaryDirectory(prefix=".pagefind-", dir=folder) as home:
        made = Path(home) / "made"
        command.append(str(made.relative_to(folder)))
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SEARCH_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"pagefind failed: {error}"
        if done.returncode != 0 or not (made / "pagefind.js").is_file():
            return f"pagefind failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}"
        (made / Path(_INDEXED).name).write_bytes(mark)
        return _swap(made, folder / "pagefind")


def _swap(made: Path, place: Path) -> str | None:
    try:
        shutil.rmtree(place, ignore_errors=True)
        made.replace(place)
    except OSError as error:
        raise StorageError.from_os(f"write {place}", error) from error
    return None
