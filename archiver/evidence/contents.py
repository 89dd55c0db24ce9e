"""What goes into a bundle of one bag, as the gate allows, and what is held back."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from archiver.errors import Refused, StorageError
from archiver.evidence.bracket import FOLDER as BRACKET
from archiver.evidence.bracket import bracket_of
from archiver.evidence.unnamed import COPY, RECORD, closed_names, record_copy, sentence
from archiver.evidence.verify_text import LEFT_OUT, SUMS, Verifiable, verify_text
from archiver.exports.spreadsheets import neutral
from archiver.ledger.bag_record import read_record
from archiver.ledger.ledger import PATH
from archiver.ledger.private import private_facts
from archiver.ledger.restrictions import Gate
from archiver.model.private import PRIVATE_FILE
from archiver.packaging.names import require_packable
from archiver.packaging.source import Source, source
from archiver.rights.gate import has_cookies
from archiver.series.history import history
from archiver.templates import render
from archiver.verification.certify import draft
from archiver.view.certificate_annex import with_annex
from archiver.view.certificate_pages import as_html, as_text

INDEX, VERIFY = "index.html", "VERIFY.md"
_PREVIEW, _RENDERING = "data/ro-crate-preview.html", "data/rendering/"
_PICTURES = {"screenshot.png": "The page as a browser showed it", "page.pdf": "The page as a browser printed it"}
COOKIES = "the page was captured while logged in, and cookies of a subscription are in them"
_EXCHANGES = (".warc.gz", ".warc", ".wacz", ".har")
_FACTS = "private-facts.json"
_TAKEN = frozenset(
    (
        INDEX,
        VERIFY,
        BRACKET.rstrip("/"),
        LEFT_OUT,
        SUMS,
        COPY,
        "certificate.html",
        "certificate.txt",
        "history.csv",
        "mementos.csv",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of a bundle: its path there, and its bytes, the same each time; `sha256` where a manifest states it."""

    path: str
    read: Callable[[], Iterator[bytes]]
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The parts of a bundle of one bag, and what is held back, a sentence each."""

    name: str
    title: str
    address: str
    captured: str
    outcome: str
    verdict: str
    seal: str
    whole: bool
    facts: Mapping[str, Any]
    """The private facts of the bag; its exhibit and case number stand in a sheet of exhibits, the rest only on "
    "demand."""
    parts: tuple[Part, ...]
    held_back: tuple[str, ...]

    @property
    def exhibit(self) -> str:
        """The number of the exhibit, "" where there is none."""
        return str(self.facts.get("exhibit_number", ""))

    @property
    def case(self) -> str:
        """The number of the case, "" where there is none."""
        return str(self.facts.get("case_number", ""))


