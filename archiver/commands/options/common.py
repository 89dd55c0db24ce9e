"""Options and argument types that several commands share."""

import argparse
from pathlib import Path

from archiver.config.one_line import why_not

FORMS = ("folder", "tar", "tgz", "zip", "wacz", "warc")
"""Package formats of a delivery (`packaging/package.py`), and `warc`, many bags in one file."""
ENDPOINT = "the S3 server (default: AWS_ENDPOINT_URL, else AWS)"


def settings(command: argparse.ArgumentParser) -> None:
    """What every command takes."""
    group = command.add_argument_group("settings")
    group.add_argument("--bags", type=Path, metavar="DIR", help="folder of the bags (default: bags)")
    group.add_argument("--config", type=Path, metavar="FILE", help="settings (default: archiver.toml, if it is here)")
    group.add_argument("--quiet", action="store_true", help="results and errors only, no progress")
    group.add_argument("--debug", action="store_true", help="log details on stderr; traceback of a bug")


def profile(command: argparse.ArgumentParser) -> None:
    """The profile of the settings, for commands that ask others."""
    what = "settings that hide who archives: docs/capture/discreet.md"
    command.add_argument("--profile", choices=("discreet",), help=what)


def as_json(command: argparse.ArgumentParser, what: str) -> None:
    """`--json`, and what it prints."""
    command.add_argument("--json", action="store_true", help=what)


def bags(command: argparse.ArgumentParser, what: str = "bag or folder of bags") -> None:
    """Bags by path, or by name in the bags folder; none named means all of that folder."""
    command.add_argument(
        "places", nargs="*", metavar="BAG", help=f"{what}, or the name of one in the bags folder (default: all in it)"
    )


def trust(command: argparse.ArgumentParser) -> None:
    """What is required of signatures and timestamps."""
    group = command.add_argument_group("signatures and timestamps")
    group.add_argument("--require-signature", action="store_true", help="fail bags without a valid signature")
    group.add_argument(
        "--signer", metavar="IDENTITY", help="who must have signed: fingerprint, address, name or subject"
    )
    group.add_argument("--require-timestamp", action="store_true", help="fail bags without a valid timestamp")
    group.add_argument(
        "--trust-roots",
        type=Path,
        metavar="FILE",
        help="trusted certificates (PEM, or a folder); without them the signer is reported, not verified",
    )
    group.add_argument(
        "--tsa-roots",
        type=Path,
        metavar="FILE",
        help="trusted certificates of timestamping authorities, apart from signers' (default: those of --trust-roots)",
    )
    group.add_argument(
        "--trusted-list",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a trusted list (ETSI TS 119 612, XML): report whether timestamping authorities are on it (repeatable)",
    )


def one_line(text: str) -> str:
    """A setting of text. Raises ArgumentTypeError."""
    if wrong := why_not(text):
        raise argparse.ArgumentTypeError(f"{text[:80]!r} {wrong.replace('the line', 'the option')}")
    return text


def count(text: str) -> int:
    """A number of processes. Raises ArgumentTypeError."""
    if not (text.isdecimal() and len(text) < 9 and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def seconds(text: str) -> float:
    """A time in seconds. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 86400")
    return value


def whole(text: str) -> int:
    """A whole number. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 999999")
    return int(text)


def days(text: str) -> float:
    """A number of days. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 0 to 100000")
    return value


def port(text: str) -> int:
    """A port whose next one is one too; 0 for any. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) < 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65534")
    return int(text)
