"""Presents a bag that is about to be sent to validation, without putting it together on the disk."""

from pathlib import Path
from typing import BinaryIO

from archiver.packaging.package import Form
from archiver.packaging.source import Source
from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tree import Tree, open_below

_MEDIA_TYPES: dict[Form, str] = {"tar": "application/x-tar", "tgz": "application/gzip", "zip": "application/zip"}


def tree_of(bag: Source, form: Form) -> Tree:
    """The tree of a bag in the form in which it will be sent; a folder is validated as if it were in a tar."""
    paths = sorted(bag.files)
    return Tree(
        root=bag.root,
        files=Table(bag.files),
        folders=frozenset(path.partition("/")[0] for path in paths if "/" in path),
        odd=True,
        opener=lambda path: _open(bag.place(path)),
        media_type=_MEDIA_TYPES.get(form, "application/x-tar"),
        order=Table({f"{number:020}": path for number, path in enumerate(paths)}),
    )


def _open(path: Path) -> BinaryIO:
    return open_below(str(path.parent), path.name)
