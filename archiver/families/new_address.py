"""Where an article that is gone may be now: addresses on its own site that what is captured already names.

Asked are the bags of the folder and the page recorded in the bag itself; nothing is fetched, and no proposal is
followed.
Evidence, from the strongest: the text of a captured page, its headline, the canonical address that an archive's copy
states, a link of the recorded error page that has the headline's words.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from archiver.article.html.dom import base_of, links_of
from archiver.errors import StorageError
from archiver.families.family import share_of
from archiver.families.member import item_and_text, site_of
from archiver.families.related import ESTIMATED, LEAST, THRESHOLD
from archiver.families.sketch import Sketch, likeness, shingles, sketch
from archiver.ledger.ledger import Ledger
from archiver.ledger.restrictions import Gate
from archiver.markup.document import document_of
from archiver.validation.payload.provenance import Record
from archiver.validation.payload.re_extraction import recorded_page
from archiver.validation.warc.reader import read_warc
from archiver.view.open_bag import OpenBag
from archiver.words import said

Evidence = Literal["text", "headline", "canonical", "link"]
WORDS: dict[Evidence, str] = {
    "text": "a captured page has the seed's text",
    "headline": "a captured page has the same headline",
    "canonical": "the archive's copy states it as its canonical address",
    "link": "a link on the recorded page has the words of the headline",
}
MOST_PAGES = 2_000
"""Captured pages of a site that are looked at."""
_LEAST_WORDS, _LEAST_LETTERS = 3, 12
"""What a headline must have to name one article."""


_LARGEST_SEED = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A seed that is gone, its address, where the article may be now, and what says so: the kind of evidence and the
    bag that has it."""

    seed: str
    url: str
    proposed: str
    evidence: Evidence
    bag: str


@dataclass(frozen=True, slots=True)
class _Page:
    """A captured page of a site."""

    address: str
    headline: tuple[str, ...]
    sketch: Sketch
    path: Path


class NewAddresses:
    """Looks for new addresses by the ledger and the bags of a folder. `unlooked` counts captured pages, by site, that
    were beyond the bound."""

    def __init__(self, ledger: Ledger, bags: Path, today: date) -> None:
        self._ledger, self._bags, self._gate = ledger, bags, Gate(today)
        self._pages: dict[str, list[_Page]] = {}
        self._names: dict[str, list[str]] | None = None
        self.unlooked: dict[str, int] = {}

    def proposals(self, most: int = -1) -> Iterator[Proposal]:
        """The proposals for seeds that are gone, of the first `most` that have a bag here. Raises StorageError where
        the ledger or restrictions cannot be read."""
        for entry in self._ledger.entries("gone", most=most):
            if entry.bag and entry.url and site_of(entry.url) and (self._bags / entry.bag).is_dir():
                with suppress(StorageError):  # a bag that cannot be read has nothing to say; status names missing ones
                    yield from self._of(entry.name, entry.url, self._bags / entry.bag)

    def _of(self, seed: str, url: str, path: Path) -> Iterator[Proposal]:
        with OpenBag(path) as bag:
            record = Record(bag.record)
            if not self._gate.access(path, bag.record, _identifier(bag)).allows("metadata"):
                return
            headline = _key(record.get(str, "seed", "headline") or _of_memento(record))
            own = shingles(_seed_text(bag, record))
            found: dict[str, tuple[Evidence, str]] = {}
            for page in self._of_site(site_of(url)):
                if kind := self._evidence(page, headline, own):
                    _better(found, page.address, kind, page.path.name)
            for kind, address in _named(bag, record, headline):
                _better(found, address, kind, path.name)
        asked = {_bare(each) for each in (url, record.get(str, "capture", "final_url") or "")}
        for address, (evidence, name) in sorted(found.items(), key=lambda each: (_RANK.index(each[1][0]), each[0])):
            if _bare(address) not in asked and _same_site(address, url):
                yield Proposal(seed=seed, url=url, proposed=address, evidence=evidence, bag=name)

    def _evidence(self, page: _Page, headline: tuple[str, ...], own: set[str]) -> Evidence | None:
        if len(own) >= LEAST and likeness(sketch(own), page.sketch)[0] >= ESTIMATED:
            with suppress(StorageError), OpenBag(page.path) as bag:
                if share_of(own, shingles(item_and_text(bag)[1] or ())) >= THRESHOLD:
                    return "text"
        return "headline" if headline and page.headline == headline else None

    def _of_site(self, site: str) -> list[_Page]:
        """The captured pages of a site, read once."""
        if self._names is None:
            self._names = {}
            for entry in self._ledger.entries("captured"):
                if entry.bag and entry.url:
                    self._names.setdefault(_end(site_of(entry.url)), []).append(entry.bag)
        names = self._names.get(_end(site), [])
        if site not in self._pages:
            if len(names) > MOST_PAGES:
                self.unlooked[site] = len(names) - MOST_PAGES
            self._pages[site] = list(self._read(names[-MOST_PAGES:]))
        return self._pages[site]

    def _read(self, names: Iterable[str]) -> Iterator[_Page]:
        for name in names:
            with suppress(StorageError), OpenBag(self._bags / name) as bag:
                if not self._gate.access(bag.path, bag.record, _identifier(bag)).allows("metadata"):
                    continue
                item, text = item_and_text(bag)
                address = _canonical(Record(bag.record)) or item.final_url or item.url
                yield _Page(address, _key(item.headline), sketch(shingles(text or ())), bag.path)


