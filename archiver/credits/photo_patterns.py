"""The forms in which news pages print who took a photo, in the languages they are written in: patterns only.

As in `patterns.py`, `who` names somebody, and no pattern holds the names of agencies. A caption is matched at its end,
a line and what stands in a caption's brackets as a whole.
"""

import re
from functools import cache

from archiver.credits import patterns
from archiver.credits.people import vocabulary

_I = re.IGNORECASE
_PHOTO_NOUN = rf"(?:{vocabulary.any_of('photo')})"
_PHOTO_WORD = (
    rf"(?:{_PHOTO_NOUN}\s?(?:credits?|source|courtesy(?: of)?|crédito)|"
    r"(?:image source|file|archivo)(?=\s?[:,])|사진(?: ?출처| ?제공)?|출처|(?:crédit|créditos?)s?(?:[ -](?:photos?|"
    r"image))?|crédits?|credits?|crediti|courtesy(?: of)?|cortesía(?: de)?|"
    r"(?:provided|supplied|photographed|taken)(?= by )|"
    rf"{_PHOTO_NOUN}|写真(?:提供)?|図|画像(?:提供)?|图片(?:来源|提供)?|圖片來源|圖|图源|图|摄影|攝影|撮影|提供|照片(?:提供)?)"
    r"(?:\sd['’]archives?| d['’]archivio| de archivo| de arquivo| di repertorio| ilustracyjne)?"
)
_OF_PHOTO = r"(?:by|von|par|de|di|do|da|door|av|af|of)"
_CAMERA = (
    r"(?P<who>(?:[\u3400-\u9fff]{2,8}(?:发|發|供图)?[（(])?[^\s。，,（(）)＝=:：；]{2,24}(?:\s[^\s。，,（(）)]{2,12})?)"
    r"\s?(?:摄影?|攝影?|撮影|供图|供圖|提供)"
)


@cache
def photo() -> tuple[tuple[re.Pattern[str], patterns.Needs], ...]:
    """A whole line, or what stands in a caption's brackets."""
    return (
        (
            re.compile(
                rf"{_PHOTO_WORD}\s?(?:[:：./|＝=-]\s?|(?<=source),\s){{1,3}}(?:by |von )?(?P<who>.{{2,120}})", _I
            ),
            "anybody",
        ),
        (re.compile(rf"{_PHOTO_WORD}\s(?:{_OF_PHOTO}\s)?(?P<who>.{{2,120}})", _I), "names"),
        (re.compile(_CAMERA), "anybody"),
        (re.compile(r"(?P<who>[A-Z][\w ]{1,30}? (?:file )?(?:photo|foto|picture)s? by .{2,60})", _I), "names"),
    )


@cache
def caption() -> tuple[tuple[re.Pattern[str], patterns.Needs], ...]:
    """A credit with a label at the end of a caption."""
    begins = r"(?:^|[\s(（.,，。|/–—\[-])"
    return (
        (
            re.compile(
                r"(?:©|[(（]c[)）]|(?:bild)?rechte\s?:|copyright\s?:?)\s?(?:\d{4}\s)?(?P<who>[^()\[\]©]{2,100}?(?:\s\([^()]{2,30}\))?)\)?\.?$",
                _I,
            ),
            "anybody",
        ),
        (
            re.compile(
                rf"{begins}(?:{_PHOTO_WORD}\s?(?:[:：＝=]|\.{{3}}|…)|(?:图|圖|图源|摄影|写真)\s?[/／|｜]|"
                rf"image source,\s|{_PHOTO_NOUN}\sby\s|(?:fot|zdj)\.|"
                rf"(?:{patterns.SOURCE})\s?[:：]|(?:^|(?<=[.!?…”\"]\s)|(?<=[(\[]))(?-i:Courtesy)(?: of)?(?: the)?\s)\s?"
                r"(?:by |von )?(?P<who>[^:：()\[\]（）]{2,100}(?:\([^()]{2,30}\))?)[)）\]]?\.?$",
                _I,
            ),
            "anybody",
        ),
        (
            re.compile(
                rf"(?:^|[.!?…\"”»。/|–—(\[-]\s?|,\s)(?-i:(?=[A-ZА-ЯІ]|fot|foto|фото|photo|beeld|bild|kuva))"
                rf"(?:{_PHOTO_WORD})\s(?:{_OF_PHOTO}\s)?(?P<who>[^:：()\[\]]{{2,80}})[)\]]?\.?$",
                _I,
            ),
            "names",
        ),
        (re.compile(rf"(?:^|[\s。，（(＝=]){_CAMERA}[)）]{{0,2}}。?$"), "anybody"),
    )


@cache
def shouted() -> re.Pattern[str]:
    """A labelled credit in capitals with text behind it: `Bild: SN/APA/MIA HOLM Trauertag am Freitag`."""
    upper = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.&-]++"
    return re.compile(
        rf"(?i:{_PHOTO_NOUN})\s?[:：]\s?(?P<who>(?:{upper}(?: {upper})?/){{1,5}}{upper}(?: {upper}){{0,2}})(?=\s)"
    )


@cache
def source() -> re.Pattern[str]:
    """The label of a source."""
    return re.compile(rf"(?:{patterns.SOURCE})\s?[:：]", _I)


@cache
def controls() -> re.Pattern[str]:
    """Words of buttons behind a caption."""
    return vocabulary.pattern(r"\s++(?:<controls>)\W*$", "controls")


def is_labelled(text: str) -> bool:
    """Whether a label may stand in `text`: cheap, and never False where one does."""
    if not text.isascii() and _SIGNS.search(text):
        return True
    small = text.lower()
    return "(c)" in small or not _stems().isdisjoint(_BEGUN.findall(small))


@cache
def _stems() -> frozenset[str]:
    """How the words of all labels begin, read off the patterns."""
    words = f"{_PHOTO_WORD}|{patterns.SOURCE}|rechte|bildrechte|copyright"
    return frozenset(_BEGUN.findall(re.sub(r"\\\w", " ", words)))


_BEGUN = re.compile(r"(?<![^\W_])[^\W_]{1,3}")
_SIGNS = re.compile("[^\0-\u00a8\u00aa-\u2e7f]")
"""`©` and the scripts that do not part words, by their complement, which is compiled in a fifth of the time."""
FOR_HOUSE = re.compile(
    r"(?:^|[.!?”\"]\s)(?P<who>[^\W\d_a-z][\w'’-]+(?:\s[^\W\d_a-z][\w.'’-]*){1,2})\sfor\s(?:[Tt]he\s)?[^\W\d_a-z][^.,:;]{1,40}$"
)
"""`… Mia Holm for The Harbour Times`"""
NOT_CAPTION = re.compile(
    r"[\s,|;.](?:\s?(?:All rights reserved|Alle Rechte vorbehalten|Tous droits réservés|Purchase Licensing Rights|"
    r"opens (?:in a )?new (?:tab|window)|\+{2,3} |more\s?>).{0,60}|"
    r"\s(?:v[ií]d[eé]o|styling|stylist|haare|hair|make-?up|set-?design|montage|bearbeitung|grafik|infografik|collage|illustration)\s?:[^|;:]{1,60})$",
    _I,
)
"""What some papers print after a photo's credit."""
