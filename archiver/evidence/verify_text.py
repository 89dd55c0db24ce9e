"""Writes VERIFY.md: how to check a bundle with tools that Linux, macOS and Windows have, without archiver.

Each block of commands stands by itself, begins in the folder of the bundle and stops at the first failure. The blocks
for Linux and macOS are of one making, so that the tests that run the first try the second too.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from archiver.evidence.bracket import bracket_sections
from archiver.evidence.shells import LINUX, MACOS, Section, Tools, power_of, power_text, shell_of

LEFT_OUT = "left-out.txt"
SUMS = "sha256sums.txt"
_SEAL = "tagmanifest-sha256.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifiable:
    """What there is to verify: the bag's name and paths in the bundle, and the files that are left out."""

    name: str
    paths: Sequence[str]
    left_out: Sequence[str]
    bracket: Sequence[str] = ()
    """The files of the job's bracket, paths in the bundle."""

    @property
    def has_payload(self) -> bool:
        """Whether any file of the payload is in the bundle."""
        return any(path.startswith("data/") for path in self.paths)

    def over(self, ending: str) -> list[tuple[str, str]]:
        """(file, what it is over) for each signature (`.p7s`) or timestamp (`.tsr`)."""
        found = []
        for path in sorted(each for each in self.paths if each.startswith("signatures/") and each.endswith(ending)):
            of = path.removesuffix(ending)
            top = str(PurePosixPath(of).parent) == "signatures" and of not in self.paths
            found.append((path, of.removeprefix("signatures/") if top else of))
        return [(path, of) for path, of in found if of in self.paths]

    @property
    def events(self) -> bool:
        """Whether there is a custody log."""
        return any(path.startswith("signatures/custody/") and path.endswith(".json") for path in self.paths)


def verify_text(bag: Verifiable) -> str:
    """The document."""
    parts = [_HEAD.format(name=bag.name)]
    for number, (heading, about, shell, power) in enumerate(_sections(bag), start=1):
        parts.append(f"## {number}. {heading}\n\n{about}\n")
        for system, tools in (("Linux", LINUX), ("macOS", MACOS)):
            parts.append(f"{system}:\n\n```sh\n(\nset -eo pipefail\n{shell(tools)}\n)\n```\n")
        parts.append(f"Windows:\n\n```powershell\n& {{\n$ErrorActionPreference = 'Stop'\n{power}\n}}\n```\n")
    parts.append(_second_opinion(bag))
    parts.append(_TAIL)
    return "\n".join(parts)


_HEAD = """# Checking this bundle without archiver

The folder `{name}` is a BagIt bag (RFC 8493). Open a terminal in the folder of this file: bash on Linux, zsh or bash on
macOS, PowerShell on Windows. Each block stops at the first failure, and ends with "OK" where all is well. What a block
finds wrong is not mended by the ones after it. The same checks, explained, are in `docs/for-libraries.md` of
archiver.

Needed: on Linux `openssl`; on macOS Homebrew's (`brew install openssl@3`: the one that comes with macOS lacks options);
on Windows Git for Windows, which brings `openssl`. On Windows `certutil -hashfile FILE SHA256` prints one digest, to be
compared by eye.
"""
_TAIL = """## What these checks do not show

That the web site served this to others, or at other times: one client at one place recorded it. That what the page says
is true. Who may be trusted as signer or authority: that depends on the certificates in `roots.pem`, which you must get
from the signer and the authority by another way than with this bundle.
"""


def _sections(bag: Verifiable) -> Iterator[Section]:
    yield (
        "Did the bundle arrive as it was made?",
        (
            f"`{SUMS}` has the SHA-256 of every file. It finds accidents; whoever changes a file on purpose can "
            f"change the list "
            "too, which the next checks find."
        ),
        lambda tools: f"{tools.check} {SUMS}\necho OK",
        _power_check(SUMS, ".", ""),
    )
    yield _is_whole(bag)
    if signed := bag.over(".p7s"):
        yield from _signatures(bag, signed)
    if stamped := bag.over(".tsr"):
        yield from _timestamps(bag, stamped)
    if bag.events:
        yield _custody(bag)
    warcs = [path for path in bag.paths if path == f"data/wacz/archive/{bag.name}.warc.gz"]
    yield from bracket_sections(bag.name, bag.bracket, warcs)


def _second_opinion(bag: Verifiable) -> str:
    if bag.left_out:
        return (
            f"## bagit.py\n\nFiles of the bag are left out (`{LEFT_OUT}`), so that bagit-python, which knows no "
            f"such bags, "
            "would report them as missing. The check of the bag above is made without it.\n"
        )
    name = shlex.quote(bag.name)
    return (
        "## bagit.py\n\nThe bag by the reference implementation of BagIt, with Python 3 on any system:\n\n"
        f"```sh\npython3 -m pip install bagit\n```\n\n```sh\nbagit.py --validate {name}\n```\n"
    )


