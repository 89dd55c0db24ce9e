"""The date line of a seed, in the scripts and languages of `calendar.json` (month and weekday names of CLDR 48).

A line is a date line when a date stands in it and everything else is a label (`Published`), a weekday, a time of day,
a time zone, or apart from it behind a separator (`Culture | May 3, 2024`). Digits of any script count. Years of the
Buddhist era (Thai), the Persian calendar and Japan's eras are converted.

What is not sure is written in EDTF (ISO 8601-2:2019): `03/04/2022` is `[2022-03-04,2022-04-03]` where the language does
not say which number is the day; a day without a year is `XXXX-05-03`. Every step looks at a bounded number of tokens.
"""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from archiver.seeds.calendars import FarEast, buddhist, from_persian

_LONGEST = 160
_CONNECTORS = frozenset(
    """, . - / ' ’ ‘ ` ´ º ª ° th st nd rd er e re ère de del d da do di of the den der dem le el il al en am on den pe η α ας
    г гг года р року рік год й го t gada m d dne dnia dňa dia ngày năm tháng а і va ang noong ta il ي من في به ב ل a an än
    án én kuuta päivänä y yil yili жылы ж thứ वर्ष को की ko vom dnes z ze dated this""".split()
)
_TIME_WORDS = frozenset(
    """am pm a p m h hr hrs uhr kl klo klockan klokken at um à alle las ore ora óra в о об saat às ás ч час godz o'clock
    utc gmt bst ist est edt cst cdt mst mdt pst pdt et ct mt pt cet cest eet eest msk jst kst sgt hkt aest aedt wib wita wit
    ast akst hst nzst nzdt bdt pkt uk z local time zone noon midnight oras น เวลา 時 分 时 點 点 시 분 오전 오후 午前 午後 上午
    下午 ساعت الساعة ساعة عصر صباحا مساء ص م ق ظ בשעה giờ lúc बजे वाजता पूर्वाह्न अपराह्न pukul jam""".split()
)
_LABELS = frozenset(
    """published posted date datum first on pub publication issued released release created updated update modified last
    edited revised filed time stamp publié publie mis jour mise modifié actualizado publicado publicada actualizada
    atualizado atualizada pubblicato pubblicata aggiornato aggiornata veröffentlicht erschienen aktualisiert stand
    gepubliceerd geplaatst bijgewerkt publicerad publicerat uppdaterad uppdaterat publisert oppdatert publiceret opdateret
    offentliggjort julkaistu päivitetty avaldatud uuendatud publicēts atjaunots paskelbta atnaujinta opublikowano
    aktualizacja data publikacji zveřejněno publikováno aktualizováno datum vydáno zverejnené aktualizované publikované
    objavljeno posodobljeno ažurirano objavljeno publikovano ажурирано објављено публикувано обновено опубликовано
    опубликована обновлено дата опубліковано оновлено публікації публикации megjelent közzétéve frissítve dátum publicat
    actualizat foilsithe nuashonraithe ippubblikat aġġornat δημοσιεύθηκε δημοσιεύτηκε ενημερώθηκε ημερομηνία yayınlanma
    yayın tarihi tarih güncelleme güncellendi giriş fecha نشر نُشر تم تاريخ النشر تحديث آخر منتشر شده انتشار بروزرسانی
    فורסם פורסם עודכן תאריך प्रकाशित अपडेट तारीख เผยแพร่ อัปเดต วันที่ đăng cập nhật xuất bản diterbitkan terbit
    diperbarui 발행 입력 수정 등록 기사입력 게시 发布 发布时间 发表 发表于 更新 更新时间 日期 時間 時间 时间 發布 發佈 刊登 公開 配信
    掲載 公開日 更新日 発表 publikigita argitaratua publicat actualitzat by um le il el op den""".split()
)
_UPDATED = frozenset(
    """updated update modified edited revised actualizado actualizada atualizado atualizada aggiornato aggiornata aktualisiert
    bijgewerkt uppdaterad uppdaterat oppdatert opdateret päivitetty uuendatud atjaunots atnaujinta aktualizacja
    aktualizováno aktualizované posodobljeno ažurirano ажурирано обновено обновлено оновлено frissítve actualizat
    ενημερώθηκε güncelleme güncellendi تحديث بروزرسانی עודכן अपडेट อัปเดต nhật diperbarui 수정 更新 更新时间 更新日 modifié mis
    mise""".split()
)
_SEPARATORS = frozenset("|•·—–‐―/,;:()[]@-.»›*_<>~،؛、。，：｜’'\"“”‖+=")


