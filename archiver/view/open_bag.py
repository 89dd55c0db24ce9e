"""A bag opened for reading: its record, its metadata, its files, in a folder or serialised, without unpacking it.

Whether what it says is true, `validation/` judges; everything here is as somebody else may have written it.
"""

import csv
import json
import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.validation.bagit.manifests import MEMBERS, RECORD
from archiver.validation.bagit.tagfiles import read_declaration, read_info
from archiver.validation.bagit.tree import Tree
from archiver.validation.package.group_bag import members_in
from archiver.validation.serialized.open_archive import opened

SEAL = "tagmanifest-sha256.txt"
LARGEST = 256 << 20
"""Bytes of a file that is read at once."""


class OpenBag:
    """A bag for reading; a context manager. Raises StorageError where there is no bag that can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stack = ExitStack()
        try:
            tree, findings = self._stack.enter_context(opened(path))
        except OSError as error:
            raise StorageError.from_os(f"read the bag {path}", error) from error
        if tree is None:
            self._stack.close()
            reason = f"{findings[0].code}: {findings[0].message}" if findings else "it is not a bag"
            raise StorageError(f"{path} cannot be read as a bag: {reason}; see {_advice(path)}")
        self._tree: Tree = tree

    def __enter__(self) -> "OpenBag":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file of a serialised bag."""
        self._stack.close()

    @property
    def tree(self) -> Tree:
        """The bag as validation reads it."""
        return self._tree

    @property
    def files(self) -> Mapping[str, int]:
        """Path in the bag -> bytes."""
        return dict(self._tree.files.sorted())

    def open(self, path: str) -> BinaryIO:
        """A file of the bag as a stream. Raises StorageError."""
        try:
            return self._tree.open(path)
        except KeyError:
            raise StorageError(f"{self.path} has no {path}") from None
        except OSError as error:
            raise StorageError.from_os(f"read {self.path / path}", error) from error

    def read(self, path: str) -> bytes:
        """A file of the bag, of at most 256 MiB. Raises StorageError."""
        with self.open(path) as stream:
            try:
                data = stream.read(LARGEST + 1)
            except OSError as error:
                raise StorageError.from_os(f"read {self.path / path}", error) from error
        if len(data) > LARGEST:
            raise StorageError(f"{self.path / path} has more than {LARGEST:,} bytes: read it with open()")
        return data

    @cached_property
    def record(self) -> dict[str, Any]:
        """`data/provenance.json` (docs/bag-format.md). Raises StorageError where there is none, or it is not JSON
        object."""
        if RECORD not in self._tree.files:
            raise StorageError(
                f"{self.path} has no {RECORD}: archiver did not make this bag; 'archiver validate' judges any"
            )
        where = self.path / RECORD
        try:
            record = json.loads(self.read(RECORD))
        except (ValueError, RecursionError) as error:
            raise StorageError(f"{where} is not JSON: {error}; see {_advice(self.path)}") from error
        if not isinstance(record, dict):
            raise StorageError(f"{where} is not a JSON object; see {_advice(self.path)}")
        return record

    @property
    def text(self) -> str | None:
        """The extracted text; None where the record names none. Raises StorageError."""
        stated = self.record.get("text")
        name = stated.get("file") if isinstance(stated, dict) else None
        return self.read(f"data/{name}").decode("utf-8", "replace") if isinstance(name, str) else None

    @cached_property
    def info(self) -> tuple[tuple[str, str], ...]:
        """Labels and values of bag-info.txt, in their order (RFC 8493, 2.2.2)."""
        found = read_info(self._tree, read_declaration(self._tree)[0])[0]
        return found.elements

    @cached_property
    def seal(self) -> str | None:
        """SHA-256 of the tag manifest, which names this state of the bag; None where it is not sealed."""
        return sha256(self.read(SEAL)) if SEAL in self._tree.files else None

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The names of the bags of a group; none for another bag (docs/keep/groups.md). Raises StorageError."""
        try:
            return tuple(name for name, _ in members_in(self._tree))
        except (OSError, ValueError, csv.Error) as error:
            raise StorageError(f"{self.path / MEMBERS} cannot be read ({error}): see {_advice(self.path)}") from error


def _advice(path: Path) -> str:
    """The command that says what is wrong with a bag, as it can be pasted into a shell."""
    return f"'archiver validate {shlex.quote(str(path))}'"
