"""One seed, top to bottom: capture, read and compare, write, seal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING
from uuid import uuid4

from archiver import __version__
from archiver.article.analyse import read
from archiver.article.credits.photos import PhotoReading, read_photos
from archiver.article.page_kind import stands_instead
from archiver.bag.bag_contents import BagContents, ClockCheck
from archiver.bag.names import bag_name
from archiver.bag.record import plain
from archiver.bag.staging import StagedBag
from archiver.bag.write_payload import fill
from archiver.before_seal.checks import run_checks
from archiver.capture.fetch import Fetcher, Session
from archiver.capture.robots.policy import retry_after
from archiver.capture.warc import CONFORMS_TO
from archiver.capture.wire.recorder import Recorder
from archiver.config import Config
from archiver.digest import sha256
from archiver.job.result import COMPARED, Archived, BagIdentity
from archiver.job.rights_rule import rule_for
from archiver.job.staged_warcs import StagedWarcs, check_warcs
from archiver.job.views.rendering import Shown, shown
from archiver.job.views.second_view import with_second_view
from archiver.job.visits import unchanged
from archiver.job.witnesses import with_witnesses
from archiver.ledger.answers import Answer
from archiver.ledger.private import keep_beside
from archiver.mementos.addresses import ArchivedAddress, archived_address
from archiver.mementos.consult import Consulted, Known, Mementos
from archiver.model import Capture, Failure, LeadImage, Page, PreviousBag, Reading, Seed, SourceDocument
from archiver.model.bracket import FIELD, Opening
from archiver.model.check import Check
from archiver.seeds.private.facts import set_apart
from archiver.transfer.acceptable_signer import signature_judge
from archiver.trust.seal_new_bag import seal

if TYPE_CHECKING:
    from archiver.imports.importer import Importer
    from archiver.job.outbox import Outbox
    from archiver.trust.sign import Signer

CHECKS = ".archiver/checks"
"""Where what is looked at before sealing lies for as long."""
_READING = Lock()
"""Reading is pure work: threads of one process that read at once only take the interpreter from each other (a quarter
more CPU a seed). They overlap where they wait for the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the pipeline needs besides a seed: settings, the fetcher, the job's identifier, ids and the clock; `outbox`
    where bags are delivered."""

    config: Config
    fetcher: Fetcher
    job: str
    signer: "Signer | None" = None
    outbox: "Outbox | None" = None
    new_id: Callable[[], str] = lambda: str(uuid4())
    new_salt: Callable[[], str] = lambda: token_hex(32)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    mementos: Mementos | None = None
    second: Recorder | None = None
    """Asks for pages once more, through the proxy of `--second-view`."""
    opening: Opening | None = None
    """Of the job's bracket, where it has one."""
    importer: "Importer | None" = None
    """Takes pages from the files of `--from`, in place of the network."""
    clock: Callable[[], ClockCheck | None] = lambda: None
    """What a time service says of this machine's clock."""


def archive(
    seed: Seed, tools: Tools, identity: BagIdentity | None = None, previous: tuple[PreviousBag, ...] = ()
) -> Archived | Failure:
    """Turn a seed into a staged bag, with the identity it was given, or into the Failure that says why there is none.
    `previous` are the earlier bags of its address, which the new one names.

    Raises StorageError when a file cannot be written, RecordingError when the record is not whole; nothing stays
    staged then.
    """
    config, started, uuid = tools.config, tools.now(), identity.uuid if identity else tools.new_id()
    staged = StagedBag(config.bags, identity.name if identity else bag_name(seed.name, started, uuid), uuid)
    writer = StagedWarcs(staged, bags=config.bags, info=warcinfo(tools), started=started, new_id=tools.new_id)
    if tools.importer is not None:
        return _imported(seed, tools, tools.importer, writer, staged, previous)
    session = tools.fetcher.session(writer)
    try:
        place = archived_address(seed.url) if tools.mementos and config.memento != "never" else None
        # 1. capture the original
        fetched = tools.fetcher.fetch(place.original if place else seed.url, writer, session)
        if isinstance(fetched, Failure):
            consulted = _consulted(seed, fetched, None, None, session, tools, place)
            if isinstance(consulted.fetched, Failure):
                staged.discard()
                return replace(consulted.fetched, recorded=None)
            writer.close()
            sealed = _sealed(seed, consulted, None, writer, staged, tools, previous)
        else:
            capture, reading = _read_original(seed, fetched)  # 2. read the page, compare it with the seed
            if tools.second:
                capture = with_second_view(seed, capture, reading, session, tools.second, _read)
            with shown(seed, capture, reading, session, config) as after:  # 3. show it in a browser, where it takes one
                consulted = _consulted(seed, after.capture, reading, after, session, tools, place)
                writer.close()
                sealed = _sealed(seed, consulted, after, writer, staged, tools, previous)
    except BaseException:
        staged.discard()
        raise
    if config.only_changed and (visit := unchanged(sealed, seed, previous, config.bags)):
        staged.discard()
        return replace(sealed, repeats=visit["same_as"]["bag"], visit=visit, warning=None)
    return sealed


