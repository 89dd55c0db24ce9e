"""Renews the timestamps of a bag where that is in time: while one of those at the end of the chain is good,
its authority's certificates have not expired and are not revoked, and its algorithm has not ended.

A renewal after that would prove nothing of the time before, and hide that it is missing (docs/adr/0275).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.config import Config
from archiver.errors import Refused, StorageError, UsageError
from archiver.model import Finding
from archiver.trust.certificates import Certificate, complete, from_pem, pem_of
from archiver.trust.custody import is_ours
from archiver.trust.seal_new_bag import agent
from archiver.validation.bagit.tree import scan
from archiver.validation.trust.checks import check_trust
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.trust.unwritten import with_files

if TYPE_CHECKING:
    from archiver.trust.sign import Signer

_TOO_LATE = ("TSR009", "TSR012")


def renew(
    bag: Path, signer: "Signer | None", config: Config, *, force: bool = False, ask_revocation: bool = True
) -> list[Path]:
    """Renew the timestamps of a bag; the files written. Raises Refused with the reason, unless `force` is set, where
    that is not in time or the chain is broken, TimestampError, StorageError, UsageError."""
    from archiver.trust.renewal import renew_bag
    from archiver.trust.signing import Signing

    if config.timestamp is None:
        raise UsageError("--renew needs --timestamp URL: the authority that makes the new timestamp")
    if not is_ours(bag):
        raise Refused("archiver keeps no custody log in it: timestamps that lie beside a bag are not renewed")
    judge = None if force else partial(judge_renewal, bag, config)
    more = {"agent": agent(config), "ask_revocation": ask_revocation, "judge": judge}
    return renew_bag(bag, signer, Signing.of(config, datetime.now(UTC), **more))


def judge_renewal(bag: Path, config: Config, files: Mapping[str, bytes], root: Certificate) -> None:
    """Judge a renewal before it is written: `files` are the list, its timestamp and what lies beside. Where the
    settings name no roots, authorities are judged as by one who trusts those that lie beside their timestamps.

    Raises Refused, StorageError."""
    try:
        tree = scan(bag)[0]
        beside = sorted((bag / "signatures").rglob("*.tsr.crt"))
        own = [each for path in beside for each in _tops(path)]
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error
    roots = read_roots(config.trust_roots) if config.trust_roots else None
    authorities = pem_of(dict.fromkeys((root, *own)))
    tsa_roots = read_roots(config.tsa_roots, "--tsa-roots") if config.tsa_roots else roots or authorities
    found = check_trust(with_files(tree, files), Trust(roots=roots, tsa_roots=tsa_roots, now=datetime.now(UTC)))[1]
    chained = [each for each in found if not each.path.startswith("signatures/custody/")]
    wrong = [each for each in chained if each.severity == "error" and each.code.startswith(("SIG", "TSR"))]
    wrong += _too_late(chained, files)
    if wrong:
        raise Refused(f"{wrong[0].code} {wrong[0].path}: {wrong[0].message}")


def _too_late(found: list[Finding], files: Mapping[str, bytes]) -> list[Finding]:
    """Why none of the timestamps below the list is renewed by it."""
    listed = min((each for each in files if each.endswith(".sha512")), default=None)
    if listed is None:  # a further timestamp of a list that was judged
        return []
    last = listed.removesuffix(".sha512")
    group = last.removesuffix(".tsr")
    made = {each.path for each in found if each.code == "TSR005" and each.path.startswith(group)} - files.keys()
    made = {each for each in made if each.removeprefix(group).count(".tsr") == 1}
    late = [each for each in found if each.code in _TOO_LATE and each.path in made]
    return late if {each.path for each in late} >= made else []


def _tops(path: Path) -> list[Certificate]:
    """The ends of the chains in a file: an authority that was trusted by its own certificate would never be looked up
    in a list of revoked ones."""
    try:
        found = from_pem(path.read_bytes())
        return [complete(each, found)[-1] for each in found]
    except ValueError:
        return []
