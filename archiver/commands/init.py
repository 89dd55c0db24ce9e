"""`archiver init`: a commented archiver.toml."""

import argparse
import os
import sys
from importlib.resources import files

from archiver.errors import StorageError, UsageError


def init(args: argparse.Namespace) -> int:
    """Write the example settings; an existing file is not touched. Raises UsageError, StorageError."""
    text = (files("archiver.commands") / "archiver.toml").read_text("utf-8")
    if os.path.lexists(args.file):
        raise UsageError(f"{args.file} is there already; name another file, or move it away")
    half = args.file.with_name(f".{args.file.name}.{os.getpid()}")
    try:
        try:
            half.write_text(text, encoding="utf-8")
            half.replace(args.file)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError.from_os(f"write {args.file}", error) from error
    if not args.quiet:
        print(
            f"wrote {args.file}: every setting with its default; take the # away where you change one", file=sys.stderr
        )
    return 0
