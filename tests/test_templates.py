"""Pages made of templates: whatever is put into them is text, nothing of it becomes markup."""

import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from archiver.templates import render
from archiver.view.certificate import Certificate, Section

MARKUP = [
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\" onclick='x' ",
    "<!--",
    "]]>",
    "&lt;",
    "\ud800",
]
HOSTILE = st.text() | st.sampled_from(MARKUP)


class Parsed(HTMLParser):
    """The tags of a page and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def page(*texts: str) -> str:
    title, preamble, heading, label, value = texts
    rows = ((f"x{label}", value), ("x", None), ("", value))
    made = Certificate(title=title, preamble=preamble, sections=(Section(heading=heading, rows=rows),))
    return render("certificate.html", certificates=[made])


@given(st.lists(HOSTILE, min_size=5, max_size=5))
def test_no_text_becomes_markup_and_the_same_texts_make_the_same_page(texts):
    made = page(*texts)
    assert Parsed(made).tags == Parsed(page("a", "b", "c", "d", "e")).tags
    assert made == page(*texts)
    made.encode("utf-8")


def test_a_text_is_shown_as_it_is_but_for_what_no_html_may_hold():
    shown = "".join(Parsed(page('A & <b> "it\'s" {{ x }}', "\x00\x1b[31m\u202e\ufffe", "\ud800", "é", "魚")).texts)
    assert 'A & <b> "it\'s" {{ x }}' in shown
    assert "\ufffd\ufffd[31m\ufffd\ufffd" in shown
    assert "\n?\n" in shown
    assert "xé" in shown
    assert "魚" in shown


def test_a_value_that_a_template_asks_for_and_is_not_given_is_an_error():
    with pytest.raises(UndefinedError):
        render("certificate.html")


def test_a_process_that_makes_no_page_does_not_import_the_template_engine():
    code = (
        "import sys, archiver.cli, archiver.job.pipeline, archiver.view.certificate; sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
