"""Writes the options of every command into docs/command-line.md: `make reference`."""

import argparse
from pathlib import Path

from archiver.commands.options import COMMANDS

PAGE = Path(__file__).parents[3] / "docs/command-line.md"
BEGIN, END = "<!-- begin: written by `make reference` -->\n", "<!-- end -->"


def options_of_all() -> str:
    """A table of options for each command, and one of those that every command has."""
    parts = [_table("Every command", _common())]
    for each in COMMANDS:
        command = argparse.ArgumentParser(add_help=False)
        each.options(command)
        parts.append(f"### `archiver {each.name}`\n\n{each.does}\n\n{_rows(command)}")
    return "\n".join(parts)


def page() -> str:
    """The page with today's options in it."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{options_of_all()}\n{END}{rest.partition(END)[2]}"


def _common() -> argparse.ArgumentParser:
    from archiver.commands.options.common import settings

    command = argparse.ArgumentParser(add_help=False)
    settings(command)
    return command


def _table(title: str, command: argparse.ArgumentParser) -> str:
    return f"### {title}\n\n{_rows(command)}"


def _rows(command: argparse.ArgumentParser) -> str:
    if not command._actions:
        return ""
    rows = "".join(f"| `{_named(each)}` | {_escaped(each.help or '')} |\n" for each in command._actions)
    return f"| option or argument | meaning |\n| --- | --- |\n{rows}"


def _named(action: argparse.Action) -> str:
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    value = action.metavar or choices or action.dest.upper()
    value = " ".join(value) if isinstance(value, tuple) else str(value)
    if not action.option_strings:
        return _escaped(value)
    takes = "" if action.nargs == 0 else f" [{value}]" if action.nargs == "?" else f" {value}"
    return _escaped(", ".join(action.option_strings) + takes)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("%%", "%")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
