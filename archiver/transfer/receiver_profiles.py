"""What receivers require of a bag beyond BagIt: the tag files that are built for each, and what must be stated.

Values in, values out. Sources: APTrust's user guide (github.com/APTrust/userguide, docs/depositing) and its profile
2.2; the profile of Beyond the Repository 1.0; of Archivematica, that it makes an XML element of every label of
bag-info.txt (docs: bags; issues 173 and 1129 of archivematica/Issues) and drops hidden files.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from archiver.bag.bag_contents import NOT_STATED
from archiver.bag.staging import Info, tag_file
from archiver.config import Config
from archiver.packaging.package import Form

Name = Literal["aptrust", "archivematica", "btr"]
_ACCESS = ("Institution", "Restricted", "Consortia")
_STORAGE = ("Standard", *(f"Glacier-{where}" for where in ("OH", "OR", "VA", "Deep-OH", "Deep-OR", "Deep-VA")))
_APTRUST = "https://raw.githubusercontent.com/APTrust/preservation-services/master/profiles/aptrust-v2.2.json"
_BTR = "https://github.com/dpscollaborative/btr_bagit_profile/releases/download/1.0/btr-bagit-profile.json"
_LARGEST = 5 * 1000**4
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]")
_MADE_ANEW = ("payload-oxum", "bagit-profile-identifier", "bag-size", "custody-log")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is built for a receiver: labels and values of bag-info.txt, and further tag files by path. `missing` is all
    that the receiver requires and nobody stated, or cannot accept, each with what to do."""

    info: Info
    tags: dict[str, bytes]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A receiver: the forms it takes, its own first; its digests; the profile the bag is held against; its wishes."""

    name: Name
    forms: tuple[Form, ...]
    algorithms: tuple[str, ...]
    profile: str | None
    wish: Callable[[Info, Iterable[tuple[str, int]], Config], Wish]


def _aptrust(info: Info, files: Iterable[tuple[str, int]], config: Config) -> Wish:
    title = _first(info, "External-Description") or _first(info, "Original-URL") or ""
    pairs = [
        ("BagIt-Profile-Identifier", _APTRUST),
        ("Internal-Sender-Identifier", _first(info, "External-Identifier") or ""),
        ("Internal-Sender-Description", _first(info, "Original-URL") or ""),
    ]
    own = [
        ("Title", title),
        ("Description", _first(info, "Original-URL") or ""),
        ("Access", config.aptrust_access or ""),
        ("Storage-Option", config.aptrust_storage),
    ]
    missing = [*_organisation(info, config)]
    missing += [] if title else ["Title: the bag's bag-info.txt states neither External-Description nor Original-URL"]
    missing += _one_of("Access", config.aptrust_access, _ACCESS, "aptrust_access")
    missing += _one_of("Storage-Option", config.aptrust_storage, _STORAGE, "aptrust_storage")
    octets = 0
    for path, size in files:
        octets += size
        if any(part.startswith("-") or len(part.encode()) > 255 for part in path.split("/")):
            missing.append(f"{path}: APTrust takes no name that begins with - or is longer than 255 bytes")
    missing += [f"size: {octets:,} bytes, APTrust takes {_LARGEST:,}"] if octets > _LARGEST else []
    kept = [(label, value) for label, value in _stated(info, config) if not label.startswith("Internal-Sender-")]
    return Wish(info=[*kept, *_full(pairs)], tags={"aptrust-info.txt": tag_file(own)}, missing=tuple(missing))


def _archivematica(info: Info, files: Iterable[tuple[str, int]], config: Config) -> Wish:
    kept = [(_xml_name(label), value) for label, value in _stated(info, config)]
    hidden = [path for path, _ in files if any(part.startswith(".") for part in path.split("/"))]
    missing = [f"{path}: Archivematica drops hidden files, and the bag would no longer be whole" for path in hidden]
    return Wish(info=kept, tags={}, missing=tuple(missing))


def _btr(info: Info, _: Iterable[tuple[str, int]], config: Config) -> Wish:
    missing = [*_organisation(info, config)]
    missing += [] if _first(info, "Bagging-Date") else ["Bagging-Date: the bag's bag-info.txt does not state it"]
    pairs = [("BagIt-Profile-Identifier", _BTR)]
    return Wish(info=[*_stated(info, config), *pairs], tags={}, missing=tuple(missing))


RECEIVERS: dict[str, Receiver] = {
    each.name: each
    for each in (
        Receiver(name="aptrust", forms=("tar",), algorithms=("md5", "sha256"), profile="aptrust", wish=_aptrust),
        Receiver(
            name="archivematica",
            forms=("zip", "tgz", "tar", "folder"),
            algorithms=("sha256", "sha512"),
            profile=None,
            wish=_archivematica,
        ),
        Receiver(
            name="btr", forms=("tar", "tgz", "zip", "folder"), algorithms=("sha256", "sha512"), profile="btr", wish=_btr
        ),
    )
}


def _first(info: Info, label: str) -> str | None:
    """The first value of a label that is not empty."""
    return next((value for name, value in info if name.lower() == label.lower() and value), None)


def _stated(info: Info, config: Config) -> Iterator[tuple[str, str]]:
    """What stays as it is in the sealed bag; an organisation that was not stated then may be stated now."""
    for label, value in info:
        if label.lower() == "source-organization" and value == NOT_STATED and config.organisation:
            yield label, config.organisation
        elif label.lower() not in _MADE_ANEW:
            yield label, value
    if _first(info, "Source-Organization") is None and config.organisation:
        yield "Source-Organization", config.organisation


def _organisation(info: Info, config: Config) -> list[str]:
    said = (_first(info, "Source-Organization") or NOT_STATED) != NOT_STATED or config.organisation
    return [] if said else ['Source-Organization: not stated in the bag; state it with the setting organisation = "…"']


def _one_of(label: str, value: str | None, values: tuple[str, ...], setting: str) -> list[str]:
    if value in values:
        return []
    found = "not stated" if value is None else f"{value!r} is none of them"
    return [f'{label}: {found}; state it with the setting {setting} = "…", one of {", ".join(values)}']


def _full(pairs: Info) -> Info:
    return [(label, value) for label, value in pairs if value]


def _xml_name(label: str) -> str:
    """A label as the name of an XML element."""
    name = _NOT_IN_NAME.sub("-", label)
    return name if re.match(r"[A-Za-z_]", name) and not name.lower().startswith("xml") else f"_{name}"
