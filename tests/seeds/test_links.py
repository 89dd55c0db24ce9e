"""Links in running text (CommonMark 0.31, sections 6.3 and 6.4), and that hostile documents cost linear time."""

import time

import pytest

from archiver.seeds.document import read_document
from archiver.seeds.links import read_inline


@pytest.mark.parametrize(
    ("raw", "text", "links"),
    [
        ("[announced](#) today", "announced today", [("announced", "#")]),
        ("[announced]() today", "announced today", [("announced", "")]),
        ("[Zelenskiy's] policy", "[Zelenskiy's] policy", []),
        ("[a] (b)", "[a] (b)", []),
        ("[a](b c)", "[a](b c)", []),
        ("[a](<b c>)", "a", [("a", "b c")]),
        ("[a](<b)c>)", "a", [("a", "b)c")]),
        ("[a](b(c)d)", "a", [("a", "b(c)d")]),
        ("[a](b(c)", "[a](b(c)", []),
        ('[a](b "c")', "a", [("a", "b")]),
        ('[a](b "c) d")', "a", [("a", "b")]),
        ("[a](b 'c')", "a", [("a", "b")]),
        ("[a](b (c))", "a", [("a", "b")]),
        ("[a](\n b\n)", "a", [("a", "b")]),
        ("[a [b] c](d)", "a [b] c", [("a [b] c", "d")]),
        ("[[1]](d)", "[1]", [("[1]", "d")]),
        ("[a [b](c) d](e)", "[a b d](e)", [("b", "c")]),
        ("[a](b)[c](d)", "ac", [("a", "b"), ("c", "d")]),
        ("x [a](b[c]d) y", "x a y", [("a", "b[c]d")]),
        ("](a) [b](c", "](a) [b](c", []),
        (r"\[a](b)", r"\[a](b)", []),
        (r"[a\](b)", r"[a\](b)", []),
        ("![a](b) c", "c", []),
        ("c ![a [x](y)](b) d", "c d", []),
        ("[![a](b)](c) d", "d", []),
        ("[ a\n  b ](c)", "a b", [("a b", "c")]),
        ("a[b](c)d", "abd", [("b", "c")]),
        ("(see [a](b))", "(see a)", [("a", "b")]),
        (":) [a](b)", ":) a", [("a", "b")]),
        ("<https://a.example> **b**", "<https://a.example> **b**", []),
    ],
)
def test_links_leave_their_words_and_images_nothing(raw, text, links):
    read, anchors = read_inline(raw, 1)
    assert (read, [(a.text, a.href) for a in anchors]) == (text, links)
    assert all(read[a.start :].startswith(a.text) for a in anchors)


def test_a_link_knows_its_line_whatever_ends_lines():
    for end in ("\n", "\r\n", "\r"):
        _, anchors = read_inline(f"a{end}b [c](d){end}[e](f){end}{end}[g](h)", 7)
        assert [a.line for a in anchors] == [8, 9, 11]


N = 150_000
HOSTILE = {
    "one long line": "a" * 50_000_000,
    "long line of words": "a " * 10_000_000,
    "opening brackets": "[" * N * 6,
    "images that never end": "![" * N + "](a)" * N,
    "targets that never end": "[a](" * N,
    "nested targets": "[a](" * N + ")" * N,
    "nested targets with spaces": ("[a](" * 4 + "x y" + ")" * 4) * (N // 8),
    "angle brackets": "[a](<" * N,
    "titles": '[a](b "' * N,
    "spaces in a target": "[a](b" + " " * N * 4 + "x) [a](b)",
    "nested parentheses": "(" * N + ")" * N + "](",
    "links": "[a](#) " * N,
    "links in open brackets": "[" * N + "[a](#)" * N,
    "blank lines": "\n" * 499_000,
    "paragraphs": "a\n\n" * N,
    "image lines": "![](a)\n" * N,
    "empty headings": "#\n" * N,
    "rules": "---\n" * N,
    "labels": "Original url:\n" * N,
    "weak labels": "Source:\n---\n" * N,
    "addresses": "https://a.example/x\n" * N,
    "agency lines": "AFP contributed reporting.\n\n" * N,
    "caption of labels": "Head\n\n2024-05-03\n\n" + "Photo: " * 280 + "\n\nText.\n",
    "front matter": "---\na: [" + "a," * 30_000 + "]\n---\n",
    "front matter of brackets": "---\n" + "{" * 60_000 + "\n---\n",
    "front matter of quotes": "---\na: " + "'" * 60_000 + "\n---\n",
    "high bytes": "é" * N + "\udcff",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_document_costs_more_than_linear_time(name):
    """The bound is generous, in seconds of this process alone: quadratic work on these sizes takes minutes."""
    data = (HOSTILE[name] + "\nOriginal url: https://a.example/x\n").encode("utf-8", "surrogateescape")
    started = time.process_time()
    read_document(data, origin="o", name="n")
    assert time.process_time() - started < 15
