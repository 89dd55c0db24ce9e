"""F1 and CPU time of archiver's text beside trafilatura alone, page by page in the same run.

usage: python bench/text.py CORPUS [--rounds N]

Both start from the page's bytes. Ours is one parse, JSON-LD and the extractor, as `archiver.article.analyse` does it
for a page without a seed; trafilatura is `trafilatura.extract(bytes, include_comments=False)`. The pages alternate, so
that both meet the same machine. NOTE: the model that archiver ships was trained on such a corpus. If CORPUS is that
one, the F1 of ours is of pages seen; what it is on others, `bench/train_extractor.py` says.
"""

import argparse
import gzip
import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import trafilatura

from archiver.article.html.dom import parse
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.article.text.extract import extract
from archiver.markup.encodings import decode


def ours(body: bytes, url: str) -> str:
    """The text by archiver."""
    tree = parse(decode(body, "text/html")[0])
    return (
        "\n".join(block.text for block in extract(Outline(tree), Graph(tree), url).blocks) if tree is not None else ""
    )


def theirs(body: bytes, url: str) -> str:
    """The text by trafilatura alone."""
    return trafilatura.extract(body, url=url, include_comments=False) or ""


def scorer_of(corpus: Path) -> ModuleType:
    """The corpus's own figure."""
    spec = importlib.util.spec_from_file_location("evaluate", corpus / "evaluate.py")
    if spec is None or spec.loader is None:
        raise SystemExit("the corpus has no evaluate.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    return scorer


def main() -> None:
    """Read every page by both, in turn, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    truth = json.loads((args.corpus / "truth.json").read_text("utf-8"))
    scorer = scorer_of(args.corpus)
    ways: dict[str, Callable[[bytes, str], str]] = {"archiver": ours, "trafilatura": theirs}
    spent = dict.fromkeys(ways, 0.0)
    scores: dict[str, list[tuple[float | None, float | None, float]]] = {name: [] for name in ways}
    for way in ways.values():  # what is imported late is imported now
        way(b"<html><body><p>One page before the clock starts.</p></body></html>", "http://example.org/")
    for number in range(args.rounds):
        for page in truth.values():
            body = gzip.decompress((args.corpus / page["file"]).read_bytes())
            for name, way in ways.items():
                start = time.process_time()
                text = way(body, page["url"])
                spent[name] += time.process_time() - start
                if number == 0:
                    scores[name].append(scorer.score_page(page["articleBody"], text))
    for name, each in scores.items():
        total = scorer.summary(each)
        milliseconds = 1000 * spent[name] / len(truth) / args.rounds
        print(
            f"{name:<12} F1 {total['f1']:.4f}  P {total['precision']:.4f}  R {total['recall']:.4f}  "
            f"below 0.8: {total['below_0.8']}/{total['pages']}  CPU {milliseconds:.1f} ms a page"
        )


if __name__ == "__main__":
    main()
