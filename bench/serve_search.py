"""How long a search takes among many bags, and where the time of building the index goes.

    python bench/serve_search.py [BAGS] [WORDS]

The bags are made-up rows (default: 100,000 of 400 words each); nothing but the index is on the disk.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from archiver.serve.entry import Entry
from archiver.serve.index import Index, put
from archiver.serve.search import Question, search
from archiver.serve.words import folded

LEVELS = ("open", "restricted", "metadata-only", "closed")


def spelt(number: int) -> str:
    """A made-up word: frequent ones are short, as in a language."""
    letters = "etaoinshrdlucmf"
    word = ""
    while number:
        number, letter = divmod(number, len(letters))
        word += letters[letter]
    return word[:12]


QUESTIONS = (
    {},
    {"q": spelt(7 + 1)},
    {"q": spelt(0 + 1)},
    {"q": f"{spelt(1)} {spelt(2)} {spelt(3)}"},
    {"q": spelt(0 + 1), "sort": "relevance"},
    {"q": spelt(99 + 1), "agency": "Agency 3"},
    {"q": f'"{spelt(2)} {spelt(3)}"'},
    {"q": spelt(4000 + 1)},
    {"q": "port"},
    {"q": "北京"},
    {"q": "المرفأ"},
    {"agency": "Agency 3", "verdict": "same", "from": "2010-01-01", "to": "2015-12-31"},
    {"person": "Person 77"},
    {"publisher": "Paper 5", "sort": "headline"},
    {"outcome": "gone", "sort": "oldest"},
    {"page": "4000"},
    {"q": spelt(0 + 1), "page": "4000"},
    {"q": spelt(0 + 1), "sort": "headline"},
    {"q": " ".join(map(spelt, range(1, 41)))},
)


def entry(number: int, words: int, chance: random.Random) -> Entry:
    """A made-up bag; the frequencies of its words fall as those of a language do."""
    body = " ".join(spelt(int(chance.paretovariate(0.6))) for _ in range(words))
    body += " 北京的港口重新开放" if number % 9 == 0 else " أعيد فتح المرفأ القديم" if number % 9 == 1 else ""
    day = f"{1990 + number % 35}-{number % 12 + 1:02}-{number % 28 + 1:02}"
    return Entry(
        name=f"bag-{number:07}",
        identifier=f"urn:uuid:{number:032x}",
        headline=f"Harbour report {number} of port {spelt(number % 5000 + 1)}",
        url=f"https://news{number % 50}.example/{number // 2}",
        date=day,
        day=day,
        captured="2026-01-01T00:00:00Z",
        outcome="gone" if number % 11 == 0 else "captured",
        verdict=("same", "edited", "typographic")[number % 3],
        publisher=f"Paper {number % 40}",
        publishers=(f"Paper {number % 40}",),
        agencies=(f"A{number % 12}",),
        agency_names=(f"Agency {number % 12}",),
        people=(f"Person {number % 3000}",),
        body=body,
        rights={},
    )


def build(path: Path, bags: int, words: int) -> Index:
    """The index of so many bags, with the times of making, folding and writing them on stdout."""
    chance = random.Random(7)
    index = Index(path)
    spent = dict.fromkeys(("made", "folded", "written"), 0.0)
    for start in range(0, bags, 200):
        t0 = time.perf_counter()
        made = [entry(number, words, chance) for number in range(start, min(start + 200, bags))]
        t1 = time.perf_counter()
        for each in made:
            folded(each.body)
        t2 = time.perf_counter()
        with index.writing() as database:
            for each in made:
                put(database, each, "stamp", "restricted")
        t3 = time.perf_counter()
        spent["made"] += t1 - t0
        spent["folded"] += t2 - t1
        spent["written"] += t3 - t2
    size = path.stat().st_size
    print(f"{bags:,} bags of {words} words: {size / 1e6:,.0f} MB,", *(f"{k} {v:.1f} s" for k, v in spent.items()))
    return index


def main() -> None:
    """Build, ask, print."""
    bags, words = (int(sys.argv[1]) if len(sys.argv) > 1 else 100_000), (int(sys.argv[2]) if len(sys.argv) > 2 else 400)
    with tempfile.TemporaryDirectory() as folder:
        index = build(Path(folder) / "search.sqlite", bags, words)
        for parameters in QUESTIONS:
            times = []
            for _ in range(5):
                began = time.perf_counter()
                with index.reading() as database:
                    answer = search(database, Question.of(parameters), LEVELS)
                times.append(time.perf_counter() - began)
            print(
                f"{max(times) * 1000:7.1f} ms at most, {min(times) * 1000:6.1f} at least  {answer.total:7,} found  ",
                str(parameters)[:90],
            )


if __name__ == "__main__":
    main()
