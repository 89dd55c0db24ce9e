"""The text extracted again: the page out of the WARC as HTTP says, and a text changed with all its checksums."""

import gzip
import html
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.bags import HTML, REQUEST, TEXT, URL, WARC, Builder, base32, chunks, exchange, sha256, warc, warcinfo
from hypothesis import given
from hypothesis import strategies as st

from archiver.article.analyse import read
from archiver.article.page_text import EXTRACTOR_VERSION, NORMALISATION, PARSER, opened
from archiver.article.text.extract import NAME
from archiver.article.text.find_paragraphs import find_paragraphs
from archiver.model import Page, PageModel, PageRead
from archiver.validation.payload.re_extraction import PageText, ReadAgain
from archiver.validation.validator import validate_bag
from archiver.verification.extract_again import extract_again

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Long: a\r\n b\r\n"


def answered(builder: Builder, answer: bytes, payload: bytes) -> None:
    """The bag with another response, and a record that fits it."""
    response = exchange("response", answer, {"WARC-Payload-Digest": base32(payload)})
    builder.payload[WARC] = warc(warcinfo(), exchange("request", REQUEST), response)
    builder.record["capture"]["payload_sha256"] = sha256(payload)
    builder.record["capture"]["exchanges"][0]["bytes"] = len(answer)


def read_as(text: str | None, where: str = "place") -> Callable[[ReadAgain], PageText]:
    """An extractor that finds this text, and every paragraph there."""
    return lambda page: PageText(found=(where,) * len(page.paragraphs), text=text, installed="test 1")


def body_of(builder: Builder, folder: Path) -> bytes:
    """What is handed out to be read again."""
    seen: list[ReadAgain] = []

    def reread(page: ReadAgain) -> PageText:
        seen.append(page)
        return read_as(TEXT)(page)

    report = validate_bag(builder.write(folder / "bag"), reread=reread)
    assert report.findings == ()
    assert report.checks["extraction"] == "passed"
    assert (seen[0].url, seen[0].status) == (URL, 200)
    assert (seen[0].extractor, seen[0].extractor_version, seen[0].software) == ("test", "1", "0")
    return seen[0].body


def test_a_plain_body_is_handed_out_as_it_is(tmp_path: Path):
    assert body_of(Builder(), tmp_path) == HTML


def test_chunks_are_taken_off(tmp_path: Path):
    builder = Builder()
    answered(builder, chunks(), HTML)
    assert body_of(builder, tmp_path) == HTML


@pytest.mark.parametrize(
    ("coding", "payload"),
    [
        (b"gzip", gzip.compress(HTML, mtime=0)),
        (b"x-gzip", gzip.compress(HTML[:9], mtime=0) + gzip.compress(HTML[9:], mtime=0)),
        (b"deflate", zlib.compress(HTML)),
        (b"deflate", zlib.compress(HTML)[2:-4]),
        (b"gzip, deflate", zlib.compress(gzip.compress(HTML, mtime=0))),
        (b"identity", HTML),
    ],
)
def test_content_codings_are_taken_off(coding: bytes, payload: bytes, tmp_path: Path):
    builder = Builder()
    head = HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (coding, len(payload))
    answered(builder, head + payload, payload)
    assert body_of(builder, tmp_path) == HTML


def test_a_body_is_decoded_only_as_far_as_the_record_says_it_was(tmp_path: Path):
    builder = Builder()
    payload = gzip.compress(bytes(64 << 20))
    answered(builder, HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(payload) + payload, payload)
    builder.record["configuration"] = {"limits": {"page_bytes": 1000}}
    assert body_of(builder, tmp_path) == bytes(1000)


def found(builder: Builder, folder: Path, again: str | None) -> tuple[list[tuple[str, str, str | None]], str]:
    report = validate_bag(builder.write(folder / "bag"), reread=read_as(again))
    return [(each.code, each.path, each.found) for each in report.findings], report.checks["completeness"]


def test_a_text_changed_with_record_and_manifests_made_anew_is_found(tmp_path: Path):
    builder = Builder()
    forged = TEXT.replace("AFP contributed", "ABC contributed")
    builder.payload["data/text/article.txt"] = forged.encode()
    builder.record["text"]["sha256"] = sha256(forged.encode())
    expected = ("TXT006", "data/text/article.txt", "ABC contributed reporting.")
    assert found(builder, tmp_path, TEXT) == ([expected], "failed")


def test_a_text_that_lost_its_end_is_found(tmp_path: Path):
    assert found(Builder(), tmp_path, TEXT + "\nMore.\n")[0] == [("TXT006", "data/text/article.txt", "(nothing)")]


def test_a_text_that_was_taken_away_is_found(tmp_path: Path):
    builder = Builder()
    del builder.payload["data/text/article.txt"]
    builder.record["text"] |= {"file": None, "sha256": None, "characters": 0}
    builder.record["comparison"]["lines"].clear()
    assert found(builder, tmp_path, TEXT)[0] == [("TXT006", "data/provenance.json", "(nothing)")]


def test_a_page_without_text_and_a_bag_without_one_agree(tmp_path: Path):
    builder = Builder()
    del builder.payload["data/text/article.txt"]
    builder.record["text"] |= {"file": None, "sha256": None, "characters": 0}
    builder.record["comparison"]["lines"].clear()
    assert found(builder, tmp_path, "") == ([], "passed")


def test_another_extractor_is_not_checked_and_says_so(tmp_path: Path):
    expected = ("TXT007", "data/provenance.json", "test 1, test 1")
    assert found(Builder(), tmp_path, None) == ([expected], "not checked")


