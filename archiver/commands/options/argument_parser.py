"""The argument parser of every command: whole option names only, and the nearest name for one it does not know."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from archiver.errors import did_you_mean, not_one_of
from archiver.escape import visible


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal allows, options in one column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32)

    def add_argument(self, action: argparse.Action) -> None:
        """As the library does, which forgets that the names of commands are indented once more."""
        super().add_argument(action)
        if isinstance(action, argparse._SubParsersAction):
            self._action_max_length += self._indent_increment


def _in_usage(positional: argparse.Action) -> str:
    shown = positional.metavar or positional.dest
    name = shown if isinstance(shown, str) else " ".join(shown)
    return {"*": f"[{name} ...]", "+": f"{name} [{name} ...]", "?": f"[{name}]"}.get(str(positional.nargs), name)


class ArgumentParser(argparse.ArgumentParser):
    """Refuses abbreviated options, suggests the nearest name, and takes arguments before and after options."""

    def __init__(self, *, options: Callable[[argparse.ArgumentParser], None] | None = None, **settings: Any) -> None:
        """`options` adds the options when the command is parsed: the others need not have theirs."""
        super().__init__(**settings, formatter_class=_Formatter, allow_abbrev=False)
        self._options = options

    def add_options(self) -> None:
        """Add the options now."""
        if self._options is not None:
            add, self._options = self._options, None
            add(self)
            if self.usage is None:  # the list of all options is below; that of `run` alone would fill a screen
                words = [_in_usage(each) for each in self._get_positional_actions()]
                self.usage = " ".join(["%(prog)s [options]", *words])

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As the library does, but unknown arguments are reported by the command they were given to."""
        self.add_options()
        args = list(_with_values(sys.argv[1:] if args is None else args))
        known, unknown = super().parse_known_args(args, namespace)
        if unknown and not any(each.startswith("-") for each in unknown):
            unknown = self._gather(known, unknown)
        if unknown:
            name, options = unknown[0].partition("=")[0], list(self._option_string_actions)
            self.error(f"unknown: {' '.join(unknown)}{did_you_mean(name, options)}")
        return known, unknown

    def _gather(self, known: argparse.Namespace, unknown: Sequence[str]) -> list[str]:
        """Add arguments that stand behind an option to the repeatable positional argument; the library gives it only
        those of the first run."""
        for action in self._get_positional_actions():
            if action.nargs in ("*", "+"):
                convert = action.type if callable(action.type) else str
                setattr(known, action.dest, [*(getattr(known, action.dest) or ()), *map(convert, unknown)])
                return []
        return list(unknown)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.dest == "command" and action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(None, f"no command {value!r}{did_you_mean(value, action.choices, NO_COMMAND)}")
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, not_one_of(value, map(str, action.choices)))

    def error(self, message: str) -> NoReturn:
        """End with code 2 and one line: the usage of `run` alone fills a screen, and what was wrong scrolls away."""
        more = "" if NO_COMMAND in message else f" (see '{self.prog} --help')"
        self.exit(2, visible(f"{self.prog}: error: {message.removeprefix('argument ')}{more}") + "\n")


_BARE = {"--second-opinion": ("note", ("note", "required"))}
"""Options that may stand alone: the value they have then, and those that may follow. argparse would take any."""


def _with_values(args: Sequence[str]) -> Iterator[str]:
    """The arguments, an option that stands alone with the value it has then."""
    left = list(args)
    while left:
        each = left.pop(0)
        if each == "--":
            yield from (each, *left)
            return
        if each in _BARE:
            alone, values = _BARE[each]
            each = f"{each}={left.pop(0) if left and left[0] in values else alone}"
        yield each


NO_COMMAND = "; 'archiver help' lists all commands"
