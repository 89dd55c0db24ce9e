"""Reads the chain of signatures and timestamps over a file of a bag: the links, each over the one before, the tokens of
several authorities side by side, and renewals (docs/keep/signatures.md).

    F.p7s                     a signature of F
    F.tsr, F.2.tsr, F.3.tsr   timestamps of F by several authorities: one that is good proves
    F.sha512, F.sha512.tsr    a renewal: SHA-512 of all that is to be renewed, and the timestamps of that list
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from archiver.cms.read import LARGEST, InvalidCms, Signature, Timestamp, read_signature, read_timestamp
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.trust.renewal_lists import RenewalList, check_list

FOLDER = "signatures/"
SIDE_BY_SIDE = 9
"""Timestamps of one file."""
RENEWAL = ".sha512"
_LINKS = 64
_SIGNED = 64 << 20
"""Bytes of what is signed: a tag manifest, an event, another link."""
_WHY = {"malformed": "001", "algorithm": "002", "content": "003", "signature": "004"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One file of a chain, the file it signs or timestamps, and its content; None where it is not valid. `ended` is the
    content of a timestamp by an algorithm that has ended, which counts only if it was renewed before."""

    path: str
    over: str
    content: Signature | Timestamp | None
    ended: Timestamp | None = None
    renews: RenewalList | None = None
    """The list of a renewal that this timestamps."""

    @property
    def kind(self) -> str:
        return "TSR" if self.path.endswith(".tsr") else "SIG"

    @property
    def signature(self) -> Signature | None:
        return self.content.signature if isinstance(self.content, Timestamp) else self.content


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A renewal that is proven: what it covers, when it was made, and its list (revocation data lie beside that)."""

    time: datetime
    covers: Mapping[str, bool]
    path: str


def read_chain(tree: Tree, start: str) -> tuple[list[ChainLink], list[Finding], set[str]]:
    """(the links over a file, what is wrong with them, the lists of renewals)."""
    links: list[ChainLink] = []
    findings: list[Finding] = []
    lists: set[str] = set()
    last, folder = start, FOLDER if "/" not in start else f"{start.rpartition('/')[0]}/"
    while len(links) < _LINKS:
        name = f"{folder}{last.rpartition('/')[2]}"
        if f"{name}.p7s" in tree.files:
            paths = [f"{name}.p7s"]
        else:
            paths = [each for each in _stamps(name) if each in tree.files]
        if paths:
            found = [_link(tree, path, last, findings) for path in paths]
        elif name + RENEWAL in tree.files:
            listed = name + RENEWAL
            lists.add(listed)
            renews, wrong = check_list(tree, listed, [each.path for each in links])
            findings += wrong
            found = [_link(tree, each, listed, findings, renews) for each in _stamps(listed) if each in tree.files]
            if not found:
                findings.append(finding("TSR011", listed))
                break
            paths = [f"{listed}.tsr"]
        else:
            break
        links += found
        last = paths[0] if paths[0].endswith(".p7s") else _first(found[0].over, folder)
    return links, findings, lists


def _first(over: str, folder: str) -> str:
    """The name of the first timestamp of a file, from which what is over it has its name."""
    return f"{folder}{over.rpartition('/')[2]}.tsr"


def _stamps(name: str) -> Iterator[str]:
    yield f"{name}.tsr"
    yield from (f"{name}.{number}.tsr" for number in range(2, SIDE_BY_SIDE + 1))


def _link(tree: Tree, path: str, last: str, findings: list[Finding], renews: RenewalList | None = None) -> ChainLink:
    kind, content, ended = "TSR" if path.endswith(".tsr") else "SIG", None, None
    try:
        data, over = read_file(tree, path, LARGEST), read_file(tree, last, _SIGNED)
        try:
            content = read_timestamp(data, over) if kind == "TSR" else read_signature(data, over)
        except InvalidCms as error:
            findings.append(finding(f"{kind}{_WHY[error.why]}", path, signed=last, reason=error.reason))
            if error.why == "algorithm" and kind == "TSR":
                ended = _ended(data, over)
    except OSError as error:
        findings.append(finding(f"{kind}001", path, reason=error.strerror or error))
    return ChainLink(path=path, over=last, content=content, ended=ended, renews=renews)


def _ended(data: bytes, over: bytes) -> Timestamp | None:
    try:
        return read_timestamp(data, over, ended=True)
    except InvalidCms:
        return None


def read_file(tree: Tree, path: str, limit: int) -> bytes:
    """A file of the bag; one byte more than the limit of one that is larger. Raises OSError."""
    if path not in tree.files:
        raise OSError(f"{path} is not there")
    with tree.open(path) as stream:
        return stream.read(limit + 1)
