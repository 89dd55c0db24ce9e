"""Delivers one sealed bag to a target: measured, validated, sent, read back; writes the receipt as a file.

Which bags are at the target already, and what happens to bag and receipt afterwards, is decided elsewhere:
`job/outbox.py` for a job, `transfer/handoff.py` for `archiver handoff`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from archiver import __version__
from archiver.config import Config
from archiver.digest import Hasher
from archiver.errors import ArchiverError, Refused, UsageError
from archiver.ledger.lock import FOLDER, RECEIPTS
from archiver.model import Receipt, Report
from archiver.network.dial import Route
from archiver.packaging.deliver import deliver
from archiver.packaging.open_target import is_folder, open_target
from archiver.packaging.package import Package, Piece, digest_of, measure
from archiver.packaging.receipt import receipt_bytes
from archiver.packaging.source import Source
from archiver.packaging.target import Target, UploadStore
from archiver.transfer.acceptable_signer import acceptable_signer
from archiver.trust import custody
from archiver.validation.serialized.open_archive import CEILING, EXPANDED
from archiver.verification.judge import require_valid

if TYPE_CHECKING:
    from archiver.trust.sign import Signer

SOFTWARE = f"archiver {__version__}"
Sign = Callable[[Path], None]
"""Signs a file in place: its signature lies beside it. Raises ArchiverError."""


def signs(signer: "Signer", config: Config) -> Sign:
    """What signs files, and timestamps them where the settings name an authority."""
    from archiver.trust.seal import sign_file
    from archiver.trust.signing import Signing

    def sign(path: Path) -> None:
        sign_file(path, signer, Signing.of(config, datetime.now(UTC)))

    return sign


def signing(config: Config) -> Sign | None:
    """What signs receipts and custody events, where the settings name a key. Raises UsageError also where its
    signatures would not be accepted, StorageError."""
    signer = acceptable_signer(config)
    return signs(signer, config) if signer else None


def target_of(address: str, endpoint: str | None, uploads: UploadStore | None, config: Config) -> Target:
    """The target at an address (`open_target`), which may not be in the folder of a job. Raises UsageError,
    StorageError."""
    if is_folder(address) and FOLDER in Path(address).resolve().parts:
        raise UsageError(f"{address} is in {FOLDER}, where jobs remove what they do not know; name another folder")
    return open_target(address, endpoint, uploads, Route.of(config))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What is delivered in one go: the bag as it is packed, how it is validated, and what the receipt says of it.

    Of a bag that is built from a sealed one for this receiver, `seal` is the sealed bag's, `derived` what receipts say
    of the built one, and `key` names what it was built by. Of a group, `members` are names and seals of its bags. Of a
    bag that a job delivers, `seed` is what the ledger knows of the seed. `logs` are the bags in whose custody logs the
    delivery is noted.
    """

    name: str
    source: Source
    validate: Callable[[], Report]
    """Validates the bag. Raises Refused, StorageError."""
    seal: str
    identifier: str | None
    logs: Sequence[Path] = ()
    derived: Mapping[str, Any] | None = None
    key: str = ""
    members: tuple[tuple[str, str], ...] = ()
    seed: Mapping[str, str | None] | None = None


def deliver_shipment(
    shipment: Shipment, packed: Package, target: Target, config: Config, *, signatures: Mapping[str, str]
) -> Receipt:
    """Deliver a shipment as the package `packed`; returns the receipt once it was read back as it was sent.
    `signatures` are the bag's, by path. Raises Refused for a bag that is not valid, and as `packaging.deliver` does,
    StorageError."""
    started, bag = datetime.now(UTC), shipment.source
    # What would be sent, then whether it is valid: what is sent later must be what was measured first.
    pieces = measure(packed.items)
    _require_bounded(packed, pieces, bag.octets)
    report = shipment.validate()
    require_valid(report)
    bag.require_unchanged()
    returned = deliver(packed, pieces, target)
    size, digest = digest_of(packed, pieces)
    return Receipt(
        identifier=f"urn:uuid:{uuid4()}",
        kind="delivery",
        bag=bag.name,
        bag_identifier=shipment.identifier,
        seal=shipment.seal,
        derived=shipment.derived,
        form=packed.form,
        target=target.address,
        package=packed.name,
        size=size,
        sent=digest,
        read_back=digest_of(packed, returned)[1],
        method=target.method,
        files=len(bag.files),
        octets=bag.octets,
        started=started,
        ended=datetime.now(UTC),
        report=report,
        signatures=signatures,
        software=SOFTWARE,
        organisation=config.organisation,
        person=config.stated_person,
        custody_head=custody.head(bag.root),
        members=shipment.members,
        seed=shipment.seed,
    )


def _require_bounded(packed: Package, pieces: Mapping[str, Piece], octets: int) -> None:
    """Raises Refused where the receiver's reader would take a package for a bomb."""
    ceiling = CEILING + EXPANDED * pieces[packed.name].size if packed.form in ("tar", "tgz", "zip") else octets
    if octets > ceiling:
        raise Refused(
            f"its {octets:,} bytes compress so well that a receiver would refuse them (more than {ceiling:,}); hand it "
            "off with --form tar"
        )


def write_receipt(
    receipt: Receipt, bags: Path, sign: Sign | None, notes: list[str], *, data: bytes | None = None
) -> Path:
    """Put a receipt into the folder of receipts, signed where there are keys; a signature that cannot be made is
    reported in the notes. `data` is the receipt as it was written already. Raises StorageError."""
    stem, number = f"{receipt.bag}-{receipt.ended:%Y%m%dT%H%M%SZ}", 1
    file = bags / RECEIPTS / f"{stem}.json"
    while file.exists():
        number += 1
        file = bags / RECEIPTS / f"{stem}-{number}.json"
    custody.write_new(file, data or receipt_bytes(receipt))
    if sign:
        try:
            sign(file)
        except ArchiverError as error:
            notes.append(f"the receipt is not signed: {error}")
    return file


def signatures_of(file: Path) -> list[Path]:
    """The signatures beside a file."""
    return sorted(each for each in file.parent.iterdir() if each.name.startswith(f"{file.name}."))


def signatures_in(bag: Source) -> dict[str, str]:
    """Path -> SHA-256 of the bag's signatures, its custody log aside. Raises Refused."""
    found = {}
    for path in bag.files:
        if path.startswith("signatures/") and not path.startswith(f"{custody.CUSTODY}/"):
            hasher = Hasher()
            for chunk in bag.read(path):
                hasher.update(chunk)
            found[path] = hasher.hexdigest()
    return found
