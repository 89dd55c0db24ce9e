"""The same pages give the same texts on every Python and every machine: those of the demo and made-up ones.

What they were is stored as digests. Where the extractor is meant to give another text, it has a new version, and

    PYTHONPATH=tests/support .venv/bin/python tests/article/test_stored_texts.py

writes them anew.
"""

import hashlib
import json
from collections.abc import Iterator

import pytest
from pages.made_pages import made_pages
from places import ROOT

from archiver.article.page_text import EXTRACTOR_VERSION, opened, text_of
from archiver.model import Page

STORED = ROOT / "tests/data/texts.json"
DEMO = ROOT / "archiver/demo"


def pages() -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of all pages."""
    for path in sorted(DEMO.rglob("*.html")):
        yield path.relative_to(DEMO).as_posix(), path.read_bytes()
    for name, html in made_pages():
        yield name, html.encode()


def digest(body: bytes) -> str:
    """The digest of a page's text, with what found it and the kind of each block."""
    page = Page(url="https://made.example/page", status=200, headers=(("Content-Type", "text/html"),), body=body)
    text = text_of(page, opened(page)[0])
    listed = [[text.extractor], *([block.kind, block.at, block.text] for block in text.blocks)]
    return hashlib.sha256(json.dumps(listed, ensure_ascii=False).encode()).hexdigest()[:32]


def stored() -> dict[str, str]:
    """The digests as they are kept, by name; under `version` that of the extractor."""
    found: dict[str, str] = json.loads(STORED.read_text("utf-8"))
    return found


def test_the_digests_are_those_of_this_version():
    assert stored()["version"] == EXTRACTOR_VERSION


def test_every_page_has_a_digest_and_every_digest_a_page():
    assert sorted(stored()) == sorted(["version", *(name for name, _ in pages())])


@pytest.mark.parametrize(("name", "body"), list(pages()), ids=lambda value: value if isinstance(value, str) else "")
def test_the_text_of_a_page_is_the_one_that_was_stored(name, body):
    assert digest(body) == stored()[name]


if __name__ == "__main__":
    now = {"version": EXTRACTOR_VERSION, **{name: digest(body) for name, body in pages()}}
    STORED.write_text(json.dumps(now, indent=1) + "\n", "utf-8")
    print(f"{STORED}: {len(now) - 1} pages")
