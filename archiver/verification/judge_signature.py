"""Judges a signature before it is written, as `archiver validate --require-signature` will judge it afterwards."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from archiver.config import Config
from archiver.errors import Refused, StorageError
from archiver.trust.certificates import Certificate, pem_of
from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tree import Tree, scan
from archiver.validation.trust.checks import check_trust
from archiver.validation.trust.policy import Trust, read_roots

_OF_BAG = ("SIG006", "SIG009")
"""Errors about the bag as a whole that a signature would not mend."""


def judge_signature(bag: Path, config: Config, files: Mapping[str, bytes], root: Certificate) -> None:
    """Judge `files` (path in the bag -> content), which are not written yet. Where the settings name no roots, whoever
    made them is judged as by one who trusts `root`: what they say of dates, keys, purposes and revocation must hold.

    Raises Refused with the reason, StorageError where the bag cannot be read.
    """
    try:
        tree = scan(bag)[0]
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error
    own = pem_of([root])
    trust = Trust(
        roots=read_roots(config.trust_roots) if config.trust_roots else own,
        tsa_roots=read_roots(config.tsa_roots, "--tsa-roots") if config.tsa_roots else None,
        require_signature=any(path.endswith(".p7s") for path in files),
        now=datetime.now(UTC),
    )
    _, findings = check_trust(with_files(tree, files), trust)
    wrong = [each for each in findings if each.severity == "error" and (each.path in files or each.code in _OF_BAG)]
    if wrong:
        first = min(wrong, key=lambda each: each.code in _OF_BAG)
        raise Refused(f"{first.code} {first.path}: {first.message}")


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
