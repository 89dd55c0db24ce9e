"""What a browser showed, checked on its own: against its digest, and against the document it was extracted from."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders.bags import Builder, sha256

from archiver.validation.payload.re_extraction import PageText, ReadAgain
from archiver.validation.validator import validate_bag

FILE, DOM, ABOUT = "data/rendering/article.txt", "data/rendering/dom.html", "data/rendering/rendering.json"
TEXT = b"A paragraph that only a browser showed.\n"


def rendered() -> Builder:
    """A bag with a rendering."""
    builder = Builder()
    builder.payload |= {FILE: TEXT, DOM: b"<p>A paragraph that only a browser showed.</p>", ABOUT: b"{}"}
    builder.record["version"] = "2.0"
    builder.record["rendering"] = {
        "screenshot": None,
        "dom": "rendering/dom.html",
        "page": None,
        "about": "rendering/rendering.json",
        "text": {
            "file": "rendering/article.txt",
            "sha256": sha256(TEXT),
            "extractor": "test",
            "extractor_version": "1",
        },
        "comparison": None,
    }
    return builder


def reader(of_dom: str | None, where: str = "place") -> Callable[[ReadAgain], PageText]:
    """Extracts this from the document in the browser, and from the recorded page what the bag has."""

    def reread(page: ReadAgain) -> PageText:
        dom = page.body.startswith(b"<p>A paragraph")
        kept = "\n\n".join(text for _, text in page.paragraphs)
        places = (where if dom else "place",) * len(page.paragraphs)
        return PageText(found=places, text=of_dom if dom else kept, installed="test 2")

    return reread


def codes(
    builder: Builder, folder: Path, reread: Callable[[ReadAgain], PageText] | None = None
) -> list[tuple[str, str]]:
    report = validate_bag(builder.write(folder / "bag"), reread=reread)
    found = [(each.code, each.path) for each in report.findings]
    return [each for each in found if each[0] in ("TXT011", "TXT012", "TXT013", "TXT014", "REC002", "REC003")]


def test_a_rendering_that_fits_has_no_findings(tmp_path: Path):
    assert codes(rendered(), tmp_path, reader(TEXT.decode())) == []


def test_a_text_that_is_not_that_of_its_digest_is_found(tmp_path: Path):
    builder = rendered()
    builder.payload[FILE] = b"Another paragraph.\n"
    assert codes(builder, tmp_path) == [("TXT011", FILE)]


def test_files_of_a_rendering_that_the_record_does_not_name_are_found(tmp_path: Path):
    builder = rendered()
    del builder.record["rendering"]
    assert codes(builder, tmp_path) == [("TXT012", path) for path in (FILE, DOM, ABOUT)]


@pytest.mark.parametrize(
    ("of_dom", "where"), [("Something else.\n", "place"), (None, "nowhere"), (TEXT.decode(), "nowhere")]
)
def test_a_text_that_is_not_in_the_document_is_found(tmp_path: Path, of_dom: str | None, where: str):
    assert codes(rendered(), tmp_path, reader(of_dom, where)) == [("TXT013", FILE)]


def test_a_text_of_another_extractor_is_reported_as_not_compared(tmp_path: Path):
    assert codes(rendered(), tmp_path, reader(None)) == [("TXT014", FILE)]


def test_a_text_without_its_document_is_reported_as_not_compared(tmp_path: Path):
    builder = rendered()
    del builder.payload[DOM]
    assert codes(builder, tmp_path, reader(TEXT.decode())) == [("REC003", "data/provenance.json"), ("TXT014", FILE)]