def _is_whole(bag: Verifiable) -> Section:
    """Tag files, payload, and that there is no other file, in the folder of the bag."""
    name = shlex.quote(bag.name)
    about = (
        "The first list is of the tag files, the second of the payload; the comparison finds files that were "
        "added (`>`), "
        "which no signature covers, or are missing (`<`)."
    )
    if bag.left_out:
        about += (
            f" `{LEFT_OUT}` has the lines of the list for the files that are left out of this bundle: that each "
            f"is a line of "
            "the sealed list shows that nothing else is hidden by it, and whoever gets such a file later can "
            "check it by its "
            "digest."
        )

    def shell(tools: Tools) -> str:
        lines = [f"cd {name}"]
        if any(not path.startswith("data/") for path in bag.left_out):
            lines.append(f"grep -vxF -f ../{LEFT_OUT} {_SEAL} | {tools.check}")
        else:
            lines.append(f"{tools.check} {_SEAL}")
        listed = f"cut -c 67- {_SEAL} manifest-sha256.txt"
        if bag.left_out:
            both = f"manifest-sha256.txt {_SEAL}"
            lines.append(f'while IFS= read -r line; do grep -qxF -e "$line" {both}; done < ../{LEFT_OUT}')
            listed = f"grep -hvxF -f ../{LEFT_OUT} {_SEAL} manifest-sha256.txt | cut -c 67-"
            if bag.has_payload:
                lines.append(f"grep -vxF -f ../{LEFT_OUT} manifest-sha256.txt | {tools.check}")
        else:
            lines.append(f"{tools.check} manifest-sha256.txt")
        files = "find . -type f -not -path './signatures/*' -not -path './tagmanifest-*' | cut -c 3-"
        lines.append(f"diff <({listed} | LC_ALL=C sort) <({files} | LC_ALL=C sort)")
        return "\n".join([*lines, "echo OK"])

    skipped = f"$skipped = @(Get-Content -LiteralPath '{LEFT_OUT}' -Encoding UTF8)\n" if bag.left_out else ""
    sealed = (
        f"$sealed = @(foreach ($list in 'manifest-sha256.txt', '{_SEAL}') "
        f"{{ Get-Content -LiteralPath (Join-Path {power_text(bag.name)} $list) -Encoding UTF8 }})\n"
        'foreach ($line in $skipped) { if ($sealed -cnotcontains $line) { throw "not in the manifest: $line" } }\n'
    )
    power = [skipped + (sealed if bag.left_out else "")]
    power.append(_power_check(_SEAL, bag.name, "$skipped" if bag.left_out else "", says=False))
    power.append(_power_check("manifest-sha256.txt", bag.name, "$skipped" if bag.left_out else "", says=False))
    power.append(
        f"$root = (Get-Item -LiteralPath {power_text(bag.name)}).FullName\n"
        "$listed = foreach ($list in 'tagmanifest-sha256.txt', 'manifest-sha256.txt') {\n"
        "  Get-Content -LiteralPath (Join-Path $root $list) -Encoding UTF8 | ForEach-Object { $_.Substring(66) }\n}\n"
        "Get-ChildItem -LiteralPath $root -Recurse -File | ForEach-Object {\n"
        "  $path = $_.FullName.Substring($root.Length + 1).Replace('\\', '/')\n"
        "  if ($path -notlike 'signatures/*' -and $path -notlike 'tagmanifest-*' -and $listed -cnotcontains "
        "$path) {\n"
        '    throw "added: $path"\n  }\n}\n"OK"'
    )
    return "Is the bag whole?", about, shell, "\n".join(power)


def _power_check(listing: str, folder: str, skipped: str, *, says: bool = True) -> str:
    """PowerShell that compares the files below a folder with a list as sha256sum writes it."""
    place, without = power_text(folder), f"  if ({skipped} -ccontains $line) {{ continue }}\n" if skipped else ""
    return (
        f"foreach ($line in Get-Content -LiteralPath (Join-Path {place} {power_text(listing)}) -Encoding UTF8) "
        f"{{\n{without}"
        "  $digest, $path = $line.Substring(0, 64), $line.Substring(66)\n"
        f"  $found = (Get-FileHash -Algorithm SHA256 -LiteralPath (Join-Path {place} $path)).Hash\n"
        '  if ($found -ne $digest) { throw "changed: $path" }\n}' + ('\n"OK"' if says else "")
    )


