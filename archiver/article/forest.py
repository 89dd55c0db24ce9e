"""The learned judge of blocks: small decision trees, stored as data in `body.json` and read once.

The model is a sum: each tree sends a row of numbers to one of its leaves, the leaves' values are added, and the
logistic of the sum is the probability that the block is of the article. `bench/train_extractor.py` makes the file;
plain Python reads it, so the same row gives the same answer everywhere.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any

_PART = 30
_SURE = 4.5
"""The logarithm of the odds from which on the trees that are left change nothing that counts: 90 to 1."""
_Node = tuple[int, float, Any, Any]
"""A question (number of the feature, threshold, where to go if not above it, where else), or a leaf: (-1, value, …)."""


@cache
def shipped() -> "Forest":
    """The model that archiver ships."""
    return Forest(json.loads(files("archiver.article").joinpath("body.json").read_text("utf-8")))


class Forest:
    """A model: the trees and the names of the numbers they ask for, in their order."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.features = tuple(stored["features"])
        self._bias = float(stored["bias"])
        trees = [_node(tree) for tree in stored["trees"]]
        self._parts = [trees[n : n + _PART] for n in range(0, len(trees), _PART)]

    def probability(self, row: Sequence[float]) -> float:
        """How likely the block that was measured as `row` is of the article, 0 to 1.

        The trees are asked in their order, which is that of their weight; a row beyond doubt is asked no further.
        """
        total = self._bias
        for part in self._parts:
            for node in part:
                while (feature := node[0]) >= 0:
                    node = node[2] if row[feature] <= node[1] else node[3]
                total += node[1]
            if abs(total) > _SURE:
                break
        return 1 / (1 + exp(-total)) if total > -50 else 0.0


def _node(stored: Any) -> _Node:
    if not isinstance(stored, list):
        return -1, float(stored), None, None
    feature, threshold, low, high = stored
    return feature, threshold, _node(low), _node(high)
