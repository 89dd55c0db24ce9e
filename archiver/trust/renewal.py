"""Renews the timestamps of a bag: a list of the SHA-512 of all that they rest on, and a new timestamp of that list.

    signatures/tagmanifest-sha256.txt.p7s.tsr.sha512       what is renewed, as `sha512sum` writes it
    signatures/tagmanifest-sha256.txt.p7s.tsr.sha512.tsr   its timestamp (imprint SHA-512); .crt beside

Whether it is in time, the caller judges (`verification/renewal.py`); docs/adr/0275 says what was taken from RFC 4998.
"""

import hashlib
from pathlib import Path

from archiver.errors import Refused, StorageError
from archiver.trust.certificates import Certificate, from_pem
from archiver.trust.custody import append
from archiver.trust.seal import SIGNATURES, ChainWriter, chain
from archiver.trust.sign import Signer
from archiver.trust.signing import Signing

LIST = ".sha512"
_SEALED = ("tagmanifest-*.txt", "manifest-*.txt")


def renew_bag(bag: Path, signer: Signer | None, by: Signing) -> list[Path]:
    """Renew the timestamps of a bag, and note it in its custody log; the files written.

    Raises Refused where there is no timestamp or `by.judge` refuses, TimestampError, StorageError; nothing is written
    then."""
    last = chain(bag)[-1]
    if last.suffix != ".tsr":
        raise Refused(
            "there is no timestamp to renew at the end of its chain; 'archiver sign --timestamp URL' adds one"
        )
    writer = ChainWriter(None, by, judged=bag)
    files = writer.renew(list_of(bag), f"{last.name}{LIST}", bag / SIGNATURES, _chain_beside(last))
    detail = {
        "renewed": last.relative_to(bag).as_posix(),
        "timestamp": writer.first,
        "files": [each.relative_to(bag).as_posix() for each in files],
        **writer.authorities,
    }
    event = append(bag, "renewal", at=by.now, agent=by.agent, detail=detail)
    return [*files, event, *ChainWriter(signer, by).extend(event, event.parent)]


def list_of(bag: Path) -> bytes:
    """The SHA-512 of the manifests of a bag and of every file in its `signatures/`. Raises StorageError."""
    try:
        files = [each for pattern in _SEALED for each in sorted(bag.glob(pattern))]
        files += sorted(each for each in (bag / SIGNATURES).rglob("*") if each.is_file())
        lines = []
        for each in files:
            with each.open("rb") as stream:
                lines.append(f"{hashlib.file_digest(stream, 'sha512').hexdigest()}  {each.relative_to(bag).as_posix()}")
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error
    return ("\n".join(lines) + "\n").encode("ascii", "backslashreplace")


def _chain_beside(stamp: Path) -> list[Certificate]:
    """The chain of the authority that made a timestamp, its own certificate first, as it was kept beside it."""
    try:
        return list(reversed(from_pem(stamp.with_name(f"{stamp.name}.crt").read_bytes())))
    except (OSError, ValueError):
        return []
