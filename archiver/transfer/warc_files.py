"""Delivers the WARC records of many bags as few large WARC files, for web archives that take files of about 1 GB
(docs/keep/repositories.md).

Records are copied bit for bit: a WARC file of gzip members is what its parts are, one behind the other. Beside each
file lie its CDXJ and a map that says which bytes are which bag's, with the bag's seal; `warc-files.jsonl` lists the
files at the target, so that the next hand-off goes on where the last one ended. The same bags give the same files.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from archiver.config import Config
from archiver.digest import sha256
from archiver.errors import Refused, StorageError, UsageError
from archiver.ledger.bag_record import read_record
from archiver.ledger.deliveries import Deliveries
from archiver.packaging.deliver import deliver
from archiver.packaging.open_target import is_folder
from archiver.packaging.package import Item, Package, measure
from archiver.packaging.source import Source, source
from archiver.packaging.target import Target
from archiver.transfer.delivery import target_of
from archiver.transfer.gate import require_allowed, require_names_nothing_closed, require_no_cookies
from archiver.transfer.handoff import HandedOff, HandoffOptions
from archiver.validation.payload.provenance import Record
from archiver.validation.validator import validate_bag
from archiver.verification.judge import require_valid

SIZE = 1_000_000_000
"""Bytes of a file, unless one bag alone has more."""
INDEX = "warc-files.jsonl"
_ARCHIVE, _INDEXES = "data/wacz/archive/", "data/wacz/indexes/"
_LARGEST = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bag:
    """A bag that goes into a file: its place, its WARC files in order, its address."""

    path: Path
    source: Source
    warcs: tuple[str, ...]
    url: str

    @property
    def octets(self) -> int:
        return sum(self.source.files[each] for each in self.warcs)


@dataclass(slots=True)
class _Part:
    """Bags that go into one file."""

    bags: list[_Bag] = field(default_factory=list)

    @property
    def octets(self) -> int:
        return sum(each.octets for each in self.bags)

    @property
    def name(self) -> str:
        """Of its bags' seals."""
        return f"bags-{sha256(''.join(each.source.seal for each in self.bags).encode())[:24]}"


def hand_off_warcs(
    bags: Sequence[Path], size: int | None, options: HandoffOptions, config: Config
) -> Iterator[HandedOff]:
    """Deliver the records of bags; a result a bag, once its file is there. Raises UsageError and StorageError where the
    target cannot be used; what was delivered until then stays so."""
    if is_folder(options.target) and not Path(options.target).is_dir():
        raise UsageError(f"there is no folder {options.target}; is it mounted? make it first")
    folder = options.receipts or (bags[0].resolve().parent if bags else Path())
    uploads = Deliveries(folder)
    try:
        target = target_of(options.target, options.endpoint, uploads, config)
        known = _known(target)
        part = _Part()
        for path in sorted(bags, key=lambda each: each.name):
            try:
                bag = _bag(path, options)
                if bag.source.seal in known:
                    yield _unchanged(path, target, known[bag.source.seal])
                    continue
            except Refused as refused:
                yield HandedOff(bag=str(path), outcome="refused", reason=str(refused))
                continue
            if part.bags and part.octets + bag.octets > (size or SIZE):
                yield from _delivered(part, target)
                part = _Part()
            if any(each.source.seal == bag.source.seal for each in part.bags):
                yield HandedOff(
                    bag=str(path), outcome="refused", reason="another bag with the same seal is in the file"
                )
                continue
            part.bags.append(bag)
        if part.bags:
            yield from _delivered(part, target)
    finally:
        uploads.close()


def _bag(path: Path, options: HandoffOptions) -> _Bag:
    """A bag that is valid and may be copied. Raises Refused, StorageError."""
    require_allowed([path], "copy", datetime.now(UTC).date())  # the record, and with it the level, stays behind
    require_no_cookies([path], "hand over the sealed bag, or a WACZ with --redact")
    require_names_nothing_closed([path], datetime.now(UTC).date(), tag_files=False)
    found = source(path)
    warcs = tuple(each for each in found.files if each.startswith(_ARCHIVE) and each.endswith(".warc.gz"))
    if not warcs:
        raise Refused(f"it has no WARC file in {_ARCHIVE}")
    require_valid(validate_bag(path, cores=options.cores))
    url = Record(read_record(path)).get(str, "seed", "original_url") or ""
    return _Bag(path=path, source=found, warcs=warcs, url=url)


def _known(target: Target) -> dict[str, dict[str, Any]]:
    """Seal -> the file that has its bag, by the lists at the target. Raises StorageError where they cannot be read."""
    found: dict[str, dict[str, Any]] = {}
    for file in _lines(target, INDEX):
        for bag in _lines(target, f"{file.get('name')}.map.jsonl"):
            if isinstance(bag.get("seal"), str):
                found[bag["seal"]] = file
    return found


