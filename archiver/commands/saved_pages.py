"""`archiver extract` and `archiver compare`: saved pages, without network or bag."""

import argparse
import json
import sys

from archiver import api
from archiver.article.saved_page import saved_page
from archiver.bag.record import parts
from archiver.commands.settings import settings_of
from archiver.errors import StorageError, UsageError
from archiver.escape import visible
from archiver.view.terminal import record_lines


def extract(args: argparse.Namespace) -> int:
    """Print the text of each page; a page that cannot be read is reported and the rest goes on, with exit code 3."""
    limit = settings_of(args).limits.page_bytes
    code = 0
    for path in args.pages:
        try:
            article = api.extract(saved_page(path, limit=limit))
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
    config = settings_of(args)
    try:
        seed = api.read_seed(args.seed)
    except UsageError as error:  # the words are right, the file is not
        raise StorageError(str(error)) from error
    page = saved_page(args.page, seed.url, limit=config.limits.page_bytes)
    record = parts(api.compare(seed, page))
    if args.json:
        print(json.dumps(record))
        return 0
    for line in record_lines(record, colour=sys.stdout.isatty()):
        print(line)
    return 0
