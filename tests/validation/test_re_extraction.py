"""The text extracted again: the page out of the WARC as HTTP says, and a text changed with all its checksums."""

import gzip
import zlib
from pathlib import Path

import pytest
from bagbuilder import HTML, REQUEST, TEXT, URL, WARC, Builder, base32, chunks, exchange, sha256, warc, warcinfo

from archiver.article.page_text import EXTRACTOR_VERSION, NORMALISATION, PARSER
from archiver.validation.payload.re_extraction import ReadAgain
from archiver.validation.validator import validate_bag
from archiver.verification.extract_again import extract_again

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Long: a\r\n b\r\n"


def answered(builder: Builder, answer: bytes, payload: bytes) -> None:
    """The bag with another response, and a record that fits it."""
    response = exchange("response", answer, {"WARC-Payload-Digest": base32(payload)})
    builder.payload[WARC] = warc(warcinfo(), exchange("request", REQUEST), response)
    builder.record["capture"]["payload_sha256"] = sha256(payload)
    builder.record["capture"]["exchanges"][0]["bytes"] = len(answer)


def body_of(builder: Builder, folder: Path) -> bytes:
    """What is handed out to be read again."""
    seen: list[ReadAgain] = []

    def reread(page: ReadAgain) -> str:
        seen.append(page)
        return TEXT

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
    report = validate_bag(builder.write(folder / "bag"), reread=lambda page: again)
    return [(each.code, each.path, each.found) for each in report.findings], report.checks["extraction"]


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
    expected = ("TXT007", "data/provenance.json", "test 1, archiver 0")
    assert found(Builder(), tmp_path, None) == ([expected], "not checked")


@pytest.mark.parametrize("payload", [gzip.compress(HTML)[:-9], b"junk", b""], ids=["cut", "junk", "empty"])
def test_of_a_page_whose_coding_is_broken_what_came_before_is_read(payload: bytes, tmp_path: Path):
    builder = Builder()
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(payload)
    answered(builder, head + payload, payload)
    assert found(builder, tmp_path, TEXT) == ([], "passed")


LINES = (
    "The pier was closed on Monday after a crane fell into the basin.",
    "Nobody was hurt, the harbour master said in the evening.",
)
SEED = "\n\n".join(("A Pier Is Closed", *LINES, "Original url:", "<http://paper.example/pier>")).encode()
PAGE = "".join(("<article>", *(f"<p>{line}</p>" for line in LINES), "</article>")).encode()


def read_by(version: str, normalisation: str | None, parser: str | None = None, extractor: str = "archiver-blocks"):
    """What the command finds in a page whose record names these, made by some other version of the package."""
    return extract_again(
        ReadAgain(
            url="http://paper.example/pier",
            status=200,
            headers=(("Content-Type", "text/html"),),
            body=PAGE,
            seed=SEED,
            extractor=extractor,
            extractor_version=version,
            software="99.9",
            parser=parser,
            normalisation=normalisation,
        )
    )


def test_a_text_of_the_same_extractor_is_found_again_whatever_the_version_of_the_package():
    assert read_by(EXTRACTOR_VERSION, NORMALISATION, PARSER) == "\n\n".join(LINES) + "\n"


def test_a_text_of_another_extractor_parser_or_normalisation_is_not_judged():
    assert read_by("0", NORMALISATION, PARSER) is None
    assert read_by(EXTRACTOR_VERSION, "another", PARSER) is None
    assert read_by(EXTRACTOR_VERSION, None, PARSER) is None
    assert read_by(EXTRACTOR_VERSION, NORMALISATION, "libxml2 0.0") is None
    assert read_by(EXTRACTOR_VERSION, NORMALISATION, PARSER, "somebody-else") is None