@pytest.mark.parametrize(
    ("payload", "expected"),
    [(gzip.compress(HTML)[:-9], None), (gzip.compress(HTML)[:30], None), (b"junk", b""), (b"", b"")],
    ids=["cut at the end", "cut", "junk", "empty"],
)
def test_of_a_page_whose_coding_is_broken_what_came_before_is_handed_out(payload, expected, tmp_path: Path):
    builder = Builder()
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(payload)
    answered(builder, head + payload, payload)
    body = body_of(builder, tmp_path)
    assert HTML.startswith(body)
    assert expected is None or body == expected


def test_a_page_that_is_not_in_the_warc_is_said_not_to_be_compared(tmp_path: Path):
    builder = Builder()
    builder.record["capture"]["record_id"] = "<urn:uuid:00000000-0000-4000-8000-0000000000ff>"
    codes, judgement = found(builder, tmp_path, TEXT)
    assert ("TXT010", "data/provenance.json", None) in codes
    assert judgement == "not checked"


@pytest.mark.parametrize(("where", "code"), [("page", "TXT009"), ("nowhere", "TXT008"), ("not sought", "TXT010")])
def test_a_paragraph_that_is_not_at_its_place_is_reported_whoever_extracted_it(where, code, tmp_path: Path):
    report = validate_bag(Builder().write(tmp_path / "bag"), reread=read_as(None, where))
    assert {each.code for each in report.findings} == {code, "TXT007"}
    assert report.ok == (code != "TXT008")
    assert report.checks["extraction"] == ("failed" if code == "TXT008" else "passed")


LINES = (
    "The pier was closed on Monday after a crane fell into the basin.",
    "Nobody was hurt, the harbour master said in the evening.",
)
PAGE = "".join(("<article>", *(f"<p>{line}</p>" for line in LINES), "</article><aside>Weather: rain.</aside>")).encode()
PLACES = ("/html/body/article/p[1]", "/html/body/article/p[2]")


def read_by(extractor: str, version: str, *paragraphs: tuple[str | None, str], body: bytes = PAGE) -> PageText:
    """What is found in a page whose record names this extractor and has these paragraphs."""
    return extract_again(
        ReadAgain(
            url="http://paper.example/pier",
            status=200,
            headers=(("Content-Type", "text/html"),),
            body=body,
            paragraphs=paragraphs,
            extractor=extractor,
            extractor_version=version,
            software="0.0.0",
            parser=PARSER,
            normalisation=NORMALISATION,
        )
    )


def test_the_text_of_the_installed_extractor_is_complete_whatever_the_version_of_the_package():
    read = read_by(NAME, EXTRACTOR_VERSION, *zip(PLACES, LINES, strict=True))
    assert read.text == "\n\n".join(LINES) + "\n"
    assert read.found == ("place", "place")


@pytest.mark.parametrize(("extractor", "version"), [(NAME, "0"), ("somebody-else", "1")])
def test_paragraphs_of_another_version_are_looked_up_all_the_same(extractor, version):
    forged = LINES[1].replace("Nobody was", "Two people were")
    paragraphs = [
        (PLACES[0], LINES[0]),
        (PLACES[0], LINES[1]),
        (PLACES[1], forged),
        (None, "Weather: rain."),
        ("/html/body/nav[7]/p", LINES[0]),
        ("//*[count(//*) > 0]", LINES[0]),
        (None, forged),
    ]
    read = read_by(extractor, version, *paragraphs)
    assert read.text is None
    assert read.found == ("place", "page", "nowhere", "place", "page", "page", "nowhere")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1), max_size=5))
def test_every_block_of_a_page_is_found_at_its_place(texts):
    body = "".join(f"<p>{html.escape(text)}</p>" for text in texts).encode()
    page = Page(url="", status=200, headers=(("Content-Type", "text/html; charset=utf-8"),), body=b"<main>" + body)
    model = read(None, page).article.model
    assert model is not None
    blocks = [(each.at, each.text) for each in model.blocks]
    assert set(read_by("any", "0", *blocks, body=page.body).found) <= {"place"}


def test_looking_is_bounded_and_says_so():
    page = Page(url="", status=200, headers=(), body=b"<p>" + b"word " * 20_000)
    opening, _, _ = opened(page)
    assert opening is not None
    model = PageModel(blocks=(), read=PageRead(whole=True))
    sought = [(None, f"absent {n}") for n in range(100)]
    assert find_paragraphs(opening.tree, lambda: model, sought, budget=1_000_000).count("not sought") > 50


def test_the_model_of_a_page_is_asked_for_where_a_text_is_not_in_its_element():
    page = Page(url="", status=200, headers=(), body=b"<main><p>The harbour opened.</p><p>Ships came back.</p></main>")
    opening, _, _ = opened(page)
    assert opening is not None
    asked: list[bool] = []

    def model() -> None:
        asked.append(True)

    here = "/html/body/main/p"
    assert find_paragraphs(opening.tree, model, [(f"{here}[1]", "The harbour opened.")]) == ["place"]
    assert not asked
    assert find_paragraphs(opening.tree, model, [(f"{here}[2]", "The harbour opened.")]) == ["page"]
    assert asked


@pytest.mark.parametrize(
    ("path", "found"),
    [("p[2]", "place"), ("p", "page"), ("*[2]", "place"), ("p[3]", "page"), ("p[0]", "page"), ("div", "page")],
)
def test_a_place_is_an_element_counted_among_its_like(path: str, found: str):
    body = b"<main><p>The harbour opened.</p><!-- - --><p>Ships came back again.</p></main>"
    opening, _, _ = opened(Page(url="", status=200, headers=(), body=body))
    assert opening is not None
    assert find_paragraphs(opening.tree, lambda: None, [(f"/html/body/main/{path}", "Ships came back again.")]) == [
        found
    ]
