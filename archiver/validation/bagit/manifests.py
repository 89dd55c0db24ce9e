"""Reads manifests and fetch.txt, and compares them with what is on disk (RFC 8493, 2.1.3, 2.2.1, 2.2.3 and 3).

It computes no digest; `fixity.py` does, for all manifests in one pass over each file.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from unicodedata import normalize

from archiver.model import Finding
from archiver.validation.bagit.path_table import Table, slices
from archiver.validation.bagit.tagfiles import Declaration, blocks, lines
from archiver.validation.bagit.tree import Tree
from archiver.validation.bounded import Findings
from archiver.validation.rules.registry import finding

_NAME = re.compile(r"(tag)?manifest-([A-Za-z0-9_-]{1,30})\.txt", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-Fa-f]+")
_ENCODED = re.compile(r"%(25|0[AaDd])")
_KNOWN = {
    **{name.replace("_", ""): name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")},
    "blake2b512": "blake2b",
    "blake2s256": "blake2s",
}
"""The name of an algorithm in a manifest's name, without hyphens -> hashlib's. Only digests of a fixed length."""
RECORD = "data/provenance.json"
"""The record of a bag that archiver made."""
MEMBERS = "data/members.csv"
"""The list of a group, a bag of bags; see `group_bag.py`."""
_ROOT = ("bagit.txt", "bag-info.txt")
_PAIR = ("sha256", "sha512")
MANIFESTS = 32
"""Manifests of one bag that are read: each is held against all others, so their number must have a bound."""
OURS = (*_ROOT, *(f"{kind}-{name}.txt" for kind in ("manifest", "tagmanifest") for name in _PAIR))
"""The six tag files of a bag with a record (docs/bag-format.md, section 2.1)."""
SEALED = "original/tagmanifest-sha256.txt"
"""The seal of the bag from which this one was made for a receiver, who may want other digests; see `derived_bag.py`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One manifest: `algorithm` as hashlib calls it (None: not known), `entries` path -> digest (of an
    unknown one its text)."""

    name: str
    tag: bool
    algorithm: str | None
    entries: Table[bytes]


def read_manifests(tree: Tree, declaration: Declaration) -> tuple[list[Manifest], list[Finding]]:
    """All manifests at the top of the bag, and the findings about their lines."""
    manifests, findings = list[Manifest](), Findings()
    for name in sorted(path for path in tree.files.quick if path[0] in "mMtT"):
        match = _NAME.fullmatch(name)
        if match and len(manifests) == MANIFESTS:
            return manifests, [*findings, finding("BAG009", name, limit=MANIFESTS)]
        if match:
            stated = match[2].lower()
            algorithm = _KNOWN.get(stated.replace("-", "").replace("_", ""))
            if algorithm is None:
                findings.append(finding("BAG052", name, algorithm=stated))
            elif declaration.version >= (1, 0) and (plain := re.sub("[^a-z0-9]", "", stated)) != match[2]:
                findings.append(finding("BAG058", name, expected=plain, found=match[2]))
            elif stated not in hashlib.algorithms_guaranteed and algorithm.startswith("sha3"):
                findings.append(finding("BAG059", name, algorithm=algorithm))
            reader = Reader(tree, declaration, name, tag=bool(match[1]), algorithm=algorithm)
            findings += reader.read()
            manifests.append(Manifest(name=name, tag=reader.tag, algorithm=algorithm, entries=reader.entries))
    return manifests, findings


class Reader:
    """Reads one manifest into `entries`."""

    def __init__(self, tree: Tree, declaration: Declaration, name: str, *, tag: bool, algorithm: str | None) -> None:
        self.tree, self.declaration, self.name, self.tag = tree, declaration, name, tag
        self.entries, self.taken = Table[bytes](), 0
        self.findings = Findings()
        self.composed: Table[str] | None = None
        self.digits = hashlib.new(algorithm).digest_size * 2 if algorithm else 0
        self.usual = _usual(self.digits, tag=tag)

    def say(self, code: str, path: str, **facts: object) -> None:
        self.findings.append(finding(code, path, manifest=self.name, **facts))

    def read(self) -> list[Finding]:
        """What is wrong with its lines. Those that need no second look are taken at once; if that took a path twice,
        all is read again, line by line."""
        for quick in (bool(self.digits), False):
            self.entries, self.taken, self.findings = Table(), 0, Findings()
            for first, block in blocks(self.tree, self.name, self.declaration, self.findings):
                if not (quick and self.plain(block)):
                    for number, line in enumerate(block[:-1].split("\n"), start=first):
                        self.line(number, line)
            if len(self.entries) == self.taken:
                break
        return self.findings

    def plain(self, block: str) -> bool:
        """Take some lines at once, if each is of a file that belongs here, with nothing in its path to decode or to
        doubt. Quick, and but for paths listed twice never more lenient than `line`."""
        if not self.usual.fullmatch(block):
            return False
        rows, digits, from_hex = block[:-1].split("\n"), self.digits, bytes.fromhex
        fresh = {line[digits + 2 :]: from_hex(line[:digits]) for line in rows}
        if not block.isascii() and not all(path in self.tree.files for path in fresh):
            return False  # it may be there in another Unicode form
        self.entries.update(fresh)
        self.taken += len(rows)
        return True

    def line(self, number: int, line: str) -> None:
        parts = line.split(None, 1) if line[:1] not in (" ", "\t") else []
        if not line.strip():
            self.say("BAG056", self.name, line=number)
            return
        if len(parts) != 2 or not _HEX.fullmatch(parts[0]) or (self.digits and len(parts[0]) != self.digits):
            self.say("BAG040", self.name, line=number, found=line)
            return
        digest, path = parts[0].lower(), parts[1]
        value = bytes.fromhex(digest) if self.digits else digest.encode("ascii")
        if path.startswith("*"):
            self.say("BAG041", self.name, line=number)
            path = path[1:]
        if (known := self.resolve(path)) is None:
            return
        earlier = self.entries.get(known)
        if earlier is None:
            self.entries[known] = value
            self.taken += 1
        else:
            same = earlier == value and self.declaration.version < (1, 0)
            stated = earlier.hex() if self.digits else earlier.decode("ascii")
            self.say("BAG057" if same else "BAG042", known, expected=stated, found=digest)

    def resolve(self, stated: str) -> str | None:
        """The path that a line means, as it is on disk if it is there; None, with a finding, for a path that is not
        looked up."""
        path = _ENCODED.sub(lambda match: chr(int(match[1], 16)), stated)
        strict = self.declaration.version >= (1, 0)
        literal = stated in self.tree.files and (path not in self.tree.files or not strict)
        if strict and ("%" in _ENCODED.sub("", stated) or (literal and path != stated)):
            self.say("BAG049", stated)
        path = stated if literal else path
        if unsafe(stated) or unsafe(path):
            self.say("BAG043", self.name, found=stated)
            return None
        if path not in self.tree.files:
            path = self._respelled(path)
        payload = path.startswith("data/")
        if not self.tag and not payload:
            self.say("BAG047", path)
            return None
        if self.tag and (payload or path.lower().startswith("tagmanifest-")):
            self.say("BAG048", path)
            return None
        return path

    def _respelled(self, path: str) -> str:
        """The file meant by a path with ./ or //, or in another Unicode form; `path` where there is none."""
        plain = "/".join(part for part in path.split("/") if part not in ("", "."))
        if plain != path and plain:
            self.say("BAG050", plain, found=path)
            path = plain
        if path in self.tree.files or path.isascii():
            return path
        if self.composed is None:
            self.composed = Table({normalize("NFC", each): each for each in self.tree.files if not each.isascii()})
        meant = self.composed.get(normalize("NFC", path), path)
        if meant != path:
            self.say("BAG051", meant)
        return meant


