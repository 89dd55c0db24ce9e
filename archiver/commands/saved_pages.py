"""`archiver extract` and `archiver compare`: saved pages, without network or bag."""

import argparse
import gzip
import json
import sys
import zlib
from dataclasses import replace
from pathlib import Path

from archiver.article.analyse import read
from archiver.bag.record import parts
from archiver.config import Limits
from archiver.errors import StorageError
from archiver.escape import visible
from archiver.model import Page, Reading, Seed, SeedRefused, SourceDocument
from archiver.seeds.document import read_document
from archiver.view.terminal import tell


def extract(args: argparse.Namespace) -> int:
    """Print the text of each page; a page that cannot be read is told and the rest goes on, with exit code 3."""
    code = 0
    for path in args.pages:
        try:
            article = read(None, saved_page(path)).article
        except StorageError as error:
            print(f"archiver: {visible(str(error))}", file=sys.stderr)
            code = error.exit_code
            continue
        if args.json:
            extractor = f"{article.extractor} {article.extractor_version}"
            print(json.dumps({"file": str(path), "text": article.text, "extractor": extractor, "note": article.note}))
            continue
        if article.note and not args.quiet:
            print(f"{visible(str(path))}: {visible(article.note)}", file=sys.stderr)
        print("\n".join(visible(line) for line in article.text.split("\n")), end="")
    return code


def compare(args: argparse.Namespace) -> int:
    """Print how a saved page relates to a seed. Raises StorageError for what cannot be read."""
    seed = _seed(args.seed)
    reading: Reading = read(seed, saved_page(args.page, seed.url))
    source = SourceDocument(kind="import", file=args.page.name)
    reading = replace(reading, comparison=replace(reading.comparison, source=source))
    record = parts(reading)
    if args.json:
        print(json.dumps(record))
        return 0
    for line in tell(record, colour=sys.stdout.isatty()):
        print(line)
    return 0


def _seed(path: Path) -> Seed:
    try:
        seed = read_document(path.read_bytes(), origin=str(path), name=path.name)
    except OSError as error:
        raise StorageError.from_os(f"read the seed {path}", error) from error
    if isinstance(seed, SeedRefused):
        raise StorageError(str(seed))
    return seed


def saved_page(path: Path, url: str = "") -> Page:
    """A file as if it had been fetched from `url`; gzip is taken off, within bounds. Raises StorageError."""
    limit = Limits().page_bytes
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            body = gzip.GzipFile(fileobj=file).read(limit + 1) if packed else file.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = OSError(0, str(error)) if not isinstance(error, OSError) else error
        raise StorageError.from_os(f"read the page {path}", reason) from error
    problem = f"only the first {limit} bytes of the page are read" if len(body) > limit else None
    return Page(url=url, status=200, headers=(), body=body[:limit], problem=problem)
