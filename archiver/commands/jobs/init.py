"""`archiver init`: a commented archiver.toml."""

import argparse
import json
import os
import sys
from importlib.resources import files
from pathlib import Path

from archiver.errors import StorageError, UsageError


def init(args: argparse.Namespace) -> int:
    """Write the example settings; an existing file is not touched. Raises UsageError, StorageError."""
    text = (files("archiver.commands") / "archiver.toml").read_text("utf-8")
    file: Path = args.file or args.config or Path("archiver.toml")
    if args.bags is not None:
        text = text.replace('# bags = "bags" ', f"bags = {json.dumps(str(args.bags), ensure_ascii=False)} ", 1)
    if os.path.lexists(file):
        raise UsageError(f"{file} is there already; name another file, or move it away")
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        try:
            half.write_text(text, encoding="utf-8")
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError.from_os(f"write {file}", error) from error
    if not args.quiet:
        print(f"wrote {file}: every setting with its default; take the # away where you change one", file=sys.stderr)
    return 0
