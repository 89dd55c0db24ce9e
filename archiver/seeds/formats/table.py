"""Which reader reads which document, by its first bytes, its name and how its text begins. No other module knows."""

from archiver.errors import how_to_install
from archiver.model import ListRow
from archiver.seeds.blocks import Document
from archiver.seeds.decoding import decode
from archiver.seeds.formats import bookmarks, html, mail, office, text
from archiver.seeds.refusal import Refusal

TEXT = (".txt", ".text", *text.MARKDOWN)
PAGES = (".html", ".htm", ".xhtml")
MAILS = (".eml", ".mht", ".mhtml")
EXTRA = (".docx", ".pdf")
SHORTCUTS = (".url", ".webloc", ".desktop")
LISTS = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".ris", ".bib", ".bibtex", ".enw", ".urls")
PERHAPS_LISTS = (".json", ".xml", ".list")
"""Suffixes of lists among much else: a file of these is a list only if it begins as one."""
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
DOCUMENTS = (*TEXT, *PAGES, *MAILS, *EXTRA, *SHORTCUTS)


def read_bytes(data: bytes, name: str, row: ListRow | None) -> Document:
    """The blocks of a document, by the reader of its format. Raises Refusal for one that cannot be read."""
    if row is not None:
        from archiver.seeds.formats.rows import read_row

        return read_row(data, row)
    lower = name.lower()
    if data.startswith(b"%PDF-"):
        return office.read_pdf(data)
    if lower.endswith(".docx") and data.startswith(b"PK\x03\x04"):
        return office.read_docx(data)
    if lower.endswith(EXTRA):
        raise Refusal(0, f"named {lower[lower.rfind('.') :]}, but it is none", "save it again, or its text as .txt")
    if lower.endswith(SPREADSHEETS):
        raise Refusal(0, "a spreadsheet", "save it as CSV in UTF-8, with a column url")
    if lower.endswith(".webloc"):
        return bookmarks.read_webloc(data)
    if lower.endswith(MAILS):
        return mail.read(data, name)
    words, encoding = decode(data)
    if lower.endswith(SHORTCUTS):
        return bookmarks.read_shortcut(words, encoding)
    if lower.endswith(PAGES) or html.is_page(words):
        return html.read(words, encoding)
    return text.read(words, encoding, name)


def leave_alone(name: str) -> str | None:
    """Why a file of this name in a folder is not read; None where it is, or its content must decide."""
    lower = name.lower()
    if lower.startswith("."):
        return "hidden"
    if lower.startswith("readme"):
        return "README"
    if lower.endswith(EXTRA) and not office.is_installed(lower):
        return f"{lower[lower.rfind('.') :]} without the extra `formats` ({how_to_install('formats')})"
    if lower.endswith((*DOCUMENTS, *LISTS, *PERHAPS_LISTS)):
        return None
    dot = lower.rfind(".")
    if lower.endswith(SPREADSHEETS):
        return f"{lower[dot:]}, to be saved as CSV"
    return f"{lower[dot:] if 0 < dot > len(lower) - 12 else 'no known suffix'}, not a format of seeds"
