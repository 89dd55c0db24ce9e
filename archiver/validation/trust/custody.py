"""The custody log, `signatures/custody/NNNN-<event>.json`: whether its events follow one another (docs/adr/0009)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from archiver.digest import digest_stream, sha256
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.trust.statements import Facts, check_statements, facts_of, removed_by

FOLDER = "signatures/custody/"
EVENT_BYTES = 1 << 20
_SEALED = "tagmanifest-sha256.txt"
_EVENT = re.compile(r"(\d{4,9})-([a-z][a-z-]{0,40})\.json", re.ASCII)
_LINK = re.compile(r"((\.p7s|(\.[2-9])?\.tsr)+)(\.crt|\.crl|\.ocsp)?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_FIELDS: dict[str, Any] = {
    "version": int,
    "number": int,
    "event": str,
    "time": str,
    "agent": dict,
    "outcome": str,
    "detail": dict,
    "seal": str,
}


def find_events(tree: Tree) -> list[str]:
    """The files of the events, in the order of their numbers."""
    found = [(match, path) for path in tree.files if (match := _match(path))]
    return [path for _, path in sorted((int(match[1]), path) for match, path in found)]


def read_events(tree: Tree, events: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The events that can be read, by path."""
    return {path: fields for path in events if (fields := _read(tree, path)[1]) is not None}


def check_custody(
    tree: Tree, events: Sequence[str], signed: set[str], signers: Mapping[str, str], *, sealed: bool
) -> list[Finding]:
    """What is wrong with the log, and what it states that is not so; `signed` are the events that carry a valid
    signature, `signers` the certificates of valid signatures by path, `sealed` whether the bag itself has one."""
    findings: list[Finding] = []
    seal = _digest(tree, _SEALED)
    before: bytes | None = None
    last_time: datetime | None = None
    last_number = 0
    read: dict[str, dict[str, Any]] = {}
    for path in events:
        match = _match(path)
        assert match is not None, "find_events names events only"
        number = int(match[1])
        if number == last_number:
            findings.append(finding("CUS008", path))
        elif number != last_number + 1:
            findings.append(finding("CUS002", path, missing=last_number + 1))
        data, fields, reason = _read(tree, path)
        if fields is None:
            findings.append(finding("CUS001", path, reason=reason))
        else:
            read[path] = fields
            if (fields["number"], fields["event"]) != (number, match[2]):
                findings.append(finding("CUS001", path, reason="its number or event is another than its name says"))
            expected = None if before is None else sha256(before)
            if fields.get("previous") != expected:
                findings.append(finding("CUS003", path, expected=expected, found=fields.get("previous")))
            if fields["seal"] != seal:
                findings.append(finding("CUS004", path, expected=seal, found=fields["seal"]))
            time = datetime.fromisoformat(fields["time"])
            if last_time is not None and time < last_time:
                findings.append(finding("CUS005", path, expected=f"not before {last_time}", found=fields["time"]))
            last_time = time
        before, last_number = data, number
    if read:
        facts = facts_of(tree, read.values(), signers)
        findings += _statements(facts, read, signed)
    known = frozenset(events)
    findings += [finding("CUS006", path) for path in tree.files if path.startswith(FOLDER) and not _known(path, known)]
    last_signed = max((number for number, path in enumerate(events) if path in signed), default=-1)
    unsigned = events[last_signed + 1 :]
    if unsigned and (signed or sealed):  # where nobody signs, nothing was promised
        findings.append(finding("CUS007", unsigned[0], found=f"{len(unsigned)} of {len(events)} events"))
    return findings


def _statements(facts: Facts, read: Mapping[str, Mapping[str, Any]], signed: set[str]) -> Iterator[Finding]:
    """What the events state that is not so, and what they say was taken out."""
    removed, vouched = set[str](), False
    for path, fields in reversed(list(read.items())):
        vouched = vouched or path in signed
        yield from check_statements(facts, path, fields, removed)
        for each in sorted(removed_by(fields)):
            yield finding("CUS014" if vouched else "CUS013", path, file=each, reason=fields["detail"].get("reason"))
        removed |= removed_by(fields)


def _match(path: str) -> re.Match[str] | None:
    return _EVENT.fullmatch(path.removeprefix(FOLDER)) if path.startswith(FOLDER) else None


def _known(path: str, events: frozenset[str]) -> bool:
    event, dot, rest = path.partition(".json")
    return event + dot in events and (not rest or _LINK.fullmatch(rest) is not None)


def _read(tree: Tree, path: str) -> tuple[bytes | None, dict[str, Any] | None, str]:
    """(its bytes, the event, why there is none)."""
    try:
        with tree.open(path) as stream:
            data = stream.read(EVENT_BYTES + 1)
    except OSError as error:
        return None, None, error.strerror or str(error)
    if len(data) > EVENT_BYTES:
        return data, None, f"it has more than {EVENT_BYTES} bytes"
    try:
        fields = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return data, None, f"it is not JSON: {str(error)[:100]}"
    if not isinstance(fields, dict):
        return data, None, "it is not an object"
    wrong = next((name for name, kind in _FIELDS.items() if type(fields.get(name)) is not kind), None)
    wrong = wrong or ("previous" if "previous" not in fields else None)
    if (
        wrong
        or fields["version"] != 1
        or fields["outcome"] not in ("success", "failure")
        or not _is_time(fields["time"])
    ):
        return data, None, f"{wrong or 'version, outcome or time'} is missing, or not what it should be"
    return data, fields, ""


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _TIME.fullmatch(text) is not None


def _digest(tree: Tree, path: str) -> str | None:
    try:
        with tree.open(path) as stream:
            return digest_stream(stream, ("sha256",))[1]["sha256"]
    except (KeyError, OSError):
        return None
