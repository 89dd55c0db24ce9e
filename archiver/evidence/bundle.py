"""Writes an evidence bundle, as a folder or a zip: complete or not at all."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from archiver.digest import Hasher
from archiver.errors import Refused, StorageError, UsageError
from archiver.evidence.contents import Part, contents_of
from archiver.evidence.verify_text import SUMS
from archiver.packaging.zipping import Entry, Zip

_STORED = (".gz", ".png", ".pdf", ".jpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that was written: where, of which bags, how many files and bytes, and what is held back of which bag."""

    output: Path
    bags: tuple[str, ...]
    files: int
    octets: int
    held_back: tuple[tuple[str, str], ...]


def bundle_bag(bag: Path, output: Path, moment: datetime, *, roots: bytes | None = None) -> Bundle:
    """Write the bundle of a bag to `output`: a zip where its name ends so, else a folder. Nothing that is there is
    overwritten. Raises UsageError where it is there, Refused as `contents_of` does, StorageError."""
    _require_free(output)
    found = contents_of(bag, moment, roots)
    files, octets = _write(found.parts, output, moment)
    held = tuple((found.name, each) for each in found.held_back)
    return Bundle(output=output, bags=(found.name,), files=files, octets=octets, held_back=held)


def _require_free(output: Path) -> None:
    if os.path.lexists(output):
        raise UsageError(f"--output {output} is there already; nothing was overwritten")


def _write(parts: Sequence[Part], output: Path, moment: datetime) -> tuple[int, int]:
    """Number of files and bytes of all parts. Raises StorageError, Refused."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".bundle-", dir=output.parent))
    except OSError as error:
        raise StorageError.from_os(f"write {output}", error) from error
    try:
        if output.suffix.lower() == ".zip":
            sums, octets = _hashed(parts, None)
            whole = [*parts, Part(path=SUMS, read=partial(iter, (sums,)))]
            top = output.name[: -len(output.suffix)]
            entries = (
                Entry(name=f"{top}/{each.path}", read=each.read, stored=each.path.endswith(_STORED)) for each in whole
            )
            place = staged / output.name
            with place.open("xb") as file:
                for chunk in Zip(entries, moment).stream():
                    file.write(chunk)
        else:
            place = staged / "bundle"
            place.mkdir()
            sums, octets = _hashed(parts, place)
            (place / SUMS).write_bytes(sums)
        _require_free(output)
        place.rename(output)
    except OSError as error:
        raise StorageError.from_os(f"write {output}", error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return len(parts) + 1, octets + len(sums)


def _hashed(parts: Sequence[Part], folder: Path | None) -> tuple[bytes, int]:
    """The list of digests of all parts as sha256sum writes it, and their bytes; the parts are written into `folder`,
    where there is one. Raises Refused where a file is not what its manifest says, OSError."""
    lines, octets = list[str](), 0
    for part in parts:
        hasher = Hasher()
        if folder is None:
            for chunk in part.read():
                hasher.update(chunk)
        else:
            place = folder / part.path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                for chunk in part.read():
                    hasher.update(chunk)
                    file.write(chunk)
        if part.sha256 not in (None, hasher.hexdigest()):
            raise Refused(f"{part.path} changed while it was bundled; try again")
        lines.append(f"{hasher.hexdigest()}  {part.path}\n")
        octets += hasher.size
    return "".join(sorted(lines, key=lambda line: line[66:])).encode(), octets
