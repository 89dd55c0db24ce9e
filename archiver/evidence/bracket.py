"""The files of a job's bracket that a bundle has, and the commands that check them (docs/keep/bracket.md)."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.evidence.shells import Section, Tools, power_of, power_text, shell_of
from archiver.ledger.brackets import kept_files
from archiver.model.bracket import CERTIFICATES, CLOSING, CLOSING_FILES, FIELD, OPENING, OPENING_FILES, TOKEN, line_of
from archiver.model.bracket import FOLDER as INSIDE
from archiver.packaging.source import Source

FOLDER = "bracket/"
"""Where they are in a bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracketed:
    """The bracket of one bag: its files by their names, and what is missing of it, a sentence; none of bags without."""

    files: Mapping[str, bytes]
    missing: str | None = None


def bracket_of(bag: Path, packed: Source, record: Mapping[str, Any]) -> Bracketed:
    """The opening that a valid bag carries, and the closing that is kept beside it where that has the bag. Raises
    StorageError."""
    stated = record.get("bracket")
    if not isinstance(stated, dict) or any(f"data/{INSIDE}{name}" not in packed.files for name in OPENING_FILES):
        return Bracketed(files={})
    files = {name: b"".join(packed.read(f"data/{INSIDE}{name}")) for name in OPENING_FILES}
    kept = kept_files(bag.resolve().parent, stated.get("job"))
    closing = {name: kept[name] for name in CLOSING_FILES if name in kept}
    if len(closing) < len(CLOSING_FILES):
        return Bracketed(files=files, missing="The closing token of the job is not there: it did not end, or not here")
    lines = closing[CLOSING].decode("utf-8", "replace").splitlines()
    if line_of(packed.name, packed.seal) not in lines:
        return Bracketed(files=files, missing="The closing of the job does not have this bag, and is left out")
    return Bracketed(files={**files, **closing})


def bracket_sections(name: str, files: Sequence[str], warcs: Sequence[str]) -> Iterator[Section]:
    """The parts of VERIFY.md about the bracket of the bag `name`, of which these files and WARC files (paths in the
    bag) are in the bundle."""
    statements = [each for each in (OPENING, CLOSING) if FOLDER + each in files]
    if not statements:
        return
    about = (
        "A time-stamping authority saw the statement of the job before it asked for anything (`opening.json`), and the "
        "seals of its bags at the end (`closing.txt`, where the job has ended). Each line of `closing.txt` is the "
        "SHA-256 of the seal, two spaces, the name of the bag and a line end, so that it names no bag."
    )
    yield (
        "Do the tokens of the job fit?",
        f"{about} This check takes the authority's certificates from the bundle.",
        *_tokens(statements, trusted=False),
    )
    yield (
        "Whose tokens are they?",
        (
            "`roots.pem` must have the authority's root too. Where its certificate has expired since, add `-attime` "
            "and the time of the token in seconds."
        ),
        *_tokens(statements, trusted=True),
    )
    yield _named(name, statements, warcs)


def _tokens(statements: Sequence[str], *, trusted: bool) -> tuple[Any, str]:
    calls = []
    for each in statements:
        token, chain = f"{FOLDER}{each}{TOKEN}", f"{FOLDER}{each}{CERTIFICATES}"
        roots = ["-CAfile", "roots.pem", "-untrusted", chain] if trusted else ["-CAfile", chain]
        calls.append((["ts", "-verify", "-data", FOLDER + each, "-in", token, *roots], ""))
    if trusted:
        calls += [(["ts", "-reply", "-in", f"{FOLDER}{each}{TOKEN}", "-text"], "Time stamp:") for each in statements]
    shell = [(call, f" | grep '{words}'" if words else "") for call, words in calls]
    powers = [(call, f" | Select-String '{words}'" if words else "") for call, words in calls]
    return shell_of(shell), power_of(powers)


def _named(name: str, statements: Sequence[str], warcs: Sequence[str]) -> Section:
    """That the exchanges name the opening, and the closing names the opening and has the bag."""
    token, closing = f"{FOLDER}{OPENING}{TOKEN}", FOLDER + CLOSING
    about = (
        "The recorded exchanges name the SHA-256 of the opening token, which could not be known before it was issued."
    )
    if not warcs:
        about = "The recorded exchanges, which name the SHA-256 of the opening token, are not in this bundle."
    if CLOSING in statements:
        about += " The closing names it too, and has the line of this bag."

    def shell(tools: Tools) -> str:
        lines = [f'opening="sha256:$({tools.digest} < {token} | cut -c 1-64)"']
        for each in warcs:
            path = shlex.quote(f"{name}/{each}")
            lines.append(f'(gzip -dc {path} 2> /dev/null || true) | head -c 65536 | grep -a "^{FIELD}: $opening"')
        if CLOSING in statements:
            lines += [
                f'grep -xF -e "opening: $opening" {closing}',
                f'seal="$({tools.digest} < {shlex.quote(f"{name}/tagmanifest-sha256.txt")} | cut -c 1-64)"',
                f'line="$(printf \'%s  %s\\n\' "$seal" {shlex.quote(name)} | {tools.digest} | cut -c 1-64)"',
                f'grep -xF -e "$line" {closing}',
            ]
        return "\n".join([*lines, "echo OK"])

    lines = [f"$opening = 'sha256:' + (Get-FileHash -Algorithm SHA256 -LiteralPath {power_text(token)}).Hash.ToLower()"]
    for each in warcs:
        lines += [
            f"$file = [IO.File]::OpenRead((Get-Item -LiteralPath {power_text(f'{name}/{each}')}).FullName)",
            "$plain = New-Object IO.Compression.GZipStream($file, [IO.Compression.CompressionMode]::Decompress)",
            "$reader = New-Object IO.StreamReader($plain)",
            "$head = New-Object char[] 65536",
            "$count = $reader.ReadBlock($head, 0, 65536)",
            "$reader.Close()",
            f'$named = (New-Object string($head, 0, $count)).Contains("{FIELD}: $opening")',
            'if (-not $named) { throw "another opening" }',
        ]
    if CLOSING in statements:
        lines += [
            f"$list = @(Get-Content -LiteralPath {power_text(closing)} -Encoding UTF8)",
            'if ($list -cnotcontains "opening: $opening") { throw "the closing is of another opening" }',
            f"$sealed = {power_text(f'{name}/tagmanifest-sha256.txt')}",
            "$seal = (Get-FileHash -Algorithm SHA256 -LiteralPath $sealed).Hash.ToLower()",
            f"$bytes = [Text.Encoding]::UTF8.GetBytes($seal + '  ' + {power_text(name)} + \"`n\")",
            "$digest = [Security.Cryptography.SHA256]::Create().ComputeHash($bytes)",
            "$line = [BitConverter]::ToString($digest).Replace('-', '').ToLower()",
            'if ($list -cnotcontains $line) { throw "the closing does not have this bag" }',
        ]
    return "Do the exchanges and the closing name the opening?", about, shell, "\n".join([*lines, '"OK"'])
