"""Checks what evidence files state of others: the files that an event of the custody log says were written, the digests
it gives, and the log that bag-info.txt names (docs/bag-format.md, 6).

`custody.py` checks the form of the events and that they follow one another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archiver.digest import digest_stream
from archiver.model import Finding
from archiver.validation.bagit.manifests import RECORD, Reader
from archiver.validation.bagit.tagfiles import Info, read_declaration, read_info
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding

LABEL = "Custody-Log"
_LISTED = "manifest-sha256.txt"
_MOST = 10_000
"""Files of one event that are looked up."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What events are compared with: the files, their digests as far as they are listed, the labels of the bag, and the
    certificate (SHA-256) of each valid signature by its path."""

    tree: Tree
    info: Info
    listed: Mapping[str, str]
    signers: Mapping[str, str]


def facts_of(tree: Tree, events: Iterable[Mapping[str, Any]], signers: Mapping[str, str]) -> Facts:
    """The facts about a bag that its events are compared with."""
    declaration = read_declaration(tree)[0]
    wanted = {path for each in events for path, _ in _digests(each)}
    listed: dict[str, str] = {}
    if _LISTED in tree.files and any(path.startswith("data/") for path in wanted):
        reader = Reader(tree, declaration, _LISTED, tag=False, algorithm="sha256")
        reader.read()
        listed = {path: value.hex() for path in wanted if (value := reader.entries.get(path)) is not None}
    return Facts(tree, read_info(tree, declaration)[0], listed, signers)


def check_statements(facts: Facts, path: str, event: Mapping[str, Any], removed: set[str]) -> Iterator[Finding]:
    """Findings where the event in the file `path` states what is not so; `removed` are the files that later events say
    were taken out."""
    detail = event["detail"]
    if event["event"] in ("signature", "renewal"):
        for each in _texts(detail.get("files")):
            if each not in facts.tree.files and each not in removed:
                yield finding("CUS009", path, file=each)
    for each, stated in _digests(event):
        found = _digest(facts, each)
        if found is None:
            yield finding("CUS009", path, file=each)
        elif found != stated.lower():
            yield finding("CUS010", path, file=each, expected=stated, found=found)
    yield from (
        finding("CUS012", path, statement=what, expected=stated, found=found)
        for what, stated, found in _sides(facts, event["event"], detail, removed)
        if isinstance(stated, str) and found is not None and stated != found
    )


def removed_by(event: Mapping[str, Any]) -> set[str]:
    """The files that an event `replacement` says were taken out: signatures that could never be accepted."""
    rows = event["detail"].get("removed") if event["event"] == "replacement" else None
    found = [_get(row, "file") for row in rows[:_MOST]] if isinstance(rows, list) else []
    return {each for each in found if isinstance(each, str)}


def _sides(
    facts: Facts, event: str, detail: Mapping[str, Any], removed: set[str]
) -> Iterator[tuple[str, object, str | None]]:
    """(a statement in words, what the event says, what the bag says; None where it says nothing)."""
    if event == "sealing":
        bag, captured = detail.get("bag"), detail.get("captured")
        yield "the bag's identifier", _get(bag, "identifier"), _only(facts.info, "External-Identifier")
        yield "when the capture began", _get(captured, "started"), _only(facts.info, "Capture-Date")
    if event == "signature":
        files = [each for each in _texts(detail.get("files")) if each.endswith(".p7s") and each not in removed]
        if files:
            yield "the signer's certificate", detail.get("certificate_sha256"), facts.signers.get(files[0])


def files_of(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """The files that events say were written."""
    named: set[str] = set()
    for each in events:
        named -= removed_by(each)
        named |= set(_texts(each["detail"].get("files"))) if each["event"] == "signature" else set()
    return named


def check_log_is_there(tree: Tree) -> Iterator[Finding]:
    """The custody log that bag-info.txt names and that is not there."""
    for path in read_info(tree, read_declaration(tree)[0])[0].values(LABEL)[:_MOST]:
        if path not in tree.files:
            yield finding("CUS011", path, label=LABEL)


def is_ours(tree: Tree, events: Sequence[str]) -> bool:
    """Whether a bag keeps a custody log of archiver's, or should: whatever signs it then has an event there."""
    return bool(events) or RECORD in tree.files


def _digests(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Paths with the digests that an event gives of them."""
    count = 0
    for rows in event["detail"].values():
        for row in rows if isinstance(rows, list) else ():
            path, digest = _get(row, "path"), _get(row, "sha256")
            if isinstance(path, str) and isinstance(digest, str) and count < _MOST:
                count += 1
                yield path, digest


def _digest(facts: Facts, path: str) -> str | None:
    """The SHA-256 of a file: of the payload as the manifest has it, which fixity compares with the file."""
    if path in facts.listed:
        return facts.listed[path]
    try:
        with facts.tree.open(path) as stream:
            return digest_stream(stream, ("sha256",))[1]["sha256"]
    except (KeyError, OSError):
        return None


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)][:_MOST] if isinstance(value, list) else []


def _get(row: object, name: str) -> object:
    return row.get(name) if isinstance(row, dict) else None


def _only(info: Info, label: str) -> str | None:
    values = info.values(label)
    return values[0] if len(values) == 1 else None
