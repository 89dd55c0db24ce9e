"""The options of every command (README.md): what is parsed, and nothing of what is done with it.

Imports no command, so that `--help` starts fast.
"""

import argparse
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

from archiver import __version__
from archiver.commands.options_audit import audit, certify
from archiver.commands.options_handoff import deliver, handoff, receive, signatures

Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"

EPILOG = """exit codes:
  0    clean
  1    it ran and found problems: a seed not captured, a bag not valid
  2    wrong usage or settings
  3    cannot read or write
  130  interrupted

first steps:
  archiver demo                 the whole job on a made-up newspaper, no network
  archiver run seeds/           one bag a seed, in bags/
  archiver validate             are they all sound?
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal allows, options in one column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32)


class _Parser(argparse.ArgumentParser):
    """Takes options by their whole names; of one that it does not know it tells its own usage and the nearest name."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, formatter_class=_Formatter, allow_abbrev=False)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As the library does; what a command does not know is said here, not by the parser above it."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            name, options = unknown[0].partition("=")[0], re.findall(r"--[a-z-]+", self.format_usage())
            near = get_close_matches(name, options, 1)
            self.error(f"unknown: {' '.join(unknown)}{f'; did you mean {near[0]}?' if near else ''}")
        return known, unknown


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    top = _Parser(
        prog="archiver",
        epilog=EPILOG,
        description="Archive the originals of kept news articles into BagIt bags, with proof of how they relate.",
    )
    top.add_argument("--version", action="version", version=f"archiver {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _run(commands)
    _validate(commands)
    handoff(_command(commands, "handoff", "Pack bags, deliver them, read them back and leave a receipt."))
    receive(_command(commands, "receive", "Take in bags that others hand over: unpack, validate, leave a receipt."))
    _sign(commands)
    audit(_command(commands, "audit", "Read bags again, every byte, and tell what has changed since they were good."))
    certify(_command(commands, "certify", "Draft a certificate of authenticity of a bag, for a person to sign."))
    _show(commands)
    _status(commands)
    _pages(commands)
    _demo(commands)
    _init(commands)
    return top


def _command(commands: Commands, name: str, does: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does, description=does)
    command.add_argument("--quiet", action="store_true", help="results and errors only, no talk")
    command.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    return command


def _settings(command: argparse.ArgumentParser) -> None:
    command.add_argument("--bags", type=Path, metavar="DIR", help="folder of the bags (default: bags)")
    command.add_argument("--config", type=Path, metavar="FILE", help="settings (default: archiver.toml, if it is here)")


def _json(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--json", action="store_true", help=what)


def _run(commands: Commands) -> None:
    run = _command(commands, "run", "Fetch the original of every seed and make a bag of each.")
    run.add_argument("seeds", nargs="*", metavar="SEED", help="folder, file, .csv, .jsonl or address (default: seeds/)")
    _settings(run)
    _json(run, "one JSON object a seed: seed, url, outcome, bag, verdict, reason")
    run.add_argument("--dry-run", action="store_true", help="read the seeds, say what would be done, do nothing")
    run.add_argument("--retry", action="store_true", help="try seeds again that ended gone, blocked or refused")
    run.add_argument("--recapture", action="store_true", help="make a new bag beside the one a seed has")
    run.add_argument("--log-json", nargs="?", const="-", metavar="FILE",
                     help="what happens, a JSON object an event, into FILE or on stderr")  # fmt: skip
    run.add_argument("--jobs", type=_count, metavar="N", help="processes (default: 1)")
    run.add_argument("--executor", metavar="dask://HOST:PORT", help="the workers of a cluster, in place of processes")
    deliver(run)
    run.add_argument("--fast-text", action="store_true",
                     help="the text by the words of the seed, in full only where they are not found")  # fmt: skip
    net = run.add_argument_group("network")
    net.add_argument("--pace", type=_seconds, metavar="SECONDS", help="between two pages of one host (default: 1)")
    net.add_argument("--no-requisites", action="store_true", help="the page alone, without what it needs to be shown")
    net.add_argument("--no-shared", action="store_true",
                     help="fetch style sheets, scripts, fonts and icons anew for each bag")  # fmt: skip
    net.add_argument("--robots", choices=("record", "obey", "ignore"),
                     help="robots.txt: ask and note (default), ask and obey, do not ask")  # fmt: skip
    net.add_argument("--user-agent", metavar="TEXT", help="who is asking; name a contact")
    net.add_argument("--proxy", metavar="URL", help="fetch through this proxy; the record tells")
    net.add_argument("--ca-bundle", type=Path, metavar="FILE", help="trusted roots, in place of the built-in ones")
    net.add_argument(
        "--insecure", action="store_true", help="take any certificate; the record says it was not verified"
    )
    net.add_argument("--connect-to", action="append", metavar="HOST:PORT:HOST:PORT",
                     help="as in curl: reach this address instead; an empty HOST matches any name, an empty PORT any "
                     "port; exempt from the guard")  # fmt: skip
    net.add_argument("--allow-private", action="store_true", help="reach private, local and metadata addresses too")


def _validate(commands: Commands) -> None:
    validate = _command(commands, "validate", "Judge bags: structure, fixity, record, WARC, text and seed.")
    validate.add_argument("bags", nargs="*", type=Path, metavar="BAG",
                          help="bag, serialised bag (.zip, .tar, .tgz) or folder of bags (default: bags/)")  # fmt: skip
    validate.add_argument("--format", choices=("text", "json", "junit", "github"), default="text",
                          help="of the report (default: text)")  # fmt: skip
    validate.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    validate.add_argument("--profile", metavar="FILE", help="a BagIt profile; built in: archiver, btr, aptrust")
    validate.add_argument("--strict", action="store_true", help="what custom forgives is an error as well")
    validate.add_argument("--fail-on", choices=("error", "warning"), default="error",
                          help="what makes a bag fail (default: error)")  # fmt: skip
    validate.add_argument("--since-ledger", action="store_true",
                          help="only bags that have changed since they last passed")  # fmt: skip
    validate.add_argument("--jobs", type=_count, metavar="N", help="processes and threads (default: all cores)")
    validate.add_argument("--second-opinion", action="store_true", help="let bagit-python judge each bag as well")
    signatures(validate)


def _sign(commands: Commands) -> None:
    sign = _command(commands, "sign", "Sign and timestamp bags; a further signer signs what is signed before.")
    sign.add_argument("bags", nargs="+", type=Path, metavar="BAG", help="bag or folder of bags")
    sign.add_argument("--key", type=Path, metavar="FILE", help="private key in PEM: RSA, ECDSA or Ed25519")
    sign.add_argument("--certificate", type=Path, metavar="FILE", help="its chain in PEM, the signer's own first")
    sign.add_argument("--passphrase-file", type=Path, metavar="FILE",
                      help="of an encrypted key (or in ARCHIVER_PASSPHRASE, or asked for)")  # fmt: skip
    sign.add_argument("--timestamp", metavar="URL", help="a time-stamping authority (RFC 3161); alone: timestamps only")
    sign.add_argument("--trust-roots", type=Path, metavar="FILE",
                      help="has the root of the authority, where it is not among those of the web")  # fmt: skip
    sign.add_argument("--no-revocation", action="store_true", help="do not ask whether certificates are revoked")
    sign.add_argument("--force", action="store_true", help="sign bags that are not valid, too")
    sign.add_argument("--config", type=Path, metavar="FILE", help="settings (default: archiver.toml, if it is here)")


def _show(commands: Commands) -> None:
    show = _command(commands, "show", "Tell what is in a bag, where it came from and how it compares with its seed.")
    show.add_argument("bags", nargs="+", type=Path, metavar="BAG", help="bag or folder of bags")
    _json(show, "the record of each bag, one JSON object a line")


def _status(commands: Commands) -> None:
    status = _command(commands, "status", "Tell what became of the seeds: done, failed and why, waiting.")
    _settings(status)
    _json(status, "one JSON object: counts, every seed that is not captured, bags that are missing")
    status.add_argument("--rebuild", action="store_true",
                        help="set a damaged ledger aside and write a new one from the bags")  # fmt: skip


def _pages(commands: Commands) -> None:
    extract = _command(commands, "extract", "Print the text of saved HTML pages.")
    extract.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="saved page, may be gzipped")
    _json(extract, "one JSON object a page: file, text, extractor")
    compare = _command(commands, "compare", "Compare a seed with a saved page: no network, no bag.")
    compare.add_argument("seed", type=Path, metavar="SEED", help="seed document")
    compare.add_argument("page", type=Path, metavar="PAGE", help="saved page, may be gzipped")
    _json(compare, "claims, agreement, credits, comparison, links and text, as in the record")


def _demo(commands: Commands) -> None:
    demo = _command(commands, "demo", "The whole job on a small made-up newspaper; no network needed.")
    demo.add_argument("folder", nargs="?", type=Path, default=Path("demo-bags"), metavar="DIR",
                      help="where its bags go (default: demo-bags)")  # fmt: skip


def _init(commands: Commands) -> None:
    init = _command(commands, "init", "Write a commented archiver.toml.")
    init.add_argument("file", nargs="?", type=Path, default=Path("archiver.toml"), metavar="FILE",
                      help="where to (default: archiver.toml); an existing file is not touched")  # fmt: skip


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) < 9 and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 86400")
    return seconds
