"""`archiver certify`: a draft certificate of authenticity for each bag, for a person to sign."""

import argparse
import sys
from datetime import UTC, datetime

from archiver.commands.settings import bags_of, settings_of
from archiver.errors import Refused, UsageError
from archiver.escape import visible
from archiver.trust.custody import write_new
from archiver.validation.discover import find_bags
from archiver.validation.trust.policy import read_roots
from archiver.verification.certify import draft
from archiver.view.certificate import Certificate
from archiver.view.certificate_pages import as_html, as_text


def certify(args: argparse.Namespace) -> int:
    """Draft a certificate of every bag named in `args`; 1 when one was refused. Raises UsageError, StorageError."""
    config = settings_of(args)
    if args.output and args.output.exists():
        raise UsageError(f"--output {args.output} is there already; nothing was overwritten")
    roots = read_roots(args.trust_roots) if args.trust_roots else None
    drafts: list[Certificate] = []
    refused = 0
    for bag in find_bags(bags_of(args.places, config)):
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