def _lines(target: Target, path: str) -> list[dict[str, Any]]:
    data = bytearray()
    try:
        for piece in target.read(path):
            data += piece
            if len(data) > _LARGEST:
                raise StorageError(
                    f"{target.address}/{path} has more than {_LARGEST:,} bytes: no list made by archiver"
                )
        lines = [json.loads(line) for line in data.splitlines()]
    except FileNotFoundError:
        return []
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{target.address}/{path} is not a list made by archiver; name another target") from error
    if not all(isinstance(each, dict) for each in lines):
        raise StorageError(f"{target.address}/{path} is not a list made by archiver; name another target")
    return lines


def _unchanged(path: Path, target: Target, file: dict[str, Any]) -> HandedOff:
    name, size = file.get("name"), file.get("size")
    return HandedOff(
        bag=str(path),
        outcome="unchanged",
        package=f"{target.address}/{name}.warc.gz",
        size=size if isinstance(size, int) else None,
        sha256=str(file.get("sha256")),
        reason="its records are in that file already",
    )


def _delivered(part: _Part, target: Target) -> Iterator[HandedOff]:
    """Deliver one file with its index and its map. Raises StorageError; what cannot be delivered is refused."""
    name = part.name
    try:
        mapped = b"".join(_map(part, name))
        index = _cdxj(part, name)
        items = (
            Item(path=f"{name}.cdxj", stream=lambda: iter([index])),
            Item(path=f"{name}.map.jsonl", stream=lambda: iter([mapped])),
            Item(path=f"{name}.warc.gz", stream=partial(_records, part)),
        )
        pieces = measure(items)
        deliver(Package(name=f"{name}.warc.gz", form="wacz", items=items), pieces, target)
        whole = pieces[f"{name}.warc.gz"]
        listed = {each.get("name"): each for each in _lines(target, INDEX)}
        listed[name] = {"name": name, "size": whole.size, "sha256": whole.sha256, "bags": len(part.bags)}
        target.write(INDEX, b"".join(map(_line, listed.values())))
    except Refused as refused:
        for bag in part.bags:
            yield HandedOff(bag=str(bag.path), outcome="refused", reason=str(refused))
        return
    for bag in part.bags:
        package = f"{target.address}/{name}.warc.gz"
        yield HandedOff(bag=str(bag.path), outcome="delivered", package=package, size=whole.size, sha256=whole.sha256)


def _records(part: _Part) -> Iterator[bytes]:
    """The records of all bags, one behind the other."""
    for bag in part.bags:
        for path in bag.warcs:
            yield from bag.source.read(path)


def _map(part: _Part, name: str) -> Iterator[bytes]:
    """A line a bag: which bytes of the file are its WARC files, and its seal."""
    at = 0
    for bag in part.bags:
        files = []
        stated = _digests(bag.source)
        for path in bag.warcs:
            size = bag.source.files[path]
            files.append({"path": path, "offset": at, "length": size, "sha256": stated.get(path)})
            at += size
        yield _line(
            {
                "bag": bag.source.name,
                "seal": bag.source.seal,
                "identifier": bag.source.identifier,
                "url": bag.url,
                "warc": f"{name}.warc.gz",
                "files": files,
            }
        )


def _digests(bag: Source) -> dict[str, str]:
    """Path -> SHA-256 by the bag's manifest, which validation has held against the files."""
    if "manifest-sha256.txt" not in bag.files:
        return {}
    lines = b"".join(bag.read("manifest-sha256.txt")).decode("utf-8", "replace").splitlines()
    return {path.strip(): digest for digest, _, path in (line.partition(" ") for line in lines)}


def _cdxj(part: _Part, name: str) -> bytes:
    """The bags' indexes over the one file, sorted. Raises Refused where a bag's index cannot be read."""
    lines, at = list[bytes](), 0
    for bag in part.bags:
        starts = {}
        for path in bag.warcs:
            starts[path.rpartition("/")[2]] = at
            at += bag.source.files[path]
        indexes = [path for path in bag.source.files if path.startswith(_INDEXES) and ".cdx" in path]
        for path in indexes:
            for line in b"".join(bag.source.read(path)).splitlines():
                if line.strip():
                    lines.append(_moved(line, starts, f"{name}.warc.gz", f"{bag.source.name}/{path}"))
    return b"".join(sorted(set(lines)))


def _moved(line: bytes, starts: dict[str, int], name: str, where: str) -> bytes:
    key, _, rest = line.partition(b" ")
    moment, _, stated = rest.partition(b" ")
    try:
        entry = json.loads(stated)
        entry["offset"] = str(int(entry["offset"]) + starts[entry["filename"]])
        entry["filename"] = name
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(f"{where} does not index its WARC files as CDXJ") from error
    return b"%s %s %s\n" % (key, moment, json.dumps(entry, ensure_ascii=True).encode("ascii"))


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode("ascii") + b"\n"
