"""The records of finished bags, read back as somebody else may have written them. Whether a record is true and follows
its schema, `validate/` judges."""

import json
import os
import shlex
import stat
from pathlib import Path
from typing import Any

from archiver.errors import StorageError

RECORD = "data/provenance.json"
_LARGEST = 256 << 20


def read_record(bag: Path) -> dict[str, Any]:
    """The record of a bag, a JSON object. Raises StorageError where it is missing or cannot be read."""
    path = bag / RECORD
    try:
        # Non-blocking: opening a fifo nobody writes to would otherwise never return.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
                raise StorageError(
                    f"{path} is not a file, or larger than {_LARGEST:,} bytes: not a record made by archiver"
                )
            record = json.loads(file.read(_LARGEST))
    except FileNotFoundError:
        raise StorageError(
            f"{bag} has no {RECORD}: archiver did not make this bag; 'archiver validate' judges any"
        ) from None
    except OSError as error:
        raise StorageError.from_os(f"read {path}", error) from error
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{path} is not JSON: {error}; see 'archiver validate {shlex.quote(str(bag))}'") from error
    if not isinstance(record, dict):
        raise StorageError(f"{path} is not a JSON object; see 'archiver validate {shlex.quote(str(bag))}'")
    return record
