"""The forms in which news pages print credits, in the languages they are written in: patterns and nothing else.

`who` is the name or names in every pattern. A line is matched whole and is short (credits.MAX_LINE), a caption at its
end.
"""

import re

from archiver.article import agencies
from archiver.model import CreditRole

_I = re.IGNORECASE
_AGENCY = agencies.pattern()
AGENCIES = rf"(?:{_AGENCY})(?:\s?[/,+&|-]\s?(?:{_AGENCY}))*"
_BY = r"\s?(?:by|von|por|par|de|di|door|av|af|[:：])\s?:?\s?"
_SOURCE = (
    r"sources?|quellen?|fuentes?|fonti|fontes?|bron(?:nen)?|kilder?|källor|källa|lähteet|lähde|źródł[oa]|джерел[оа]|"
    r"источники?|kaynak|zdroje?|forrás|来源|來源|资料来源|出典|出所"
)
_EDITED = (
    r"edited|editing|redigering|redaktion|bearbeitet|editado|edição|rédigé|a cura|redakcja|redactie|редактор|"
    r"редагування|責任編輯|责任编辑|责编|編集|编辑"
)
_TRANSLATED = (
    r"translat(?:ed|ion)|übersetz(?:t|ung)|traduit|traduction|traducido|traducción|traduzione|tradução|tłumaczenie|"
    r"vertaald|vertaling|oversat|översättning|oversatt|переклад|перевод|çeviri|翻译|翻譯|翻訳"
)
_WITH = (
    r"mit (?:(?:material|informationen|agenturmaterial|inhalten) )?(?:von |der )?|unter verwendung von |"
    r"avec (?:les agences |l['’])?|con (?:información de |informaciones de )?(?:la agencia )?|con fonte |"
    r"com (?:(?:informações|agências|agência) )?(?:da |do |de )?|met (?:(?:medewerking|informatie) van )?|"
    r"med (?:material från )?|z wykorzystaniem |with |за матеріалами |по материалам |за участю |"
    r"при участии |с участием "
)
_INCLUDES = (
    r"(?:this (?:story|article|report) )?(?:with (?:additional )?(?:reporting|files|information)|"
    r"(?:includes|contains) (?:additional )?(?:reporting|material|information)|additional reporting) "
    r"(?:by|from)"
)
_CONTRIBUTED = (
    r"(?:also |have |has )?contributed (?:additional )?"
    r"(?:reporting(?: (?:from|to) .{2,60})?|(?:writing )?to (?:this|the) "
    r"(?:report|article|story|piece|dispatch|coverage)(?: from .{2,60})?)"
)
_PHOTO_WORD = (
    r"(?:photos?|photographs?|photo credit|crédit photo|crédits?|credits?|crédito|fotos?|fotografía|fotografia|fot|"
    r"bild(?:er|quelle)?|images?|pictures?|billede|(?:valo)?kuva|zdjęcie|fotoğraf|фото|写真|图片来源|图片|图|摄影|撮影)"
)

LINES: tuple[tuple[re.Pattern[str], CreditRole], ...] = (
    (re.compile(rf"(?P<who>.{{2,200}}?) {_CONTRIBUTED}\.?", _I), "contributor"),
    (re.compile(rf"{_INCLUDES} (?P<who>.{{2,200}}?)\.?", _I), "contributor"),
    (re.compile(rf"(?:{_WITH})(?-i:(?P<who>{AGENCIES}))\.?", _I), "contributor"),
    (re.compile(rf"(?:{_EDITED}){_BY}(?P<who>.{{2,160}}?)\.?", _I), "editor"),
    (re.compile(rf"(?:{_TRANSLATED}){_BY}(?P<who>.{{2,160}}?)\.?", _I), "translator"),
    (re.compile(rf"(?:{_SOURCE})\s?[:：]\s?(?P<who>.{{1,200}}?)\.?", _I), "source"),
    (re.compile(r"(?:reporting|reported|writing|written) (?:by|from) (?P<who>.{2,200}?)\.?", _I), "author"),
    (
        re.compile(
            r"(?:©|\(c\)|copyright)[\s©@]{0,4}(?:\d{4}(?:\s?[-–]\s?\d{4})?,?\s)?(?:by )?"
            r"(?P<who>[^,;:]{2,80})(?:[,;:].{0,80})?",
            _I,
        ),
        "rights",
    ),
    (re.compile(rf"[-–—]?\s?[(/\[（【]?\s?(?P<who>(?:[a-z]{{2,4}}\s?/\s?)*{AGENCIES})\s?[)/\]）】]?\.?"), "source"),
)
"""A whole line, and the role it gives."""

