"""Checks `data/wacz/` as a WACZ: index, pages and datapackage against the WARC files (WACZ 1.1.1, 5).

Whoever replays a bag finds pages by these files alone: an index that leads elsewhere shows another page than the one
that was recorded. The WARC files themselves are judged in `warc.py`.
"""

import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from archiver.errors import UsageError
from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.payload.provenance import COMPLAINTS, Record, parsed
from archiver.validation.rules.registry import finding
from archiver.validation.warc.reader import WarcRecord

FOLDER = "data/wacz/"
INDEX, PAGES = f"{FOLDER}indexes/index.cdx", f"{FOLDER}pages/pages.jsonl"
OLDER_INDEX = f"{INDEX}j"
"""What it was called in bags made until November 2026."""
PACKAGE, CLOSING = f"{FOLDER}datapackage.json", f"{FOLDER}datapackage-digest.json"
BYTES = 32 << 20
"""Of a longer file none is read: an index of a page with 400 requisites has 150 KB."""
_BEFORE = 40
"""Characters that two texts have in common and are shown before their difference."""
_LINE = re.compile(r"([!-~]+) (\d{14}) (\{.*\})")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z")
Digest = Callable[[str], str]
"""The SHA-256 of a file of the bag. Raises KeyError, OSError."""
Page = tuple[str, str]
"""Address and moment (14 digits) of a response."""


def check_wacz(
    tree: Tree, record: Record, text: str | None, warcs: Mapping[str, Sequence[WarcRecord]], digest: Digest
) -> Iterator[Finding]:
    """What is wrong with the files of the WACZ; `text` is that of the bag (None where it cannot be read), `warcs` are
    the records of each WARC file by its path."""
    index = OLDER_INDEX if OLDER_INDEX in tree.files and INDEX not in tree.files else INDEX
    missing = [path for path in (index, PAGES, PACKAGE, CLOSING) if path not in tree.files]
    yield from (finding("WACZ001", path) for path in missing)
    indexed: set[Page] = set()
    if index not in missing:
        yield from islice(_index(tree, index, warcs, indexed, _second_views(record)), COMPLAINTS)
    pages: dict[str, str | None] = {}
    if PAGES not in missing:
        known = indexed if index not in missing else None
        yield from islice(_pages(tree, known, pages), COMPLAINTS)
        other = (
            "text.from.url" if record.get(str, "text", "from", "kind") in ("memento", "import") else "capture.final_url"
        )
        final = record.get(str, *other.split("."))
        if pages and final is not None and final not in pages:
            yield finding("WACZ012", PAGES, field="url", other=other, expected=final)
        page_text = pages.get(final or "")
        if page_text is not None and text is not None and page_text.strip() != text.strip():
            expected, found = _from_difference(text.strip(), page_text.strip())
            yield finding("WACZ012", PAGES, field="text", other="the text of the bag", expected=expected, found=found)
    if PACKAGE not in missing:
        yield from islice(_package(tree, pages, digest), COMPLAINTS)
    if PACKAGE not in missing and CLOSING not in missing:
        yield from _closing(tree, digest)


def _from_difference(one: str, other: str) -> tuple[str, str]:
    """Two texts from shortly before where they differ: a finding shows but the beginning."""
    end = min(len(one), len(other))
    start = next((place for place in range(end) if one[place] != other[place]), end) - _BEFORE
    return (f"…{one[start:]}", f"…{other[start:]}") if start > 0 else (one, other)


def _read(tree: Tree, path: str) -> bytes:
    """Raises ValueError saying why it cannot be read."""
    if tree.files[path] > BYTES:
        raise ValueError(f"it has more than {BYTES} bytes")
    try:
        with tree.open(path) as stream:
            return stream.read(BYTES)
    except OSError as error:
        raise ValueError(error.strerror) from error


