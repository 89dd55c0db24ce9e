"""Seed documents in the forms that people keep: files and rows of lists, written into folders of parts."""

import base64
import csv
import io
import json
import plistlib
import random
import textwrap
from collections import defaultdict
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from html import escape
from pathlib import Path

from soaking.kinds import Planned
from soaking.stories import Story, story

PART = 250
"""Seeds of one folder."""


def _plain(s: Story, url: str) -> bytes:
    return "\n\n".join([s.headline, s.day, *s.paragraphs, f"Original url: {url}\n"]).encode()


def _markdown(s: Story, url: str) -> bytes:
    body = "\n\n".join(s.paragraphs)
    return f"---\ntitle: {json.dumps(s.headline)}\nurl: {url}\ndate: {s.day}\n---\n\n{body}\n".encode()


def _wrapped(s: Story, url: str) -> bytes:
    body = "\n\n".join(textwrap.fill(each, 70) for each in s.paragraphs)
    return f"{s.headline}\r\n\r\n{s.day}\r\n\r\n{body}\r\n\r\nSource: {url}\r\n".encode("utf-16")


def page(s: Story, url: str) -> bytes:
    """A saved page."""
    body = "".join(f"<p>{escape(each, quote=False)}</p>\n" for each in s.paragraphs)
    return (f"<!doctype html>\n<!-- saved from url=({len(url):04}){url} -->\n<html><head><meta charset=utf-8>"
            f"<title>{s.headline}</title></head><body><article><h1>{s.headline}</h1>\n<time>{s.day}</time>\n{body}"
            "</article></body></html>\n").encode()  # fmt: skip


def _mail(s: Story, url: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "anna@example.org", "archive@example.org", s.headline
    mail["Date"] = "Sat, 4 May 2024 10:00:00 +0200"
    mail.set_content("\n\n".join([s.headline, s.day, *s.paragraphs, f"Original url: {url}\n"]))
    return bytes(mail)


def _mhtml(s: Story, url: str) -> bytes:
    head = (f"From: <Saved by a browser>\r\nSnapshot-Content-Location: {url}\r\nSubject: {s.number}\r\n"
            "MIME-Version: 1.0\r\n"
            'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
            f"Content-Transfer-Encoding: base64\r\nContent-Location: {url}\r\n\r\n").encode()  # fmt: skip
    return head + base64.encodebytes(page(s, url)).replace(b"\n", b"\r\n") + b"--b--\r\n"


def _word(s: Story, url: str) -> bytes:
    import docx

    made, out = docx.Document(), io.BytesIO()
    for each in (s.headline, s.day, *s.paragraphs, f"Original url: {url}"):
        made.add_paragraph(each)
    made.save(out)
    return out.getvalue()


def pdf(lines: Sequence[str]) -> bytes:
    """A PDF of one page with these lines of text (ISO 32000-1), in Latin-1."""
    shown = [each.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for each in lines]
    text = "BT /F1 9 Tf 12 TL 40 2000 Td " + " ".join(f"({each}) Tj T*" for each in shown) + " ET"
    stream = text.encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 2040] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % each for each in places)
    end = b"xref\n0 7\n0000000000 65535 f \n%strailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (table, len(out))


def _portable(s: Story, url: str) -> bytes:
    lines: list[str] = []
    for each in (s.headline, s.day, *s.paragraphs, f"Original url: {url}"):
        lines += [*textwrap.wrap(each, 100), ""]
    return pdf(lines)


def _shortcut(_: Story, url: str) -> bytes:
    return f"[InternetShortcut]\r\nURL={url}\r\n".encode()


def _webloc(_: Story, url: str) -> bytes:
    return plistlib.dumps({"URL": url})


FILES: dict[str, tuple[float, bool, Callable[[Story, str], bytes]]] = {
    "txt": (28, True, _plain), "md": (12, True, _markdown), "utf16.txt": (5, True, _wrapped), "html": (8, True, page),
    "eml": (8, True, _mail), "mhtml": (4, True, _mhtml), "docx": (4, True, _word), "pdf": (4, True, _portable),
    "url": (3, False, _shortcut), "webloc": (2, False, _webloc),
}  # fmt: skip
"""Ending -> share, whether the article's words are in it, how it is made."""
LISTS: dict[str, tuple[float, bool]] = {"csv": (6, True), "jsonl": (4, True), "addresses.txt": (4, False),
                                        "ris": (2, False), "bookmarks.html": (2, False)}  # fmt: skip


def _rows(form: str, rows: Sequence[tuple[Story, str]]) -> bytes:
    if form == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([("url", "title", "date", "text"),
                                   *((u, s.headline, s.day, "\n\n".join(s.paragraphs)) for s, u in rows)])  # fmt: skip
        return out.getvalue().encode()
    if form == "jsonl":
        each = ({"url": u, "title": s.headline, "date": s.day, "text": "\n\n".join(s.paragraphs)} for s, u in rows)
        return "".join(json.dumps(row) + "\n" for row in each).encode()
    if form == "ris":
        return "".join(f"TY  - NEWS\nTI  - {s.headline}\nUR  - {u}\nER  - \n\n" for s, u in rows).encode()
    if form == "bookmarks.html":
        links = "".join(f'<DT><A HREF="{u}" ADD_DATE="1714700000">{s.headline}</A>\n' for s, u in rows)
        return f"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<DL><p>\n{links}</DL><p>\n".encode()
    return "".join(f"{u}\n" for _, u in rows).encode()


def _refused(number: int) -> tuple[str, bytes]:
    """A document that cannot be read as a seed."""
    return (
        ("pdf", b"%PDF-1.7\n" + bytes(range(256))),
        ("txt", b"A headline\n\nAnd no address at all.\n"),
        ("docx", b"PK\x03\x04 not a zip"),
        ("txt", b"\xff\xfe\xff\x00\x81\x8d Original url: \x00"),
    )[number % 4]


def write(seeds: Path, plan: Sequence[Planned], dice: random.Random) -> dict[int, tuple[str, bool]]:
    """Write all documents below `seeds`; number -> form and whether the article's words are in it."""
    made: dict[int, tuple[str, bool]] = {}
    rows: dict[tuple[Path, str], list[tuple[Story, str]]] = defaultdict(list)
    shares = {name: (share, text) for name, (share, text, _) in FILES.items()} | LISTS
    for each in plan:
        part = seeds / f"part-{each.number // PART:03}"
        part.mkdir(parents=True, exist_ok=True)
        if each.kind.name == "document":
            ending, data = _refused(each.number)
            (part / f"report-{each.number:06}.{ending}").write_bytes(data)
            made[each.number] = (ending, False)
            continue
        forms = [name for name, (_, text) in shares.items() if text or not each.kind.text]
        form = dice.choices(forms, [shares[name][0] for name in forms])[0]
        made[each.number] = (form, shares[form][1])
        news = story(each.number)
        if form in LISTS:
            rows[part, form].append((news, each.url))
            continue
        data = FILES[form][2](news, each.url)
        for name in (f"report-{each.number:06}", f"copy-of-{each.number:06}")[: 1 + each.twice]:
            (part / f"{name}.{form}").write_bytes(data)
    for (part, form), listed in rows.items():
        (part / f"list-{part.name}.{form}").write_bytes(_rows(form, listed))
    return made