class DateLine(NamedTuple):
    """A line which is a date. `edtf` is empty and `day` set when it is one day for certain; `rest` are the words apart
    from the date, `updated` whether it says when the page was changed."""

    day: date | None
    edtf: str = ""
    rest: tuple[str, ...] = ()
    updated: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str
    start: int
    end: int

    @property
    def number(self) -> int | None:
        return int(self.key) if self.key.isdecimal() and len(self.key) <= 4 else None


class _Found(NamedTuple):
    first: int
    last: int
    days: tuple[date, ...]
    edtf: str = ""


@cache
def _names() -> tuple[dict[tuple[str, ...], frozenset[int]], frozenset[str], dict[str, int]]:
    """Month names in words, all words of weekdays, and the months of the Persian calendar."""
    months: dict[tuple[str, ...], set[int]] = {}
    weekdays: set[str] = set()
    persian: dict[str, int] = {}
    for entry in json.loads(files("archiver.seeds").joinpath("calendar.json").read_text("utf-8")):
        for number, names in enumerate(entry["months"].split(" ; "), start=1):
            for name in filter(None, names.split("|")):
                if entry.get("calendar") == "persian":
                    persian[name.strip()] = number
                else:
                    words = tuple(token.key for token in _tokens(name) if token.key not in (".", "’", "׳"))
                    for each in {words, ("ב" + words[0], *words[1:])} if entry["language"] == "he" else {words}:
                        months.setdefault(each, set()).add(number)
        for name in entry["weekdays"].split(" ; "):
            weekdays |= {token.key for token in _tokens(name)}
    return {words: frozenset(numbers) for words, numbers in months.items()}, frozenset(weekdays), persian


def read_date_line(text: str, *, day_first: bool | None = None) -> DateLine | None:
    """What a whole line means as a date; None when it is none, or no day of the calendar. `day_first` says how the
    language of the document writes `03/04/2022`; None: not known."""
    if len(text) > _LONGEST or not any(map(str.isdecimal, text)):
        return None
    tokens = list(_tokens(text))
    found = _find(tokens, day_first)
    if found is None:
        return None
    rest = _rest(text, tokens, found)
    if rest is None:
        return None
    updated = any(token.key in _UPDATED for token in tokens)
    if len(found.days) == 1 and not found.edtf:
        return DateLine(found.days[0], "", rest, updated)
    edtf = found.edtf or f"[{','.join(sorted({day.isoformat() for day in found.days}))}]"
    return DateLine(None, edtf, rest, updated)


def _tokens(text: str) -> Iterator[_Token]:
    """Numbers, words (with their combining marks) and single signs."""
    start, kind = 0, ""
    for at in range(len(text) + 1):
        now = _kind(text[at]) if at < len(text) else ""
        if now == kind == "L" or now == kind == "N" or (now == "M" and kind in ("L", "M", "N")):
            continue
        if kind not in ("", " "):
            raw = text[start:at]
            key = unicodedata.normalize("NFKC", raw).casefold().replace("\u0307", "").replace("ي", "ي")
            if kind == "N":
                key = "".join(str(unicodedata.digit(character, 0)) for character in key)
            yield _Token(raw, key, start, at)
        start, kind = at, now


def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or category in ("Cf", "Zs"):
        return " "
    if category == "Nd":
        return "N"
    if category[0] == "M":
        return "L"
    if category[0] == "L":
        # Han and kana are written without spaces: 月 and 日 stand by themselves.
        return "H" if "\u3040" <= character <= "\u9fff" else "L"
    return "S"


def _find(tokens: Sequence[_Token], day_first: bool | None) -> _Found | None:
    far_east = FarEast.find([(token.key, token.number) for token in tokens])
    if far_east is not None:
        return _found(far_east.first, far_east.last, far_east.year, {far_east.month}, far_east.day)
    return _vietnamese(tokens) or _by_name(tokens) or _numeric(tokens, day_first)


