"""The table of agencies, read once from `agencies.toml`: names as printed to the name the record uses."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A news or picture agency: `name` is the short form of the record, `full` the name in full."""

    name: str
    full: str


@cache
def table() -> dict[str, Agency]:
    """Every printed form of every agency."""
    rows = tomllib.loads(files("archiver.article").joinpath("agencies.toml").read_text("utf-8"))["agency"]
    forms: dict[str, Agency] = {}
    for row in rows:
        agency = Agency(name=row["name"], full=row["full"])
        forms |= dict.fromkeys((agency.name, agency.full, *row.get("aliases", ())), agency)
    return forms


def find(name: str) -> Agency | None:
    """The agency of exactly this printed name, an article and a final `news agency` aside."""
    plain = _AROUND.sub("", name.strip(" .,;:'’\"()[]"))
    return table().get(plain) or table().get(name.strip())


@cache
def pattern() -> str:
    """A regular expression for any printed form, the longest first."""
    return "|".join(re.escape(form) for form in sorted(table(), key=len, reverse=True))


_AROUND = re.compile(
    r"^(?:the|die|der|l['’]|la|agencia|agence|agenzia|agência|agentur|agencja|nyhetsbyrån|агентство|агентства)\s*"
    r"|\s*(?:news agency|newswires?|photo|foto|via|images?)$",
    re.IGNORECASE,
)
