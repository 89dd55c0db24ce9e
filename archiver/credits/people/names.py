"""Names of people as bylines print them: `By A and B`, `A und B, dpa`, e-mail addresses and addresses of profiles."""

import html
import re
from collections.abc import Iterator
from functools import lru_cache

from archiver.credits.people import agencies
from archiver.credits.people.name_gate import names_of, undated
from archiver.words import bare, fold

_BY = re.compile(
    r"^(?:(?:written |story |text |reporting )?by|von|par|por|di|door|av|af|przez|автор|текст|text|autor(?:in|es|a)?|"
    r"auteur|autore|author|redakcja|作者|文|記者|记者)(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"[(<\[]?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}[)>\]]?|https?://\S{1,500}|(?<!\w)@\w{1,30}"
)
_JOINTS = re.compile(
    r"(?<!\s)(?:\s*+[,;|/、，；·•]\s*|"
    r"\s++(?:and|und|et|og|och|en|ja|oraz|via|и|та|і|ve|&|\+)\s+|\s++[–—-]\s+)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]{0,80}\)?")
_NO_NAME = re.compile(r"\d{1,2}[:.]\d\d|\b(?:19|20)\d\d\b|\d\s?[ap]\.?m\b|[<>{}=©]", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:reporter|correspondent|editor|editor[- ]at[- ]large|writers?|journalist|columnist|redakteur(?:in)?|"
    r"korrespondent(?:in)?)$",
    re.IGNORECASE,
)
_MOST = 300
"""Characters of a byline that are read."""
_LONGEST = 6
"""Words in a name. What follows a name after a comma and is longer is what the person does."""
_DATED = re.compile(
    r"\s(?:on\s)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s)?"
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s)?\d.*$",
    re.IGNORECASE | re.DOTALL,
)
"""A date printed after the names, and all that follows it."""
_PLACE = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]{2,20}")
"""What follows a name after a comma and is one word (`Anna Berg, Frankfurt`) is the place she writes from."""
_IN_PLACE = re.compile(r"^(\S+\s.{1,60}\S)\s+in\s+[^\W\d_a-z][\w.-]{1,20}(?:\s[^\W\d_a-z][\w.-]{1,20})?$")
"""`Mia Holm in Oldport` writes from there."""
_DEGREE = re.compile(r"[A-Z]{2,4}|M\.?[ADS]\.?|Ph\.?D\.?")
"""What follows a name after a comma and is a degree (`Mia Holm, RDN`) is not another name."""
_UNNAMED = re.compile(r"(?:unser|notre|nuestr|nostr|onze|our)")
"""`unserer Redaktion`, `our correspondent`: begun with a small letter, it names nobody."""
_PARTICLE = re.compile(r"al|bin|da|das|d[eiu]|de[lnr]|dos|el|l[ae]|te[rn]|van|von|y|zu")
_SOFT_JOINTS = re.compile(r"(?<=\w)\s++(?:y|e|i)\s+(?=\w)")


def split(raw: str) -> list[str]:
    """The names in a byline of at most 300 characters, cleaned, each once, in order."""
    return list(_split(raw[:_MOST]))


@lru_cache(maxsize=256)
def _split(raw: str) -> tuple[str, ...]:
    names: list[str] = []
    for name in _parts(_plain(raw)):
        clean = _IN_PLACE.sub(r"\1", name.strip(" .,:;|·•–—-()[]"))
        place_or_degree = _PLACE.fullmatch(clean) or _DEGREE.fullmatch(clean)
        if names and " " in names[-1] and place_or_degree and not agencies.find(clean):
            continue
        if names and (_ROLE.search(clean) or len(clean.split()) > _LONGEST):
            continue
        if _UNNAMED.match(clean) or _NO_NAME.search(clean):
            continue
        # `Our Foreign Staff` is what the page claims, though it credits nobody.
        claimed = [clean] if clean.endswith(" Staff") else names_of(clean)
        names += [each for each in claimed if each not in names]
    return tuple(names)


def are_names(text: str) -> bool:
    """Whether a line holds names of agencies and of people (two to five words, as names are written), nothing else."""
    found = split(text)
    mostly = 2 * sum(len(name.split()) for name in found) + 2 >= len(_plain(text).split())
    return bool(found) and mostly and all(_is_written_as_name(name) or agencies.find(name) for name in found)


def _is_written_as_name(name: str) -> bool:
    words = name.split()
    return 2 <= len(words) <= 5 and all(
        _PARTICLE.fullmatch(word)
        or (word[0].isalpha() and not word[0].islower() and not word.endswith((":", "!", "?")))
        for word in words
    )


def is_byline(text: str) -> bool:
    """Whether a line begins as a byline does (`By`, `Von`, `Par`, …)."""
    return bool(_BY.match(text))


def _plain(raw: str) -> str:
    """A byline without its first word, addresses, brackets and the date after it."""
    text = _NOISE.sub(" ", bare(fold(html.unescape(raw[:_MOST]))))
    return _BRACKETS.sub(" ", undated(_DATED.sub("", _BY.sub("", text.strip())))).strip(" .,:;|·•–—-")


def _parts(text: str) -> Iterator[str]:
    for part in _JOINTS.split(text):
        halves = _SOFT_JOINTS.split(part)
        # `Ortega y Gasset` is one name; `Ana Ruiz y Luis Gil` are two.
        if all(len(half.split()) > 1 for half in halves):
            yield from halves
        else:
            yield part