def contents_of(bag: Path, moment: datetime, roots: bytes | None = None, *, private: bool = False) -> Contents:
    """What a bundle of a bag in a folder has, drawn up at `moment`; signatures are judged by `roots` (PEM). Facts about
    people and cases are in it only where `private` asks for them.

    Raises Refused for a bag that is not valid, that archiver did not make, or that may not be shown; StorageError.
    """
    gate = Gate(moment.date())
    access = gate.access_of_folder(bag)
    if not access.allows("metadata"):
        raise Refused(f"nothing of it is given out: {access.sentence}; see docs/keep/access.md")
    whole = access.allows("copy")
    certificate = with_annex(draft(bag, moment, roots, content=whole))
    packed, record = source(bag), read_record(bag)
    _require_plain(packed)
    listed = _manifest(packed)
    facts, apart = private_facts(bag, record), f"data/{PRIVATE_FILE}"
    kept = [path for path in packed.files if (whole and path != apart) or not path.startswith("data/")]
    kept += [apart] if private and whole and apart in packed.files else []
    if cookies := has_cookies(record) and whole:
        kept = [path for path in kept if not path.endswith(_EXCHANGES)]
    unnamed = {path: names for path, names in closed_names(bag, packed, gate).items() if path in kept}
    kept = [path for path in kept if path not in unnamed]
    left_out = [path for path in packed.files if path not in kept]
    held = [] if whole else [_held(packed, access.sentence)]
    if cookies:
        held.append(f"The recorded exchanges (WARC) are held back: {COOKIES}; {LEFT_OUT} has their digests")
    if apart in left_out and whole:
        held.append(f"Facts about people and cases are left out: digest {listed[apart]}; --private gives them")
    if unnamed:
        held.append(sentence(unnamed, copied=RECORD in unnamed))
    bracketed = bracket_of(bag, packed, record)
    bracket = {BRACKET + name: data for name, data in bracketed.files.items()}
    held += [bracketed.missing] if bracketed.missing else []
    made: dict[str, str] = {
        "certificate.html": as_html([certificate]),
        "certificate.txt": as_text([certificate]),
        "history.csv": csv_text(_HISTORY, events := list(_history(bag, record, gate, whole))),
        VERIFY: verify_text(Verifiable(name=packed.name, paths=kept, left_out=left_out, bracket=[*bracket])),
    }
    if mementos := list(_mementos(record)):
        made["mementos.csv"] = csv_text(_MEMENTOS, mementos)
    if private and facts and apart not in kept:
        made[_FACTS] = json.dumps({k: v for k, v in facts.items() if k != "seed"}, indent=1, ensure_ascii=False) + "\n"
    if RECORD in unnamed:
        made[COPY] = record_copy(record, packed, listed[RECORD], (each for n in unnamed.values() for each in n))
    if left_out:
        made[LEFT_OUT] = "".join(f"{listed[path]}  {path}\n" for path in left_out)
    title = next((each["value"] for each in record["claims"]["headline"]), None) or record["seed"]["original_url"]
    address = record["seed"]["original_url"]
    made[INDEX] = render(
        "bundle.html",
        title=title,
        address=address,
        name=packed.name,
        seal=packed.seal,
        rows=_rows(packed.name, kept, [*made, *bracket]),
        held_back=tuple(held),
        history=events,
        mementos=mementos,
    )
    texts = [Part(path=path, read=partial(once, text.encode("utf-8", "replace"))) for path, text in made.items()]
    tokens = [Part(path=path, read=partial(once, data)) for path, data in bracket.items()]
    files = [
        Part(path=f"{packed.name}/{path}", read=partial(packed.read, path), sha256=listed.get(path)) for path in kept
    ]
    return Contents(
        name=packed.name,
        title=title,
        address=address,
        captured=record["capture"]["started"],
        outcome=record["capture"]["outcome"],
        verdict=record["comparison"]["verdict"],
        seal=packed.seal,
        whole=whole,
        facts=facts,
        parts=(*texts, *tokens, *files),
        held_back=tuple(held),
    )


def once(data: bytes) -> Iterator[bytes]:
    """Bytes in one piece."""
    yield data


def _held(packed: Source, sentence: str) -> str:
    return (
        f"The payload (page, text, pictures, recorded exchanges) is held back: {sentence}. It is the bag "
        f"{packed.name}, "
        f"identifier {packed.identifier or 'not stated'}, at who made this bundle; {LEFT_OUT} has its digests"
    )


def _require_plain(packed: Source) -> None:
    """Raises Refused for names that the commands of VERIFY.md could misread."""
    require_packable(packed.name, packed.files, zipped=True)
    odd = next((path for path in packed.files if set(path) & set("\\%\r\n")), None)
    if odd is not None:
        raise Refused(f"the name {odd[:200]!r} is read differently by different programs: archiver makes no such file")
    if packed.name in _TAKEN:
        raise Refused(f"a bag cannot be called {packed.name} in a bundle, which has a file of that name; rename it")


