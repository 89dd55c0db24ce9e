"""A record as a person reads it: marks inside edited lines, links that came back, credits, nothing raw."""

from archiver.article.compare.word_diff import Differ
from archiver.view.terminal import (
    WIDTH,
    CreditSummary,
    credits_once,
    differences,
    marked,
    one_line,
    record_lines,
    recovered,
)


def line(kind, seed=None, page=None, number=None):
    return {"kind": kind, "seed": seed, "seed_line": number, "page": page, "changes": []}


def record(*lines, links=(), credited=()):
    return {"comparison": {"lines": list(lines)}, "links": list(links), "credits": list(credited)}


def credit(name, role, text, of="article"):
    return {"name": name, "role": role, "of": of, "text": text}


def diff(seed, page, *, colour=False):
    return marked(seed, page, Differ(), colour)


def test_words_of_one_side_only_are_marked_where_they_stand():
    assert diff("the boats lie idle", "the boats sail today") == "the boats [-lie idle-] {+sail today+}"
    assert diff("", "new words") == "{+new words+}"


def test_quotation_marks_and_dashes_alone_are_not_marked():
    assert diff('"We don\'t," she said - twice', "“We don’t,” she said – twice") == "“We don’t,” she said – twice"


def test_edited_missing_and_new_lines_are_shown_in_full_and_the_rest_is_counted():
    found = list(
        differences(
            record(
                line("same", "One.", "One.", 5),
                line("edited", "Two old.", "Two new.", 7),
                line("missing", "Three.", None, 9),
                line("typographic", '"Four."', "“Four.”", 11),
                line("page-only", None, "Five."),
            )
        )
    )
    assert [each.strip() for each in found if each] == [
        "line 7     reworded",
        "Two [-old-] {+new+}.",
        "line 9     not on the page",
        "Three.",
        "on the page only",
        "Five.",
        "1 paragraph the same, 1 with other quotation marks or dashes only",
    ]


def test_links_that_had_lost_their_target_are_reported_found_or_not():
    links = [
        {"text": "agreed", "seed_href": "#", "page_href": "http://a.example/1", "occurrence": 1},
        {"text": "lost", "seed_href": "", "page_href": None, "occurrence": None},
        {"text": "kept", "seed_href": "http://a.example/2", "page_href": "http://a.example/2", "occurrence": 1},
    ]
    assert list(recovered(record(links=links))) == [
        "  [agreed](#)",
        "    -> http://a.example/1",
        "  [lost]()",
        "    -> not found on the page",
    ]


def test_a_credit_found_in_seed_and_page_is_reported_once_with_both_sources():
    said = "AFP contributed reporting."
    credited = [
        {**credit("AFP", "contributor", said), "source": "seed"},
        {**credit("AFP", "contributor", said), "source": "visible"},
        {**credit("dpa", "rights", "© dpa", "image"), "source": "visible"},
    ]
    assert credits_once(record(credited=credited)) == [
        CreditSummary(who="AFP", role="contributor", text=said, sources=("seed", "visible")),
        CreditSummary(who="dpa", role="rights (image)", text="© dpa", sources=("visible",)),
    ]


def test_in_colour_every_word_carries_its_own_colour():
    assert diff("a b", "a c d", colour=True) == "a \x1b[31mb\x1b[0m \x1b[32mc\x1b[0m \x1b[32md\x1b[0m"


def test_control_characters_never_reach_the_terminal_and_lines_keep_their_width():
    assert one_line("a\x1b[31mred\x07\u202eno\nnew  line") == "a\\x1b[31mred\\x07\\u202eno new line"
    hostile = line("edited", "\x1b[2J old " * 40, "\x9b new " * 40, 3)
    found = list(differences(record(hostile)))
    assert all(each.isprintable() and len(each) <= WIDTH for each in found)


def test_no_shares_are_given_where_there_is_nothing_to_compare():
    listed = record()
    listed["text"] = {"characters": 10, "extractor": "archiver-blocks", "extractor_version": "3"}
    listed |= {"claims": {}, "agreement": {}}
    source = {"kind": "wire", "record_id": "urn:uuid:1"}
    listed["comparison"] |= {"seed_coverage": 0.0, "page_coverage": 0.0, "verdict": "no-text", "source": source}
    text = "\n".join(record_lines(listed))
    assert "verdict: no-text (nothing to compare)\n" in text and "%" not in text


def test_where_a_line_stands_and_what_was_compared_is_reported():
    lines = [
        {**line("same", "a hidden one", "a hidden one", 3), "where": "hidden"},
        {**line("edited", "about four million", "about forty million", 5), "where": "struck"},
        {**line("not-compared", "not found", None, 7), "where": None},
    ]
    listed = record(*lines)
    listed["text"] = {"characters": 10, "extractor": "archiver-blocks", "extractor_version": "3"}
    listed |= {"claims": {}, "agreement": {}}
    listed["comparison"] |= {
        "seed_coverage": 0.5,
        "page_coverage": 0.5,
        "verdict": "partial",
        "source": {"kind": "wire", "record_id": "urn:uuid:1"},
        "read": {"cut": ["only the first half\x1b[31m"]},
    }
    text = "\n".join(record_lines(listed))
    assert "verdict: partial (not all of the page was read)" in text
    assert "compared with: the server's answer as recorded" in text
    assert "not read: only the first half" in text and "\x1b" not in text
    assert "line 3     marked hidden in the page's source" in text
    assert "line 5     struck and replaced" in text
    assert "line 7     not compared: not all of the page was read" in text
