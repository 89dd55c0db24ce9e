"""Names of people as bylines print them: `By A and B`, `A und B, dpa`, e-mail addresses and addresses of profiles."""

import html
import re
from collections.abc import Iterator

from archiver.article import agencies
from archiver.article.tokens import bare, fold

_BY = re.compile(
    r"^(?:(?:written |story |text |reporting )?by|von|par|por|di|door|av|af|przez|автор|текст|text|autor(?:in|es|a)?|"
    r"auteur|autore|author|redakcja|作者|文|記者|记者)(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"[(<\[]?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}[)>\]]?|https?://\S{1,500}|(?<!\w)@\w{1,30}"
)
_JOINTS = re.compile(
    r"\s*[,;|/、，；·•]\s*|\s+(?:and|und|et|og|och|en|ja|oraz|via|и|та|і|ve|&|\+)\s+|\s+[–—-]\s+", re.IGNORECASE
)
_BRACKETS = re.compile(r"\([^()]{0,80}\)?")
_NO_NAME = re.compile(r"\d{1,2}[:.]\d\d|\b(?:19|20)\d\d\b|\d\s?[ap]\.?m\b|[<>{}=©]", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:reporter|correspondent|editor|writers?|journalist|columnist|redakteur(?:in)?|korrespondent(?:in)?)$",
    re.IGNORECASE,
)
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
_SOFT_JOINTS = re.compile(r"(?<=\w)\s+(?:y|e|i)\s+(?=\w)")


def split(raw: str) -> list[str]:
    """The names in a byline of at most 300 characters, cleaned, each once, in order."""
    text = _NOISE.sub(" ", bare(fold(html.unescape(raw[:300]))))
    text = _BRACKETS.sub(" ", _DATED.sub("", _BY.sub("", text.strip()))).strip(" .,:;|·•–—-")
    names: list[str] = []
    for name in _parts(text):
        clean = name.strip(" .,:;|·•–—-()[]")
        if names and " " in names[-1] and _PLACE.fullmatch(clean) and not agencies.find(clean):
            continue
        if names and (_ROLE.search(clean) or len(clean.split()) > _LONGEST):
            continue
        if any(c.isalpha() for c in clean) and not _NO_NAME.search(clean) and clean not in names:
            names.append(clean)
    return names


def is_byline(text: str) -> bool:
    """Whether a line begins as a byline does (`By`, `Von`, `Par`, …)."""
    return bool(_BY.match(text))


def _parts(text: str) -> Iterator[str]:
    for part in _JOINTS.split(text):
        halves = _SOFT_JOINTS.split(part)
        # `Ortega y Gasset` is one name; `Ana Ruiz y Luis Gil` are two.
        if all(len(half.split()) > 1 for half in halves):
            yield from halves
        else:
            yield part
