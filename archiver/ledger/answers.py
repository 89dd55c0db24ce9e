"""What the ledger keeps of an answer that was not the whole article: enough to know whether to ask for it again, and
whether the next answer is the same (docs/capture/outcomes.md)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from archiver.model import Truncation, Unread, UnreadKind
from archiver.model.outcomes import asked_again

PARTIAL = "partial"
"""The class of a captured article whose body was cut."""
WITNESSES = 100
"""That are read of one record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The status and the payload digest of an answer, why it could not be read, and what ended it early; `limit` is the
    largest response, in bytes, that the settings allowed."""

    status: int | None = None
    payload_sha256: str | None = None
    unread: Unread | None = None
    truncated: Truncation | None = None
    limit: int | None = None
    memento: Mapping[str, str] | None = None
    """The web archive's copy that was read: archive, datetime, uri."""
    witnesses: tuple[Mapping[str, Any], ...] = ()
    """Of an original that is gone: who else says so, as in the record."""

    def detail(self, outcome: str) -> dict[str, Any] | None:
        """As a row of the ledger has it; None for an article that was captured whole."""
        if outcome == "captured" and self.truncated is None:
            return {"memento": dict(self.memento)} if self.memento else None
        kind = self.unread.kind if self.unread else PARTIAL if outcome == "captured" else None
        found = {
            "kind": kind,
            "status": self.status,
            "payload_sha256": self.payload_sha256,
            "needs": self.unread.needs if self.unread else None,
            "truncated": self.truncated,
            "limit": self.limit if self.truncated == "length" else None,
            "memento": dict(self.memento) if self.memento else None,
            "witnesses": [dict(each) for each in self.witnesses] or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def is_that_of(self, detail: Mapping[str, Any] | None) -> bool:
        """Whether a row of the ledger is of an answer with this status and payload, both of them known; where nobody
        answered but a web archive, of the same copy there."""
        silent = self.status is None and self.payload_sha256 is None and self.memento is not None
        if detail is None or not (silent or (self.status is not None and self.payload_sha256 is not None)):
            return False
        same = (detail.get("status"), detail.get("payload_sha256")) == (self.status, self.payload_sha256)
        return same and detail.get("memento") == (dict(self.memento) if self.memento else None)

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> "Answer":
        """The answer that a record states, as far as it does: records are hostile until validated."""
        capture = record.get("capture")
        capture = capture if isinstance(capture, Mapping) else {}
        status, digest, truncated = (capture.get(name) for name in ("status", "payload_sha256", "truncated"))
        return cls(
            status=status if isinstance(status, int) else None,
            payload_sha256=digest if isinstance(digest, str) else None,
            unread=_unread(capture.get("unread")),
            truncated=truncated if truncated in get_args(Truncation) else None,
            limit=_limit(record),
            memento=_memento(capture.get("memento")),
            witnesses=_witnesses(capture.get("witnesses")),
        )


def ask_again(
    outcome: str, detail: Mapping[str, Any] | None, *, retry: bool = False, able: Collection[str] = ()
) -> bool:
    """Whether a seed whose row of the ledger has this outcome and detail is asked for again."""
    detail = detail or {}
    if outcome == "failed" and detail.get("memento"):  # an archive's copy was read: there is a bag with the article
        return retry
    unread = _unread({"kind": detail.get("kind"), "needs": detail.get("needs")}) if outcome == "unread" else None
    truncated = detail.get("truncated") if outcome == "captured" else None
    return asked_again(outcome, unread, truncated, retry=retry, able=able)


def _unread(value: object) -> Unread | None:
    if not isinstance(value, Mapping):
        return None
    kind, needs = value.get("kind"), value.get("needs")
    known: dict[object, UnreadKind] = {each: each for each in get_args(UnreadKind)}
    if kind not in known:
        return None
    return Unread(kind=known[kind], needs=needs if isinstance(needs, str) else None)


def _memento(value: object) -> dict[str, str] | None:
    stated = value if isinstance(value, Mapping) else {}
    found = {name: stated.get(name) for name in ("archive", "datetime", "uri")}
    known = {name: each for name, each in found.items() if isinstance(each, str)}
    return known if len(known) == len(found) else None


def is_confirmed(witnesses: object) -> bool:
    """Whether a run of ours is among the witnesses."""
    known = witnesses if isinstance(witnesses, (list, tuple)) else ()
    return any(isinstance(each, Mapping) and each.get("kind") == "run" for each in known)


def _witnesses(value: object) -> tuple[Mapping[str, Any], ...]:
    stated = [each for each in value[:WITNESSES] if isinstance(each, Mapping)] if isinstance(value, list) else []
    names = ("kind", "archive", "uri", "datetime", "status", "bag")
    return tuple({name: found for name in names if isinstance(found := each.get(name), (str, int))} for each in stated)


def _limit(record: Mapping[str, Any]) -> int | None:
    found: Any = record
    for name in ("configuration", "limits", "response_bytes"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, int) else None
