"""Audits fixity over time: which bags are due, what of each has changed since it was last good, and where a sound copy
is.

It writes into the ledger only, or into the folder for readings that the plan names: bags are read, never repaired. Each
bags folder is an audit of its own, and goes on where it was if it was killed. Whether a bag is what its record says,
`archiver validate` judges.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.digest import sha256
from archiver.errors import StorageError, UsageError
from archiver.fixity.moved import Moves, bags_in, key
from archiver.fixity.plan import Audited, AuditProgress, Outcome, Plan
from archiver.fixity.read_bag import BagState, Change, RateLimiter, read_bag
from archiver.fixity.replicas import MOST, ReplicaQuery, places, search, whole
from archiver.ledger.bag_record import read_record
from archiver.ledger.deliveries import Deliveries
from archiver.ledger.fixity_readings import NAME, FixityReading, Readings, stamp
from archiver.ledger.ledger import PATH
from archiver.ledger.private import state_beside
from archiver.ledger.seals import LeftState
from archiver.model.private import file_beside
from archiver.model.seal_file import seal_note
from archiver.validation.discover import find_bags, is_bag

STALE = timedelta(days=7)
"""An interrupted audit that did nothing for so long is begun anew."""


def audit(
    paths: Sequence[Path],
    plan: Plan,
    limiter: RateLimiter,
    *,
    progress: AuditProgress | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Audited]:
    """Read what is due of the bags and folders of bags at `paths`, a bag at a time.

    Raises UsageError for a path where no bag is, nor ever was, StorageError where a ledger cannot be used; what was
    read until then is kept."""
    progress = progress or AuditProgress()
    progress.seed = plan.seed if plan.sample is not None else None
    folders = _folders(paths, plan.readings)
    yield from Moves(folders, plan.readings, clock).hand_over()
    for folder, names in folders.items():
        with closing(Readings(folder, plan.readings)) as readings:
            for each in _Folder(folder, readings, plan, limiter, clock, progress).audit(names):
                progress.octets = limiter.octets
                yield each


def _folders(paths: Sequence[Path], kept: Path | None) -> dict[Path, set[str] | None]:
    """Folder of bags -> the names of those that were named; None for all that are and were in it."""
    found: dict[Path, set[str] | None] = {}
    for path in paths:
        here = path.absolute()
        if path.is_dir() and not is_bag(path) and (_known(here, kept) or any(find_bags([path]))):
            found[here] = None
        elif is_bag(path) or key(here) in _known(here.parent, kept):
            names = found.setdefault(here.parent, set())
            if names is not None:
                names.add(here.name)
        else:
            raise UsageError(f"no bag at {path}, and none that was ever read there; name a bag or a folder of bags")
    return found


def _known(folder: Path, kept: Path | None) -> set[str]:
    """The bags that were read in a folder; no ledger is made."""
    if not (folder / PATH if kept is None else kept / NAME).is_file():
        return set()
    with closing(Readings(folder, kept)) as readings:
        return set(readings.last())


def due(last: Mapping[str, tuple[str, str | None]], bags: Sequence[str], plan: Plan, now: datetime) -> list[str]:
    """The bags to be read, longest unread first; `last` is the outcome of each one's last reading and when it was good.

    Of those that are old enough, half of a sample is the least recently audited, so that each has its turn, and half is
    random, so that nobody knows beforehand which. What was not good the last time is always due, and
    a reading from the future counts as none: the clock was wrong then, or is wrong now."""
    before = stamp(now - plan.older) if plan.older is not None else None
    unknown: tuple[str, str | None] = ("good", None)
    standing = [name for name in bags if last.get(name, unknown)[0] != "good"]
    good = {name: last.get(name, unknown)[1] or "" for name in bags if last.get(name, unknown)[0] == "good"}
    good = {name: "" if when > stamp(now) else when for name, when in good.items()}
    old = [name for name, when in good.items() if before is None or when < before]

    def draw(name: str) -> str:
        return sha256(f"{plan.seed} {name}".encode())

    chosen = sorted(old, key=lambda name: (good[name], draw(name)))
    if plan.sample is not None:
        count = math.ceil(len(chosen) * plan.sample)
        turn, rest = chosen[: (count + 1) // 2], chosen[(count + 1) // 2 :]
        chosen = turn + sorted(rest, key=draw)[: count // 2]
    return sorted(standing) + chosen


@dataclass(frozen=True, slots=True)
class _Folder:
    """The audit of one bags folder."""

    folder: Path
    readings: Readings
    plan: Plan
    limiter: RateLimiter
    clock: Callable[[], datetime]
    progress: AuditProgress

    def audit(self, named: set[str] | None) -> Iterator[Audited]:
        here = {key(path): path for path in bags_in(self.folder, named)}
        last, now = self.readings.last(), self.clock()
        lost = sorted((last.keys() if named is None else {key(Path(name)) for name in named}) - here.keys())
        seed = self.plan.seed if self.plan.repeat else ""
        asked = sha256(repr((named and sorted(named), self.plan.sample, self.plan.older, seed)).encode())
        before = self.readings.interrupted(asked, now - STALE)
        if before:
            chosen = [name for name in before[1] if name in here]
            self.progress.resumed.append(before[0])
        else:
            chosen = due(last, list(here), self.plan, now)
            self.readings.begin(asked, chosen, now)
        self.progress.bags += len(here) + len(lost)
        self.progress.due += len(chosen) + len(lost)
        reported = {*chosen, *lost} if before else set[str]()
        for each in self.readings.found_since(before[0]) if before else ():
            if each.bag in here and each.bag not in reported:
                yield _again(self.folder / each.bag, each)
        for name in lost:
            yield self._gone(asked, name)
        for name in chosen:
            yield self._read(asked, name, here[name])
        self.readings.end(asked)

    def _read(self, asked: str, name: str, path: Path) -> Audited:
        """Read one bag, compare it with how it was, and write that down."""
        before, moment = self.readings.find(name), stamp(self.clock())
        state = read_bag(path, self.limiter)
        changes, notes = list(state.changes), list[str]()
        dated = max(before.time, before.good or "") if before else ""
        if dated > moment:
            notes.append(f"its last reading is dated {dated}, which is yet to come: the clock was wrong, or is now")
        if before and before.good:
            since = list(_since(before, state))
            if since and self.plan.accept and not state.changes:
                notes.append(f"accepted as it is now: {len(since)} differences from {before.good}")
                since = []
            changes += since
        elif left := self.readings.left(name):  # never read, but archiver knows how it left it
            since = list(_since_left(left, state))
            if since and self.plan.accept and not state.changes:
                notes.append(f"accepted as it is now: {len(since)} differences from how it was left")
                since = []
            changes += since
        elif state.seal is None and not changes:
            notes.append("it has no manifest of a known digest: changes cannot be found")
        if state.seal and (note := seal_note(state.seal_name)):
            notes.append(note)
        count = len(changes)
        if changes:
            seal, beside = (before.good_seal, before.beside) if before and before.good else (state.seal, state.beside)
            changes, more = self._elsewhere(path, seal, beside, state, changes)
            notes += more
            notes += [f"and {count - MOST} more changes"] if count > MOST else []
        apart, more = _private_facts(path)
        changes, notes = [*changes, *apart], [*notes, *more]
        good = None if changes else moment
        audited = Audited(
            bag=str(path),
            outcome="changed" if changes else "good",
            time=moment,
            octets=state.octets,
            seal=state.seal,
            since=before.good if before else None,
            changes=tuple(changes),
            notes=tuple(notes),
        )
        if good or before is None:
            self._settle(asked, name, audited, good, state.seal if good else None, state.beside if good else {})
        else:
            self._settle(asked, name, audited, before.good, before.good_seal, before.beside)
        return audited

    def _gone(self, asked: str, name: str) -> Audited:
        before, moment = self.readings.find(name), stamp(self.clock())
        path = self.folder / name
        audited = Audited(
            bag=str(path), outcome="gone", time=moment, octets=0, seal=None, since=before.good if before else None
        )
        if before is None:
            return audited
        if self.plan.accept:
            self.readings.forget(asked, name, self.clock())
            return replace(audited, outcome="lost", notes=("its loss is accepted: it is no longer asked for",))
        change = Change(kind="gone", path="", message="the bag is not there any more")
        notes: list[str] = []
        if before.good_seal:
            query = ReplicaQuery(bag=path, seal=before.good_seal, beside=before.beside)
            found, notes = self._places(query)
            copies, more = whole(query, found, self.limiter)
            change, notes = Change(kind="gone", path="", message=change.message, copies=copies), notes + more
        audited = replace(audited, changes=(change,), notes=tuple(notes))
        self._settle(asked, name, audited, before.good, before.good_seal, before.beside)
        return audited

    def _elsewhere(
        self, path: Path, seal: str | None, beside: Mapping[str, str], state: BagState, changes: Sequence[Change]
    ) -> tuple[list[Change], list[str]]:
        """The changes, each with the replicas that hold a sound copy of the file."""
        if seal is None:
            return list(changes[:MOST]), []
        query = ReplicaQuery(bag=path, seal=seal, beside=beside)
        found, notes = self._places(query)
        listed, more = search(query, state, changes, found, self.limiter)
        return listed, notes + more

    def _places(self, query: ReplicaQuery) -> tuple[list[Path], list[str]]:
        with closing(Deliveries(self.folder, read_only=self.plan.readings is not None)) as deliveries:
            return places(query.bag, self.plan.replicas, deliveries.of(query.seal))

    def _settle(
        self, asked: str, name: str, audited: Audited, good: str | None, seal: str | None, beside: Mapping[str, str]
    ) -> None:
        found: dict[str, Any] = {"changes": [asdict(each) for each in audited.changes], "notes": audited.notes}
        found["since"] = audited.since
        self.readings.settle(
            asked,
            FixityReading(
                bag=name,
                time=audited.time,
                outcome=audited.outcome,
                octets=audited.octets,
                seal=audited.seal,
                found=found if audited.changes else {},
                good=good,
                good_seal=seal,
                beside=beside,
            ),
        )


def _private_facts(path: Path) -> tuple[list[Change], list[str]]:
    """What is wrong with the private facts that are kept beside a bag, and what is not known of them."""
    try:
        record = read_record(path)
    except StorageError:  # another made it, or what is wrong with it is a change already
        return [], []
    state = state_beside(path, record)
    if state == "altered":
        message = "the private facts beside the bag do not match their digest in its record"
        return [Change(kind="changed", path=f".archiver/private/{file_beside(path).name}", message=message)], []
    if state in ("absent", "unreadable"):
        why = "are left out" if state == "absent" else "cannot be read, and are not checked"
        return [], [f"its private facts, which are kept beside it, {why}: digest {record['private'].get('sha256')}"]
    return [], []


def _since(before: FixityReading, state: BagState) -> Iterator[Change]:
    """The differences from the last good reading that the bag's own manifests do not show."""
    reported = {each.path for each in state.changes}
    another = (
        before.beside.get(state.seal_name) != state.seal
    )  # else its own file is gone, and one that is weaker counts
    if state.seal != before.good_seal and state.seal and before.good_seal and another:
        others = [each for each in state.changes if each.path != state.seal_name]
        message = f"not what it was on {before.good}: seal {before.good_seal}, now {state.seal}"
        if not others:
            message = f"the manifests were redone since {before.good}: seal {before.good_seal}, now {state.seal}"
        yield Change(kind="changed" if others else "resealed", path=state.seal_name, message=message)
        reported.add(state.seal_name)
    for path in sorted(before.beside.keys() | state.beside.keys()):
        was, now = before.beside.get(path), state.beside.get(path)
        if path in reported or was == now:
            continue
        if was is None:  # signatures and the custody log may grow
            if not path.startswith("signatures/"):
                yield Change(kind="new", path=path, message=f"not there on {before.good}; no manifest lists it")
        elif now is None:
            yield Change(kind="missing", path=path, message=f"there on {before.good}, and not any more")
        else:
            yield Change(kind="changed", path=path, message=f"not what it was on {before.good}")


