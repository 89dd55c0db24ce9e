"""Compares the record with the rest of the bag: seed, text, certificates, bag-info.txt (docs/bag-format.md, 2 to 4).

The WARC's part is in `exchanges.py`, the WACZ's in `wacz.py`, the crate's in `ro_crate.py`. Tampering that keeps all
checksums consistent is found here, if anywhere.
"""

import base64
import binascii
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unicodedata import is_normalized

from archiver.digest import CHUNK, sha256
from archiver.model import Finding
from archiver.model.private import LARGEST, file_beside
from archiver.validation.bagit.tagfiles import Info
from archiver.validation.bagit.tree import Tree, open_below
from archiver.validation.payload.bracket import check_bracket
from archiver.validation.payload.consistency import check_sense
from archiver.validation.payload.exchanges import check_exchanges
from archiver.validation.payload.provenance import RECORD, Record, read_record
from archiver.validation.payload.re_extraction import Reread, check_text_again
from archiver.validation.payload.renderings import check_rendering
from archiver.validation.payload.ro_crate import check_crate
from archiver.validation.payload.times import check_times
from archiver.validation.payload.wacz import Digest, check_wacz
from archiver.validation.rules.registry import finding
from archiver.validation.trust.policy import Trust
from archiver.validation.warc.foreign import KeepingReader, Plain, read_foreign
from archiver.validation.warc.guests import check_guests
from archiver.validation.warc.gzip_members import Members
from archiver.validation.warc.reader import WarcRecord, read_warc

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_PIECE = 1 << 16
OWN = "data/wacz/archive/"
"""Where archiver keeps the WARC files that it writes; others in the payload are somebody else's."""
TEXT = 64 << 20
"""Bytes of the text that are held against the record's comparison."""


def check_payload(
    tree: Tree, info: Info, reread: Reread | None = None, *, trust: Trust, beside: Path | None = None
) -> tuple[set[str], list[Finding]]:
    """(the checks that were made, what they found) for a bag with a record; with `reread`, its text extracted again.
    `beside` is the path of the bag: what is kept beside it is looked at; None: it is not looked for."""
    made = {"record"}
    record, findings = read_record(tree)
    named = f"data/{record.get(str, 'capture', 'warc')}" if record else ""
    warcs: dict[str, list[WarcRecord]] = {}
    for path, _ in tree.in_order():
        if path == named or (path.startswith(OWN) and path.endswith(".warc.gz")):
            made.add("warc")
            imported = record is not None and record.get(dict, "capture", "import") is not None
            warcs[path], more = _imported(tree, path) if imported else _warc(tree, path)
            findings += more
    guests, more = check_guests(tree, warcs.keys())
    made |= {"warc"} if guests else set()
    findings += more
    if record is None:
        return made, findings
    if named not in warcs:
        findings.append(finding("REC003", RECORD, field="capture.warc", expected=named))
    else:
        findings += check_exchanges(record, warcs[named])
    findings += _certificates(tree, record)
    findings += check_times(record, trust.now)
    findings += _bag_info(record, info)
    digest = cache(tree.sha256)
    text = _read_text(tree, record)
    findings += _seed(tree, record, digest)
    findings += _private(tree, record, digest, beside)
    findings += _text(tree, record, digest)
    findings += check_wacz(tree, record, text, warcs, digest)
    findings += check_crate(tree, record, info, digest)
    findings += check_sense(record, text)
    done, more = check_bracket(tree, record, named, digest, trust, beside)
    made |= done
    findings += more
    findings += check_rendering(tree, record, digest, reread)
    if reread:
        done, more = check_text_again(tree, record, named, warcs.get(named, []), reread)
        made |= done
        findings += more
    return made | {"seed", "text", "wacz", "crate"}, findings


def _warc(tree: Tree, path: str) -> tuple[list[WarcRecord], list[Finding]]:
    try:
        with tree.open(path) as stream:
            return read_warc(stream, path, tree.files[path])
    except OSError as error:
        return [], [finding("WARC001", path, reason=error.strerror)]


