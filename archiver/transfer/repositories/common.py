"""What packages for repositories have in common: facts of a bag, files written beside it, the source that is packed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver.config import Config
from archiver.digest import Hasher, sha256
from archiver.errors import Refused
from archiver.exports.item import Item, item_of_record
from archiver.ledger.bag_record import read_record
from archiver.packaging.source import Source
from archiver.rights.gate import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A sealed bag that becomes a package: its record and item, what may be shown of it, and the settings."""

    original: Source
    record: dict[str, Any]
    item: Item
    access: Access
    config: Config
    number: int
    """Of the package among those of its kind at the target, from 1."""
    unnamed: frozenset[str] = frozenset()
    """Paths of files that name another bag which whoever sees the package may not know of."""

    @classmethod
    def of(
        cls,
        original: Source,
        access: Access,
        config: Config,
        number: int,
        unnamed: frozenset[str] = frozenset(),
    ) -> "Content":
        """Raises StorageError where the bag has no record, Refused where it is not whole."""
        if "fetch.txt" in original.files:
            raise Refused("fetch.txt: it is not whole, and a package must be")
        record = read_record(original.root)
        item = item_of_record(record, bag=original.name, seal=original.seal, identifier=original.identifier or "")
        return cls(
            original=original,
            record=record,
            item=item,
            access=access,
            config=config,
            number=number,
            unnamed=unnamed,
        )

    @property
    def moment(self) -> datetime:
        """The day of the bag: packages are the same whenever they are made."""
        return self.original.moment

    def digests(self) -> dict[str, str]:
        """Path in the bag -> SHA-256, by its manifests where they have it, else read. Raises Refused."""
        stated = dict[str, str]()
        for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            if name in self.original.files:
                lines = b"".join(self.original.read(name)).decode("utf-8", "replace").splitlines()
                stated |= {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
        found = {}
        for path in self.original.files:
            digest = stated.get(path)
            if digest is None:
                hasher = Hasher()
                for piece in self.original.read(path):
                    hasher.update(piece)
                digest = hasher.hexdigest()
            found[path] = digest
        return found


def made_source(content: Content, home: Path, name: str, own: Mapping[str, bytes], taken: Mapping[str, str]) -> Source:
    """A package as it is packed: `own` files (path -> bytes) are written below `home`, `taken` ones (path -> path in
    the bag) stay where they are. Raises OSError."""
    folder, original = home / name, content.original
    places = {path: original.place(source) for path, source in taken.items()}
    sizes = {path: original.files[source] for path, source in taken.items()}
    for path, data in own.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        places[path], sizes[path] = file, len(data)
    lines = (f"{path} {sizes[path]} {sha256(own[path]) if path in own else ''}\n" for path in sorted(sizes))
    listed = sha256("".join(lines).encode("utf-8", "surrogateescape"))
    return Source(
        root=folder,
        name=name,
        seal=sha256(f"{original.seal} {listed}".encode()),
        identifier=original.identifier,
        moment=original.moment,
        files=dict(sorted(sizes.items())),
        notes=original.notes,
        places=places,
    )
