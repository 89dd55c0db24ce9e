"""Judges signatures before they are written, as `archiver validate --require-signature` will judge them afterwards."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from archiver.errors import Refused, StorageError
from archiver.model import Finding
from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tree import Tree, scan
from archiver.validation.trust.cert_paths import Certificate, pem_of
from archiver.validation.trust.checks import check_trust
from archiver.validation.trust.policy import Trust, read_roots

_OF_BAG = ("SIG006", "SIG009")
"""Errors about the bag as a whole that a signature would not mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Judges files (path in the bag -> content) that are not written yet, by the roots of the settings. Where they name
    none, whoever made the files is judged as by one who trusts the root that the files came with: what they say of
    dates, keys, purposes and revocation must hold."""

    roots: Path | None
    tsa_roots: Path | None

    def signature(self, bag: Path, files: Mapping[str, bytes], root: Certificate) -> None:
        """Judge what would be added to a bag. Raises Refused with the reason, StorageError where the bag cannot be
        read, UsageError where the roots cannot."""
        if wrong := self._wrong(scanned(bag), files, root):
            raise Refused(f"{wrong.code} {wrong.path}: {wrong.message}")

    def signer(self, files: Mapping[str, bytes], root: Certificate) -> None:
        """Judge a signer by what it has signed on trial: `files` are all there is. Raises as `signature` does."""
        nothing = Tree(root=Path(), files=Table(), folders=frozenset(), odd=False, opener=_nowhere)
        if wrong := self._wrong(nothing, files, root):
            raise Refused(f"{wrong.code}: {wrong.message}")

    def _wrong(self, tree: Tree, files: Mapping[str, bytes], root: Certificate) -> Finding | None:
        trust = Trust(
            roots=read_roots(self.roots) if self.roots else pem_of([root]),
            tsa_roots=read_roots(self.tsa_roots, "--tsa-roots") if self.tsa_roots else None,
            require_signature=any(path.endswith(".p7s") for path in files),
            now=datetime.now(UTC),
        )
        _, findings = check_trust(with_files(tree, files), trust)
        wrong = [each for each in findings if each.severity == "error" and (each.path in files or each.code in _OF_BAG)]
        return min(wrong, key=lambda each: each.code in _OF_BAG, default=None)


def scanned(bag: Path) -> Tree:
    """The files of a bag. Raises StorageError."""
    try:
        return scan(bag)[0]
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error


def with_files(tree: Tree, files: Mapping[str, bytes]) -> Tree:
    """The tag files of a bag with further ones, as if they had been written."""
    there = {path: 0 for path in tree.files if not path.startswith("data/")}
    return replace(
        tree,
        files=Table({**there, **{path: len(data) for path, data in files.items()}}),
        folders=tree.folders | {"signatures"},
        opener=partial(_open, tree, files),
        media_type="application/octet-stream",  # so that every file is read by `opener`
    )


def _open(tree: Tree, files: Mapping[str, bytes], path: str) -> BinaryIO:
    return io.BytesIO(files[path]) if path in files else tree.opener(path)


def _nowhere(path: str) -> BinaryIO:
    raise FileNotFoundError(path)
