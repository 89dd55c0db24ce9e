"""The settings `[before_seal]`: programs that look at what is about to be sealed (docs/keep/before-sealing.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from archiver.errors import UsageError, not_one_of

Identifier = Literal["never", "auto", "siegfried", "fido"]
Scanner = Literal["never", "auto", "clamdscan", "clamscan"]
_KEYS = ("identify", "virus_scan", "commands", "seconds", "output_bytes", "processes", "content_bytes")
_NUMBERS = {
    "seconds": (1, 86_400),
    "output_bytes": (1, 1 << 30),
    "processes": (1, 10_000),
    "content_bytes": (1, 1 << 40),
}
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program of the user's own: its name in the record, and its arguments; `{payload}` and `{contents}` stand for
    the folders that are looked at."""

    name: str
    run: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeSeal:
    """What is run before a bag is sealed, and the bounds of each program."""

    identify: Identifier = "never"
    virus_scan: Scanner = "never"
    commands: tuple[Command, ...] = ()
    seconds: int = 120
    """Of one program."""
    output_bytes: int = 16 << 20
    """Of what one program prints."""
    processes: int = 32
    """That one program may have at a time."""
    content_bytes: int = 1 << 30
    """Of what is taken out of WARC records to be looked at."""

    @property
    def asked(self) -> bool:
        """Whether anything is run."""
        return self.identify != "never" or self.virus_scan != "never" or bool(self.commands)


def before_seal_of(table: Any) -> BeforeSeal:
    """The settings of a table. Raises UsageError naming the key."""
    if isinstance(table, BeforeSeal):
        return table
    for key in table:
        if key not in _KEYS:
            raise UsageError(f"[before_seal]: unknown key {str(key)[:80]}; it has {', '.join(_KEYS)}")
    for key, (least, most) in _NUMBERS.items():
        value = table.get(key, least)
        if type(value) is not int or not least <= value <= most:
            raise UsageError(f"[before_seal]: {key} must be a whole number from {least:,} to {most:,}")
    numbers = {key: table[key] for key in _NUMBERS if key in table}
    return BeforeSeal(
        identify=cast(Identifier, _one_of("identify", table, get_args(Identifier))),
        virus_scan=cast(Scanner, _one_of("virus_scan", table, get_args(Scanner))),
        commands=_commands(table.get("commands", [])),
        **numbers,
    )


def _one_of(key: str, table: Mapping[str, Any], allowed: tuple[str, ...]) -> str:
    value = table.get(key, "never")
    if value not in allowed:
        raise UsageError(f"[before_seal]: {key} = {not_one_of(value, allowed)}")
    return str(value)


def _commands(stated: Any) -> tuple[Command, ...]:
    if not isinstance(stated, list) or len(stated) > _MOST:
        raise UsageError(f"[before_seal]: commands must be a list of at most {_MOST} tables, as in the example of init")
    found = [_command(each, n) for n, each in enumerate(stated, 1)]
    if len({each.name for each in found}) < len(found):
        raise UsageError("[before_seal]: two commands have one name")
    return tuple(found)


def _command(stated: Any, number: int) -> Command:
    where = f"[before_seal]: commands, no. {number}"
    if not isinstance(stated, dict) or stated.keys() != {"name", "run"}:
        raise UsageError(f"{where} must have name and run, and nothing else")
    name, run = stated["name"], stated["run"]
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > 80:
        raise UsageError(f"{where}: name must be one line of at most 80 characters")
    if not isinstance(run, list) or not run or not all(isinstance(each, str) and "\0" not in each for each in run):
        raise UsageError(f'{where}: run must be a list of texts, as in ["/opt/check", "{{payload}}"]')
    return Command(name=name.strip(), run=tuple(run))
