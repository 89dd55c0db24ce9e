"""What a place to deliver to must be able to do; `folder.py` and `s3.py` can."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from archiver.packaging.package import Item, Piece

Presence = Literal["absent", "same", "different"]


class UploadStore(Protocol):
    """Keeps in mind which upload was begun where, so that it can be gone on with."""

    def recall(self, address: str) -> tuple[str, str] | None:
        """(upload, SHA-256 of what it uploads)."""

    def keep(self, address: str, upload: str, digest: str) -> None:
        """Keep one in mind, in place of the last one there."""


class Stage(Protocol):
    """A delivery under way."""

    def send(self, item: Item, piece: Piece) -> None:
        """Bring one item to the far end, from where an earlier attempt broke off; what is there already and the same
        is not sent again. Raises Refused, StorageError."""

    def read(self, path: str) -> Iterator[bytes]:
        """An item as the far end gives it back."""

    def publish(self) -> None:
        """Make what was sent visible. Raises Refused where something else is there, StorageError."""


class Target(Protocol):
    """Where packages go. Every method raises StorageError where the place cannot be used."""

    address: str
    """As it stands in receipts: no credentials."""
    method: str
    """How things are read back, for receipts."""

    def ready(self, octets: int) -> None:
        """Whether so much can be written there. Raises StorageError with what to do."""

    def find(self, piece: Piece, *, read: bool) -> Presence:
        """Whether an item is there: by its size and its stated digest; with `read`, by its bytes."""

    def stage(self, name: str) -> AbstractContextManager[Stage]:
        """Begin, or go on with, the delivery of the package of this name."""

    def read(self, path: str) -> Iterator[bytes]:
        """A thing that is there. Raises FileNotFoundError."""

    def write(self, path: str, data: bytes) -> None:
        """A small file that may take the place of another: a receipt."""

    def write_new(self, path: str, data: bytes) -> bool:
        """The same where nothing of that name is there; False where there is, which stays as it is."""
