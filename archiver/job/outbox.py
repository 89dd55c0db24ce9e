"""The way out of bags that a job delivers (`archiver run --deliver`): the worker that has sealed a bag packs it, sends
it and hands back the receipt; its own copy goes when the far end has given the package back.

A bag has its name before anything is fetched (`sinks/deliver.py`), so that whoever tries again knows what to look
for: a copy that lies here still, then a package that is there already. What is called the same is delivered once
(docs/adr/0121).
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from archiver.bag.staging import STAGING
from archiver.config import Config
from archiver.errors import Refused, StorageError, UsageError, not_one_of, storage
from archiver.job.ledger_rows import repeats
from archiver.job.result import Archived, BagIdentity, Delivered
from archiver.ledger.answers import Answer
from archiver.ledger.bag_record import read_record
from archiver.ledger.entries import entry_of_bag, key_of
from archiver.model import Bag, Failure, Receipt, Report, Seed
from archiver.packaging.open_target import is_folder
from archiver.packaging.package import Form, name_of, package
from archiver.packaging.receipt import LARGEST, SUFFIX, as_stated, receipt_bytes
from archiver.packaging.source import source
from archiver.packaging.target import Target
from archiver.packaging.unpack import require_room, unpack
from archiver.transfer.delivery import (
    Shipment,
    Sign,
    deliver_shipment,
    signatures_in,
    signatures_of,
    signs,
    target_of,
    write_receipt,
)
from archiver.validation.serialized.open_archive import opened
from archiver.validation.validator import validate_bag

if TYPE_CHECKING:
    from archiver.trust.sign import Signer

OUTBOX = ".archiver/outbox"
_JUDGING = Lock()
"""As with reading (`pipeline.py`): threads that judge at once only take the interpreter from each other."""
FORMS: tuple[Form, ...] = ("tar", "tgz", "zip")
"""Those in which a bag is one file, which is there whole or not at all."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Where sealed bags wait for their delivery, in a folder on this machine, and where they go. Safe among threads."""

    folder: Path
    target: Target
    form: Form
    config: Config
    sign: Sign | None

    def deliver(self, seed: Seed, identity: BagIdentity, make: Callable[[], Archived | Failure]) -> Archived | Failure:
        """The seed's bag, made and delivered, or what an earlier attempt at it left here or there.

        Raises Refused where the target has something else of that name, or the bag is not valid, StorageError where it
        cannot be used; the copy here stays then, for the next attempt.
        """
        for found in self._earlier(seed, identity) if identity.again else ():
            with suppress(Refused):  # not whole, or another attempt was faster: then that one's, or a new one
                return self._send(found, seed)
        shutil.rmtree(
            self.config.bags / STAGING / identity.name, ignore_errors=True
        )  # half of a bag, by who was killed
        made = make()
        if isinstance(made, Failure) or made.repeats:
            return made
        if identity.last is not None and repeats(made, identity.last):
            shutil.rmtree(made.bag.path, ignore_errors=True)
            return replace(made, repeats=identity.last.bag)
        try:
            return self._send(self._lay(made), seed)
        except Refused:
            # An attempt of which nobody had heard, on another machine: its page counts, and ours was fetched in vain.
            there = self._fetched(seed, identity)
            if there is None:
                raise
            return self._send(there, seed)

    def _earlier(self, seed: Seed, identity: BagIdentity) -> Iterator[Archived]:
        lying = _archived(self.folder / identity.name, seed, identity)
        if lying is not None:
            yield lying
        there = self._fetched(seed, identity)
        if there is not None:
            yield there

    def _lay(self, made: Archived) -> Archived:
        """A staged bag, moved to where it outlives a job that stops."""
        to = self.folder / made.bag.name
        with storage(f"keep a bag that is to be delivered in {self.folder}"):
            shutil.rmtree(to, ignore_errors=True)
            made.bag.path.rename(to)
        return replace(made, bag=replace(made.bag, path=to))

    def _send(self, made: Archived, seed: Seed) -> Archived:
        origin = source(made.bag.path)
        packed = package(origin, self.form)
        stated = {
            "name": seed.name,
            "url": seed.url,
            "sha256": seed.sha256,
            "outcome": made.outcome,
            "verdict": made.verdict,
            "reason": made.reason,
        }
        shipment = Shipment(
            name=origin.name,
            source=origin,
            validate=lambda: _judged(made.bag.path),
            seal=origin.seal,
            identifier=origin.identifier,
            seed=stated,
        )
        receipt = deliver_shipment(shipment, packed, self.target, self.config, signatures=signatures_in(origin))
        receipt, data = self._first(f"{packed.name}{SUFFIX}", receipt)
        beside, notes = self.folder / f"{origin.name}.receipt", list[str]()
        with storage(f"write a receipt in {beside}"):
            file = write_receipt(receipt, beside, self.sign, notes, data=data)
            signed = {each.name: each.read_bytes() for each in signatures_of(file)}
        for name, signature in signed.items():
            self.target.write(f"{packed.name}{SUFFIX}{name.removeprefix(file.name)}", signature)
        files = {file.name: data, **signed}
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(made.bag.path, ignore_errors=True)  # not before: until here it was the only copy
        warning = "; ".join(each for each in (made.warning, *notes) if each) or None
        return replace(made, warning=warning, delivered=Delivered(receipt=receipt, files=files))

    def _first(self, name: str, receipt: Receipt) -> tuple[Receipt, bytes]:
        """The receipt at the target and its bytes: this one, or that of another attempt at this package which was
        first. One whose coordinator was killed may be under way still, and must not replace the one that counts."""
        data = receipt_bytes(receipt)
        if self.target.write_new(name, data):
            return receipt, data
        there = bytearray()
        with suppress(FileNotFoundError):
            for chunk in self.target.read(name):
                there += chunk
                if len(there) > LARGEST:
                    break
        if (stated := as_stated(receipt, bytes(there))) is not None:
            return stated, bytes(there)
        self.target.write(name, data)  # no receipt of this package
        return receipt, data

    def _fetched(self, seed: Seed, identity: BagIdentity) -> Archived | None:
        """The bag of that identity that is at the target, brought here; None where there is none, or another one."""
        beside, name = self.folder / f"{identity.name}.fetched", name_of(identity.name, self.form)
        shutil.rmtree(beside, ignore_errors=True)
        try:
            beside.mkdir(parents=True)
            with (beside / name).open("xb") as file:
                for chunk in self.target.read(name):
                    file.write(chunk)
            with opened(beside / name) as (tree, findings):
                if tree is None or any(each.severity == "error" for each in findings):
                    return None
                require_room(beside, sum(tree.files.values()))
                unpack(tree.in_order(), tree.open, beside / identity.name)
            there = _archived(beside / identity.name, seed, identity)
            return self._lay(there) if there else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError.from_os(f"fetch {self.target.address}/{name}", error) from error
        except Refused:
            return None
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _judged(bag: Path) -> Report:
    with _JUDGING:
        return validate_bag(bag, second_opinion=True)


