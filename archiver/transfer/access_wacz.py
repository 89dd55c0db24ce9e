"""The access copy of a bag whose text comes from a web archive: a WACZ in which the memento replays under the
original's address (docs/capture/time.md).

It is derived, and says so in its datapackage. Its WARC files are those of the bag, bit for bit; only index and pages
are made anew: the sealed index names answers by the addresses that were asked, and has no alias.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from archiver.bag.sanitize import json_bytes
from archiver.bag.wacz import (
    DATAPACKAGE,
    DIGEST,
    INDEX,
    PAGES,
    Resource,
    datapackage,
    datapackage_digest,
    index_of,
    pages_of,
)
from archiver.digest import sha256
from archiver.errors import Refused
from archiver.model import IndexEntry
from archiver.packaging.package import WACZ, Item, Package
from archiver.packaging.source import Source
from archiver.packaging.zipping import Entry, Zip
from archiver.schemas.fields import field

END = ".access.wacz"
_LARGEST = 64 << 20
_ORIGINAL = re.compile(r"/\d{14}(?:[a-z]{2}_)?/(https?://[^\s]{1,8000})\Z")


def with_access_copy(packed: Package, bag: Source) -> Package:
    """The package of a bag as a WACZ, with the access copy beside it where a memento was read. Raises Refused."""
    entries = _entries(bag) if packed.form == "wacz" else None
    if entries is None:
        return packed
    copy = Item(path=f"{bag.name}{END}", stream=Zip(entries, bag.moment).stream)
    return replace(packed, items=(*packed.items[:-1], copy, packed.items[-1]))


def _entries(bag: Source) -> list[Entry] | None:
    record = _json(bag, "data/provenance.json")
    memento, source = field(record, "capture", "memento"), field(record, "text", "from")
    original = field(record, "capture", "requested_url")
    if not isinstance(memento, dict) or field(source, "kind") != "memento" or not isinstance(original, str):
        return None
    kept = _index(bag)
    page = _alias(kept, field(source, "url"), original, _moment(field(source, "datetime")))
    if page is None:
        return None
    lead = field(record, "capture", "lead_image")
    image = _ORIGINAL.search(str(field(lead, "url")))
    photo = _alias(kept, field(lead, "url"), image[1], _moment(field(lead, "memento_datetime"))) if image else None
    aliases = [page, *([photo] if photo else [])]
    return _zipped(bag, kept, aliases, memento)


def _zipped(
    bag: Source, kept: list[IndexEntry], aliases: list[tuple[IndexEntry, str]], memento: Mapping[str, Any]
) -> list[Entry]:
    sealed = _json(bag, f"{WACZ}{DATAPACKAGE}")
    warcs = [each for each in sealed.get("resources", ()) if str(field(each, "path")).startswith("archive/")]
    if any(f"{WACZ}{each['path']}" not in bag.files for each in warcs):
        raise Refused("its datapackage names WARC files that it does not have; see 'archiver validate'")
    shown = aliases[0][0]
    when, archive = f"{shown.moment:%Y-%m-%dT%H:%M:%SZ}", str(memento.get("archive"))
    title = f"{sealed.get('title')} ({archive}'s copy of {when[:10]})"
    page = {"id": "access", "url": shown.url, "ts": when, "title": title}
    made = {INDEX: index_of((*kept, *(each for each, _ in aliases))), PAGES: pages_of(page)}
    resources = [
        Resource(path=each["path"], size=int(each["bytes"]), sha256=str(each["hash"]).removeprefix("sha256:"))
        for each in warcs
    ] + [Resource(path=path, size=len(data), sha256=sha256(data)) for path, data in made.items()]
    form = "as the original server sent it" if memento.get("raw") is True else "as the archive has rewritten it"
    package = json.loads(datapackage(resources, page, bag.moment)) | {
        "description": f"Derived access copy: what {archive} captured on {when} of {shown.url}, {form}, replays here "
        "under the original's address. The sealed WACZ of the bag has that answer under the archive's own address.",
        "derived": {
            "bag": bag.name,
            "seal": bag.seal,
            "archive": archive,
            "aliases": [
                {"url": each.url, "datetime": f"{each.moment:%Y-%m-%dT%H:%M:%SZ}", "answer_of": uri}
                for each, uri in aliases
            ],
        },
    }
    made[DATAPACKAGE] = json_bytes(package, indent=1)
    made[DIGEST] = datapackage_digest(sha256(made[DATAPACKAGE]))
    files = [Entry(name=each["path"], read=partial(bag.read, f"{WACZ}{each['path']}"), stored=True) for each in warcs]
    return [*files, *(Entry(name=path, read=partial(_once, data), stored=True) for path, data in made.items())]


def _once(data: bytes) -> Iterator[bytes]:
    return iter((data,))


def _alias(
    kept: list[IndexEntry], uri: object, original: str, moment: datetime | None
) -> tuple[IndexEntry, str] | None:
    """The index entry by which the answer at `uri` replays under the original's address, at its Memento-Datetime."""
    found = next((each for each in reversed(kept) if each.url == uri and 200 <= each.status < 300), None)
    return None if found is None or moment is None else (replace(found, url=original, moment=moment), found.url)


def _index(bag: Source) -> list[IndexEntry]:
    """The lines of the sealed index. Raises Refused."""
    try:
        return [_entry(line) for line in _bytes(bag, f"{WACZ}{INDEX}").decode("utf-8").splitlines()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"its index cannot be read ({error}); see 'archiver validate'") from error


def _entry(line: str) -> IndexEntry:
    _, stamp, rest = line.split(" ", 2)
    facts = json.loads(rest)
    digest = str(facts.get("digest", "-"))
    return IndexEntry(
        url=facts["url"],
        moment=datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC),
        status=int(facts["status"]),
        mime=facts["mime"],
        file=facts["filename"],
        offset=int(facts["offset"]),
        length=int(facts["length"]),
        payload_sha256=digest.removeprefix("sha256:") if digest.startswith("sha256:") else None,
        method=facts.get("method", "GET"),
        request_body=facts.get("requestBody", ""),
    )


def _bytes(bag: Source, path: str) -> bytes:
    if bag.files.get(path, 0) > _LARGEST:
        raise Refused(f"{path} has more than {_LARGEST:,} bytes")
    return b"".join(bag.read(path)) if path in bag.files else b""


def _json(bag: Source, path: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(bag, path) or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path} is not JSON; see 'archiver validate'") from error
    return found if isinstance(found, dict) else {}


def _moment(stated: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(stated)).astimezone(UTC)
    except ValueError:
        return None
