"""The room: the collection, its bags, what can be done with one. No script runs here, and nothing of a bag is markup.

Beyond loopback the gate decides (docs/keep/access.md): what may not be shown to everybody is not there.
"""

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from archiver.errors import ArchiverError, Refused
from archiver.escape import visible
from archiver.ledger.restrictions import Gate
from archiver.rights.gate import LEVELS
from archiver.rights.other_bags import without_names
from archiver.serve.bag_view import SCREENSHOT, page_of, verdict_of, view_of
from archiver.serve.checks import Checks
from archiver.serve.copies import Copies, look
from archiver.serve.downloads import bag_file, download, may_leave_whole
from archiver.serve.excerpt import excerpt, marked, text_of
from archiver.serve.index import Index
from archiver.serve.photo import has_photo, photo
from archiver.serve.replay import Replay
from archiver.serve.replay_files import VERSION
from archiver.serve.reply import Reply, Request
from archiver.serve.search import PAGE, SORTS, Answer, Found, Question, bag_named, names_of, others_of, search
from archiver.serve.sweep import Sweep
from archiver.templates import render

HERE = tuple(each for each in LEVELS if each != "taken-down")
"""Levels that are shown on this machine: to who has the bags, all but what was taken down."""
ELSEWHERE = ("open",)
OUTCOMES = ("captured", "unread", "gone", "blocked", "refused", "failed")
VERDICTS = ("same", "typographic", "edited", "different", "partial", "no-text")


