"""Writes `share/`: the manual page and the completions of shells, from the parser: `make reference`."""

import argparse
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from archiver import __version__
from archiver.commands.completion import script
from archiver.commands.options import COMMANDS, EPILOG
from archiver.commands.options.common import settings

ROOT = Path(__file__).parents[3]
COMPLETIONS = {
    "bash": "bash-completion/completions/archiver",
    "zsh": "zsh/site-functions/_archiver",
    "fish": "fish/vendor_completions.d/archiver.fish",
}
_ENVIRONMENT = (
    ("ARCHIVER_PASSPHRASE", "The passphrase of an encrypted signing key."),
    ("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL", "Credentials and server of s3:// targets."),
)
_FILES = (
    ("archiver.toml", "Settings of the folder that archiver is called in; archiver init writes it, commented."),
    ("bags/", "The bags, one folder each."),
    ("bags/.archiver/ledger.sqlite", "The ledger: what became of each seed, and what was read and delivered."),
)


def files() -> dict[Path, str]:
    """Every file of `share/` with its text."""
    made = {ROOT / "share" / name: script(shell) for shell, name in COMPLETIONS.items()}
    return {ROOT / "share/man/man1/archiver.1": "\n".join(_manual()) + "\n", **made}


def released() -> str:
    """The day of the version, from the changelog."""
    found = re.search(rf"^## {re.escape(__version__)} \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert found, f"CHANGELOG.md has no section for {__version__}"
    return found[1]


def _manual() -> Iterator[str]:
    yield '.\\" Written by make reference from the parser.'
    yield f'.TH ARCHIVER 1 {released()} "archiver {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "archiver \\- archive the originals of kept news articles into BagIt bags"
    yield ".SH SYNOPSIS"
    yield ".B archiver"
    yield ".I COMMAND"
    yield "[option ...]"
    yield "[argument ...]"
    yield ".SH DESCRIPTION"
    yield _text(
        "archiver reads documents that somebody kept of news articles, called seeds. For each it fetches the original "
        "page, records the exchange byte for byte, compares the text with the seed paragraph by paragraph, and makes a "
        "BagIt bag with WARC files and a record of where everything comes from."
    )
    yield ".SH COMMANDS"
    for each in COMMANDS:
        command = argparse.ArgumentParser(add_help=False)
        each.options(command)
        words = [f"archiver {each.name}"]
        words += ["[option ...]"] if any(action.option_strings for action in command._actions) else []
        words += [_positional(action) for action in command._actions if not action.option_strings]
        yield f'.SS "{" ".join(_text(" ".join(words)).splitlines())}"'
        yield _text(each.does)
        yield from _rows(command)
    yield ".SH OPTIONS OF EVERY COMMAND"
    common = argparse.ArgumentParser(add_help=True)
    settings(common)
    yield from _rows(common)
    yield ".SH EXIT STATUS"
    for code, meaning in re.findall(r"^  (\d+) +(.+)$", EPILOG.partition("first steps")[0], re.MULTILINE):
        yield from _row(code, meaning)
    for title, rows in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {title}"
        for name, meaning in rows:
            yield from _row(name, meaning)
    yield ".SH EXAMPLES"
    for line in EPILOG.partition("first steps:\n")[2].splitlines():
        yield from _row(*re.split(r" {2,}", line.strip(), maxsplit=1))


def _rows(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        names = ", ".join(action.option_strings)
        value = "" if names and action.nargs == 0 else _positional(action, optional=action.nargs == "?" and bool(names))
        yield from _row(" ".join(filter(None, (names, value))), (action.help or "").replace("%%", "%"))


def _row(term: str, meaning: str) -> Iterator[str]:
    yield ".TP"
    yield f".B {' '.join(_text(term).splitlines())}"
    yield _text(meaning)


def _positional(action: argparse.Action, *, optional: bool | None = None) -> str:
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    value = action.metavar or choices or action.dest.upper()
    value = " ".join(value) if isinstance(value, tuple) else str(value)
    many = action.nargs in ("*", "?") if optional is None else optional
    return f"[{value}]" if many and not value.startswith("[") else value


def _text(text: str) -> str:
    """Roff that means these characters, in lines of at most 78."""
    plain = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace('"', "\\(dq")
    lines = textwrap.wrap(plain, 76, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in lines)


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
