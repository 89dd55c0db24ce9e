"""Receives a package: read where it lies, unpacked into a staging folder, validated, compared with the sender's
receipt, then renamed into the bags folder. Nothing half-received is ever visible there; nothing is overwritten."""

import fcntl
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

from archiver.config import Config
from archiver.digest import Hasher, digest_stream
from archiver.errors import Refused, StorageError
from archiver.escape import visible
from archiver.ledger.deliveries import Deliveries
from archiver.model import Finding, Receipt
from archiver.model.seal_file import seal_file, seal_note
from archiver.network.dial import Route
from archiver.packaging.names import require_bag_name
from archiver.packaging.open_target import is_folder
from archiver.packaging.package import Form
from archiver.packaging.receipt import read_receipt
from archiver.packaging.source import source
from archiver.packaging.unpack import flush_folder, require_room, unpack
from archiver.transfer.delivery import SOFTWARE, Sign, signatures_in, write_receipt
from archiver.transfer.handoff import GROUPS
from archiver.transfer.incoming import IncomingPackage, fetch_package, package_is_at_fault, require_package
from archiver.transfer.left_state import left_state
from archiver.transfer.made_folder import made_folder
from archiver.trust import custody
from archiver.trust.seal_new_bag import agent
from archiver.validation.bagit.tree import Tree
from archiver.validation.package.group_bag import is_group, members_of
from archiver.validation.serialized.open_archive import opened, suffix
from archiver.validation.trust.policy import Trust
from archiver.validation.validator import SecondOpinion, validate_bag
from archiver.verification.judge import require_valid