def _imported(tree: Tree, path: str) -> tuple[list[WarcRecord], list[Finding]]:
    """A WARC file of records that other software made, copied into a bag of ours."""
    kept: list[KeepingReader] = []

    def make(source: Members | Plain, name: str) -> KeepingReader:
        kept.append(KeepingReader(source, name))
        return kept[0]

    try:
        with tree.open(path) as stream:
            found = read_foreign(stream, path, tree.files[path], make=make)
    except OSError as error:
        return [], [finding("WARC001", path, reason=error.strerror)]
    return (kept[0].records if kept else []), found


def _seed(tree: Tree, record: Record, digest: Digest) -> Iterator[Finding]:
    path = f"data/{record.get(str, 'seed', 'file')}"
    try:
        found, lines = digest(path), _lines(tree, path)
    except (KeyError, OSError):
        yield finding("SEED003", path)
        return
    if (sha := record.get(str, "seed", "sha256")) != found:
        yield finding("SEED001", path, expected=sha, found=found)
    if record.get(str, "seed", "format") in NOT_LINES:
        return  # its places are paragraphs, or lines of the text within
    if (stated := record.get(int, "seed", "lines")) is not None and stated != lines:
        yield finding("SEED002", path, expected=stated, found=lines)


def _private(tree: Tree, record: Record, digest: Digest, beside: Path | None) -> Iterator[Finding]:
    """Facts about people and cases: as the record says, or left out of an access copy."""
    if record.get(str, "private", "kept") != "bag":
        if beside is not None and record.get(dict, "redaction") is None:
            yield from _private_beside(record, file_beside(beside))
        return
    path, stated = f"data/{record.get(str, 'private', 'file')}", record.get(str, "private", "sha256")
    if path not in tree.files and record.get(dict, "redaction") is not None:
        yield finding("PRIV002", path, digest=stated)
        return
    try:
        found = digest(path)
    except (KeyError, OSError):
        yield finding("PRIV003", path)
        return
    if found != stated:
        yield finding("PRIV001", path, expected=stated, found=found)


def _private_beside(record: Record, place: Path) -> Iterator[Finding]:
    if record.get(str, "private", "kept") != "ledger":
        return
    stated, where = record.get(str, "private", "sha256"), f".archiver/private/{place.name}"
    try:
        with open_below(str(place.parent), place.name) as file:
            found = sha256(file.read(LARGEST))
    except (FileNotFoundError, NotADirectoryError):
        yield finding("PRIV004", RECORD, digest=stated)
    except OSError as error:
        yield finding("PRIV006", RECORD, reason=error.strerror or error)
    else:
        if found != stated:
            yield finding("PRIV005", RECORD, file=where, expected=stated, found=found)


NOT_LINES = ("docx", "pdf", "webloc")
"""Formats of seeds that are not lines of text."""


def _lines(tree: Tree, path: str) -> int:
    """The lines of a document, ended by LF, CR LF, CR or the end, in whatever encoding."""
    count, last = 0, "\n"
    with tree.open(path) as stream:
        encoding = _width(stream.read(_PIECE))
    with tree.open(path) as stream, io.TextIOWrapper(stream, encoding, "replace", newline=None) as text:
        while piece := text.read(_PIECE):
            count, last = count + piece.count("\n"), piece[-1]
    return count + (last != "\n")


