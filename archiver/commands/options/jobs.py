"""The options of `archiver run`, `status`, `demo` and `init`."""

import argparse
from pathlib import Path

from archiver.commands.options.common import ENDPOINT, as_json, count, days, one_line, profile, seconds


def run(command: argparse.ArgumentParser) -> None:
    """The options of `archiver run`."""
    profile(command)
    command.add_argument(
        "seeds",
        nargs="*",
        metavar="SEED",
        help="folder, document, list, address, or - for stdin (default: seeds/)",
    )
    as_json(
        command,
        "one JSON object a seed: seed, url, outcome, bag, verdict, reason, memento, comparison_source; "
        "where there is one partial, warning, package, unchanged, views_differ",
    )
    command.add_argument(
        "--from",
        dest="imports",
        nargs="+",
        action="extend",
        metavar="FILE",
        help="take the pages from captures that others made (WARC, WACZ, HAR, MHTML); no request is made",
    )
    command.add_argument("--dry-run", action="store_true", help="read the seeds, say what would be done, do nothing")
    _guess_url(command)
    command.add_argument("--retry", action="store_true", help="try seeds again that ended gone, blocked or refused")
    command.add_argument(
        "--confirm",
        type=days,
        metavar="DAYS",
        help="ask again, so many days later, for what was gone; the new bag names both answers (default: 0, never)",
    )
    command.add_argument("--recapture", action="store_true", help="make a new bag beside the one a seed has")
    command.add_argument(
        "--only-changed",
        action="store_true",
        help="fetch again, in full, and make a new bag only where text, claims, credits or photo have changed",
    )
    command.add_argument(
        "--log-json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="events of the job, a JSON object each, into FILE or on stderr",
    )
    command.add_argument("--jobs", type=count, metavar="N", help="processes (default: 1)")
    command.add_argument(
        "--executor", metavar="dask://HOST:PORT", help="use the workers of a Dask cluster in place of processes"
    )
    command.add_argument(
        "--fast-text",
        action="store_true",
        help="has no effect; kept for scripts written for earlier versions",
    )
    _case_file(command)
    _deliver(command)
    _network(command)
    _browser(command)


def read(command: argparse.ArgumentParser) -> None:
    """The options of `archiver read`."""
    command.add_argument(
        "seeds", nargs="*", metavar="SEED", help="folder, document, list, address, or - (default: seeds/)"
    )
    as_json(command, "one JSON object a seed: what was read, or why it is refused or left alone")
    _guess_url(command)


def _guess_url(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--guess-url", action="store_true", help="where no line names the address, take the only plausible one"
    )


def _case_file(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("case file (private: docs/keep/private.md; what a seed states counts first)")
    for option, setting, what in (
        ("--case", "case_number", "number of the case"),
        ("--exhibit", "exhibit_number", "number of the exhibit"),
        ("--collector", "collector", "who collects"),
        ("--purpose", "purpose", "what it is kept for"),
    ):
        group.add_argument(option, dest=setting, type=one_line, metavar="TEXT", help=what)
    group.add_argument(
        "--bracket",
        choices=("required", "if-possible", "never"),
        help="where timestamp is set, have a statement timestamped as the job begins: end if that fails (default), "
        "go on, do not ask (docs/keep/bracket.md)",
    )


def _deliver(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("delivery")
    group.add_argument(
        "--deliver",
        metavar="TARGET",
        help="send each bag to an existing folder, or s3://BUCKET/PREFIX, and keep its receipt, not the bag",
    )
    group.add_argument(
        "--form", dest="deliver_form", choices=("tar", "tgz", "zip"), help="package format (default: tar)"
    )
    group.add_argument("--endpoint", dest="deliver_endpoint", metavar="URL", help=ENDPOINT)


def _network(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("network")
    group.add_argument(
        "--pace", type=seconds, metavar="SECONDS", help="wait between two pages of one host (default: 1)"
    )
    group.add_argument("--no-requisites", action="store_true", help="the page alone, without images, styles, scripts")
    group.add_argument(
        "--no-shared", action="store_true", help="fetch style sheets, scripts, fonts and icons anew for each bag"
    )
    group.add_argument(
        "--robots",
        choices=("record", "obey", "ignore"),
        help="robots.txt: ask and note (default), ask and obey, do not ask",
    )
    group.add_argument(
        "--memento",
        choices=("auto", "always", "never"),
        help="ask the archives of archiver.toml: when the original is gone or differs (default), always, never",
    )
    group.add_argument("--user-agent", metavar="TEXT", help="User-Agent header; include a contact address")
    group.add_argument("--proxy", metavar="URL", help="fetch through this proxy; the record says so")
    group.add_argument(
        "--second-view",
        metavar="PROXY",
        help="ask for each page once more through this proxy; the record says whether the two views differ",
    )
    group.add_argument("--ca-bundle", type=Path, metavar="FILE", help="trusted roots, in place of the built-in ones")
    group.add_argument(
        "--cookies",
        type=Path,
        metavar="FILE",
        help="cookies of subscriptions (Netscape format), each sent to its own host alone; the bags are restricted",
    )
    group.add_argument(
        "--insecure", action="store_true", help="accept any certificate; the record says it was not verified"
    )
    group.add_argument(
        "--connect-to",
        action="append",
        metavar="HOST:PORT:HOST:PORT",
        help="as in curl: reach this address instead; an empty HOST matches any name, an empty PORT any port; exempt "
        "from the address guard",
    )
    group.add_argument("--allow-private", action="store_true", help="reach private, local and metadata addresses too")


def _browser(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("browser (needs pip install '.[browser]' and Chromium or Chrome)")
    group.add_argument(
        "--browser",
        choices=("never", "auto", "always"),
        help="show pages in a browser too: where scripts make the text (auto, the default), always, never",
    )
    group.add_argument("--screenshot", action="store_true", help="show every page in the browser and take its picture")
    group.add_argument(
        "--consent", action="store_true", help="answer cookie and consent dialogs; reject where that is offered"
    )
    group.add_argument(
        "--browser-executable", type=Path, metavar="PATH", help="path of the browser (default: the first one found)"
    )
    group.add_argument(
        "--browser-no-sandbox",
        action="store_true",
        help="start it without its sandbox, as root has to; the record says so",
    )


def status(command: argparse.ArgumentParser) -> None:
    """The options of `archiver status`."""
    as_json(command, "one JSON object: counts, every seed that is not captured, bags that are missing")
    command.add_argument(
        "--rebuild", action="store_true", help="set a damaged ledger aside and write a new one from the bags"
    )
    command.add_argument(
        "--forget", action="store_true", help="forget seeds that have no bag and whose documents are gone"
    )


def demo(command: argparse.ArgumentParser) -> None:
    """The options of `archiver demo`."""
    command.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="where its bags go (default: --bags, else demo-bags)"
    )
    command.add_argument(
        "--serve",
        nargs="?",
        type=int,
        const=0,
        metavar="PORT",
        help="serve the newspaper only, until Ctrl-C; without a port, on a free one",
    )


def init(command: argparse.ArgumentParser) -> None:
    """The options of `archiver init`."""
    command.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="where to (default: --config, else archiver.toml); an existing file is not touched",
    )
