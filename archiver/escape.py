"""Text from seeds, pages and bags as a terminal may show it: nothing that steers the terminal gets through."""

import unicodedata


def visible(text: str) -> str:
    """`text` with control, bidirectional and other invisible characters escaped, as in `\\x1b` or `\\u202e`."""
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
