"""Describes commands, options and what values they take, as completion scripts need it."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archiver.commands.options import COMMANDS, parser

Takes = Literal["nothing", "words", "files", "folders", "text"]
"""What follows an option: no value, one of a few words, a file, a folder, or what nobody can guess."""
_FOLDERS = frozenset(("DIR",))
_FILES = frozenset(("SEED", "BAG", "BAG ... TARGET", "TARGET", "PACKAGE", "PAGE", "FILE", "PATH", "FOLDER", "PLACE"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An option with its names, or a positional argument without; `named` is what its value is called."""

    names: tuple[str, ...]
    takes: Takes
    named: str
    words: tuple[str, ...] = ()
    about: str = ""
    optional: bool = False
    """Whether the option may stand without its value."""
    repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A command, what it does, and what can follow it."""

    name: str
    does: str
    options: tuple[Argument, ...]
    positional: tuple[Argument, ...]


def described() -> tuple[Described, ...]:
    """Every command, in the order of the help."""
    [subparsers] = [each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    found = []
    for command in COMMANDS:
        arguments = [_argument(each) for each in subparsers.choices[command.name]._actions]
        found.append(
            Described(
                name=command.name,
                does=command.does,
                options=tuple(each for each in arguments if each.names),
                positional=tuple(each for each in arguments if not each.names),
            )
        )
    return tuple(found)


def _argument(action: argparse.Action) -> Argument:
    named = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    words = tuple(str(each) for each in action.choices or ())
    if not action.option_strings and action.dest == "about":
        words = tuple(each.name for each in COMMANDS)
    takes: Takes = "text"
    if action.nargs == 0:
        takes = "nothing"
    elif words:
        takes = "words"
    elif named in _FOLDERS:
        takes = "folders"
    elif named in _FILES or action.type is Path:
        takes = "files"
    return Argument(
        names=tuple(action.option_strings),
        takes=takes,
        named=named.strip("[]"),
        words=words,
        about=" ".join((action.help or "").replace("%%", "%").split()),
        optional=action.nargs == "?" or named.startswith("["),
        repeatable=isinstance(action, argparse._AppendAction | argparse._ExtendAction),
    )
