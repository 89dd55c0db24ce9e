"""Links in running text (CommonMark 0.31, sections 6.3 and 6.4), and that hostile documents cost linear time."""

from collections.abc import Callable

import pytest
from growth import grows_no_faster_than_linear

from archiver.seeds.addresses.links import read_inline
from archiver.seeds.document import read_document


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
HOSTILE: dict[str, Callable[[int], str]] = {
    "one long line": lambda n: "a" * (n * 300),
    "long line of words": lambda n: "a " * (n * 60),
    "opening brackets": lambda n: "[" * (n * 6),
    "images that never end": lambda n: "![" * n + "](a)" * n,
    "targets that never end": lambda n: "[a](" * n,
    "nested targets": lambda n: "[a](" * n + ")" * n,
    "nested targets with spaces": lambda n: ("[a](" * 4 + "x y" + ")" * 4) * (n // 8),
    "angle brackets": lambda n: "[a](<" * n,
    "titles": lambda n: '[a](b "' * n,
    "spaces in a target": lambda n: "[a](b" + " " * (n * 4) + "x) [a](b)",
    "nested parentheses": lambda n: "(" * n + ")" * n + "](",
    "links": lambda n: "[a](#) " * n,
    "links in open brackets": lambda n: "[" * n + "[a](#)" * n,
    "blank lines": lambda n: "\n" * (n * 3),
    "paragraphs": lambda n: "a\n\n" * n,
    "image lines": lambda n: "![](a)\n" * n,
    "empty headings": lambda n: "#\n" * n,
    "rules": lambda n: "---\n" * n,
    "labels": lambda n: "Original url:\n" * n,
    "weak labels": lambda n: "Source:\n---\n" * n,
    "addresses": lambda n: "https://a.example/x\n" * n,
    "agency lines": lambda n: "AFP contributed reporting.\n\n" * n,
    "caption of labels": lambda n: "Head\n\n2024-05-03\n\n" + "Photo: " * (n // 500) + "\n\nText.\n",
    "front matter": lambda n: "---\na: [" + "a," * (n // 5) + "]\n---\n",
    "front matter of brackets": lambda n: "---\n" + "{" * (n * 2 // 5) + "\n---\n",
    "front matter of quotes": lambda n: "---\na: " + "'" * (n * 2 // 5) + "\n---\n",
    "high bytes": lambda n: "é" * n + "\udcff",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_document_costs_more_than_linear_time(name):
    def run(size: int) -> None:
        data = (HOSTILE[name](size) + "\nOriginal url: https://a.example/x\n").encode("utf-8", "surrogateescape")
        read_document(data, origin="o", name="n")

    grows_no_faster_than_linear(run, N)