def moved(bags: Path, today: date, most: int) -> int:
    """How many of the first `most` seeds that are gone have a proposal. Raises StorageError."""
    with closing(Ledger(bags, read_only=True)) as ledger:
        return len({each.seed for each in NewAddresses(ledger, bags, today).proposals(most)})


_RANK: tuple[Evidence, ...] = ("text", "headline", "canonical", "link")


def _identifier(bag: OpenBag) -> str | None:
    return next((value for label, value in bag.info if label.lower() == "external-identifier"), None)


def _better(found: dict[str, tuple[Evidence, str]], address: str, kind: Evidence, name: str) -> None:
    if address not in found or _RANK.index(kind) < _RANK.index(found[address][0]):
        found[address] = (kind, name)


def _key(headline: str) -> tuple[str, ...]:
    """The words of a headline; none where they would fit many articles."""
    words = said(headline)
    return words if len(words) >= _LEAST_WORDS and sum(map(len, words)) >= _LEAST_LETTERS else ()


def _seed_text(bag: OpenBag, record: Record) -> list[str]:
    """The seed's words: what was compared of it, else the document as it lies in the bag, where that is text."""
    lines = [Record(each).get(str, "seed") or "" for each in (record.get(list, "comparison", "lines") or [])[:5_000]]
    path = f"data/{record.get(str, 'seed', 'file')}"
    if any(lines) or not 0 < bag.files.get(path, 0) <= _LARGEST_SEED:
        return lines
    return bag.read(path).decode("utf-8", "replace").splitlines()


def _of_memento(record: Record) -> str:
    """The headline of an archive's copy; "" where there is none: that of an error page is not the article's."""
    if record.get(str, "text", "from", "kind") != "memento":
        return ""
    return record.get(str, "claims", "headline", 0, "value") or ""


def _named(bag: OpenBag, record: Record, headline: tuple[str, ...]) -> Iterator[tuple[Evidence, str]]:
    """The addresses that the bag of the gone page itself has."""
    if record.get(str, "text", "from", "kind") == "memento":
        if canonical := _canonical(record):
            yield "canonical", canonical
        return
    warc = f"data/{record.get(str, 'capture', 'warc')}"
    if not headline or warc not in bag.files:
        return
    with bag.open(warc) as stream:
        records, _ = read_warc(stream, warc, bag.files[warc])
    page, _ = recorded_page(bag.tree, record, warc, records)
    if page is None:
        return
    stated = next((value for name, value in page.headers if name.lower() == "content-type"), None)
    tree = document_of(page.body, stated).tree
    if tree is None:
        return
    for link in links_of(tree, base_of(tree, page.url)):
        if said(link.anchor.text) == headline:
            yield "link", link.anchor.href


def _canonical(record: Record) -> str | None:
    """The canonical address that the page states; None where it states none or several."""
    stated = {
        value
        for n in range(50)
        if record.get(str, "claims", "canonical_url", n, "source") not in (None, "seed", "url")
        and (value := record.get(str, "claims", "canonical_url", n, "value"))
    }
    return stated.pop() if len(stated) == 1 else None


def _bare(url: str) -> str:
    """An address for comparison: without scheme, `www.`, fragment and a last slash."""
    return url.partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")


def _end(site: str) -> str:
    """The last two labels of a host: a first sieve, `_same_site` decides."""
    return ".".join(site.split(".")[-2:])


def _same_site(one: str, other: str) -> bool:
    """Whether the hosts are equal but for `www.` and the like, or one lies below the other."""
    first, second = site_of(one), site_of(other)
    shorter, longer = sorted((first, second), key=len)
    return bool(shorter) and (first == second or ("." in shorter and longer.endswith(f".{shorter}")))
