"""Writes the tag files of a bag whose payload lies in other bags (RFC 8493, 2).

What belongs in it, `group_bags.py` and `receiver_bags.py` know; the payload is read here, once, and not copied.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver.bag.staging import Info, flush, tag_file
from archiver.digest import Hasher
from archiver.errors import Refused, StorageError
from archiver.packaging.source import Source

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The payload of a bag that is being built: path in it -> (the bag that has the file, its path there)."""

    files: Mapping[str, tuple[Source, str]]

    @property
    def octets(self) -> int:
        """Bytes of all files."""
        return sum(bag.files[path] for bag, path in self.files.values())

    @property
    def places(self) -> dict[str, Path]:
        """Where each file lies on this machine."""
        return {path: bag.place(inside) for path, (bag, inside) in self.files.items()}

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file."""
        return {path: bag.files[inside] for path, (bag, inside) in self.files.items()}

    def digests(self, algorithms: Sequence[str]) -> dict[str, dict[str, str]]:
        """Path -> its digests: everything is read. Raises Refused for what cannot be read, or be in a manifest."""
        found = {}
        for path, (bag, inside) in sorted(self.files.items()):
            if not path.isprintable() or "%" in path:
                raise Refused(
                    f"{bag.name}/{inside!r}: programs differ in how they read a name with a %, or with what cannot be "
                    "shown, in a manifest; this bag can only be handed off as it is"
                )
            hasher = Hasher(algorithms)
            for chunk in bag.read(inside):
                hasher.update(chunk)
            found[path] = hasher.hexdigests()
        return found


def write_skeleton(
    folder: Path,
    info: Info,
    payload: Payload,
    *,
    own: Mapping[str, bytes],
    tags: Mapping[str, bytes],
    algorithms: Sequence[str],
    kept: Payload | None = None,
) -> None:
    """Write the new folder `folder`: tag files, further `tags`, and the small payload files `own` of the bag itself;
    tag files that lie elsewhere (`kept`) are listed. It is there whole or not at all. Raises Refused, StorageError."""
    digests = payload.digests(algorithms)
    for path, data in own.items():
        digests[path] = _digests(data, algorithms)
    oxum = f"{payload.octets + sum(map(len, own.values()))}.{len(digests)}"
    files = {
        "bagit.txt": DECLARATION,
        **tags,
        "bag-info.txt": tag_file([*info, ("Payload-Oxum", oxum)]),
        **{f"manifest-{name}.txt": _manifest(digests, name) for name in algorithms},
    }
    listed = {path: _digests(data, algorithms) for path, data in files.items()}
    listed |= kept.digests(algorithms) if kept else {}
    files |= {f"tagmanifest-{name}.txt": _manifest(listed, name) for name in algorithms}
    staged = folder.with_name(f".{folder.name}.new")
    try:
        shutil.rmtree(staged, ignore_errors=True)
        for path, data in (files | dict(own)).items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(data)
        flush(staged)
        os.rename(staged, folder)  # noqa: PTH104 - never over a folder with files in it
        flush(folder.parent)
    except OSError as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise StorageError.from_os(f"write {folder}", error) from error


def _digests(data: bytes, algorithms: Sequence[str]) -> dict[str, str]:
    hasher = Hasher(algorithms)
    hasher.update(data)
    return hasher.hexdigests()


def _manifest(files: Mapping[str, Mapping[str, str]], algorithm: str) -> bytes:
    return "".join(f"{digests[algorithm]}  {path}\n" for path, digests in sorted(files.items())).encode("utf-8")
