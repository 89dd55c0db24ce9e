"""A sealed bag brought to a target: measured, validated, sent, read back; and its receipt as a file.

Which bags are there already, and what becomes of bag and receipt afterwards, others know: `outbox.py` and
`consignor.py` for a job, `transfer/handoff.py` for `archiver handoff`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from archiver import __version__
from archiver.config import Config
from archiver.digest import Hasher
from archiver.errors import ArchiverError, Refused, UsageError
from archiver.escape import visible
from archiver.ledger.lock import FOLDER, RECEIPTS
from archiver.model import Receipt, Report
from archiver.packaging.deliver import deliver
from archiver.packaging.folder import FolderTarget
from archiver.packaging.package import Package, digest_of, measure
from archiver.packaging.receipt import receipt_bytes
from archiver.packaging.source import Source
from archiver.packaging.target import Memory, Target
from archiver.trust import custody
from archiver.validation.report import first_error

if TYPE_CHECKING:
    from archiver.trust.sign import Signer

SOFTWARE = f"archiver {__version__}"
Sign = Callable[[Path], None]
"""Signs a file in place: its signature lies beside it. Raises ArchiverError."""


def signs(signer: "Signer", config: Config) -> Sign:
    """What signs files, and timestamps them where the settings name an authority."""
    from archiver.trust.seal import sign_file

    def sign(path: Path) -> None:
        sign_file(path, signer, timestamp_url=config.timestamp, now=datetime.now(UTC), roots=config.trust_roots)

    return sign


def target_of(address: str, endpoint: str | None, memory: Memory | None) -> Target:
    """A folder, or s3://BUCKET/PREFIX at an endpoint. Raises UsageError, StorageError."""
    if "://" not in address:
        folder = Path(address)
        if FOLDER in folder.resolve().parts:
            raise UsageError(f"{address} is in {FOLDER}, where jobs remove what they do not know; name another folder")
        return FolderTarget(folder)
    from archiver.packaging.s3 import S3Target

    return S3Target(address, endpoint, memory)


def delivered(
    found: Source,
    parcel: Package,
    target: Target,
    *,
    judge: Callable[[], Report],
    signatures: Mapping[str, str],
    config: Config,
    seal: str,
    identifier: str | None,
    derived: Mapping[str, Any] | None = None,
    members: tuple[tuple[str, str], ...] = (),
    seed: Mapping[str, str | None] | None = None,
) -> Receipt:
    """Bring a package of the bag `found` to the target; the receipt, when it came back as it was sent. Raises Refused
    for a bag that `judge` finds wrong, and as `handoff.deliver` does, StorageError."""
    started = datetime.now(UTC)
    # What would be sent, then whether it is valid: what is sent later must be what was measured first.
    pieces = measure(parcel.items)
    report = judge()
    require_valid(report)
    returned = deliver(parcel, pieces, target)
    size, digest = digest_of(parcel, pieces)
    return Receipt(
        identifier=f"urn:uuid:{uuid4()}",
        kind="delivery",
        bag=found.name,
        bag_identifier=identifier,
        seal=seal,
        derived=derived,
        form=parcel.form,
        target=target.address,
        package=parcel.name,
        size=size,
        sent=digest,
        read_back=digest_of(parcel, returned)[1],
        method=target.method,
        files=len(found.files),
        octets=found.octets,
        started=started,
        ended=datetime.now(UTC),
        report=report,
        signatures=signatures,
        software=SOFTWARE,
        organisation=config.organisation,
        person=config.operator,
        custody_head=custody.head(found.root),
        members=members,
        seed=seed,
    )


def write_receipt(receipt: Receipt, bags: Path, sign: Sign | None, notes: list[str]) -> Path:
    """Put a receipt into the folder of receipts, signed where there are keys; a signature that cannot be had is told in
    the notes. Raises StorageError."""
    stem, number = f"{receipt.bag}-{receipt.ended:%Y%m%dT%H%M%SZ}", 1
    file = bags / RECEIPTS / f"{stem}.json"
    while file.exists():
        number += 1
        file = bags / RECEIPTS / f"{stem}-{number}.json"
    custody.write_new(file, receipt_bytes(receipt))
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


def require_valid(report: Report, *, advice: str | None = None) -> None:
    """Raises Refused for a bag that is not valid, with `advice` where it will not lie where it was judged."""
    if report.ok:
        return
    count = sum(each.severity == "error" for each in report.findings)
    error = first_error(report)
    first = f"{error.code} {error.path}: {error.message}" if error else "a check failed"
    more = f" and {count - 1} more errors" if count > 1 else ""
    advice = advice or f"see 'archiver validate {report.bag}'"
    raise Refused(visible(f"it is not valid: {first}{more}; {advice}"))
