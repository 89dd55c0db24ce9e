"""Signs the WACZ of a hand-off: its `datapackage-digest.json` by wacz-auth's anonymous form, and timestamps of that
file beside the package (docs/keep/handoff.md). What is not signed, is said in the notes."""

import json
from collections.abc import Mapping
from pathlib import Path

from archiver import __version__
from archiver.config import Config
from archiver.config.several import several
from archiver.errors import ArchiverError
from archiver.network.dial import Route
from archiver.packaging.package import WACZ, WACZ_DIGEST
from archiver.packaging.source import Source
from archiver.trust.seal_new_bag import load_signer

NAME = WACZ_DIGEST.removeprefix(WACZ)
_LARGEST = 1 << 20


def signed_digest(bag: Source, config: Config, notes: list[str], *, redacted: bool) -> bytes | None:
    """The signed digest of a bag's WACZ, the same each time; None, with the reason in the notes, where it is not
    signed. Raises UsageError, StorageError for keys that cannot be used, Refused for a bag that cannot be read."""
    if redacted:
        notes.append("the WACZ is a redacted copy: what vouches for it vouches for the copy, not for what was captured")
    signer = load_signer(config)
    if signer is None or WACZ_DIGEST not in bag.files:
        notes.append("the WACZ is not signed: no key is named" if signer is None else f"the WACZ has no {NAME}")
        return None
    from archiver.cms.wacz_auth import is_able, sign_digest

    if not is_able(signer.private):
        notes.append(
            "the WACZ is not signed: ReplayWeb.page verifies only ECDSA keys on P-384, and this key is another"
        )
        return None
    try:
        package = json.loads(_read(bag, f"{WACZ}datapackage.json"))
        created = str(package.get("created") or f"{bag.moment:%Y-%m-%dT%H:%M:%SZ}")
        digest = sign_digest(
            _read(bag, WACZ_DIGEST), signer.private, created=created, software="archiver", version=__version__
        )
    except (ValueError, AttributeError) as error:
        notes.append(f"the WACZ is not signed: {error}")
        return None
    notes.append(f"the WACZ is signed in its {NAME}, which is therefore not the one that the bag's manifests list")
    return digest


def timestamps(name: str, bag: Source, digest: bytes | None, config: Config, notes: list[str]) -> Mapping[str, bytes]:
    """Name -> content of what lies beside the package: a timestamp of its `datapackage-digest.json` by each authority
    of the settings, and its certificates. One that cannot be had is in the notes."""
    found: dict[str, bytes] = {}
    if not config.timestamp or (digest is None and WACZ_DIGEST not in bag.files):
        return found
    from archiver.trust.timestamp import timestamp

    roots = config.tsa_roots or config.trust_roots
    data = digest or _read(bag, WACZ_DIGEST)
    for url in several(config.timestamp):
        number = len(found) // 2 + 1
        file = f"{name}.{NAME}{'' if number == 1 else f'.{number}'}.tsr"
        try:
            response, chain = timestamp(data, url, Path(roots) if roots else None, Route.of(config))
        except ArchiverError as error:
            notes.append(f"the WACZ has no timestamp of this authority: {error}")
        else:
            found |= {file: response, f"{file}.crt": chain}
    return found


def _read(bag: Source, path: str) -> bytes:
    return b"".join(bag.read(path)) if bag.files.get(path, _LARGEST + 1) <= _LARGEST else b""