def _imported(
    seed: Seed,
    tools: Tools,
    importer: "Importer",
    writer: StagedWarcs,
    staged: StagedBag,
    previous: tuple[PreviousBag, ...],
) -> Archived | Failure:
    """A bag of a page that others captured. Raises StorageError, RecordingError."""
    try:
        found = importer.capture(seed, writer, _read, staged.add)
        if isinstance(found, Failure):
            staged.discard()
            return found
        writer.close()
        consulted = Consulted(fetched=found.capture, reading=found.reading)
        return _sealed(seed, consulted, None, writer, staged, tools, previous)
    except BaseException:
        staged.discard()
        raise


def _consulted(
    seed: Seed,
    fetched: Capture | Failure,
    reading: Reading | None,
    after: Shown | None,
    session: Session,
    tools: Tools,
    place: ArchivedAddress | None,
) -> Consulted:
    """Where the original is gone or another, what web archives have of it. Raises StorageError, RecordingError."""
    if tools.mementos is None:
        return Consulted(fetched=fetched, reading=reading)
    rendered = after.rendering.reading if after and after.rendering else None
    known = Known(fetched=fetched, reading=reading, rendered=rendered)
    return tools.mementos.consult(seed, known, session.recording, _read, place)


def _sealed(
    seed: Seed,
    consulted: Consulted,
    after: Shown | None,
    writer: StagedWarcs,
    staged: StagedBag,
    tools: Tools,
    previous: tuple[PreviousBag, ...],
) -> Archived:
    """Write and seal the bag. Raises StorageError, RecordingError."""
    config, capture, reading = tools.config, consulted.fetched, consulted.reading
    assert isinstance(capture, Capture)
    assert reading is not None
    capture = with_witnesses(capture, previous, config.confirm, tools.now())
    photos = _photos(seed, capture, consulted)
    reading = replace(reading, credits=(*reading.credits, *photos.credits), claims={**reading.claims, **photos.claims})
    check_warcs(writer.paths(), others=capture.imported is not None)  # 4. judge the WARC by what will judge the bag
    apart = set_apart(seed, config, staged.identifier, tools.new_salt())
    contents = BagContents(
        seed=apart.seed,
        capture=capture,
        reading=reading,
        lead=photos.lead,
        lead_body=_body_of(photos.lead, consulted, capture),
        config=apart.config,
        private=apart.part,
        name=staged.name,
        identifier=staged.identifier,
        group=tools.job,
        sealed=max(tools.now(), capture.finished),  # the clock may have been set back
        clock=tools.clock(),
        by_rule=rule_for(
            config, seed, capture, reading, after.rendering.reading if after and after.rendering else None
        ),
        rendering=after.rendering if after else None,
        previous=previous,
        opening=tools.opening,
    )

    def check(paths: list[str]) -> tuple[Check, ...]:
        return run_checks(staged.path / "data", paths, config.before_seal, config.bags / CHECKS, tools.now)

    bag, contents = fill(staged, contents, check)  # 5. write, check and seal
    warcs = {f"data/wacz/archive/{path}": digest for path, _, digest in staged.written("wacz/archive/")}
    keep_beside(config.bags, staged.name, apart.part)
    judge = signature_judge(config)
    unsigned = seal(bag, capture, warcs, config=apart.config, signer=tools.signer, now=contents.sealed, judge=judge)
    warning = "; ".join(each for each in (unsigned, *(check.line for check in contents.checks)) if each) or None
    return Archived(
        bag=bag,
        outcome=capture.outcome,
        verdict=reading.comparison.verdict,
        reason=capture.reason,
        status=capture.status,
        answer=_answer(capture, config),
        crawl_delay=capture.crawl_delay,
        retry_after=_retry_after(capture),
        warning=warning,
        views_differ=capture.second_view is not None and capture.second_view.differs is True,
    )


