"""Checks the chain of signatures and timestamps over a bag's seal, and those over the events of its custody log.

The layout is bag-nabit's: each link is of the file before it. Who signed is trusted only where the certificate leads
to a trusted root at the time of the first timestamp above it that is trusted itself (without one: now). That the seal
fits the bag is not judged here: fixity is.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from archiver.cms.read import LARGEST, InvalidCms, Signature, Timestamp, read_signature, read_timestamp
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.trust.cert_paths import (
    Certificate,
    Chain,
    addresses,
    chain_to,
    fingerprint,
    is_named,
    read_certificates,
    subject,
    why_not_for_signatures,
    why_not_for_timestamps,
)
from archiver.validation.trust.policy import Trust, is_fingerprint, is_fingerprint_of
from archiver.validation.trust.revocation import CRL_BYTES, OCSP_BYTES, statuses
from archiver.validation.trust.seal_coverage import SEALED, check_covered

FOLDER = "signatures/"
_LINKS = 64
_SIGNED = 64 << 20
"""Bytes of what is signed: a tag manifest, an event, another link."""
_BESIDE = (".crt", ".crl", ".ocsp")
_WHY = {"malformed": "001", "algorithm": "002", "content": "003", "signature": "004"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One file of a chain, the file it signs or timestamps, and its content; None where it is not valid."""

    path: str
    over: str
    content: Signature | Timestamp | None

    @property
    def kind(self) -> str:
        return "TSR" if self.path.endswith(".tsr") else "SIG"

    @property
    def signature(self) -> Signature | None:
        return self.content.signature if isinstance(self.content, Timestamp) else self.content


def check_signatures(
    tree: Tree, events: Sequence[str], trust: Trust
) -> tuple[set[str], list[Finding], set[str], dict[str, str]]:
    """(the checks that could be made, the findings, which `events` have a valid signature, the SHA-256 of the
    certificate of each valid signature of the bag by path)."""
    made: set[str] = set()
    findings: list[Finding] = []
    links, found = _chain(tree, SEALED)
    findings += found
    known = None if trust.roots is None else read_certificates(trust.roots)
    roots = _Roots(known, known if trust.tsa_roots is None else read_certificates(trust.tsa_roots))
    evaluation = _ChainEvaluation(tree, trust, roots, links)
    findings += evaluation.findings
    signed = [each for each in links if each.kind == "SIG"]
    stamped = [each for each in links if each.kind == "TSR"]
    made |= {name for name, there in (("signature", signed), ("timestamp", stamped)) if there}
    made |= {"trust"} if any(each.content and roots.of(each) is not None for each in links) else set()
    made |= {"revocation"} if evaluation.revocation_known else set()
    findings += _demands(trust, evaluation)
    if trust.is_demanded or any(each.content for each in links):
        findings += check_covered(tree, required=trust.is_demanded)
    belongs = {each.path for each in links} | set(events)
    vouched = set()
    beside_events = []
    for event in events:
        over, found = _chain(tree, event)
        beside = _ChainEvaluation(tree, trust, roots, over)
        beside_events.append(beside)
        findings += found
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


def _of_events(evaluations: "Sequence[_ChainEvaluation]") -> Iterator[Finding]:
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


@dataclass(frozen=True, slots=True)
class _Roots:
    """Whose word counts for signers, and whose for timestamping authorities; None: nobody's, and nothing is checked."""

    signers: list[Certificate] | None
    authorities: list[Certificate] | None

    def of(self, link: "ChainLink") -> list[Certificate] | None:
        return self.authorities if link.kind == "TSR" else self.signers


def _chain(tree: Tree, start: str) -> tuple[list[ChainLink], list[Finding]]:
    """The links over a file, each over the one before."""
    links: list[ChainLink] = []
    findings: list[Finding] = []
    last, folder = start, FOLDER if "/" not in start else f"{start.rpartition('/')[0]}/"
    while len(links) < _LINKS:
        names = (f"{folder}{last.rpartition('/')[2]}{suffix}" for suffix in (".p7s", ".tsr"))
        path = next((each for each in names if each in tree.files), None)
        if path is None:
            break
        kind, content = "TSR" if path.endswith(".tsr") else "SIG", None
        try:
            data, over = _read(tree, path, LARGEST), _read(tree, last, _SIGNED)
            content = read_timestamp(data, over) if kind == "TSR" else read_signature(data, over)
        except InvalidCms as error:
            findings.append(finding(f"{kind}{_WHY[error.why]}", path, signed=last, reason=error.reason))
        except OSError as error:
            findings.append(finding(f"{kind}001", path, reason=error.strerror or error))
        links.append(ChainLink(path=path, over=last, content=content))
        last = path
    return links, findings


def _read(tree: Tree, path: str, limit: int) -> bytes:
    """A file of the bag; one byte more than the limit of one that is larger. Raises OSError."""
    if path not in tree.files:
        raise OSError(f"{path} is not there")
    with tree.open(path) as stream:
        return stream.read(limit + 1)


