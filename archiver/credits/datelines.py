"""The agency that a paragraph's dateline credits: `KYIV, Feb 24 (Reuters) -` (docs/bag-format.md, 4.7).

Only the beginning of a paragraph is read; what the other lines credit is for `parse.py`.
"""

import re
from functools import cache

from archiver.credits.credited import PARTICLES, Named, given, read, run, spelled_out
from archiver.credits.people import agencies
from archiver.model import Credit


def of_dateline(line: str, at: str) -> list[Credit]:
    head = _ASIDE.sub("", line[:160]) if "[" in line[:160] else line[:160]
    if _OPENING.search(head, 0, 63) and (match := _PAREN.match(head)) and _is_place(match["place"]):
        signed = run(match["who"])
        dated = any(c.isdigit() for c in match["place"])
        if not signed and dated and match["who"].isalpha() and match["who"].isupper():
            signed = [Named(name=match["who"])]  # No agency of the table, but where only an agency stands.
        if signed and (match["end"] or _begins_text(match["place"], match["who"], head[match.end() :], dated)):
            return given(signed, "source", "article", match[0], at)
    if not agencies.is_hinted(head[:_FURTHEST]):
        return []
    if (match := _SLASH.match(head)) and _is_place(match["place"]):
        return given(run(match["who"]), "source", "article", match[0], at)
    if match := _BRACKET.match(head):
        ends = (
            agencies.find(match["who"][n:]) for n in range(len(match["who"])) if match["who"][n - 1 : n] not in "/／"
        )
        agency = agencies.find(match["who"]) or next(filter(None, ends), None)
        return given([Named(name=agency.name, agency=agency)] if agency else [], "source", "article", match[0], at)
    if match := _CHINESE.match(head):
        return _of_chinese_dateline(match["who"], match["by"] or "", match[0], at)
    return _of_unmarked_dateline(head, at)


_FURTHEST = 92
"""Characters before the end of an agency's name where no bracket is round it."""
_ASIDE = re.compile(r"(?<=\w)\s\[\w{2,20}\](?=,)")
"""A country after a place: `New Delhi [India], June 3`."""


def _begins_text(place: str, who: str, after: str, dated: bool) -> bool:
    """Whether text begins after a bracket that no dash follows: `Berlin (AFP) Der Hafen`, no `Andhra Pradesh (AP)`."""
    short = dated or len(place.split()) <= 3
    return short and not after[:1].islower() and not spelled_out(place, who)


def _of_chinese_dateline(who: str, by: str, text: str, at: str) -> list[Credit]:
    found = agencies.leading(who)
    if found is None:
        return []
    if (named := re.match(r"(?:记者|記者)(\w{2,3})", found[1])) and not by:
        by = named[1]
    source = given([Named(name=found[0].name, agency=found[0])], "source", "article", text, at)
    return source + given(read(_between_names().sub("、", by)), "author", "article", text, at)


@cache
def _between_names() -> re.Pattern[str]:
    """In `记者 何晓岚 王小舟`; the signs of `方 圆` are one name."""
    return re.compile(r"(?<=[\u3400-\u9fff]{2})\s(?=[\u3400-\u9fff]{2})")


def _of_unmarked_dateline(head: str, at: str) -> list[Credit]:
    """`MOSCOW, Feb 24, Interfax –`, `МОСКВА, 24 фев — РИА Новости, Анна Вельт. `."""
    fields = _JOINT.split(head)[:11]
    if (
        len(fields) > 2
        and fields[1] in (" - ", " – ", " — ")
        and not fields[2][:1].islower()
        and (agency := agencies.find(fields[0]))
    ):
        return given([Named(name=agency.name, agency=agency)], "source", "article", fields[0], at)
    for n in range(2, len(fields) - 1, 2):
        agency, place, joint = agencies.find(fields[n]), "".join(fields[: n - 1]), fields[n + 1].strip()
        if agency is None:
            continue
        told_apart = (
            any(c.isdigit() for c in place)
            or fields[0].isupper()
            or {fields[n - 1].strip(), joint} & set("-–—|")
            or (fields[n - 1].strip() == joint == "." and len(place) <= 20)
        )
        by = [Named(name=fields[n + 2])] if joint == "," and len(fields) > n + 3 and fields[n + 3][:1] in ".–— " else []
        if len(place) > 45 or not told_apart or not _is_place(place) or (joint not in tuple("-–—.|") and not by):
            return []
        found = given([Named(name=agency.name, agency=agency)], "source", "article", head, at)
        return found + given([each for each in by if each.personal], "author", "article", head, at)
    return []


def _is_place(place: str) -> bool:
    """A dateline's place and date are a few words that begin with a capital (the date's aside), or nothing."""
    words = _DATE.sub(" ", place).split()
    return len(place.split()) <= 7 and all(not w[0].islower() or w in PARTICLES for w in words)


_PAREN = re.compile(
    r"(?P<place>[^()\[\]:;!?（【©]{0,60}?):?\s?[(\[（](?P<who>[^()\[\]（）]{2,60})[)\]）]\s?(?P<end>\.?\s?[-–—:]|\.|(?=\w))"
)
"""`KYIV, Feb 24 (Reuters) -`, `BERLIN (dpa) -`, `(ANSA) - ROMA`, `Kiev, 24 feb (EFE).-`, `MUMBAI: (PTI)`."""
_OPENING = re.compile(r"[(\[（]")
_SLASH = re.compile(r"(?P<place>[^()/:;!?]{2,50}?)\s?/(?P<who>[^/]{2,40})/\s?(?:[-–—.]|(?=[^\W\d_a-z]))")
"""`МОСКВА, 24 февраля. /ТАСС/.`"""
_JOINT = re.compile(r"([,.:]\s|\s?[–—]\s?|\s[|-]\s)")
"""Between the fields of `MOSCOW, Feb 24, Interfax –`, `МОСКВА, 24 фев — РИА Новости, Анна Вельт.`"""
_BRACKET = re.compile(r"[【［\[](?P<who>[^】］\]]{2,30})[】］\]]")
"""`【ロンドン＝時事】`, `［ロンドン ３日 ロイター］`"""
_CHINESE = re.compile(
    r"[（(]?(?P<who>[^，。,（(]{2,30}?日)\s?(?:[电電]|讯|訊)(?:\s?[（(]\s?(?:记者|記者)[\s：:]?(?P<by>[^（）()]{2,40})[)）])?"
)
"""`新华社北京2月24日电（记者 何晓岚）`, `（中央社記者何曉嵐台北24日電）`"""
_DATE = re.compile(r"\d{1,4}\.?(?:º|er)?\s(?:(?:de|di)\s)?[^\W\d]{2,12}\.?|\b(?:le|el|il|den)\s(?=\d)")
"""The words of a dateline that begin with a small letter: `3 de junio`, `le 4 mars`."""
