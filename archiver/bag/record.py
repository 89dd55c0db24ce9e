"""Builds the record, data/provenance.json: what a bag states about itself (docs/bag-format.md, section 4).

Values in, JSON out; the shape is `schemas/provenance-2.0.schema.json`. Absent facts are null, never guessed.
"""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, get_args

from archiver import __version__
from archiver.bag.bag_contents import CUSTODY_LOG, BagContents, ClockCheck
from archiver.bag.rendering import rendering_part
from archiver.bag.sanitize import json_bytes
from archiver.config import UNSTATED, Config
from archiver.digest import sha256
from archiver.model import (
    Capture,
    Claim,
    ClaimName,
    Comparison,
    Credit,
    Exchange,
    LeadImage,
    Reading,
    Requisites,
    SourceDocument,
)
from archiver.model.private import PRIVATE_FILE
from archiver.model.second_view import SecondView
from archiver.schemas.moments import moment_text

VERSION = "2.0"
TEXT = "text/article.txt"
ACCESS = ("open", "metadata-only", "restricted", "closed")
PACKAGES = ("requests", "urllib3", "warcio", "lxml", "trafilatura", "isal", "playwright")
NOT_CAPTURED = ("scripts were not run: what only they would have loaded is absent", "streams and logins")
SHOWN = "what scripts would have loaded for another reader, or later, is absent: a browser ran them once"
_LEAVES = frozenset((str, int, float, bool))
WITHOUT_COOKIES = "the browser showed the page without the cookies that the capture was made with"
NO_REQUISITES = "page requisites (images, style sheets, scripts) were not fetched"


def _clock(check: ClockCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    at = check.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"service": check.service, "server": check.server, "offset_seconds": check.offset_seconds, "at": at}


def build_record(contents: BagContents) -> dict[str, Any]:
    """The record as plain values."""
    config = contents.config
    return {
        "version": VERSION,
        "seed": _seed(contents),
        "capture": {**_capture(contents.capture, contents.warc), "lead_image": _lead(contents.lead)},
        **parts(contents.reading),
        **rendering_part(contents, _comparison),
        "rights": _rights(contents),
        **_previous(contents),
        **({"checks": plain(contents.checks)} if contents.checks else {}),
        **({"identifiers": _identifiers(contents)} if contents.identifiers else {}),
        "custody_log": CUSTODY_LOG,
        **_private(contents),
        **({"bracket": contents.opening.stated} if contents.opening else {}),
        "operator": {
            "organisation": config.organisation,
            "person": config.operator,
            "contact": contents.contact,
        },
        "host": _host(config),
        "clock": {
            "source": "the operating system's",
            "checked": _clock(contents.clock) if config.state_system else None,
        },
        "configuration": _settings(config),
        "software": {
            "name": "archiver",
            "version": __version__,
            "python": _PYTHON if config.state_system else UNSTATED,
            "packages": packages() if config.state_system else {},
        },
    }


def _identifiers(contents: BagContents) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value} for kind, value in contents.identifiers]


_PYTHON = f"{platform.python_implementation()} {platform.python_version()}"


def _host(config: Config) -> dict[str, str | None]:
    stated = config.state_system
    return {"os": platform.platform() if stated else None, "python": platform.python_version() if stated else None}


def _rights(contents: BagContents) -> dict[str, Any]:
    """The rights as stated. Another access than the four levels is kept in its own words, and decides nothing."""
    rights = dict(contents.rights)
    stated = rights["access"]
    level = (stated or "").strip().lower()
    known = level in ACCESS
    ruled: dict[str, Any] = {}
    if contents.decided:
        rule = contents.decided.rule
        ruled = {"rule": rule.text, "until": plain(rule.until), "access_after": contents.access_after}
    return {**rights, "access": level if known else None, "access_stated": None if known else stated, **ruled}


def parts(reading: Reading) -> dict[str, Any]:
    """The parts of a record that come from reading alone: text, claims, agreement, credits, comparison, links."""
    return {
        "text": _text(reading),
        "claims": {name: _said(reading.claims.get(name, ())) for name in get_args(ClaimName)},
        "agreement": plain(reading.agreement),
        "credits": _said(reading.credits),
        "notices": plain(reading.article.notices),
        "comparison": _comparison(reading.comparison),
        "links": plain(reading.links),
    }


def _previous(contents: BagContents) -> dict[str, Any]:
    bags = [_without(each, "outcome", "status") for each in contents.previous]
    return {"previous": bags} if bags else {}


def _without(value: object, *names: str) -> dict[str, Any]:
    """A value's fields but those of these names."""
    return {name: each for name, each in plain(value).items() if name not in names}


def _said(said: Iterable[Claim | Credit]) -> list[dict[str, Any]]:
    """Claims or credits; `from` only where one stands in another document than the original's recorded answer."""
    found = []
    for each in said:
        stated = plain(each)
        del stated["document"]
        found.append({**stated, "from": document(each.document)} if each.document else stated)
    return found


def _lead(lead: LeadImage | None) -> dict[str, Any] | None:
    if lead is None:
        return None
    stated: dict[str, Any] = plain(lead)
    return stated if lead.memento_datetime else {k: v for k, v in stated.items() if k != "memento_datetime"}


def _private(contents: BagContents) -> dict[str, Any]:
    """Where facts about people and cases are kept, and their digest."""
    part = contents.private
    if part is None:
        return {}
    return {"private": {"kept": part.kept, "file": PRIVATE_FILE if part.kept == "bag" else None, "sha256": part.sha256}}


