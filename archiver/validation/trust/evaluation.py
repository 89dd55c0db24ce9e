"""Evaluates who made the links of one chain, and whether that is to be trusted, at which time.

A timestamp is evaluated at the time of the next renewal that covers it and is proven (RFC 5126, 6.4.1: as of the
archive timestamp over it), else at its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archiver.cms.read import LARGEST, Signature, Timestamp
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.trust.cert_paths import (
    Certificate,
    Chain,
    addresses,
    chain_to,
    der_of,
    fingerprint,
    issuers_among,
    read_certificates,
    subject,
    why_not_for_signatures,
    why_not_for_timestamps,
)
from archiver.validation.trust.links import ChainLink, Renewal, read_file
from archiver.validation.trust.policy import Trust
from archiver.validation.trust.revocation import CRL_BYTES, OCSP_BYTES, statuses

_SOON = timedelta(days=180)
"""Before the end of an authority's certificate, in which its timestamps should be renewed."""
_REVOKED = (".crl", ".ocsp")


@dataclass(frozen=True, slots=True)
class Roots:
    """Whose word counts for signers, and whose for timestamping authorities; None: nobody's, and nothing is checked."""

    signers: list[Certificate] | None
    authorities: list[Certificate] | None

    def of(self, link: ChainLink) -> list[Certificate] | None:
        return self.authorities if link.kind == "TSR" else self.signers


