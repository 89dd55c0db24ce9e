"""A good bag made by hand, for tests that damage it: on the standard library only, nothing of archiver's own writing.

`Builder` holds the files of the payload and the facts of the record; change them and `write` makes manifests that fit.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from builders.packages import UUID, Change, packed, sha256

URL = "https://news.example/harbour"
DATE = "2026-03-01T10:00:00.000000Z"
ENDED = "2026-03-01T10:00:01.000000Z"
SEED = b"Harbour reopens\n\nMarch 1, 2026\n\nThe harbour reopened.\n\nAFP contributed reporting.\n\nOriginal url: %s\n"
TEXT = "The harbour reopened.\n\nAFP contributed reporting.\n"
HTML = b"<html><title>Harbour reopens</title><p>The harbour reopened.</p><p>AFP contributed reporting.</p></html>"
IDS = {
    kind: f"<urn:uuid:00000000-0000-4000-8000-00000000000{n}>" for n, kind in enumerate(("info", "request", "response"))
}
REQUEST = b"GET /harbour HTTP/1.1\r\nHost: news.example\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
DER = b"not truly a certificate, but a validator of bags need not know"
RECORD = "data/provenance.json"
WARC = "data/wacz/archive/rec.warc.gz"
CLAIMS = (
    "headline published modified author publisher canonical_url language licence identifier dateline keywords access"
)

Fields = dict[str, str | None]


def base32(data: bytes) -> str:
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode()


def response(body: bytes = HTML) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def chunks(body: bytes = HTML) -> bytes:
    half = len(body) // 2
    parts = b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]))
    return CHUNKED + parts + b"0\r\nTrailer: 1\r\n\r\n"


def raw_record(kind: str, block: bytes, fields: Fields | None = None) -> bytes:
    """A WARC record, right unless `fields` say otherwise (None leaves one out)."""
    head: Fields = {"WARC-Type": kind, "WARC-Record-ID": IDS["info"], "WARC-Date": DATE}
    head |= {"WARC-Block-Digest": base32(block), "Content-Length": str(len(block))} | (fields or {})
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value is not None)
    return b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"


def warcinfo(**fields: Any) -> bytes:
    return raw_record("warcinfo", b"software: test\r\n", {"Content-Type": "application/warc-fields", **fields})


def exchange(kind: str, block: bytes, fields: Fields | None = None) -> bytes:
    other = "response" if kind == "request" else "request"
    common: Fields = {"WARC-Record-ID": IDS[kind], "WARC-Target-URI": URL, "WARC-IP-Address": "192.0.2.7"}
    common |= {"WARC-Concurrent-To": IDS[other], "WARC-Warcinfo-ID": IDS["info"]}
    common |= {"Content-Type": f"application/http; msgtype={kind}"}
    return raw_record(kind, block, common | (fields or {}))


def member(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def warc(*records: bytes) -> bytes:
    return b"".join(map(member, records))


def pem(der: bytes = DER) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % base64.encodebytes(der)


def good_warc(answer: bytes | None = None) -> bytes:
    block = response() if answer is None else answer
    fields: Fields = {"WARC-Payload-Digest": base32(HTML)}
    return warc(warcinfo(), exchange("request", REQUEST), exchange("response", block, fields))


def good_record() -> dict[str, Any]:
    claims: dict[str, Any] = {name: [] for name in CLAIMS.split()}
    claims["headline"] = [{"value": "Harbour reopens", "raw": "Harbour reopens", "source": "seed", "at": "line 1"}]
    credit = {
        "name": "AFP",
        "kind": "organisation",
        "agency": "Agence France-Presse",
        "url": None,
        "role": "contributor",
    }
    credit |= {"of": "article", "text": "AFP contributed reporting.", "lang": "en", "source": "seed", "at": "line 7"}
    line = {
        "kind": "same",
        "seed": "The harbour reopened.",
        "seed_line": 5,
        "page": "The harbour reopened.",
        "changes": [],
        "where": "article",
    }
    wire = {"kind": "wire", "record_id": IDS["response"], "file": None, "url": URL, "datetime": DATE}
    read = {"whole": True, "cut": [], "blocks": 1, "hidden": 0, "struck": 0, "data": 0}
    ids = {"request": IDS["request"], "response": IDS["response"], "metadata": None}
    first = {"seq": 1, "started": DATE, "ended": ENDED, "url": URL, "initiator": "seed", "record_ids": ids}
    first |= {"ip": "192.0.2.7", "status": 200, "bytes": len(response()), "truncated": None, "outcome": "complete"}
    tls = {"protocol": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "certificate_sha256": sha256(DER)}
    tls |= {
        "issuer": "CN=Test",
        "not_after": "2027-01-01T00:00:00Z",
        "chain": ["evidence/tls/leaf.pem"],
        "verified": True,
    }
    return {
        "version": "2.0",
        "seed": {
            "file": "seed/harbour.txt",
            "sha256": sha256(SEED % URL.encode()),
            "original_name": "Harbour.txt",
            "original_url": URL,
            "headline": "Harbour reopens",
            "date": "2026-03-01",
            "lines": 9,
            "supplied_by": None,
            "obtained_how": None,
            "independence": "unstated",
        },
        "capture": {
            "outcome": "captured",
            "reason": None,
            "unread": None,
            "started": DATE,
            "finished": "2026-03-01T10:00:02Z",
            "requested_url": URL,
            "final_url": URL,
            "status": 200,
            "redirects": [],
            "ip": "192.0.2.7",
            "tls": tls,
            "warc": "wacz/archive/rec.warc.gz",
            "record_id": IDS["response"],
            "payload_sha256": sha256(HTML),
            "user_agent": "test",
            "robots": "not-asked",
            "requisites": None,
            "lead_image": None,
            "truncated": None,
            "memento": None,
            "exchanges": [first],
            "not_captured": ["scripts"],
            "proxy": None,
        },
        "text": {
            "file": "text/article.txt",
            "sha256": sha256(TEXT.encode()),
            "characters": len(TEXT),
            "language": "en",
            "extractor": "test",
            "extractor_version": "1",
            "note": None,
            "from": wire,
            "parser": "test 1",
            "normalisation": "1",
            "paragraphs": [],
        },
        "claims": claims,
        "agreement": {"headline": {"accord": "single", "values": ["Harbour reopens"]}},
        "credits": [credit],
        "comparison": {
            "verdict": "same",
            "seed_coverage": 1.0,
            "page_coverage": 1,
            "marked_coverage": 1.0,
            "source": wire,
            "read": read,
            "lines": [line],
        },
        "links": [{"text": "here", "seed_href": "#", "page_href": None, "occurrence": None}],
        "rights": {"statement": "http://rightsstatements.org/vocab/CNE/1.0/"}
        | dict.fromkeys(("holder", "basis", "access", "embargo")),
        "operator": {"organisation": None, "person": None, "contact": None},
        "host": {"os": "Linux", "python": "3.11"},
        "clock": {"source": "system", "checked": None},
        "configuration": {},
        "software": {"name": "archiver", "version": "0", "python": "3.11", "packages": {"requests": "2"}},
    }


class Builder:
    """The parts of a bag, to be changed before `write`: `payload` and `tags` by path, `info` lines, the `record`."""

    def __init__(self) -> None:
        self.payload: dict[str, bytes] = {
            "data/seed/harbour.txt": SEED % URL.encode(),
            "data/text/article.txt": TEXT.encode(),
            "data/evidence/tls/leaf.pem": pem(),
            WARC: good_warc(),
        }
        self.record: dict[str, Any] | None = good_record()
        self.tags: dict[str, bytes] = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
        self.info = [
            "Source-Organization: not stated",
            "External-Description: Harbour",
            "  reopens",
            f"Original-URL: {URL}",
            f"External-Identifier: {UUID}",
        ]
        self.info += [
            "Capture-Date: 2026-03-01T10:00:00Z",
            "Credit: AFP (contributor) (seed)",
            "Comparison-Verdict: same",
        ]
        self.oxum: list[str] | None = None
        self.algorithms = ("sha256", "sha512")
        self.edit: Callable[[str, bytes], bytes | None] = lambda name, data: data
        """Changes a tag file (None leaves it out) after it is made and before a tag manifest is made of it."""
        self.repack: dict[str, Change] = {}
        """Changes what a file of the WACZ, or the crate, says (None leaves it out), by its path."""

    def write(self, path: Path) -> Path:
        payload = dict(self.payload)
        if self.record is not None:
            payload[RECORD] = json.dumps(self.record).encode()
        if RECORD in payload:
            payload |= packed(payload, self.record, self.repack)
        tags = dict(self.tags)
        oxum = self.oxum if self.oxum is not None else [f"{sum(map(len, payload.values()))}.{len(payload)}"]
        lines = self.info + [f"Payload-Oxum: {each}" for each in oxum]
        tags["bag-info.txt"] = "".join(f"{line}\n" for line in lines).encode()
        tags |= self.manifests("manifest", payload)
        tags = self.edited(tags)
        tags |= self.edited(self.manifests("tagmanifest", tags))
        for name, data in (payload | tags).items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
        return path

    def edited(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        changed = {name: self.edit(name, data) for name, data in files.items()}
        return {name: data for name, data in changed.items() if data is not None}

    def manifests(self, kind: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {
            f"{kind}-{name}.txt": b"".join(
                f"{hashlib.new(name, data).hexdigest()}  {path}\n".encode() for path, data in sorted(files.items())
            )
            for name in self.algorithms
        }


def as_first_version(record: dict[str, Any]) -> dict[str, Any]:
    """The same record as archiver wrote it before 2.0."""
    older = json.loads(json.dumps(record)) | {"version": "1.0"}
    del older["capture"]["unread"]
    for name in ("from", "parser", "normalisation", "paragraphs"):
        del older["text"][name]
    for name in ("marked_coverage", "source", "read"):
        del older["comparison"][name]
    for line in older["comparison"]["lines"]:
        del line["where"]
    return older
