"""Visits that made no bag because nothing had changed (`--only-changed`): noted as they settle, and sealed as a bag a
day (docs/capture/time.md).

A visit is what the record of the bag that is not kept says was seen, with its digests. Each page was fetched in full,
never conditionally, read, and compared with the page of the seed's last bag.
"""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from archiver import __version__
from archiver.bag.bag_info import operation
from archiver.bag.names import bag_name
from archiver.bag.staging import StagedBag, flush, publish
from archiver.config import Config
from archiver.digest import sha256
from archiver.errors import StorageError, storage
from archiver.job.result import Archived
from archiver.ledger.bag_record import read_record
from archiver.model import PreviousBag, Seed
from archiver.schemas.fields import field
from archiver.transfer.acceptable_signer import signature_judge
from archiver.trust.seal_new_bag import seal_bag

if TYPE_CHECKING:
    from archiver.trust.sign import Signer

FOLDER = ".archiver/visits"
KEPT = "visits"
"""Where their bags lie, below the bags folder: apart from those of articles, which have a record."""
FILE = "visits.jsonl"
_EXCHANGE = ("url", "initiator", "status", "bytes", "started", "ended", "ip")


def unchanged(made: Archived, seed: Seed, previous: Sequence[PreviousBag], bags: Path) -> Mapping[str, Any] | None:
    """The visit, where a staged bag has nothing that the seed's last bag has not: outcome, text, claims, credits,
    notices and photo, both read again from their WARC files. None where anything differs or cannot be compared.

    The seed is the same where both bags have the same bytes of it: without its private facts, where those are set
    apart."""
    from archiver.series.diff_bags import diff_bags  # which reads pages: most jobs begin without

    for last in reversed(previous):
        try:
            before, now = read_record(bags / last.bag), read_record(made.bag.path)
            kept = field(now, "seed", "sha256")
            if field(before, "seed", "sha256") != kept or field(before, "seed", "original_url") != seed.url:
                continue
            if any(field(before, *each) != field(now, *each) for each in _EQUAL):
                return None
            return _visit(now, last) if diff_bags(bags / last.bag, made.bag.path).same else None
        except StorageError:
            return None
    return None


_EQUAL = (
    ("capture", "outcome"),
    ("capture", "status"),
    ("capture", "truncated"),
    ("capture", "memento", "uri"),
    ("rendering", "text", "sha256"),
    ("capture", "second_view", "differs"),
    ("capture", "second_view", "status"),
    ("capture", "second_view", "text"),
)
"""Fields of the record that must be equal beside what is read again; the text that a browser showed among them."""


def _visit(record: Mapping[str, Any], last: PreviousBag) -> dict[str, Any]:
    exchanges = field(record, "capture", "exchanges")
    return {
        "seed": {name: field(record, "seed", name) for name in ("original_name", "sha256")},
        "url": field(record, "capture", "requested_url"),
        "final_url": field(record, "capture", "final_url"),
        "started": field(record, "capture", "started"),
        "finished": field(record, "capture", "finished"),
        "outcome": field(record, "capture", "outcome"),
        "status": field(record, "capture", "status"),
        "payload_sha256": field(record, "capture", "payload_sha256"),
        "text_sha256": field(record, "text", "sha256"),
        "photo_sha256": field(record, "capture", "lead_image", "sha256"),
        "verdict": field(record, "comparison", "verdict"),
        "exchanges": [{name: each.get(name) for name in _EXCHANGE} for each in exchanges or ()],
        "same_as": {"bag": last.bag, "seal": last.seal},
        "software": f"archiver {__version__}",
    }


def note(bags: Path, visits: Iterable[Mapping[str, Any]]) -> None:
    """Keep visits until their day is sealed; a line each, with the digest of what it says. Raises StorageError."""
    lines: dict[str, list[str]] = {}
    for each in visits:
        said = json.dumps(each, ensure_ascii=False, sort_keys=True)
        line = json.dumps({"sha256": sha256(said.encode("utf-8", "backslashreplace")), "visit": each}, sort_keys=True)
        lines.setdefault(str(each["started"])[:10], []).append(line)
    if not lines:
        return
    folder = bags / FOLDER
    with storage(f"keep visits in {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        for day, digests in lines.items():
            with (folder / f"{day}.jsonl").open("ab") as file:
                file.write("".join(f"{each}\n" for each in digests).encode("ascii"))
        flush(folder)


def seal_visits(config: Config, job: str, signer: "Signer | None", now: datetime) -> tuple[list[str], list[str]]:
    """Make a bag of the visits of each day that are not in one yet, signed where the settings name a key: the names of
    the bags, and why one is not signed as it should be. Raises StorageError."""
    folder, names, warnings = config.bags / FOLDER, list[str](), list[str]()
    with storage(f"read visits in {folder}"):
        days = sorted(folder.glob("????-??-??.jsonl")) if folder.is_dir() else []
    for path in days:
        with storage(f"read visits in {path}"):
            data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]  # a line that was cut by a crash is not a visit
        if whole:
            name, warning = _seal(config, job, signer, now, path.stem, whole)
            names.append(name)
            warnings += [warning] if warning else []
        with storage(f"remove {path}"):
            path.unlink()
    return names, warnings


def _seal(
    config: Config, job: str, signer: "Signer | None", now: datetime, day: str, data: bytes
) -> tuple[str, str | None]:
    uuid, count = str(uuid4()), data.count(b"\n")
    staged = StagedBag(config.bags, bag_name(f"visits-{day}", now, uuid), uuid)
    try:
        staged.add(FILE, data)
        bag = staged.seal(
            [
                *operation(config),
                ("External-Description", f"Visits of {day}: {count} pages fetched in full and found unchanged"),
                ("External-Identifier", staged.identifier),
                ("Bagging-Date", f"{now:%Y-%m-%d}"),
                ("Bag-Group-Identifier", config.group or job),
                ("Bag-Software-Agent", f"archiver {__version__}"),
            ]
        )
        detail = {"bag": {"name": bag.name, "identifier": bag.identifier}, "visits": {"day": day, "count": count}}
        warning = seal_bag(bag, detail, config=config, signer=signer, now=now, judge=signature_judge(config))
        kept = config.bags / KEPT
        with storage(f"make {kept}"):
            kept.mkdir(exist_ok=True)
        publish([bag], kept)
    except BaseException:
        shutil.rmtree(staged.path, ignore_errors=True)
        raise
    return bag.name, warning
