"""Asks bagit-python, the Library of Congress's validator, for a second opinion. Only this module imports it.

bagit opens whatever it meets, links and pipes included, and takes any of Python's codecs for the encoding of the tag
files, `zlib` and `idna` included, so it is asked only about bags without such things.
"""

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from unicodedata import normalize

from archiver.model import Finding
from archiver.validation.bagit.manifests import Manifest
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding

_LINE_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")


def second_opinion(
    tree: Tree, manifests: Sequence[Manifest], *, ok: bool, safe: bool, required: bool = False
) -> Iterator[Finding]:
    """The findings where bagit-python disagrees. `ok` is our own verdict on the bag, `safe` whether bagit-python may
    open everything in it. A bag that it is known to misread is an error only where its consent is `required`."""
    if not safe:
        yield finding(
            "BAG072",
            reason="the bag holds links, special files, or things that cannot be read, is serialised, or declares no "
            "known encoding",
        )
        return
    complaint = _bagit_says(tree.root)
    if ok and complaint is not None:
        known = None if required else misread(tree, manifests)
        if known:
            yield finding("BAG073", reason=known, expected="valid", found=complaint)
        else:
            yield finding("BAG070", expected="valid", found=complaint)
    elif not ok and complaint is None:
        yield finding("BAG071", expected="not valid", found="valid")


def misread(tree: Tree, manifests: Sequence[Manifest]) -> str | None:
    """How bagit-python 1.9 is known to misread a bag that RFC 8493 allows; None where no such way is known."""
    if not any(re.fullmatch(r"manifest-(.*)\.txt", each.name, re.DOTALL) and _names(each.name) for each in manifests):
        return "it finds a manifest only by the very name that Python has for the algorithm"
    if "tagmanifest-" in str(tree.root):
        return "it takes a manifest for a tag manifest where the path of the bag holds 'tagmanifest-'"
    composed = set[str]()
    for path in tree.files:
        if "%" in path:
            return "it does not decode %25 (RFC 8493, 2.1.3)"
        if "\n" in path or "\r" in path:
            return "it decodes two %0A or %0D of a name at most, and none in lower case"
        if _LINE_ENDS.search(path):
            return "it takes a character in a name for the end of a line"
        if path != path.strip():
            return "it drops the spaces at the end of a name"
        if not path.startswith("data/") and path.startswith(("*", "~")):
            return "it drops a * before a name, and takes ~ for a home"
        if not path.isascii():
            plain = normalize("NFC", path)
            if plain in composed:
                return "it takes two names that differ in their Unicode form for one"
            composed.add(plain)
    return None


def _names(name: str) -> bool:
    """Whether bagit-python looks for a manifest of this name."""
    return name.removeprefix("manifest-").removesuffix(".txt") in hashlib.algorithms_guaranteed


def _bagit_says(path: Path) -> str | None:
    import bagit

    log = logging.getLogger("bagit")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        bagit.Bag(str(path)).validate(processes=1)
    except Exception as error:  # noqa: BLE001 - it reads what strangers wrote, and whatever it falls over is its opinion
        return " ".join(str(error).split()) or type(error).__name__
    finally:
        log.setLevel(level)
    return None