def _seed(contents: BagContents) -> dict[str, Any]:
    seed = contents.seed
    return {
        "file": contents.seed_file,
        "sha256": seed.sha256,
        "original_name": seed.name,
        "original_url": seed.url,
        "headline": seed.headline.text if seed.headline else None,
        "date": seed.date.value if seed.date else None,
        "lines": seed.lines,
        "format": seed.format,
        "url_guessed": seed.url_guessed,
        "list": plain(seed.list),
        "tags": list(seed.tags),
        "notes": list(seed.notes) if contents.config.seed_notes else [],
        "header": plain(seed.header),
        **contents.custody,
    }


def _capture(capture: Capture, warc: str) -> dict[str, Any]:
    final = capture.final
    tls = final.tls if final else None
    return {
        "outcome": capture.outcome,
        "reason": capture.reason,
        "unread": plain(capture.unread),
        "started": plain(capture.started),
        "finished": plain(capture.finished),
        "requested_url": capture.requested_url,
        "final_url": capture.final_url,
        "status": capture.status,
        "redirects": list(capture.redirects),
        "ip": final.ip if final else None,
        "tls": {**plain(tls), "chain": [certificate_path(der) for der in tls.chain]} if tls else None,
        "warc": warc,
        "record_id": capture.record_id,
        "payload_sha256": capture.payload_sha256,
        "user_agent": capture.user_agent,
        "proxy": capture.proxy,
        "robots": capture.robots,
        "robots_rule": capture.robots_rule,
        "robots_from": plain(capture.robots_from),
        "requisites": _requisites(capture.requisites),
        "truncated": capture.truncated,
        "memento": plain(capture.memento),
        **({"archives": [_without(each, "last") for each in capture.archives]} if capture.archives else {}),
        **({"witnesses": plain(capture.witnesses)} if capture.witnesses else {}),
        **({"error": plain(capture.error)} if capture.error else {}),
        **({"logged_in": list(capture.logged_in)} if capture.logged_in else {}),
        **({"second_view": _second_view(capture.second_view)} if capture.second_view else {}),
        **({"import": plain(capture.imported)} if capture.imported else {}),
        "exchanges": [_exchange(each) for each in capture.exchanges],
        "not_captured": [*_not_captured(capture), *([] if capture.requisites else [NO_REQUISITES])],
    }


def _second_view(view: SecondView) -> dict[str, Any]:
    row: dict[str, Any] = plain(view)
    if view.error:
        del row["error"]["seen"]  # where our own proxy is
    return {**row, "comparison": _comparison(view.comparison) if view.comparison else None}


def _not_captured(capture: Capture) -> tuple[str, ...]:
    shown = any(each.initiator == "browser" for each in capture.exchanges)
    unknown = (WITHOUT_COOKIES,) if shown and capture.logged_in else ()
    return (SHOWN, *NOT_CAPTURED[1:], *unknown) if shown else NOT_CAPTURED


def _requisites(requisites: Requisites | None) -> dict[str, Any] | None:
    if requisites is None:
        return None
    return {
        "fetched": requisites.fetched,
        "shared": len(requisites.shared),
        "failed": plain(requisites.failed),
        "skipped": plain(requisites.skipped),
        "copied": plain(requisites.shared),
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    stated: dict[str, Any] = plain(exchange)
    stated["tls"] = exchange.tls.certificate_sha256 if exchange.tls else None
    if exchange.method == "GET":
        del stated["method"]
    return stated


def _text(reading: Reading) -> dict[str, Any]:
    article, text = reading.article, text_bytes(reading)
    return {
        "file": TEXT if text else None,
        "sha256": sha256(text) if text else None,
        "characters": len(article.text),
        "language": article.language,
        "charset": article.charset,
        "extractor": article.extractor,
        "extractor_version": article.extractor_version,
        "note": article.note,
        "candidates": plain(article.candidates),
        "from": document(article.source),
        "parser": article.parser,
        "normalisation": article.normalisation,
        "paragraphs": [
            {"kind": block.kind, "at": block.at, "sha256": sha256(block.text.encode("utf-8", "replace"))}
            for block in article.blocks
        ],
    }


def document(source: SourceDocument | None) -> dict[str, Any] | None:
    """The document that was read, as the record states it."""
    if source is None:
        return None
    return {
        "kind": source.kind,
        "record_id": source.record_id,
        "file": source.file,
        "url": source.url,
        "datetime": plain(source.captured),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    stated: dict[str, Any] = plain(comparison)
    return {**stated, "source": document(comparison.source)}


def text_bytes(reading: Reading) -> bytes:
    """`text/article.txt`: UTF-8; empty where the page has no text, and then there is no file."""
    return reading.article.text.encode("utf-8", "replace")


def certificate_path(der: bytes) -> str:
    """Where a presented certificate lies below `data/`."""
    return f"evidence/tls/{sha256(der)[:32]}.pem"


@lru_cache(4)
def _settings(config: Config) -> dict[str, Any]:
    """One job has one."""
    return config.stated()


@cache
def packages() -> dict[str, str]:
    """The versions of the packages a record was made with, as far as they are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def plain(value: Any) -> Any:
    """Dataclasses, tuples and times as JSON has them; times in UTC end in Z."""
    kind = type(value)
    if value is None or kind in _LEAVES:
        return value
    if names := _fields_of(kind):  # type: ignore[arg-type]  # to mypy a type has no hash
        # Most fields are strings and numbers: for them no call.
        return {name: each if type(each := getattr(value, name)) in _LEAVES else plain(each) for name in names}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value if not isinstance(each, bytes)]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's fields; none of another type."""
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON, one space of indent, LF at the end."""
    return json_bytes(record, indent=1)
