"""Pictures, fonts and style sheets that unfold into more than anybody wants: captured within bounds, and every cut is
in the record."""

import gzip
import resource
import struct
import time
import zlib
from pathlib import Path

import pytest
from jobs.requisites import collected, fetched, reasons
from jobs.whole import Job, html, seeds
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Server, ok

from archiver.capture.requisites.stylesheets import LONGEST, css_references, unread_css
from archiver.validation.validator import validate_bag

PACKED = b"Content-Encoding: gzip"


def zeros(megabytes: int) -> bytes:
    """So many MiB of one letter, gzipped a thousand times smaller."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)), packer.flush()])


def png(side: int) -> bytes:
    """A picture of one colour, whose pixels take side * side bits."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, row = zlib.compressobj(9), bytes(1 + side // 8)
    lines = b"".join([*(packer.compress(row * 100) for _ in range(side // 100)), packer.flush()])
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def woff2() -> bytes:
    """A font whose one table says that it has 4 GiB (WOFF2, 4.1)."""
    table = b"\x3f" + b"glyf" + b"\x8f\xff\xff\xff\x7f"
    head = struct.pack(">4sIIHHIIHHIIIII", b"wOF2", 0x10000, 0xFFFFFFFF, 1, 0, 0xFFFFFFFF, 64, 1, 0, 0, 0, 0, 0, 0)
    return head + table + bytes(64)


def rules(count: int, name: str = "") -> bytes:
    """A style sheet of so many rules, with one address at its end."""
    return b"".join(b".a%d{color:red}" % n for n in range(count)) + f"p{{background:url(/last{name}.png)}}".encode()


BOMBS = {
    "/big.png": ok(png(60_000), b"Content-Type: image/png"),
    "/packed.png": ok(gzip.compress(png(60_000)), b"Content-Type: image/png", PACKED),
    "/zeros.png": ok(zeros(300), b"Content-Type: image/png", PACKED),
    "/huge.woff2": ok(woff2(), b"Content-Type: font/woff2"),
    "/zeros.woff2": ok(zeros(300), b"Content-Type: font/woff2", PACKED),
    "/zeros.css": ok(zeros(300), b"Content-Type: text/css", PACKED),
    "/loop.css": ok(b"@import '/loop.css'; @import '/pool.css';", b"Content-Type: text/css"),
    "/pool.css": ok(b"@import '/loop.css'; p{background:url(/pool.png)}", b"Content-Type: text/css"),
    "/pool.png": ok(b"x", b"Content-Type: image/png"),
    "/rules.css": ok(gzip.compress(rules(2_000_000), 1), b"Content-Type: text/css", PACKED),
}
HEAD = (
    '<meta property="og:image" content="/big.png">'
    + "".join(f'<link rel=stylesheet href="{each}">' for each in BOMBS if each.endswith(".css"))
    + "<style>@font-face{font-family:a;src:url(/huge.woff2)}@font-face{font-family:b;src:url(/zeros.woff2)}</style>"
)


@pytest.mark.usefixtures("places")
def test_bombs_of_every_kind_are_captured_within_bounds(tmp_path: Path, capsys):
    """The page is read, the bag is valid, the cuts are named; memory and time stay far below what unfolds."""
    photos = "".join(
        f'<figure><img src="{each}"><figcaption>Bomb</figcaption></figure>' for each in BOMBS if "png" in each
    )
    page = article("Library opens again, report 1", [*PARAGRAPHS, "This is report number 1."], head=HEAD)
    answers = {path: [answer] for path, answer in BOMBS.items()}
    answers["/news/1"] = [html(page.replace(b"</article>", photos.encode() + b"</article>"))]
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with Server(answers) as server:
        code, (result,) = Job(tmp_path / "bags", capsys).run(seeds(tmp_path / "seeds", 1), server)
    assert code == 0, result
    assert result["verdict"] == "same", result
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10 < 400  # MiB, where 900 unfold
    assert time.process_time() - begun < 120
    report = validate_bag(tmp_path / "bags" / result["bag"])
    assert report.ok, report.findings
    record = (tmp_path / "bags" / result["bag"] / "data/provenance.json").read_text("utf-8")
    assert record.count("bytes were looked through for addresses") == 2  # of the rules, and of what is all blanks


def test_a_sheet_of_two_million_rules_is_read_in_part_and_the_record_says_so(tmp_path: Path):
    """Cut where its bytes are no longer kept: what stands behind is not asked for, and that is said."""
    answers = {"/rules.css": BOMBS["/rules.css"]}
    requisites, capture, _ = collected("<link rel=stylesheet href=rules.css>", answers, tmp_path)
    assert fetched(capture) == ["/rules.css"]
    assert "4,194,304 bytes were looked through" in reasons(requisites)["/rules.css"]


def test_a_sheet_with_more_than_is_looked_through_is_noted(tmp_path: Path):
    sheet = b"".join(b"p{background:url(/%d.png)}" % (n % 3) for n in range(40_000))
    answers = {"/a.css": sheet, "/0.png": b"x", "/1.png": b"x", "/2.png": b"x"}
    inline = "<style>" + sheet.decode().replace("/", "/i/") + "</style>"
    requisites, capture, _ = collected(f"<link rel=stylesheet href=a.css>{inline}", answers, tmp_path)
    assert "/0.png" in fetched(capture)
    assert f"{LONGEST:,} characters" in reasons(requisites)["/a.css"]
    assert f"{LONGEST:,} characters" in reasons(requisites)["/"]


def test_a_sheet_with_more_addresses_than_are_read_is_noted():
    many = "".join(f"p{{background:url(/{n}.png)}}" for n in range(5_001))
    assert len(css_references(many)) == 5_000
    assert "5,000 were read" in (unread_css(many) or "")
    assert unread_css(many[: many.index("/4999.png")]) is None
    assert unread_css(".a{color:red}" * 2_000_000) is None  # all of it was looked through: it names nothing


def test_imports_in_a_circle_end(tmp_path: Path):
    answers = {each: BOMBS[each] for each in ("/loop.css", "/pool.css", "/pool.png")}
    requisites, capture, _ = collected("<link rel=stylesheet href=loop.css>", answers, tmp_path)
    assert fetched(capture) == ["/loop.css", "/pool.css", "/pool.png"]
    assert requisites.skipped == ()
