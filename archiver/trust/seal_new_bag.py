"""Seals a new bag: the first event of its custody log, and a signature where the settings name a key.

What goes wrong with a signature loses no capture: the bag is kept without it, and the result says so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.config import Config, public
from archiver.config.several import several
from archiver.errors import Refused, StorageError, TimestampError, UsageError
from archiver.model import Bag, Capture
from archiver.trust.custody import Agent, append

if TYPE_CHECKING:
    from archiver.trust.certificates import Certificate
    from archiver.trust.sign import Signer

    BagJudge = Callable[[Path, Mapping[str, bytes], Certificate], None]
    """Judges what would be written into a bag, as `seal.Judge` does."""


def agent(config: Config) -> Agent:
    """The agent that these settings act for."""
    return Agent(organisation=config.organisation, person=config.stated_person)


def seal(
    bag: Bag,
    capture: Capture,
    warcs: dict[str, str],
    *,
    config: Config,
    signer: "Signer | None",
    now: datetime,
    judge: "BagJudge | None" = None,
) -> str | None:
    """Write the event `sealing` into a staged bag, and sign and timestamp it by the settings, as far as `judge` allows;
    why that could not be done. `warcs` are the validated WARC files, with their SHA-256. Raises StorageError."""
    detail = {
        "bag": {"name": bag.name, "identifier": bag.identifier},
        "captured": {"started": _utc(capture.started), "finished": _utc(capture.finished), "outcome": capture.outcome},
        "warc": [{"path": path, "sha256": digest, "valid": True} for path, digest in warcs.items()],
    }
    return seal_bag(bag, detail, config=config, signer=signer, now=now, judge=judge)


def seal_bag(
    bag: Bag,
    detail: dict[str, Any],
    *,
    config: Config,
    signer: "Signer | None",
    now: datetime,
    judge: "BagJudge | None" = None,
) -> str | None:
    """Write the event `sealing` with this detail into a staged bag, and sign and timestamp it by the settings, as far
    as `judge` allows; why that could not be done. Raises StorageError."""
    acting = agent(config)
    append(bag.path, "sealing", at=now, agent=acting, detail=detail, durable=False)
    if signer is None and config.timestamp is None:
        return None
    from archiver.trust.seal import sign_bag
    from archiver.trust.signing import Signing

    judging = partial(judge, bag.path) if judge else None
    try:
        sign_bag(bag.path, signer, Signing.of(config, now, agent=acting, durable=False, judge=judging))
    except (TimestampError, UsageError, Refused) as error:  # it expired, or was revoked, while the job was running
        return f"the bag is kept, but not signed as it should be: {error}; 'archiver sign' does the rest"
    return None


def load_signer(config: Config) -> "Signer | None":
    """The signer of the settings, None where they name no key. Raises UsageError where they name only one of key and
    certificate, and as `Signer.load` does."""
    if (config.key is None) != (config.certificate is None):
        raise UsageError(f"key and certificate go together: name {'certificate' if config.key else 'key'} too")
    require_authorities(config, "timestamp")
    if config.key is None or config.certificate is None:
        return None
    import archiver.cms  # noqa: F401 - says in one line what is not installed
    from archiver.trust.sign import Signer

    passphrase = config.passphrase
    if passphrase is None and config.passphrase_file is not None:
        passphrase = read_passphrase(config.passphrase_file)
    return Signer.load(Path(config.key), Path(config.certificate), passphrase)


def require_authorities(config: Config, setting: str) -> None:
    """Raises UsageError where what should be addresses of time-stamping authorities are none, or too many."""
    named = several(config.timestamp)
    for each in named:
        if not isinstance(each, str) or not each.startswith(("http://", "https://")):
            raise UsageError(f"{setting} {public(str(each))!r} is not an http:// or https:// address")
    if len(named) > _AUTHORITIES:
        raise UsageError(f"{setting} names {len(named)} authorities; {_AUTHORITIES} are the most")


_AUTHORITIES = 9
"""Timestamps of one file."""


def read_passphrase(file: Path) -> bytes:
    """The passphrase in a file, without the end of its line. Raises StorageError."""
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST).removesuffix(b"\n").removesuffix(b"\r")
    except OSError as error:
        raise StorageError.from_os(f"read the passphrase {file}", error) from error


_LARGEST = 1 << 16
"""Bytes of a passphrase."""


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
