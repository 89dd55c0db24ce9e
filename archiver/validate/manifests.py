"""Manifests and fetch.txt: read, and compared with what is on disk (RFC 8493, 2.1.3, 2.2.1, 2.2.3 and 3).

It computes no digest; `fixity.py` does, for all manifests in one pass over each file.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from archiver.model import Finding
from archiver.validate.rules import finding
from archiver.validate.table import Table
from archiver.validate.tagfiles import Declaration, blocks, lines
from archiver.validate.tree import Tree

_NAME = re.compile(r"(tag)?manifest-([A-Za-z0-9_-]{1,30})\.txt", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-Fa-f]+")
_ENCODED = re.compile(r"%(25|0[AaDd])")
_KNOWN = {
    **{name.replace("_", ""): name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")},
    "blake2b512": "blake2b",
    "blake2s256": "blake2s",
}
"""The name of an algorithm in a manifest's name, without hyphens -> hashlib's. Only digests of a fixed length."""
_ROOT = ("bagit.txt", "bag-info.txt")
_PAIR = ("sha256", "sha512")
_END = chr(0x10FFFF) * 2
MANIFESTS = 32
"""Manifests of one bag that are read: each is held against all others, so their number must have a bound."""
OURS = (*_ROOT, *(f"{kind}-{name}.txt" for kind in ("manifest", "tagmanifest") for name in _PAIR))
"""The six tag files of a bag with a record (DESIGN 6.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One manifest: `algorithm` as hashlib calls it (None: not known), `entries` path -> digest (of an
    unknown one its text)."""

    name: str
    tag: bool
    algorithm: str | None
    entries: Table[bytes] = field(default_factory=Table)


def read_manifests(tree: Tree, declaration: Declaration) -> tuple[list[Manifest], list[Finding]]:
    """All manifests at the top of the bag and what is wrong with their lines."""
    manifests, findings = list[Manifest](), list[Finding]()
    for name in tree.files:
        match = _NAME.fullmatch(name)
        if match and len(manifests) == MANIFESTS:
            return manifests, [*findings, finding("BAG009", name, limit=MANIFESTS)]
        if match:
            stated = match[2].lower()
            algorithm = _KNOWN.get(stated.replace("-", "").replace("_", ""))
            if algorithm is None:
                findings.append(finding("BAG052", name, algorithm=stated))
            manifest = Manifest(name=name, tag=bool(match[1]), algorithm=algorithm)
            findings += _Reader(tree, declaration, manifest).read()
            manifests.append(manifest)
    return manifests, findings


class _Reader:
    """Reads one manifest into its `entries`."""

    def __init__(self, tree: Tree, declaration: Declaration, manifest: Manifest) -> None:
        self.tree, self.declaration, self.manifest = tree, declaration, manifest
        self.findings: list[Finding] = []
        self.composed: Table[str] | None = None
        self.digits = hashlib.new(manifest.algorithm).digest_size * 2 if manifest.algorithm else None
        self.last = ""  # no path so far comes after it: lines in order need not be looked up
        usual = rf"^([0-9A-Fa-f]{{{self.digits}}})  (data(?:/[^%\\\n/.][^%\\\n/]*)+)$"
        self.usual = re.compile(usual, re.MULTILINE) if self.digits and not manifest.tag else None

    def say(self, code: str, path: str, **facts: object) -> None:
        self.findings.append(finding(code, path, manifest=self.manifest.name, **facts))

    def read(self) -> list[Finding]:
        name = self.manifest.name
        try:
            with self.tree.open(name) as stream:
                for first, block in blocks(stream, name, self.declaration, self.findings):
                    if not self.plain(block):
                        self.last = _END
                        for number, line in enumerate(block, start=first):
                            self.line(number, line)
        except OSError as error:
            self.findings.append(finding("BAG012", name, reason=error.strerror))
        return self.findings

    def plain(self, block: Sequence[str]) -> bool:
        """Take some lines at once, if none needs a second look: payload files, each named once, with nothing in the
        path to decode or to doubt. Quick, and never more lenient than `line`."""
        text = "\n".join(block)
        fresh = {path: bytes.fromhex(digest) for digest, path in self.usual.findall(text)} if self.usual else {}
        if len(fresh) < len(block):
            return False
        if not text.isascii() and not all(path in self.tree.files for path in fresh):
            return False  # it may be there in another Unicode form
        paths = list(fresh)
        if paths and not (paths[0] > self.last and paths == sorted(paths)):
            self.last = _END
            if any(path in self.manifest.entries for path in paths):
                return False
        self.last = max(self.last, *paths) if paths else self.last
        self.manifest.entries.update(fresh)
        return True

    def line(self, number: int, line: str) -> None:
        parts = line.split(None, 1) if line[:1] not in (" ", "\t") else []
        if not line.strip():
            self.say("BAG056", self.manifest.name, line=number)
            return
        if len(parts) != 2 or not _HEX.fullmatch(parts[0]) or (self.digits and len(parts[0]) != self.digits):
            self.say("BAG040", self.manifest.name, line=number, found=line)
            return
        digest, path = parts[0].lower(), parts[1]
        value = bytes.fromhex(digest) if self.digits else digest.encode("ascii")
        if path.startswith("*"):
            self.say("BAG041", self.manifest.name, line=number)
            path = path[1:]
        if (known := self.resolve(path)) is None:
            return
        earlier = self.manifest.entries.get(known)
        if earlier is None:
            self.manifest.entries[known] = value
        else:
            same = earlier == value and self.declaration.version < (1, 0)
            stated = earlier.hex() if self.digits else earlier.decode("ascii")
            self.say("BAG057" if same else "BAG042", known, expected=stated, found=digest)

    def resolve(self, stated: str) -> str | None:
        """The path a line means, as on disk where it is there; None, with a finding, for one not to be looked up."""
        path = _ENCODED.sub(lambda match: chr(int(match[1], 16)), stated)
        strict = self.declaration.version >= (1, 0)
        literal = stated in self.tree.files and (path not in self.tree.files or not strict)
        if strict and ("%" in _ENCODED.sub("", stated) or (literal and path != stated)):
            self.say("BAG049", stated)
        path = stated if literal else path
        if unsafe(stated) or unsafe(path):
            self.say("BAG043", self.manifest.name, found=stated)
            return None
        if path not in self.tree.files:
            path = self._respelled(path)
        payload = path.startswith("data/")
        if not self.manifest.tag and not payload:
            self.say("BAG047", path)
            return None
        if self.manifest.tag and (payload or path.lower().startswith("tagmanifest-")):
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


def manifest_algorithm(name: str) -> str:
    """The algorithm in the name of a manifest, in lower case and without hyphens; "" where it is none."""
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
    """What the manifests leave out, and what they name that is not there."""
    payload = [each for each in manifests if not each.tag]
    tags = [each for each in manifests if each.tag]
    if not payload:
        yield finding("BAG008")
    missing: dict[str, list[str]] = {}
    for manifest in manifests:
        for path in manifest.entries.minus(tree.files):
            missing.setdefault(path, []).append(manifest.name)
    yield from (finding("BAG045", path, manifest=", ".join(where)) for path, where in sorted(missing.items()))
    if payload:
        first, *others = payload
        for path in tree.files.minus(first.entries):
            if path.startswith("data/") and not any(path in each.entries for each in others):
                yield finding("BAG046", path)
    if declaration.version >= (1, 0):
        for manifest in payload:
            left_out = {path for other in payload for path in other.entries.minus(manifest.entries)}
            yield from (finding("BAG044", path, manifest=manifest.name) for path in sorted(left_out))
    yield from _tag_files(tree, declaration, payload, tags)


def _tag_files(
    tree: Tree, declaration: Declaration, payload: Sequence[Manifest], tags: Sequence[Manifest]
) -> Iterator[Finding]:
    required = {manifest.name for manifest in payload} if declaration.version >= (1, 0) else set[str]()
    if "data/provenance.json" in tree.files:
        yield from (finding("BAG054", name) for name in OURS if name not in tree.files)
        required |= {name for name in _ROOT if name in tree.files}
    for manifest in tags:
        missing = sorted(name for name in required if name not in manifest.entries)
        yield from (finding("BAG055", name, manifest=manifest.name) for name in missing)
    covered = {manifest.name for manifest in tags} | required
    for path in tree.files if tags else ():
        if path.startswith(("data/", "signatures/")) or path in covered:
            continue
        if not any(path in manifest.entries for manifest in tags):
            yield finding("BAG053", path)


def check_fetch(tree: Tree, declaration: Declaration, manifests: Sequence[Manifest]) -> list[Finding]:
    """fetch.txt, reported and never followed: its lines, and whether every payload manifest lists what it names."""
    name = "fetch.txt"
    if name not in tree.files:
        return []
    findings = [finding("BAG060", name)]
    listed = [manifest.entries for manifest in manifests if not manifest.tag]
    try:
        with tree.open(name) as stream:
            for number, line in lines(stream, name, declaration, findings):
                parts = line.split(None, 2)
                path = _ENCODED.sub(lambda match: chr(int(match[1], 16)), parts[-1]) if parts else ""
                if len(parts) != 3 or not (parts[1] == "-" or re.fullmatch(r"[0-9]{1,20}", parts[1])):
                    findings.append(finding("BAG061", name, line=number, found=line))
                elif unsafe(path):
                    findings.append(finding("BAG043", name, manifest=name, found=path))
                elif not all(path.removeprefix("./") in paths for paths in listed):
                    findings.append(finding("BAG062", path))
    except OSError as error:
        findings.append(finding("BAG012", name, reason=error.strerror))
    return findings
