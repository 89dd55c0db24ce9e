"""Signatures, timestamps and custody of one bag, as far as there are any; without them nothing is loaded for it."""

from archiver.errors import UsageError
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.trust.custody import check_custody, find_events, read_events
from archiver.validation.trust.policy import Trust
from archiver.validation.trust.statements import files_of, is_ours

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
    signers: dict[str, str] = {}
    if trust.is_demanded or any(not each.startswith("signatures/custody/") or ".json." in each for each in files):
        try:
            import archiver.cms  # noqa: F401 - before all that needs it: says in one line what is not installed
            from archiver.validation.trust.signatures import check_signatures
        except UsageError as error:
            if trust.is_demanded:
                raise
            findings.append(finding("SIG008", "signatures", reason=error))
        else:
            made, findings, signed, signers = check_signatures(tree, events, trust)
    if events:
        made.add("custody")
    signatures = [each for each in files if each.endswith(".p7s") and not each.startswith("signatures/custody/")]
    if signatures and is_ours(tree, events):
        stated = files_of(read_events(tree, events).values())
        findings += [finding("SIG010", each) for each in signatures if each not in stated]
    return made, findings + check_custody(tree, events, signed, signers, sealed="signature" in made)
