"""Recognises a bag whose text files had their line ends converted, as git does on checkout with `core.autocrlf`.

Such a bag is not damaged at random: with LF for CR LF each of its files is again what the manifests say. One finding
says so, in place of one for each file.
"""

import hashlib
from collections.abc import Sequence

from archiver.model import Finding
from archiver.validation.bagit.manifests import Manifest
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding

LARGEST = 64 << 20
"""Bytes of a file that is looked at again."""
MOST = 64 << 20
"""Bytes of all of them; the rest are taken to be like those."""
CONVERTED = "FIX004"
_MISMATCHES = ("FIX001", "FIX011")


def without_conversion(
    tree: Tree, manifests: Sequence[Manifest], findings: Sequence[Finding]
) -> tuple[list[Finding], bool]:
    """The findings, those about files whose line ends alone were converted replaced by one; and whether there are such.
    A file that differs otherwise keeps its finding."""
    paths = dict.fromkeys(each.path for each in findings if each.code in _MISMATCHES)
    if tree.order is not None or not paths:
        return list(findings), False
    converted: set[str] = set()
    read = 0
    for path in paths:
        size = tree.files.get(path, LARGEST + 1)
        if size > LARGEST or read > MOST:
            continue
        read += size
        if _is_converted(tree, path, manifests):
            converted.add(path)
    if not converted:
        return list(findings), False
    rest = [each for each in findings if each.code not in _MISMATCHES or each.path not in converted]
    return [*rest, finding(CONVERTED, count=len(converted), first=min(converted))], True


def _is_converted(tree: Tree, path: str, manifests: Sequence[Manifest]) -> bool:
    """Whether a file is what its manifests say once CR LF is LF."""
    try:
        with tree.opener(path) as stream:
            data = stream.read(LARGEST + 1)
    except OSError:
        return False
    if b"\r\n" not in data or len(data) > LARGEST:
        return False
    restored = data.replace(b"\r\n", b"\n")
    stated = [
        (each.algorithm, found) for each in manifests if each.algorithm and (found := each.entries.quick.get(path))
    ]
    return bool(stated) and all(hashlib.new(name, restored).digest() == found for name, found in stated)
