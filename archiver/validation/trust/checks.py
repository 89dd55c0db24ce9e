"""Signatures, timestamps and custody of one bag, as far as there are any; without them nothing is loaded for it."""

from archiver.errors import UsageError
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.trust.custody import check_custody, find_events
from archiver.validation.trust.policy import Trust

__all__ = ["Trust", "check_trust"]


def check_trust(tree: Tree, trust: Trust) -> tuple[set[str], list[Finding]]:
    """(the checks that could be made, what was found) for the files in `signatures/`.

    Raises UsageError where signatures are demanded and the extra that reads them is not installed.
    """
    files = [each for each in tree.files if each.startswith("signatures/")] if "signatures" in tree.folders else []
    made: set[str] = set()
    findings: list[Finding] = []
    events = find_events(tree) if files else []
    signed: set[str] = set()
    if trust.is_demanded or any(not each.startswith("signatures/custody/") or ".json." in each for each in files):
        try:
            from archiver.validation.trust.signatures import check_signatures
        except UsageError as error:
            if trust.is_demanded:
                raise
            findings.append(finding("SIG008", "signatures", reason=error))
        else:
            made, findings, signed = check_signatures(tree, events, trust)
    if events:
        made.add("custody")
    return made, findings + check_custody(tree, events, signed, sealed="signature" in made)
