"""Errors: archiver itself could not do what was asked.

What is wrong with a seed, a page or a bag is never an error but a value (`SeedRefused`, `Failure`, `Finding`): it is
kept, reported, and the job goes on.

    ArchiverError           exit code 3
    ├── UsageError          2   the command or its settings are wrong
    ├── StorageError        3   a file or folder cannot be read or written
    │   └── BagsLocked      3   another job holds the bags folder
    ├── TimestampError      3   the time-stamping authority gave no valid timestamp
    ├── Refused             1   this bag or package is not handed over or taken in; others are
    └── RecordingError      3   the recorder contradicts itself: the capture is not kept

Each message is one line: what was found, where, and what to do.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, whatever its case; None where none is near."""
    from difflib import get_close_matches

    by_case = {each.lower(): each for each in known}
    near = get_close_matches(name[:80].lower(), list(by_case), 1)
    return by_case[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a message: `; did you mean NEAREST?`, or `otherwise` where no known name is near."""
    near = nearest(name, known)
    return f"; did you mean {near}?" if near else otherwise


def not_one_of(value: object, known: Iterable[str]) -> str:
    """What is said of a value that is not one of the known ones, with the nearest of them."""
    choices, text = list(known), str(value)[:80]
    allowed = f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]
    return f"{text!r} is not {allowed}{did_you_mean(text, choices)}"


def how_to_install(extra: str) -> str:
    """The command that installs an extra. It names the project's folder, never `archiver` alone: on the public index
    that name may be somebody else's package."""
    return f"pip install '.[{extra}]' in the project's folder"


class ArchiverError(Exception):
    """Root of the tree. `exit_code` is what the command line returns (docs/command-line.md, exit codes)."""

    exit_code = 3


class UsageError(ArchiverError):
    """Wrong usage or settings."""

    exit_code = 2


class StorageError(ArchiverError):
    """A path cannot be read or written."""

    @classmethod
    def from_os(cls, doing: str, error: OSError) -> "StorageError":
        """One line from an OSError: `doing` says what was attempted, e.g. "write the bag". The file is named once."""
        named = not error.filename or f" {error.filename} " in f" {doing} "
        where = "" if named else f" ({error.filename})"
        return cls(f"cannot {doing}{where}: {error.strerror or error}")


class BagsLocked(StorageError):
    """Another job holds the lock of this bags folder."""


class TimestampError(ArchiverError):
    """The time-stamping authority cannot be reached, refuses, or its answer is not valid."""


class Refused(ArchiverError):
    """One bag or package is not delivered or received: what is wrong with it. Nothing was changed."""

    exit_code = 1


class RecordingError(ArchiverError):
    """Records and exchanges of a capture do not match in number (docs/bag-format.md, section 4.4)."""


@contextmanager
def storage(doing: str) -> Iterator[None]:
    """Turns OSErrors inside into StorageErrors."""
    try:
        yield
    except OSError as error:
        raise StorageError.from_os(doing, error) from error
