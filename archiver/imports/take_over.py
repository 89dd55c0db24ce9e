"""Takes a page that others captured, and what belongs to it, into the WARC file of a new bag: records bit for bit, or
what HAR and MHTML files have of it as resource records (docs/capture/imports.md)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archiver.capture.capture_writer import CaptureFiles, mime_of
from archiver.capture.requisites.find import Requisite, needs_of, resolved
from archiver.capture.requisites.modules import imports_of
from archiver.capture.requisites.stylesheets import sheet_references
from archiver.capture.wire.http_framing import part_of
from archiver.config import Config
from archiver.digest import sha256
from archiver.imports.bounds import COPIED_BYTES
from archiver.imports.copying import Taken, Unusable, taken
from archiver.imports.find import moment_of, nearest
from archiver.imports.index import FileRow, Index, Place, key_of_address
from archiver.markup.media_types import content_type_of
from archiver.model import Exchange, IndexEntry, Page, Photo, RecordIds, Requisites, Truncation, Unfetched

RELATED = 20
"""Records that refer to one answer: its request, metadata, revisits."""
_UNFINISHED: dict[str, Truncation] = {"length": "length", "time": "time", "disconnect": "disconnect"}


@dataclass(slots=True)
class TakeOver:
    """What one bag takes out of the files. Methods raise StorageError."""

    index: Index
    files: Mapping[int, FileRow]
    into: CaptureFiles
    config: Config
    now: datetime
    exchanges: list[Exchange] = field(default_factory=list)
    entries: list[IndexEntry] = field(default_factory=list)
    user_agent: str | None = None
    cookies: bool = False
    """Whether a request that was copied sent cookies: the page may be one that only they could see."""
    _copied: dict[tuple[int, str | None, str], str] = field(default_factory=dict)
    _bytes: int = 0
    _failed: list[Unfetched] = field(default_factory=list)
    _skipped: list[Unfetched] = field(default_factory=list)
    _photos: list[Photo] = field(default_factory=list)
    _fetched: int = 0

    def page(self, place: Place) -> tuple[str, Page]:
        """Take the page; (id of its record, the page). Raises Unusable."""
        taken_id, page = self._answer(place, self.config.limits.page_bytes)
        return taken_id, page

    def read(self, place: Place) -> Page:
        """The page of a record, without taking it. Raises Unusable."""
        limit = self.config.limits.page_bytes
        if self._is_body(place):
            if place.problem:
                raise Unusable(place.problem)
            return self._body_page(place)[0]
        with taken(Path(self.files[place.file].path), place) as found:
            return _page_of(place, found, limit)

    def hop(self, place: Place) -> None:
        """Take a redirect that led to the page, where it can be taken."""
        try:
            self._answer(place, 0)
        except Unusable as error:
            self._failed.append(Unfetched(url=place.url or "", reason=f"a redirect: {error}"))

    def seen_again(self, page: Place) -> None:
        """Take the records that say that the address gave the same answer at other times."""
        for each in self.index.revisits(page.key or "", RELATED):
            if each.file == page.file and each.entry == page.entry:
                self._record(each)

    def requisites(self, page: Page, place: Place) -> Requisites:
        """Take what the page needs, as far as the files have it."""
        limits, srcset = self.config.limits, self.config.srcset
        needs = needs_of(
            page.body, page.url, content_type_of(page.headers), srcset="largest" if srcset == "largest" else "all"
        )
        captions = {url: figure.caption for figure in needs.figures for url in figure.images}
        waiting: list[Requisite] = list(needs.requisites)
        seen: set[str] = {page.url}
        at = 0
        while at < len(waiting):
            requisite = waiting[at]
            at += 1
            if requisite.url in seen:
                continue
            seen.add(requisite.url)
            if len(seen) > limits.requisites + 1 or self._bytes > COPIED_BYTES:
                self._skipped.append(Unfetched(url=requisite.url, reason="more than one bag takes"))
                continue
            waiting += self._requisite(requisite, place, captions, needs.encoding or "utf-8")
        return Requisites(
            fetched=self._fetched,
            shared=(),
            failed=tuple(self._failed),
            skipped=tuple(self._skipped),
            photos=tuple(self._photos),
        )

    def _requisite(
        self, requisite: Requisite, page: Place, captions: Mapping[str, str], around: str
    ) -> Iterator[Requisite]:
        url, key = requisite.url, key_of_address(requisite.url)
        held = nearest(self.index.under(key, 200, parts=True), page) if key else None
        if held is None:
            self._skipped.append(Unfetched(url=url, reason="it is not in the files of --from"))
            return
        try:
            record_id, found = self._answer(held, self.config.limits.image_bytes)
        except Unusable as error:
            self._failed.append(Unfetched(url=url, reason=str(error)))
            return
        if not 200 <= found.status < 300:
            self._failed.append(Unfetched(url=url, reason=f"status {found.status}"))
            return
        self._fetched += 1
        stated = content_type_of(found.headers) or ""
        if url in captions and found.body:
            digest = held.payload or sha256(found.body)
            photo = Photo(url=url, caption=captions[url], record_id=record_id, payload_sha256=digest, body=found.body)
            self._photos.append(photo)
        if requisite.kind == "style" and found.body and "html" not in stated:
            references, encoding, unread = sheet_references(found.body, stated, around)
            if unread:
                self._skipped.append(Unfetched(url=url, reason=unread))
            yield from resolved(references, url, encoding).requisites
        elif requisite.kind == "module" and found.body and "html" not in stated:
            yield from resolved(imports_of(found.body), url, "utf-8").requisites

    def _answer(self, place: Place, limit: int) -> tuple[str, Page]:
        """Take an answer with its request and what else refers to it. Raises Unusable."""
        if self._is_body(place):
            if place.problem:
                raise Unusable(place.problem)
            return self._resource(place)
        page = self._record(place, limit)
        if isinstance(page, str):
            raise Unusable(page)
        return place.record_id or "", page

    def _record(self, place: Place, limit: int = 0) -> Page | str:
        """Copy a record; the page that it holds, or why it was not copied."""
        file = self.files[place.file]
        known = (place.file, place.entry, place.record_id or "")
        if place.info:
            self._with_id(place.info, place)
        try:
            with taken(Path(file.path), place) as found:
                if place.type == "response" and found.record.status is None:
                    return "the record holds no HTTP message"
                page = _page_of(place, found, limit) if place.type in ("response", "resource") else _nothing(place)
                if known in self._copied:
                    return page
                self._copied[known] = place.type
                offset, length = self.into.warc().copy(found.pieces())
                self._bytes += length
                if place.type == "request":
                    self._asked(found)
        except Unusable as error:
            return str(error)
        if place.type in ("response", "resource"):
            self._index(place, found, offset, length)
            related = self.index.about(place.record_id or "", place.file, place.entry, RELATED)
            asked = self.index.requests(place, RELATED)
            for each in {each.id: each for each in (*asked, *related) if each.type != "response"}.values():
                self._record(each)
            if place.type == "response":
                self._exchange(place, found, next(iter(asked), None))
        return page

    def _with_id(self, record_id: str, near: Place) -> None:
        """Copy a warcinfo record, once."""
        known = (near.file, near.entry, record_id)
        place = None if known in self._copied else self.index.with_id(record_id, near.file, near.entry)
        if place is not None and place.type == "warcinfo":
            self._record(place)

    def _index(self, place: Place, found: Taken, offset: int, length: int) -> None:
        record = found.record
        url = record.url or ""
        if key_of_address(url) is None:
            return
        mime = record.mime if place.type == "response" else mime_of(record.get("content-type"))
        entry = IndexEntry(
            url=url,
            moment=moment_of(place.date) or self.now,
            status=record.status or 200,
            mime=mime or "unk",
            payload_sha256=record.payload_sha256,
            file=self.into.warc().name,
            offset=offset,
            length=length,
        )
        self.entries.append(entry)

    def _exchange(self, place: Place, found: Taken, asked: Place | None) -> None:
        moment = moment_of(place.date) or self.now
        record = found.record
        copied = asked is not None and (asked.file, asked.entry, asked.record_id or "") in self._copied
        exchange = Exchange(
            seq=len(self.exchanges) + 1,
            started=moment,
            ended=moment,
            url=record.url or "",
            initiator="import",
            record_ids=RecordIds(request=asked.record_id if copied and asked else None, response=record.id),
            ip=record.get("warc-ip-address"),
            status=record.status or 0,
            bytes=record.length,
            truncated=_UNFINISHED.get(record.get("warc-truncated") or ""),
            outcome="as the file has it",
            tls=None,
        )
        self.exchanges.append(exchange)

    def _asked(self, found: Taken) -> None:
        for line in found.head().split(b"\n")[1:]:
            name, colon, value = line.partition(b":")
            if colon and name.strip().lower() == b"user-agent" and self.user_agent is None:
                self.user_agent = " ".join(value.decode("latin-1").split())[:500]
            self.cookies = self.cookies or (bool(colon) and name.strip().lower() in (b"cookie", b"authorization"))

    def _is_body(self, place: Place) -> bool:
        return place.type.startswith(("har", "mhtml"))

    def _body_page(self, place: Place) -> tuple[Page, str]:
        headers, body = self.index.body(place.id)
        mime = place.mime or "application/octet-stream"
        limit = self.config.limits.page_bytes
        page = Page(
            url=place.url or "",
            status=place.status or 200,
            headers=(("Content-Type", mime),),
            body=body[:limit],
            problem=f"only the first {limit} bytes of the page are read" if len(body) > limit else None,
        )
        return page, headers

    def _resource(self, place: Place) -> tuple[str, Page]:
        page, headers = self._body_page(place)
        _, body = self.index.body(place.id)
        moment, url = moment_of(place.date) or self.now, place.url or ""
        known = (place.file, place.entry, str(place.id))
        if known in self._copied:
            return self._copied[known], page
        mime = place.mime or "application/octet-stream"
        warc = self.into.warc()
        record_id, offset, length = warc.write_resource(url=url, moment=moment, content_type=mime, body=body)
        self._bytes += length
        self._copied[known] = record_id
        facts = [("copied-from", self.files[place.file].name)]
        facts += [("http-status", str(place.status))] if place.status else []
        facts += [("ip-address", place.ip)] if place.ip else []
        facts += [("header", f"{name}: {value}") for name, value in json.loads(headers)]
        warc.write_metadata(refers_to=record_id, url=url, moment=self.now, fields=facts)
        if key_of_address(url) is not None:
            entry = IndexEntry(
                url=url,
                moment=moment,
                status=200,
                mime=mime_of(mime),
                payload_sha256=sha256(body),
                file=warc.name,
                offset=offset,
                length=length,
            )
            self.entries.append(entry)
        return record_id, page


def _page_of(place: Place, found: Taken, limit: int) -> Page:
    headers, body, problem = found.headers_and_body(limit)
    status = found.record.status or 200
    return Page(
        url=found.record.url or place.url or "",
        status=status,
        headers=headers,
        body=body,
        problem=part_of(status, headers) or problem,
    )


def _nothing(place: Place) -> Page:
    return Page(url=place.url or "", status=0, headers=(), body=b"")