def _vietnamese(tokens: Sequence[_Token]) -> _Found | None:
    keys = [token.key for token in tokens]
    if "tháng" not in keys:
        return None
    at = keys.index("tháng")
    numbers = [(i, number) for i, token in enumerate(tokens) if (number := token.number) is not None]
    before = [each for each in numbers if each[0] < at][-1:]
    after = [each for each in numbers if each[0] > at][:2]
    if not before or len(after) != 2 or at - before[0][0] > 2:
        return None
    return _found(before[0][0], after[1][0], after[1][1], {after[0][1]}, before[0][1])


def _by_name(tokens: Sequence[_Token]) -> _Found | None:
    months, weekdays, persian = _names()
    yearless: _Found | None = None
    for at, token in enumerate(tokens):
        if token.key in persian:
            left, right = _number(tokens, at, -1), _number(tokens, at, 1)
            if left and right and (day := from_persian(right[1], persian[token.key], left[1])):
                return _Found(left[0], right[0], (day,))
        size, numbers = _month_at(tokens, at, months)
        if not size or (at and token.key in ("de", "di", "do", "so") and size == 1):
            continue
        left, right = _number(tokens, at, -1), _number(tokens, at + size - 1, 1)
        found = _around(tokens, at, size, numbers, left, right, weekdays)
        if found is None:
            continue
        if not found.edtf.startswith("XXXX"):
            return found
        yearless = yearless or found
    return yearless


def _month_at(
    tokens: Sequence[_Token], at: int, months: dict[tuple[str, ...], frozenset[int]]
) -> tuple[int, frozenset[int]]:
    """How many tokens from here on name a month, and which it may be."""
    words: list[str] = []
    best: tuple[int, frozenset[int]] = (0, frozenset())
    for offset in range(at, min(at + 6, len(tokens))):
        if tokens[offset].key in (".", "’", "׳", "'") and words:
            continue
        words.append(tokens[offset].key)
        if (numbers := months.get(tuple(words))) is not None:
            best = (offset - at + 1, numbers)
    if not best[0] and (numbers := months.get((tokens[at].key.removesuffix("kuuta").removesuffix("ta"),))):
        best = (1, numbers)
    return best


def _around(
    tokens: Sequence[_Token],
    at: int,
    size: int,
    months: frozenset[int],
    left: tuple[int, int] | None,
    right: tuple[int, int] | None,
    weekdays: frozenset[str],
) -> _Found | None:
    last = at + size - 1
    beyond = _number(tokens, right[0], 1) if right else None
    before = _number(tokens, left[0], -1) if left else None
    if left and right and _is_day(left[1]) and (year := _year(tokens, right)):
        return _found(left[0], right[0], year, months, left[1])
    if right and beyond and _is_day(right[1]) and (year := _year(tokens, beyond)):
        return _found(at, beyond[0], year, months, right[1])
    if left and right and _is_day(right[1]) and (year := _year(tokens, left)):
        return _found(left[0], right[0], year, months, right[1])
    if left and before and _is_day(left[1]) and (year := _year(tokens, before)):
        return _found(before[0], last, year, months, left[1])
    day = left if left and _is_day(left[1]) else right if right and _is_day(right[1]) else None
    if day is None or len(months) != 1 or (left and right and _year(tokens, right)):
        return None
    (month,) = months
    if day[1] > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
        return None
    return _Found(min(at, day[0]), max(last, day[0]), (), f"XXXX-{month:02}-{day[1]:02}")


