"""Makes a capture of a seed from the files of `--from`: which of the captures the seed chooses, and what its bag says
of those who made it (docs/capture/imports.md). Asks nobody: no request is made."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archiver.article.page_kind import stands_instead
from archiver.capture.capture_writer import CaptureFiles
from archiver.config import Config
from archiver.errors import StorageError
from archiver.imports.bounds import LISTED, READS
from archiver.imports.copying import Unusable
from archiver.imports.files import build_index
from archiver.imports.find import Candidate, away, candidates
from archiver.imports.index import FileRow, Index
from archiver.imports.take_over import TakeOver
from archiver.mementos.choose import Judged, in_words
from archiver.mementos.seek import near_of
from archiver.model import Capture, Failure, HeldCapture, Page, Reading, Seed, SourceDocument
from archiver.model.imported import ImportCheck, Imported, ImportedCapture, ImportedFile, Stated

INDEX = ".archiver/staging/imports.sqlite"
"""Below the bags folder, while a job runs."""
EVIDENCE = "import/page.mhtml"
NOT_SEEN = (
    "the connection: archiver saw neither its address nor its TLS certificate",
    "whether the bytes were altered between their capture and the import",
    "whether the time, the software and the person that the file states are right",
)
NO_MESSAGE = "the messages as they went over the wire: the file has bodies and some headers, decoded"
AFTER_SCRIPTS = "the page as the server sent it: a browser saved what scripts had made of it"
_PERSONS = ("software", "operator", "isPartOf", "description", "hostname", "ip", "http-header-user-agent", "robots",
            "conformsTo", "created", "publisher", "title")  # fmt: skip
"""Fields of a warcinfo that the record takes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromFiles:
    """A capture out of the files, and the page read."""

    capture: Capture
    reading: Reading


