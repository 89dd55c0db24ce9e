"""The table of damages: each takes a good bag and breaks it in one way, and names all findings that must follow.

`@made` changes the parts before the bag is written (so that all checksums fit), `@done` the finished bag on disk.
The damages themselves are in the modules beside this one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builders.bags import Builder


@dataclass(frozen=True)
class Damage:
    """`expected` are all findings, as `CODE path`, in the order of the report."""

    name: str
    expected: tuple[str, ...]
    made: Callable[[Builder], object] | None = None
    done: Callable[[Path], object] | None = None
    second_opinion: bool = False

    def inflict(self, folder: Path) -> Path:
        builder = Builder()
        if self.made:
            self.made(builder)
        path = builder.write(folder)
        if self.done:
            self.done(path)
        return path


DAMAGES: list[Damage] = []


def made(*expected: str, second_opinion: bool = False) -> Callable[[Callable[[Builder], object]], None]:
    def keep(change: Callable[[Builder], object]) -> None:
        name = change.__name__.replace("_", " ")
        DAMAGES.append(Damage(name=name, expected=expected, made=change, second_opinion=second_opinion))

    return keep


def done(*expected: str, second_opinion: bool = False) -> Callable[[Callable[[Path], object]], None]:
    def keep(change: Callable[[Path], object]) -> None:
        name = change.__name__.replace("_", " ")
        DAMAGES.append(Damage(name=name, expected=expected, done=change, second_opinion=second_opinion))

    return keep