PHOTO = re.compile(rf"{_PHOTO_WORD}\s?(?:(?:by|von|par|de|[:：./|-])\s?)+(?P<who>.{{2,120}})", _I)
"""A whole line, or what stands in a caption's brackets."""

BYLINE = re.compile(
    rf"(?:by|von|par|por|di|door|av|af)\s(?P<who>.{{2,100}}?)"
    rf"(?:,?\s(?:mit|avec|with|con|met|med)\s(?-i:(?P<with>{AGENCIES})))?\.?",
    _I,
)

CAPTION: tuple[tuple[re.Pattern[str], bool], ...] = (
    (re.compile(r"[(\[（]\s?(?P<who>[^()\[\]（）]{2,100})\s?[)\]）]\.?$"), True),
    (re.compile(rf"(?:^|[\s(.,|–—-]){_PHOTO_WORD}\s?(?:by\s|[:：])\s?(?P<who>[^()\[\]:]{{2,100}})\)?\.?$", _I), False),
    (re.compile(r"(?:©|\(c\))\s?(?:\d{4}\s)?(?P<who>[^()\[\]©]{2,100}?)\)?\.?$", _I), False),
    (re.compile(rf"(?:^|[.!?…\"”|–—-]\s?)(?P<who>(?:{_AGENCY})(?:\s?[/,]\s?[^/()]{{2,50}}){{0,3}})\.?$"), True),
    (
        re.compile(
            rf"(?:^|[.!?…\"”|]\s)"
            rf"(?P<who>[^/.()!?]{{2,50}}(?:\s?[/,]\s?|\svia\s)(?:{_AGENCY})(?:\s?/\s?[^/.()]{{2,40}})?)\.?$"
        ),
        True,
    ),
)
"""The end of a caption, and whether an agency must be in it for it to be a credit."""

DATELINES = (
    # KYIV, Feb 24 (Reuters) -      BERLIN (dpa) -      (ANSA) - ROMA      Kiev, 24 feb (EFE).-
    re.compile(
        rf"(?P<place>[^()/:;!?（【]{{0,50}}?)\s?[(\[（【]\s?(?P<who>{AGENCIES})\s?[)\]）】]\s?(?:\.?\s?[-–—:.]|(?=\w))"
    ),
    # МОСКВА, 24 февраля. /ТАСС/.
    re.compile(rf"(?P<place>[^()/:;!?]{{2,50}}?)\s?/(?P<who>{AGENCIES})/\s?[-–—.]"),
    # MOSCOW, Feb 24, Interfax –    МОСКВА, 24 фев — РИА Новости.
    re.compile(rf"(?P<place>[^()/:;!?—–]{{2,45}}?[,.]?)\s(?:[-–—]\s)?(?P<who>{AGENCIES})(?:\s[-–—]|\.\s)"),
    # 新华社北京2月24日电
    re.compile(r"(?P<place>)(?P<who>新华社|新華社|中新社|中新网)[^，。,]{2,16}[电電]"),
)
"""The beginning of a paragraph."""

CLOSING = re.compile(rf"[(（/]\s?(?P<who>{AGENCIES})\s?[)）/]\.?$")
"""The end of a last paragraph."""

NOT_CAPTION = re.compile(r"\s?(?:Purchase Licensing Rights|,?\s?opens (?:in a )?new (?:tab|window)).{0,60}$", _I)
"""What some papers print after a photo's credit."""

SITE = re.compile(r"(?:www\.)?[\w-]{2,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,12}")
ROLE_WORDS = re.compile(
    r"\s?(?:staff |senior |chief )?(?:writer|reporter|correspondent|journalist|photographer)s?\s", _I
)
IN_PLACE = re.compile(r"\s(?:in|from|à|en)\s[A-Z].{1,60}$")
CORPORATE = re.compile(
    r"\b(?:agenc|press|news|media|office|ministry|service|images?|archiv|university|police|redaktion|desk|tv|radio|"
    r"times|post|group|gmbh|ltd|inc|team|staff|photos?)",
    _I,
)
PARTICLES = frozenset(
    (
        "von",
        "van",
        "de",
        "der",
        "den",
        "du",
        "da",
        "di",
        "del",
        "dos",
        "la",
        "le",
        "al",
        "el",
        "bin",
        "ibn",
        "ter",
        "zu",
    )
)
"""Small words within names of people."""
EDITORS_SIGN = re.compile(r"[a-z]{1,4}|dpa:\d.*", re.DOTALL)
"""`ino` in `ino/dpa`, and the number of a dispatch: nobody's name."""
SENTENCES = re.compile(
    r";\s|\s\|\s|(?<=[\w)]{3})\.\s(?=[^\W\d_a-z])"
    r"|,\s(?=\w{3,24}:\s|(?:with |additional )?(?:reporting|editing|writing) by)",
)
"""Where a line of several credits is cut."""
