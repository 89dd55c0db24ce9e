"""Validates one bag, top to bottom: structure, fixity, then what its record says (RFC 8493; docs/bag-format.md).

No finding stops it; what cannot be checked is reported as `not checked`. It changes nothing, follows no link, and reads
nothing outside the bag but what archiver keeps beside it: private facts, the closing of its job. Bags without
`data/provenance.json` are validated as bags only. Modules that few bags need are imported when one does: start-up is a
good part of the time a small bag takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archiver.errors import StorageError
from archiver.model import Finding, Judgement, Report
from archiver.model.seal_file import SEAL
from archiver.validation.bagit.fixity import check_fixity
from archiver.validation.bagit.line_ends import CONVERTED, without_conversion
from archiver.validation.bagit.manifests import MEMBERS, RECORD, SEALED, check_fetch, compare, read_manifests
from archiver.validation.bagit.tagfiles import check_oxum, read_declaration, read_info
from archiver.validation.bagit.tree import Tree
from archiver.validation.bounded import Findings
from archiver.validation.rules.registry import CHECKS, RULES, STRICT, finding
from archiver.validation.serialized.open_archive import opened
from archiver.validation.trust.policy import Trust
from archiver.validation.unmade import reasons

if TYPE_CHECKING:
    from archiver.validation.bagit.profile import Profile
    from archiver.validation.payload.re_extraction import Reread


OPENING = "data/evidence/bracket/opening.json"
SecondOpinion = bool | Literal["required"]
_WEB_ARCHIVES = (".warc", ".warc.gz", ".warc.zst", ".wacz")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationOptions:
    """What is checked besides the bag itself, and how; the fields are explained at `validate_bag`."""

    profile: "Profile | None" = None
    reread: "Reread | None" = None
    trust: Trust = field(default_factory=Trust)
    second_opinion: SecondOpinion = False
    strict: bool = False
    cores: int = 1
    beside: Path | None = None
    """The path of the bag: what is kept beside it is looked at. None: it is not looked for."""


def validate_bag(
    path: Path,
    *,
    profile: "Profile | None" = None,
    reread: "Reread | None" = None,
    trust: Trust | None = None,
    second_opinion: SecondOpinion = False,
    strict: bool = False,
    cores: int = 1,
) -> Report:
    """Validate the bag at `path`, a folder or serialised; returns all findings and a verdict for each check. What is
    unreadable inside the bag is a finding.

    `profile` is a BagIt profile to validate against; `reread` extracts the text again from the WARC; `trust` says which
    signatures are required and whose are trusted; with `second_opinion` bagit-python is asked as well ("required": also
    where it is known to misread bags, its word decides); with `strict`
    tolerated deviations are errors. Files are hashed on `cores` cores.

    Raises StorageError where there is nothing at `path` or its folder may not be listed, UsageError where signatures
    are required and the extra that reads them is not installed.
    """
    options = ValidationOptions(
        profile=profile,
        reread=reread,
        trust=trust or Trust(),
        second_opinion=second_opinion,
        strict=strict,
        cores=cores,
        beside=path,
    )
    try:
        with opened(path) as (tree, findings):
            signed = None
            if (
                tree is not None
                and path.is_dir()
                and path.absolute().with_name(f"{path.resolve().name}.{SEAL}.p7s").exists()
            ):
                from archiver.validation.trust.beside import with_signatures_beside

                signed = with_signatures_beside(tree, path)
            return validate_tree(tree, str(path), findings, options=options, signed=signed)
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error


def validate_tree(
    tree: Tree | None,
    name: str,
    findings: Sequence[Finding] = (),
    *,
    options: ValidationOptions | None = None,
    signed: Tree | None = None,
) -> Report:
    """Validate a bag that is a tree already (None: there is no bag, and the findings say why); `signed` is the same
    with signatures that lie beside it. Raises OSError where temporary files cannot be used, UsageError as
    `validate_bag` does."""
    options = options or ValidationOptions()
    on_request = {
        "profile": options.profile is not None,
        "extraction": options.reread is not None,
        "completeness": options.reread is not None,
        "second-opinion": options.second_opinion,
    }
    asked = [*CHECKS, *(each for each, is_asked in on_request.items() if is_asked)]
    made: set[str] = set()
    found = Findings(findings)
    if tree is not None:
        demands = options.trust
        found += _check(tree, made, options)
        if "bracket" in made or OPENING in tree.files:
            asked.append("bracket")
        if SEALED in tree.files:
            asked.append("original")
        if not any(each.code == CONVERTED for each in found):
            found += (
                _trust_of_derived(tree, made, demands)
                if SEALED in tree.files
                else _trust(signed or tree, made, demands)
            )
        if MEMBERS in tree.files:
            from archiver.validation.package.group_bag import check_group, is_group

            if is_group(tree):
                asked.append("members")
                # The group must be signed, its members need not be; their signatures are judged by the same roots.
                of_member = ValidationOptions(reread=options.reread, trust=demands.without_demands)
                checked, more = check_group(tree, partial(_member, options=of_member))
                made |= checked
                found += more
    summed_up = list(found.summed_up())
    harder = STRICT if options.strict else _LOG if _needs_log(options) else frozenset[str]()
    if harder:
        summed_up = [replace(each, severity="error") if each.code in harder else each for each in summed_up]
    return _report(name, tree, asked, made, summed_up)


_LOG = frozenset(("CUS011",))


def _needs_log(options: ValidationOptions) -> bool:
    """Whether a bag whose custody log was removed fails: where signatures are demanded, and by archiver's own
    profile."""
    return options.trust.is_demanded or (options.profile is not None and options.profile.is_ours)


def _trust(tree: Tree, made: set[str], demands: Trust) -> list[Finding]:
    from archiver.validation.trust.statements import check_log_is_there

    gone = list(check_log_is_there(tree))
    made |= {"custody"} if gone else set()
    if "signatures" not in tree.folders and not demands.is_demanded:
        return gone
    from archiver.validation.trust.checks import check_trust

    checked, findings = check_trust(tree, demands)
    made |= checked
    return gone + findings


def _trust_of_derived(tree: Tree, made: set[str], demands: Trust) -> list[Finding]:
    """The signatures of the original count for the derived bag too: both have the same payload."""
    from archiver.validation.package.derived_bag import below, sealed_part

    sealed = sealed_part(tree)
    is_signed = any(f"signatures/tagmanifest-sha256.txt{end}" in tree.files for end in (".p7s", ".tsr"))
    if is_signed:
        return _trust(tree, made, demands) + below(_trust(sealed, set(), demands.without_demands))
    return below(_trust(sealed, made, demands)) + _trust(tree, set(), demands.without_demands)


def _member(tree: Tree, *, options: ValidationOptions) -> tuple[set[str], list[Finding]]:
    """(the checks that were made, the findings) for a bag in a group. Its signatures say nothing about the group."""
    made: set[str] = set()
    findings = _check(tree, made, options)
    findings += _trust(tree, set(), options.trust)
    return made, findings


def _check(tree: Tree, made: set[str], options: ValidationOptions) -> Findings:
    """The findings about the bag in a tree, signatures aside; the checks that were made are added to `made`."""
    made |= {"structure", "fixity"}
    # 1. Structure: the declaration, the metadata, the manifests against the disk.
    declaration, first = read_declaration(tree)
    findings = Findings(first)
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
    more, payload = check_fixity(tree, manifests, cores=options.cores)
    more, converted = without_conversion(tree, manifests, more)
    findings += more
    if converted:
        return findings  # what else is said of these bytes would be said of git's, not of the bag's
    findings += check_oxum(tree, info, declaration.info, payload)
    # 3. The record and what it describes.
    if RECORD in tree.files:
        from archiver.validation.payload.payload import check_payload

        checked, more = check_payload(tree, info, options.reread, trust=options.trust, beside=options.beside)
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
    # 4. The profile of a receiver.
    if options.profile is not None:
        from archiver.validation.bagit.profile import check_profile

        made.add("profile")
        findings += check_profile(options.profile, tree, declaration, info, manifests)
    # 5. A second opinion.
    if options.second_opinion:
        from archiver.validation.bagit.bagit_python import second_opinion as ask_bagit

        ok = not any(each.severity == "error" for each in findings)
        safe = not tree.odd and not any(each.code in ("BAG003", "BAG005", "BAG043") for each in findings)
        required = options.second_opinion == "required"
        views = list(ask_bagit(tree, manifests, ok=ok, safe=safe, required=required))
        made |= {"second-opinion"} if safe else set()
        findings += views
    return findings


def _report(bag: str, tree: Tree | None, asked: Sequence[str], made: set[str], findings: Sequence[Finding]) -> Report:
    """Findings in the order of path and code; a check failed where an error of its rules was found."""
    in_order = tuple(sorted(findings, key=lambda each: (each.path, each.code, each.message)))
    failed = {RULES[each.code].check for each in in_order if each.severity == "error"}
    failed -= {"second-opinion"} - made  # BAG072: it was asked for, and could not be had
    checks: dict[str, Judgement] = {
        name: "failed" if name in failed else "passed" if name in made else "not checked" for name in asked
    }
    unmade = [name for name, judgement in checks.items() if judgement == "not checked"]
    return Report(bag=bag, checks=checks, findings=in_order, reasons=reasons(tree, unmade, in_order))
