"""Names of access copies, and of what is in them: those of the sealed bag, but for the ones that contain a secret.

Bags that were made before names came from paths alone may be called after an address with its query.
"""

import re
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from archiver.bag.names import slug
from archiver.errors import Refused, StorageError
from archiver.ledger.bag_record import RECORD, read_record
from archiver.packaging.named_bags import files_that_name
from archiver.packaging.source import Source
from archiver.redaction.addresses import without_secrets
from archiver.redaction.json_values import over
from archiver.redaction.removed import Removed, is_random
from archiver.redaction.secrets import PUT, is_secret_parameter
from archiver.rights.other_bags import named_in_record, tail_of


def copy_name(original: Source) -> str:
    """The name of the access copy: that of the bag, or one made of the host where the bag's contains something that is
    taken out. Raises Refused."""
    if RECORD not in original.files:
        return f"{original.name}-redacted"  # it will be refused
    record, removed = record_of(original), Removed()
    over(record, lambda text: without_secrets(text, removed))
    if not has_removed(original.name, removed):
        return f"{original.name}-redacted"
    capture = record.get("capture")
    url = capture.get("final_url") if isinstance(capture, dict) else None
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        host = None
    tail = _TAIL.search(original.name)
    return f"{slug(host or '', 'page')}{tail[0] if tail else f'-{original.seal[:8]}'}-redacted"


_ENDING = re.compile(r"(?:\.warc)?\.(?:warc|wacz|har|mhtml?|gz)\Z", re.IGNORECASE)
_TAIL = re.compile(r"-\d{8}T\d{6}Z-[0-9a-f]{8}$", re.ASCII)


def other_bags(record: dict[str, Any], original: Source) -> list[str]:
    """The names of other bags in the record of a bag, and in its files. Who may see it may not know those, whose names
    say what is in them. Raises Refused."""
    in_files = sorted({name for names in files_that_name(original).values() for name in names})
    # Only what looks like a name of ours: any other text could stand anywhere.
    named = [name for name in dict.fromkeys((*named_in_record(record), *in_files)) if tail_of(name)]
    return [name for name in named if name not in original.name]


def _table(within: Any, name: str) -> dict[str, Any]:
    found = within.get(name) if isinstance(within, dict) else None
    return found if isinstance(found, dict) else {}


def _rows(within: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = within.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def has_removed(name: str, removed: Removed) -> bool:
    """Whether a name made of an address contains a value that was taken out, or a piece of one at its end."""
    low = _TAIL.sub("", name.rpartition("/")[2].partition(".")[0]).casefold()
    if any(low.endswith(f"-{slug(each, '-').casefold()}") or f"{slug(each, '-').casefold()}-" in low
           for each in removed.parameters - {"user"}):  # fmt: skip
        return True
    values = [slug(value, "").casefold() for value in removed.values]
    return any(value in low or any(low.endswith(value[:n]) for n in range(4, len(value))) for value in values if value)


def names_of_others(record: dict[str, Any], removed: Removed) -> dict[str, str]:
    """Names of files that others gave, and of other bags, where they contain a secret -> what stands in their place."""
    capture, names = _table(record, "capture"), dict[str, str]()
    file = _table(_table(capture, "import"), "file")
    others = [*_rows(record, "previous"), *_rows(capture, "witnesses")]
    for name in (file.get("entry"), file.get("name"), *(each.get("bag") for each in others)):
        if isinstance(name, str) and _tells_token(name, removed):
            removed.value(name, "name of a file")
            names[name] = PUT + (end[0] if (end := _TAIL.search(name) or _ENDING.search(name)) else "")
    return names


def _tells_token(name: str, removed: Removed) -> bool:
    """Whether something stands behind the name of a secret that looks like no word, however they are separated."""
    words = re.split(r"[^A-Za-z0-9]+", unquote(name))
    found = False
    for label, value in pairwise(words):
        if is_secret_parameter(label) and is_random(value):
            removed.parameter(label, value)
            found = True
    return without_secrets(name, removed, field=True) != name or found or has_removed(name, removed)


def record_of(original: Source) -> dict[str, Any]:
    """The record of a bag. Raises Refused where it cannot be read."""
    try:
        return read_record(original.root)
    except StorageError as error:  # what a bag holds is the bag's fault
        raise Refused(str(error)) from error
