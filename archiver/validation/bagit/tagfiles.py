"""Reads the declaration bagit.txt and the metadata bag-info.txt line by line (RFC 8493, 2.1.1 and 2.2.2).

BagIt 0.93 to 0.97 is read where it differs: package-info.txt before 0.96, white space before a label's colon before
1.0. Profiles are not judged here.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.model import Finding
from archiver.model.text_codecs import text_codec
from archiver.validation.bagit.tree import Tree
from archiver.validation.bounded import Findings
from archiver.validation.rules.registry import finding

LINE = 1 << 16
"""Characters a line of a tag file may have."""
_DECLARATION = re.compile(
    rb"BagIt-Version: (\d{1,4})\.(\d{1,4})(?:\r\n|\n|\r)Tag-File-Character-Encoding: ([!-~]{1,40})(?:\r\n|\n|\r)?"
)
_LOOSE = re.compile(
    rb"\s*BagIt-Version\s*:\s*(\d{1,4})\.(\d{1,4})\s+Tag-File-Character-Encoding\s*:\s*([!-~]{1,40})\s*"
)
_OXUM = re.compile(r"(\d{1,20})\.(\d{1,20})")
_VERSIONS = {(0, 93), (0, 94), (0, 95), (0, 96), (0, 97), (1, 0)}
_ONCE = ("Bagging-Date", "Bag-Size", "Bag-Group-Identifier", "Bag-Count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What bagit.txt declares; where it cannot be read, BagIt 1.0 in UTF-8 is taken for the rest of the checks."""

    version: tuple[int, int] = (1, 0)
    encoding: str = "utf-8"

    @property
    def info(self) -> str:
        """The name of the metadata file."""
        return "package-info.txt" if self.version < (0, 96) else "bag-info.txt"


def read_declaration(tree: Tree) -> tuple[Declaration, list[Finding]]:
    """The declaration of a bag, and the findings about it."""
    name = "bagit.txt"
    if name not in tree.files:
        return Declaration(), [finding("BAG002", name)]
    try:
        data = tree.read(name, LINE)
    except OSError as error:
        return Declaration(), [finding("BAG012", name, reason=error.strerror)]
    findings = []
    if data.startswith(codecs.BOM_UTF8):
        findings.append(finding("BAG021", name))
        data = data.removeprefix(codecs.BOM_UTF8)
    strict = _DECLARATION.fullmatch(data)
    match = strict or _LOOSE.fullmatch(data)
    version = (int(match[1]), int(match[2])) if match else (1, 0)
    if match is None or (strict is None and version >= (1, 0)):
        expected = "BagIt-Version: M.N / Tag-File-Character-Encoding: UTF-8"
        findings.append(
            finding("BAG003", name, expected=expected, found=data[:120].decode("utf-8", "backslashreplace"))
        )
    if match is None:
        return Declaration(), findings
    if version not in _VERSIONS:
        findings.append(finding("BAG004", name, expected="0.93 to 0.97, 1.0", found=f"{version[0]}.{version[1]}"))
    encoding, more = _encoding(match[3].decode("ascii"))
    return Declaration(version=version, encoding=encoding), findings + more


def _encoding(stated: str) -> tuple[str, list[Finding]]:
    name = text_codec(stated)
    if name is None:
        return "utf-8", [finding("BAG005", "bagit.txt", expected="UTF-8", found=stated)]
    return name, [finding("BAG006", "bagit.txt", expected="UTF-8", found=stated)] if name != "utf-8" else []


