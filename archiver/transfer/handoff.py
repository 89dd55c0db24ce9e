"""Hands off bags one at a time: known already? measured, validated, delivered, read back, receipt
(docs/keep/handoff.md). A bag that is refused does not stop the others.

The order is that of safety: a bag is measured before it is validated, and must be the same when it is sent. Receipt and
ledger come before the custody log, because an event in the log changes what a package of the bag would be.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from archiver.config import Config
from archiver.errors import ArchiverError, Refused, UsageError
from archiver.ledger.deliveries import Deliveries, Delivery
from archiver.ledger.lock import RECEIPTS
from archiver.ledger.receipts import signed_by
from archiver.model import Report
from archiver.packaging.deliver import survey
from archiver.packaging.folder import FolderTarget
from archiver.packaging.open_target import is_folder
from archiver.packaging.package import Form, Package, Piece, measure, package
from archiver.packaging.receipt import SUFFIX
from archiver.packaging.source import source
from archiver.packaging.target import Target
from archiver.transfer.access_wacz import with_access_copy
from archiver.transfer.delivery import (
    Shipment,
    Sign,
    deliver_shipment,
    signatures_in,
    signatures_of,
    target_of,
    write_receipt,
)
from archiver.transfer.gate import require_allowed, require_names_nothing_closed, require_no_cookies
from archiver.transfer.left_state import left_state
from archiver.transfer.wacz_signing import signed_digest, timestamps
from archiver.trust import custody
from archiver.trust.seal_new_bag import agent
from archiver.validation.validator import SecondOpinion, validate_bag
from archiver.verification.judge import require_valid

GROUPS = "groups"
"""Beside the bags: the tag files and lists of groups whose bags lie there one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffOptions:
    """The options of a hand-off. `target` is a folder or s3://…; `receipts` is the folder for receipts, by default the
    bag's; with `verify`, what was delivered before is read back in full; with
    `second_opinion` "required", bagit-python must call the bags valid."""

    target: str
    form: Form = "tar"
    endpoint: str | None = None
    verify: bool = False
    receipts: Path | None = None
    cores: int = 1
    second_opinion: SecondOpinion = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """The result for one bag."""

    bag: str
    outcome: Literal["delivered", "unchanged", "refused"]
    package: str | None = None
    size: int | None = None
    sha256: str | None = None
    receipt: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = field(default=())


def hand_off(
    bags: Sequence[Path], options: HandoffOptions, config: Config, *, sign: Sign | None = None
) -> Iterator[HandedOff]:
    """Deliver each bag. Raises UsageError and StorageError where the target, or a folder of receipts, cannot be used;
    what was delivered until then stays so."""
    with HandoffSessions(options, config, sign) as sessions:
        for bag in bags:
            session = sessions.of(bag)
            try:
                yield session.hand_off(shipment_of(bag, options.cores, options.second_opinion))
            except Refused as refused:
                yield HandedOff(bag=str(bag), outcome="refused", reason=str(refused))


def shipment_of(bag: Path, cores: int, second_opinion: SecondOpinion = True) -> Shipment:
    """The shipment of a bag as it is. Raises Refused."""
    found = source(bag)
    return Shipment(
        name=str(bag),
        source=found,
        validate=lambda: validate_bag(bag, second_opinion=second_opinion, cores=cores),
        logs=(bag,),
        seal=found.seal,
        identifier=found.identifier,
    )


class HandoffSessions:
    """One session per folder of bags, opened when the first of its bags is handed off."""

    def __init__(self, options: HandoffOptions, config: Config, sign: Sign | None) -> None:
        self._options, self._config, self._sign = options, config, sign
        self._stack = ExitStack()
        self._sessions: dict[Path, HandoffSession] = {}

    def __enter__(self) -> "HandoffSessions":
        """Raises UsageError where a folder to deliver to is not there: it may be a disk that is not mounted."""
        target = self._options.target
        if is_folder(target) and not Path(target).exists():
            raise UsageError(f"there is no folder {target}; is it mounted? make it first")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, bag: Path) -> "HandoffSession":
        """The session of the folder that a bag lies in. Raises UsageError, StorageError."""
        folder = self._options.receipts or bag.resolve().parent
        if folder not in self._sessions:
            ledger = Deliveries(folder)
            self._stack.callback(ledger.close)
            target = target_of(self._options.target, self._options.endpoint, ledger, self._config)
            self._sessions[folder] = HandoffSession(folder, ledger, target, self._options, self._config, self._sign)
        return self._sessions[folder]


