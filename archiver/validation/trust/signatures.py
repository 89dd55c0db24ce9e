"""Checks the chain of signatures and timestamps over a bag's seal, and those over the events of its custody log.

The layout is bag-nabit's: each link is of the file before it. Who signed is trusted only where the certificate leads
to a trusted root at the time of the first timestamp above it that is trusted itself (without one: now). That the seal
fits the bag is not judged here: fixity is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.trust.cert_paths import Certificate, fingerprint, is_named, read_certificates, subject
from archiver.validation.trust.evaluation import ChainEvaluation, Roots
from archiver.validation.trust.links import FOLDER, read_chain
from archiver.validation.trust.policy import Trust, is_fingerprint, is_fingerprint_of
from archiver.validation.trust.seal_coverage import SEALED, check_covered

_BESIDE = (".crt", ".crl", ".ocsp")


def check_signatures(
    tree: Tree, events: Sequence[str], trust: Trust
) -> tuple[set[str], list[Finding], set[str], dict[str, str]]:
    """(the checks that could be made, the findings, which `events` have a valid signature, the SHA-256 of the
    certificate of each valid signature of the bag by path)."""
    made: set[str] = set()
    findings: list[Finding] = []
    read, found, lists = read_chain(tree, SEALED)
    known = None if trust.roots is None else read_certificates(trust.roots)
    roots = Roots(known, known if trust.tsa_roots is None else read_certificates(trust.tsa_roots))
    evaluation = ChainEvaluation(tree, trust, roots, read, found)
    links = evaluation.links
    findings += evaluation.findings
    signed = [each for each in links if each.kind == "SIG"]
    stamped = [each for each in links if each.kind == "TSR"]
    made |= {name for name, there in (("signature", signed), ("timestamp", stamped)) if there}
    made |= {"trust"} if any(each.content and roots.of(each) is not None for each in links) else set()
    findings += _of_lists(trust) if stamped else ()
    made |= {"revocation"} if evaluation.revocation_known else set()
    findings += _demands(trust, evaluation)
    if trust.is_demanded or any(each.content for each in links):
        findings += check_covered(tree, required=trust.is_demanded)
    belongs = {each.path for each in links} | set(events) | lists
    vouched = set()
    beside_events = []
    for event in events:
        read, found, _ = read_chain(tree, event)
        beside = ChainEvaluation(tree, trust, roots, read, found, evaluation.renewals)
        over = beside.links
        beside_events.append(beside)
        vouched |= {event} if any(each.kind == "SIG" and each.content for each in over) else set()
        belongs |= {each.path for each in over}
    findings += _of_events(beside_events)
    for path in tree.files:
        if path.startswith(FOLDER) and path not in belongs:
            bare = next((path.removesuffix(each) for each in _BESIDE if path.endswith(each)), path)
            if bare not in belongs and not path.startswith(f"{FOLDER}custody/"):
                findings.append(finding("SIG007", path))
    signers = {each.path: fingerprint(each.signature.certificate) for each in signed if each.signature}
    return made, findings, vouched, signers


def _of_lists(trust: Trust) -> Iterator[Finding]:
    """What is said of the trusted lists themselves: their dates, and that nobody verified their signatures."""
    for each in trust.trusted_lists:
        yield finding("TSL004", FOLDER.rstrip("/"), list=each.name)
        if each.next_update is None or each.next_update < trust.now:
            due = f"{each.next_update:%Y-%m-%d}" if each.next_update else "never: it is closed"
            yield finding("TSL005", FOLDER.rstrip("/"), list=each.name, due=due)
        if each.issued > trust.now:
            yield finding("TSL006", FOLDER.rstrip("/"), list=each.name, issued=f"{each.issued:%Y-%m-%d}")


def _of_events(evaluations: Sequence[ChainEvaluation]) -> Iterator[Finding]:
    """What was found of the chains over events. An event names the digest of the one before: a timestamp that is proven
    covers all earlier ones, whose own need not be; so does a signature."""
    signed = [any(each.kind == "SIG" for each in evaluation.trusted) for evaluation in evaluations]
    proven = [any(each.kind == "TSR" for each in evaluation.trusted) for evaluation in evaluations]
    for number, evaluation in enumerate(evaluations):
        for each in evaluation.findings:
            if each.code == "TSR020" and any(proven[number + 1 :]):
                yield replace(each, code="TSR021", severity="warning", message=_weaker(each))
            elif each.code == "SIG030" and any(signed[number + 1 :]):
                message = f"{each.message}; a later signature, which is verified, covers this event"
                yield replace(each, severity="warning", message=message)
            elif each.severity != "info":
                yield each


def _weaker(found: Finding) -> str:
    return f"{found.message}; a later timestamp, which is verified, covers this event"


def _demands(trust: Trust, evaluation: ChainEvaluation) -> Iterator[Finding]:
    """Findings for what is required and absent."""
    trusted = [
        each
        for each in evaluation.links
        if each.content and (each in evaluation.trusted or evaluation.roots.of(each) is None)
    ]
    signatures = [each for each in trusted if each.kind == "SIG"]
    if trust.require_signature and not signatures:
        yield finding("SIG006", FOLDER.rstrip("/"))
    if trust.require_timestamp and not any(each.kind == "TSR" for each in trusted):
        yield finding("TSR006", FOLDER.rstrip("/"))
    if trust.signer is not None:
        # A name may stand in anybody's certificate: without roots only a fingerprint says whose it is.
        is_known = trust.roots is not None or is_fingerprint(trust.signer)
        certificates = [each.signature.certificate for each in signatures if each.signature and is_known]
        if not any(_is_of(each, trust.signer) for each in certificates):
            found = "; ".join(map(subject, certificates)) or "nobody"
            yield finding("SIG023", FOLDER.rstrip("/"), wanted=trust.signer, found=found)


def _is_of(certificate: Certificate, identity: str) -> bool:
    """Whether it is the certificate of an identity: a fingerprint, an address, the common name or the whole subject."""
    if is_fingerprint(identity):
        return is_fingerprint_of(identity, fingerprint(certificate))
    return is_named(certificate, identity)
