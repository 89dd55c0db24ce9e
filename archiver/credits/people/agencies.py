"""The table of agencies, read once from `agencies.toml`: names as printed to the name the record uses.

A name is found exactly as printed; a long one in any capitals, and one inflected (`Укрінформу`, `AA'dan`) by its
stem. Whether a name credits anybody where it stands is for `credits/parse.py`.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_LONG = 5
"""Letters from which a name is known whatever its capitals: `EUROPA PRESS`; `apa` may be a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A news or picture agency: `name` is the short form of the record, `full` the name in full; one with `pictures`
    gives nothing else."""

    name: str
    full: str
    pictures: bool = False


@cache
def table() -> dict[str, Agency]:
    """Every printed form of every agency; the long ones in small letters too."""
    rows = tomllib.loads(files("archiver.credits.people").joinpath("agencies.toml").read_text("utf-8"))["agency"]
    forms: dict[str, Agency] = {}
    for row in rows:
        agency = Agency(name=row["name"], full=row["full"], pictures=row.get("pictures", False))
        printed = (agency.name, agency.full, *row.get("aliases", ()))
        for form in printed:
            if len(form) >= _LONG:
                forms.setdefault(form.lower(), agency)
        forms |= dict.fromkeys(printed, agency)
    return forms


def find(name: str) -> Agency | None:
    """The agency of this printed name, an article before it, a word such as `photo` after it and an ending aside."""
    return _found(name) if len(name) <= 60 else None


@lru_cache(maxsize=2048)
def _found(name: str) -> Agency | None:
    if not is_hinted(name):
        return None
    plain = name.replace(STROKE, "/").strip(" .,;:'’\"()[]«»„“”")
    while (agency := _known(plain) or _known(bare := _AFTER.sub("", plain))) is None:
        if agency := _known(_ENDING.sub("", plain)) or _known(_CYRILLIC_ENDING.sub("", bare)):
            break
        shorter = _BEFORE.sub("", plain)
        if shorter == plain:
            break
        plain = shorter
    return agency


@lru_cache(maxsize=2048)
def is_hinted(text: str) -> bool:
    """Whether an agency may be named in `text`: cheap, and never False where one is."""
    if not text.isascii() and _UNSPACED.search(text):
        return True
    return not _stems().isdisjoint(_begun(text))


@cache
def _stems() -> frozenset[str]:
    """How the longest word of each printed form begins that is not a common one."""
    return frozenset(max(_begun(form), key=lambda word: (word not in _COMMON, len(word))) for form in table())


def _begun(text: str) -> list[str]:
    """The beginnings of all words, so short that an ending does not change them."""
    return _STEM.findall(text.lower())


_STEM = re.compile(r"(?<![^\W_])[^\W_]{1,6}")
_COMMON = frozenset(
    ("the", "agency", "agenci", "news", "press", "presse", "nation", "united", "servic", "nachri", "intern")
)
_UNSPACED = re.compile("[^\0-\u2e7f]")  # The complement is compiled in a fifth of the time.
"""What is written in scripts that do not part words."""


def _known(name: str) -> Agency | None:
    return table().get(name) or (table().get(name.lower()) if len(name) >= _LONG else None)


def leading(text: str) -> tuple[Agency, str] | None:
    """The agency that `text` begins with, its longest form, and the rest: `新华社北京`, `AP Business Writer`."""
    if not is_hinted(text[:60]):
        return None
    small = text[:60].lower()
    for form, in_small in _by_first().get(small[:1], ()):
        if not small.startswith(in_small):
            continue
        begins = len(form) >= _LONG or text.startswith(form)
        ends = text[len(form) - 1 : len(form) + 1]
        inside_word = len(ends) == 2 and ends.isalpha() and ends[0] < "\u2e80"
        if begins and not inside_word:
            return table()[form], text[len(form) :].strip()
    return None


@cache
def _by_first() -> dict[str, list[tuple[str, str]]]:
    """The printed forms by their first letter, as printed and in small letters, the longest first."""
    forms: dict[str, list[tuple[str, str]]] = {}
    for form in sorted(table(), key=len, reverse=True):
        forms.setdefault(form[0].lower(), []).append((form, form.lower()))
    return forms


STROKE = "\u2215"
"""Stands for the stroke in the name of an agency while names are parted at strokes."""


@cache
def with_strokes() -> tuple[str, ...]:
    """The printed forms with a stroke in them: `RFE/RL`."""
    return tuple(form for form in table() if "/" in form and not form.islower())


_BEFORE = re.compile(
    r"^(?:(?:the|mit|avec|with|con|com|met|med|news agency|die|der|das|den|la|le|les|el|il|o|a|het|da|do|de|del|"
    r"della|van|von|"
    r"(?:nachrichten|presse)?agentur(?:en)?|(?:persbureau|agentschap|nyhetsbyrån|nyhetsbyrået|nyhetsbureauet|"
    r"uutistoimisto)|"
    r"agencias?|agences?|agenzi[ae]|agências?|agencj[aią]|агентств[оау]|агенці[яії]|ajansı|redazione|"
    r"redacción)\s+|[ld]['’]|dell['’])",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?<!\s)\s*+\b(?:news agency|newswires?|gmbh|ltd|inc|news|wire|services?|staff|photos?|foto|bild|images?|"
    r"stock photo|file photo|video|"
    r"nachrichtenagentur|via|haber ajansı|通信社|社|通信|電|电)$",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?<=\w)['’:]\w{1,5}$|(?<=[A-Z])-[a-z]{1,3}$")
_CYRILLIC_ENDING = re.compile(r"(?<=[а-яёіїє]{3})(?:ом|ою|ові|[аоуеєіїяюы])$", re.IGNORECASE)
