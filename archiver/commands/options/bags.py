"""The options of the commands that look at bags: `archiver validate`, `audit`, `show`, `export`,
`certify` and `bundle`."""

import argparse
import re
from datetime import timedelta
from pathlib import Path

from archiver.commands.options.common import as_json, bags, count, profile, trust, whole

EXPORTS = ("csv", "xlsx", "csl-json", "ris", "bibtex", "dc", "marcxml", "aclj")
"""Forms of an export (`exports/export.py`)."""
_AGE = r"(\d{1,6})([hdw])"
_RATE = r"(\d{1,9}(?:\.\d{1,9})?)(?:(k|K|M|G|Ki|Mi|Gi)B?|B)(?:/s)?"
_UNITS = {None: 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}
_SHARE = r"(\d{1,3}(?:\.\d{1,9})?)%"


def validate(command: argparse.ArgumentParser) -> None:
    """The options of `archiver validate`."""
    bags(command, "bag, serialised bag (.zip, .tar, .tgz) or folder of bags")
    command.add_argument(
        "--format", choices=("text", "json", "junit", "github"), default="text", help="report format (default: text)"
    )
    command.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    command.add_argument("--profile", metavar="FILE", help="a BagIt profile; built in: archiver, btr, aptrust")
    command.add_argument("--strict", action="store_true", help="treat tolerated deviations as errors")
    command.add_argument(
        "--fail-on", choices=("error", "warning"), default="error", help="what makes a bag fail (default: error)"
    )
    command.add_argument(
        "--since-ledger", action="store_true", help="only bags that have changed since they last passed"
    )
    command.add_argument("--jobs", type=count, metavar="N", help="processes and threads (default: all cores)")
    command.add_argument(
        "--second-opinion",
        choices=("note", "required"),
        default=False,
        metavar="[required]",
        help="validate each bag with bagit-python too; required: its result counts even where it is known to be wrong",
    )
    trust(command)


def audit(command: argparse.ArgumentParser) -> None:
    """The options of `archiver audit`."""
    bags(command)
    command.add_argument(
        "--older-than",
        type=_age,
        metavar="AGE",
        help="only bags last found good longer ago than this, as in 90d (h, d, w), or never",
    )
    command.add_argument(
        "--sample",
        type=_share,
        metavar="SHARE",
        help="a part of those, as in 5%%: half least recently audited, half random",
    )
    command.add_argument("--seed", metavar="TEXT", help="draw the same sample as an audit with this seed")
    command.add_argument("--rate", type=_rate, metavar="RATE", help="reading speed limit, as in 50MB/s")
    command.add_argument(
        "--replica",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="folder with copies of the bags, unpacked or packed: report which are sound (repeatable)",
    )
    command.add_argument(
        "--readings",
        type=Path,
        metavar="DIR",
        help="keep the readings there, and write nothing beside the bags: for read-only storage",
    )
    command.add_argument(
        "--accept",
        action="store_true",
        help="accept bags as they are now if their manifests match, and forget bags that are gone",
    )
    as_json(command, "one JSON object a bag: bag, outcome, time, octets, seal, since, changes, notes")


def diff(command: argparse.ArgumentParser) -> None:
    """The options of `archiver diff`."""
    for name in ("older", "newer"):
        command.add_argument(
            name, type=Path, metavar="BAG", help="bag, in a folder or serialised; the earlier comes first"
        )
    as_json(command, "one JSON object: older, newer, same, verdict, lines, claims, credits, findings")


def history(command: argparse.ArgumentParser) -> None:
    """The options of `archiver history`."""
    command.add_argument("seed", metavar="SEED|URL", help="seed document, or the address of an article")
    as_json(command, "one list: bag, captured, outcome, verdict, findings since the bag before")


def trace(command: argparse.ArgumentParser) -> None:
    """The options of `archiver trace`."""
    profile(command)
    command.add_argument("seeds", nargs="+", metavar="SEED", help="folder, document, list, address, or - for stdin")
    as_json(command, "one JSON object a seed: seed, states, changes, read, held, notes")
    command.add_argument(
        "--requests", type=whole, metavar="N", help="requests to archives for one seed at most (default: 60)"
    )
    command.add_argument("--redact", action="store_true", help="show addresses without tokens and passwords")


def related(command: argparse.ArgumentParser) -> None:
    """The options of `archiver related`."""
    bags(command, "bag, serialised bag (.zip, .tar, .tgz) or folder of bags")
    as_json(command, "one JSON object a family: agencies, base, members (docs/show/related.md)")


def show(command: argparse.ArgumentParser) -> None:
    """The options of `archiver show`."""
    bags(command, "bag, serialised bag (.zip, .tar, .tgz) or folder of bags")
    as_json(command, "the record of each bag, one JSON object a line")


def export(command: argparse.ArgumentParser) -> None:
    """The options of `archiver export`."""
    bags(command, "bag, serialised bag (.zip, .tar, .tgz) or folder of bags")
    command.add_argument("--form", choices=EXPORTS, default="csv", help="output format (default: csv)")
    command.add_argument(
        "--back",
        type=Path,
        metavar="LIST",
        help="write this list of seeds again, with archiver_ columns behind its own (in place of --form)",
    )
    command.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to (default: the standard output); an existing file is not touched",
    )


def certify(command: argparse.ArgumentParser) -> None:
    """The options of `archiver certify`."""
    bags(command)
    command.add_argument("--html", action="store_true", help="HTML to print (default: plain text)")
    command.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to (default: the standard output); an existing file is not touched",
    )
    command.add_argument(
        "--trust-roots", type=Path, metavar="FILE", help="trusted certificates (PEM, or a folder), for a signed bag"
    )


def bundle(command: argparse.ArgumentParser) -> None:
    """The options of `archiver bundle`."""
    command.add_argument("places", nargs="+", metavar="BAG", help="bag, or the name of one in the bags folder")
    command.add_argument(
        "--output",
        type=Path,
        metavar="PLACE",
        help="where to: a folder, or a file that ends in .zip (default: NAME-bundle here); nothing is overwritten",
    )
    command.add_argument(
        "--trust-roots", type=Path, metavar="FILE", help="trusted certificates (PEM, or a folder), for a signed bag"
    )
    command.add_argument("--exhibits", action="store_true", help="many bags, in the order of their exhibit numbers")
    command.add_argument("--private", action="store_true", help="include private facts about people and cases")
    as_json(command, "one JSON object: output, bags, files, octets, held_back, refused")


def _age(text: str) -> timedelta:
    match = re.fullmatch(_AGE, text)
    if match is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an age as in 90d: a number of hours (h), days (d), weeks (w)"
        )
    return timedelta(hours=int(match[1]) * {"h": 1, "d": 24, "w": 168}[match[2]])


def _share(text: str) -> float:
    match = re.fullmatch(_SHARE, text)
    share = float(match[1]) if match else 0.0
    if not 0 < share <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share as in 5%: above 0%, up to 100%")
    return share / 100


def _rate(text: str) -> float:
    match = re.fullmatch(_RATE, text)
    rate = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if rate < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate with its unit, as in 50MB/s, 800kB/s or 1GiB/s")
    return rate
