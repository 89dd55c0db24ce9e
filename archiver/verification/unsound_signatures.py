"""Takes signatures out of a bag that could never be accepted, so that a sound one can be put in their place.

Could never: it cannot be read, its algorithm is weak or it does not fit its own certificate, the certificate is not for
documents, or was revoked before. A signature of another state of the bag stays: it shows that the bag was changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archiver.cms.read import InvalidCms, read_signature
from archiver.digest import sha256
from archiver.errors import Refused, StorageError
from archiver.model import Finding
from archiver.trust.certificates import complete, pem_of
from archiver.trust.custody import Agent, append
from archiver.trust.seal import chain
from archiver.validation.bagit.tree import scan
from archiver.validation.trust.checks import check_trust
from archiver.validation.trust.policy import Trust

_NEVER = frozenset(("SIG001", "SIG002", "SIG004", "SIG020", "SIG030", "TSR001", "TSR002", "TSR004"))
_BESIDE = (".crt", ".crl", ".ocsp")


@contextmanager
def without_unsound(bag: Path, agent: Agent) -> Iterator[bool]:
    """The bag without its unsound signature and what lies over it, noted in its custody log; whether there was one.
    Where the block raises and has put no other in its place, everything is as it was.

    Raises Refused where a sound signature lies over the unsound one: it would go too. StorageError.
    """
    links = chain(bag)
    first = next((number for number in range(1, len(links)) if _reason(bag, links, number)), None)
    if first is None:
        yield False
        return
    reason = _reason(bag, links, first)
    if any(each.suffix == ".p7s" for each in links[first + 1 :]):
        raise Refused(f"{links[first].name} is unsound ({reason}), but another signature lies over it")
    try:
        files = [each for link in links[first:] for each in _with_beside(link)]
        kept = {each: each.read_bytes() for each in files}
        removed = [{"file": each.relative_to(bag).as_posix(), "digest": sha256(data)} for each, data in kept.items()]
        detail = {"removed": removed, "reason": reason}
        event = append(bag, "replacement", at=datetime.now(UTC), agent=agent, detail=detail)
        for each in kept:
            each.unlink()
        try:
            yield True
        except BaseException:
            if not any(each.exists() for each in kept):
                for path, data in kept.items():
                    path.write_bytes(data)
                event.unlink()
            raise
    except OSError as error:
        raise StorageError.from_os("replace a signature", error) from error


def _with_beside(link: Path) -> list[Path]:
    """A link, the timestamps of other authorities beside it, the list where it renews, and what lies beside each."""
    links = [link]
    if link.suffix == ".tsr":
        links += [link.with_suffix(f".{number}.tsr") for number in range(2, 10)]
        links += [link.with_suffix("")] if link.with_suffix("").suffix == ".sha512" else []
    found = (path for each in links for path in (each, *(each.with_name(each.name + end) for end in _BESIDE)))
    return [each for each in found if each.is_file()]


def _reason(bag: Path, links: list[Path], number: int) -> str | None:
    """Why a link of the chain can never be accepted; None where it can."""
    path = links[number].relative_to(bag).as_posix()
    try:
        tree = scan(bag)[0]
        own = Trust(roots=_root(links[number], links[number - 1]))
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error
    found = [each for each in check_trust(tree, Trust())[1] if each.path == path and each.code in _NEVER]
    found += [each for each in check_trust(tree, own)[1] if each.path == path and each.code == "SIG030"]
    return _said(found[0]) if found else None


def _said(each: Finding) -> str:
    return f"{each.code}: {each.message}"


def _root(link: Path, over: Path) -> bytes | None:
    """The certificate that a signature's own chain ends in."""
    if link.suffix != ".p7s":
        return None
    try:
        signature = read_signature(link.read_bytes(), over.read_bytes())
    except InvalidCms:
        return None
    return pem_of(complete(signature.certificate, signature.certificates)[-1:])
