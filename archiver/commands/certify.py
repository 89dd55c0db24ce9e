"""`archiver certify`: a draft certificate of authenticity for each bag, for a person to sign."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from archiver import __version__
from archiver.commands.validate import cores, read_again
from archiver.errors import Refused, StorageError, UsageError
from archiver.escape import visible
from archiver.ledger.bag_record import RECORD, read_record
from archiver.transfer.delivery import require_valid
from archiver.trust.custody import SEALED, seal, write_new
from archiver.validation.bagit.manifests import read_manifests
from archiver.validation.bagit.tagfiles import read_declaration, read_info
from archiver.validation.bagit.tree import scan
from archiver.validation.discover import find_bags
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.validator import validate_bag
from archiver.view.certificate import Certificate, Facts, as_html, as_text, certificate


def certify(args: argparse.Namespace) -> int:
    """Draft a certificate of every bag named in `args`; 1 when one was refused. Raises UsageError, StorageError."""
    if args.output and args.output.exists():
        raise UsageError(f"--output {args.output} is there already; nothing was overwritten")
    roots = read_roots(args.trust_roots) if args.trust_roots else None
    drafts: list[Certificate] = []
    refused = 0
    for bag in find_bags(args.bags):
        try:
            drafts.append(draft(bag, datetime.now(UTC), roots))
        except Refused as error:
            refused += 1
            print(visible(f"archiver: {bag} is not certified: {error}"), file=sys.stderr)
    document = (as_html if args.html else as_text)(drafts) if drafts else ""
    if args.output and document:
        write_new(args.output, document.encode("utf-8"))
        if not args.quiet:
            print(visible(f"archiver: wrote {args.output}"), file=sys.stderr)
    else:
        sys.stdout.write(document)
    return 1 if refused else 0


def draft(bag: Path, moment: datetime, roots: bytes | None = None) -> Certificate:
    """The certificate of a bag that is valid now. Raises Refused for one that is not, or that archiver did not make,
    StorageError where it cannot be read."""
    before = seal(bag) if (bag / SEALED).is_file() else None
    report = validate_bag(bag, reread=read_again, trust=Trust(roots=roots, now=moment), cores=cores())
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
    )
    if facts.seal != before:
        raise Refused("it changed while it was validated; try again")
    return certificate(facts)
