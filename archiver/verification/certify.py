"""Drafts a certificate of authenticity: of a bag that is valid now and that archiver made."""

from datetime import datetime
from pathlib import Path

from archiver import __version__
from archiver.errors import Refused, StorageError
from archiver.ledger.bag_record import RECORD, read_record
from archiver.trust.custody import SEALED, seal
from archiver.validation.bagit.manifests import read_manifests
from archiver.validation.bagit.tagfiles import read_declaration, read_info
from archiver.validation.bagit.tree import scan
from archiver.validation.trust.policy import Trust
from archiver.verification.demands import Demands
from archiver.verification.judge import judge, processors, require_valid
from archiver.view.certificate import Certificate, Facts, certificate


def draft(bag: Path, moment: datetime, roots: bytes | None = None, *, content: bool = True) -> Certificate:
    """The certificate of a bag, its signatures judged by `roots` (PEM) at `moment`; without `content` no sentence of
    the page is repeated.

    Raises Refused for a bag that is not valid or that archiver did not make, StorageError where it cannot be read.
    """
    before = seal(bag) if (bag / SEALED).is_file() else None
    report = judge(bag, Demands(trust=Trust(roots=roots, now=moment)), cores=processors())
    require_valid(report)
    if not (bag / RECORD).is_file():
        raise Refused(f"it has no {RECORD}: without a record there is nothing to state")
    record = read_record(bag)
    try:
        tree, _ = scan(bag)
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error
    declaration = read_declaration(tree)[0]
    manifests = read_manifests(tree, declaration)[0]
    paths = [f"data/{each}" for each in (record["capture"]["warc"], record["seed"]["file"], record["text"]["file"])]
    entries = next(each.entries for each in manifests if each.name == "manifest-sha256.txt")
    identifiers = read_info(tree, declaration)[0].values("External-Identifier")
    facts = Facts(
        name=bag.resolve().name,
        identifier=next(iter(identifiers), None),
        seal=seal(bag),
        digests={path: entries[path].hex() for path in (*paths, RECORD) if path in entries},
        record=record,
        report=report,
        moment=moment,
        software=f"archiver {__version__}",
        content=content,
    )
    if facts.seal != before:
        raise Refused("it changed while it was validated; try again")
    return certificate(facts)