@dataclass(slots=True)
class _Best:
    candidate: Candidate
    page: Page
    reading: Reading
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Finds seeds' pages in the index of the files, for one job."""

    config: Config
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def capture(
        self,
        seed: Seed,
        into: CaptureFiles,
        reads: Callable[[Seed, Page], Reading],
        keep: Callable[[str, bytes], None],
    ) -> FromFiles | Failure:
        """The capture that the seed chooses; `keep` takes a file for the bag's payload. Raises StorageError."""
        index = Index(self.config.bags / INDEX)
        try:
            return self._capture(seed, index, into, reads, keep)
        finally:
            index.close()

    def _capture(
        self,
        seed: Seed,
        index: Index,
        into: CaptureFiles,
        reads: Callable[[Seed, Page], Reading],
        keep: Callable[[str, bytes], None],
    ) -> FromFiles | Failure:
        now = self.now()
        files = {each.number: each for each in index.files()}
        found, cut = candidates(index, seed, now)
        bounded = cut or any(each["check"] == "bound" for file in files.values() for each in _facts(file)["checks"])
        if not found:
            return self._failed(seed, now, _not_there(index, files, bounded))
        take = TakeOver(index=index, files=files, into=into, config=self.config, now=now)
        best, read, why = self._chosen(seed, found, take, reads)
        if best is None:
            many = f"{len(found)} {'capture' if len(found) == 1 else 'captures'} of it"
            return self._failed(
                seed, now, f"the files of --from have {many}, and none is a page that can be read: {why}"
            )
        chosen = best.candidate
        try:
            record_id, page = take.page(chosen.place)
        except Unusable as error:
            return self._failed(seed, now, f"its record cannot be copied: {error}")
        for hop in chosen.hops:
            take.hop(hop)
        take.seen_again(chosen.place)
        requisites = take.requisites(page, chosen.place) if self.config.requisites else None
        file = files[chosen.place.file]
        bodies = file.kind in ("har", "mhtml")
        evidence = None
        if file.kind == "mhtml":
            keep(EVIDENCE, _bytes_of(file))
            evidence = EVIDENCE
        described = self._described(chosen, found, read, file, bounded=bounded, evidence=evidence, now=now, take=take)
        redirects = tuple(each.location for each in chosen.hops if each.location)
        moments = [each.started for each in take.exchanges] or [chosen.moment or now]
        instead = stands_instead(seed, page, best.reading, redirects)
        source = SourceDocument(kind="import", record_id=record_id, url=page.url, captured=chosen.moment)
        if not bodies:
            into.warc().write_metadata(
                refers_to=record_id,
                url=page.url,
                moment=now,
                fields=[
                    ("copied-from", file.name),
                    ("copied-from-sha256", file.sha256),
                    ("matched-by", chosen.matched),
                ],
            )
        response = chosen.place.type == "response"
        capture = Capture(
            outcome=instead.outcome if instead else "captured",
            reason=instead.reason if instead else None,
            unread=instead.unread if instead else None,
            started=min(moments),
            finished=max(moments),
            requested_url=seed.url,
            final_url=page.url,
            status=chosen.place.status,
            redirects=redirects,
            record_id=record_id if response else None,
            payload_sha256=chosen.place.payload if response else None,
            exchanges=tuple(take.exchanges),
            page=page,
            user_agent=take.user_agent or "not stated",
            requisites=requisites,
            index=tuple(take.entries),
            imported=described,
        )
        return FromFiles(capture=capture, reading=_from(best.reading, source))

    def _chosen(
        self, seed: Seed, found: list[Candidate], take: TakeOver, reads: Callable[[Seed, Page], Reading]
    ) -> tuple[_Best | None, dict[int, Judged], str]:
        """The capture with the most of the seed, of equals the nearest to its date; what was read; why others not."""
        near, why = near_of(seed), "none has status 200"
        best: _Best | None = None
        read: dict[int, Judged] = {}
        known: set[str] = set()
        for each in found:
            place = each.place
            if len(read) == READS:
                break
            if place.status is not None and not 200 <= place.status < 300:
                why = f"status {place.status}"
                continue
            if place.payload and place.payload in known:
                continue
            try:
                page = take.read(place)
            except Unusable as error:
                why = str(error)
                continue
            if place.payload:
                known.add(place.payload)
            reading = reads(seed, page)
            judged = Judged.of(reading, article=stands_instead(seed, page, reading, ()) is None)
            read[place.id] = judged
            rank, ahead = (*judged.rank, -away(each, near)), None
            if best is not None:
                ahead = (*best.judged.rank, -away(best.candidate, near))
            if ahead is None or rank > ahead:
                best = _Best(each, page, reading, judged)
            if judged.matches:
                break
        return best, read, why

    def _described(
        self,
        chosen: Candidate,
        found: list[Candidate],
        read: dict[int, Judged],
        file: FileRow,
        *,
        take: TakeOver,
        bounded: bool,
        evidence: str | None,
        now: datetime,
    ) -> Imported:
        facts, names = _facts(file), {each.number: each.name for each in take.files.values()}
        held = [
            HeldCapture(
                datetime=each.moment or now,
                uri=each.place.url or "",
                status=each.place.status,
                verdict=read[each.place.id].verdict if each.place.id in read else None,
                seed_coverage=read[each.place.id].seed_coverage if each.place.id in read else None,
            )
            for each in found
        ]
        listed = sorted(
            range(len(found)), key=lambda n: (held[n].verdict is None, found[n].place.id != chosen.place.id)
        )
        captures = tuple(
            ImportedCapture(
                datetime=held[n].datetime,
                url=held[n].uri,
                status=held[n].status,
                file="!".join(filter(None, (names[found[n].place.file], found[n].place.entry))),
                verdict=held[n].verdict,
                seed_coverage=held[n].seed_coverage,
            )
            for n in listed[:LISTED]
        )
        words = in_words([each for each in held if each.verdict], chosen.moment or now, len(held))
        if bounded:
            words += "; not all of the files was looked at"
        info = facts["infos"].get(chosen.place.info or "") or (
            next(iter(facts["infos"].values()), []) if len(facts["infos"]) == 1 else []
        )
        stated = [Stated(**each) for each in facts["stated"]]
        stated += [Stated(name=name, value=value, source="warcinfo") for name, value in info if name in _PERSONS]
        of_bodies = file.kind in ("har", "mhtml")
        unseen = [*NOT_SEEN, *([NO_MESSAGE] if of_bodies else []), *([AFTER_SCRIPTS] if file.kind == "mhtml" else [])]
        if not of_bodies:
            unseen.append("which version of HTTP was spoken: browsers' tools write HTTP/2 and 3 down as HTTP/1.1")
        if take.cookies:
            unseen.append("what others would have seen: a request that was copied sent cookies or a login")
        return Imported(
            file=ImportedFile(
                name=file.name,
                kind=file.kind,  # type: ignore[arg-type]
                bytes=file.bytes,
                sha256=file.sha256,
                entry=chosen.place.entry,
            ),
            copy="bodies" if of_bodies else "records",
            captured=chosen.moment,
            imported=now,
            matched=chosen.matched,
            stated=tuple(stated),
            captures=captures,
            held=len(found),
            read=len(read),
            words=words,
            checks=tuple(ImportCheck(**each) for each in facts["checks"]),
            not_seen=tuple(unseen),
            evidence=evidence,
        )

    def _failed(self, seed: Seed, now: datetime, reason: str) -> Failure:
        return Failure(
            url=seed.url,
            outcome="failed",
            kind="import",
            reason=f"{reason}; nothing was asked",
            started=now,
            finished=now,
            attempts=0,
        )


def index_imports(config: Config) -> None:
    """Read the files of a job into its index. Raises UsageError, StorageError."""
    where = config.bags / INDEX
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError.from_os(f"write into {where.parent}", error) from error
    build_index(config.imports, where)


def _not_there(index: Index, files: dict[int, FileRow], bounded: bool) -> str:
    many = len(files)
    named = f"the {many} files" if many > 1 else f"the file {next(iter(files.values())).name}" if many else "no file"
    cut = ", of which not all was looked at" if bounded else ""
    damaged = [
        each["words"]
        for file in files.values()
        for each in _facts(file)["checks"]
        if (each["check"], each["outcome"]) == ("records", "failed")
    ]
    more = f" and {len(damaged) - 1} more" if len(damaged) > 1 else ""
    damage = f"; damaged: {damaged[0][:300]}{more}" if damaged else ""
    return f"not found by address, key or canonical link in {named} of --from ({index.count():,} records{cut}{damage})"


def _facts(file: FileRow) -> dict[str, Any]:
    """What was put down when the file was indexed: stated, checks, infos."""
    facts: dict[str, Any] = json.loads(file.facts)
    return facts


def _bytes_of(file: FileRow) -> bytes:
    try:
        return Path(file.path).read_bytes()
    except OSError as error:
        raise StorageError.from_os(f"read the file of --from {file.path}", error) from error


def _from(reading: Reading, source: SourceDocument) -> Reading:
    """The reading with the document it was made from."""
    return replace(
        reading,
        article=replace(reading.article, source=source),
        comparison=replace(reading.comparison, source=source),
    )