def _manifest(packed: Source) -> dict[str, str]:
    """Path -> SHA-256 of payload and tag files, as the sealed manifests have it."""
    names = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
    lines = b"".join(each for name in names for each in packed.read(name)).decode("utf-8").splitlines()
    return {line[66:]: line[:64] for line in lines if line}


def _rows(name: str, kept: list[str], made: Iterable[str]) -> list[tuple[str, str]]:
    """(path, what it is), for the page that leads to the parts."""
    pages = {VERIFY: "How to check all of this without archiver, on Linux, macOS and Windows"}
    pages |= {f"{name}/{_PREVIEW}": "The page of the bag: what was captured, and how it compares"}
    pages |= {f"{name}/{_RENDERING}{file}": about for file, about in _PICTURES.items()}
    pages |= {
        "certificate.html": "Draft certificate of authenticity with blanks, and an annex, to be printed and signed",
        "certificate.txt": "The same as plain text",
        "history.csv": "The captures of this address",
        "mementos.csv": "What web archives have of it",
        COPY: "The record without names of bags that are closed: a copy, not the sealed file",
        _FACTS: "Facts about people and cases",
        BRACKET: "The timestamps of the job: before it asked for anything, and over the seals of its bags",
        LEFT_OUT: "Digests of the files that are left out",
        f"{name}/data/provenance.json": "The record: everything that is known of the capture",
        f"{name}/data/seed/": "The document that was kept (the seed)",
        f"{name}/data/wacz/archive/": "The exchanges with the web site (WARC)",
        f"{name}/signatures/": "Signatures, timestamps and the custody log",
        f"{name}/": "The bag",
    }
    present = {*made, *(f"{name}/{path}" for path in kept)}
    return [
        (path, about)
        for path, about in pages.items()
        if path in present or (path.endswith("/") and any(each.startswith(path) for each in present))
    ]


_HISTORY = ("bag", "captured", "outcome", "verdict", "changes")
_MEMENTOS = ("archive", "datetime", "status", "verdict", "uri")


def _history(bag: Path, record: dict[str, Any], gate: Gate, whole: bool) -> Iterator[tuple[str, ...]]:
    """The captures of the bag's address: those that the ledger beside it knows, else those its record names. What
    changed is stated where every bag may be copied; of a bag that may not be known, that it is held back."""
    folder, shown = bag.resolve().parent, True
    if not (folder / PATH).exists():
        for each in record.get("previous") or ():
            if gate.not_to_be_named(bag, [str(each.get("bag"))]):
                yield _cells("held back", None, None, None, "")
            else:
                yield _cells(each.get("bag"), each.get("captured"), None, each.get("verdict"), "")
        yield _cells(
            bag.resolve().name,
            record["capture"]["started"],
            record["capture"]["outcome"],
            record["comparison"]["verdict"],
            "",
        )
        return
    for each in history(folder, record["seed"]["original_url"]):
        try:
            access = gate.access_of_folder(folder / each.bag)
        except StorageError:
            unnamed = gate.not_to_be_named(bag, [each.bag])
            yield _cells("held back" if unnamed else each.bag, None, "not here any more", None, "")
            continue
        before, shown = shown, access.allows("copy") and whole
        if not access.allows("metadata"):
            yield _cells("held back", None, access.sentence, None, "")
            continue
        messages = "; ".join(found.message for found in each.findings or ()) if before and shown else ""
        yield _cells(each.bag, each.captured, each.outcome, each.verdict, messages)


def _mementos(record: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The web archive's captures that were considered, and the one that was taken."""
    memento = record["capture"].get("memento")
    if not memento:
        return
    yield _cells(memento["archive"], memento["datetime"], None, "the one that was read", memento["uri"])
    for each in memento.get("captures") or ():
        yield _cells(memento["archive"], each.get("datetime"), each.get("status"), each.get("verdict"), each.get("uri"))


def _cells(*values: object) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in values)


def csv_text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table as CSV, in which no cell is taken for a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([tuple(header), *([neutral(cell) for cell in row] for row in rows)])
    return out.getvalue()
