"""Builds bags for one receiver from sealed ones: new tag files over the same payload, the original's beside them in
`original/` (docs/keep/receivers.md); access copies (docs/keep/redaction.md); or both.

The sealed bag is read, and not touched. Nothing of it is copied on this disk but for an access copy, one at a time.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from archiver import __version__
from archiver.bag.staging import Info, StagedBag
from archiver.config import Config
from archiver.digest import sha256
from archiver.errors import Refused, StorageError, UsageError
from archiver.escape import counted
from archiver.ledger.bag_record import read_record
from archiver.ledger.lock import FOLDER
from archiver.ledger.restrictions import Gate
from archiver.model import Report
from archiver.model.seal_file import SEAL
from archiver.packaging.named_bags import files_that_name
from archiver.packaging.source import Source, source
from archiver.packaging.unpack import require_room
from archiver.redaction.copy_names import copy_name
from archiver.redaction.redact import redact
from archiver.rights.gate import Use
from archiver.transfer.delivery import Shipment, Sign
from archiver.transfer.gate import require_allowed
from archiver.transfer.handoff import HandedOff, HandoffOptions, HandoffSession, HandoffSessions
from archiver.transfer.made_folder import made_folder
from archiver.transfer.receiver_profiles import RECEIVERS, Receiver
from archiver.transfer.repositories import REPOSITORIES, Repository
from archiver.transfer.repositories.common import Content
from archiver.transfer.tag_files import Payload, write_skeleton
from archiver.transfer.virtual_tree import tree_of
from archiver.trust.custody import CUSTODY
from archiver.validation.bagit.profile import read_profile
from archiver.validation.bagit.tagfiles import Declaration, read_info
from archiver.validation.bagit.tree import scan
from archiver.validation.validator import ValidationOptions, validate_bag, validate_tree
from archiver.verification.judge import require_valid

ORIGINAL = "original"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """What is built from each bag."""

    receiver: Receiver | None
    redacted: bool
    repository: Repository | None = None
    """A receiver that takes no bags, in place of `receiver`."""

    @classmethod
    def from_text(cls, receiver: str, form: str, *, redacted: bool) -> "Derivation":
        """Raises UsageError for a form that the receiver does not take."""
        if repository := REPOSITORIES.get(receiver):
            if form not in repository.forms:
                raise UsageError(f"--for {receiver} takes --form {' or '.join(repository.forms)}, not {form}")
            return cls(receiver=None, redacted=redacted, repository=repository)
        found = RECEIVERS.get(receiver)
        if found and form not in found.forms:
            raise UsageError(f"--for {receiver} takes --form {' or '.join(found.forms)}, not {form}")
        return cls(receiver=found, redacted=redacted)

    @property
    def name(self) -> str | None:
        """Of the receiver."""
        return self.receiver.name if self.receiver else self.repository.name if self.repository else None


def hand_off_derived(
    bags: Sequence[Path], derivation: Derivation, options: HandoffOptions, config: Config, *, sign: Sign | None = None
) -> Iterator[HandedOff]:
    """Deliver what is built from each bag. Raises UsageError and StorageError where the target, or the folder of
    receipts, cannot be used."""
    with HandoffSessions(options, config, sign) as sessions:
        for bag in bags:
            session = sessions.of(bag)
            try:
                require_allowed([bag], "copy" if derivation.redacted else "custody", datetime.now(UTC).date())
                with (
                    made_folder(session.folder / FOLDER) as working,
                    tempfile.TemporaryDirectory(prefix="derived-", dir=working) as home,
                ):
                    yield session.hand_off(_shipment(bag, derivation, session, Path(home)))
            except Refused as refused:
                yield HandedOff(bag=str(bag), outcome="refused", reason=str(refused))
            except OSError as error:
                raise StorageError.from_os("make the bag for the receiver", error) from error


def _shipment(bag: Path, derivation: Derivation, session: HandoffSession, home: Path) -> Shipment:
    """What is built from a bag, below `home`. Raises Refused, StorageError, OSError."""
    original = source(bag)
    chain, found, key = [original], original, ""
    if derivation.redacted:
        key = f"redacted by {__version__} for {derivation.name} {sha256(repr(_settings(session.config)).encode())}"
        require_valid(validate_bag(bag, cores=session.options.cores))  # what is rewritten must be what it says
        found = _access_copy(original, session, key, home)
        chain.append(found)
    if derivation.receiver:
        found = derive(found, derivation.receiver, session.config, home)
        key = key or _key(found, derivation.receiver)
    if derivation.repository:
        base = found
        found = _for_repository(bag, base, derivation.repository, session, home)
        key = f"{derivation.repository.name} {found.seal}"
    stated = {"seal": found.seal, "for": derivation.name, "redacted": derivation.redacted}
    return Shipment(
        name=str(bag),
        source=found,
        validate=lambda: _validate(chain, found, derivation.receiver, session),
        logs=(bag,),
        seal=original.seal,
        identifier=original.identifier,
        derived=stated,
        key=key,
    )


def _for_repository(bag: Path, base: Source, repository: Repository, session: HandoffSession, home: Path) -> Source:
    """The package of a bag, or of its access copy. Raises Refused, StorageError, OSError."""
    if any(path.startswith(f"{ORIGINAL}/") for path in base.files):
        raise Refused(f"it has a folder {ORIGINAL}/ of its own: what was made for one receiver is not made over again")
    gate = Gate(datetime.now(UTC).date())
    access = gate.access_of_folder(bag)
    use: Use = "public" if access.allows("public") else "metadata"
    unnamed = frozenset(gate.naming_closed(bag, files_that_name(base), use))
    number = session.ledger.number(seal=source(bag).seal, target=session.target.address, kind="item")
    return repository.build(Content.of(base, access, session.config, number, unnamed), home)


def _access_copy(original: Source, session: HandoffSession, key: str, home: Path) -> Source:
    """The bag without secrets, below `home`. Dated as at its first delivery, so that the same bag gives the same
    copy."""
    require_room(home, original.octets)
    target = session.target.address
    before = session.ledger.find(seal=original.seal, form=session.options.form, target=target, derived=key)
    day = datetime.fromisoformat(before.ended) if before else datetime.now(UTC)
    uuid = str(uuid5(NAMESPACE_URL, f"{original.seal} without secrets"))
    staged = StagedBag(home, copy_name(original), uuid)
    made = redact(original, staged, day.replace(hour=0, minute=0, second=0, microsecond=0))
    found, unsearched = source(made.path), read_record(made.path)["redaction"]["not_searched"]
    if not unsearched["values"]:
        return found
    kinds = ", ".join(unsearched["kinds"])
    taken = f"{counted(unsearched['values'], 'value')} ({kinds}) taken out of the fields that have them"
    return replace(found, notes=(*found.notes, f"{taken}, but too short or too plain to be searched for elsewhere"))


def _settings(config: Config) -> tuple[str | None, ...]:
    """The settings that a receiver's bag depends on."""
    return config.organisation, config.aptrust_access, config.aptrust_storage


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
        folder,
        pairs,
        Payload(files=payload),
        own={},
        tags=wish.tags,
        kept=Payload(files=kept),
        algorithms=receiver.algorithms,
    )
    made, whole = source(folder), Payload(files=payload | kept)
    files = dict(sorted((made.files | whole.sizes).items()))
    return replace(made, files=files, places=whole.places, notes=original.notes)


def _key(found: Source, receiver: Receiver) -> str:
    """The key that identifies the built bag: its seal, but without the original's custody log, which every delivery
    extends."""
    lines = (found.root / SEAL).read_bytes().splitlines(keepends=True)
    steady = b"".join(line for line in lines if f"  {ORIGINAL}/{CUSTODY}/".encode() not in line)
    return f"{receiver.name} {sha256(steady)}"


def _validate(chain: Sequence[Source], found: Source, receiver: Receiver | None, session: HandoffSession) -> Report:
    """The report of the built bag, after that of those it was built from. Raises Refused, StorageError."""
    for each in chain:
        report = validate_bag(each.root, second_opinion=session.options.second_opinion, cores=session.options.cores)
        require_valid(report)
    if receiver is None:
        return report
    profile = read_profile(receiver.profile) if receiver.profile else None
    return validate_tree(tree_of(found, session.options.form), found.name, options=ValidationOptions(profile=profile))
