"""Lines that a program wrote above a document it exported: `Author: …`, `Created: …`, `tags:: …`, `Subject: …`."""

import re
import tomllib
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from archiver.words import MARKS

Role = Literal["headline", "byline", "date", "tags", "notes", "other", "mail"]
_LINE = re.compile(
    rf"[-*>\s]{{0,4}}(?:\*\*)?([^\W\d_][\w{MARKS} ./-]{{0,30}}?)(?:\*\*)?\s?(::?|：)(?:\*\*)?\s+(\S.{{0,400}})",
    re.DOTALL,
)
_NAMES = tomllib.loads(files("archiver.seeds").joinpath("property_names.toml").read_text("utf-8"))
_ROLES: dict[str, Any] = {" ".join(name.split()): role for role, names in _NAMES.items() for name in names.split(";")}
_SUBJECTS = frozenset(("subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "тема", "主旨"))
_REPLY = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|rv|sv|vs|i|r|antw|doorst|odp|pd|ynt|ilt)\s?:\s?){1,5}", re.IGNORECASE)


class Property(NamedTuple):
    """What such a line states: its role, the words behind the colon, and whether a double colon makes it certain."""

    role: Role
    value: str
    subject: bool
    certain: bool


def read_property(text: str) -> Property | None:
    """What a line states of its document; None for other lines."""
    found = _LINE.fullmatch(text) if len(text) <= 450 else None
    if found is None:
        return None
    key = " ".join(re.sub(r"[\s_/.-]+", " ", found[1]).casefold().split())
    if key in ("reply to", "message id"):
        key = key.replace(" ", "-")
    role = _ROLES.get(key)
    if role is None:
        return None
    value = found[3].strip()
    if key in _SUBJECTS:
        value = _REPLY.sub("", value, count=1)
    return Property(role, value, key in _SUBJECTS, found[2] == "::")


def words_of(value: str) -> list[str]:
    """The words of a list of tags: `[[museum]], #flood`, `museum|flood`."""
    parts = re.split(r"[,;|]", value)
    return [word for part in parts if (word := part.strip(" []#\"'"))]
