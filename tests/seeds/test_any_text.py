"""Any text in any container comes back whole, in order, with true lines."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages.documents import TITLE, URL, read

from archiver.model import Seed, SeedRefused
from archiver.seeds.document import read_document

WORD = st.text("abcdefghijklmnopqrstuvwxyzäöüßéñçøåłčšžабвгдежяαβγδεאבגדהابتثجあいう漢字한국", min_size=2, max_size=9)
SENTENCE = st.lists(WORD, min_size=6, max_size=25).map(lambda words: " ".join(words).capitalize() + " it was said.")
BODY = st.lists(SENTENCE, min_size=1, max_size=6, unique=True)


def wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


CONTAINERS = {
    "paragraphs": ("a.txt", lambda body: "\n\n".join(body)),
    "wrapped at 60": ("a.txt", lambda body: "\n\n".join(wrapped(each, 60) for each in body)),
    "indented": ("a.txt", lambda body: "\n\n".join("    " + each for each in body)),
    "quoted": ("a.txt", lambda body: "\n>\n".join("> " + each for each in body)),
    "emphasis": ("a.md", lambda body: "\n\n".join(f"*{each}*" for each in body)),
    "bullets": ("a.md", lambda body: "\n".join(f"- {each}" for each in body)),
    "html": ("a.html", lambda body: "\n".join(f"<p>{each}</p>" for each in body)),
}


@pytest.mark.parametrize("container", CONTAINERS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=BODY, end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_comes_back_complete_in_order_with_true_lines(container, body, end):
    name, make = CONTAINERS[container]
    head = f"{TITLE}\n\nMay 3, 2024\n\n" if not name.endswith("html") else f"<h1>{TITLE}</h1>\n<p>May 3, 2024</p>\n"
    tail = f"\n\nOriginal url: {URL}\n" if not name.endswith("html") else f"\n<p>Original url: {URL}</p>\n"
    document = head + make(body) + tail
    seed = read(document.replace("\n", end), name)
    assert [paragraph.text for paragraph in seed.paragraphs] == [" ".join(each.split()) for each in body]
    lines = document.split("\n")
    for paragraph in seed.paragraphs:
        assert paragraph.text.split()[0] in lines[paragraph.line - 1]


@settings(max_examples=60, deadline=None)
@given(body=BODY)
def test_one_paragraph_a_line_is_one_paragraph_each(body):
    long = [" ".join([each] * 6) for each in body]
    document = f"{TITLE}\nMay 3, 2024\n" + "\n".join(long) + f"\nOriginal url: {URL}\n"
    seed = read(document, "a.txt")
    assert [(p.line, p.text) for p in seed.paragraphs] == list(enumerate(long, start=3))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.binary(max_size=300),
    name=st.sampled_from(["a.eml", "a.mhtml", "a.html", "a.url", "a.webloc", "a.docx", "a.pdf", "a.md", "a.txt"]),
    head=st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"Subject: x\n\n", b"<html>", b"bplist00"]),
)
def test_no_bytes_under_any_name_raise(data, name, head):
    assert isinstance(read_document(head + data, origin="o", name=name), Seed | SeedRefused)
