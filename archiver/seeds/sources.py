"""Where seeds lie: folders, files, lists, addresses given on the command line or on standard input. Reading only;
nothing is fetched.

A folder gives its files of known formats in the order of their names (`formats/table.py`), but not `README*` and
dotfiles; what it leaves alone is named by `left_alone`. Sub-folders are not entered: what somebody sorted away (drafts,
done, rejected) is not to be archived by accident; name them as targets of their own. Symbolic links are followed, since
whoever made them chose what they lead to.
"""

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from archiver.config import Limits
from archiver.errors import StorageError, UsageError
from archiver.model import LeftAlone, Seed, SeedRefused
from archiver.seeds.addresses.labelled import check
from archiver.seeds.document import read_document
from archiver.seeds.formats import table
from archiver.seeds.lists import is_list, read_list
from archiver.seeds.refusal import Refusal, shown

STDIN = "-"
_ADDRESS = re.compile(r"https?:", re.IGNORECASE)
_LONGEST_NAME = 100
_LONGEST_LINE = 64 << 10
_READ_ADVICE = "check the file and who may read it, then run again"


def read_seeds(targets: Sequence[str], *, limits: Limits, guess_url: bool = False) -> Iterator[Seed | SeedRefused]:
    """The seeds of all targets, in order, each read only when its turn comes. `-` is a list of addresses on standard
    input, one a line. `guess_url` takes the only plausible address of a document in which no line states one.

    Raises at once, before the first seed is read: UsageError for a target that does not exist and for a folder without
    seeds, StorageError for a folder that cannot be listed. A file that is unreadable, empty, larger than
    `limits.seed_bytes` or no ordinary file comes out as a `SeedRefused`, and the rest goes on.
    """
    return _read(_places(targets), limits, guess_url)


def seeds_of(
    places: Seed | str | Path | Iterable[Seed | SeedRefused | str | Path], *, limits: Limits, guess_url: bool = False
) -> Iterator[Seed | SeedRefused]:
    """Seeds as they are, and those of all places among them. Places in a list or tuple are looked for at once, as
    `read_seeds` does, those of another iterable in their turn."""
    if isinstance(places, (Seed, str, Path)):
        places = [places]

    def of(each: Seed | SeedRefused | str | Path) -> Iterable[Seed | SeedRefused]:
        if isinstance(each, (Seed, SeedRefused)):
            return [each]
        return read_seeds([str(each)], limits=limits, guess_url=guess_url)

    found = [of(each) for each in places] if isinstance(places, (list, tuple)) else (of(each) for each in places)
    return chain.from_iterable(found)


def count_seeds(targets: Sequence[str]) -> int | None:
    """How many seeds `read_seeds` will give; None where a list is among them. Raises as `read_seeds` does."""
    places = _places(targets)
    return None if any(each == STDIN or (isinstance(each, Path) and is_list(each)) for each in places) else len(places)


def left_alone(targets: Sequence[str]) -> list[LeftAlone]:
    """The files in folders among the targets that `read_seeds` does not read, each with the reason. Raises
    StorageError for a folder that cannot be listed."""
    return [
        LeftAlone(origin=_printable(str(path)), reason=reason)
        for target in targets
        if not _ADDRESS.match(target) and target != STDIN and os.path.isdir(target)  # noqa: PTH112
        for path, reason in _entries(Path(target))
        if reason is not None
    ]


def left_alone_in_words(found: Sequence[LeftAlone]) -> str:
    """`14 left alone: 3 .docx without … (a.docx, b.docx, c.docx), …`: each reason once, with its files."""
    groups: dict[str, list[str]] = {}
    for each in found:
        groups.setdefault(each.reason, []).append(Path(each.origin).name)
    reasons = [
        f"{len(names)} {reason} ({', '.join(names[:5])}{f' and {len(names) - 5} more' if len(names) > 5 else ''})"
        for reason, names in sorted(groups.items(), key=lambda each: (-len(each[1]), each[0]))
    ]
    return f"{len(found)} left alone: {'; '.join(reasons)}"


