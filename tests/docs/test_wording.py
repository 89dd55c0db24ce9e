"""Phrases that readers stumble over stay out of the documentation, the messages and the docstrings. No exceptions.

Each has a plain word: told as -> reported as; stands over -> covers; is no part of -> is not part of; a page that holds
nothing -> a page with nothing.
"""

import re

import pytest
from places import ROOT

WRITTEN = sorted(
    [
        ROOT / name
        for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "seeds/README.md", "Makefile", "action.yml")
    ]
    + list((ROOT / "docs").rglob("*.md"))
    + [path for kind in ("*.py", "*.toml", "*.html") for path in (ROOT / "archiver").rglob(kind)]
)
AVOIDED = re.compile(
    r"\btold as\b"
    r"|\b(?:is|are|was|were|be) told\b(?! apart)"
    r"|\bstands? over\b"
    r"|(?<!there )\bis no \w+ of\b"
    r"|\bthat holds (?:no|nothing|something|most|little)\b"
    r"|\bwill not have it\b"
    r"|\b(?:drawn )?by lot\b"
    r"|\bsends us in circles\b"
    r"|\bnobody takes\b"
    r"|\bhopeless\b",
    re.IGNORECASE,
)
NEWSPAPER = ROOT / "archiver/demo/newspaper"
"""Made-up articles: what they say is data."""


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_phrase_that_is_avoided_is_not_written(path):
    if not path.is_relative_to(NEWSPAPER):
        words = re.sub(r"\s+(?:# )?", " ", path.read_text("utf-8"))
        assert AVOIDED.findall(words) == []


@pytest.mark.parametrize(
    "words", ["is never told as passed", "the worker is told", "it is no part of that", "stands over it"]
)
def test_the_phrases_are_found(words):
    assert AVOIDED.search(words)


@pytest.mark.parametrize("words", ["two names are told apart", "there is no folder", "is no longer there"])
def test_plain_words_are_not(words):
    assert not AVOIDED.search(words)
