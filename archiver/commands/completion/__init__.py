"""Writes completion scripts for bash, zsh and fish from the parser: `archiver completion SHELL`.

A script names every command and option itself. No shell starts archiver to complete a word.
"""

from archiver.commands.completion.described import described
from archiver.commands.completion.scripts import bash, fish, zsh

SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


def script(shell: str) -> str:
    """The completion script of one of SHELLS."""
    return SHELLS[shell](described())
