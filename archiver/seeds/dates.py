"""The date line of a seed, in the usual spellings of the main European languages, and in Chinese and Japanese.

Read: `February 24, 2022`, `24 February 2022`, `Feb. 24, 2022`, `24. Februar 2022`, `24 de febrero de 2022`,
`24 февраля 2022 г.`, `2022-02-24`, `2022/02/24`, `24.02.2022`, `24/02/2022`, `2022年2月24日`, with a weekday, a label
(`Published:`) and a time of day around it. The day is the one printed: times and time zones are not used.
`02/03/2022` is a date line which nobody can read for certain: it is set aside as one, and no day is claimed.
"""

import re
from datetime import date
from typing import NamedTuple

_MONTHS = """
    january february march april may june july august september october november december
    jan feb mar apr may jun jul aug sep oct nov dec | jan feb mar apr may jun jul aug sept okt nov dez
    januar februar märz april mai juni juli august september oktober november dezember
    jänner feber mrz april mai juni juli aug sept okt nov dez
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    janv févr mars avr mai juin juil août sept oct nov déc
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    ene feb mar abr may jun jul ago sept oct nov dic
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    gen feb mar apr mag giu lug ago set ott nov dic
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    januari februari maart april mei juni juli augustus september oktober november december
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november desember
    tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    ledna února března dubna května června července srpna září října listopadu prosince
    január február március április május június július augusztus szeptember október november december
    ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
"""
_MONTH = {name: n % 12 + 1 for names in re.split(r"[|\n]", _MONTHS) for n, name in enumerate(names.split())}
_WORD = re.compile(r"\S+")
_WEEKDAYS = _WORD.findall(
    """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so lundi mardi
    mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo lunedì martedì
    mercoledì giovedì venerdì sabato domenica segunda-feira terça-feira quarta-feira quinta-feira sexta-feira
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag tisdag onsdag torsdag fredag lördag söndag
    mandag tirsdag lørdag søndag poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa
    čtvrtek pátek neděle понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок середа
    четвер п'ятниця субота неділя"""
)
_LABELS = _WORD.findall(
    """published posted date datum publié publicado pubblicato veröffentlicht gepubliceerd publicerad publisert
    publiceret opublikowano опубликовано опубліковано дата fecha data"""
)
_TIME = r"""(?:at|um|à|a\s+las|alle|om|kl\.?|в|о)?\s*\d{1,2}[:.h]\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?
    \s*(?:[ap]\.?m\.?|uhr|h)?\s*\(?(?:[a-z]{1,5})?\s*(?:[+-]\d{1,2}:?(?:\d\d)?)?\)?"""
_LINE = re.compile(
    rf"""[*_\s]*
    (?:(?:{"|".join(_LABELS)})(?:\s+(?:on|am|le|el|il|op|den))?\s*[:：]?\s+)?
    (?:{_TIME}\s*[,;|]?\s+)?
    (?:(?:{"|".join(_WEEKDAYS)})[.,]*\s+(?:den\s+|le\s+|the\s+)?)?
    (?:
        (?P<iso>(?P<y1>\d{{4}})(?P<sep>[-/.])(?P<m1>\d{{1,2}})(?P=sep)(?P<d1>\d{{1,2}}))
      | (?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?\s+(?:(?:de|of)\s+)?(?P<n2>[^\W\d_]{{3,15}})\.?,?\s+
        (?:del?\s+)?(?P<y2>\d{{4}})(?:\s*(?:г\.?|года|р\.?|року|r\.))?
      | (?P<n3>[^\W\d_]{{3,15}})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})
      | (?P<y4>\d{{4}})\.?\s+(?P<n4>[^\W\d_]{{3,15}})\s+(?P<d4>\d{{1,2}})\.?
      | (?P<d5>\d{{1,2}})\.\s?(?P<m5>\d{{1,2}})\.\s?(?P<y5>\d{{4}})
      | (?P<y6>\d{{4}})\s?年\s?(?P<m6>\d{{1,2}})\s?月\s?(?P<d6>\d{{1,2}})\s?日
      | (?P<a7>\d{{1,2}})(?P<sep7>[/-])(?P<b7>\d{{1,2}})(?P=sep7)(?P<y7>\d{{4}})
    )
    (?:(?:\s*[,;|·@–—-]\s*|\s+|t){_TIME})?
    [.*_\s]*""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST = 100


class DateLine(NamedTuple):
    """A line which is a date; `day` is None when it can be read in two ways."""

    day: date | None


def read_date_line(text: str) -> DateLine | None:
    """What a whole line means as a date; None when it is none, or no day of the calendar."""
    text = " ".join(text.split())  # white space that stands alone cannot be divided in many ways
    match = _LINE.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    found = match.groupdict()
    if found["a7"]:
        return _two_orders(int(found["a7"]), int(found["b7"]), int(found["y7"]))
    for n in "123456":
        if year := found[f"y{n}"]:
            name = found.get(f"n{n}")
            month = _MONTH.get(name.lower().removesuffix("kuuta"), 0) if name else int(found[f"m{n}"])
            return _date_line(int(year), month, int(found[f"d{n}"]))
    return None


def _two_orders(a: int, b: int, year: int) -> DateLine | None:
    """`24/02/2022` and `02/24/2022` have one reading, `02/03/2022` two."""
    day_first, month_first = _date_line(year, b, a), _date_line(year, a, b)
    if day_first and month_first and day_first != month_first:
        return DateLine(None)
    return day_first or month_first


def _date_line(year: int, month: int, day: int) -> DateLine | None:
    try:
        return DateLine(date(year, month, day))
    except ValueError:
        return None
