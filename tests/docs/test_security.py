"""SECURITY.md names tests that exist; the glossary has each word once, in order."""

import ast
import re

from places import ROOT


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text("utf-8"))
    assert len(named) > 15
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}, f"{file}::{name}"


def test_every_promise_names_a_test():
    table = (ROOT / "SECURITY.md").read_text("utf-8").partition("| --- | --- |\n")[2].partition("\n\n")[0]
    assert all("`tests/" in row.split(" | ")[1] for row in table.splitlines())


def test_the_glossary_has_each_word_once_in_order():
    words = re.findall(r"^\| ([A-Za-z ]+) \|", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE)[1:]
    assert len(words) >= 30
    assert words == sorted(set(words), key=str.lower)
