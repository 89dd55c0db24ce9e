"""Web archives and their mementos: an archived state of an address (RFC 7089), and what archives answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from archiver.errors import UsageError, not_one_of

Family = Literal["internet-archive", "pywb", "memento"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebArchive:
    """An archive that may be asked, a table `[[archives]]` of the settings: `family` says how it is asked, `url` is
    where it begins, with a slash at its end."""

    name: str
    family: Family
    url: str

    @classmethod
    def from_table(cls, table: object) -> "WebArchive":
        """One table `[[archives]]`. Raises UsageError."""
        if not isinstance(table, Mapping) or set(table) != {"name", "family", "url"}:
            raise UsageError("each of [[archives]] has exactly name, family and url; 'archiver init' shows one")
        name, family, url = (table[key] for key in ("name", "family", "url"))
        if not all(isinstance(each, str) and each.strip() and each.isprintable() for each in (name, family, url)):
            raise UsageError('[[archives]]: name, family and url are each a line of text, as in "text"')
        families: dict[str, Family] = {each: each for each in get_args(Family)}
        if family not in families:
            raise UsageError(f"[[archives]] {name[:80]}: family = {not_one_of(family, families)}")
        try:
            parts = urlsplit(url)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound or "@" in url or "?" in url or "#" in url or " " in url or len(url) > 500:
            raise UsageError(
                f"[[archives]] {name[:80]}: url = {url[:80]!r} is not an address such as 'https://web.archive.org/', "
                "without user name and query"
            )
        return cls(name=name.strip(), family=families[family], url=url if url.endswith("/") else f"{url}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCapture:
    """A capture that an archive holds: when it was made, its address there, the archived status; `verdict` and
    `seed_coverage` (0 to 1) only where it was read and compared with the seed."""

    datetime: datetime
    uri: str
    status: int | None
    verdict: str | None = None
    seed_coverage: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """The archived state that was read: `raw` as the original server sent it, not rewritten by the archive. `captures`
    are those held, the read ones always among them; `held` counts all; `words` is the answer in words."""

    archive: str
    uri: str
    datetime: datetime
    raw: bool
    timemap: str | None
    timegate: str | None
    captures: tuple[HeldCapture, ...]
    held: int
    read: int
    words: str


ArchiveFinding = Literal["found", "none-held", "unreachable", "refuses", "only-errors", "other-text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAnswer:
    """What became of asking one archive for the original: one word and a sentence."""

    archive: str
    finding: ArchiveFinding
    words: str
    asked: datetime
    last: HeldCapture | None = None
    """The last capture that it lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Who else says what became of an original that is gone: an earlier run of ours (`bag` names its bag), or an
    archive by its last capture, whose status is as listed or read."""

    kind: Literal["run", "archive"]
    archive: str
    uri: str
    datetime: datetime
    status: int | None
    bag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Why the original gave no response, where only a memento answered: as a Failure has it, with its time."""

    kind: str
    message: str
    time: datetime
    seen: Mapping[str, Any] = field(default_factory=dict)
