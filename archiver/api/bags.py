"""Finished bags: validated, opened, signed, certified, read again, compared over time and with each other."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archiver.api.places import AnyPath, paths
from archiver.model import Report, Seed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from archiver.config import Config
    from archiver.families.family import Family
    from archiver.families.related import LeftOut
    from archiver.fixity.plan import Audited, AuditProgress
    from archiver.series.differences import Difference
    from archiver.series.history import Captured
    from archiver.verification.sign_valid import SignedBag
    from archiver.view.certificate import Certificate
    from archiver.view.open_bag import OpenBag


def validate(
    path: AnyPath,
    *,
    profile: str | Path | None = None,
    strict: bool = False,
    second_opinion: bool | Literal["required"] = False,
    require_signature: bool = False,
    require_timestamp: bool = False,
    signer: str | None = None,
    trust_roots: AnyPath | None = None,
    tsa_roots: AnyPath | None = None,
    trusted_lists: Iterable[AnyPath] = (),
) -> Report:
    """Validate one bag, in a folder or serialised, with every check that `archiver validate` makes.

    The report has `.ok`, `.findings` and `.not_checked`, the names of the checks that were not made: they are not
    passed. `second_opinion` asks bagit-python too, whose word decides against ours only where it is "required" or no
    error of its own is known. `profile` is a BagIt profile, a file or `archiver`, `btr`, `aptrust`; `trust_roots` the
    certificates that signatures are judged by, without which signers are reported and not verified; `trusted_lists` are
    XML files (ETSI TS 119 612).
    """
    from archiver.verification.demands import Demands
    from archiver.verification.judge import judge, processors

    demands = Demands.of(
        profile=profile,
        strict=strict,
        second_opinion=second_opinion,
        require_signature=require_signature,
        require_timestamp=require_timestamp,
        signer=signer,
        trust_roots=trust_roots,
        tsa_roots=tsa_roots,
        trusted_lists=paths(trusted_lists),
    )
    return judge(Path(path), demands, cores=processors())


def open_bag(path: AnyPath) -> "OpenBag":
    """A bag, in a folder or serialised, for reading: `.record`, `.info`, `.members`, `.files`, `.read(path)`.

    Whether what it says is true, `validate` judges. Use it in a `with` statement, or close it.
    """
    from archiver.view.open_bag import OpenBag

    return OpenBag(Path(path))


def sign(
    path: AnyPath,
    *,
    config: "Config | None" = None,
    force: bool = False,
    ask_revocation: bool = True,
    replace_unsound: bool = False,
    **settings: Any,
) -> "SignedBag":
    """Sign and timestamp one bag by the settings `key`, `certificate`, `passphrase` and `timestamp`.

    With `timestamp` alone it is timestamped only. A further signer signs what is signed before. Raises Refused for a
    bag that is not valid, and a signature that validation would not accept, unless `force` is set, and TimestampError:
    the signature stays then. `replace_unsound` takes out a signature that can never be accepted.
    """
    from archiver.config import configured
    from archiver.verification.sign_valid import sign_valid, signer_of

    settled = configured(settings, config)
    return sign_valid(
        Path(path),
        signer_of(settled),
        settled,
        force=force,
        ask_revocation=ask_revocation,
        replace_unsound=replace_unsound,
    )


def certify(path: AnyPath, *, trust_roots: AnyPath | None = None) -> "Certificate":
    """The draft of a certificate of authenticity of one bag, for a person to sign; nothing is written.

    Raises Refused for a bag that is not valid, or has no record.
    """
    from archiver.validation.trust.policy import read_roots
    from archiver.verification.certify import draft

    return draft(Path(path), datetime.now(UTC), read_roots(Path(trust_roots)) if trust_roots else None)


def audit(
    bags: AnyPath | Iterable[AnyPath],
    *,
    sample: float | None = None,
    older_than: "timedelta | None" = None,
    seed: str | None = None,
    rate: float | None = None,
    replicas: Iterable[AnyPath] = (),
    accept: bool = False,
    readings: AnyPath | None = None,
    progress: "AuditProgress | None" = None,
) -> "Iterator[Audited]":
    """Read every byte of bags again; for each, whether it is `good`, `changed`, `gone` or `moved`.

    `sample` is a share of the bags, 0 to 1, drawn by `seed`; those last good `older_than` ago are due; `rate` bytes a
    second are read at most; `replicas` are folders with copies, `readings` one for readings (None: beside the bags).
    `accept` takes what is sound as it is now. `progress` is filled in on the way.
    """
    from archiver.fixity.audit import audit as audit_bags
    from archiver.fixity.plan import Plan
    from archiver.fixity.read_bag import RateLimiter

    copies = paths(replicas)
    plan = Plan.of(sample=sample, older=older_than, seed=seed, replicas=copies, accept=accept, readings=readings)
    return audit_bags(paths(bags), plan, RateLimiter(rate), progress=progress)


def history(bags: AnyPath, seed: Seed | str) -> "Iterator[Captured]":
    """The bags of a seed, or of an address, in the folder `bags`, the oldest first, with what changed between them."""
    from archiver.series.history import history as history_of

    return history_of(Path(bags), *((seed.url, seed.sha256) if isinstance(seed, Seed) else (seed, None)))


def diff(older: AnyPath, newer: AnyPath) -> "Difference":
    """What differs between the pages of two bags of one article, both read again by this version's extractor."""
    from archiver.series.diff_bags import diff_bags

    return diff_bags(Path(older), Path(newer))


def related(
    bags: AnyPath | Iterable[AnyPath], *, left_out: "Callable[[LeftOut], None] | None" = None
) -> "Iterator[Family]":
    """Families of bags that hold one text, the largest first: what each paper cut, added or left uncredited.

    `left_out` is called with each bag that is not looked at, and the reason.
    """
    from archiver.families.related import related as families_of
    from archiver.validation.discover import find_bags

    found = find_bags(paths(bags), serialised=True)
    return families_of(found, datetime.now(UTC).date(), left_out or (lambda _: None))