@dataclass(frozen=True, slots=True)
class HandoffSession:
    """Hands off the bags of one folder: with its receipts, its ledger, and the target."""

    folder: Path
    ledger: Deliveries
    target: Target
    options: HandoffOptions
    config: Config
    sign: Sign | None

    def hand_off(self, shipment: Shipment) -> HandedOff:
        """Deliver one bag. Raises Refused, StorageError."""
        bag, form = shipment.source, self.options.form
        # A WACZ file alone leaves behind what its record says of access.
        require_allowed(shipment.logs, "copy" if form == "wacz" else "custody", datetime.now(UTC).date())
        redacted = bool(shipment.derived and shipment.derived.get("redacted"))
        if form == "wacz" and not redacted:
            require_no_cookies(shipment.logs, "hand over the sealed bag, or a copy with --redact")
            require_names_nothing_closed(shipment.logs, datetime.now(UTC).date(), tag_files=True)
        here = Path(self.target.address) if isinstance(self.target, FolderTarget) else None
        lying = [log.resolve() for log in shipment.logs] if here else []
        if here is not None and any(here == each.parent or here.is_relative_to(each) for each in lying):
            raise Refused("the target is where the bag itself lies; name another folder")
        around = (here, *here.parents) if here else ()
        if outer := next((each for each in around if (each / "bagit.txt").exists()), None):
            raise Refused(f"the target lies in the bag {outer}, which would no longer be valid; name another folder")
        notes = list(bag.notes)
        digest = signed_digest(bag, self.config, notes, redacted=redacted) if form == "wacz" else None
        packed = with_access_copy(package(bag, form, digest), bag)
        signatures = signatures_in(bag)
        signed = signed_by(signatures)
        # 1. Known already, and still there?
        before = self.ledger.find(seal=shipment.seal, form=form, target=self.target.address, derived=shipment.key)
        if before and before.signatures == signed and self._is_still_there(before, packed, made=bool(shipment.key)):
            return self._unchanged(shipment, before)
        # 2. Measured, validated, sent, read back, compared.
        if self._seal_log(shipment, notes):
            bag = source(bag.root)
            shipment, packed = replace(shipment, source=bag), with_access_copy(package(bag, form, digest), bag)
        judged = replace(shipment, validate=partial(self._validated, shipment))
        receipt = deliver_shipment(judged, packed, self.target, self.config, signatures=signatures)
        if form == "wacz":
            for name, data in timestamps(packed.name, bag, digest, self.config, notes).items():
                self.target.write(name, data)
        # 3. The receipt: beside the bag, beside the package, in the ledger; then in the custody logs.
        file = write_receipt(receipt, self.folder, self.sign, notes)
        signed_files = signatures_of(file) if self.sign else ()  # it lists the folder, where a million may lie
        for each in (file, *signed_files):
            self.target.write(f"{packed.name}{SUFFIX}{each.name.removeprefix(file.name)}", each.read_bytes())
        self.ledger.add(receipt, derived=shipment.key, signatures=signed, file=file)
        self._into_custody(shipment, receipt.identifier, receipt.sent, notes)
        return HandedOff(
            bag=shipment.name,
            outcome="delivered",
            package=f"{self.target.address}/{packed.name}",
            size=receipt.size,
            sha256=receipt.sent,
            receipt=str(file),
            notes=tuple(notes),
        )

    def _seal_log(self, shipment: Shipment, notes: list[str]) -> bool:
        """Sign the custody log so far, where there are keys and nobody has signed its end, so that the package carries
        it; whether that was done. The bag is validated first: a signature cannot be taken back."""
        root = shipment.source.root
        if self.sign is None or shipment.members or shipment.derived or not (last := custody.unsigned_end(root)):
            return False
        require_valid(shipment.validate())
        try:
            self.sign(last)
        except ArchiverError as error:
            notes.append(f"the custody log is sent without a signature: {error}")
            return False
        return True

    def _validated(self, shipment: Shipment) -> Report:
        """The validation of a bag; where it is valid, the ledger is there before anything is sent."""
        report = shipment.validate()
        if report.ok:
            self.ledger.open()
        return report

    def _is_still_there(self, before: Delivery, packed: Package, *, made: bool) -> bool:
        """Whether the far end holds what was delivered; False where it is gone. Raises Refused where it changed."""
        if packed.form in ("folder", "wacz"):  # the custody log has grown since, by this delivery at least
            items = [item for item in packed.items if f"/{custody.CUSTODY}/" not in item.path]
            if made:  # of a bag that was made for a receiver they list the original's log
                items = [item for item in items if not item.path.startswith(f"{packed.name}/tagmanifest-")]
            pieces = measure(items)
        else:
            pieces = {before.package: Piece(path=before.package, size=before.size, sha256=before.sha256)}
        found = survey(pieces, self.target, read=self.options.verify)
        changed = [path for path, presence in found.items() if presence == "different"]
        if changed:
            raise Refused(
                f"it was delivered on {before.ended}, but {self.target.address}/{changed[0]} is not the same any more "
                f"(receipt {before.receipt}); move it away there, and hand the bag off again"
            )
        return "absent" not in found.values()

    def _unchanged(self, shipment: Shipment, before: Delivery) -> HandedOff:
        notes: list[str] = []
        if not before.custody:  # the last hand-off was interrupted before its last step
            self._into_custody(shipment, before.identifier, before.sha256, notes)
        how = "read back again" if self.options.verify else "it is still there, by size and stated digest"
        return HandedOff(
            bag=shipment.name,
            outcome="unchanged",
            package=f"{self.target.address}/{before.package}",
            size=before.size,
            sha256=before.sha256,
            receipt=str(self.folder / RECEIPTS / before.receipt),
            reason=f"delivered on {before.ended} already; {how}",
            notes=tuple(notes),
        )

    def _into_custody(self, shipment: Shipment, identifier: str, digest: str, notes: list[str]) -> None:
        """Note the delivery in the custody logs that can be written. Events in the members of
        a group are not signed: the group is."""
        detail = {
            "receipt": identifier,
            "target": self.target.address,
            "form": self.options.form,
            "sha256": digest,
            **({"derived": dict(shipment.derived)} if shipment.derived else {}),
            **({"group": shipment.source.name} if shipment.members else {}),
        }
        try:
            for bag in filter(custody.is_ours, shipment.logs):
                event = custody.append(bag, "handoff", at=datetime.now(UTC), agent=agent(self.config), detail=detail)
                if self.sign and (not shipment.members or bag == shipment.source.root):
                    self.sign(event)
        except ArchiverError as error:
            notes.append(f"the bag's custody log lacks it: {error}")
        else:
            self.ledger.in_custody(identifier)
            for bag in shipment.logs:
                if bag.resolve().parent == self.folder.resolve() and (state := left_state(bag.resolve())):
                    self.ledger.left(state)
