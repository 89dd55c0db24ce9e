"""Reads a trusted list (ETSI TS 119 612) that the user gives, and says whether a timestamping authority is on it.

The list is hostile input: bounded in size, depth and number, without document types, entities or network. Its dates are
checked; its own XML signature is NOT verified: whoever takes the file vouches for it, and every use says so.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archiver.digest import sha256
from archiver.errors import StorageError, UsageError

BYTES = 64 << 20
SERVICES = 20_000
_NS = "{http://uri.etsi.org/02231/v2#}"
_TYPES = {
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST": "qualified",
    "http://uri.etsi.org/TrstSvc/Svctype/TSA": "not qualified",
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/TSS-QC": "not qualified",
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/TSS-AdESQCandQES": "not qualified",
}
"""The types of services that make timestamps (TS 119 612, 5.5.1), and what they are."""
_GRANTED = ("granted", "recognisedatnationallevel", "undersupervision", "accredited", "supervisionincessation")
"""The ends of the addresses of statuses under which a service is good (TS 119 612, 5.5.4 and annex J)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A status of a service, and since when it has it."""

    start: datetime
    status: str

    @property
    def is_granted(self) -> bool:
        return self.status in _GRANTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A timestamping service: its certificates (DER), and its statuses, the earliest first."""

    name: str
    kind: str
    certificates: tuple[bytes, ...] = field(repr=False)
    periods: tuple[Period, ...]

    def at(self, moment: datetime) -> Period | None:
        """The status at a moment; None before the first."""
        return next((each for each in reversed(self.periods) if each.start <= moment), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedList:
    """The timestamping services of a list, its dates, and the digest of the file."""

    name: str
    territory: str
    issued: datetime
    next_update: datetime | None
    services: tuple[Service, ...] = field(repr=False)
    sha256: str

    def find(self, chain: Collection[bytes], moment: datetime) -> Iterator[tuple[Service, Period | None]]:
        """The services that have one of these certificates (DER), with the status at a moment."""
        for each in self.services:
            if any(certificate in chain for certificate in each.certificates):
                yield each, each.at(moment)

    @property
    def certificates(self) -> set[bytes]:
        """All certificates of its timestamping services (DER)."""
        return {der for service in self.services for der in service.certificates}


def read_trusted_list(path: Path) -> TrustedList:
    """The list in a file. Raises StorageError, or UsageError that says where it is not what it should be."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES + 1)
    except OSError as error:
        raise StorageError.from_os(f"read the trusted list {path}", error) from error
    if len(data) > BYTES:
        raise UsageError(f"--trusted-list {path}: it has more than {BYTES:,} bytes")
    try:
        return parse(data, path.name)
    except ValueError as error:
        raise UsageError(f"--trusted-list {path}: {error}") from error


def parse(data: bytes, name: str) -> TrustedList:
    """The list in the bytes of a file of this name. Raises ValueError that says what is wrong."""
    root = _root(data)
    if root.tag != f"{_NS}TrustServiceStatusList":
        raise ValueError("it is not a trusted list (ETSI TS 119 612): its root is not a TrustServiceStatusList")
    scheme = root.find(f"{_NS}SchemeInformation")
    if scheme is None:
        raise ValueError("it has no SchemeInformation")
    issued = _time(_text(scheme.find(f"{_NS}ListIssueDateTime")), "ListIssueDateTime")
    update = _text(scheme.find(f"{_NS}NextUpdate/{_NS}dateTime"))
    services = []
    for number, each in enumerate(root.iter(f"{_NS}TSPService")):
        if number == SERVICES:
            raise ValueError(f"it has more than {SERVICES:,} services")
        if found := _service(each):
            services.append(found)
    return TrustedList(
        name=name,
        territory=_text(scheme.find(f"{_NS}SchemeTerritory"))[:20],
        issued=issued,
        next_update=_time(update, "NextUpdate") if update else None,
        services=tuple(services),
        sha256=sha256(data),
    )


def _root(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: Any = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"it is not XML: {' '.join(str(error).split())[:200]}") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("it has a document type, which a trusted list has not")
    return root


def _service(element: Any) -> Service | None:
    """A service that makes timestamps; None for others, and for one without a certificate that can be read."""
    current = element.find(f"{_NS}ServiceInformation")
    if current is None:
        return None
    kind = _TYPES.get(_text(current.find(f"{_NS}ServiceTypeIdentifier")))
    if kind is None:
        return None
    periods = [
        _period(each) for each in (current, *element.iterfind(f"{_NS}ServiceHistory/{_NS}ServiceHistoryInstance"))
    ]
    names = current.findall(f"{_NS}ServiceName/{_NS}Name")
    certificates = (_der(_text(each)) for each in current.iterfind(f".//{_NS}X509Certificate"))
    return Service(
        name=_text(names[0])[:200] if names else "(no name)",
        kind=kind,
        certificates=tuple(each for each in certificates if each),
        periods=tuple(sorted((each for each in periods if each), key=lambda each: each.start)),
    )


def _period(element: Any) -> Period | None:
    try:
        start = _time(_text(element.find(f"{_NS}StatusStartingTime")), "StatusStartingTime")
    except ValueError:
        return None
    return Period(start=start, status=_text(element.find(f"{_NS}ServiceStatus")).rpartition("/")[2][:100])


def _der(text: str) -> bytes | None:
    from base64 import b64decode

    try:
        return b64decode("".join(text.split()), validate=True)
    except ValueError:
        return None


def _text(element: Any) -> str:
    return (element.text or "").strip() if element is not None else ""


def _time(text: str, what: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"its {what} is not a time: {text[:40]!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
