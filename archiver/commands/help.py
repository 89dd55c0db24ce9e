"""`archiver help [COMMAND]`: what `--help` prints; `archiver completion SHELL`: the completion script of a shell."""

import argparse

from archiver.commands.completion import script
from archiver.commands.options import COMMANDS, parser
from archiver.commands.options.argument_parser import NO_COMMAND
from archiver.errors import UsageError, did_you_mean


def help(args: argparse.Namespace) -> int:  # noqa: A001 - the name of the command
    """Print the help of one command, or of all. Raises UsageError for a command that does not exist."""
    if args.about is None:
        parser().print_help()
        return 0
    names = [each.name for each in COMMANDS]
    if args.about not in names:
        raise UsageError(f"no command {args.about!r}{did_you_mean(args.about, names, NO_COMMAND)}")
    parser().parse_args([args.about, "--help"])  # prints, and leaves by SystemExit
    return 0


def completion(args: argparse.Namespace) -> int:
    """Print the script that completes commands and options in a shell."""
    print(script(args.shell), end="")
    return 0
