"""Settings that are one value or several: addresses of time-stamping authorities."""

from collections.abc import Sequence

Several = str | tuple[str, ...] | None


def several(stated: Several) -> tuple[str, ...]:
    """What a setting names, as a tuple."""
    return (stated,) if isinstance(stated, str) else stated or ()


def one_or_several(given: str | Sequence[str]) -> Several:
    """A setting from one value or a list; a list of one is that one."""
    if isinstance(given, str):
        return given
    return given[0] if len(given) == 1 else tuple(given) or None
