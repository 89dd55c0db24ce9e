"""The options of the commands on saved pages: `archiver extract` and `compare`."""

import argparse
from pathlib import Path

from archiver.commands.options.common import as_json


def extract(command: argparse.ArgumentParser) -> None:
    """The options of `archiver extract`."""
    command.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="saved page, may be gzipped")
    as_json(command, "one JSON object a page: file, text, extractor, note")


def compare(command: argparse.ArgumentParser) -> None:
    """The options of `archiver compare`."""
    command.add_argument("seed", type=Path, metavar="SEED", help="seed document")
    command.add_argument("page", type=Path, metavar="PAGE", help="saved page, may be gzipped")
    as_json(command, "claims, agreement, credits, comparison, links, notices and text, as in the record")
