"""Blocks of commands as VERIFY.md has them: for the shells of Linux and macOS, and for PowerShell."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_OPENSSL_WINDOWS = r"C:\Program Files\Git\usr\bin\openssl.exe"


@dataclass(frozen=True, slots=True)
class Tools:
    """The commands of one family of systems."""

    check: str
    digest: str
    openssl: str


Shell: TypeAlias = Callable[[Tools], str]
"""A block of commands, by the tools of a system."""
LINUX = Tools(check="sha256sum --check --quiet", digest="sha256sum", openssl="openssl")
MACOS = Tools(
    check="shasum --algorithm 256 --check",
    digest="shasum --algorithm 256",
    openssl='"$(brew --prefix openssl@3)/bin/openssl"',
)
Section: TypeAlias = tuple[str, str, Shell, str]
"""Heading, what the check is, its commands for a shell, and for PowerShell."""


def power_text(text: str) -> str:
    """Text in single quotes of PowerShell, which takes typographic ones for them too."""
    return "'" + "".join(2 * each if each in "'\u2018\u2019\u201a\u201b" else each for each in text) + "'"


def shell_of(calls: Sequence[tuple[Sequence[str], str]]) -> Shell:
    """openssl called so many times, each with what follows its arguments."""
    lines = [(" ".join(map(shlex.quote, arguments)), after) for arguments, after in calls]
    return lambda tools: "\n".join([*(f"{tools.openssl} {said}{after}" for said, after in lines), "echo OK"])


def power_of(calls: Sequence[tuple[Sequence[str], str]]) -> str:
    """The same in PowerShell, which does not stop at a program's exit code by itself."""
    lines = [f"$openssl = '{_OPENSSL_WINDOWS}'", "$ErrorActionPreference = 'Continue'"]
    for arguments, after in calls:
        said = " ".join(each if each.startswith("-") or each.isalpha() else power_text(each) for each in arguments)
        lines += [f"& $openssl {said}{after}", 'if ($LASTEXITCODE) { throw "openssl found a fault" }']
    return "\n".join([*lines, '"OK"'])