def blocks(tree: Tree, name: str, declaration: Declaration, findings: list[Finding]) -> Iterator[tuple[int, str]]:
    """The lines of a tag file, some at a time, each ended by LF (there it may be CR LF or CR), and the number of the
    first, from 1; stops, with a finding added, at what cannot be read, is not in the declared encoding or longer than
    LINE."""
    number, kept = 1, ""
    try:
        for block in _decoded(tree, name, declaration.encoding):
            if number == 1 and not kept and block.startswith("\ufeff"):
                findings.append(finding("BAG021", name))
                block = block[1:]
            text = kept + block
            end = text.rfind("\n") + 1
            if text.find("\n") > LINE or len(text) - end > LINE:
                findings.append(finding("BAG022", name, limit=LINE))
                return
            if end:
                yield number, text[:end]
            number, kept = number + text.count("\n"), text[end:]
        if kept:
            findings.append(finding("BAG023", name))
            yield number, kept + "\n"
    except UnicodeError:
        findings.append(finding("BAG020", name, encoding=declaration.encoding))
    except OSError as error:
        findings.append(finding("BAG012", name, reason=error.strerror))


def _decoded(tree: Tree, name: str, encoding: str) -> Iterator[str]:
    """The text of a tag file with LF at the ends of its lines, in pieces of at most LINE characters. Raises OSError,
    UnicodeError."""
    head = tree.read(name, LINE)
    if len(head) < LINE:  # all of it: the usual case does without the machinery of streams
        text = head.decode(encoding)
        yield text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        return
    with tree.open(name) as stream, io.TextIOWrapper(stream, encoding=encoding, newline=None) as text_stream:
        while block := text_stream.read(LINE):
            yield block


def lines(tree: Tree, name: str, declaration: Declaration, findings: list[Finding]) -> Iterator[tuple[int, str]]:
    """The same, one numbered line at a time, without its end."""
    for number, block in blocks(tree, name, declaration, findings):
        yield from enumerate(block[:-1].split("\n"), start=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """The metadata of a bag: (label, value) in order, folded lines joined by one space."""

    elements: tuple[tuple[str, str], ...] = ()

    def values(self, label: str) -> list[str]:
        """All values of a label, in any case of its letters."""
        return [value for name, value in self.elements if name.lower() == label.lower()]


def read_info(tree: Tree, declaration: Declaration) -> tuple[Info, list[Finding]]:
    """The metadata of a bag, empty where it has none (it is optional), and the findings about it."""
    name, findings = declaration.info, Findings()
    if name not in tree.files:
        return Info(), findings
    elements: list[tuple[str, list[str]]] = []
    for number, line in lines(tree, name, declaration, findings):
        label, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and elements and line.strip():
            elements[-1][1].append(line.strip())
        elif _well_formed(label, colon, value, declaration):
            elements.append((label.strip(), [value.strip()]))
        elif line.strip():
            findings.append(finding("BAG030", name, line=number, found=line))
        elif declaration.version >= (1, 0):
            findings.append(finding("BAG056", name, line=number))
    info = Info(elements=tuple((label, " ".join(parts)) for label, parts in elements))
    for label in _ONCE:
        if len(info.values(label)) > 1 and declaration.version >= (1, 0):
            findings.append(finding("BAG034", name, label=label, found=", ".join(info.values(label))))
    return info, findings


def _well_formed(label: str, colon: str, value: str, declaration: Declaration) -> bool:
    if not colon or not label.strip():
        return False
    strict = label == label.strip() and value[:1] in ("", " ", "\t")
    return strict or declaration.version < (1, 0)


def check_oxum(tree: Tree, info: Info, name: str, payload: tuple[int, int]) -> list[Finding]:
    """Findings about the Payload-Oxum in the metadata file, for a payload of this many bytes and files."""
    stated, findings = info.values("Payload-Oxum"), []
    if len(stated) > 1:
        findings.append(finding("BAG031", name, expected="once", found=", ".join(stated)))
    actual = ".".join(map(str, payload))
    for each in stated:
        match = _OXUM.fullmatch(each)
        if match is None:
            findings.append(finding("BAG032", name, found=each))
        elif f"{int(match[1])}.{int(match[2])}" != actual and "fetch.txt" not in tree.files:
            findings.append(finding("BAG033", name, expected=each, found=actual))
    return findings
