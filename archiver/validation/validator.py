"""Validates one bag, top to bottom: structure, fixity, then what its record says (RFC 8493; docs/bag-format.md).

No finding stops it; what cannot be checked is said to be `not checked`. It changes nothing, follows no link, and reads
nothing outside the bag. Bags without `data/provenance.json` are judged as bags only, and what the others need is
imported for them alone: to start is a good part of judging a small bag.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.errors import StorageError
from archiver.model import Finding, Judgement, Report
from archiver.validation.bagit.fixity import check_fixity
from archiver.validation.bagit.manifests import MEMBERS, RECORD, SEALED, check_fetch, compare, read_manifests
from archiver.validation.bagit.tagfiles import check_oxum, read_declaration, read_info
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import CHECKS, RULES, STRICT, finding
from archiver.validation.serialized.open_archive import opened
from archiver.validation.trust.policy import Trust

if TYPE_CHECKING:
    from archiver.validation.bagit.profile import Profile
    from archiver.validation.payload.re_extraction import Reread


_WEB_ARCHIVES = (".warc", ".warc.gz", ".warc.zst", ".wacz")


def validate_bag(
    path: Path,
    *,
    profile: "Profile | None" = None,
    reread: "Reread | None" = None,
    trust: Trust | None = None,
    second_opinion: bool = False,
    strict: bool = False,
    cores: int = 1,
) -> Report:
    """All findings about the bag at `path`, a folder or serialised, and a verdict for each check; what is unreadable
    inside is a finding.

    On request it is held against a `profile`; its text is extracted again by `reread`; bagit-python is asked; `strict`,
    what custom forgives is an error; signatures are judged by `trust`. Files are hashed on so many `cores`. Raises
    StorageError where there is nothing at `path`, or its folder may not be listed; UsageError where signatures are
    demanded and cannot be read here.
    """
    try:
        with opened(path) as (tree, findings):
            options: dict[str, Any] = {"profile": profile, "reread": reread, "trust": trust, "strict": strict}
            return validate_tree(tree, str(path), findings, second_opinion=second_opinion, cores=cores, **options)
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error


def validate_tree(
    tree: Tree | None,
    name: str,
    findings: Sequence[Finding] = (),
    *,
    profile: "Profile | None" = None,
    reread: "Reread | None" = None,
    trust: Trust | None = None,
    second_opinion: bool = False,
    strict: bool = False,
    cores: int = 1,
) -> Report:
    """The same for a bag that is a tree already (None: it is none, and the findings say why). Raises OSError for help
    that is gone, UsageError as above."""
    wanted = {"profile": profile is not None, "extraction": reread is not None, "second-opinion": second_opinion}
    asked = [*CHECKS, *(each for each, is_wanted in wanted.items() if is_wanted)]
    made: set[str] = set()
    found = list(findings)
    if tree is not None:
        demands = trust or Trust()
        found += _judge(tree, made, profile=profile, reread=reread, second_opinion=second_opinion, cores=cores)
        if SEALED in tree.files:
            asked.append("original")
        found += _trust_of_derived(tree, made, demands) if SEALED in tree.files else _trust(tree, made, demands)
        if MEMBERS in tree.files:
            from archiver.validation.package.group_bag import check_group, is_group

            if is_group(tree):
                asked.append("members")
                # The group is what must be signed; what there is of signatures inside is judged by the same roots.
                checked, more = check_group(tree, partial(_member, reread=reread, trust=demands.without_demands))
                made |= checked
                found += more
    if strict:
        found = [replace(each, severity="error") if each.code in STRICT else each for each in found]
    return _report(name, asked, made, found)


def _trust(tree: Tree, made: set[str], demands: Trust) -> list[Finding]:
    if "signatures" not in tree.folders and not demands.is_demanded:
        return []
    from archiver.validation.trust.checks import check_trust

    checked, findings = check_trust(tree, demands)
    made |= checked
    return findings


def _trust_of_derived(tree: Tree, made: set[str], demands: Trust) -> list[Finding]:
    """The seal of the original, and who signed it, vouch for what was made of it too: it has its payload."""
    from archiver.validation.package.derived_bag import below, sealed_part

    sealed = sealed_part(tree)
    is_signed = any(f"signatures/tagmanifest-sha256.txt{end}" in tree.files for end in (".p7s", ".tsr"))
    if is_signed:
        return _trust(tree, made, demands) + below(_trust(sealed, set(), demands.without_demands))
    return below(_trust(sealed, made, demands)) + _trust(tree, set(), demands.without_demands)


def _member(tree: Tree, *, reread: "Reread | None", trust: Trust) -> tuple[set[str], list[Finding]]:
    """(the checks that were made, what was found) for a bag in a group; that it is signed says nothing of the group."""
    made: set[str] = set()
    findings = _judge(tree, made, profile=None, reread=reread, second_opinion=False, cores=1)
    return made, findings + _trust(tree, set(), trust)


def _judge(
    tree: Tree,
    made: set[str],
    *,
    profile: "Profile | None",
    reread: "Reread | None",
    second_opinion: bool,
    cores: int,
) -> list[Finding]:
    """What is wrong with the bag in a tree; the checks that are made are added to `made`."""
    made |= {"structure", "fixity"}
    # 1. Structure: the declaration, the metadata, the manifests against the disk.
    declaration, findings = read_declaration(tree)
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
    more, payload = check_fixity(tree, manifests, cores=cores)
    findings += more
    findings += check_oxum(tree, info, declaration.info, payload)
    # 3. The record and what it speaks of.
    if RECORD in tree.files:
        from archiver.validation.payload.payload import check_payload

        checked, more = check_payload(tree, info, reread)
        made |= checked
        findings += more
    elif any(path.lower().endswith(_WEB_ARCHIVES) for path in tree.payload):
        from archiver.validation.warc.guests import check_guests

        read, more = check_guests(tree, ())
        made |= {"warc"} if read else set()
        findings += more
    if SEALED in tree.files:
        from archiver.validation.package.derived_bag import check_derived

        made.add("original")
        findings += check_derived(tree, info, manifests)
    # 4. What a receiver demands.
    if profile is not None:
        from archiver.validation.bagit.profile import check_profile

        made.add("profile")
        findings += check_profile(profile, tree, declaration, info, manifests)
    # 5. Somebody else's view.
    if second_opinion:
        from archiver.validation.bagit.bagit_python import second_opinion as ask_bagit

        ok = not any(each.severity == "error" for each in findings)
        safe = not tree.odd and not any(each.code == "BAG043" for each in findings)
        views = list(ask_bagit(tree.root, ok=ok, safe=safe))
        made |= {"second-opinion"} if safe else set()
        findings += views
    return findings


def _report(bag: str, asked: Sequence[str], made: set[str], findings: Sequence[Finding]) -> Report:
    """Findings in the order of path and code; a check failed where an error of its rules was found."""
    in_order = tuple(sorted(findings, key=lambda each: (each.path, each.code, each.message)))
    failed = {RULES[each.code].check for each in in_order if each.severity == "error"}
    failed -= {"second-opinion"} - made  # BAG072: it was asked for, and could not be had
    checks: dict[str, Judgement] = {
        name: "failed" if name in failed else "passed" if name in made else "not checked" for name in asked
    }
    return Report(bag=bag, checks=checks, findings=in_order)
