"""Checks the opening of a job's bracket: that its token is a timestamp of its statement, that record and WARC name it,
and whose it is (docs/keep/bracket.md; RFC 3161).

The closing is over the seals of bags, and therefore in none of them: it is looked for beside the bag (`closing.py`).
"""

import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from archiver.digest import sha256
from archiver.errors import UsageError
from archiver.model import Finding
from archiver.model.bracket import FIELD, FOLDER, OPENING_FILES
from archiver.validation.bagit.tree import Tree
from archiver.validation.payload.authority import authority_of
from archiver.validation.payload.closing import check_closing
from archiver.validation.payload.provenance import RECORD, Record, parsed
from archiver.validation.payload.wacz import Digest
from archiver.validation.rules.registry import finding
from archiver.validation.trust.policy import Trust

PLACE = f"data/{FOLDER}"
_FILES = _STATEMENT, _TOKEN, _CERTIFICATES = tuple(PLACE + name for name in OPENING_FILES)
_SEAL = "tagmanifest-sha256.txt"
_BYTES = 1 << 20
"""Bytes of a file of the opening that are read."""
_HEAD = 1 << 16
"""Bytes of a WARC file in which its first record ends."""
_SLACK = timedelta(minutes=10)
"""By which the clocks of a machine and an authority may differ."""


def check_bracket(
    tree: Tree, record: Record, warc: str, digest: Digest, trust: Trust, bag: Path | None = None
) -> tuple[set[str], list[Finding]]:
    """(the check that was made, what it found); nothing of bags whose job had no bracket. `warc` is the capture's;
    beside `bag`, where it is given, the closing is looked for."""
    if record.get(dict, "bracket") is None:
        return set(), [finding("BRK007", path) for path in tree.payload if path.startswith(PLACE)]
    missing = [path for path in _FILES if path not in tree.files]
    found = [finding("REC003", RECORD, field="bracket", expected=path) for path in missing]
    if missing:
        return set(), found
    try:
        found += _named(tree, record, warc, digest)
        found += _token(tree, record, trust)
        found += check_closing(bag, digest(_SEAL) if _SEAL in tree.files else None, record, trust)
    except UsageError as error:
        return set(), [*found, finding("BRK008", _TOKEN, reason=error)]
    except OSError as error:
        return set(), [*found, finding("BRK008", _TOKEN, reason=error.strerror or error)]
    return {"bracket"}, found


def _named(tree: Tree, record: Record, warc: str, digest: Digest) -> Iterator[Finding]:
    """Whether record and WARC name the token that is in the bag."""
    stated = _stated(record)
    if stated != (there := digest(_TOKEN)):
        yield finding("BRK001", _TOKEN, expected=stated, found=there)
    if warc in tree.files and (named := _field(tree, warc)) != f"sha256:{stated}":
        yield finding("BRK004", warc, expected=f"sha256:{stated}", found=named or "nothing")


def _field(tree: Tree, warc: str) -> str:
    """What the first record of a WARC file says of a bracket; "" for nothing."""
    try:
        with tree.open(warc) as stream:
            record = zlib.decompressobj(31).decompress(stream.read(_HEAD), _HEAD)
    except (OSError, zlib.error):
        return ""
    lines = record.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[0].split(b"\r\n")
    pairs = (line.decode("utf-8", "replace").partition(":") for line in lines)
    return " ".join(value.strip() for name, _, value in pairs if name.strip().lower() == FIELD)


def _token(tree: Tree, record: Record, trust: Trust) -> Iterator[Finding]:
    """What is wrong with the token, and whose it is. Raises UsageError without what reads it, OSError."""
    from archiver.cms.read import InvalidCms, read_timestamp

    statement, token, carried = (_read(tree, path) for path in _FILES)
    try:
        stamp = read_timestamp(token, statement)
    except InvalidCms as error:
        yield finding("BRK002", _TOKEN, reason=error.reason)
        return
    moment = f"{stamp.time:%Y-%m-%dT%H:%M:%SZ}"
    yield from _contradictions(record, statement, moment if sha256(token) == _stated(record) else None)
    began = record.time("capture", "started")
    if began is not None and began < stamp.time:
        code = "BRK006" if stamp.time - began <= _SLACK else "BRK005"
        yield finding(code, RECORD, expected=f"after {stamp.time}", found=began)
    who = authority_of(stamp, carried, trust)
    about = {"time": moment, "who": who.name}
    if who.why_not:
        yield finding("BRK011", _TOKEN, **about, reason=who.why_not)
    else:
        yield finding("BRK010" if who.root else "BRK009", _TOKEN, **about, root=who.root)


def _stated(record: Record) -> str | None:
    return record.get(str, "bracket", "sha256")


def _contradictions(record: Record, statement: bytes, moment: str | None) -> Iterator[Finding]:
    """What the record says otherwise than the statement and, unless its token is another, `moment`."""
    try:
        said = parsed(statement)
    except ValueError as error:
        yield finding("BRK002", _STATEMENT, reason=f"the statement is not JSON: {error}")
        return
    job = said.get("job") if isinstance(said, dict) else None
    if job != (stated := record.get(str, "bracket", "job")):
        yield finding("BRK003", RECORD, field="bracket.job", expected=job, found=stated)
    if (time := record.get(str, "bracket", "time")) != moment and moment is not None:
        yield finding("BRK003", RECORD, field="bracket.time", expected=moment, found=time)


def _read(tree: Tree, path: str) -> bytes:
    with tree.open(path) as stream:
        return stream.read(_BYTES)
