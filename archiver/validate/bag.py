"""The validation of one bag, top to bottom: structure, fixity, then what its record says (RFC 8493; DESIGN 6.5).

No finding stops it; what cannot be checked is said to be `not checked`. It changes nothing, follows no link, and reads
nothing outside the bag. Bags without `data/provenance.json` are judged as bags only.
"""

from collections.abc import Iterable
from pathlib import Path

from archiver.errors import StorageError
from archiver.model import Finding, Judgement, Report
from archiver.validate.archives import opened
from archiver.validate.fixity import check_fixity
from archiver.validate.manifests import check_fetch, compare, read_manifests
from archiver.validate.payload import check_payload
from archiver.validate.record import RECORD
from archiver.validate.rules import CHECKS, RULES, finding
from archiver.validate.second import second_opinion as ask_bagit
from archiver.validate.tagfiles import read_declaration, read_info
from archiver.validate.tree import Tree


def validate_bag(path: Path, *, second_opinion: bool = False, cores: int = 1) -> Report:
    """All findings about the bag at `path`, a folder or serialised, and a verdict for each check; what is unreadable
    inside is a finding. Files are hashed on so many cores.

    Raises StorageError where there is nothing at `path`, or its folder may not be listed.
    """
    try:
        with opened(path) as (tree, findings):
            if tree is None:
                return _report(path, set(), findings)
            made = _judge(tree, findings, cores=cores, second_opinion=second_opinion)
            return _report(path, made, findings)
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error


def _judge(tree: Tree, findings: list[Finding], *, cores: int, second_opinion: bool) -> set[str]:
    """Add what is wrong with a bag to the findings; the checks that were made."""
    made = {"structure", "fixity"}
    # 1. Structure: the declaration, the metadata, the manifests against the disk.
    declaration, more = read_declaration(tree)
    findings += more
    if "data" not in tree.folders:
        findings.append(finding("BAG007", "data"))
    info, more = read_info(tree, declaration)
    findings += more
    manifests, more = read_manifests(tree, declaration)
    findings += more
    findings += compare(tree, declaration, manifests)
    findings += check_fetch(tree, declaration, manifests)
    # 2. Fixity: every file once.
    if any(manifest.tag and manifest.algorithm for manifest in manifests):
        made.add("tag-fixity")
    findings += check_fixity(tree, manifests, cores=cores)
    # 3. The record and what it speaks of.
    if RECORD in tree.files:
        checked, more = check_payload(tree, info)
        made |= checked
        findings += more
    # 4. Somebody else's view.
    if second_opinion:
        made.add("second-opinion")
        ok = not any(each.severity == "error" for each in findings)
        safe = not tree.odd and not any(each.code == "BAG043" for each in findings)
        findings += ask_bagit(tree.root, ok=ok, safe=safe)
    return made


def _report(path: Path, made: set[str], findings: Iterable[Finding]) -> Report:
    """Findings in the order of path and code; a check failed where an error of its rules was found."""
    in_order = tuple(sorted(findings, key=lambda each: (each.path, each.code, each.message)))
    failed = {RULES[each.code].check for each in in_order if each.severity == "error"}
    checks: dict[str, Judgement] = {}
    for name in (*CHECKS, *sorted(made - set(CHECKS))):
        checks[name] = "failed" if name in failed else "passed" if name in made else "not checked"
    if any(each.code == "BAG072" for each in in_order):
        checks["second-opinion"] = "not checked"
    return Report(bag=str(path), checks=checks, findings=in_order)
