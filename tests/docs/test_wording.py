"""Phrases that readers stumble over stay out of documentation, messages, docstrings, comments and tests.

Each has a plain word: told as -> reported as; tells of -> names; stands over -> covers; is no part of -> is not part
of; a page that holds nothing -> a page with nothing. Names in code are left alone, and
so is what is quoted in backquotes.
"""

import io
import re
import tokenize
from pathlib import Path

import pytest
from places import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "seeds/README.md")),
    *(ROOT / name for name in ("bench/README.md", "Makefile", "action.yml", ".ci/run")),
    *(ROOT / "docs").rglob("*.md"),
    *(path for kind in ("*.toml", "*.html") for path in (ROOT / "archiver").rglob(kind)),
]
MODULES = [path for room in ("archiver", "tests", "website") for path in (ROOT / room).rglob("*.py")]
AVOIDED = re.compile(
    r"\b(?:told|tells?) (?:as|of|what|whether|which|apart)\b"
    r"|\b(?:is|are|was|were|be|been|not) told\b"
    r"|\bstands? over\b"
    r"|(?<!there )\b(?:is|are) no (?:part|parts|seed|seeds|page|bag|folder|file|package|address|list|name|number|text"
    r"|HTML|WARC|claim|credit|link|line|lines|person|error|fault)\b"
    r"|(?<!there )\bis no \w+ of\b"
    r"|\bthat holds (?:no|nothing|something|most|little)\b"
    r"|\bwill not have it\b"
    r"|\b(?:drawn )?by lot\b"
    r"|\bsends us in circles\b"
    r"|\bnobody takes\b"
    r"|\bhopeless\b",
    re.IGNORECASE,
)
DATA = {"demo/newspaper", "demo/archived", "credits/lang", "article/test_compare.py", "docs/test_wording.py"}
"""What articles say is data."""


def prose(path: Path) -> str:
    """The words of a page, or the docstrings, comments and texts of a module, on one line, without what is quoted."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        text = "\n".join(each.string for each in tokens if each.type in (tokenize.STRING, tokenize.COMMENT))
    return re.sub(r"\s+(?:# )?", " ", re.sub(r"`[^`\n]*`", "``", text))


@pytest.mark.parametrize("path", [*PAGES, *MODULES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_phrase_that_is_avoided_is_not_written(path):
    if path.is_file() and not any(part in path.as_posix() for part in DATA):
        words = prose(path)
        assert [words[max(0, each.start() - 40) : each.end() + 20] for each in AVOIDED.finditer(words)] == []


@pytest.mark.parametrize(
    "words",
    [
        "is never told as passed",
        "the worker is told",
        "it is no part of that",
        "stands over it",
        "the log tells of it",
        "what is no bag",
        "a file that is no page",
    ],
)
def test_the_phrases_are_found(words):
    assert AVOIDED.search(words)


@pytest.mark.parametrize("words", ["the mayor told the council", "there is no folder", "is no longer there"])
def test_plain_words_are_not(words):
    assert not AVOIDED.search(words)


def test_names_in_code_and_what_is_quoted_are_left_alone(tmp_path):
    (tmp_path / "a.py").write_text('told = 1\n"""What `is told` here."""\n')
    assert not AVOIDED.search(prose(tmp_path / "a.py"))
