"""The words of credits in the languages of the world, one file a language: `credits/lang/CODE.toml`.

A file has lists of regular expressions, all optional: `months` and `weekdays`; `updated`, the words before a time
(`Stand`, `Posted`); `labels`, words beside a name that are none of it (`Foto`, `Credit`); `kinds`, what a text is
called before `by` (`Analysis`); `controls`, words of buttons behind a caption; `source`, `edited`, `translated`,
`photo`, `rights`, `author`, the words before a name that say its role; `contributed`, whole lines that credit whoever
stands for `WHO` with having helped. They have no groups that capture and repeat nothing without a bound. A new
language is a new file; nothing else names one.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

FIELDS = (
    *("months", "weekdays", "updated", "labels", "kinds", "controls"),
    *("source", "edited", "translated", "photo", "rights", "author", "contributed"),
)


@cache
def terms(field: str) -> tuple[str, ...]:
    """The expressions of all languages for a field, each once, the longest first."""
    found = {term for words in _languages() for term in words.get(field, ())}
    return tuple(sorted(found, key=lambda term: (-len(term), term)))


def any_of(field: str) -> str:
    """One expression for a field; it matches nothing where no language has words for it."""
    return "|".join(terms(field)) or "(?!)"


@cache
def _languages() -> tuple[dict[str, list[str]], ...]:
    folder = files("archiver.credits") / "lang"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple(tomllib.loads((folder / name).read_text("utf-8")) for name in names)


@cache
def pattern(template: str, *fields: str) -> re.Pattern[str]:
    """A template with `<field>` for the words of a field, compiled, without regard to case."""
    for field in fields:
        template = template.replace(f"<{field}>", any_of(field))
    return re.compile(template, re.IGNORECASE)
