"""The options of the commands that say what may be shown: `archiver restrict` and `takedown`."""

import argparse

LEVELS = ("restricted", "metadata-only", "closed")


def restrict(command: argparse.ArgumentParser) -> None:
    """The options of `archiver restrict`."""
    _common(command)
    command.add_argument(
        "--access", choices=LEVELS, default="closed", help="what is still shown (default: closed; docs/keep/access.md)"
    )


def takedown(command: argparse.ArgumentParser) -> None:
    """The options of `archiver takedown`."""
    _common(command)


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "places", nargs="*", metavar="BAG", help="bag or folder of bags, or the name of one in the bags folder"
    )
    command.add_argument("--reason", metavar="TEXT", help="the reason, kept in the log; required")
    command.add_argument("--until", metavar="DAY", help="the day on which the restriction ends, as in 2030-01-01")
    command.add_argument("--lift", action="store_true", help="lift the restriction of the bags")
    command.add_argument(
        "--list", action="store_true", help="list the restrictions in force in the bags folder, and do nothing"
    )
