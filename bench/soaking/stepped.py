"""`python stepped.py FILE COMMAND …`: the command line, to which the clock says what FILE has it say.

FILE holds the seconds by which the clock is wrong, and may be written anew at any moment. The wall clock alone is set,
in whatever process comes of it; the monotonic one, by which programs wait, goes on. (libfaketime 0.9.10 lets every
`time.sleep` of Python 3.11 fail where it leaves the monotonic clock alone.)
"""

import copyreg
import datetime as module
import sys
import time
from pathlib import Path
from typing import Any, cast

_PLAIN, _TIME, _TIME_NS = module.datetime, time.time, time.time_ns
_place: list[Path] = []


def offset() -> float:
    """Seconds by which the clock is wrong now."""
    try:
        return float(_place[0].read_text())
    except (OSError, ValueError):  # just being written
        return 0.0


class _Any(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _PLAIN)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, _PLAIN)


class Stepped(_PLAIN, metaclass=_Any):
    """`datetime`, by the clock that is wrong."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return _PLAIN.now(tz) + module.timedelta(seconds=offset())

    @classmethod
    def utcnow(cls) -> Any:
        return _PLAIN.now(module.UTC).replace(tzinfo=None) + module.timedelta(seconds=offset())


def install(place: Path) -> None:
    """Set the clock of this process, before archiver is imported."""
    _place.append(place)
    Stepped.__module__, Stepped.__qualname__, Stepped.__name__ = "datetime", "datetime", "datetime"
    module.datetime = Stepped  # type: ignore[misc]
    copyreg.pickle(_PLAIN, lambda moment: (Stepped, moment.__reduce__()[1]))  # by its name it is another class now
    time.time = lambda: _TIME() + offset()
    time.time_ns = cast(Any, lambda: _TIME_NS() + int(offset() * 1e9))


if sys.argv[1:] and __name__ in ("__main__", "__mp_main__"):
    install(Path(sys.argv[1]))
    if __name__ == "__main__":
        from archiver.cli import main

        sys.exit(main(sys.argv[2:]))
