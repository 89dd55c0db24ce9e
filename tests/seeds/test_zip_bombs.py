"""Word documents that lie about their sizes, or unpack without end, are refused in words."""

import io
import struct
import zipfile

import pytest

from archiver.model import SeedRefused
from archiver.seeds.document import read_document
from archiver.seeds.formats import office

pytest.importorskip("docx")
SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD = f'<w:document xmlns:w="{SPACE}"><w:body><w:p><w:r><w:t>words</w:t></w:r></w:p>'.encode()


def zipped(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, data in parts:
            package.writestr(name, data)
    return out.getvalue()


def patched(data: bytes, mark: bytes, at: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, data.rindex(mark) + at, value)
    return bytes(changed)


MAIN = ("word/document.xml", WORD + b"</w:body></w:document>")
CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"
WHOLE = zipped(("[Content_Types].xml", b"<x/>"), MAIN)
LIES = {
    "a size beyond all files": patched(WHOLE, CENTRAL, 24, "<L", 0xFFFFFFFE),
    "a size that is less": patched(WHOLE, CENTRAL, 24, "<L", 1),
    "an offset beyond the file": patched(WHOLE, CENTRAL, 42, "<L", 0x7FFFFFFF),
    "an offset into another part": patched(WHOLE, CENTRAL, 42, "<L", 0),
    "a directory beyond the file": patched(WHOLE, END, 16, "<L", 0x7FFFFFFF),
    "a method nobody knows": patched(WHOLE, CENTRAL, 10, "<H", 99),
    "an encrypted part": patched(WHOLE, CENTRAL, 8, "<H", 1),
    "parts of zeros": zipped(*((f"word/media/{n}.bin", bytes(16 << 20)) for n in range(14)), MAIN),
    "a part of zeros that says less": patched(
        zipped(MAIN, ("word/media/x.bin", bytes(210 << 20))), CENTRAL, 24, "<L", 100
    ),
    "many parts": zipped(*((f"word/{n}", b"") for n in range(5001)), MAIN),
    "bzip2 of zeros": zipped(MAIN, ("word/media/x.bin", bytes(210 << 20)), method=zipfile.ZIP_BZIP2),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_word_document_that_lies_is_refused(lie):
    refusal = read_document(LIES[lie], origin="a.docx", name="a.docx")
    assert isinstance(refusal, SeedRefused)
    assert "Word document" in refusal.problem


def test_a_part_is_never_read_further_than_allowed(monkeypatch):
    monkeypatch.setattr(office, "LARGEST_UNPACKED", 4 << 20)
    read, pieces = zipfile.ZipExtFile.read, []

    def counting(self, n=-1):
        piece = read(self, n)
        pieces.append(len(piece))
        return piece

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    refusal = read_document(zipped(MAIN, *((f"x/{n}", bytes(3 << 20)) for n in range(9))), origin="a", name="a.docx")
    assert isinstance(refusal, SeedRefused) and "too much" in refusal.problem
    assert sum(pieces) <= 5 << 20


def test_a_zip_within_a_zip_is_not_opened():
    inner = zipped(("word/document.xml", bytes(16 << 20)))
    data = zipped(("[Content_Types].xml", b"<x/>"), MAIN, ("word/embeddings/a.docx", inner))
    found = read_document(data, origin="a.docx", name="a.docx")
    assert "embeddings" not in str(found)
