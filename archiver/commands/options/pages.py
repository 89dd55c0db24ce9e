"""The options of the commands on pages: `archiver extract` and `compare` for saved ones, `serve` for those of bags."""

import argparse
from pathlib import Path

from archiver.commands.options.common import as_json, port


def extract(command: argparse.ArgumentParser) -> None:
    """The options of `archiver extract`."""
    command.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="saved page, may be gzipped")
    as_json(command, "one JSON object a page: file, text, extractor, note")


def compare(command: argparse.ArgumentParser) -> None:
    """The options of `archiver compare`."""
    command.add_argument("seed", type=Path, metavar="SEED", help="seed document")
    command.add_argument("page", type=Path, metavar="PAGE", help="saved page, may be gzipped")
    as_json(command, "claims, agreement, credits, comparison, links, notices and text, as in the record")


def serve(command: argparse.ArgumentParser) -> None:
    """The options of `archiver serve`."""
    command.add_argument("place", nargs="?", type=Path, metavar="BAGS", help="folder of bags, or one (default: bags)")
    command.add_argument(
        "--port",
        type=port,
        default=8620,
        metavar="N",
        help="port of the pages; replay uses N+1 (default: 8620; 0: free ports)",
    )
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen at (default: 127.0.0.1); beyond loopback only bags whose access is open are shown",
    )
    command.add_argument(
        "--replay-files",
        type=Path,
        metavar="DIR",
        help="folder with ui.js and sw.js of ReplayWeb.page (docs/show/serve.md)",
    )
    command.add_argument(
        "--get-replay", action="store_true", help="download these two files from the npm registry, then exit"
    )
