"""Whatever stands in a seed document, a list or the settings: it is read without loss, or refused in words."""

import csv
import io
import json
from pathlib import Path

import pytest
from fuzzing import changed, damaged, octets, raises_only, texts
from hypothesis import given
from hypothesis import strategies as st
from servers.newsroom import seed_document

from archiver.config import Limits, load
from archiver.errors import StorageError, UsageError
from archiver.model import Seed, SeedRefused
from archiver.seeds.addresses.links import read_inline
from archiver.seeds.decoding import decode
from archiver.seeds.document import read_document
from archiver.seeds.front_matter import read_front_matter
from archiver.seeds.lines import split_lines
from archiver.seeds.refusal import Refusal
from archiver.seeds.sources import read_seeds

PIECES = (
    *(
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "---\n",
        "...\n",
        "* * *\n",
        " ",
        "\t",
        "\ufeff",
        "\u2028",
        "\x0c",
        "\x00",
        "\x1b[31m",
    ),
    *(
        "Original url: <https://a.example/x>",
        "Original url:",
        "https://a.example/x",
        "Source: ",
        "<",
        ">",
        "(",
        ")",
        "[",
        "]",
    ),
    *("[AFP](https://b.example)", "![x](y)", "[![", "**", "# ", "Photo: ", "© ", "AFP contributed reporting.", "\\"),
    *(
        "March 4, 2024",
        "04.03.2024",
        "02/03/2022",
        "title: x\n",
        "url: [a, b]\n",
        "- ",
        "{a: &b 1, c: *b}",
        "!!python/x ",
    ),
)
ADDRESS = "\n\nOriginal url: https://a.example/x\n"


def held(data: bytes) -> None:
    """The promises of a document that was read."""
    read = read_document(data, origin="seeds/a.txt", name="a.txt")
    if isinstance(read, SeedRefused):
        assert read.reason and "\n" not in str(read)
        return
    text, encoding = decode(data)
    assert "".join(part.raw for part in read.parts) == text
    assert encoding == read.encoding
    assert read.url.lower().startswith(("http://", "https://"))
    assert 1 <= read.url_line <= read.lines
    for paragraph in read.paragraphs:
        assert 1 <= paragraph.line <= read.lines
        for anchor in paragraph.anchors:
            assert paragraph.text[anchor.start : anchor.start + len(anchor.text)] == anchor.text


@given(texts(*PIECES))
def test_a_document_of_any_pieces_is_read_without_loss_or_refused(text: str):
    held(text.encode())
    held((text + ADDRESS).encode())
    held(("A headline\n\n" + text.replace("Original", "").replace("https:", "") + ADDRESS).encode())


@given(damaged(seed_document(1).encode(), *(each.encode() for each in PIECES)))
def test_a_damaged_document_is_read_without_loss_or_refused(data: bytes):
    held(data)


@given(octets(b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\0", ADDRESS.encode(), ADDRESS.encode("utf-16-le"), b"\xe9"))
def test_bytes_in_any_encoding_are_read_without_loss_or_refused(data: bytes):
    held(data)


@given(
    texts(
        "---\n",
        "...\n",
        "title: ",
        "a: ",
        "- ",
        "[",
        "{",
        "&x ",
        "*x ",
        "!!map ",
        "? ",
        "|\n",
        ">\n",
        "%YAML 1.1\n",
        "\n",
    )
)
def test_front_matter_is_read_or_refused(text: str):
    raises_only(Refusal, lambda: read_front_matter(split_lines("---\n" + text)[0]))


@given(
    texts(
        "[AFP](https://b.example)",
        "[a",
        "b](#)",
        "[",
        "]",
        "(",
        ")",
        "![",
        "**",
        "_",
        "`",
        "\\",
        "<https://a.example>",
        "https://a.example/",
        "\n",
        "#",
        " ",
    )
)
def test_the_anchors_of_a_line_stand_where_they_say(text: str):
    read, anchors = read_inline(text, 1)
    for anchor in anchors:
        assert read[anchor.start : anchor.start + len(anchor.text)] == anchor.text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def listed(folder: Path, name: str, data: bytes) -> list[Seed | SeedRefused]:
    path = folder / name
    path.write_bytes(data)
    read = list(read_seeds([str(path)], limits=Limits()))
    assert all(isinstance(each, Seed) or each.reason for each in read)
    return read


@given(
    octets(
        b"url",
        b"title;",
        b"date,",
        b",",
        b";",
        b"\t",
        b'"',
        b'""',
        b"\n",
        b"\r\n",
        b"\r",
        b"https://a.example/",
        b"\xff\xfe",
        b"\0",
    )
)
def test_any_csv_gives_seeds_and_refusals(folder: Path, data: bytes):
    listed(folder, "list.csv", data)
    listed(folder, "list.tsv", b"url\ttitle\n" + data)


@given(
    octets(
        b'{"url": "https://a.example/"}',
        b"{",
        b"}",
        b'"url":',
        b"[",
        b"\n",
        b"null",
        b"1e999",
        b"\\ud800",
        b'"',
        b"\xff",
    )
)
def test_any_lines_of_json_give_seeds_and_refusals(folder: Path, data: bytes):
    listed(folder, "list.jsonl", data)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(st.lists(st.tuples(st.integers(1, 99), CELLS), min_size=1, max_size=6))
def test_every_row_of_a_sound_list_is_a_seed_or_a_refusal_of_its_own_line(folder: Path, rows: list[tuple[int, str]]):
    out = io.StringIO()
    csv.writer(out).writerows([("url", "title"), *((f"https://a.example/{n}", title) for n, title in rows)])
    objects = "\n".join(json.dumps({"url": f"https://a.example/{n}", "title": title}) for n, title in rows)
    assert len(listed(folder, "list.csv", out.getvalue().encode())) == len(rows)
    assert len(listed(folder, "list.jsonl", objects.encode())) == len(rows)


SETTINGS = {
    "bags": "x",
    "jobs": 2,
    "pace": 0.5,
    "robots": "obey",
    "connect_to": [":80:127.0.0.1:1"],
    "limits": {"retries": 1},
}


@given(
    octets(
        b"jobs = 2\n",
        b"pace = ",
        b"nan",
        b"inf",
        b"1e999",
        b"[limits]\n",
        b"limits = 3\n",
        b"x.y = 1\n",
        b'"',
        b"'''",
        b"connect_to = [",
        b"[" * 50,
        b"]",
        b"1979-05-27",
        b"\n",
        b"\xff",
    )
)
def test_any_settings_are_taken_or_refused_in_a_line(folder: Path, data: bytes):
    path = folder / "archiver.toml"
    path.write_bytes(data)
    raises_only((UsageError, StorageError), lambda: load(path, {}))


@given(changed(SETTINGS))
def test_settings_of_any_kind_are_taken_or_refused_in_a_line(folder: Path, table: dict[str, object]):
    path = folder / "archiver.toml"
    lines = [f"{json.dumps(key)} = {toml(value)}" for key, value in table.items() if value is not None]
    path.write_text("\n".join(lines), encoding="utf-8")
    raises_only((UsageError, StorageError), lambda: load(path, {}))


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    return json.dumps(value if value is not None else "null")
