"""Whom a line credits that is known to be a byline: its place says so, or a field of that name.

Elsewhere the words before a name (`كتب`, `글`) begin a sentence as often as a byline, so `parse.py` does without them.
"""

import re

from archiver.credits import credited
from archiver.credits.people import vocabulary
from archiver.credits.people.name_gate import undated
from archiver.model import Credit

_LONGEST = 120
_LED_BY = re.compile(r"(?:گزارش|تقرير|रिपोर्ट|글)(?:\s?[:：]\s?|\s)")


def of_known_byline(line: str, at: str) -> list[Credit]:
    """Everybody in a byline as an author, behind the word that says so or alone; nobody where not all are names."""
    led = _LED_BY.match(line) or _label().match(line)
    names = line[led.end() :] if led else line
    named = credited.read(undated(names).strip(" :：.")) if len(line) <= _LONGEST else []
    if not all(each.personal for each in named):
        return []
    return credited.given(named, "author", "article", line, at)


def _label() -> re.Pattern[str]:
    return vocabulary.pattern(r"(?:<author>)(?:\s?[:：/・＝=]\s?|\s)", "author")
