"""The options of the commands that say what may be shown: `archiver restrict` and `takedown`."""

import argparse

LEVELS = ("restricted", "metadata-only", "closed")


def restrict(command: argparse.ArgumentParser) -> None:
    """The options of `archiver restrict`."""
    _common(command)
    command.add_argument(
        "--access", choices=LEVELS, default="closed", help="what is still shown (default: closed; docs/access.md)"
    )


def takedown(command: argparse.ArgumentParser) -> None:
    """The options of `archiver takedown`."""
    _common(command)


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "places", nargs="*", metavar="BAG", help="bag or folder of bags, or the name of one in the bags folder"
    )
    command.add_argument("--reason", metavar="TEXT", help="why; required, kept in the log")
    command.add_argument("--until", metavar="DAY", help="the day from which it no longer holds, as in 2030-01-01")
    command.add_argument("--lift", action="store_true", help="what was noted of the bags no longer holds")
    command.add_argument("--list", action="store_true", help="list what holds in the bags folder, and do nothing")