def policy(replay: str) -> dict[str, str]:
    """The headers of every answer of the room; `replay` is the origin whose pages it frames."""
    rules = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
    return {
        "Content-Security-Policy": f"{rules}; frame-src {replay}; frame-ancestors 'none'",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


class Room:
    """The application of the room's origin. `address` is where the replay's pages are; `public` whether others than
    this machine may ask."""

    def __init__(
        self,
        *,
        base: str,
        sweep: Sweep,
        index: Index,
        replay: Replay,
        replay_url: str,
        checks: Checks,
        today: Callable[[], date],
        public: bool,
        copies: Copies,
        folder_of_scripts: Path,
    ) -> None:
        self.base, self.sweep, self.index, self.replay, self.replay_url = base, sweep, index, replay, replay_url
        self.checks, self.today, self.public, self.copies = checks, today, public, copies
        self.folder_of_scripts = folder_of_scripts
        self.levels = ELSEWHERE if public else HERE
        self._names: tuple[float, dict[str, list[str]]] = (-1e9, {})
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        """The answer to a request. Raises StorageError, sqlite3.Error where the index or a restriction cannot be
        read."""
        try:
            return self._answer(request)
        except sqlite3.DatabaseError:
            self.sweep.suspect()
            self.sweep.freshen()
            return self._answer(request)

    def _answer(self, request: Request) -> Reply:
        match request.parts:
            case ("",) | ():
                return self._collection(request.parameters)
            case ("style.css",):
                return Reply(kind="text/css; charset=utf-8", body=_own("room.css"))
            case ("icon.svg",):
                return Reply(kind="image/svg+xml", body=_own("icon.svg"))
            case ("bags", name, *rest):
                return self._bag(name, tuple(rest))
        return self._message(HTTPStatus.NOT_FOUND, "There is no such page.")

    def allowed(self, bag: Path) -> bool:
        """Whether a bag may be shown now: asked of the gate each time, by the record itself where others ask."""
        try:
            if self.public:
                return Gate(self.today()).access_of_folder(bag).level in self.levels
            with self.index.reading() as database:
                return bag_named(database, bag.name, self.levels) is not None
        except ArchiverError:
            return False

    def _page(self, template: str, status: int = HTTPStatus.OK, **values: Any) -> Reply:
        page = render(f"serve/{template}.html", base=self.base, **values)
        return Reply(status=status, body=page.encode("utf-8"))

    def _message(self, status: int, text: str) -> Reply:
        return self._page("message", status, text=text, title="Not shown")

    def _collection(self, parameters: Mapping[str, str]) -> Reply:
        question = Question.of(parameters)
        self.sweep.freshen()
        self.sweep.refresh_levels()
        with self.index.reading() as database:
            answer = search(database, question, self.levels)
            names = self._frequent(database)
        notes = [*answer.notes, *self._state()]
        if parameters.get("format") == "json":
            return _json(answer, notes)
        shown = {name: value for name, value in parameters.items() if value and name not in ("page", "format")}
        pages = max(1, -(-answer.total // PAGE))
        bags = [self._row(found, question.q) for found in answer.bags]
        asked = {name: parameters.get(name, "")[:2_000] for name in _FIELDS}
        return self._page(
            "collection",
            answer=answer,
            bags=bags,
            question=question,
            asked=asked,
            names=names,
            notes=notes,
            sorts=SORTS,
            verdicts=VERDICTS,
            outcomes=OUTCOMES,
            pages=pages,
            filtered=any(asked[n] for n in _FIELDS[1:]),
            first=(question.page - 1) * PAGE + 1,
            to=lambda page: self._link({**shown, "page": page}),
            json=self._link({**shown, "page": question.page, "format": "json"}),
        )

    def _state(self) -> list[str]:
        notes = []
        if self.sweep.building:
            notes.append(f"The index is being built: {self.sweep.done:,} of {self.sweep.total:,} bags are in it.")
        if self.sweep.problem:
            notes.append(f"The index is not up to date: {self.sweep.problem}.")
        return notes

    def _frequent(self, database: Any) -> dict[str, list[str]]:
        with self._lock:
            asked, names = self._names
            if time.monotonic() - asked > 15:
                names = {kind: names_of(database, kind, self.levels) for kind in ("agency", "publisher")}
                self._names = (time.monotonic(), names)
            return names

    def _link(self, parameters: Mapping[str, Any]) -> str:
        return f"{self.base}?{urlencode({n: str(v)[:2_000] for n, v in parameters.items()}, errors='replace')}"

    def _row(self, found: Found, typed: str) -> dict[str, Any]:
        bag = self.sweep.bags / found.name
        text = text_of(bag)
        return {
            "found": found,
            "link": self._bag_link(found),
            "verdict": verdict_of(found),
            "runs": excerpt(text, typed),
            "headline": marked(found["headline"] or found.name, typed),
            "photo": has_photo(bag),
        }

    def _bag_link(self, found: Found) -> str:
        return f"{self.base}bags/{quote(found.name, safe='')}"

    def _bag(self, name: str, rest: tuple[str, ...]) -> Reply:
        self.sweep.refresh_levels()
        with self.index.reading() as database:
            found = bag_named(database, name, self.levels)
        if found is None:
            self.sweep.freshen()
            with self.index.reading() as database:
                found = bag_named(database, name, self.levels)
        bag = self.sweep.bags / name
        if found is None or not self.allowed(bag):
            return self._message(HTTPStatus.NOT_FOUND, "There is no such bag, or it may not be shown.")
        match rest:
            case () | ("",):
                return self._about(bag, found)
            case ("replay",):
                return self._replay(bag, found)
            case ("history",):
                return self._history(found)
            case ("check",):
                return self._check(bag, found)
            case ("get", form):
                return self._get(bag, found, form)
            case ("photo",):
                return photo(bag) or self._message(HTTPStatus.NOT_FOUND, "The page of this bag has no photo.")
            case ("data", *path) if path:
                return self._file(bag, "/".join(("data", *path)))
        return self._message(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _about(self, bag: Path, found: Found) -> Reply:
        view, copied = view_of(bag), self.copies.stands_for(bag)
        if copied:  # its copy has no pictures of the page
            view = replace(view, files=view.files - {SCREENSHOT})
        with self.index.reading() as database:
            others = len(others_of(database, found["url"], self.levels)) - 1 if found["url"] else 0
        report = self.checks.kept(bag, look(bag))
        return self._page(
            "bag",
            bag=found,
            view=view,
            link=self._bag_link(found),
            verdict=verdict_of(found),
            others=others,
            folder=bag.is_dir(),
            whole=copied or may_leave_whole(bag, self.public),
            copied=copied,
            photo=has_photo(bag),
            report=report,
            original=_web(found["url"]),
        )

    def _replay(self, bag: Path, found: Found) -> Reply:
        page = page_of(self.copies.of(bag)) if bag.is_dir() else None
        why = None
        if self.replay.scripts is None:
            why = "scripts"
        elif page is None:
            why = "serialised" if not bag.is_dir() else "wacz"
        source = ""
        if page is not None and why is None:
            digits = re.sub(r"\D", "", page[1].partition(".")[0])[:14]
            where = urlencode({"url": page[0], "ts": digits}, errors="replace")
            source = f"{self.replay_url}{self.replay.key_of(bag)}/#{where}"
        return self._page(
            "replay",
            bag=found,
            link=self._bag_link(found),
            source=source,
            why=why,
            page=page,
            version=VERSION,
            folder=visible(str(self.folder_of_scripts)),
        )

    def _history(self, found: Found) -> Reply:
        with self.index.reading() as database:
            others = others_of(database, found["url"], self.levels) if found["url"] else [found]
        rows = [{"found": each, "link": self._bag_link(each), "verdict": verdict_of(each)} for each in others]
        return self._page("history", bag=found, link=self._bag_link(found), rows=rows, original=_web(found["url"]))

    def _check(self, bag: Path, found: Found) -> Reply:
        report, problem = None, None
        try:
            report = self.checks.validate(bag, look(bag))
        except Refused as error:
            problem = str(error)
        reply = self._page("check", bag=found, link=self._bag_link(found), report=_report(report), problem=problem)
        return replace(reply, body=self._unnamed(reply.body, found.name))

    def _unnamed(self, body: bytes, own: str) -> bytes:
        """What is said of a bag, for others without the names of other bags."""
        return without_names(body.decode("utf-8", "replace"), (own,)).encode("utf-8") if self.public else body

    def _file(self, bag: Path, path: str) -> Reply:
        try:
            return bag_file(self.copies.of(bag), path, self.public)
        except Refused as error:
            return self._message(HTTPStatus.CONFLICT, f"It is not given out: {error}.")

    def _get(self, bag: Path, found: Found, form: str) -> Reply:
        try:
            if form == "certificate":
                name = f"{found.name}-certificate.html"
                return Reply(
                    kind="text/html; charset=utf-8",
                    body=self._unnamed(self.checks.certificate(bag), found.name),
                    headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
                )
            reply = download(self.copies.of(bag), form, self.public)
        except Refused as error:
            return self._message(HTTPStatus.CONFLICT, f"It cannot be downloaded so: {error}.")
        return reply or self._message(HTTPStatus.NOT_FOUND, "There is no such download.")


_FIELDS = ("q", "agency", "person", "publisher", "verdict", "outcome", "from", "to", "sort")


def _json(answer: Answer, notes: list[str]) -> Reply:
    from archiver.bag.sanitize import json_bytes

    bags = [
        {
            "name": each.name,
            "headline": each["headline"],
            "url": each["url"],
            "date": each["date"],
            "verdict": each.verdict,
            "outcome": each.outcome,
            "agencies": each["agencies"] or [],
        }
        for each in answer.bags
    ]
    body: dict[str, Any] = {"total": answer.total, "bags": bags}
    if notes:
        body["notes"] = notes
    return Reply(kind="application/json", body=json_bytes(body))


def _report(report: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A report of `archiver validate --format json` as it is shown."""
    if report is None:
        return None
    findings = [each for each in report.get("findings", ()) if isinstance(each, Mapping)]
    checks = report.get("checks")
    return {
        "ok": report.get("ok") is True,
        "findings": findings[:200],
        "more": max(0, len(findings) - 200),
        "checks": dict(checks) if isinstance(checks, Mapping) else {},
    }


def _web(url: str | None) -> str | None:
    """An address that a link may have."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def _own(name: str) -> bytes:
    from importlib.resources import files

    return files("archiver.templates").joinpath("serve", name).read_bytes()