def _read(places: Sequence[Path | str], limits: Limits, guess_url: bool) -> Iterator[Seed | SeedRefused]:
    for place in places:
        if place == STDIN:
            yield from _read_stdin()
        elif isinstance(place, str):
            yield _read_address(place)
        elif is_list(place):
            yield from _read_list(place)
        else:
            yield _read_file(place, limits, guess_url)


def _read_stdin() -> Iterator[Seed | SeedRefused]:
    number = 0
    while line := sys.stdin.buffer.readline(_LONGEST_LINE):
        number += 1
        address = line.decode("utf-8", "surrogateescape").strip().strip("<>")
        if address and not address.startswith("#"):
            yield _read_address(address, f"{STDIN}:{number}")


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
        if _ADDRESS.match(target) or target == STDIN:
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
    entries = _entries(folder)
    seeds = [path for path, reason in entries if reason is None]
    if not seeds:
        left = f"; {left_alone_in_words([LeftAlone(origin=str(path), reason=str(why)) for path, why in entries])}"
        raise UsageError(
            f"{_printable(str(folder))}: no seeds in this folder; looked for *.txt and *.md, saved pages, mail, "
            "lists and bookmarks (not README*, not dotfiles, not in sub-folders); put seed documents there or name "
            f"another folder{_printable(left) if entries else ''}"
        )
    return seeds


def _entries(folder: Path) -> list[tuple[Path, str | None]]:
    """What lies in a folder in the order of its names, each with why it is left alone, or None."""
    try:
        paths = sorted(folder.iterdir(), key=lambda path: path.name)
        return [(path, "sub-folder" if path.is_dir() else _reason(path)) for path in paths]
    except OSError as error:
        raise StorageError.from_os("list the folder of seeds", error) from error


def _reason(path: Path) -> str | None:
    reason = table.leave_alone(path.name)
    if reason is None and path.name.lower().endswith(table.PERHAPS_LISTS) and not is_list(path):
        return f"{path.suffix.lower()} that is not a list of seeds"
    return reason


def _read_file(path: Path, limits: Limits, guess_url: bool) -> Seed | SeedRefused:
    origin = _printable(str(path))
    try:
        data = _bounded(path, limits.seed_bytes)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        return SeedRefused(origin=origin, line=0, problem=problem, advice=_READ_ADVICE)
    except Refusal as refusal:
        return SeedRefused(origin=origin, line=0, problem=refusal.problem, advice=refusal.advice)
    return read_document(data, origin=origin, name=_printable(path.name), guess_url=guess_url)


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


_PATH = re.compile(r"https?:[/\\]++[^/\\?#]*+|[?#].*", re.IGNORECASE | re.DOTALL)
"""What of an address is not its path."""


def _read_address(address: str, origin: str | None = None) -> Seed | SeedRefused:
    # A password on the command line must not travel on in messages.
    origin = origin or re.sub(r"^(https?:/*)[^/?#\\]*@", r"\1", _printable(address), flags=re.IGNORECASE)
    try:
        host = urlsplit(check(_printable(address), 0)).hostname
        if _printable(address) != address:
            raise Refusal(0, f"{shown(_printable(address))} is not UTF-8", "write such bytes percent-encoded")
    except Refusal as refusal:
        return SeedRefused(origin=origin, line=0, problem=refusal.problem, advice=refusal.advice)
    last = _PATH.sub("", address).rstrip("/").rpartition("/")[2].partition(";")[0]  # ;jsessionid=… is nobody's business
    name = re.sub(r"[^A-Za-z0-9._]+", "-", f"{host}-{last}")[:_LONGEST_NAME].strip("-.")
    return read_document(f"Original url: <{address}>\n".encode(), origin=origin, name=f"{name or 'address'}.txt")


def _printable(words: str) -> str:
    """File names and arguments as text that can be written anywhere: bytes that are not UTF-8 stand as `\\xNN`."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
