"""Text from seeds, pages and bags as a terminal may show it: nothing gets through that steers the terminal, or what
keeps its output: the logs of CI services take orders out of them."""

import re
import unicodedata

ORDER = re.compile(r"##(?=(?:vso|teamcity)?\[)", re.IGNORECASE)
"""What begins an order anywhere in a line: GitHub's and Azure's runners (`##[`, `##vso[`), TeamCity. Their other form
(`::`) counts at the beginning of a line only, where no text of others stands."""


def visible(text: str) -> str:
    """`text` with control, bidirectional and other invisible characters escaped, as in `\\x1b` or `\\u202e`, and the
    first sign of what a CI service would take for an order: `\\x23#[`."""
    if "##" in text:
        text = ORDER.sub(r"\\x23#", text)
    return text if text.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in text)


def counted(count: int, noun: str) -> str:
    """`1 bag`, `2 bags`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _escaped(character: str) -> str:
    point = ord(character)
    if unicodedata.category(character) == "Zs":
        return " "
    if 0xDC80 <= point <= 0xDCFF:  # a byte of a file name that is not UTF-8, as Python has it (PEP 383)
        return f"\\x{point - 0xDC00:02x}"
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
