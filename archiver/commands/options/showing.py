"""The options of the commands that show bags to others: `archiver publish` and `report`."""

import argparse
from pathlib import Path

from archiver.commands.options.common import as_json


def publish(command: argparse.ArgumentParser) -> None:
    """The options of `archiver publish`."""
    command.add_argument(
        "places",
        nargs="+",
        metavar="BAGS",
        help="bags or folders of bags, then the folder to write (docs/show/publish.md)",
    )
    command.add_argument("--base-url", metavar="URL", help="where the folder will be; adds an Atom feed and a sitemap")
    command.add_argument("--title", metavar="TEXT", help="name of the collection (default: Archived articles)")
    as_json(command, "bags, whole, written, removed, search, left_out")


def report(command: argparse.ArgumentParser) -> None:
    """The options of `archiver report`."""
    command.add_argument("folder", nargs="?", type=Path, metavar="BAGS", help="the folder (default: --bags)")
    command.add_argument("--html", type=Path, metavar="FILE", help="write it as a page with plots (replaced if there)")
    as_json(command, "the whole report as one object")
