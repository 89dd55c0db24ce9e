"""Records of reference managers: RIS (by rispy), BibTeX (by bibtexparser), EndNote's tagged and XML exports.

A record is read by itself; `split_records` cuts a file into them without changing a byte.
"""

import re
from collections.abc import Iterator

from lxml import etree

from archiver.seeds.refusal import Refusal

_RIS = re.compile(r"TY {1,3}- ?")
_RIS_LINE = re.compile(r"^([A-Z][A-Z0-9]) {1,2}- ?(.*)$")
_BIB = re.compile(r"@([a-zA-Z]{3,30})\s{0,9}[{(]")
_ENW_LINE = re.compile(r"^%([0-9A-Z!@?~^>+]) ?(.*)$")
_NOT_ENTRIES = frozenset(("comment", "string", "preamble"))
_LARGEST = 4 << 20
_BIB_NAMES = {"journaltitle": "publication", "journal": "publication"}


def is_record(text: str) -> bool:
    """Whether a text begins as a record of one of these formats does."""
    return bool(_RIS.match(text) or _BIB.match(text) or text.startswith(("%0 ", "<record>", "<record ")))


def is_citations(text: str) -> bool:
    """Whether a file holds such records, by its first lines."""
    head = text.lstrip("\ufeff \t\r\n")[:20_000]
    if _RIS.match(head) or head.startswith("%0 "):
        return True
    if head.startswith(("<?xml", "<xml>")):
        return "<records>" in head[:2000] and "<record>" in head
    return bool(_BIB.match(head)) or (
        head.startswith("%") and re.search(r"^@[a-zA-Z]+\{", head, re.MULTILINE) is not None
    )


def split_records(text: str) -> Iterator[tuple[int, str]]:
    """Each record with where in the text it begins."""
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("<"):
        done = 0
        while (start := text.find("<record>", done)) >= 0:
            end = text.find("</record>", start)
            done = len(text) if end < 0 else end + len("</record>")
            yield start, text[start:done]
        return
    if _RIS.match(head):
        starts = [found.start() for found in re.finditer(r"^TY {1,3}- ?", text, re.MULTILINE)]
    elif head.startswith("%0 "):
        starts = [found.start() for found in re.finditer(r"^%0 ", text, re.MULTILINE)]
    else:
        starts = [found.start() for found in re.finditer(r"^[ \t]{0,8}@[a-zA-Z]{3,30}\s{0,9}[{(]", text, re.MULTILINE)]
    for start, end in zip(starts, [*starts[1:], len(text)]):
        raw = text[start:end]
        found = _BIB.match(raw.lstrip())
        if found is None or found[1].lower() not in _NOT_ENTRIES:
            yield start, raw


def read_record(text: str) -> list[tuple[str, str]]:
    """The fields of a record with their names, in order. Raises Refusal for one that cannot be read."""
    if len(text) > _LARGEST:
        raise Refusal(0, "a record of more than 4 MiB", "correct the list: a record may not be closed")
    if text.startswith("<"):
        return _endnote_xml(text)
    if text.startswith("%"):
        return _tagged(text, _ENW_LINE)
    return _ris(text) if _RIS.match(text) else _bibtex(text)


def _ris(text: str) -> list[tuple[str, str]]:
    import rispy

    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not any(line.startswith("ER ") for line in lines):
        lines.append("ER  - ")
    end = next(at for at, line in enumerate(lines) if line.startswith("ER "))
    try:
        found = rispy.loads("\n".join([*lines[:end], "ER  - ", ""]))
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise Refusal(0, f"no record of RIS: {str(error)[:100]}", "export the list again") from error
    if not found:
        raise Refusal(0, "no record of RIS", "export the list again")
    names = {key: tag for tag, key in rispy.TAG_KEY_MAPPING.items()}
    fields: list[tuple[str, str]] = []
    for key, value in found[0].items():
        if key == "unknown_tag":
            fields += [(tag, str(each)) for tag, values in value.items() for each in values]
            continue
        separator = "; " if key in ("authors", "first_authors") else "\n" if key == "urls" else ", "
        words = separator.join(map(str, value)) if isinstance(value, list) else str(value)
        fields.append((names.get(key, key), _names(words) if key in ("authors", "first_authors") else words))
    return fields


def _names(words: str) -> str:
    """`Finch, Jo; Ruiz, Ana` as `Jo Finch; Ana Ruiz`."""
    people = [each.strip() for each in words.split(";")]
    turned = [" ".join(part.strip() for part in reversed(each.split(",", 1))) for each in people if each]
    return "; ".join(turned)


def _tagged(text: str, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if found := pattern.match(line):
            fields.append((found[1], found[2].strip()))
        elif fields and line.strip():
            fields[-1] = (fields[-1][0], f"{fields[-1][1]}\n{line.strip()}")
    return [(name, _names(value) if name == "A" else value) for name, value in fields]


def _bibtex(text: str) -> list[tuple[str, str]]:
    from bibtexparser import entrypoint, middlewares

    try:
        library = entrypoint.parse_string(text, append_middleware=[middlewares.LatexDecodingMiddleware()])
        entries = library.entries
    except Exception as error:
        raise Refusal(0, f"no entry of BibTeX: {type(error).__name__}", "mend its braces") from error
    if not entries:
        raise Refusal(0, "an entry of BibTeX that is not closed or repeats a field", "mend its braces")
    fields = []
    for each in entries[0].fields:
        value = re.sub(r"[{}]", "", str(each.value))
        if each.key.lower() in ("author", "editor"):
            value = _names(re.sub(r"(?<!\s)\s+and\s+", "; ", value))
        if each.key.lower() == "howpublished" and (found := re.search(r"https?://\S+", value)):
            value = found[0]
            fields.append(("url", value))
            continue
        fields.append((each.key, value))
    return fields


def _endnote_xml(text: str) -> list[tuple[str, str]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise Refusal(0, "no record of EndNote XML", "export the list again") from error
    if root is None:
        raise Refusal(0, "no record of EndNote XML", "export the list again")

    def words(path: str) -> list[str]:
        return [found for each in root.findall(path) if (found := " ".join("".join(map(str, each.itertext())).split()))]

    fields = [("title", each) for each in words("./titles/title")]
    fields += [("url", each) for each in words(".//url")[:1]]
    fields += [("author", _names("; ".join(words("./contributors/authors/author"))))]
    fields += [("date", each) for each in words("./dates/pub-dates/date")]
    fields += [("year", each) for each in words("./dates/year")]
    fields += [("keywords", ", ".join(words("./keywords/keyword")))]
    fields += [("notes", each) for each in words("./notes")]
    known = {"titles", "urls", "contributors", "dates", "keywords", "notes"}
    fields += [
        (str(each.tag), " ".join("".join(map(str, each.itertext())).split())) for each in root if each.tag not in known
    ]
    return [(name, value) for name, value in fields if value]
