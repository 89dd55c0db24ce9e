"""Checks the list of a renewal, `….sha512`: in the form of `sha512sum`, the SHA-512 of every file that it renews.

The list is timestamped in place of the files: RFC 4998, 5.3 asks for new digests of the data where an algorithm ends,
and a list that `sha512sum --check` reads needs no archiver (docs/adr/0275).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archiver.digest import digest_stream
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding

_LINE = re.compile(r"([0-9a-f]{128})  ([!-~]{1,4096})")
_BYTES = 16 << 20
_MOST = 100_000
SEALS = ("tagmanifest-sha512.txt", "tagmanifest-sha256.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalList:
    """The files that a list names, whether each is as it says, and whether it covers the whole chain below it."""

    covers: Mapping[str, bool] = field(default_factory=dict)
    is_whole: bool = False


def check_list(tree: Tree, path: str, links: Sequence[str]) -> tuple[RenewalList, list[Finding]]:
    """The list in a file of a bag, compared with the files; `links` are those of the chain below it."""
    try:
        with tree.open(path) as stream:
            data = stream.read(_BYTES + 1)
    except OSError as error:
        return RenewalList(), [finding("TSR010", path, file=path, reason=error.strerror or error)]
    lines = data.decode("ascii", "replace").splitlines()
    matches = [_LINE.fullmatch(each) for each in lines]
    if len(data) > _BYTES or len(lines) > _MOST or not lines or not all(matches):
        return RenewalList(), [finding("TSR010", path, file=path, reason="it is not a list as sha512sum writes it")]
    findings = []
    covers: dict[str, bool] = {}
    for match in matches:
        assert match is not None, "all lines match"
        stated, file = match[1], match[2]
        found = _digest(tree, file)
        covers[file] = found == stated and covers.get(file, True)
        if found != stated:
            reason = "it is not there" if found is None else "it has another digest"
            findings.append(finding("TSR010", path, file=file, reason=reason))
    missing = [each for each in (*(seal for seal in SEALS if seal in tree.files), *links) if each not in covers]
    findings += [finding("TSR010", path, file=each, reason="the list does not name it") for each in missing]
    return RenewalList(covers=covers, is_whole=not findings), findings


def _digest(tree: Tree, path: str) -> str | None:
    if path not in tree.files:
        return None
    try:
        with tree.open(path) as stream:
            return digest_stream(stream, ("sha512",))[1]["sha512"]
    except (KeyError, OSError):
        return None
