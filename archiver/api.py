"""archiver for Python programs: what the commands do, as functions on values (docs/python.md).

    import archiver

    seed = archiver.read_seed("seeds/ferry-strike.txt")
    for result in archiver.archive([seed], bags="bags", contact_email="archive@example.org"):
        print(result.outcome, result.bag, result.verdict)

Everything here is named in `archiver` too. Settings are the keys of `archiver.toml`, as keyword arguments; `config` is
a `Config` that they go over, as from `archiver.config.load`. Every function may raise UsageError for wrong arguments
or settings and StorageError for what cannot be read or written. What is wrong with a page or bag is in the result.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archiver.errors import ArchiverError, Refused, StorageError, UsageError
from archiver.job.seed_result import SeedResult
from archiver.model import Article, Finding, Page, Reading, Report, Seed, SeedRefused, SourceDocument

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import timedelta

    from archiver.config import Config
    from archiver.exports.export import LeftOut
    from archiver.fixity.plan import Audited, AuditProgress
    from archiver.job.events import Event
    from archiver.transfer.handoff import HandedOff
    from archiver.transfer.receive import Received
    from archiver.verification.sign_valid import SignedBag
    from archiver.view.open_bag import OpenBag

__all__ = [
    "ArchiverError",
    "Article",
    "Finding",
    "Reading",
    "Refused",
    "Report",
    "Seed",
    "SeedResult",
    "StorageError",
    "UsageError",
    "archive",
    "audit",
    "compare",
    "export",
    "extract",
    "handoff",
    "open_bag",
    "read_seed",
    "receive",
    "sign",
    "validate",
]

AnyPath = str | Path


def read_seed(path: AnyPath) -> Seed:
    """Read a seed document. Raises StorageError for a file that cannot be read, UsageError where it is not a seed."""
    from archiver.config import Limits
    from archiver.seeds.sources import read_seeds

    place = Path(path)
    if place.is_dir():
        raise UsageError(f"{place} is a folder; archive() takes folders and lists of seeds, read_seed() one document")
    if not place.exists():
        raise StorageError(f"cannot read the seed {place}: no such file")
    found = list(read_seeds([str(place)], limits=Limits()))
    if len(found) == 1 and isinstance(found[0], Seed):
        return found[0]
    refused = next((each for each in found if isinstance(each, SeedRefused)), None)
    raise UsageError(str(refused) if refused else f"{place} is a list of {len(found)} seeds; archive() takes lists")


def extract(html: bytes | str | Page, *, url: str = "", headers: Sequence[tuple[str, str]] = ()) -> Article:
    """The text of an HTML page, with what the page says of headline, dates, authors and credits.

    `headers` are those it was served with: `Content-Type` decides the encoding of bytes; text is taken as it is. A
    `Page` has its own address and headers. A page that cannot be read gives an Article without text and a `note` that
    says why.
    """
    from archiver.article.analyse import read
    from archiver.article.saved_page import page_of

    return read(None, html if isinstance(html, Page) else page_of(html, url, headers)).article


def compare(seed: Seed, page: AnyPath | bytes | Page, *, url: str | None = None, fast: bool = False) -> Reading:  # noqa: ARG001
    """How a saved page relates to a seed: `.comparison`, `.article`, `.claims`, `.agreement`, `.credits`, `.links`.

    `page` is a file, gzipped or not, the bytes of one, or a `Page`. `url` is where it came from (default: the seed's
    address). `fast` is accepted and does nothing: the text depends on the page alone.
    """
    from archiver.article.analyse import read
    from archiver.article.saved_page import page_of, saved_page

    address = seed.url if url is None else url
    file = None
    if isinstance(page, bytes):
        page = page_of(page, address)
    elif not isinstance(page, Page):
        file = Path(page).name
        page = saved_page(Path(page), address)
    reading = read(seed, page)
    source = SourceDocument(kind="import", file=file, url=address)
    return replace(reading, comparison=replace(reading.comparison, source=source))


def archive(
    seeds: "Seed | AnyPath | Iterable[Seed | SeedRefused | AnyPath]",
    *,
    bags: AnyPath,
    config: "Config | None" = None,
    on_event: "Callable[[Event], None] | None" = None,
    stop: "threading.Event | None" = None,
    **settings: Any,
) -> Iterator[SeedResult]:
    """Fetch the original of each seed and make a bag of each in the folder `bags`; a result for each, as they end.

    Seeds are values of `read_seed`, or places: documents, folders, lists (.csv, .jsonl), addresses. Results come once
    they are durable, not in the order of the seeds. Seeds that an earlier job was done with are not fetched again
    (`retry`, `recapture`). Setting `stop` ends the job after the seeds under way; closing the iterator too, and those
    run again the next time. `on_event` is called with each event of the job (docs/watching.md). Settings and places
    are checked at once, before anything is written. While iterating, raises BagsLocked where another job has the
    folder.
    """
    from archiver.config import configured
    from archiver.job.check_settings import checked
    from archiver.job.run_job import seed_results
    from archiver.seeds.sources import seeds_of

    settled = checked(configured({**settings, "bags": Path(bags)}, config))
    found = seeds_of(seeds, limits=settled.limits, guess_url=settled.guess_url)
    return seed_results(settled, found, on_event or (lambda _: None), stop)


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
        trusted_lists=_paths(trusted_lists),
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


def handoff(
    bags: AnyPath | Iterable[AnyPath],
    target: AnyPath,
    *,
    form: str | None = None,
    receiver: str = "generic",
    redact: bool = False,
    group: str | None = None,
    group_size: str | None = None,
    verify: bool = False,
    receipts: AnyPath | None = None,
    endpoint: str | None = None,
    second_opinion: bool | Literal["required"] = True,
    config: "Config | None" = None,
    **settings: Any,
) -> "Iterator[HandedOff]":
    """Pack bags, deliver them to `target`, read them back, keep a receipt; a result for each as it ends.

    `bags` are bags or folders of bags, `target` an existing folder or s3://BUCKET/PREFIX at `endpoint`. `form` is
    `folder`, `tar`, `tgz`, `zip` or `wacz`; `receiver` makes bags to a profile (`aptrust`, `archivematica`, `btr`) or
    packages (`dspace`, `eark`), `redact` access copies; `group` makes one bag of all, in parts of `group_size`;
    `verify` reads again what was delivered before. A bag that is not valid is not delivered: it is `refused`.
    """
    from archiver.config import configured
    from archiver.transfer.hand_off_bags import Shape, form_of, hand_off_bags
    from archiver.transfer.handoff import HandoffOptions
    from archiver.validation.discover import find_bags
    from archiver.verification.judge import processors

    given: dict[str, Any] = {"target": str(target), "form": form_of(form, receiver), "endpoint": endpoint}
    given |= {"verify": verify, "receipts": Path(receipts) if receipts else None, "second_opinion": second_opinion}
    options = HandoffOptions(**given, cores=processors())
    shape = Shape(receiver=receiver, redact=redact, group=group, group_size=group_size)
    return hand_off_bags(list(find_bags(_paths(bags))), options, shape, configured(settings, config))


def export(
    bags: AnyPath | Iterable[AnyPath],
    *,
    form: str = "csv",
    back: AnyPath | None = None,
    ledger: AnyPath | None = None,
    left_out: "Callable[[LeftOut], None] | None" = None,
) -> Iterator[bytes]:
    """The bytes of an export of bags, in chunks, in a form of `archiver export` (docs/export.md).

    `back` is a list of seeds, given back with `archiver_` columns, its own bytes as they were; `ledger` the folder of
    bags whose ledger is asked (default: `bags`, if it is one). `left_out` is called with each bag left out.
    """
    from archiver.exports.export import export_places

    folder, tell = Path(ledger) if ledger else None, left_out or (lambda _: None)
    return export_places(_paths(bags), form, Path(back) if back else None, folder, datetime.now(UTC).date(), tell)


def receive(
    packages: str | Path | Iterable[AnyPath],
    *,
    bags: AnyPath,
    unpack: bool = False,
    require_signature: bool = False,
    require_timestamp: bool = False,
    trusted_lists: Iterable[AnyPath] = (),
    second_opinion: bool | Literal["required"] = True,
    signer: str | None = None,
    trust_roots: AnyPath | None = None,
    tsa_roots: AnyPath | None = None,
    endpoint: str | None = None,
    config: "Config | None" = None,
    **settings: Any,
) -> "Iterator[Received]":
    """Take in packages that others hand over: unpack, validate, put the bags into the folder `bags`, keep a receipt.

    Packages are bags in folders, .tar, .tgz, .tar.gz or .zip files, or s3://BUCKET/KEY at `endpoint`. `unpack` puts
    the bags of a group into the folder one by one. What is required of signatures is as for `validate`.
    """
    from archiver.config import configured
    from archiver.transfer.delivery import signing
    from archiver.transfer.receive import receive as take_in
    from archiver.verification.demands import trust_of
    from archiver.verification.judge import processors

    asked: dict[str, Any] = {"trust_roots": trust_roots, "tsa_roots": tsa_roots, "signer": signer}
    asked |= {"require_signature": require_signature, "require_timestamp": require_timestamp}
    trust = trust_of(**asked, trusted_lists=_paths(trusted_lists))
    settled = configured({**settings, "bags": Path(bags)}, config)
    return take_in(
        [str(each) for each in ([packages] if isinstance(packages, (str, Path)) else packages)],
        settled.bags,
        settled,
        trust=trust,
        endpoint=endpoint,
        sign=signing(settled),
        unpack_groups=unpack,
        cores=processors(),
        second_opinion=second_opinion,
    )


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

    copies = _paths(replicas)
    plan = Plan.of(sample=sample, older=older_than, seed=seed, replicas=copies, accept=accept, readings=readings)
    return audit_bags(_paths(bags), plan, RateLimiter(rate), progress=progress)


def _paths(named: AnyPath | Iterable[AnyPath]) -> list[Path]:
    return [Path(named)] if isinstance(named, (str, Path)) else [Path(each) for each in named]
