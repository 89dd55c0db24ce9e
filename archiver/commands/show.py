"""`archiver show`: what is in a bag, where it came from, how it compares."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.validate.find import find_bags
from archiver.view.telling import one_line, tell
from archiver.visible import visible

RECORD = "data/provenance.json"
_LARGEST = 256 << 20


def show(args: argparse.Namespace) -> int:
    """Tell each bag named in `args`. Raises UsageError, StorageError for what cannot be read."""
    for number, bag in enumerate(find_bags(args.bags)):
        record = read_record(bag)
        if args.json:
            print(json.dumps(record))
            continue
        if number:
            print()
        try:
            for line in _told(bag, record):
                print(line)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise StorageError(
                f"{bag / RECORD} is not a record as its schema says ({error}): see 'archiver validate'"
            ) from error
    return 0


def read_record(bag: Path) -> dict[str, Any]:
    """The record of a bag. Raises StorageError where it has none that can be read."""
    path = bag / RECORD
    try:
        if path.stat().st_size > _LARGEST:
            raise StorageError(f"{path} is larger than {_LARGEST} bytes; this is no record of ours")
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise StorageError(
            f"{bag} has no {RECORD}: archiver did not make this bag; 'archiver validate' judges any"
        ) from None
    except OSError as error:
        raise StorageError.from_os(f"read {path}", error) from error
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{path} is not JSON: {error}; see 'archiver validate {bag}'") from error
    if not isinstance(record, dict):
        raise StorageError(f"{path} is not a JSON object; see 'archiver validate {bag}'")
    return record


def _told(bag: Path, record: dict[str, Any]) -> Iterator[str]:
    seed, capture = record["seed"], record["capture"]
    yield visible(str(bag))
    yield ""
    yield f"seed      {one_line(seed['original_name'])}: {one_line(seed['headline'] or 'no headline')}"
    yield f"from      {one_line(capture['requested_url'])}"
    for address in capture["redirects"]:
        yield f"moved to  {one_line(address)}"
    reason = f" ({one_line(capture['reason'])})" if capture["reason"] else ""
    yield f"outcome   {one_line(capture['outcome'])}{reason}, status {capture['status']}"
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
