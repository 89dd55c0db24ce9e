"""The examples of docs/capture/comparison.md, run."""

import re

import pytest
from pages.articles import a_seed
from places import ROOT

from archiver.article.analyse import read
from archiver.model import Page

TEXT = (ROOT / "docs" / "capture/comparison.md").read_text("utf-8")
EXAMPLES = re.findall(
    r"### `([\w-]+)`\n(?:(?!\n### ).)*?```seed\n(.*?)```\n\n```page( cut)?\n(.*?)```", TEXT, re.DOTALL
)


def test_every_verdict_has_an_example():
    assert [name for name, *_ in EXAMPLES] == ["same", "typographic", "edited", "different", "partial", "no-text"]


@pytest.mark.parametrize(("verdict", "seed", "cut", "page"), EXAMPLES, ids=[name for name, *_ in EXAMPLES])
def test_the_example_of_a_verdict_has_it(verdict, seed, cut, page):
    lines = [line for line in seed.splitlines() if line]
    html = (
        f"<!DOCTYPE html><html lang=en><head><title>x</title></head><body><article><h1>The basin</h1>{page}</article>"
    )
    found = Page(
        url="http://harbour.example/1",
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=html.encode(),
        problem="the connection ended before the page did" if cut else None,
    )
    assert read(a_seed(*lines), found).comparison.verdict == verdict