RECEIVING = ".archiver/receiving"
METHOD = "unpacked, and validated as it lies"
_FORMS: dict[str | None, Form] = {None: "folder", ".tar": "tar", ".tgz": "tgz", ".tar.gz": "tgz", ".zip": "zip"}
_TAG_FILE = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The result for one package."""

    package: str
    outcome: Literal["received", "unchanged", "refused"]
    bag: str | None = None
    receipt: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = field(default=())
    unpacked: tuple[str, ...] = field(default=())
    """The bags of a group that were put beside it."""


def receive(
    packages: Sequence[str],
    bags: Path,
    config: Config,
    *,
    trust: Trust,
    endpoint: str | None = None,
    sign: Sign | None = None,
    unpack_groups: bool = False,
    cores: int = 1,
    second_opinion: SecondOpinion = True,
) -> Iterator[Received]:
    """Receive each package; the bags of a group as one bag, or, on request, one by one.

    Raises UsageError for what is not a package, on this machine before any is taken in, StorageError where the bags
    folder cannot be written; what was taken in until then stays. Of packages that are refused nothing is left."""
    for each in packages:
        require_package(each)
    with _staging(bags) as staging, closing(Deliveries(bags)) as ledger:
        session = _ReceiveSession(bags, staging, ledger, config, trust, sign, unpack_groups, cores, second_opinion)
        for each in packages:
            here = staging / uuid4().hex
            try:
                with package_is_at_fault():
                    received = session.take(fetch_package(each, here, endpoint, Route.of(config)), here)
                yield received
            except Refused as refused:
                yield Received(package=each, outcome="refused", reason=str(refused))
            finally:
                shutil.rmtree(here, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _ReceiveSession:
    """Receives packages into one bags folder, with the given settings."""

    bags: Path
    staging: Path
    ledger: Deliveries
    config: Config
    trust: Trust
    sign: Sign | None
    unpack_groups: bool
    cores: int
    second_opinion: SecondOpinion

    def take(self, incoming: IncomingPackage, here: Path) -> Received:
        """Take in one package, staging below `here`. Raises Refused, StorageError."""
        started = datetime.now(UTC)
        path = incoming.path
        if path.name.lower().endswith(".wacz"):
            raise Refused(
                "a .wacz is a web archive or access copy, not a bag; ask for the bag as tar, tgz, zip or folder"
            )
        # 1. What is in it, read where it lies, and whether it is here already.
        try:
            with opened(path) as (tree, findings):
                tree, name = _checked(path, tree, findings)
                to = self._destination(tree) / name
                if self._is_here(to, tree):
                    return Received(
                        package=incoming.origin,
                        outcome="unchanged",
                        bag=str(to),
                        reason="a bag of this name and seal is here already",
                    )
                # 2. Unpacked, where nobody looks.
                require_room(self.staging, sum(tree.files.values()))
                staged = here / name
                digests = unpack(tree.in_order(), tree.open, staged, sorted({"data"} & tree.folders))
        except OSError as error:
            raise StorageError.from_os(f"read {path}", error) from error
        # 3. Is it what was sent, and is it sound, as it lies now?
        size, digest = _digest(path, name, tree, digests)
        answers = _compare(incoming, size, digest, staged)
        report = validate_bag(staged, second_opinion=self.second_opinion, trust=self.trust, cores=self.cores)
        require_valid(report, advice=_advice(incoming))
        self.ledger.open()
        found = source(staged)
        signatures = signatures_in(found)
        identifier = f"urn:uuid:{uuid4()}"
        head = custody.head(staged)
        detail = {"receipt": identifier, "package": path.name, "sha256": digest, "answers": answers}
        if custody.is_ours(staged):
            event = custody.append(staged, "receipt", at=datetime.now(UTC), agent=agent(self.config), detail=detail)
            if self.sign:
                self.sign(event)
        # 4. Visible: the bag in one rename, a group to be unpacked bag by bag, itself the last; then the receipt.
        members = members_of(staged)
        unpacked = self._place_members(staged, members, detail) if self.unpack_groups and members else ()
        self._publish(staged, to)
        receipt = Receipt(
            identifier=identifier,
            kind="receipt",
            bag=name,
            bag_identifier=found.identifier,
            seal=found.seal,
            derived=None,
            form=_FORMS[suffix(path.name) if path.is_file() else None],
            target=str(self.bags.resolve()),
            package=path.name,
            size=size,
            sent=digest,
            read_back=digest,
            method=METHOD,
            files=len(found.files),
            octets=found.octets,
            started=started,
            ended=datetime.now(UTC),
            report=report,
            signatures=signatures,
            software=SOFTWARE,
            organisation=self.config.organisation,
            person=self.config.stated_person,
            custody_head=head,
            answers=answers,
            members=members,
        )
        notes = [] if incoming.receipt else ["no receipt came with it: whether it is what was sent is not known"]
        notes += [note] if (note := seal_note(seal_file(found.files) or "")) else []
        file = write_receipt(receipt, self.bags, self.sign, notes)
        self.ledger.add(receipt, derived="", signatures="", file=file)
        for each in (to, *map(Path, unpacked)):
            if each.parent == self.bags and (state := left_state(each)):
                self.ledger.left(state)
        return Received(
            package=incoming.origin,
            outcome="received",
            bag=str(to),
            receipt=str(file),
            notes=tuple(notes),
            unpacked=unpacked,
        )

    def _destination(self, tree: Tree) -> Path:
        """The folder in which the bag will lie. A group that is unpacked leaves its tag files and lists in `groups`."""
        return self.bags / GROUPS if self.unpack_groups and is_group(tree) else self.bags

    def _is_here(self, here: Path, tree: Tree) -> bool:
        """Whether the bag was received before, by its seal. Raises Refused where another bag has its name."""
        sealed = seal_file(tree.files)
        if sealed is None or tree.files[sealed] > _TAG_FILE:
            raise Refused("it has no valid manifest of a known digest")
        if not os.path.lexists(here):
            return False
        with tree.open(sealed) as stream:
            return self._is_same(here, digest_stream(stream, ("sha256",))[1]["sha256"])

    def _place_members(
        self, staged: Path, members: Sequence[tuple[str, str]], detail: Mapping[str, object]
    ) -> tuple[str, ...]:
        """Move the bags of a group into the bags folder, those apart that are there already; the paths of the moved.
        Raises Refused, with nothing moved, where another bag has the name of one."""
        for name, _ in members:
            require_bag_name(name)
        here = {name for name, seal in members if self._is_same(self.bags / name, seal)}
        in_group = {**detail, "group": staged.name}
        for name, _ in members:
            inside = staged / "data" / name
            if name not in here and custody.is_ours(inside):
                custody.append(inside, "receipt", at=datetime.now(UTC), agent=agent(self.config), detail=in_group)
        for name, _ in members:
            inside = staged / "data" / name
            if name in here:
                shutil.rmtree(inside)
            else:
                self._publish(inside, self.bags / name)
        (self.bags / GROUPS).mkdir(exist_ok=True)
        return tuple(str(self.bags / name) for name, _ in members if name not in here)

    def _is_same(self, here: Path, seal: str) -> bool:
        """Whether a bag of this seal lies there. Raises Refused where another one does."""
        if not os.path.lexists(here):
            return False
        try:
            same = custody.seal(here) == seal
        except (StorageError, Refused):
            same = False
        if not same:
            raise Refused(f"{here} is there already and is another bag; nothing was overwritten: name other --bags")
        return True

    def _publish(self, staged: Path, to: Path) -> None:
        if os.path.lexists(to):
            raise Refused(f"{to} has appeared meanwhile; nothing was overwritten")
        try:
            staged.rename(to)
            flush_folder(to.parent)
        except OSError as error:
            raise StorageError.from_os(f"put the bag into {to.parent}", error) from error


@contextmanager
def _staging(bags: Path) -> Iterator[Path]:
    """The staging folder, locked for this process; what a killed process left in it is removed."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(made_folder(bags / RECEIVING))
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise StorageError.from_os(f"write into the bags folder {bags}", error) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StorageError(f"another 'archiver receive' is at work in {bags}; wait for it") from None
            for left in folder.iterdir():
                shutil.rmtree(left, ignore_errors=True)
            yield folder
        finally:
            os.close(descriptor)


