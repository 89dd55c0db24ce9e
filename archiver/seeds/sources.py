"""Where seeds lie: folders, files, lists, and addresses given on the command line. Reading only; nothing is fetched.

A folder gives its `*.txt` and `*.md` in the order of their names, not `README*` nor dotfiles. Sub-folders are not
entered: what somebody sorted away (drafts, done, rejected) is not to be archived by accident; name them as targets of
their own. Symbolic links are followed, since whoever made them chose what they lead to.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from archiver.config import Limits
from archiver.errors import StorageError, UsageError
from archiver.model import Seed, SeedRefused
from archiver.seeds.addresses import check
from archiver.seeds.document import read_document
from archiver.seeds.lists import is_list, read_list
from archiver.seeds.refusal import Refusal

SUFFIXES = (".txt", ".md")
_ADDRESS = re.compile(r"https?:", re.IGNORECASE)
_LONGEST_NAME = 100
_READ_ADVICE = "check the file and who may read it, then run again"


def read_seeds(targets: Sequence[str], *, limits: Limits) -> Iterator[Seed | SeedRefused]:
    """The seeds of all targets, in order, each read only when its turn comes.

    Raises at once, before the first seed is read: UsageError for a target that does not exist and for a folder without
    seeds, StorageError for a folder that cannot be listed. A file that is unreadable, empty, larger than
    `limits.seed_bytes` or no ordinary file comes out as a `SeedRefused`, and the rest goes on.
    """
    return _read(_places(targets), limits)


def seeds_of(
    places: Seed | str | Path | Iterable[Seed | SeedRefused | str | Path], *, limits: Limits
) -> Iterator[Seed | SeedRefused]:
    """Seeds as they are, and those of all places among them. Places in a list or tuple are looked for at once, as
    `read_seeds` does, those of another iterable in their turn."""
    if isinstance(places, (Seed, str, Path)):
        places = [places]

    def of(each: Seed | SeedRefused | str | Path) -> Iterable[Seed | SeedRefused]:
        return [each] if isinstance(each, (Seed, SeedRefused)) else read_seeds([str(each)], limits=limits)

    found = [of(each) for each in places] if isinstance(places, (list, tuple)) else (of(each) for each in places)
    return chain.from_iterable(found)


def count_seeds(targets: Sequence[str]) -> int | None:
    """How many seeds `read_seeds` will give, without opening one; None where a list is among them. Raises as
    `read_seeds` does."""
    places = _places(targets)
    return None if any(isinstance(each, Path) and is_list(each) for each in places) else len(places)


def _read(places: Sequence[Path | str], limits: Limits) -> Iterator[Seed | SeedRefused]:
    for place in places:
        if isinstance(place, str):
            yield _read_address(place)
        elif is_list(place):
            yield from _read_list(place)
        else:
            yield _read_file(place, limits)


def _read_list(path: Path) -> Iterator[Seed | SeedRefused]:
    origin = _printable(str(path))
    try:
        if not path.is_file():
            raise FileNotFoundError(0, "not an ordinary file")
        yield from read_list(path, origin=origin)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        yield SeedRefused(origin=origin, line=0, problem=problem, advice=_READ_ADVICE)


def _places(targets: Sequence[str]) -> list[Path | str]:
    """Files to read, as paths, and addresses, as words."""
    places: list[Path | str] = []
    for target in targets:
        if _ADDRESS.match(target):
            places.append(target)
        elif os.path.isdir(target):  # noqa: PTH112 - Path("") is the current folder, and Path.is_dir may raise
            places += _folder(Path(target))
        elif os.path.lexists(target):
            places.append(Path(target))
        else:
            raise UsageError(
                f"{_printable(target)}: no such file or folder; name a folder of seeds, a seed document, a list (.csv, "
                ".jsonl), or an address that begins with http:// or https://"
            )
    return places


def _folder(folder: Path) -> list[Path]:
    try:
        seeds = [path for path in folder.iterdir() if _is_seed_name(path.name) and not path.is_dir()]
    except OSError as error:
        raise StorageError.from_os("list the folder of seeds", error) from error
    if not seeds:
        raise UsageError(
            f"{_printable(str(folder))}: no seeds in this folder; looked for *.txt and *.md (not README*, not "
            "dotfiles, not in sub-folders); put seed documents there or name another folder"
        )
    return sorted(seeds, key=lambda path: path.name)


def _is_seed_name(name: str) -> bool:
    plain = name.lower()
    return plain.endswith(SUFFIXES) and not plain.startswith(("readme", "."))


def _read_file(path: Path, limits: Limits) -> Seed | SeedRefused:
    origin = _printable(str(path))
    try:
        data = _bounded(path, limits.seed_bytes)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        return SeedRefused(origin=origin, line=0, problem=problem, advice=_READ_ADVICE)
    except Refusal as refusal:
        return SeedRefused(origin=origin, line=0, problem=refusal.problem, advice=refusal.advice)
    return read_document(data, origin=origin, name=_printable(path.name))


def _bounded(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file. Raises Refusal for a fifo or device, which could keep us waiting, and for more
    than `most` bytes."""
    # Non-blocking: opening a fifo nobody writes to would otherwise never return.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refusal(0, "not an ordinary file", "name a text document")
        data = file.read(most + 1)
    if len(data) > most:
        raise Refusal(0, f"larger than {most:,} bytes", "keep the article's text only, or raise limits.seed_bytes")
    return data


def _read_address(address: str) -> Seed | SeedRefused:
    # A password on the command line must not travel on in messages.
    origin = re.sub(r"^(https?:/*)[^/?#\\]*@", r"\1", _printable(address), flags=re.IGNORECASE)
    try:
        parts = check(_printable(address), 0)
    except Refusal as refusal:
        return SeedRefused(origin=origin, line=0, problem=refusal.problem, advice=refusal.advice)
    last = parts.path.rstrip("/").rpartition("/")[2].partition(";")[0]  # ;jsessionid=… is nobody's business
    name = re.sub(r"[^A-Za-z0-9._]+", "-", f"{parts.hostname}-{last}")[:_LONGEST_NAME].strip("-.")
    return read_document(f"Original url: <{address}>\n".encode(), origin=origin, name=f"{name or 'address'}.txt")


def _printable(words: str) -> str:
    """File names and arguments as text that can be written anywhere: bytes that are not UTF-8 stand as `\\xNN`."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