class _ChainEvaluation:
    """Evaluates who made the links of one chain, and whether that is to be trusted."""

    def __init__(self, tree: Tree, trust: Trust, roots: "_Roots", links: Sequence[ChainLink]) -> None:
        self._tree, self._trust, self.roots, self.links = tree, trust, roots, links
        self.findings: list[Finding] = []
        self.trusted: list[ChainLink] = []
        """The links whose maker is trusted."""
        self._known: list[bool] = []
        held = [each for each in links if each.signature is not None]
        chains: dict[str, Chain] = {}
        for link in reversed(held):  # so that a timestamp is judged before what it is over
            chains[link.path] = self._chain(link)
            if chains[link.path].certificates:
                self.trusted.append(link)
        self._say(held, chains)
        self._order(held)

    @property
    def revocation_known(self) -> bool:
        """Whether it is known of every certificate, and there is one."""
        return bool(self._known) and all(self._known)

    def moment(self, link: ChainLink) -> tuple[datetime, bool]:
        """When a link is judged, and whether by a timestamp: one's own time, or that of the next one above."""
        above = self.links[self.links.index(link) :]
        for each in above:
            if each.content is None:
                break
            if isinstance(each.content, Timestamp) and (
                each is link or self.roots.authorities is None or each in self.trusted
            ):
                return each.content.time, True
        return self._trust.now, False

    def _chain(self, link: ChainLink) -> Chain:
        signature = link.signature
        assert signature is not None, "only links that hold are judged"
        unfit = (why_not_for_timestamps if link.kind == "TSR" else why_not_for_signatures)(signature.certificate)
        if unfit:
            return Chain(reason=f"{subject(signature.certificate)}: {unfit}")
        roots = self.roots.of(link)
        if roots is None:
            return Chain()
        return chain_to(roots, signature.certificate, self._carried(link, signature), self.moment(link)[0])

    def _carried(self, link: ChainLink, signature: Signature) -> list[Certificate]:
        carried = list(signature.certificates)
        if link.kind == "TSR":
            with suppress(OSError, ValueError):  # the timestamp may carry them itself
                carried += read_certificates(_read(self._tree, f"{link.path}.crt", LARGEST))[:32]
        return carried

    def _say(self, held: Sequence[ChainLink], chains: dict[str, Chain]) -> None:
        for link in held:
            chain, kind = chains[link.path], link.kind
            moment, stamped = self.moment(link)
            shown = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
            self.findings.append(_who(link))
            if kind == "SIG" and not stamped:
                self.findings.append(finding("TSR008", link.path))
            if chain.certificates:
                root = subject(chain.certificates[-1])
                self.findings.append(finding(f"{kind}024", link.path, moment=shown, root=root))
                self._revocation(link, chain.certificates, moment)
            elif chain.reason:
                others = any(each.kind == kind for each in self.trusted)
                code = f"{kind}021" if others else f"{kind}020"
                self.findings.append(finding(code, link.path, moment=shown, reason=chain.reason))
            else:
                self.findings.append(finding(f"{kind}022", link.path))

    def _revocation(self, link: ChainLink, chain: Sequence[Certificate], moment: datetime) -> None:
        kept = []
        for suffix, limit in ((".crl", CRL_BYTES), (".ocsp", OCSP_BYTES)):
            try:
                kept.append(_read(self._tree, link.path + suffix, limit))
            except OSError:
                kept.append(b"")
        for status in statuses(chain, moment, *kept):
            who = subject(status.certificate)
            self._known.append(status.unknown is None)
            if status.revoked:
                times = {"revoked": f"{status.revoked:%Y-%m-%d}", "moment": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
                self.findings.append(finding("SIG030", link.path, who=who, **times))
                self.trusted = [each for each in self.trusted if each is not link]
            elif status.unknown:
                self.findings.append(finding("SIG031", link.path, who=who, reason=status.unknown))

    def _order(self, held: Sequence[ChainLink]) -> None:
        last: datetime | None = None
        for link in held:
            if isinstance(link.content, Timestamp):
                if last is not None and link.content.time < last:
                    self.findings.append(finding("TSR007", link.path, found=link.content.time, expected=last))
                last = link.content.time


def _who(link: ChainLink) -> Finding:
    signature = link.signature
    assert signature is not None, "only links that hold are reported"
    certificate = signature.certificate
    who = ", ".join([subject(certificate), *addresses(certificate, beside_subject=True)[:3]])
    if isinstance(link.content, Timestamp):
        return finding("TSR005", link.path, time=f"{link.content.time:%Y-%m-%dT%H:%M:%SZ}", who=who)
    return finding("SIG005", link.path, who=who, fingerprint=fingerprint(certificate))


def _demands(trust: Trust, evaluation: _ChainEvaluation) -> Iterator[Finding]:
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
