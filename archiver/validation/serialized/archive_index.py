"""The entries of an archive, made into the tree of the bag in it (RFC 8493, 4 and 5.1).

What an archive says of itself is not believed: names that lead out of it, links, entries beyond bounds and names given
twice are findings, and what is left is read where it lies. It knows no format.
"""

from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tree import Tree, names
from archiver.validation.bounded import Findings
from archiver.validation.rules.registry import finding

ENTRIES = 2_000_000
"""Entries of an archive that are read."""
COMPLAINTS = 1_000
"""Findings about entries after which the rest of an archive is not read."""

_INSIDE = "; it was packed from inside the bag: pack the folder itself"
_MACOS = "; macOS put this in: pack it there with 'ditto -c -k --norsrc --keepParent', or 'zip -rX'"

Kind = Literal["file", "folder", "link", "special"]


class BadArchive(Exception):
    """The archive cannot be read on: the code of the rule, and the facts for its message."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class Archive(Protocol):
    """A reader of one format."""

    def list(self, index: "EntryIndex") -> None:
        """Add every entry to the index. Raises BadArchive, OSError."""

    def open(self, place: int, size: int) -> BinaryIO:
        """The file that lies at a place. Raises OSError; so does the stream for what is damaged."""


class EntryIndex:
    """Takes the entries of an archive and makes the tree of the bag in it."""

    def __init__(self, path: Path, name: str, media_type: str, ceiling: int) -> None:
        self.path, self.name, self.media_type, self.ceiling = path, name, media_type, ceiling
        self.findings = Findings()
        self.base: str | None = None
        self._files, self._places, self._order = Table[int](), Table[int](), Table[str]()
        self._folders: set[str] = set()
        self._entries = self._octets = 0

    @property
    def has_files(self) -> bool:
        """Whether a file was taken."""
        return len(self._files) > 0

    def say(self, code: str, path: str = "", **facts: Any) -> None:
        self.findings.append(finding(code, path, **facts))
        if len(self.findings) == COMPLAINTS:
            raise BadArchive("ARC002", limit=f"{COMPLAINTS} complaints")

    def take(self, name: str, kind: Kind, *, size: int = 0, place: int = 0, target: str | None = None) -> None:
        """Add one entry; `target` is the earlier entry that a hard link means. Raises BadArchive beyond bounds."""
        self._entries += 1
        if self._entries > ENTRIES:
            raise BadArchive("ARC002", limit=f"{ENTRIES} entries")
        path = self._below_base(name, folder=kind == "folder")
        if not path:
            return
        if kind == "link" and target is not None and (meant := self._below_base(target, folder=False)) in self._files:
            kind, size, place = "file", self._files[meant or ""], self._places[meant or ""]
        if kind == "link":
            self.say("BAG010", path, found=target)
        elif kind == "special":
            self.say("BAG011", path)
        elif kind == "file" and path in self._files:
            self.say("ARC005", path)
        elif kind == "file":
            self._octets += size
            if self._octets > self.ceiling:
                raise BadArchive("ARC002", limit=f"{self.ceiling} bytes")
            self._files[path], self._places[path], self._order[f"{place:020}:{self._entries}"] = size, place, path
        top, slash, _ = path.partition("/")
        if slash or kind == "folder":
            self._folders.add(top)

    def _below_base(self, name: str, *, folder: bool) -> str | None:
        """The path of an entry in the bag; None, with a finding, where it lies elsewhere. "" is the bag itself."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or "\0" in name or "\\" in name:
            self.say("ARC003", found=name)
            return None
        if not parts:
            return ""
        if self.base is None:
            self.base = parts[0] if (folder or len(parts) > 1) and parts[0] != "data" else ""
            if not self.base:
                self.say("ARC004", found=name, hint=_INSIDE)
            elif self.base != self.name:
                self.say("ARC006", expected=self.name, found=self.base)
        if self.base:
            if parts[0] != self.base:
                self.say("ARC004", found=name, hint=_MACOS if parts[0] in ("__MACOSX", ".DS_Store") else "")
                return None
            parts = parts[1:]
        return "/".join(parts)

    def filled(self, archive: Archive) -> Tree | None:
        """The tree of the archive; None where it is none that can be read, and the findings say why."""
        try:
            archive.list(self)
        except BadArchive as bad:
            self.findings.append(finding(bad.code, **bad.facts))
        except OSError as error:
            self.findings.append(finding("ARC001", reason=error.strerror or error))
        if not self._files and not self.findings:
            self.findings.append(finding("ARC001", reason="there is no file in it"))
        if not self._files:
            return None
        self.findings += names(self._files)
        return Tree(
            root=self.path,
            files=self._files,
            folders=frozenset(self._folders),
            odd=True,
            opener=lambda path: archive.open(self._places[path], self._files[path]),
            media_type=self.media_type,
            order=self._order,
        )