def _lines(tree: Tree, path: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, without its end. Raises ValueError, at once."""
    text = io.StringIO(_read(tree, path).decode("utf-8"), newline="\n")
    return ((number, line.removesuffix("\n")) for number, line in enumerate(text, 1))


def _second_views(record: Record) -> set[str | None]:
    """The responses that came through another proxy (`--second-view`): replay is not to show them."""
    if record.get(dict, "capture", "second_view") is None:
        return set()
    those = [("capture", "exchanges", n) for n in range(len(record.get(list, "capture", "exchanges") or []))]
    asked = (keys for keys in those if record.get(str, *keys, "initiator") == "second-view")
    return {record.get(str, *keys, "record_ids", "response") for keys in asked}


def _index(
    tree: Tree, index: str, warcs: Mapping[str, Sequence[WarcRecord]], indexed: set[Page], apart: set[str | None]
) -> Iterator[Finding]:
    """Every line leads to one response and says what that is, and no response is left out (5.2.2) but those `apart`,
    which none leads to."""
    responses = {
        (path, each.offset): each
        for path, records in warcs.items()
        for each in records
        if each.type in ("response", "resource")
    }
    left = dict.fromkeys(place for place, each in responses.items() if each.type == "response" and each.id not in apart)
    try:
        lines = _lines(tree, index)
    except ValueError as error:
        yield finding("WACZ002", index, reason=error)
        return
    before = ""
    for number, line in lines:
        match = _LINE.fullmatch(line)
        try:
            facts = Record(parsed(match[3].encode())) if match else None
        except ValueError:
            facts = None
        if match is None or facts is None:
            yield finding("WACZ002", index, reason=f"line {number} is not `key timestamp {{…}}`", found=line)
            continue
        if line.encode() <= before.encode():
            yield finding("WACZ003", index, line=number, found=match[1])
        before = line
        indexed.add((facts.get(str, "url") or "", match[2]))
        place = f"{FOLDER}archive/{facts.get(str, 'filename')}", _number(facts, "offset")
        answer = responses.get(place)
        if answer is None or answer.end - answer.offset != _number(facts, "length"):
            found = ", ".join(f"{name} {facts.get(str, name)}" for name in ("filename", "offset", "length"))
            yield finding("WACZ004", index, line=number, found=found)
        if answer is None:
            continue
        left.pop(place, None)
        if answer.id in apart:
            yield finding("WACZ016", index, line=number, record=answer.label)
        yield from _entry(index, number, match[1], match[2], facts, answer)
    yield from (finding("WACZ006", index, record=responses[place].label, found=place[0]) for place in left)


def _number(facts: Record, name: str) -> int:
    stated = facts.get(str, name) or ""
    return int(stated) if re.fullmatch("[0-9]{1,18}", stated) else -1


def _entry(index: str, number: int, key: str, moment: str, facts: Record, answer: WarcRecord) -> Iterator[Finding]:
    """One line beside the response it leads to. A media type `unk` and a digest `-` claim nothing."""
    url = answer.url or ""
    digest = f"sha256:{answer.payload_sha256}" if answer.payload_sha256 else None
    for name, found, expected in (
        ("timestamp", moment, _stamp(answer.get("warc-date") or "")),
        ("url", facts.get(str, "url"), url),
        ("status", facts.get(str, "status"), str(answer.status) if answer.status else None),
        ("mime", facts.get(str, "mime"), answer.mime),
        ("digest", facts.get(str, "digest"), digest),
    ):
        silent = (name, found) in (("mime", "unk"), ("digest", "-"))
        if expected is not None and found != expected and not silent:
            yield finding("WACZ005", index, line=number, field=name, expected=expected, found=found)
    host = _reversed_host(url)
    if host and not key.startswith((f"{host})", f"{host}:")):
        yield finding("WACZ005", index, line=number, field="key", expected=f"{host})…", found=key)


def _reversed_host(url: str) -> str | None:
    """How the key of an address begins, where its host is a plain name."""
    try:
        host = re.sub(r"^www\d*\.", "", urlsplit(url).hostname or "")
    except ValueError:
        return None
    return ",".join(reversed(host.split("."))) if len(host) < 254 and _HOST.fullmatch(host) else None


def _stamp(moment: str) -> str | None:
    match = _MOMENT.fullmatch(moment)
    return "".join(match.groups()) if match else None


def _pages(tree: Tree, indexed: set[Page] | None, pages: dict[str, str | None]) -> Iterator[Finding]:
    """A header, then pages that the index has (5.3); their addresses and texts go into `pages`."""
    number = 0
    try:
        for number, line in _lines(tree, PAGES):
            row = Record(parsed(line.encode()))
            url, moment = row.get(str, "url") or "", row.get(str, "ts") or ""
            if number == 1 and row.get(str, "format") != "json-pages-1.0":
                yield finding("WACZ002", PAGES, reason="it does not begin with its header")
            elif number > 1:
                pages[url] = row.get(str, "text")
                if indexed is not None and (url, _stamp(moment)) not in indexed:
                    yield finding("WACZ007", PAGES, found=f"{url} at {moment}")
    except ValueError as error:
        yield finding("WACZ002", PAGES, reason=f"line {number}: {error}" if number else error)
        return
    if number < 2:
        yield finding("WACZ002", PAGES, reason="it has no page")


def _package(tree: Tree, pages: Collection[str], digest: Digest) -> Iterator[Finding]:
    """Every file of the folder with its size and digest, but the datapackage and what closes it (5.4)."""
    try:
        package = Record(parsed(_read(tree, PACKAGE)))
        listed = _resources(package)
    except ValueError as error:
        yield finding("WACZ002", PACKAGE, reason=error)
        return
    main = package.get(str, "mainPageUrl")
    if pages and main is not None and main not in pages:
        yield finding("WACZ012", PACKAGE, field="mainPageUrl", other=PAGES, found=main)
    for path, size in tree.files.sorted():
        if path.startswith(FOLDER) and path not in (PACKAGE, CLOSING) and path not in listed:
            yield finding("WACZ008", path)
        elif path in listed:
            for field, found in (("bytes", size), ("hash", _hash(path, digest))):
                stated = listed[path].get(field)
                if found is not None and stated != found:
                    yield finding("WACZ010", path, field=field, expected=stated, found=found)
    yield from (finding("WACZ009", PACKAGE, found=path) for path in listed if path not in tree.files)


def _resources(package: Record) -> dict[str, dict[str, Any]]:
    """The entries by the path in the bag. Raises ValueError."""
    found: dict[str, dict[str, Any]] = {}
    for each in package.get(list, "resources") or []:
        path = Record(each).get(str, "path")
        if path is None:
            raise ValueError("a resource is not an object with a path")
        if FOLDER + path in found:
            raise ValueError(f"it lists {path[:200]} twice")
        found[FOLDER + path] = each
    if not found:
        raise ValueError("it lists no resources")
    return found


def _hash(path: str, digest: Digest) -> str | None:
    try:
        return f"sha256:{digest(path)}"
    except (KeyError, OSError):
        return None  # FIX002 says so


def _closing(tree: Tree, digest: Digest) -> Iterator[Finding]:
    """The digest of the datapackage (5.5)."""
    try:
        whole = parsed(_read(tree, CLOSING))
        closing = Record(whole)
    except ValueError as error:
        yield finding("WACZ002", CLOSING, reason=error)
        return
    expected, found = _hash(PACKAGE, digest), closing.get(str, "hash")
    if expected is not None and (closing.get(str, "path"), found) != (PACKAGE.removeprefix(FOLDER), expected):
        yield finding("WACZ011", CLOSING, expected=expected, found=found)
    if isinstance(whole, dict) and "signedData" in whole:
        yield _signed(whole)


def _signed(closing: Mapping[str, Any]) -> Finding:
    """What a signature of the digest (wacz-auth 0.1.0) is worth: a note, since nobody is asked to trust its key."""
    try:
        from archiver.cms.wacz_auth import check_digest
    except UsageError as error:
        return finding("WACZ015", CLOSING, reason=error)
    try:
        found = check_digest(closing)
    except ValueError as error:
        return finding("WACZ014", CLOSING, reason=error)
    who = f"the key with SHA-256 {found.key}, which names nobody"
    if found.key is None:
        who = f"{found.domain}, whom nobody verified"
    since = f"; timestamp {found.timestamp}" if found.timestamp else ""
    return finding("WACZ013", CLOSING, who=who, created=found.created, since=since)
