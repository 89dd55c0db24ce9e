"""What pages claim of themselves, held to the corpus: titles, authors and dates of publication.

usage: python bench/claims.py CORPUS [--misses]

Of the pages of CORPUS whose truth has them. A title is right when it is the same but for white space, invisible
characters and the form of characters (NFC), a name when it is the same but for case too. Among the headlines stand what
a claim says and what the page wrote there. The preferred claim is the first that the page makes, as everything made of
the record takes it. Dates are compared to the day, in UTC where both state their zone. `--misses` prints each page that
fell short.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.article.claims import dates
from archiver.article.claims.collect import claims_of_page
from archiver.article.html.dom import base_of, parse
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.markup.encodings import decode
from archiver.model import Claim, ClaimName, Page
from archiver.words import bare, fold


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How a page did in one thing, from 0 to 1, and what was expected and found."""

    of: str
    score: float
    expected: object
    found: object


def claims_of(page: Mapping[str, Any], corpus: Path) -> dict[ClaimName, tuple[Claim, ...]]:
    """The claims of a page of the corpus, as `archiver.article.analyse` takes them."""
    body, kind = gzip.decompress((corpus / page["file"]).read_bytes()), "text/html"
    tree = parse(decode(body, kind)[0])
    captured = Page(url=page["url"], status=200, headers=(("Content-Type", kind),), body=body)
    if tree is None:
        return claims_of_page(captured, None, None, page["url"])
    return claims_of_page(captured, Outline(tree), Graph(tree), base_of(tree, page["url"]))


def marks_of(page: Mapping[str, Any], claims: Mapping[ClaimName, Sequence[Claim]]) -> Iterator[Mark]:
    """The marks of one page, for what its truth has."""
    if page.get("title"):
        title, headlines = same(page["title"]), [same(claim.value) for claim in claims.get("headline", ())]
        written = [*headlines, *(same(claim.raw) for claim in claims.get("headline", ()))]
        yield Mark(of="title among the headlines", score=title in written, expected=title, found=headlines)
        yield Mark(of="title is the preferred one", score=headlines[:1] == [title], expected=title, found=headlines)
    if page.get("authors"):
        truth = {same(name).casefold() for name in page["authors"]}
        named = {same(claim.value).casefold() for claim in claims.get("author", ())}
        yield Mark(of="all authors found", score=truth <= named, expected=truth, found=named)
        yield Mark(of="authors, F1 of the sets", score=f1(truth, named), expected=truth, found=named)
    if page.get("date"):
        days = [claim.value for claim in claims.get("published", ())]
        yield Mark(of="date among those published", expected=page["date"], found=days,
                   score=any(same_day(page["date"], day) for day in days))  # fmt: skip
        yield Mark(of="date is the preferred one", expected=page["date"], found=days,
                   score=bool(days) and same_day(page["date"], days[0]))  # fmt: skip


def same(text: str) -> str:
    """What two spellings of one title share."""
    return fold(bare(text))


def f1(truth: set[str], found: set[str]) -> float:
    """The harmonic mean of precision and recall of one set against another."""
    return 2 * len(truth & found) / (len(truth) + len(found))


def same_day(one: str, other: str) -> bool:
    """Whether two dates are of one day: in UTC where both have a zone, else as written."""
    first, second = dates.parse(one), dates.parse(other)
    if first is None or second is None:
        return False
    if first.moment and second.moment:
        return first.moment.date() == second.moment.date()
    return first.day == second.day


def main() -> None:
    """Read every page with a truth about claims and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--misses", action="store_true", help="print each page that fell short")
    args = parser.parse_args()
    truth = json.loads((args.corpus / "truth.json").read_text("utf-8"))
    marks: dict[str, list[Mark]] = {}
    for page in truth.values():
        for mark in marks_of(page, claims_of(page, args.corpus)):
            marks.setdefault(mark.of, []).append(mark)
            if args.misses and mark.score < 1:
                print(f"{page['file']}: {mark.of}\n  expected {mark.expected}\n  found    {mark.found}")
    for name, each in marks.items():
        total = sum(mark.score for mark in each)
        whole = sum(mark.score == 1 for mark in each)
        print(f"{name:<28} {total / len(each):6.1%}   wholly right {whole}/{len(each)}")


if __name__ == "__main__":
    main()
