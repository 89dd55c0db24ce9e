"""Trains the judge of blocks from pages with truth, and says how good it is on pages it has not seen.

usage: python bench/train_extractor.py CORPUS... [--write] [--folds N] [--apart]   (needs lightgbm; archiver does not)

Each CORPUS holds `truth.json` ({id: {"file", "url", "articleBody", "publisher"?}}) and the pages, the first one also
`evaluate.py`. A block is of the article when most of its words stand in the truth. The figures printed are of
cross-validation, for each corpus apart: a publisher's pages are all in one fold, and no page is judged by a model that
saw its publisher. `--apart` trains without a fifth of the sites and measures those beside trafilatura. `--write` then
trains on everything and writes `archiver/article/text/body.json`. Nothing shows the model which corpus a page is from.
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
from archiver.article.text.extract import article_of, description_of
from archiver.article.text.tree_ensemble import Forest
from archiver.markup.encodings import decode

MODEL = Path(archiver.article.text.__file__).with_name("body.json")
SETTINGS = {
    "n_estimators": 200,
    "learning_rate": 0.08,
    "num_leaves": 12,
    "min_child_samples": 20,
    "subsample": 0.5,
    "subsample_freq": 1,
    "colsample_bytree": 0.3,
    "max_bin": 63,
    "random_state": 0,
    "n_jobs": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbose": -1,
}
SCALE = 10_000
"""Leaves are integers, parts of this: sums of them are the same in every order."""
APART = 20261130
"""The seed by which a fifth of the sites is set apart."""
WORD = re.compile(r"\w+")
SEEDS = (3, 4)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A page, and of each block that is measured its row, whether it stands in the truth, and what it weighs."""

    key: str
    publisher: str
    truth: str
    corpus: str
    group: str
    body: bytes
    tree: Element
    described: features.SelfDescription
    rows: list[list[float]]
    labels: list[bool]
    weights: list[float]


def sample(key: str, page: dict[str, Any], corpus: Path) -> Sample | None:
    """A page of the corpus, measured as the extractor measures it; None where it has no words."""
    body = gzip.decompress((corpus / page["file"]).read_bytes())
    tree = parse(decode(body, "text/html")[0])
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
        group=f"{corpus.resolve().name} {page.get('lang') or ''}".strip(),
        body=body,
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
    from lightgbm import LGBMClassifier
    from numpy import array

    rows = array([row for each in samples for row in each.rows])
    pages = Counter(each.corpus for each in samples)
    weights = [w / pages[each.corpus] for each in samples for w in each.weights]
    scale = len(weights) / sum(weights)
    learner = LGBMClassifier(**SETTINGS)
    learner.fit(rows, array([label for each in samples for label in each.labels]), array(weights) * scale)
    # What the learner adds up before the first tree is in the leaves of the first.
    trees = [stored(each["tree_structure"]) for each in learner.booster_.dump_model()["tree_info"]]
    return {"features": list(features.NAMES), "scale": SCALE, "bias": 0, "trees": trees}


def stored(node: dict[str, Any]) -> Any:
    """A tree as nested lists: [feature, threshold, at most, above], and whole numbers for leaves."""
    if "split_feature" not in node:
        return round(node["leaf_value"] * SCALE)
    threshold = float(f"{node['threshold']:.5g}")
    return [node["split_feature"], threshold, stored(node["left_child"]), stored(node["right_child"])]


def readable(model: dict[str, Any]) -> str:
    """The model as JSON, one tree a line."""
    head = json.dumps({name: model[name] for name in ("features", "scale", "bias")})
    trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in model["trees"])
    return f'{head[:-1]}, "trees": [\n{trees}\n]}}\n'


def predicted(model: Forest, each: Sample) -> str:
    """The text of a page as the extractor would give it with this model."""
    blocks = blocks_of(each.tree)
    judged = select_body.judge(blocks, each.described, model)
    return "\n".join(block.text for block in article_of(blocks, judged, select_body.enough_for(judged)))


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


def beside_trafilatura(samples: list[Sample], scorer: ModuleType) -> None:
    """Train without a fifth of the sites, and print the figures on those beside trafilatura's, for each group."""
    import trafilatura

    publishers = sorted({each.publisher for each in samples})
    random.Random(APART).shuffle(publishers)
    apart = set(publishers[: len(publishers) // 5])
    model = Forest(fit([each for each in samples if each.publisher not in apart]))
    found: defaultdict[str, list[tuple[float, float, Any, Any]]] = defaultdict(list)
    for each in samples:
        if each.publisher in apart:
            ours, theirs = predicted(model, each), trafilatura.extract(each.body, include_comments=False) or ""
            figures = (
                *(by_words(each.truth, text) for text in (ours, theirs)),
                *(scorer.score_page(each.truth, text) for text in (ours, theirs)),
            )
            for group in {each.corpus, each.group}:
                found[group].append(figures)
    for group, rows in sorted(found.items()):
        words = [sum(row[n] for row in rows) / len(rows) for n in (0, 1)]
        four = [scorer.summary([row[n] for row in rows])["f1"] for n in (2, 3)]
        gains = [row[0] - row[1] for row in rows]
        mean = sum(gains) / len(gains)
        spread = (sum((gain - mean) ** 2 for gain in gains) / max(1, len(gains) - 1) / len(gains)) ** 0.5
        print(
            f"apart, {group}: {len(rows)} pages, F1 of words {words[0]:.4f} beside {words[1]:.4f} ({mean:+.4f} with a "
            f"standard error of {spread:.4f}), of four words {four[0]:.4f} beside {four[1]:.4f}",
            flush=True,
        )


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
    parser.add_argument(
        "--apart", action="store_true", help="train without a fifth of the sites, measure those beside trafilatura"
    )
    args = parser.parse_args()
    found = [
        sample(key, page, corpus)
        for corpus in args.corpora
        for key, page in json.loads((corpus / "truth.json").read_text("utf-8")).items()
    ]
    samples = [each for each in found if each is not None]
    if args.folds or args.apart:
        spec = importlib.util.spec_from_file_location("evaluate", args.corpora[0] / "evaluate.py")
        if spec is None or spec.loader is None:
            raise SystemExit(f"{args.corpora[0]} has no evaluate.py")
        scorer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(scorer)
        if args.folds:
            cross_validate(samples, args.folds, scorer)
        if args.apart:
            beside_trafilatura(samples, scorer)
    if args.write:
        MODEL.write_text(readable(fit(samples)), "utf-8")
        print(f"{MODEL}: {MODEL.stat().st_size} bytes")


if __name__ == "__main__":
    main()
