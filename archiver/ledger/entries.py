"""Rows of the ledger: what is known of a seed, what it is known by, and what a finished bag says of its own."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.ledger.answers import Answer, ask_again
from archiver.ledger.bag_record import read_record
from archiver.ledger.private import seed_digest
from archiver.model import Outcome, Seed

DONE = ("captured", "unread", "gone", "blocked", "refused")
"""Outcomes that are final; `failed` is tried again by the next run, `waiting` was never tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger. `detail` holds what was seen when there is no bag, or when the bag does not hold the whole
    article."""

    key: str
    name: str
    url: str | None
    outcome: str
    bag: str | None = None
    verdict: str | None = None
    reason: str | None = None
    detail: Mapping[str, Any] | None = None
    attempts: int = 0
    updated: str = ""
    job: str | None = None
    origin: str | None = None
    """Where the document was read just now; not read back."""
    place: str | None = None
    """Where the document was read when the ledger first heard of it; only read back."""
    delivered: str | None = None
    """Where the bag was delivered to; read back by `find` alone."""

    def is_done(self, *, retry: bool, recapture: bool, able: Collection[str] = ()) -> bool:
        """Whether a job with these settings leaves the seed alone; `able` names what was missing and is there now."""
        tried = self.outcome in DONE or (self.outcome == "failed" and bool((self.detail or {}).get("memento")))
        return tried and not recapture and not ask_again(self.outcome, self.detail, retry=retry, able=able)


def key_of(seed: Seed) -> str:
    """A seed is known by the SHA-256 of its bytes and its address."""
    return f"{seed.sha256} {seed.url}"


def former_keys_of(seed: Seed) -> tuple[str, ...]:
    """The keys under which ledgers of earlier versions may know a seed."""
    return tuple(f"{each.sha256} {each.url}" for each in seed.former)


def key_of_refused(origin: str) -> str:
    """A document that could not be read as a seed is known by where it lies."""
    return f"unreadable {sha256(place_of(origin).encode())}"


def place_of(origin: str) -> str:
    """An origin wherever the program was called: `seeds/a.txt` is another document in another folder."""
    address = origin.lower().startswith(("http:", "https:"))
    return storable(origin if address else os.path.abspath(origin))  # noqa: PTH100 - the document may be gone


def entry_of_bag(folder: Path) -> Entry | None:
    """What a finished bag's record says of its seed; None where there is no record that says it as ours do."""
    try:
        record = read_record(folder)
        seed, capture, reason = record["seed"], record["capture"], record["capture"]["reason"]
        digest, url, name = seed_digest(folder, record), seed["original_url"], seed["original_name"]
        outcome, verdict, finished = capture["outcome"], record["comparison"]["verdict"], capture["finished"]
    except (StorageError, KeyError, TypeError):
        return None
    with suppress(TypeError):
        return stated_entry(
            key=(digest, url),
            name=name,
            outcome=outcome,
            bag=folder.name,
            verdict=verdict,
            reason=reason,
            updated=finished,
            detail=Answer.of_record(record).detail(outcome),
        )
    return None


def stated_entry(
    *,
    key: tuple[Any, Any],
    name: Any,
    outcome: Any,
    bag: Any,
    verdict: Any,
    reason: Any,
    updated: Any,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """The entry of a seed as a record or a receipt states it; `key` is the digest of the document and its address.
    Raises TypeError where one of them is not what ours would be."""
    words = (*key, name, bag, verdict, updated, reason or "")
    if not all(isinstance(each, str) for each in words) or outcome not in get_args(Outcome):
        raise TypeError
    return Entry(
        key=f"{key[0]} {key[1]}",
        name=name,
        url=key[1],
        outcome=outcome,
        bag=bag,
        verdict=verdict,
        reason=reason or None,
        updated=updated,
        detail=detail,
    )


def storable(text: str) -> str:
    """SQLite takes no lone surrogates, which undecodable file names and hostile records bring along."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
