"""Trains the judge of blocks from pages with truth, and says how good it is on pages it has not seen.

usage: python bench/train_extractor.py CORPUS... [--write] [--folds N]   (needs scikit-learn, which archiver does not)

Each CORPUS holds `truth.json` ({id: {"file", "url", "articleBody", "publisher"?}}) and the pages, the first one also
`evaluate.py`. A block is of the article when most of its words stand in the truth. The figures printed are of
cross-validation, for each corpus apart: a publisher's pages are all in one fold, and no page is judged by a model that
saw its publisher. `--write` then trains on everything and writes `archiver/article/text/body.json`. Nothing shows the
model which corpus a page is from.
"""

import argparse
import gzip
import importlib.util
import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

import archiver.article.text
from archiver.article.compare.align import in_order
from archiver.article.html.dom import parse
from archiver.article.html.jsonld import Graph
from archiver.article.text import features, select_body
from archiver.article.text.block import Block
from archiver.article.text.blocks import blocks_of
from archiver.article.text.extract import description_of
from archiver.article.text.tree_ensemble import Forest
from archiver.markup.encodings import decode

MODEL = Path(archiver.article.text.__file__).with_name("body.json")
SETTINGS = {
    "n_estimators": 300,
    "learning_rate": 0.055,
    "max_leaf_nodes": 12,
    "max_depth": None,
    "min_samples_leaf": 20,
    "subsample": 0.4,
    "max_features": 0.08,
    "random_state": 0,
}
WORD = re.compile(r"\w+")
SEEDS = (3, 4)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A page, and of each block that is measured its row, whether it stands in the truth, and what it weighs."""

    key: str
    publisher: str
    truth: str
    corpus: str
    tree: Element
    described: features.SelfDescription
    rows: list[list[float]]
    labels: list[bool]
    weights: list[float]


def sample(key: str, page: dict[str, Any], corpus: Path) -> Sample | None:
    """A page of the corpus, measured as the extractor measures it; None where it has no words."""
    tree = parse(decode(gzip.decompress((corpus / page["file"]).read_bytes()), "text/html")[0])
    if tree is None or not blocks_of(tree):
        return None
    blocks, described = blocks_of(tree), description_of(tree, Graph(tree))
    chosen, rows = features.rows_of(blocks, described)
    found = labels(blocks, page["articleBody"])
    size = max(80.0, sum(b.words for b, label in zip(blocks, found) if label))
    return Sample(
        key=key,
        publisher=page.get("publisher") or site_of(page["url"] or key),
        truth=page["articleBody"],
        corpus=corpus.resolve().name,
        tree=tree,
        described=described,
        rows=rows,
        labels=[found[n] for n in chosen],
        # Each page counts the same, however long: so does the evaluation.
        weights=[min(blocks[n].words, 150.0) / size + 0.0005 for n in chosen],
    )


def site_of(url: str) -> str:
    """The site of an address, roughly: its last two labels, three under `co.uk` and the like."""
    labels_of = (urlsplit(url).hostname or url).split(".")
    short = len(labels_of) > 2 and len(labels_of[-2]) <= 3 and len(labels_of[-1]) == 2
    return ".".join(labels_of[-3 if short else -2 :])


def labels(blocks: list[Block], truth: str) -> list[bool]:
    """Whether each block is of the truth: as a line of it, or by most of its words; of copies, those in its order."""
    lines = Counter(tuple(WORD.findall(line)) for line in truth.split("\n"))
    places: dict[tuple[str, ...], int] = {}
    for n, window in enumerate(windows(WORD.findall(truth))):
        places.setdefault(window, n)
    found, first = [], []
    for block in blocks:
        words = WORD.findall(block.text)
        inside = windows(words)
        first.append(next((places[w] for w in inside if w in places), -1))
        covered = {n + k for n, w in enumerate(inside) if w in places for k in range(4)}
        found.append(bool(words) and (tuple(words) in lines or (len(words) > 3 and len(covered) > len(words) / 2)))
    run = [n for n, label in enumerate(found) if label and first[n] >= 0]
    stay = in_order(
        [(at, first[n] * len(blocks) + at) for at, n in enumerate(run)], [int(blocks[n].words) + 1 for n in run]
    )
    kept = {run[at] for at in stay}
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for n, label in enumerate(found):
        if label:
            copies[blocks[n].text].append(n)
    for text, places_of in copies.items():
        for n in sorted(places_of, key=lambda n: (n not in kept, n))[max(1, lines[tuple(WORD.findall(text))]) :]:
            found[n] = False
    return found


def windows(words: list[str]) -> list[tuple[str, ...]]:
    """The runs of four words; a shorter text is one run."""
    return [tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3))] if words else []


def fit(samples: list[Sample]) -> dict[str, Any]:
    """The model as `body.json` keeps it. Each corpus counts as much as any other, however many pages it has."""
    from sklearn.ensemble import GradientBoostingClassifier

    rows = [row for each in samples for row in each.rows]
    pages = Counter(each.corpus for each in samples)
    weights = [w / pages[each.corpus] for each in samples for w in each.weights]
    scale = len(weights) / sum(weights)
    learner = GradientBoostingClassifier(**SETTINGS)
    learner.fit(rows, [label for each in samples for label in each.labels], [w * scale for w in weights])
    # What the learner adds up before the first tree is its answer to any row, without the trees.
    trees = [stored(each[0].tree_, 0, learner.learning_rate) for each in learner.estimators_]
    raw = float(learner.decision_function(rows[:1])[0])
    bias = raw - sum(value(tree, rows[0]) for tree in trees)
    return {"features": list(features.NAMES), "bias": round(bias, 4), "trees": trees}


def stored(tree: Any, node: int, rate: float) -> Any:
    """A tree as nested lists: [feature, threshold, at most, above], and numbers for leaves."""
    if tree.children_left[node] < 0:
        return round(float(tree.value[node][0][0]) * rate, 4)
    low, high = tree.children_left[node], tree.children_right[node]
    threshold = float(f"{tree.threshold[node]:.5g}")
    return [int(tree.feature[node]), threshold, stored(tree, low, rate), stored(tree, high, rate)]


def value(tree: Any, row: list[float]) -> float:
    """The leaf of a stored tree that a row comes to."""
    while isinstance(tree, list):
        tree = tree[2] if row[tree[0]] <= tree[1] else tree[3]
    return float(tree)


def readable(model: dict[str, Any]) -> str:
    """The model as JSON, one tree a line."""
    head = json.dumps({"features": model["features"], "bias": model["bias"]})
    trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in model["trees"])
    return f'{head[:-1]}, "trees": [\n{trees}\n]}}\n'


def predicted(model: Forest, each: Sample) -> str:
    """The text of a page as the extractor would give it with this model."""
    judged = select_body.judge(blocks_of(each.tree), each.described, model)
    return "\n".join(block.text for block in select_body.choose(judged))


def cross_validate(samples: list[Sample], folds: int, scorer: ModuleType) -> None:
    """Print the figures of each way to fold, and of their mean."""
    totals: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for seed in SEEDS:
        publishers = sorted({each.publisher for each in samples})
        random.Random(seed).shuffle(publishers)
        fold = {publisher: n % folds for n, publisher in enumerate(publishers)}
        scores = defaultdict(list)
        for n in range(folds):
            model = Forest(fit([each for each in samples if fold[each.publisher] != n]))
            for each in samples:
                if fold[each.publisher] == n:
                    text = predicted(model, each)
                    scores[each.corpus].append((scorer.score_page(each.truth, text), by_words(each.truth, text)))
        for corpus, pairs in scores.items():
            total, words = scorer.summary([pair[0] for pair in pairs]), sum(pair[1] for pair in pairs) / len(pairs)
            totals[corpus].append((total["f1"], words))
            print(
                f"folding {seed}, {corpus}: F1 of four words {total['f1']:.4f}  P {total['precision']:.4f}  "
                f"R {total['recall']:.4f}  F1 of words {words:.4f}",
                flush=True,
            )
    for corpus, figures in totals.items():
        four, one = (sum(each) / len(each) for each in zip(*figures))
        print(f"{corpus}, mean of {len(SEEDS)} foldings: F1 of four words {four:.4f}, of words {one:.4f}")


def by_words(truth: str, text: str) -> float:
    """F1 over the bag of words of a page, lower case."""
    want, got = Counter(WORD.findall(truth.lower())), Counter(WORD.findall(text.lower()))
    return 2 * (want & got).total() / ((want.total() + got.total()) or 1)


def main() -> None:
    """Read the corpus, cross-validate, and write the model if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS")
    parser.add_argument(
        "--write", action="store_true", help="train on all pages and write archiver/article/text/body.json"
    )
    parser.add_argument("--folds", type=int, default=5, help="0: do not cross-validate")
    args = parser.parse_args()
    found = [
        sample(key, page, corpus)
        for corpus in args.corpora
        for key, page in json.loads((corpus / "truth.json").read_text("utf-8")).items()
    ]
    samples = [each for each in found if each is not None]
    if args.folds:
        spec = importlib.util.spec_from_file_location("evaluate", args.corpora[0] / "evaluate.py")
        if spec is None or spec.loader is None:
            raise SystemExit(f"{args.corpora[0]} has no evaluate.py")
        scorer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(scorer)
        cross_validate(samples, args.folds, scorer)
    if args.write:
        MODEL.write_text(readable(fit(samples)), "utf-8")
        print(f"{MODEL}: {MODEL.stat().st_size} bytes")


if __name__ == "__main__":
    main()
