"""Asks bagit-python, the Library of Congress's validator, for a second opinion. Only this module imports it.

bagit opens whatever it meets, links and pipes included, and takes any of Python's codecs for the encoding of the tag
files, `zlib` and `idna` included, so it is asked only about bags without such things.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from archiver.model import Finding
from archiver.validation.rules.registry import finding


def second_opinion(path: Path, *, ok: bool, safe: bool) -> Iterator[Finding]:
    """The findings where bagit-python disagrees. `ok` is our own verdict on the bag, `safe` whether bagit-python may
    open everything in it."""
    if not safe:
        yield finding(
            "BAG072",
            reason="the bag holds links, special files, or things that cannot be read, is serialised, or declares no "
            "known encoding",
        )
        return
    complaint = _bagit_says(path)
    if ok and complaint is not None:
        yield finding("BAG070", expected="valid", found=complaint)
    elif not ok and complaint is None:
        yield finding("BAG071", expected="not valid", found="valid")


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
