"""`archiver init`: a commented archiver.toml."""

import argparse
import sys
from importlib.resources import files

from archiver.errors import StorageError, UsageError


def init(args: argparse.Namespace) -> int:
    """Write the example settings; an existing file is not touched. Raises UsageError, StorageError."""
    text = (files("archiver.commands") / "archiver.toml").read_text("utf-8")
    try:
        with args.file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{args.file} is there already; name another file, or move it away") from None
    except OSError as error:
        raise StorageError.from_os(f"write {args.file}", error) from error
    if not args.quiet:
        print(
            f"wrote {args.file}: every setting with its default; take the # away where you change one", file=sys.stderr
        )
    return 0
