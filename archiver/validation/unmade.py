"""Why a check was not made, in words: a report that only says `not checked` leaves its reader to guess."""

from collections.abc import Iterable, Sequence

from archiver.model import Finding
from archiver.validation.bagit.line_ends import CONVERTED
from archiver.validation.bagit.manifests import RECORD
from archiver.validation.bagit.tree import Tree

_OF_RECORD = frozenset(("record", "text", "seed", "wacz", "crate", "extraction", "completeness"))
_UNSIGNED = {
    "signature": "there is no signature file",
    "timestamp": "there is no timestamp",
    "trust": "no roots to trust were given, or nothing is signed",
    "revocation": "nothing about revocation was kept, or nothing is signed",
    "custody": "there is no custody log",
}
_OTHERS = {
    "warc": "the payload holds no WARC file",
    "tag-fixity": "there is no tag manifest that can be checked",
    "bracket": "the opening token of its job is not there, or cannot be read here",
    "second-opinion": "bagit-python cannot be asked about this bag",
}
_SAID_BY = {"extraction": ("TXT010",), "completeness": ("TXT007", "TXT010"), "bracket": ("BRK008",)} | dict.fromkeys(
    ("signature", "timestamp", "trust", "revocation"), ("SIG008",)
)
"""Findings that say why their check was not made."""


def reasons(tree: Tree | None, unmade: Iterable[str], findings: Sequence[Finding]) -> dict[str, str]:
    """The reason for each check that was not made."""
    return {name: _reason(tree, name, findings) for name in unmade}


def _reason(tree: Tree | None, name: str, findings: Sequence[Finding]) -> str:
    if tree is None:
        return "there is no bag that can be read"
    said = next((each.message for each in findings if each.code in _SAID_BY.get(name, ())), None)
    if said is not None:
        return said.partition(": ")[2] or said
    if any(each.code == CONVERTED for each in findings):
        return f"line ends were converted ({CONVERTED}): it would speak of other bytes than those that were sealed"
    if name in _OF_RECORD:
        return "its record cannot be read" if RECORD in tree.files else f"there is no {RECORD}"
    if name in _UNSIGNED:
        return _UNSIGNED[name] if "signatures" in tree.folders else "the bag has no folder of signatures"
    return _OTHERS.get(name, "the bag does not have what it checks")
