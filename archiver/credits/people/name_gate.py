"""What may be the name of somebody who is credited: one gate for all forms of credits and bylines.

A name has no digits, no month with a day, no weekday and no word of a label (Credit, Copyright, Courtesy, Updated,
Staff); it does not run over the end of a sentence. Words of a label before or behind a name are taken off.
"""

import re
from functools import lru_cache

from archiver.credits.people import agencies, vocabulary

_SENTENCE = re.compile(r"(?<=\w{3})[.]\s++(?=[^\W\d_a-z])")
_SITE = re.compile(r"(?:www\.)?[\w-]{2,63}(?:\.[\w-]{1,63}){0,4}\.[A-Za-z]{2,12}")
_DIGIT = re.compile(r"\d")
_LEGAL = re.compile(
    r"(?:Inc|Ltd|LLC|GmbH|AG|Corp|Co|PLC|S\.?A|S\.?L|B\.?V)\.?|CC[ -](?:BY|0|Zero)[\w .-]{0,24}|CC0|public domain",
    re.IGNORECASE,
)
"""What stands behind a comma in the name of a company, and the name of a licence."""
_MARKS = " .,:;'’\"|·•–—-…[]«»„“”＝="
_ABBREVIATED = re.compile(r"(?:^|\s)(?:St|Mr|Mrs|Ms|Dr|Prof|Jr|Sr|Ltd|Inc|Co|Bros|Hon|Rev|Gen|Col|Lt|Sgt|Sen|Gov)$")


def names_of(text: str) -> list[str]:
    """The names in a text that names one or, where a sentence ended between them, several; empty where it names
    nobody."""
    return list(_names_of(text)) if len(text) <= 200 else []


@lru_cache(maxsize=2_048)
def _names_of(text: str) -> tuple[str, ...]:
    if agencies.find(text) or _SITE.fullmatch(text):
        return (text,)
    found = []
    for part in _sentences(text):
        name = _bare(part)
        if name and is_name(name):
            found.append(name)
    return tuple(found)


def is_name(name: str) -> bool:
    """Whether these words may be a name: an agency, a site, or words without digits, weekdays and labels."""
    if agencies.find(name) or _SITE.fullmatch(name):
        return True
    if (
        _DIGIT.search(name)
        or _LEGAL.fullmatch(name)
        or not any(map(str.isalpha, name))
        or (len(name) == 1 and name.isascii())
    ):
        return False
    return _weekday().search(name) is None and _label_in().search(name) is None and _months().fullmatch(name) is None


def undated(text: str) -> str:
    """A byline without the time behind it: a weekday, `Updated:`, a day of a month, and all that follows."""
    return _dated().sub("", text)


def _bare(part: str) -> str:
    """A name without labels around it and the time behind it."""
    name = undated(part).strip(_MARKS)
    for _ in range(4):
        plain = _behind().sub("", _before().sub("", name)).strip(_MARKS)
        if plain == name or agencies.find(name):
            break
        name = plain
    return name


def _sentences(text: str) -> list[str]:
    parts: list[str] = []
    for part in _SENTENCE.split(text):
        if parts and _ABBREVIATED.search(parts[-1]):
            parts[-1] = f"{parts[-1]}. {part}"
        else:
            parts.append(part)
    return parts


def _weekday() -> re.Pattern[str]:
    return vocabulary.pattern(r"(?<!\w)(?:<weekdays>)(?!\w)", "weekdays")


def _months() -> re.Pattern[str]:
    return vocabulary.pattern(r"(?:(?:<months>)\W*)+", "months")


def _label_in() -> re.Pattern[str]:
    return vocabulary.pattern(r"(?<!\w)(?:<updated>|credits?|copyright|courtesy|staff)(?!\w)", "updated")


def _before() -> re.Pattern[str]:
    return vocabulary.pattern(
        r"^(?:(?:<labels>|<rights>)(?:\s*+[:：.…|/-]++\s*+|\s++)(?:(?:by|von|par|por|av|af)\s++)?|(?:<kinds>)\s(?:by|von|par|por|de|di|da|door|av|af)\s++)",
        *("labels", "rights", "kinds"),
    )


def _behind() -> re.Pattern[str]:
    return vocabulary.pattern(
        r"(?:\s++|[/|]|(?<=\.))(?:(?:file |stock |handout )?(?:photo|pic|foto)s?|(?:file|stock|handout) pictures?|"
        r"<controls>|<updated>|contributor|handout|file)$",
        *("controls", "updated"),
    )


def _dated() -> re.Pattern[str]:
    return vocabulary.pattern(
        r"(?:^|[\s,|·•–—(-])(?:(?:<weekdays>)(?!\w)|(?:<updated>)(?:\s(?:am|on|le|il|el))?(?=\s*+(?:[:：\d]|$))|(?:<months>)\.?+\s\d|"
        r"\d{1,2}\.?(?:st|nd|rd|th)?+\s(?:de |di )?(?:<months>)(?!\w)|"
        r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d-\d\d).*+$",
        *("weekdays", "updated", "months"),
    )
