"""`archiver show`: what is in a bag, where it came from, how it compares."""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.escape import visible
from archiver.ledger.bag_record import RECORD, read_record
from archiver.validation.bagit.manifests import MEMBERS
from archiver.validation.discover import find_bags
from archiver.validation.package.group_bag import members_of
from archiver.view.terminal import one_line, tell


def show(args: argparse.Namespace) -> int:
    """Tell each bag named in `args`. Raises UsageError, StorageError for what cannot be read."""
    for number, bag in enumerate(find_bags(args.bags)):
        members = _members(bag)
        record = {"group": bag.name, "members": members} if members else read_record(bag)
        if args.json:
            print(json.dumps(record))
            continue
        if number:
            print()
        if members:
            for line in (str(bag), "", f"a group of {len(members)} bags:", *(f"  {name}" for name in members)):
                print(visible(line))
            continue
        try:
            for line in _told(bag, record):
                print(line)
        except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
            raise StorageError(
                f"{bag / RECORD} is not a record as its schema says ({error}): see 'archiver validate'"
            ) from error
    return 0


def _members(bag: Path) -> list[str]:
    """The names of the bags of a group; none for another bag. Raises StorageError."""
    try:
        return [name for name, _ in members_of(bag)] if (bag / MEMBERS).is_file() else []
    except (OSError, ValueError, csv.Error) as error:
        raise StorageError(f"{bag / MEMBERS} cannot be read ({error}): see 'archiver validate {bag}'") from error


def _told(bag: Path, record: dict[str, Any]) -> Iterator[str]:
    seed, capture = record["seed"], record["capture"]
    yield visible(str(bag))
    yield ""
    yield f"seed      {one_line(seed['original_name'])}: {one_line(seed['headline'] or 'no headline')}"
    yield f"from      {one_line(capture['requested_url'])}"
    for address in capture["redirects"]:
        yield f"moved to  {one_line(address)}"
    reason, status = one_line(capture["reason"] or ""), f"status {one_line(capture['status'])}"
    told = "" if status in reason else f", {status}"
    yield f"outcome   {one_line(capture['outcome'])}{f' ({reason})' if reason else ''}{told}"
    address = one_line(capture["ip"] or "an unknown address")
    yield f"captured  {one_line(capture['started'])} from {address}{_tls(capture['tls'])}"
    yield f"record    {one_line(capture['record_id'])} in data/{one_line(capture['warc'])}"
    payload = capture["payload_sha256"]
    yield f"payload   {f'sha256 {one_line(payload)}' if payload else 'no digest: the message was not whole'}"
    yield from tell(record, colour=sys.stdout.isatty())


def _tls(tls: dict[str, Any] | None) -> str:
    if not tls:
        return ", no TLS"
    trust = "verified" if tls["verified"] else "NOT VERIFIED"
    return f", {one_line(tls['protocol'])}, certificate {trust}, issued by {one_line(tls['issuer'] or 'not known')}"
