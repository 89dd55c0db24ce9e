"""Writes an evidence bundle, as a folder or a zip: complete or not at all."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from archiver.digest import Hasher
from archiver.errors import Refused, StorageError, UsageError
from archiver.evidence.contents import INDEX, VERIFY, Contents, Part, contents_of, csv_text, once
from archiver.evidence.verify_text import SUMS
from archiver.packaging.zipping import Entry, Zip
from archiver.templates import render

_STORED = (".gz", ".png", ".pdf", ".jpg")
SHEET = "exhibits.csv"
_COLUMNS: tuple[str, ...] = (
    *("exhibit", "case", "title", "address", "captured", "outcome", "verdict", "held_back", "bag", "seal", "folder"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that was written: where, of which bags, how many files and bytes, what is held back of which bag, and
    which bags are not in it."""

    output: Path
    bags: tuple[str, ...]
    files: int
    octets: int
    held_back: tuple[tuple[str, str], ...]
    refused: tuple[tuple[str, str], ...] = ()


def bundle_bag(
    bag: Path, output: Path, moment: datetime, *, roots: bytes | None = None, private: bool = False
) -> Bundle:
    """Write the bundle of a bag to `output`: a zip where its name ends so, else a folder. Nothing that is there is
    overwritten; with `private` facts about people and cases go along. Raises UsageError where it is there, Refused as
    `contents_of` does, StorageError."""
    _require_free(output)
    found = contents_of(bag, moment, roots, private=private)
    files, octets = _write(found.parts, [""], output, moment)
    return Bundle(output=output, bags=(found.name,), files=files, octets=octets, held_back=_held([found]))


def bundle_exhibits(
    bags: Iterable[Path], output: Path, moment: datetime, *, roots: bytes | None = None, private: bool = False
) -> Bundle:
    """Write one bundle of many bags, each in a folder of its own, in the order of their exhibit numbers, with a sheet
    that lists them (HTML and CSV). Bags that are refused are not in it. Raises UsageError, Refused where no bag is
    left, StorageError."""
    _require_free(output)
    found, refused = list[Contents](), list[tuple[str, str]]()
    for bag in bags:
        try:
            found.append(contents_of(bag, moment, roots, private=private))
        except Refused as error:
            refused.append((bag.name, str(error)))
    if not found:
        raise Refused("; ".join(why for _, why in refused) or "there is no bag")
    found.sort(key=lambda each: (not each.exhibit, _natural(each.exhibit), each.captured, each.name))
    folders = [f"{number:03}-{each.name}/" for number, each in enumerate(found, start=1)]
    parts = [
        replace(part, path=folder + part.path)
        for folder, each in zip(folders, found, strict=True)
        for part in each.parts
    ]
    header = (*_COLUMNS, *(("collector", "purpose") if private else ()))
    rows = [_row(each, folder, private=private) for each, folder in zip(found, folders, strict=True)]
    sheet = {
        SHEET: csv_text(header, rows),
        INDEX: render("exhibits.html", header=header, rows=rows, folders=folders, refused=len(refused)),
        VERIFY: _VERIFY.format(sums=SUMS),
    }
    made = [Part(path=path, read=partial(once, text.encode("utf-8", "replace"))) for path, text in sheet.items()]
    files, octets = _write([*made, *parts], [*folders, ""], output, moment)
    return Bundle(
        output=output,
        bags=tuple(each.name for each in found),
        files=files,
        octets=octets,
        held_back=_held(found),
        refused=tuple(refused),
    )


_VERIFY = """# Checking these exhibits without archiver

Each folder is a bundle of one exhibit, with a `VERIFY.md` of its own: open a terminal in the folder, and follow it.
That all folders arrived as they were made, `{sums}` beside this file says. On Linux:

```sh
(
set -eo pipefail
sha256sum --check --quiet {sums}
echo OK
)
```

On macOS `shasum --algorithm 256 --check {sums}`; on Windows the first block of each folder's `VERIFY.md`.
"""


def _row(each: Contents, folder: str, *, private: bool) -> tuple[str, ...]:
    held = "yes" if each.held_back and not each.whole else ""
    columns = (each.exhibit, each.case, each.title, each.address, each.captured, each.outcome, each.verdict, held)
    facts = (each.facts.get("collector", ""), each.facts.get("purpose", "")) if private else ()
    return (*columns, each.name, each.seal, folder, *facts)


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorts E-9 before E-10."""
    return [
        (int(each), "") if each.isdecimal() else (-1, each.casefold()) for each in re.findall(r"\d{1,18}|\D+", text)
    ]


def _held(found: Iterable[Contents]) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, why) for each in found for why in each.held_back)


def _require_free(output: Path) -> None:
    if os.path.lexists(output):
        raise UsageError(f"--output {output} is there already; nothing was overwritten")


def _write(parts: Sequence[Part], folders: Sequence[str], output: Path, moment: datetime) -> tuple[int, int]:
    """Number of files and bytes of all parts, and of the lists of digests, one in each of these folders, those inside
    before those around. Raises StorageError, Refused."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".bundle-", dir=output.parent))
    except OSError as error:
        raise StorageError.from_os(f"write {output}", error) from error
    try:
        if output.suffix.lower() == ".zip":
            whole, octets = _hashed(parts, folders, None)
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
            whole, octets = _hashed(parts, folders, place)
        _require_free(output)
        place.rename(output)
    except OSError as error:
        raise StorageError.from_os(f"write {output}", error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return len(whole), octets


def _hashed(parts: Sequence[Part], folders: Sequence[str], place: Path | None) -> tuple[list[Part], int]:
    """All parts with the lists of digests as sha256sum writes them, and their bytes; they are written into `place`,
    where there is one. Raises Refused where a file is not what its manifest says, OSError."""
    whole, digests, octets = list(parts), dict[str, str](), 0
    for part in parts:
        digests[part.path], size = _copied(part, place)
        octets += size
    for folder in folders:
        inside = (each for each in sorted(digests.items()) if each[0].startswith(folder))
        lines = (f"{digest}  {path[len(folder) :]}\n" for path, digest in inside)
        sums = Part(path=folder + SUMS, read=partial(once, "".join(lines).encode()))
        digests[sums.path], size = _copied(sums, place)
        whole.append(sums)
        octets += size
    return whole, octets


def _copied(part: Part, folder: Path | None) -> tuple[str, int]:
    """SHA-256 and size of a part, which is written into `folder`, where there is one."""
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
    return hasher.hexdigest(), hasher.size
