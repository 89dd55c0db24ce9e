"""Names of people as bylines print them: `By A and B`, `A und B, dpa`, e-mail addresses and addresses of profiles."""

import re
from collections.abc import Iterator

from archiver.article.tokens import fold

_BY = re.compile(
    r"^(?:(?:written |story |text |reporting )?by|von|par|por|di|door|av|af|przez|автор|текст|text|autor(?:in|es|a)?|"
    r"auteur|autore|author|redakcja|作者|文|記者|记者)(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"[(<\[]?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}[)>\]]?|https?://\S{1,500}|(?<!\w)@\w{1,30}"
)
_JOINTS = re.compile(
    r"\s*[,;|/、，；]\s*|\s+(?:and|und|et|og|och|en|ja|oraz|и|та|і|ve|&|\+)\s+|\s+[–—-]\s+", re.IGNORECASE
)
_SOFT_JOINTS = re.compile(r"(?<=\w)\s+(?:y|e|i)\s+(?=\w)")


def split(raw: str) -> list[str]:
    """The names in a byline of at most 300 characters, cleaned, each once, in order."""
    text = _NOISE.sub(" ", fold(raw[:300]))
    text = _BY.sub("", text).strip(" .,:;|–—-")
    names: list[str] = []
    for name in _parts(text):
        clean = name.strip(" .,:;|–—-()[]")
        if clean and any(c.isalpha() for c in clean) and clean not in names:
            names.append(clean)
    return names


def _parts(text: str) -> Iterator[str]:
    for part in _JOINTS.split(text):
        halves = _SOFT_JOINTS.split(part)
        # `Ortega y Gasset` is one name; `Ana Ruiz y Luis Gil` are two.
        if all(len(half.split()) > 1 for half in halves):
            yield from halves
        else:
            yield part
