"""The names that bags and their files may have where they travel: the same for those who send and those who receive.

What `archiver receive` refuses, `archiver handoff` does not send. The bounds are those of the reader of archives.
"""

import os
from collections.abc import Iterable

from archiver.errors import Refused

DEPTH = 64
"""Folders a file may lie in."""
LONGEST_NAME = 200
"""Bytes of a bag's name: those of receipts and their signatures are longer."""
RESERVED = ("receipts", "groups")
_NAME, _PATH = 255, 3_000
_ENTRIES = 2_000_000
_DIRECTORY = 64 << 20
_PER_ENTRY = 46 + 28
"""Bytes of an entry in the directory of a zip besides its name, with those of zip64."""


def require_bag_name(name: str, *, packed: bool = False) -> None:
    """Raises Refused for a name that a bag may not have where it is received; `packed`: in an archive."""
    taken = name.lower() in RESERVED  # in any case: not every disk distinguishes case
    odd = not name.isprintable() or name.startswith((".", "-", " ")) or name.endswith((".", " "))
    if taken or odd or len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
        raise Refused(
            f"{name[:80]!r} cannot be a bag's name here or at its receiver: it may not begin with a dot, a hyphen or a "
            f"space, end with a dot or a space, be {' or '.join(RESERVED)}, or over {LONGEST_NAME} bytes; rename it"
        )
    if packed and (name == "data" or "\\" in name):
        raise Refused(f"an archive cannot hold a bag of the name {name!r}; rename the folder")


def require_path(path: str) -> None:
    """Raises Refused for a path in a bag that cannot be unpacked."""
    parts = path.split("/")
    raw = [os.fsencode(part) for part in parts]
    if not path or any(part in ("", ".", "..") for part in parts) or "\0" in path:
        raise Refused(f"the name {path[:200]!r} leads out of the bag, or nowhere")
    if len(parts) > DEPTH or max(map(len, raw)) > _NAME or sum(map(len, raw)) + len(raw) > _PATH:
        raise Refused(f"the name {path[:80]!r}… is too long, or lies in more than {DEPTH} folders")


def require_packable(bag: str, paths: Iterable[str], *, zipped: bool) -> None:
    """Raises Refused where an archive of these files would not be read by its receiver."""
    require_bag_name(bag, packed=True)
    count = directory = 0
    for path in paths:
        require_path(path)
        if "\\" in path:
            raise Refused(
                f"the name {path[:200]!r} has a backslash, which separates folders in archives elsewhere; hand the bag "
                "off with --form folder"
            )
        count += 1
        directory += _PER_ENTRY + len(os.fsencode(f"{bag}/{path}"))
    if count > _ENTRIES:
        raise Refused(f"it has {count:,} files; an archive may have {_ENTRIES:,}: hand the bag off with --form folder")
    if zipped and directory > _DIRECTORY:
        raise Refused(f"the list of its {count:,} files is too long for a zip; hand the bag off with --form tar")
