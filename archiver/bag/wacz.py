"""Builds the files that make `data/wacz/` a WACZ (1.1.1): index, pages, datapackage and its digest.

Zipped with its archive members stored, the folder is a WACZ file that passes `wacz validate` and replays. It holds
nothing else: other tools refuse foreign files, and a WACZ that is shared must not publish the seed or the operator.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver import __version__
from archiver.bag.sanitize import json_bytes
from archiver.bag.surt import surt
from archiver.model import Capture, IndexEntry, Reading
from archiver.schemas.moments import moment_text

FOLDER = "wacz/"
INDEX, PAGES = "indexes/index.cdx", "pages/pages.jsonl"
DATAPACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
VERSION = "1.1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A file of the folder that is written already: path below `wacz/`, size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


def index_of(entries: tuple[IndexEntry, ...]) -> bytes:
    """`indexes/index.cdx`: a line of CDXJ a response record, sorted by bytes (WACZ 1.1.1, 5.2.2)."""
    return b"".join(sorted(_line(entry) for entry in entries))


def _line(entry: IndexEntry) -> bytes:
    facts = {
        "url": entry.url,
        "mime": entry.mime,
        "status": str(entry.status),
        "digest": f"sha256:{entry.payload_sha256}" if entry.payload_sha256 else "-",
        "length": str(entry.length),
        "offset": str(entry.offset),
        "filename": entry.file,
    }
    asked = entry.url
    if entry.method != "GET":
        # As cdxj-indexer, pywb and wabac.js have it (IIPC, "CDX for non-GET requests").
        facts |= {"requestBody": entry.request_body, "method": entry.method}
        words = f"__wb_method={entry.method}" + (f"&{entry.request_body}" if entry.request_body else "")
        asked += ("&" if "?" in asked else "?") + words
    return f"{surt(asked)} {entry.moment:%Y%m%d%H%M%S} {json.dumps(facts)}\n".encode("ascii")


def page_of(capture: Capture, reading: Reading, identifier: str) -> dict[str, str]:
    """The one page of the package: what the page calls itself, when its answer began, its text for search."""
    headlines = [claim.value for claim in reading.claims.get("headline", ()) if claim.source != "seed"]
    url, started = _shown(capture, reading)
    return {
        "id": identifier,
        "url": url,
        "ts": moment_text(started),
        "title": headlines[0] if headlines else url,
        **({"text": reading.article.text} if reading.article.text else {}),
    }


def _shown(capture: Capture, reading: Reading) -> tuple[str, datetime]:
    """Address and time of the answer that is the page: the original's, or the web archive's that was read in its place,
    under the archive's own address; or as others captured it."""
    source = reading.article.source
    if capture.imported is not None:
        return capture.address, capture.imported.captured or capture.imported.imported
    wanted = source.record_id if source and source.kind == "memento" else capture.record_id
    exchange = next(each for each in capture.exchanges if each.record_ids.response == wanted)
    return exchange.url, exchange.started


def pages_of(page: Mapping[str, str]) -> bytes:
    """`pages/pages.jsonl`: the header and the page (WACZ 1.1.1, 5.3)."""
    header = {"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": "text" in page}
    return json_bytes(header) + json_bytes(page)


def datapackage(resources: list[Resource], page: Mapping[str, str], created: datetime) -> bytes:
    """`datapackage.json`: every file of the folder but itself and its digest (WACZ 1.1.1, 5.4; Frictionless Data)."""
    package: dict[str, Any] = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "software": f"archiver {__version__}",
        "created": moment_text(created),
        "title": page["title"],
        "mainPageUrl": page["url"],
        "mainPageDate": page["ts"],
        "resources": [
            {
                "name": each.path.rpartition("/")[2].lower(),
                "path": each.path,
                "hash": f"sha256:{each.sha256}",
                "bytes": each.size,
            }
            for each in sorted(resources, key=lambda each: each.path)
        ],
    }
    return json_bytes(package, indent=1)


def datapackage_digest(sha256: str) -> bytes:
    """`datapackage-digest.json`: the digest of the datapackage (WACZ 1.1.1, 5.5)."""
    return json_bytes({"path": DATAPACKAGE, "hash": f"sha256:{sha256}"}, indent=1)
