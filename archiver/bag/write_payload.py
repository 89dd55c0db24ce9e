"""Writes the files of a staged bag, in an order in which no file states the digest of a later one (docs/bag-format.md,
1.3)."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from archiver.bag.archivematica_csv import metadata_csv, rights_csv
from archiver.bag.bag_contents import BagContents
from archiver.bag.bag_info import bag_info
from archiver.bag.crate import METADATA, PREVIEW, crate_of
from archiver.bag.premis import premis_of
from archiver.bag.preview.html import preview_of
from archiver.bag.record import TEXT, build_record, certificate_path, record_bytes, text_bytes
from archiver.bag.rendering import rendering_files
from archiver.bag.staging import StagedBag
from archiver.bag.wacz import (
    DATAPACKAGE,
    DIGEST,
    FOLDER,
    INDEX,
    PAGES,
    Resource,
    datapackage,
    datapackage_digest,
    index_of,
    page_of,
    pages_of,
)
from archiver.digest import sha256
from archiver.model import Bag, Capture, IndexEntry
from archiver.model.bracket import FOLDER as FOLDER_OF_BRACKET
from archiver.model.check import Check
from archiver.model.private import PRIVATE_FILE


def fill(
    staged: StagedBag, contents: BagContents, check: Callable[[list[str]], tuple[Check, ...]] = lambda _: ()
) -> tuple[Bag, BagContents]:
    """Write everything but the WARC files, which are there already, and seal the bag; what `check` says of the payload,
    given the paths of its WARC files, goes into the record. Raises StorageError."""
    staged.add(contents.seed_file, contents.seed.data)
    if text := text_bytes(contents.reading):
        staged.add(TEXT, text)
    for path, data in rendering_files(contents):
        staged.add(path, data)
    for path, pem in certificates(contents.capture).items():
        staged.add(path, pem)
    for name, data in contents.opening.files.items() if contents.opening else ():
        staged.add(FOLDER_OF_BRACKET + name, data)
    _wacz(staged, contents)
    warcs = [f"wacz/archive/{path}" for path, _, _ in staged.written("wacz/archive/") if path.endswith(".warc.gz")]
    contents = replace(contents, checks=check(warcs))
    record = build_record(contents)
    staged.add("provenance.json", record_bytes(record))
    staged.add("metadata/premis.xml", premis_of(contents, staged.written()))
    staged.add("metadata/metadata.csv", metadata_csv(contents))
    staged.add("metadata/rights.csv", rights_csv(contents, [path for path, _, _ in staged.written()]))
    if contents.private and contents.private.kept == "bag":  # last but for the crate: nothing else may speak of it
        staged.add(PRIVATE_FILE, contents.private.data)
    staged.add(METADATA, crate_of(contents, staged.written()))
    # A document that a page made never becomes a link: whoever follows it would run its scripts.
    linked = [path for path, _, _ in staged.written() if not path.startswith(("rendering/dom", "private/"))]
    staged.add(PREVIEW, preview_of(contents, record, linked))
    return staged.seal(bag_info(contents)), contents


def _wacz(staged: StagedBag, contents: BagContents) -> None:
    page = page_of(contents.capture, contents.reading, contents.identifier.rpartition(":")[2])
    add_wacz(staged, contents.capture.index, page, contents.sealed)


def add_wacz(
    staged: StagedBag,
    entries: tuple[IndexEntry, ...],
    page: Mapping[str, str],
    sealed: datetime,
    *,
    index: str = INDEX,
) -> None:
    """Add to the WARC files that are there what makes them a WACZ (WACZ 1.1.1): the index, under this name, pages,
    datapackage and its digest. Raises StorageError."""
    staged.add(FOLDER + index, index_of(entries))
    staged.add(FOLDER + PAGES, pages_of(page))
    resources = [Resource(path=path, size=size, sha256=digest) for path, size, digest in staged.written(FOLDER)]
    package = datapackage(resources, page, sealed)
    staged.add(FOLDER + DATAPACKAGE, package)
    staged.add(FOLDER + DIGEST, datapackage_digest(sha256(package)))


def certificates(capture: Capture) -> dict[str, bytes]:
    """Every certificate that was presented, as PEM, by its path below `data/`."""
    chains = [exchange.tls.chain for exchange in capture.exchanges if exchange.tls]
    return {certificate_path(der): ssl.DER_cert_to_PEM_cert(der).encode("ascii") for chain in chains for der in chain}