class ChainEvaluation:
    """Evaluates who made the links of one chain, and whether that is to be trusted."""

    def __init__(
        self,
        tree: Tree,
        trust: Trust,
        roots: Roots,
        links: Sequence[ChainLink],
        read: Sequence[Finding] = (),
        renewals: Sequence[Renewal] = (),
    ) -> None:
        self._tree, self._trust, self.roots, self.links = tree, trust, roots, list(links)
        self._renewals = list(renewals)
        """Those of the bag's own chain, the latest first."""
        self.findings: list[Finding] = []
        self.trusted: list[ChainLink] = []
        """The links whose maker is trusted."""
        self._known: list[bool] = []
        chains: dict[str, Chain] = {}
        read = list(read)
        for number in reversed(range(len(self.links))):  # so that a timestamp is judged before what it is over
            link = self._revived(self.links[number], read)
            self.links[number] = link
            if link.signature is None:
                continue
            chains[link.path] = self._chain(link)
            if chains[link.path].certificates:
                self.trusted.append(link)
            if chains[link.path].certificates or roots.authorities is None:
                self._renews(link)
        held = [each for each in self.links if each.signature is not None]
        self._say(held, chains)
        self._order(held)
        self.findings = [*(self._lenient(each) for each in read), *map(self._lenient, self.findings)]

    def _revived(self, link: ChainLink, read: list[Finding]) -> ChainLink:
        """A timestamp by an algorithm that has ended counts where it was renewed before that."""
        ended, renewal = link.ended, self._renewal(link)
        if ended is None or ended.ends is None or renewal is None or self.roots.authorities is None:
            return link
        if not ended.time <= renewal.time < ended.ends:
            return link
        read[:] = [each for each in read if (each.path, each.code) != (link.path, "TSR002")]
        times = {"ended": f"{ended.ends:%Y-%m-%d}", "moment": f"{renewal.time:%Y-%m-%dT%H:%M:%SZ}"}
        self.findings.append(finding("TSR013", link.path, **times))
        return replace(link, content=ended)

    def _renews(self, link: ChainLink) -> None:
        if link.renews and link.renews.is_whole and isinstance(link.content, Timestamp):
            self._renewals.append(Renewal(time=link.content.time, covers=link.renews.covers, path=link.over))

    def _renewal(self, link: ChainLink) -> Renewal | None:
        """The first renewal that is proven and covers a link."""
        covering = [each for each in self._renewals if each.covers.get(link.path)]
        return min(covering, key=lambda each: each.time, default=None)

    @property
    def renewals(self) -> list[Renewal]:
        """The renewals of this chain that are proven."""
        return self._renewals

    def _stands_beside(self, link: ChainLink) -> bool:
        """Whether another authority's timestamp of the same file is good."""
        return any(
            each is not link
            and each.over == link.over
            and each.kind == link.kind == "TSR"
            and each.content is not None
            and (each in self.trusted or self.roots.authorities is None)
            for each in self.links
        )

    def _lenient(self, found: Finding) -> Finding:
        """A fault of one of several timestamps of a file is a warning where another one is good."""
        link = next((each for each in self.links if each.path == found.path and each.kind == "TSR"), None)
        if found.severity != "error" or link is None or not self._stands_beside(link):
            return found
        return replace(found, severity="warning", message=f"{found.message}; another authority's timestamp is good")

    @property
    def revocation_known(self) -> bool:
        """Whether it is known of every certificate, and there is one."""
        return bool(self._known) and all(self._known)

    def moment(self, link: ChainLink) -> tuple[datetime, bool]:
        """When a link is judged, and whether by a timestamp: its own time, or that of the next one above; a timestamp
        that was renewed before its certificate ended, at the time of that."""
        own = link.content
        if isinstance(own, Timestamp):
            renewal = self._renewal(link)
            in_time = renewal and own.time <= renewal.time <= own.signature.certificate.not_valid_after_utc
            return (renewal.time if renewal and in_time else own.time), True
        above = self.links[self.links.index(link) + 1 :]
        good: list[datetime] = []
        for number, each in enumerate(above):
            if number and each.over != above[number - 1].over and good:
                break
            if each.content is None and not self._stands_beside(each):
                break
            if isinstance(each.content, Timestamp) and (self.roots.authorities is None or each in self.trusted):
                good.append(each.content.time)
        return (min(good), True) if good else (self._trust.now, False)

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
                carried += read_certificates(read_file(self._tree, f"{link.path}.crt", LARGEST))[:32]
        return carried

    def _say(self, held: Sequence[ChainLink], chains: dict[str, Chain]) -> None:
        for link in held:
            chain, kind = chains[link.path], link.kind
            moment, stamped = self.moment(link)
            shown = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
            self.findings.append(_who(link))
            if kind == "SIG" and not stamped:
                self.findings.append(finding("TSR008", link.path))
            self.findings += self._expired(link)
            if chain.certificates:
                root = subject(chain.certificates[-1])
                self.findings.append(finding(f"{kind}024", link.path, moment=shown, root=root))
                self._revocation(link, chain.certificates, moment)
            self.findings += self._listed(link, chain)
            if chain.certificates:
                continue
            if chain.reason:
                others = any(each.kind == kind for each in self.trusted)
                code = f"{kind}021" if others else f"{kind}020"
                self.findings.append(finding(code, link.path, moment=shown, reason=chain.reason))
            else:
                self.findings.append(finding(f"{kind}022", link.path))

    def _listed(self, link: ChainLink, chain: Chain) -> Iterator[Finding]:
        """Whether the authority of a timestamp is on the trusted lists that were given, at the time it states."""
        if not isinstance(link.content, Timestamp) or not self._trust.trusted_lists:
            return
        leaf, moment = link.content.signature.certificate, link.content.time
        found = []
        for each in self._trust.trusted_lists:
            above = [*map(der_of, chain.certificates or (leaf,)), *issuers_among(leaf, each.certificates)]
            found += [(each, *hit) for hit in each.find(above, moment)]
        at = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        granted = [hit for hit in found if hit[2] is not None and hit[2].is_granted]
        for trusted, service, period in granted[:1]:
            where = {"list": trusted.name, "territory": trusted.territory, "service": service.name}
            since = f"{period.start:%Y-%m-%d}" if period else "?"
            yield finding("TSL001", link.path, **where, kind=service.kind, since=since, moment=at)
        if not granted:
            stated = ", ".join(sorted({each[2].status if each[2] else "none yet" for each in found}))
            code = "TSL003" if found else "TSL002"
            yield finding(code, link.path, status=stated, moment=at, who=subject(leaf))

    def _expired(self, link: ChainLink) -> Iterator[Finding]:
        """What expired authorities' timestamps rest on: a renewal made before, or their own word."""
        if not isinstance(link.content, Timestamp):
            return
        end, renewal = link.content.signature.certificate.not_valid_after_utc, self._renewal(link)
        times = {"end": f"{end:%Y-%m-%d}"}
        if renewal and renewal.time > end:
            yield finding("TSR012", link.path, **times, moment=f"{renewal.time:%Y-%m-%dT%H:%M:%SZ}")
        elif renewal:
            yield finding("TSR014", link.path, moment=f"{renewal.time:%Y-%m-%dT%H:%M:%SZ}")
        elif self._trust.now > end:
            yield finding("TSR009", link.path, **times)
        elif self._trust.now > end - _SOON:
            yield finding("TSR015", link.path, **times)

    def _revocation(self, link: ChainLink, chain: Sequence[Certificate], moment: datetime) -> None:
        kept = []
        renewal = self._renewal(link) if link.kind == "TSR" else None
        start = link.path
        if renewal and renewal.time == moment and any(f"{renewal.path}{end}" in self._tree.files for end in _REVOKED):
            start = renewal.path  # asked when it was renewed
        for suffix, limit in zip(_REVOKED, (CRL_BYTES, OCSP_BYTES), strict=True):
            try:
                kept.append(read_file(self._tree, start + suffix, limit))
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
        latest: datetime | None = None
        over = ""
        for link in held:
            if isinstance(link.content, Timestamp):
                if link.over != over:
                    last, over = latest, link.over
                if last is not None and link.content.time < last:
                    self.findings.append(finding("TSR007", link.path, found=link.content.time, expected=last))
                latest = link.content.time


def _who(link: ChainLink) -> Finding:
    signature = link.signature
    assert signature is not None, "only links that hold are reported"
    certificate = signature.certificate
    who = ", ".join([subject(certificate), *addresses(certificate, beside_subject=True)[:3]])
    if isinstance(link.content, Timestamp):
        return finding("TSR005", link.path, time=f"{link.content.time:%Y-%m-%dT%H:%M:%SZ}", who=who)
    return finding("SIG005", link.path, who=who, fingerprint=fingerprint(certificate))