def _signatures(bag: Verifiable, signed: Sequence[tuple[str, str]]) -> Iterator[Section]:
    """Whether what was signed is unchanged, and by whom."""
    plain = ["-verify", "-binary", "-inform", "PEM", "-purpose", "any"]
    trusting = ["-no-CApath", "-no-CAstore", "-CAfile", "roots.pem"]
    for heading, about, options in (
        (
            "Is what was signed unchanged?",
            (
                "The seal of the bag, `tagmanifest-sha256.txt`, names the digests of the manifests, which name those "
                "of all files. "
                "`-noverify`: this check asks whether the signature fits, not yet whose it is."
            ),
            [*plain, "-noverify"],
        ),
        (
            "Who signed it?",
            (
                "`roots.pem` has the certificates you trust; put it beside this file. `-purpose any`: a certificate "
                "for signing "
                "documents is none for e-mail, which openssl expects. Where the certificate has expired since, add "
                "`-attime` and "
                "the time of the timestamp in seconds. Signatures by Ed25519 keys need openssl 3.4 or newer."
            ),
            [*plain, *trusting],
        ),
    ):
        calls = [
            ["cms", *options, "-in", f"{bag.name}/{p}", "-content", f"{bag.name}/{of}", "-out"] for p, of in signed
        ]
        shown = [["cms", "-cmsout", "-noout", "-print", "-inform", "PEM", "-in", f"{bag.name}/{p}"] for p, _ in signed]
        shown = shown if "roots.pem" in options else []
        yield (
            heading,
            about,
            shell_of(
                [*(([*call, "/dev/null"], "") for call in calls), *((call, " | grep 'subject:'") for call in shown)]
            ),
            power_of(
                [*(([*call, "NUL"], "") for call in calls), *((call, " | Select-String 'subject:'") for call in shown)]
            ),
        )


def _timestamps(bag: Verifiable, stamped: Sequence[tuple[str, str]]) -> Iterator[Section]:
    """Since when what was signed exists."""
    for heading, about, trusted in (
        (
            "Do the timestamps fit?",
            (
                "An authority states when a signature was there. This check takes the authority's certificates from "
                "the bundle."
            ),
            False,
        ),
        (
            "Whose timestamps are they?",
            (
                "`roots.pem` must have the authority's root too. Where its certificate has expired since, add "
                "`-attime` and the time of the timestamp in seconds."
            ),
            True,
        ),
    ):
        calls: list[tuple[list[str], str]] = []
        for path, of in stamped:
            token = f"{bag.name}/{path}"
            chain = f"{token}.crt" if f"{path}.crt" in bag.paths else None
            roots = ["-CAfile", "roots.pem" if trusted or chain is None else chain]
            known = ["-untrusted", chain] if trusted and chain else []
            calls.append((["ts", "-verify", "-data", f"{bag.name}/{of}", "-in", token, *roots, *known], ""))
        if trusted:
            for path, _ in stamped:
                calls.append((["ts", "-reply", "-in", f"{bag.name}/{path}", "-text"], "Time stamp:"))
        shell = [(call, f" | grep '{words}'" if words else "") for call, words in calls]
        power = [(call, f" | Select-String '{words}'" if words else "") for call, words in calls]
        yield heading, about, shell_of(shell), power_of(power)


def _custody(bag: Verifiable) -> Section:
    """That each event of the log follows the one before."""
    about = (
        "Each event in `signatures/custody/` names the SHA-256 of the one before, and the seal of the bag. What was "
        "removed from its end, after the last signed event, only a receipt shows."
    )
    folder = shlex.quote(f"{bag.name}/signatures/custody")

    def shell(tools: Tools) -> str:
        return "\n".join(
            [
                f"cd {folder}",
                f'seal="$({tools.digest} < ../../{_SEAL} | cut -c 1-64)"',
                "previous=null",
                "for event in *.json; do",
                '  grep -q \'"previous": \'"$previous" "$event"',
                '  grep -q \'"seal": "\'"$seal" "$event"',
                f'  previous=\'"\'"$({tools.digest} < "$event" | cut -c 1-64)"',
                "done",
                "echo OK",
            ]
        )

    power = (
        f"$log = Join-Path {power_text(bag.name)} 'signatures/custody'\n"
        f"$seal = (Get-FileHash -Algorithm SHA256 -LiteralPath (Join-Path {power_text(bag.name)} '{_SEAL}')).Hash\n"
        "$previous = $null\n"
        "foreach ($file in Get-ChildItem -LiteralPath $log -Filter *.json | Sort-Object Name) {\n"
        "  $stated = Get-Content -LiteralPath $file.FullName -Raw -Encoding UTF8 | ConvertFrom-Json\n"
        '  if ($stated.previous -ne $previous -or $stated.seal -ne $seal) { throw "$($file.Name) does not follow" }\n'
        "  $previous = (Get-FileHash -Algorithm SHA256 -LiteralPath $file.FullName).Hash\n"
        '}\n"OK"'
    )
    return "Does the custody log hold together?", about, shell, power
