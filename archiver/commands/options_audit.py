"""The options of fixity over time and of certificates; see options.py."""

import argparse
import re
from datetime import timedelta
from pathlib import Path

_AGE = re.compile(r"(\d{1,6})([hdw])")
_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(?:(k|K|M|G|Ki|Mi|Gi)B?|B)(?:/s)?")
_UNITS = {None: 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)%")


def audit(command: argparse.ArgumentParser) -> None:
    """The options of `archiver audit`."""
    command.add_argument("bags", nargs="*", type=Path, metavar="BAGS", help="bag or folder of bags (default: bags/)")
    command.add_argument(
        "--older-than",
        type=_age,
        metavar="AGE",
        help="only bags that were last found good so long ago, as in 90d (h, d, w), or never",
    )
    command.add_argument(
        "--sample",
        type=_share,
        metavar="SHARE",
        help="a part of those, as in 5%%: half of it the longest unread, half drawn by lot",
    )
    command.add_argument("--seed", metavar="TEXT", help="draws the sample as an audit with the same seed would")
    command.add_argument("--rate", type=_rate, metavar="RATE", help="never read faster, as in 50MB/s")
    command.add_argument(
        "--replica",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="has copies of the bags, as folders or packed: tells which are sound (repeatable)",
    )
    command.add_argument(
        "--accept",
        action="store_true",
        help="take bags that are sound by their own manifests as they are now, forget those gone",
    )
    command.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a bag: bag, outcome, time, octets, seal, since, changes, notes",
    )


def certify(command: argparse.ArgumentParser) -> None:
    """The options of `archiver certify`."""
    command.add_argument("bags", nargs="+", type=Path, metavar="BAG", help="bag or folder of bags")
    command.add_argument("--html", action="store_true", help="as a page to be printed (default: plain text)")
    command.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to (default: the standard output); an existing file is not touched",
    )
    command.add_argument(
        "--trust-roots",
        type=Path,
        metavar="FILE",
        help="the certificates to be believed (PEM, or a folder), where the bag is signed",
    )


def _age(text: str) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an age as in 90d: a number of hours (h), days (d), weeks (w)"
        )
    return timedelta(hours=int(match[1]) * {"h": 1, "d": 24, "w": 168}[match[2]])


def _share(text: str) -> float:
    match = _SHARE.fullmatch(text)
    share = float(match[1]) if match else 0.0
    if not 0 < share <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share as in 5%: above 0%, up to 100%")
    return share / 100


def _rate(text: str) -> float:
    match = _RATE.fullmatch(text)
    rate = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if rate < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate with its unit, as in 50MB/s, 800kB/s or 1GiB/s")
    return rate
