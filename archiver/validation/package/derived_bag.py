"""Compares a bag that was built for a receiver with the sealed bag it was built from, whose tag files are in
`original/` (docs/bag-format.md, 8). With seal, signatures and manifests of the original, a receiver can prove where the
bag comes from."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from archiver.digest import digest_stream
from archiver.model import Finding
from archiver.validation.bagit.manifests import SEALED, Manifest, read_manifests
from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tagfiles import Info, read_declaration
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding

_BASE = SEALED.rpartition("/")[0] + "/"
_LABEL = "Derived-From-Seal"


def sealed_part(tree: Tree) -> Tree:
    """The kept tag files of the sealed bag, as the tree of a bag without payload."""
    sizes = {path.removeprefix(_BASE): size for path, size in tree.files.sorted() if path.startswith(_BASE)}
    return Tree(
        root=tree.root / _BASE.rstrip("/"),
        files=Table(sizes),
        folders=frozenset(path.partition("/")[0] for path in sizes if "/" in path),
        odd=tree.odd,
        opener=partial(_open, tree),
        media_type=tree.media_type,
    )


def check_derived(tree: Tree, info: Info, manifests: list[Manifest]) -> list[Finding]:
    """Findings where the bag does not match its `original/`, or that is not whole."""
    sealed = sealed_part(tree)
    declaration, _ = read_declaration(sealed)
    kept, _ = read_manifests(sealed, declaration)
    findings = [*_seal(tree, info)]
    tags = next((each for each in kept if each.tag and each.algorithm == "sha256"), None)
    if tags is not None:
        findings += _tag_files(sealed, tags)
    stated = {each.algorithm: each for each in kept if not each.tag and each.algorithm}
    for each in manifests:
        if not each.tag and each.algorithm in stated:
            return [*findings, *_payload(each, stated[each.algorithm])]
    return [*findings, finding("DER003", SEALED)]


def _seal(tree: Tree, info: Info) -> Iterator[Finding]:
    try:
        with tree.open(SEALED) as stream:
            found = digest_stream(stream, ("sha256",))[1]["sha256"]
    except OSError as error:
        found = error.strerror or "cannot be read"
    stated = info.values(_LABEL)
    if stated != [found]:
        yield finding("DER001", "bag-info.txt", label=_LABEL, expected=found, found=", ".join(stated) or "nothing")


def _tag_files(sealed: Tree, tags: Manifest) -> Iterator[Finding]:
    for path, digest in tags.entries.sorted():
        try:
            with sealed.open(path) as stream:
                found = digest_stream(stream, ("sha256",))[1]["sha256"]
        except (KeyError, OSError):
            found = "none that can be read"
        if found != digest.hex():
            yield finding("DER002", _BASE + path, expected=digest.hex(), found=found)


def _payload(ours: Manifest, theirs: Manifest) -> Iterator[Finding]:
    """Findings where the two manifests do not list the same files with the same digests. Fixity compares the files
    themselves."""
    for path, digest in theirs.entries.sorted():
        found = ours.entries.get(path)
        if found != digest:
            yield finding("DER004", path, expected=digest.hex(), found=found.hex() if found else "none")
    yield from (
        finding("DER004", path, found="a file that it has not") for path in ours.entries if path not in theirs.entries
    )


def _open(tree: Tree, path: str) -> BinaryIO:
    return tree.opener(_BASE + path)


def below(findings: list[Finding]) -> list[Finding]:
    """Findings about the sealed part, with their paths in the whole bag."""
    return [replace(each, path=f"{_BASE}{each.path}".rstrip("/")) for each in findings]
