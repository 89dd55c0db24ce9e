"""How true the comparison and the credits are, on real pages whose own text is known.

    python bench/truth.py CORPUS [--half first|second] [--labels FILE] [--list]

CORPUS holds `truth.json` (file, address, articleBody, date, title) and the pages. A seed is made of each page's own
text and compared with the page. Printed are: the lines said to be missing, how many of those stand in the page's
visible text all the same (by its letters, without our blocks and our search); the verdicts; and what stands in the way
of `same` and `typographic`, by cause. With `--labels`, a JSON file of page -> [[name, role], …], precision and recall
of the page's credits. The first half of the pages (by their digest) is for work on the code, the second for the
outcome.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

from archiver.article.analyse import read
from archiver.model import Comparison, Page, Reading, Seed
from archiver.seeds.document import read_document

_LETTERS = re.compile(r"[^\W_]+")
_UNSEEN = ("script", "style", "noscript", "template")


def half_of(key: str) -> str:
    """Which half a page belongs to."""
    return "first" if hashlib.sha256(key.encode()).digest()[0] % 2 else "second"


def letters(text: str) -> str:
    """The letters of a text, without case."""
    return "".join(_LETTERS.findall(text)).casefold()


def visible(body: bytes) -> str:
    """The letters of all text of a page but scripts and styles, by another reader than ours."""
    tree = lxml_html.document_fromstring(
        body.decode("utf-8", "replace").encode(), parser=lxml_html.HTMLParser(encoding="utf-8")
    )
    for element in list(tree.iter(*_UNSEEN)):
        element.drop_tree()
    return letters(tree.text_content())


def seed_of(entry: dict[str, Any]) -> Seed | None:
    """A seed of a page's own text."""
    body = [line.strip() for line in entry["articleBody"].splitlines() if line.strip()]
    if not body:
        return None
    title = entry.get("title") or body[0][:100]
    text = "\n\n".join(["", title, *body, "Original url:", f"<{entry['url']}>"])
    seed = read_document(text.encode(), origin="truth", name="truth.txt")
    return seed if isinstance(seed, Seed) else None


def causes(comparison: Comparison) -> Iterator[str]:
    """What keeps a comparison from being `same` or `typographic`."""
    of_seed = [n for n, line in enumerate(comparison.lines) if line.seed is not None]
    for n, line in enumerate(comparison.lines):
        if line.kind == "page-only":
            if of_seed and of_seed[0] < n < of_seed[-1]:
                yield "page-only"
        elif line.kind not in ("same", "typographic"):
            yield line.kind
        elif line.where not in ("article", "page"):
            yield str(line.where)


def credits_of(reading: Reading) -> set[tuple[str, str]]:
    """The credits of the page as labels have them."""
    return {(each.name, each.role) for each in reading.article.credits}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--half", choices=("first", "second"))
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--list", action="store_true", help="what stands in the way, page by page")
    args = parser.parse_args()
    truth = json.loads((args.corpus / "truth.json").read_text("utf-8"))
    labels = json.loads(args.labels.read_text("utf-8")) if args.labels else {}
    verdicts, why, sole = Counter[str](), Counter[str](), Counter[str]()
    absent = false = right = found = expected = 0
    for key, entry in truth.items():
        if args.half and half_of(key) != args.half:
            continue
        body = gzip.decompress((args.corpus / entry["file"]).read_bytes())
        seed = seed_of(entry)
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        reading = read(seed, Page(url=entry["url"], status=200, headers=headers, body=body))
        if key in labels:
            wanted, got = {(name, role) for name, role in labels[key]}, credits_of(reading)
            right, found, expected = right + len(wanted & got), found + len(got), expected + len(wanted)
            if args.list and wanted != got:
                print(f"{key[:8]} credits missed {sorted(wanted - got)} wrong {sorted(got - wanted)}")
        if seed is None:
            continue
        comparison = reading.comparison
        verdicts[comparison.verdict] += 1
        there = ""
        for line in comparison.lines:
            if line.kind == "missing" and line.seed:
                absent += 1
                there = there or visible(body)
                if letters(line.seed) in there:
                    false += 1
                    print(f"{key[:8]} FALSE ABSENCE line {line.seed_line}: {line.seed[:100]}")
        if comparison.verdict not in ("same", "typographic"):
            kinds = Counter(causes(comparison))
            why.update(kinds.keys())
            sole.update(kinds.keys() if len(kinds) == 1 else ())
            if args.list:
                print(f"{key[:8]} {comparison.verdict} {comparison.seed_coverage} {dict(kinds)} {entry['url'][:60]}")
                for line in comparison.lines:
                    if line.kind not in ("same", "typographic") or line.where not in ("article", "page"):
                        changes = [(each.seed[:50], each.page[:50]) for each in line.changes[:3]]
                        shown = (line.seed or "")[:70], (line.page or "")[:70]
                        print(f"    {line.kind} @{line.where} {shown[0]!r} | {shown[1]!r} {changes} {line.page_at}")
    good = verdicts["same"] + verdicts["typographic"]
    print(f"lines missing: {absent}, of which stand in the page's visible text: {false}")
    print(f"verdicts: {dict(verdicts)}; same or typographic {good} of {verdicts.total()}")
    print(f"pages with a cause: {dict(why)}; with this one alone: {dict(sole)}")
    if expected:
        print(f"credits: precision {right / (found or 1):.3f}, recall {right / expected:.3f} over {len(labels)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