def outbox_of(config: Config, folder: Path, signer: "Signer | None") -> Outbox:
    """The outbox of a job in a folder that is made. Raises UsageError, StorageError where bags cannot be delivered by
    these settings from this machine."""
    target = checked_target(config)
    with storage(f"keep bags that are to be delivered in {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
    return Outbox(folder, target, _form(config), config, signs(signer, config) if signer else None)


def checked_target(config: Config) -> Target:
    """Where a job delivers to, which can be reached from here. Raises UsageError, StorageError."""
    address = config.deliver or ""
    if is_folder(address) and not Path(address).is_dir():
        raise UsageError(f"--deliver {address}: there is no such folder; is it mounted? make it first")
    _form(config)
    target = target_of(address, config.deliver_endpoint, None, config)
    target.ready(0)
    return target


def _form(config: Config) -> Form:
    for each in FORMS:
        if each == config.deliver_form:
            return each
    raise UsageError(f"deliver_form = {not_one_of(config.deliver_form, FORMS)}")


def _archived(folder: Path, seed: Seed, identity: BagIdentity) -> Archived | None:
    """The bag in a folder, by its own record; None where it is absent, or of another seed or identity."""
    entry, identifier = entry_of_bag(folder), f"urn:uuid:{identity.uuid}"
    try:
        if entry is None or entry.key != key_of(seed) or source(folder).identifier != identifier:
            return None
        record = read_record(folder)
        status = record["capture"]["status"]
    except (Refused, StorageError, LookupError):
        return None
    return Archived(
        bag=Bag(name=identity.name, path=folder, identifier=identifier),
        outcome=entry.outcome,  # type: ignore[arg-type]
        verdict=entry.verdict or "",
        reason=entry.reason,
        status=status if isinstance(status, int) else 0,
        answer=Answer.of_record(record),
    )