def _width(head: bytes) -> str:
    """An encoding in which line ends are found: UTF-16 by its mark or its zero bytes, any that extends ASCII else."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\0" in head:
        return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    return "latin-1"


def _text(tree: Tree, record: Record, digest: Digest) -> Iterator[Finding]:
    stated = record.get(str, "text", "file")
    if stated is None:
        yield from (finding("TXT004", path) for path in tree.payload if path.startswith("data/text/"))
        return
    path = f"data/{stated}"
    try:
        found, characters = digest(path), _characters(tree, path)
    except (KeyError, OSError):
        yield finding("TXT005", path)
        return
    if (sha := record.get(str, "text", "sha256")) != found:
        yield finding("TXT001", path, expected=sha, found=found)
    if characters is None:
        yield finding("TXT003", path)
    elif (count := record.get(int, "text", "characters")) is not None and count != characters:
        yield finding("TXT002", path, expected=count, found=characters)


def _read_text(tree: Tree, record: Record) -> str | None:
    """The text, "" where the record has none, None where it cannot be read."""
    stated = record.get(str, "text", "file")
    if stated is None:
        return ""
    try:
        with tree.open(f"data/{stated}") as stream:
            return stream.read(TEXT).decode("utf-8")
    except (KeyError, OSError, UnicodeDecodeError):
        return None


def _characters(tree: Tree, path: str) -> int | None:
    """How many characters the text has; None where it is not UTF-8 in NFC with LF only."""
    count = 0
    with tree.open(path) as stream, io.TextIOWrapper(stream, encoding="utf-8", newline="") as text:
        try:
            while piece := text.readline(_PIECE):
                if "\r" in piece or not is_normalized("NFC", piece):
                    return None
                count += len(piece)
        except UnicodeDecodeError:
            return None
    return count


def _certificates(tree: Tree, record: Record) -> Iterator[Finding]:
    chain = record.get(list, "capture", "tls", "chain") or []
    for number, each in enumerate(chain):
        path = f"data/{each}"
        if path not in tree.files:
            yield finding("REC003", RECORD, field=f"capture.tls.chain[{number}]", expected=path)
        elif number == 0:
            try:
                with tree.open(path) as stream:
                    match = _PEM.search(stream.read(CHUNK))
            except OSError:
                match = None
            expected = record.get(str, "capture", "tls", "certificate_sha256")
            found = _der_sha256(match[1]) if match else None
            if expected != found:
                yield finding("REC009", path, expected=expected, found=found or "no certificate")


def _der_sha256(base64_lines: bytes) -> str | None:
    try:
        return sha256(base64.b64decode(base64_lines))
    except binascii.Error:
        return None


def _bag_info(record: Record, info: Info) -> Iterator[Finding]:
    """Compares labels of bag-info.txt with the record. A label that is absent contradicts nothing."""
    started = record.time("capture", "started")
    for label, field, expected in (
        ("Original-URL", "seed.original_url", {record.get(str, "seed", "original_url")}),
        ("Comparison-Verdict", "comparison.verdict", {record.get(str, "comparison", "verdict")}),
        ("Comparison-Source", "comparison.source.kind", {record.get(str, "comparison", "source", "kind")}),
        ("Capture-Date", "capture.started", {f"{started:%Y-%m-%dT%H:%M:%SZ}" if started else None}),
        ("Redacted-From-Seal", "redaction.of.seal", {record.get(str, "redaction", "of", "seal")}),
        ("Credit", "credits", _credited(record)),
        ("Custody-Log", "custody_log", {record.get(str, "custody_log")}),
    ):
        found, wanted = {_plain(each) for each in info.values(label)}, {_plain(each) for each in expected if each}
        if found and found != wanted:
            yield finding("REC010", "bag-info.txt", label=label, field=field, **_sides(wanted, found))
    published = [each for each in record.get(list, "claims", "published") or [] if isinstance(each, dict)]
    days = {str(each.get("value"))[:10] for each in published}
    stated = {_plain(each)[:10] for each in info.values("Publication-Date")}
    if stated - days:
        yield finding(
            "REC010", "bag-info.txt", label="Publication-Date", field="claims.published", **_sides(days, stated)
        )
    headlines = {_plain(record.get(str, "seed", "headline") or "")}
    claims = record.get(list, "claims", "headline") or []
    headlines |= {
        _plain(each["value"]) for each in claims if isinstance(each, dict) and isinstance(each.get("value"), str)
    }
    described = {_plain(each) for each in info.values("External-Description")}
    if described - headlines:
        yield finding("REC011", "bag-info.txt", **_sides(headlines, described))


def _credited(record: Record) -> set[str]:
    """The credits as bag-info.txt has them: since version 2.0 those that only the seed states say so."""
    sources: dict[str, set[str | None]] = {}
    for each in record.get(list, "credits") or []:
        if isinstance(each, dict):
            source = each.get("source")
            stated = source if isinstance(source, str) else None
            sources.setdefault(f"{each.get('name')} ({each.get('role')})", set()).add(stated)
    if record.get(str, "version") == "1.0":
        return set(sources)
    return {f"{name} (seed)" if found == {"seed"} else name for name, found in sources.items()}


def _sides(expected: set[str], found: set[str]) -> dict[str, str]:
    return {"expected": " | ".join(sorted(expected)), "found": " | ".join(sorted(found))}


def _plain(text: str) -> str:
    """As a tag file can hold it: one line, no control characters, single spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
