"""Signatures that lie beside a bag, `<bag>.tagmanifest-sha256.txt.p7s`: those of bags into which nothing is written."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from archiver.model.seal_file import SEAL
from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tree import Tree, open_below

_LINKS = (".p7s", ".tsr", ".p7s.tsr", *(f"{link}.{number}.tsr" for link in ("", ".p7s") for number in range(2, 10)))
_BESIDE = ("", ".crt", ".crl", ".ocsp")


def with_signatures_beside(tree: Tree, root: Path) -> Tree:
    """The tag files of a bag in a folder with the signatures that lie beside it; the tree itself where there are none,
    or the bag has signatures of its own."""
    if "signatures" in tree.folders or not root.is_dir():
        return tree
    here = root.resolve()
    names = (f"{SEAL}{link}{end}" for link in _LINKS for end in _BESIDE)
    found = {f"signatures/{name}": path for name in names if (path := here.with_name(f"{here.name}.{name}")).is_file()}
    if not any(path.endswith(_LINKS) for path in found):
        return tree
    there = {path: 0 for path in tree.files if not path.startswith("data/")}
    return replace(
        tree,
        files=Table({**there, **dict.fromkeys(found, 0)}),
        folders=tree.folders | {"signatures"},
        opener=partial(_open, tree, found),
        media_type="application/octet-stream",  # so that every file is read by `opener`
    )


def _open(tree: Tree, found: dict[str, Path], path: str) -> BinaryIO:
    return open_below(str(found[path].parent), found[path].name) if path in found else tree.opener(path)
