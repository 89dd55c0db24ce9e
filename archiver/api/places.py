"""Paths as the functions of the API take them."""

from collections.abc import Iterable
from pathlib import Path

AnyPath = str | Path


def paths(named: AnyPath | Iterable[AnyPath]) -> list[Path]:
    """One path, or several, as paths."""
    return [Path(named)] if isinstance(named, (str, Path)) else [Path(each) for each in named]