def _checked(path: Path, tree: Tree | None, findings: Sequence[Finding]) -> tuple[Tree, str]:
    """The files of a package and the name of the bag in it. Raises Refused for what may not be unpacked."""
    wrong = [each for each in findings if each.severity == "error"]
    if wrong or tree is None:
        first = f"{wrong[0].code} {wrong[0].path}: {wrong[0].message}" if wrong else "there is no bag in it"
        found = f" ({wrong[0].found})" if wrong and wrong[0].found else ""
        raise Refused(visible(f"it is not unpacked: {first}{found}"))
    # The folder in an archive is named like the bag; whoever saves the file may call it what he likes.
    inside = [each.found for each in findings if each.code == "ARC006"]
    name = inside[0] if inside and inside[0] else path.name
    end = None if inside or not path.is_file() else suffix(name)
    name = name[: -len(end)] if end else name
    require_bag_name(name)
    return tree, name


def _advice(incoming: IncomingPackage) -> str:
    """How to see all findings about a package, which is no longer where it was unpacked."""
    if not is_folder(incoming.origin):
        return f"fetch it, and see 'archiver validate {shlex.quote(incoming.path.name)}'"
    return f"see 'archiver validate {shlex.quote(str(incoming.origin))}'"


def _digest(path: Path, name: str, tree: Tree, digests: dict[str, str]) -> tuple[int, str]:
    """(bytes, SHA-256) of the package, as receipts state it; see `handoff.package.digest_of`."""
    if path.is_file():
        with path.open("rb") as file:
            size, found = digest_stream(file, ("sha256",))
        return size, found["sha256"]
    hasher = Hasher()
    for each in sorted(digests, key=lambda each: each.encode("utf-8", "surrogateescape")):
        hasher.update(f"{digests[each]}  {name}/{each}\n".encode("utf-8", "surrogateescape"))
    return sum(tree.files.values()), hasher.hexdigest()


def _compare(incoming: IncomingPackage, size: int, digest: str, staged: Path) -> str | None:
    """The identifier of the sender's receipt. Raises Refused where it describes something else."""
    if incoming.receipt is None:
        return None
    identifier, seal, stated_size, stated = read_receipt(incoming.receipt)
    if (stated_size, stated) != (size, digest):
        raise Refused(
            f"it is not what the receipt beside it says: {visible(str(stated_size))} bytes with sha256 "
            f"{visible(stated[:64])} were sent, {size} with {digest} are here"
        )
    if seal != custody.seal(staged):
        raise Refused("the bag in it is not the one that the receipt beside it names")
    return identifier
