"""Hands off sealed bags as one: a bag of bags, signed and timestamped once (docs/keep/groups.md).

A group is sealed when it is handed over first: its tag files and lists lie in `groups/NAME` beside the bags from then
on, and say which files of which bags it consists of, as they were then. The bags themselves are neither copied nor
changed. A group that does not fit any more is refused, never quietly made anew.
"""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from archiver import __version__
from archiver.bag.bag_info import operation
from archiver.bag.sanitize import json_bytes, one_line
from archiver.bag.staging import Info
from archiver.config import Config
from archiver.digest import sha256
from archiver.errors import Refused, StorageError, UsageError
from archiver.ledger.entries import Entry
from archiver.ledger.ledger import PATH, Ledger
from archiver.model import Report
from archiver.packaging.source import Source, source
from archiver.transfer.delivery import Shipment, Sign
from archiver.transfer.gate import require_allowed
from archiver.transfer.handoff import GROUPS, HandedOff, HandoffOptions, HandoffSession, HandoffSessions
from archiver.transfer.tag_files import Payload, write_skeleton
from archiver.transfer.virtual_tree import tree_of
from archiver.validation.bagit.manifests import MEMBERS
from archiver.validation.batch import validate_bags
from archiver.validation.package.group_bag import COLUMNS, FAILURES
from archiver.validation.report import first_error
from archiver.validation.validator import validate_tree
from archiver.verification.judge import require_valid

