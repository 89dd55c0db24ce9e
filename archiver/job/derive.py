"""Bags made for one receiver from sealed ones: new tag files over the same payload, the original's beside them in
`original/` (docs/receivers.md). The sealed bag is read, and not touched; nothing of it is copied on this disk."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archiver import __version__
from archiver.bag.write import Info
from archiver.config import Config
from archiver.digest import sha256
from archiver.errors import Refused, StorageError, UsageError
from archiver.handoff.source import SEAL, Source, source
from archiver.job.handoff import Desk, Desks, HandedOff, Lot, Order, Sign, require_valid
from archiver.job.receivers import RECEIVERS, Receiver
from archiver.job.skeleton import Payload, write_skeleton
from archiver.job.trees import tree_of
from archiver.model import Report
from archiver.trust.custody import CUSTODY
from archiver.validate.bag import validate_bag, validate_tree
from archiver.validate.profile import read_profile
from archiver.validate.tagfiles import Declaration, read_info
from archiver.validate.tree import scan

ORIGINAL = "original"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """What is made of each bag."""

    receiver: Receiver

    @classmethod
    def from_text(cls, receiver: str, form: str) -> "Derivation":
        """Raises UsageError for a form that the receiver does not take."""
        found = RECEIVERS[receiver]
        if form not in found.forms:
            raise UsageError(f"--for {receiver} takes --form {' or '.join(found.forms)}, not {form}")
        return cls(receiver=found)


def hand_off_derived(
    bags: Sequence[Path], derivation: Derivation, order: Order, config: Config, *, sign: Sign | None = None
) -> Iterator[HandedOff]:
    """Deliver what is made of each bag. Raises UsageError and StorageError where the target, or the folder of receipts,
    cannot be used."""
    with Desks(order, config, sign) as desks:
        for bag in bags:
            desk = desks.of(bag)
            try:
                with tempfile.TemporaryDirectory(prefix="derived-", dir=desk.folder / ".archiver") as home:
                    yield desk.serve(_lot(bag, derivation, desk, Path(home)))
            except Refused as refused:
                yield HandedOff(bag=str(bag), outcome="refused", reason=str(refused))
            except OSError as error:
                raise StorageError.from_os("make the bag for the receiver", error) from error


def _lot(bag: Path, derivation: Derivation, desk: Desk, home: Path) -> Lot:
    """What is made of a bag, its tag files below `home`. Raises Refused, StorageError."""
    original = source(bag)
    found = derive(original, derivation.receiver, desk.config, home)
    stated = {"seal": found.seal, "for": derivation.receiver.name, "redacted": False}
    return Lot(
        name=str(bag), source=found, judge=lambda: _judge(original, found, derivation.receiver, desk), logs=(bag,),
        seal=original.seal, identifier=original.identifier, derived=stated, key=_key(found, stated),
    )  # fmt: skip


def derive(original: Source, receiver: Receiver, config: Config, home: Path) -> Source:
    """The bag for a receiver: its tag files are written below `home`. Raises Refused, naming all that is missing."""
    if any(path.startswith(f"{ORIGINAL}/") for path in original.files):
        raise Refused(f"it has a folder {ORIGINAL}/ of its own: what was made for one receiver is not made over again")
    info = read_info(scan(original.root)[0], Declaration())[0].elements
    wish = receiver.wish(info, original.files.items(), config)
    missing = list(wish.missing) + (["fetch.txt: it is not whole"] if "fetch.txt" in original.files else [])
    if missing:
        more = [f"and {len(missing) - 20} more"] if len(missing) > 20 else []
        raise Refused(f"{receiver.name} cannot take it: {' | '.join([*missing[:20], *more])}")
    pairs: Info = [
        *wish.info,
        ("Derived-From-Seal", original.seal),
        ("Derived-For", receiver.name),
        ("Derived-By", f"archiver {__version__}"),
    ]
    payload = {path: (original, path) for path in original.files if path.startswith("data/")}
    kept = {f"{ORIGINAL}/{path}": (original, path) for path in original.files if not path.startswith("data/")}
    folder = home / original.name
    write_skeleton(
        folder, pairs, Payload(files=payload), own={}, tags=wish.tags, kept=Payload(files=kept),
        algorithms=receiver.algorithms,
    )  # fmt: skip
    made, whole = source(folder), Payload(files=payload | kept)
    files = dict(sorted((made.files | whole.sizes).items()))
    return replace(made, files=files, places=whole.places, notes=original.notes)


def _key(found: Source, stated: Mapping[str, Any]) -> str:
    """What the made bag is known by: its seal, but for the original's custody log, which every delivery extends."""
    lines = (found.root / SEAL).read_bytes().splitlines(keepends=True)
    steady = b"".join(line for line in lines if f"  {ORIGINAL}/{CUSTODY}/".encode() not in line)
    return f"{stated['for']} {sha256(steady)}"


def _judge(original: Source, found: Source, receiver: Receiver, desk: Desk) -> Report:
    """The report of the made bag, after that of the original. Raises Refused, StorageError."""
    require_valid(validate_bag(original.root, second_opinion=True, cores=desk.order.cores))
    profile = read_profile(receiver.profile) if receiver.profile else None
    return validate_tree(tree_of(found, desk.order.form), found.name, profile=profile)