@cache
def _usual(digits: int, *, tag: bool) -> re.Pattern[str]:
    """Lines whose path cannot be unsafe, spelled in two ways or of the wrong kind, among others."""
    part, names = r"/[^%\\\n\0/.][^%\\\n\0/]*", r"(?!data/|(?i:tagmanifest-))[A-Za-z0-9_-][^%\\\n\0/:]*"
    path = rf"{names}(?:{part})*+" if tag else rf"data(?:{part})++"
    return re.compile(rf"(?:[0-9A-Fa-f]{{{digits}}}  {path}\n)*+")


def manifest_algorithm(name: str) -> str:
    """The algorithm in the name of a manifest, in lower case and without hyphens; "" for another name."""
    match = _NAME.fullmatch(name)
    return match[2].lower().replace("-", "") if match else ""


def unsafe(path: str) -> bool:
    """Whether a path could lead out of a bag on some system: absolute, with `..`, a drive, a home, or a NUL."""
    return (
        path.startswith(("/", "\\", "~"))
        or bool(re.match(r"[A-Za-z]:[\\/]", path))
        or ".." in re.split(r"[/\\]", path)
        or "\0" in path
    )


def compare(tree: Tree, declaration: Declaration, manifests: Sequence[Manifest]) -> Iterator[Finding]:
    """Findings for files that manifests leave out, and for names in manifests without a file."""
    payload, tags = [each for each in manifests if not each.tag], [each for each in manifests if each.tag]
    if not payload:
        yield finding("BAG008")
    required = {each.name for each in payload} if declaration.version >= (1, 0) else set[str]()
    if RECORD in tree.files:
        ours = OURS if SEALED not in tree.files else (*_ROOT, "manifest-sha256.txt", "tagmanifest-sha256.txt")
        yield from (finding("BAG054", name) for name in ours if name not in tree.files)
        required |= {name for name in _ROOT if name in tree.files}
    for tag in tags:
        missing = sorted(name for name in required if name not in tag.entries)
        yield from (finding("BAG055", name, manifest=tag.name) for name in missing)
    needless = required | {each.name for each in tags}
    for files, *entries in slices([tree.files, *(each.entries for each in (*payload, *tags))]):
        listings = list(zip((*payload, *tags), entries, strict=True))
        due = set[str]().union(*(rows for each, rows in listings if not each.tag))
        listed = due.union(*(rows for each, rows in listings if each.tag))
        for path in sorted(listed.difference(files)):
            where = ", ".join(each.name for each, rows in listings if path in rows)
            yield finding("BAG045", path, manifest=where)
        for path in sorted(files.keys() - listed):
            if path.startswith("data/"):
                yield from [finding("BAG046", path)] if payload else []
            elif tags and not path.startswith("signatures/") and path not in needless:
                yield finding("BAG053", path)
        for each, rows in listings if declaration.version >= (1, 0) else ():
            left_out = due.difference(rows) if len(rows) < len(due) and not each.tag else ()
            yield from (finding("BAG044", path, manifest=each.name) for path in sorted(left_out))