ALGORITHMS = ("sha256", "sha512")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_RESERVED = ("data", "bagit.txt")
_SIZE = re.compile(r"(\d{1,15})(?:\.(\d{1,3}))? ?([kKMGT]i?B)?")
_UNITS = {**{f"{u}B": 1000**n for n, u in enumerate("kMGT", 1)}, **{f"{u}iB": 1024**n for n, u in enumerate("KMGT", 1)}}
_INFO = re.compile(r"^([!-9;-~][^:\r\n]{0,200}):[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.MULTILINE)
"""A label and its value, which may go on in lines that begin with a space (RFC 8493, 2.2.2)."""
_FORMULA = ("=", "+", "-", "@", "'")
_MANIFEST = 1 << 30
SealGroup = Callable[[Path], None]
"""Signs and timestamps the group whose tag files lie in a folder. Raises ArchiverError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """`name` of the group; each part has at most so many `bags`, and so many `octets` unless one bag alone has more."""

    name: str
    bags: int = 10_000
    octets: int | None = None

    @classmethod
    def from_text(cls, name: str, size: str | None) -> "Grouping":
        """NAME, and N or bytes with a unit (500, 50GB, 1.5TiB). Raises UsageError."""
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise UsageError(
                f"--group {name!r}: a name is letters, digits, dots, - and _, at most 100, not {_RESERVED}"
            )
        if size is None:
            return cls(name=name)
        count, in_octets = parsed_size(size)
        return cls(name=name, octets=count) if in_octets else cls(name=name, bags=count)


def parsed_size(size: str) -> tuple[int, bool]:
    """What --group-size says: a number of bags, or of bytes with a unit (True). Raises UsageError."""
    match = _SIZE.fullmatch(size)
    unit = _UNITS.get((match[3] or "").replace("KB", "kB").replace("kiB", "KiB")) if match else None
    count = float(f"{match[1]}.{match[2] or 0}") * (unit or 1) if match else 0
    if match is None or count < 1 or (unit is None and (match[2] or match[3])):
        raise UsageError(f"--group-size {size!r} is neither a number of bags nor of bytes; for example 500, or 50GB")
    return int(count), unit is not None


def hand_off_group(
    bags: Sequence[Path],
    grouping: Grouping,
    options: HandoffOptions,
    config: Config,
    *,
    sign: Sign | None = None,
    seal: SealGroup | None = None,
) -> Iterator[HandedOff]:
    """Deliver the bags as one group, in as many parts as its size demands; where one of them is not valid, none.

    Raises UsageError for two bags of one name, UsageError and StorageError where the target, or the folder of groups,
    cannot be used.
    """
    members: list[Source] = []
    refused = False
    for bag in bags:
        try:
            members.append(_member(bag))
        except Refused as reason:
            refused = True
            yield HandedOff(bag=str(bag), outcome="refused", reason=str(reason))
    _require_distinct(members)
    with HandoffSessions(options, config, sign) as sessions:
        session = sessions.of(bags[0])
        parts = list(_parts(members, grouping)) if not refused else []
        if refused:
            yield HandedOff(bag=grouping.name, outcome="refused", reason="some of its bags cannot travel; see above")
        for number, part in enumerate(parts, 1):
            name = grouping.name if len(parts) == 1 else f"{grouping.name}-{number}-of-{len(parts)}"
            try:
                require_allowed([each.root for each in part], "custody", datetime.now(UTC).date())
                shipment = _shipment(session, name, part, f"{number} of {len(parts)}", grouping, seal)
                yield session.hand_off(shipment)
            except Refused as reason:
                yield HandedOff(bag=name, outcome="refused", reason=str(reason))


def _member(bag: Path) -> Source:
    """A bag that may go into a group. Raises Refused."""
    found = source(bag)
    if not found.name.isprintable() or found.name.startswith((".", *_FORMULA)) or "%" in found.name:
        raise Refused(f"the name {found.name[:80]!r} begins with a sign that means something else; rename it")
    return found


def _require_distinct(members: Sequence[Source]) -> None:
    seen: dict[str, Source] = {}
    for each in members:
        other = seen.setdefault(each.name.casefold(), each)
        if other is not each:
            raise UsageError(f"{other.root} and {each.root} have one name; a group has one folder for each bag")


def _parts(members: Sequence[Source], grouping: Grouping) -> Iterator[list[Source]]:
    """The members in the order of their names, cut where a part would grow beyond its size."""
    part, octets = list[Source](), 0
    for each in sorted(members, key=lambda member: member.name):
        too_large = grouping.octets is not None and octets + each.octets > grouping.octets
        if part and (len(part) == grouping.bags or too_large):
            yield part
            part, octets = [], 0
        part.append(each)
        octets += each.octets
    if part:
        yield part


def _shipment(
    session: HandoffSession,
    name: str,
    members: Sequence[Source],
    count: str,
    grouping: Grouping,
    seal: SealGroup | None,
) -> Shipment:
    """A part of the group, sealed now if it was not before. Raises Refused, StorageError."""
    folder = session.folder / GROUPS / name
    reports: list[Report] = []
    listed = _members_csv(members)
    if not folder.exists():
        reports = _validated(members, session)
        _seal(session, folder, members, count, grouping, listed)
    elif _read(folder / MEMBERS) != listed:
        raise Refused(
            f"a group of this name was sealed before with other bags, or they have changed since ({folder}); "
            "choose another --group name"
        )
    if seal is not None:
        seal(folder)
    found = _whole(source(folder), {each.name: each for each in members})
    return Shipment(
        name=name,
        source=found,
        validate=partial(_validate, found, members, reports, session),
        logs=(folder, *(each.root for each in members)),
        seal=found.seal,
        identifier=found.identifier,
        members=tuple((each.name, each.seal) for each in members),
    )


def _seal(
    session: HandoffSession, folder: Path, members: Sequence[Source], count: str, grouping: Grouping, listed: bytes
) -> None:
    files = {f"data/{each.name}/{path}": (each, path) for each in members for path in each.files}
    lost = [
        {
            "seed": each.name,
            "url": each.url,
            "outcome": each.outcome,
            "reason": each.reason,
            "job": each.job,
            "updated": each.updated,
            "seen": each.detail,
        }
        for bags in sorted({each.root.parent for each in members})
        for each in _unbagged(bags)
    ]
    own = {MEMBERS: listed, FAILURES: b"".join(map(json_bytes, lost))}
    payload = Payload(files=files)
    octets = payload.octets + sum(map(len, own.values()))
    try:
        folder.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError.from_os(f"write {folder.parent}", error) from error
    info = _info(session.config, members, count, grouping.name, octets, listed)
    write_skeleton(folder, info, payload, own=own, tags={}, algorithms=ALGORITHMS)


def _unbagged(bags: Path) -> list[Entry]:
    """The seeds of a bags folder that have no bag, from its ledger; none where no job ran there."""
    if not (bags / PATH).is_file():
        return []
    ledger = Ledger(bags, read_only=not os.access(bags / PATH, os.W_OK))
    try:
        return [each for each in ledger.entries() if each.bag is None]
    finally:
        ledger.close()


def _info(config: Config, members: Sequence[Source], count: str, name: str, octets: int, listed: bytes) -> Info:
    bags = "1 sealed bag" if len(members) == 1 else f"{len(members)} sealed bags"
    return [
        *operation(config),
        ("External-Description", f"{name}, {count}: {bags}, each in a folder of its own, listed in {MEMBERS}"),
        ("External-Identifier", f"urn:uuid:{uuid5(NAMESPACE_URL, f'{name} {count} {sha256(listed)}')}"),
        ("Bagging-Date", f"{datetime.now(UTC):%Y-%m-%d}"),
        ("Bag-Size", _human(octets)),
        ("Bag-Group-Identifier", name),
        ("Bag-Count", count),
        ("Bag-Software-Agent", f"archiver {__version__}"),
    ]


def _human(octets: int) -> str:
    """As RFC 8493, 2.2.2 has it: 260 GB."""
    size, unit = float(octets), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}" if unit != "bytes" else f"{octets} bytes"


def _members_csv(members: Sequence[Source]) -> bytes:
    """The list of members: what each bag's bag-info.txt states, and its seal."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in members:
        info: dict[str, str] = {}
        for label, value in _INFO.findall(_read(each.root / "bag-info.txt").decode("utf-8", "replace")):
            info.setdefault(label.lower(), one_line(value))
        cells = [
            info.get(label, "")
            for label in ("external-identifier", "external-description", "original-url", "capture-date")
        ]
        writer.writerow([each.name, *(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells), each.seal])
    return out.getvalue().encode("utf-8")


def _whole(skeleton: Source, members: dict[str, Source]) -> Source:
    """The group as it is sent: the files its manifest names, at their places. Raises Refused for what is gone."""
    files, places = dict(skeleton.files), dict[str, Path]()
    for line in _read(skeleton.root / "manifest-sha256.txt").decode("utf-8").splitlines():
        path = line[66:]
        if path in files:
            continue
        name, _, inside = path.removeprefix("data/").partition("/")
        member = members.get(name)
        if member is None or inside not in member.files:
            raise Refused(f"{name}/{inside} is no longer as it was when the group was sealed ({skeleton.root})")
        files[path], places[path] = member.files[inside], member.root / inside
    notes = tuple(dict.fromkeys(f"{each.name}: {note}" for each in members.values() for note in each.notes))
    return replace(skeleton, files=dict(sorted(files.items())), places=places, notes=(*skeleton.notes, *notes))


def _validated(members: Sequence[Source], session: HandoffSession) -> list[Report]:
    """A report for each bag. Raises Refused, naming all that are not valid."""
    options = session.options
    roots = [each.root for each in members]
    reports = list(validate_bags(roots, jobs=options.cores, second_opinion=options.second_opinion))
    wrong = [f"{Path(each.bag).name} ({_first(each)})" for each in reports if not each.ok]
    if wrong:
        more = f" and {len(wrong) - 20} more" if len(wrong) > 20 else ""
        raise Refused(
            f"{len(wrong)} of its {len(reports)} bags are not valid: {', '.join(wrong[:20])}{more}; nothing was sent"
        )
    return reports


def _first(report: Report) -> str:
    error = first_error(report)
    return f"{error.code} {error.path}" if error else "a check failed"


def _validate(found: Source, members: Sequence[Source], reports: list[Report], session: HandoffSession) -> Report:
    """The report of the group and all in it, as it was measured. Raises Refused, StorageError."""
    if not reports:
        _validated(members, session)
    try:
        report = validate_tree(tree_of(found, session.options.form), found.name)
    except OSError as error:
        raise StorageError.from_os("read the group", error) from error
    require_valid(report)
    return report


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MANIFEST)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StorageError.from_os(f"read {path}", error) from error
