"""Which of Python's codecs a name out of data may reach.

Python's registry of codecs holds more than encodings of text: compression (`zlib`), transfer encodings (`uu`), literals
of programs (`unicode_escape`), host names (`idna`) and `punycode`, whose decoder takes quadratic time. A name that a
bag, a seed or a page states is looked up here, and in the registry only what stands in this list.
"""

import codecs
from encodings import normalize_encoding
from encodings.aliases import aliases

LONGEST = 40
"""Letters that a name may have; the longest of a known encoding has 27."""
_ISO = ("latin_1", *(f"iso8859_{part}" for part in (*range(2, 12), *range(13, 17))))
_WINDOWS = tuple(f"cp{number}" for number in (874, 932, 949, 950, *range(1250, 1259)))
_DOS = tuple(f"cp{number}" for number in (437, 737, 775, 850, 852, 855, 857, 858, *range(860, 867), 869))
_MAC = (
    *("mac_arabic", "mac_croatian", "mac_cyrillic", "mac_farsi", "mac_greek", "mac_iceland", "mac_latin2", "mac_roman"),
    *("mac_romanian", "mac_turkish"),
)
_CYRILLIC = ("koi8_r", "koi8_t", "koi8_u", "kz1048", "ptcp154")
_JAPANESE = (
    *("shift_jis", "shift_jis_2004", "shift_jisx0213", "euc_jp", "euc_jis_2004", "euc_jisx0213", "iso2022_jp"),
    *("iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext"),
)
_EAST_ASIAN = ("big5", "big5hkscs", "gb2312", "gbk", "gb18030", "hz", "euc_kr", "iso2022_kr", "johab", "tis_620")
_UNICODE = ("utf_8", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le")
_TEXT = frozenset(("ascii", *_UNICODE, *_ISO, *_WINDOWS, *_DOS, *_MAC, *_CYRILLIC, *_JAPANESE, *_EAST_ASIAN))


def text_codec(label: str) -> str | None:
    """The name of Python's codec for an encoding of text by any of its names, such as `utf-8` for `UTF8`; None for what
    is not an encoding of text, or not a known one."""
    if len(label) > LONGEST or not label.isascii():
        return None
    name = normalize_encoding(label.strip()).lower()
    name = aliases.get(name) or aliases.get(name.replace(".", "_")) or name
    return codecs.lookup(name).name if name in _TEXT else None
