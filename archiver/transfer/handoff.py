"""The hand-off of bags, a bag at a time, top to bottom: known already? measured, validated, delivered, read back,
receipted (docs/handoff.md). What is wrong with one bag stops that one alone.

The order is that of safety: a bag is measured before it is validated and must be the same when it is sent; the receipt
and the ledger come before the custody log, which changes what a package of the bag would be.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from archiver.config import Config
from archiver.errors import ArchiverError, Refused, UsageError
from archiver.ledger.deliveries import Deliveries, Delivery
from archiver.ledger.lock import RECEIPTS
from archiver.ledger.receipts import signed_by
from archiver.model import Report
from archiver.packaging.deliver import survey
from archiver.packaging.folder import FolderTarget
from archiver.packaging.package import Form, Package, Piece, measure, package
from archiver.packaging.receipt import SUFFIX
from archiver.packaging.source import Source, source
from archiver.packaging.target import Target
from archiver.transfer.delivery import Sign, delivered, signatures_in, signatures_of, target_of, write_receipt
from archiver.trust import custody
from archiver.trust.seal_new_bag import agent
from archiver.validation.validator import validate_bag

GROUPS = "groups"
"""Beside the bags: the tag files and lists of groups whose bags lie there one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of a hand-off: `target` is a folder or s3://…; `receipts` the folder in place of the bag's own."""

    target: str
    form: Form = "tar"
    endpoint: str | None = None
    verify: bool = False
    receipts: Path | None = None
    cores: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """What became of one bag."""

    bag: str
    outcome: Literal["delivered", "unchanged", "refused"]
    package: str | None = None
    size: int | None = None
    sha256: str | None = None
    receipt: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is delivered in one go: the bag as it travels, by what it is judged, and the bags whose custody logs tell of
    it. Of a bag made from a sealed one for this receiver, `seal` is the sealed one's, `derived` what receipts say of
    the made one, `key` what it was made by; of a group, `members` are the names and seals in it."""

    name: str
    source: Source
    judge: Callable[[], Report]
    logs: Sequence[Path]
    seal: str
    identifier: str | None
    derived: Mapping[str, Any] | None = None
    key: str = ""
    members: tuple[tuple[str, str], ...] = ()


def hand_off(bags: Sequence[Path], order: Order, config: Config, *, sign: Sign | None = None) -> Iterator[HandedOff]:
    """Deliver each bag. Raises UsageError and StorageError where the target, or a folder of receipts, cannot be used;
    what was delivered until then stays so."""
    with Desks(order, config, sign) as desks:
        for bag in bags:
            desk = desks.of(bag)
            try:
                yield desk.serve(lot_of(bag, order.cores))
            except Refused as refused:
                yield HandedOff(bag=str(bag), outcome="refused", reason=str(refused))


def lot_of(bag: Path, cores: int) -> Lot:
    """A bag as it is. Raises Refused."""
    found = source(bag)
    return Lot(
        name=str(bag), source=found, judge=lambda: validate_bag(bag, second_opinion=True, cores=cores), logs=(bag,),
        seal=found.seal, identifier=found.identifier,
    )  # fmt: skip


class Desks:
    """The desks of the folders that bags lie in, opened as they are needed."""

    def __init__(self, order: Order, config: Config, sign: Sign | None) -> None:
        self._order, self._config, self._sign = order, config, sign
        self._stack = ExitStack()
        self._desks: dict[Path, Desk] = {}

    def __enter__(self) -> "Desks":
        """Raises UsageError where a folder to deliver to is not there: it may be a disk that is not mounted."""
        target = self._order.target
        if "://" not in target and not Path(target).exists():
            raise UsageError(f"there is no folder {target}; is it mounted? make it first")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, bag: Path) -> "Desk":
        """The desk where a bag is handed over. Raises UsageError, StorageError."""
        folder = self._order.receipts or bag.resolve().parent
        if folder not in self._desks:
            ledger = Deliveries(folder)
            self._stack.callback(ledger.close)
            target = target_of(self._order.target, self._order.endpoint, ledger)
            self._desks[folder] = Desk(folder, ledger, target, self._order, self._config, self._sign)
        return self._desks[folder]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the bags of one folder are handed over: its receipts, its ledger, the target."""

    folder: Path
    ledger: Deliveries
    target: Target
    order: Order
    config: Config
    sign: Sign | None

    def serve(self, lot: Lot) -> HandedOff:
        """Deliver one bag. Raises Refused, StorageError."""
        found, form = lot.source, self.order.form
        here = Path(self.target.address) if isinstance(self.target, FolderTarget) else None
        lying = [log.resolve() for log in lot.logs] if here else []
        if here is not None and any(here == each.parent or here.is_relative_to(each) for each in lying):
            raise Refused("the target is where the bag itself lies; name another folder")
        around = (here, *here.parents) if here else ()
        if bag := next((each for each in around if (each / "bagit.txt").exists()), None):
            raise Refused(f"the target lies in the bag {bag}, which would no longer be valid; name another folder")
        parcel = package(found, form)
        signatures = signatures_in(found)
        signed = signed_by(signatures)
        # 1. Known already, and still there?
        before = self.ledger.find(seal=lot.seal, form=form, target=self.target.address, derived=lot.key)
        if before and before.signatures == signed and self._is_still_there(before, parcel, made=bool(lot.key)):
            return self._unchanged(lot, before)
        # 2. Measured, judged, sent, read back, compared.
        receipt = delivered(
            found, parcel, self.target, judge=lot.judge, signatures=signatures, config=self.config, seal=lot.seal,
            identifier=lot.identifier, derived=lot.derived, members=lot.members,
        )  # fmt: skip
        size, digest = receipt.size, receipt.sent
        # 3. The receipt: beside the bag, beside the package, in the ledger; then in the custody logs.
        notes = list(found.notes)
        file = write_receipt(receipt, self.folder, self.sign, notes)
        signed_files = signatures_of(file) if self.sign else ()  # it lists the folder, where a million may lie
        for each in (file, *signed_files):
            self.target.write(f"{parcel.name}{SUFFIX}{each.name.removeprefix(file.name)}", each.read_bytes())
        self.ledger.add(receipt, derived=lot.key, signatures=signed, file=file)
        self._into_custody(lot, receipt.identifier, digest, notes)
        return HandedOff(
            bag=lot.name, outcome="delivered", package=f"{self.target.address}/{parcel.name}", size=size, sha256=digest,
            receipt=str(file), notes=tuple(notes),
        )  # fmt: skip

    def _is_still_there(self, before: Delivery, parcel: Package, *, made: bool) -> bool:
        """Whether the far end holds what was delivered; False where it is gone. Raises Refused where it changed."""
        if parcel.form in ("folder", "wacz"):  # the custody log has grown since, by this delivery at least
            items = [item for item in parcel.items if f"/{custody.CUSTODY}/" not in item.path]
            if made:  # of a bag that was made for a receiver they list the original's log
                items = [item for item in items if not item.path.startswith(f"{parcel.name}/tagmanifest-")]
            pieces = measure(items)
        else:
            pieces = {before.package: Piece(path=before.package, size=before.size, sha256=before.sha256)}
        found = survey(pieces, self.target, read=self.order.verify)
        changed = [path for path, presence in found.items() if presence == "different"]
        if changed:
            raise Refused(
                f"it was delivered on {before.ended}, but {self.target.address}/{changed[0]} is not the same any more "
                f"(receipt {before.receipt}); move it away there, and hand the bag off again"
            )
        return "absent" not in found.values()

    def _unchanged(self, lot: Lot, before: Delivery) -> HandedOff:
        notes: list[str] = []
        if not before.custody:  # the last hand-off was interrupted before its last step
            self._into_custody(lot, before.identifier, before.sha256, notes)
        how = "read back again" if self.order.verify else "it is still there, by size and stated digest"
        return HandedOff(
            bag=lot.name, outcome="unchanged", package=f"{self.target.address}/{before.package}", size=before.size,
            sha256=before.sha256, receipt=str(self.folder / RECEIPTS / before.receipt),
            reason=f"delivered on {before.ended} already; {how}", notes=tuple(notes),
        )  # fmt: skip

    def _into_custody(self, lot: Lot, identifier: str, digest: str, notes: list[str]) -> None:
        """The bags' own logs tell of the delivery, where they can be written. Those of a group's members are not
        signed: the group is what is vouched for."""
        detail = {
            "receipt": identifier, "target": self.target.address, "form": self.order.form, "sha256": digest,
            **({"derived": dict(lot.derived)} if lot.derived else {}),
            **({"group": lot.source.name} if lot.members else {}),
        }  # fmt: skip
        try:
            for bag in lot.logs:
                event = custody.append(bag, "handoff", at=datetime.now(UTC), agent=agent(self.config), detail=detail)
                if self.sign and (not lot.members or bag == lot.source.root):
                    self.sign(event)
        except ArchiverError as error:
            notes.append(f"the bag's custody log does not tell of it: {error}")
        else:
            self.ledger.in_custody(identifier)
