"""What each format becomes: words complete and in order, each with its line, and what is hostile refused in words."""

import base64
import io
import json
import plistlib
import quopri
import zipfile

import pytest
from pages.documents import TITLE, URL, read

from archiver.config import Limits
from archiver.model import Seed, SeedRefused
from archiver.seeds.document import read_document
from archiver.seeds.sources import read_seeds

FIRST = "The bridge is open again, the council announced on Friday, and ships may pass below it."
SECOND = "Traffic had been led around the bay since 2021, it said, which took an hour."


def refused(data: bytes | str, name: str) -> SeedRefused:
    seed = read_document(data if isinstance(data, bytes) else data.encode(), origin=name, name=name)
    assert isinstance(seed, SeedRefused), seed
    assert "\n" not in str(seed) and seed.advice
    return seed


def texts(seed: Seed) -> list[tuple[int, str]]:
    return [(paragraph.line, paragraph.text) for paragraph in seed.paragraphs]


EXPORTS = {
    "obsidian": f'---\ntitle: "{TITLE}"\nsource: "{URL}"\nauthor:\n  - "[[Jo Finch]]"\npublished: 2024-05-03\n'
    f'created: 2024-05-04\ntags:\n  - "clippings"\n---\n{FIRST}\n\n{SECOND}\n',
    "joplin": f"---\ntitle: {TITLE}\nauthor: Jo Finch\n"
    f"created: 2024-05-04 08:00:00Z\nsource: {URL}\ntags:\n  - clippings\n"
    f"---\n\nMay 3, 2024\n\n{FIRST}\n\n{SECOND}\n",
    "logseq": f"title:: {TITLE}\nauthor:: [[Jo Finch]]\npublished:: 2024-05-03\ntags:: clippings\nurl:: {URL}\n\n"
    f"- {FIRST}\n- {SECOND}\n",
    "notion": f"# {TITLE}\n\nAuthor: Jo Finch\nPublished: May 3, 2024\n"
    f"Tags: clippings\nURL: {URL}\n\n{FIRST}\n\n{SECOND}\n",
    "readwise": f"# {TITLE}\n\n![rw-book-cover](https://x.example/c.png)\n\n## Metadata\n- Author: [[Jo Finch]]\n"
    f"- Full Title: {TITLE}\n- Published: 2024-05-03\n- Tags: clippings\n"
    f"- URL: {URL}\n\n## Highlights\n- {FIRST}\n- {SECOND}\n",
    "markdownload": f"---\ncreated: 2024-05-04T10:00:00 (UTC +02:00)\n"
    f"tags: [clippings]\nsource: {URL}\nauthor: Jo Finch\n---\n\n"
    f"# {TITLE}\n\nMay 3, 2024\n\n{FIRST}\n\n{SECOND}\n",
    "yarle": f"# {TITLE}\n\n    Created at: 2024-05-04\n    Published: 2024-05-03\n"
    f"    Source URL: {URL}\n    Author: Jo Finch\n"
    f"    Tags: [[clippings]]\n\n---\n\n{FIRST}\n\n{SECOND}\n",
    "omnivore": f"---\ntitle: {TITLE}\nauthor: Jo Finch\ntags:\n"
    f"  - clippings\ndate_published: 2024-05-03 00:00:00\n---\n\n"
    f"# {TITLE}\n\n[Read on Omnivore](https://omnivore.app/me/x)\n[Read Original]({URL})\n\n{FIRST}\n\n{SECOND}\n",
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_exports_of_note_taking_programs_are_read(tool):
    seed = read(EXPORTS[tool], "note.md")
    assert seed.url == URL and EXPORTS[tool].split("\n")[seed.url_line - 1].count(URL)
    assert seed.headline and seed.headline.text == TITLE
    assert seed.byline and seed.byline.text == "Jo Finch"
    assert seed.date and seed.date.value == "2024-05-03"
    assert seed.tags == ("clippings",)
    assert [text for _, text in texts(seed) if text not in ("Highlights",)] == [FIRST, SECOND]


def test_marks_of_markdown_are_structure():
    marked = (
        f"# **{TITLE}**\n\n*May 3, 2024*\n\n**By Jo Finch**\n\n> Quoted **words**, and _more_ of them, for a while.\n\n"
        "- first\n- ~~second~~\n\n1. one\n2. two\n\n| a | b |\n"
        "|---|---|\n| 1 | 2 |\n\nA note[^1] \\*here\\* &amp; there.\n\n"
        f'[^1]: The note.\n\nA [link][ref] and [words](#).\n\n[ref]: https://b.example/ "B"\n\nOriginal url: <{URL}>\n'
    )
    seed = read(marked, "a.md")
    assert seed.headline and seed.headline.text == TITLE and seed.byline and seed.byline.text == "By Jo Finch"
    assert texts(seed) == [
        *((7, "Quoted words, and more of them, for a while."), (9, "first"), (10, "second"), (12, "one"), (13, "two")),
        *((15, "a b"), (17, "1 2"), (19, "A note *here* & there."), (21, "The note."), (23, "A link and words.")),
    ]
    assert [(a.text, a.href) for p in seed.paragraphs for a in p.anchors] == [
        ("link", "https://b.example/"),
        ("words", "#"),
    ]
    assert "".join(part.raw for part in seed.parts) == marked


@pytest.mark.parametrize(
    "words", ["f*ck and sh*t", "snake_case_word", "3 * 4 * 5", "C:\\Users", "a < b > c", "#hashtag"]
)
def test_what_is_no_mark_in_plain_text_stays(words):
    document = (
        f"Headline\n\nMay 3, 2024\n\nHe wrote {words} to us, [they](#) said.\n\nThe end of it.\n\nOriginal url: {URL}\n"
    )
    assert texts(read(document, "a.txt"))[0] == (5, f"He wrote {words} to us, they said.")


PAGE = f"""<!doctype html>
<!-- saved from url=(0042){URL} -->
<html><head><title>x</title><link rel="canonical" href="{URL}?c"></head>
<body><nav><a href="/">Home</a></nav><article>
<h1>{TITLE}</h1>
<p class="byline">By Jo Finch</p><time>May 3, 2024</time>
<figure><img src="a.jpg"><figcaption>A ship. Photo: Port</figcaption></figure>
<p>
{FIRST}</p>
<p>{SECOND}</p></article><footer>© Harbour</footer></body></html>
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_saved_page_gives_its_article_and_says_what_it_leaves(end):
    seed = read(PAGE.replace("\n", end), "page.html")
    assert (seed.url, seed.url_line) == (URL, 2) and seed.headline and seed.headline.line == 5
    assert seed.date and seed.byline and [each.credit for each in seed.captions] == ["Port"]
    assert texts(seed) == [(9, FIRST), (10, SECOND)]
    assert any("left alone" in each and "'Home'" in each for each in seed.remarks)


def message(body: bytes, coding: str, kind: str = "text/plain; charset=utf-8") -> tuple[bytes, int]:
    head = (
        f"From: Anna <anna@example.org>\r\nTo: b@example.org\r\n"
        f"Subject: Fwd: {TITLE}\r\nDate: Sat, 4 May 2024 10:00:00 +0200\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    ).encode()
    encoded = {
        "8bit": lambda: body,
        "quoted-printable": lambda: quopri.encodestring(body),
        "base64": lambda: base64.encodebytes(body),
    }
    return head + encoded[coding]().replace(b"\n", b"\r\n"), head.count(b"\n")


@pytest.mark.parametrize("coding", ["8bit", "quoted-printable", "base64"])
def test_mail_is_read_with_the_lines_of_the_file(coding):
    body = f"> {TITLE}\n>\n> May 3, 2024\n>\n> {FIRST} Später “ja”.\n>\n> {SECOND}\n\nOriginal url: {URL}\n".encode()
    data, head = message(body, coding)
    seed = read(data, "a.eml")
    assert seed.url == URL and seed.headline and seed.headline.text == TITLE
    assert seed.date and seed.date.value == "2024-05-03"
    assert [text for _, text in texts(seed)] == [f"{FIRST} Später “ja”.", SECOND]
    lines = data.decode().split("\r\n")
    if coding == "8bit":
        assert all(text[:40] in lines[line - 1] for line, text in texts(seed))
    else:
        assert all(head < line <= len(lines) for line, _ in texts(seed))
    assert seed.header[0].text.startswith("From: Anna")


def test_mhtml_has_its_address_in_its_head():
    data, _ = message(PAGE.split("-->")[1].encode(), "quoted-printable", "text/html; charset=utf-8")
    data = b"Snapshot-Content-Location: " + URL.encode() + b"\r\n" + data
    seed = read(data, "a.mhtml")
    assert (seed.url, seed.url_line, seed.format) == (URL, 1, "mhtml") and [t for _, t in texts(seed)] == [
        FIRST,
        SECOND,
    ]


def test_shortcuts_are_seeds():
    assert read(f"[InternetShortcut]\r\nURL={URL}\r\n", "a.url").url_line == 2
    for kind in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        assert read(plistlib.dumps({"URL": URL}, fmt=kind), "a.webloc").url == URL
    assert "URL" in refused("[InternetShortcut]\n", "a.url").problem
    assert "property list" in refused("nonsense", "a.webloc").problem


def test_a_word_document_is_read_by_its_paragraphs():
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading(TITLE, level=1)
    for text in ("May 3, 2024", "By Jo Finch", FIRST, SECOND, f"Original url: {URL}"):
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    seed = read(out.getvalue(), "a.docx")
    assert seed.headline and seed.headline.text == TITLE and seed.date and seed.byline and seed.url == URL
    assert texts(seed) == [(4, FIRST), (5, SECOND)] and seed.url_line == 6


def test_a_word_document_that_unpacks_to_too_much_is_refused():
    pytest.importorskip("docx")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"<a>" + b" " * (40 << 20))
    assert "too much" in refused(out.getvalue(), "a.docx").problem
    assert "damaged" in refused(b"PK\x03\x04" + bytes(50), "a.docx").problem
    assert "named .docx" in refused("text", "a.docx").problem


def test_entities_of_a_word_document_are_not_expanded():
    pytest.importorskip("docx")
    out = io.BytesIO()
    bomb = '<!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y SYSTEM "file:///etc/passwd">]>'
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(
            "word/document.xml",
            f'{bomb}<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>a&x;&y; Original url: {URL}</w:t></w:r></w:p>'
            "</w:body></w:document>",
        )
    seed = read_document(out.getvalue(), origin="a", name="a.docx")
    assert "root:" not in str(seed) and "boom" not in str(seed)


def test_a_pdf_that_is_damaged_is_refused_in_words():
    pytest.importorskip("pypdf")
    assert "PDF" in refused(b"%PDF-1.7\n" + bytes(range(256)) * 10, "a.pdf").problem


RECORDS = {
    "a.ris": f"TY  - NEWS\r\nAU  - Finch, Jo\r\nTI  - {TITLE}\r\n"
    f"DA  - 2024/05/03\r\nUR  - {URL}\r\nKW  - port\r\nER  - \r\n",
    "a.bib": f"@article{{f,\n  title = {{Old {{Harbour}} Bridge Opens Again}},\n  author = {{Finch, Jo}},\n"
    f"  date = {{2024-05-03}},\n"
    f"  url = {{{URL}}},\n  keywords = {{port}},\n}}\n",
    "a.enw": f"%0 Newspaper Article\n%T {TITLE}\n%A Finch, Jo\n%8 May 3, 2024\n%U {URL}\n%K port\n",
    "a.xml": f"<?xml version='1.0'?><xml><records><record>"
    f"<contributors><authors><author>Finch, Jo</author></authors></contributors>"
    f"<titles><title><style>{TITLE}</style></title></titles>"
    f"<dates><pub-dates><date>May 3, 2024</date></pub-dates></dates>"
    f"<urls><related-urls><url>{URL}</url></related-urls></urls><keywords><keyword>port</keyword></keywords></record></records></xml>",
    "a.json": json.dumps(
        [{"type": "article-newspaper", "title": TITLE, "URL": URL, "author": [{"family": "Finch", "given": "Jo"}],
          "issued": {"date-parts": [[2024, 5, 3]]}, "keyword": "port"}], indent=1,
    ),
    "a.csv": f'"Key","Author","Title","Url","Date","Manual Tags"\n'
    f'"A","Jo Finch","{TITLE}","{URL}","2024-05-03","port"\n',
    "b.csv": f"Autor;Titel;Adresse;Datum;Schlagwörter\r\nJo Finch;{TITLE};{URL};03.05.2024;port\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_records_of_reference_managers_are_rows(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(RECORDS[name].encode())
    (seed,) = read_seeds([str(path)], limits=Limits())
    assert isinstance(seed, Seed), seed
    assert (seed.url, seed.headline.text, seed.date.value) == (URL, TITLE, "2024-05-03")
    assert (seed.byline.text, seed.tags, seed.list.row) == ("Jo Finch", ("port",), 1)
    assert seed.data and seed.data in path.read_bytes()
    assert read(seed.data, "seed", row=seed.list).paragraphs == seed.paragraphs
    assert URL in seed.data.decode().replace("\r\n", "\n").split("\n")[seed.url_line - 1]


def test_bookmarks_of_browsers_and_services_are_rows(tmp_path):
    path = tmp_path / "b.html"
    path.write_text(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<DL><p>\n"
        f'<DT><A HREF="{URL}" ADD_DATE="1714800000" TAGS="port,ship">{TITLE}</A>\n<DD>seen by a reader\n'
        '<DT><H3>Folder</H3>\n<DL><p>\n<DT><A HREF="https://b.example/">B</A>\n</DL><p>\n</DL><p>\n'
    )
    one, two = read_seeds([str(path)], limits=Limits())
    assert isinstance(one, Seed) and isinstance(two, Seed)
    assert (one.url, one.headline.text, one.tags, one.notes) == (URL, TITLE, ("port", "ship"), ("seen by a reader",))
    assert two.url == "https://b.example/" and two.list.row == 2 and "ADD_DATE" not in two.data.decode()


def test_a_soft_hyphen_and_a_no_break_space_are_no_letters():
    for name, made in (("a.txt", "{}\n\n{}"), ("a.md", "*{}*\n\n{}"), ("a.html", "<p>{}</p><p>{}</p>")):
        body = made.format("He ran the mu\u00adseum\u00a0since 2009, he said.", "The end of it.")
        seed = read(
            f"{body}\n\nOriginal url: {URL}\n" if name != "a.html" else f"{body}<p>Original url: {URL}</p>", name
        )
        words = [*([seed.headline.text] if seed.headline else []), *(text for _, text in texts(seed))]
        assert "He ran the museum since 2009, he said." in words


@pytest.mark.parametrize(
    ("line", "url", "remarks"),
    [
        ("<p>Original url: https://a.example/x?id=7</p>", "https://a.example/x?id=7", 1),
        ('<p>Original link: <a href="https://b.example/y">there</a></p>', "https://b.example/y", 1),
        ("<p>Original url: https://a.example/x</p>", "https://a.example/x", 0),
    ],
)
def test_a_line_that_says_the_original_goes_before_what_a_saved_page_calls_itself(line, url, remarks):
    page = (
        '<html><head><title>Fish</title><link rel="canonical" href="https://a.example/x"></head><body><h1>Fish</h1>'
        f"<p>Ministers met on Tuesday.</p><p>They agreed.</p>{line}</body></html>"
    )
    seed = read_document(page.encode(), origin="a.html", name="a.html")
    assert isinstance(seed, Seed) and seed.url == url and len(seed.remarks) == remarks
    other = page.replace("</body>", "<p>Original url: https://c.example/z</p></body>")
    assert isinstance(read_document(other.encode(), origin="a.html", name="a.html"), SeedRefused), "two lines differ"