def _retry_after(capture: Capture) -> float | None:
    """How long a busy host asked to be left alone (RFC 9110, section 10.2.3; RFC 6585, section 4)."""
    if capture.page is None or capture.status not in (429, 503):
        return None
    return retry_after(capture.page.header("retry-after"), capture.finished)


def _answer(capture: Capture, config: Config) -> Answer:
    """What the ledger keeps of the answer."""
    memento = capture.memento
    used = {"archive": memento.archive, "datetime": plain(memento.datetime), "uri": memento.uri} if memento else None
    return Answer(
        status=capture.status,
        payload_sha256=capture.payload_sha256 or (sha256(capture.page.body) if capture.page else None),
        unread=capture.unread,
        truncated=capture.truncated,
        limit=config.limits.response_bytes,
        memento=used,
        witnesses=tuple(plain(capture.witnesses)),
    )


def _read(seed: Seed, page: Page) -> Reading:
    with _READING:
        return read(seed, page)


def _read_original(seed: Seed, capture: Capture) -> tuple[Capture, Reading]:
    """The original's page read, and the capture with the outcome that the page shows. The model of the page is let go:
    its tree would stay in memory until the bag is written."""
    page = capture.page
    assert page is not None, "a capture that was just fetched has a page"
    reading = _from_wire(_read(seed, page), capture)
    instead = stands_instead(seed, page, reading, capture.redirects, truncated=capture.truncated)
    if instead and (capture.outcome == "captured" or (capture.outcome == "failed" and page.status >= 400)):
        capture = replace(capture, outcome=instead.outcome, reason=instead.reason, unread=instead.unread)
    return capture, reading.without_model()


def _photos(seed: Seed, capture: Capture, consulted: Consulted) -> PhotoReading:
    """The photos of the original's page; where a memento was read, its lead image alone."""
    if consulted.photos is None:
        return read_photos(seed, capture.requisites.photos if capture.requisites else ())
    found, document = read_photos(seed, consulted.photos), consulted.photo_document
    return replace(
        found,
        lead=replace(found.lead, memento_datetime=document.captured) if found.lead and document else found.lead,
        credits=tuple(replace(each, document=document) for each in found.credits),
        claims={name: tuple(replace(each, document=document) for each in said) for name, said in found.claims.items()},
    )


def _body_of(lead: LeadImage | None, consulted: Consulted, capture: Capture) -> bytes:
    """The file of the lead photo, as far as it was read."""
    if lead is None:
        return b""
    photos = (
        consulted.photos if consulted.photos is not None else capture.requisites.photos if capture.requisites else ()
    )
    return next((each.body for each in photos if each.record_id == lead.record_id), b"")


def _from_wire(reading: Reading, capture: Capture) -> Reading:
    """The reading with the document it was made from: the recorded response."""
    started = capture.final.started if capture.final else None
    source = SourceDocument(kind=COMPARED, record_id=capture.record_id, url=capture.final_url, captured=started)
    return replace(
        reading,
        article=replace(reading.article, source=source),
        comparison=replace(reading.comparison, source=source),
    )


def warcinfo(tools: Tools) -> dict[str, str]:
    """The fields of the warcinfo record (WARC 1.1, section 6.2): what wrote this file, for whom, under which rules."""
    config = tools.config
    contact = config.contact_email if config.private == "stated" else None
    return {
        "software": f"archiver/{__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": CONFORMS_TO,
        "operator": ", ".join(each for each in (config.stated_person, config.organisation, contact) if each),
        "isPartOf": tools.job,
        "http-header-user-agent": config.user_agent,
        "robots": {"obey": "obey"}.get(config.robots, "ignore"),
        **({FIELD: tools.opening.named} if tools.opening else {}),
    }