def _numeric(tokens: Sequence[_Token], day_first: bool | None) -> _Found | None:
    for at in range(len(tokens) - 4):
        one, sign, two, again, three = tokens[at : at + 5]
        if sign.key != again.key or sign.key not in ("-", "/", ".", "‐", "–", "٫", "⁄"):
            continue
        a, b, c = one.number, two.number, three.number
        if a is None or b is None or c is None or (at + 6 < len(tokens) and tokens[at + 5].key == sign.key != "." and tokens[at + 6].number is not None):
            continue
        if len(one.key) == 4:
            if (day := from_persian(a, b, c)) and 1300 < a < 1500:
                return _Found(at, at + 4, (day,))
            return _found(at, at + 4, buddhist(a), {b}, c)
        if len(one.key) > 2 or len(two.key) > 2 or len(three.key) not in (2, 4):
            continue
        year = buddhist(c) if len(three.key) == 4 else 2000 + c if c < 70 else 1900 + c
        orders = [(b, a)] if sign.key == "." or day_first else [(b, a), (a, b)]
        days = {day for month, number in orders if (day := _date(year, month, number))}
        if not days and day_first:
            days = {day for day in [_date(year, a, b)] if day}
        if days:
            return _Found(at, at + 4, tuple(sorted(days)))
    return None


def _found(first: int, last: int, year: int, months: Sequence[int] | set[int] | frozenset[int], day: int) -> _Found | None:
    days = tuple(sorted({each for month in months if (each := _date(year, month, day))}))
    return _Found(first, last, days) if days else None


def _number(tokens: Sequence[_Token], at: int, step: int) -> tuple[int, int] | None:
    """The nearest number on one side, with nothing but connecting words between."""
    for distance in range(1, 6):
        place = at + step * distance
        if not 0 <= place < len(tokens):
            return None
        if (number := tokens[place].number) is not None:
            return place, number
        if tokens[place].key not in _CONNECTORS:
            return None
    return None


def _year(tokens: Sequence[_Token], at: tuple[int, int]) -> int | None:
    key = tokens[at[0]].key
    # `8:00` behind a day is a time of day, not a year.
    following = tokens[at[0] + 1].key if at[0] + 1 < len(tokens) else ""
    if len(key) == 4 and 1000 <= at[1] <= 2999:
        return buddhist(at[1])
    if len(key) == 2 and following not in (":", ".", "h") and at[0] and tokens[at[0] - 1].key in ("’", "'", "-", "/", "‘"):
        return 2000 + at[1] if at[1] < 70 else 1900 + at[1]
    return None


def _is_day(number: int) -> bool:
    return 1 <= number <= 31


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _rest(text: str, tokens: Sequence[_Token], found: _Found) -> tuple[str, ...] | None:
    """The words apart from the date; None where the line is a sentence around it. What stands apart is divided from the
    date by a separator; what touches it must be a label, a weekday or a time."""
    _, weekdays, _ = _names()
    head = _side(tokens[: found.first][::-1], weekdays)
    tail = _side(tokens[found.last + 1 :], weekdays)
    if head is None or tail is None:
        return None
    rest = []
    if head:
        rest.append(text[: head[0].end].strip(" |•·—–-/,;:()[]*_،"))
    if tail:
        rest.append(text[tail[0].start :].strip(" |•·—–-/,;:()[]*_،"))
    # A dateline's city (`LONDON, May 3, 2024`) may stand there; a clause may not.
    return None if any(_is_clause(each) for each in rest) else tuple(each for each in rest if each)


def _side(tokens: Sequence[_Token], weekdays: frozenset[str]) -> list[_Token] | None:
    """The tokens of one side, from the date outwards, from the first that is not part of it; None where that one is not
    apart."""
    apart = False
    for at, token in enumerate(tokens):
        key = token.key
        if key in _SEPARATORS or not (key[0].isalnum() or unicodedata.category(key[0])[0] in "LM"):
            apart = apart or key in "|•·—–-/,;:()،؛、，｜@"
            continue
        if key in weekdays or key in _LABELS or key in _TIME_WORDS or key in _CONNECTORS:
            continue
        if token.number is not None and (len(key) <= 2 or (len(key) == 4 and at and tokens[at - 1].key in "+-")):
            continue
        if key in ("曜", "星", "期", "周", "週", "日", "月", "火", "水", "木", "金", "土", "一", "二", "三", "四", "五", "六", "天"):
            continue
        return list(tokens[at:]) if apart else None
    return []


def _is_clause(words: str) -> bool:
    """Whether words are part of a sentence and no name, place or section: many, or most of them in lower case."""
    parts = words.split()
    lower = sum(1 for part in parts if part[0].islower())
    return len(parts) > 8 or (lower > 1 and 2 * lower > len(parts)) or words.endswith((".", "!", "?")) and len(parts) > 3
