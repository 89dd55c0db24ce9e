"""Every command with its options: what is parsed, and nothing of what is done with it.

A new command is a row of `COMMANDS`, a function that adds its options in a module beside this one, and a module of
`archiver/commands/` with a function of the command's name. Nothing here imports a command, so that `--help` is quick.
"""

import argparse
from collections.abc import Callable
from typing import NamedTuple

from archiver import __version__
from archiver.commands.options import bags, jobs, pages, rights, showing, transfer
from archiver.commands.options.argument_parser import ArgumentParser
from archiver.commands.options.common import settings

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


class Command(NamedTuple):
    """A command: what it does, what adds its options, and the module of `archiver/commands/` that carries it out."""

    name: str
    does: str
    options: Callable[[argparse.ArgumentParser], None]
    module: str

    def add_options(self, command: argparse.ArgumentParser) -> None:
        """Add the command's own options and those of every command."""
        self.options(command)
        settings(command)


def _help(command: argparse.ArgumentParser) -> None:
    command.add_argument("about", nargs="?", metavar="COMMAND", help="the command (default: all of them)")


SHELLS = ("bash", "zsh", "fish")


def _completion(command: argparse.ArgumentParser) -> None:
    command.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")


COMMANDS = (
    Command("run", "Fetch the original of every seed and make a bag of each.", jobs.run, "jobs.run"),
    Command("read", "Show what is read of each seed, before anything is fetched.", jobs.read, "jobs.read"),
    Command(
        "validate", "Validate bags: structure, fixity, record, WARC, text and seed.", bags.validate, "bags.validate"
    ),
    Command(
        "handoff", "Pack bags, deliver them, read them back and keep a receipt.", transfer.handoff, "sharing.handoff"
    ),
    Command("receive", "Take in packages: unpack, validate, keep a receipt.", transfer.receive, "sharing.receive"),
    Command("sign", "Sign and timestamp bags; a further signer can sign after the first.", transfer.sign, "bags.sign"),
    Command("audit", "Read every byte of bags again and report what has changed.", bags.audit, "bags.audit"),
    Command(
        "certify", "Draft a certificate of authenticity of a bag, for a person to sign.", bags.certify, "bags.certify"
    ),
    Command("bundle", "Make an evidence bundle of a bag, for a court or an editor.", bags.bundle, "bags.bundle"),
    Command(
        "show", "Show what is in a bag, where it came from and how it compares with its seed.", bags.show, "bags.show"
    ),
    Command("history", "Show the bags of one article over time and what changed.", bags.history, "bags.over_time"),
    Command("diff", "Compare two bags of one article: text, claims, credits, photo.", bags.diff, "bags.over_time"),
    Command(
        "trace", "Show the states of an article over time, from web archives and own bags.", bags.trace, "bags.trace"
    ),
    Command("related", "Find bags with the same text, and show what each paper changed.", bags.related, "bags.related"),
    Command(
        "export",
        "Export what bags say as a table, references or catalogue records.",
        bags.export,
        "sharing.export",
    ),
    Command("publish", "Write a static folder of bags for any web server.", showing.publish, "sharing.export"),
    Command("serve", "Browse, search and replay bags on this machine.", pages.serve, "sharing.serve"),
    Command("restrict", "Restrict what may be shown of bags, by a note beside them.", rights.restrict, "bags.restrict"),
    Command("takedown", "Stop giving or showing bags, by a note beside them.", rights.takedown, "bags.restrict"),
    Command("status", "Show what became of the seeds: done, failed and why, waiting.", jobs.status, "jobs.status"),
    Command("report", "Report on a folder of bags: totals, causes, agencies, sizes.", showing.report, "jobs.status"),
    Command("extract", "Print the text of saved HTML pages.", pages.extract, "saved_pages"),
    Command("compare", "Compare a seed with a saved page: no network, no bag.", pages.compare, "saved_pages"),
    Command("demo", "The whole job on a small made-up newspaper; no network needed.", jobs.demo, "jobs.demo"),
    Command("init", "Write a commented archiver.toml.", jobs.init, "jobs.init"),
    Command("help", "Explain a command.", _help, "help"),
    Command("completion", "Print the script that completes words in a shell.", _completion, "help"),
)


def parser(*, lazily: bool = False) -> ArgumentParser:
    """All commands and options; `lazily`, a command has its options only once it is parsed."""
    top = ArgumentParser(
        prog="archiver",
        epilog=EPILOG,
        description="Archive the originals of kept news articles into BagIt bags, with proof of how\n"
        "they relate. A seed is a document you kept of an article, with the address of its\n"
        "page; each seed gets a bag.",
    )
    top.add_argument("--version", action="version", version=f"archiver {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for each in COMMANDS:
        command = commands.add_parser(each.name, help=each.does, description=each.does, options=each.add_options)
        if not lazily:
            command.add_options()
    return top