def _since_left(left: LeftState, state: BagState) -> Iterator[Change]:
    """The differences from how archiver left the bag when it sealed, delivered or received it."""
    reported = {each.path for each in state.changes}
    if state.seal and state.seal != left.seal:
        message = f"the manifests were redone since archiver left the bag: seal {left.seal}, now {state.seal}"
        yield Change(kind="resealed", path=state.seal_name, message=message)
    found = state.beside.get(left.event)
    if found != left.head and left.event not in reported:
        how = "not there any more" if found is None else "not what it was"
        message = f"the custody log ended with this event when archiver left the bag; it is {how}"
        yield Change(kind="missing" if found is None else "changed", path=left.event, message=message)


def _again(path: Path, row: FixityReading) -> Audited:
    """A result that an interrupted audit has reported before."""
    found: Mapping[str, Any] = row.found
    changes = tuple(Change(**{**each, "copies": tuple(each["copies"])}) for each in found.get("changes", ()))
    outcome: Outcome = "gone" if row.outcome == "gone" else "changed"
    return Audited(
        bag=str(path),
        outcome=outcome,
        time=row.time,
        octets=row.octets,
        seal=row.seal,
        since=found.get("since"),
        changes=changes,
        notes=(*found.get("notes", ()), "read before the audit was interrupted"),
    )