def check_fetch(tree: Tree, declaration: Declaration, manifests: Sequence[Manifest]) -> list[Finding]:
    """Findings about fetch.txt, which is never followed: its lines, whether every payload manifest lists what it names,
    and what of that is not there or has another length. Nothing is said of a bag that has all of it."""
    name = "fetch.txt"
    if name not in tree.files:
        return []
    findings, absent = Findings(), False
    listed = [manifest.entries for manifest in manifests if not manifest.tag]
    for number, line in lines(tree, name, declaration, findings):
        parts = line.split(None, 2)
        path = _ENCODED.sub(lambda match: chr(int(match[1], 16)), parts[-1]) if parts else ""
        if len(parts) != 3 or not (parts[1] == "-" or re.fullmatch(r"[0-9]{1,20}", parts[1])):
            findings.append(finding("BAG061", name, line=number, found=line))
        elif unsafe(path):
            findings.append(finding("BAG043", name, manifest=name, found=path))
        elif not all(path.removeprefix("./") in paths for paths in listed):
            findings.append(finding("BAG062", path))
        elif (there := path.removeprefix("./")) not in tree.files:
            absent = True
            findings.append(finding("BAG064", there))
        elif parts[1] != "-" and int(parts[1]) != tree.files[there]:
            findings.append(finding("BAG063", there, expected=parts[1], found=tree.files[there]))
    if absent:
        findings.append(finding("BAG060", name))
    return findings
