"""The forms in which news pages print credits, in the languages they are written in: patterns and nothing else.

`who` is the name or names in every pattern. A line is matched whole and is short (credits.MAX_LINE), a caption at its
end. The patterns are compiled when they are first asked for, as the names of all agencies stand in most of them.
"""

import re
from functools import cache

from archiver.article import agencies
from archiver.model import CreditRole

_I = re.IGNORECASE
_AND = (
    r"(?:\s?[/,+&|＝=、・-]\s?|\s?[–—]\s?|,?\s(?:and|und|et|y|e|og|och|en|ja|i|и|та|і|ve)\s)"
    r"(?:the |der |die |da |do |de |del |la |het |l['’])?"
)
_BY = r"\s?(?:by|von|por|par|de|del|di|da|do|door|av|af|przez|[:：])\s?:?\s?"
_SOURCE = (
    r"sources?|quellen?|fuentes?|fonti|fontes?|bron(?:nen)?|kilder?|källor|källa|lähteet|lähde|źródł[oa]|джерел[оа]|"
    r"источники?|kaynak(?:lar)?|zdroje?|forrás|(?:文章|稿件|信息|新闻|消息|资料)?来源|來源|出典|出所|情報源"
)
_EDITED = (
    r"edited|editing|editors?|redigering|redigerat|redigeret|redigert|redaktion|redaktör|redaktør|bearbeitet|"
    r"bearbeitung|editad[oa]|edición|editora?|edição|éditée?|édition|rédigée?|a cura|redakcja|redagował[a]?|oprac|"
    r"opracowanie|opracował[a]?|redactie|eindredactie|toimittanut|редактор(?:ка)?|редагування|редактура|editör|editörü|"
    r"責任編輯|责任编辑|责编|编辑|編輯|編集|審校|审核"
)
_TRANSLATED = (
    r"(?:(?:this|the) (?:story|article|report|text) was )?translat(?:ed|ion|or)|übersetz(?:t|ung|er(?:in)?)|"
    r"aus dem [a-zäöüß]{3,20}(?: übersetzt)?|traduite?|traduction|traducid[oa]|traducción|"
    r"traduzione|tradott[oa]|tradução|traduzid[oa]|"
    r"tłumaczenie|tłumaczył[a]?|przekład|przełożył[a]?|vertaald|vertaling|oversat|oversættelse|översättning|översatt|"
    r"oversatt|oversettelse|suomennos|käännös|suomentanut|kääntänyt|переклад|переклав|переклала|перевод|перев[её]л|"
    r"перевела|çeviri|çeviren|tercüme|翻译|翻譯|翻訳|译者|編訳|编译|訳"
)
_SAID_TO_TRANSLATE = r"suomentanut|kääntänyt|переклав|переклала|перев[её]л|перевела|tłumaczyła?|przełożyła?"
_FROM = (
    r"(?:from (?:the )?|aus dem |de l['’]|du |del |do |dall['’]|uit het |fra |från |z |з |с )\w{3,20}(?: übersetzt)?"
)
_WITH = (
    r"mit |unter verwendung von |avec (?:les agences |l['’])?|con (?:la agencia |agencias? )?|"
    r"com (?:agências )?(?:a )?|"
    r"met |med |z |with |together with "
)
_MATERIAL = (
    r"(?:mit|unter verwendung von|auf basis von) (?:material(?:ien)?|informationen|agenturmaterial|inhalten|agenturen)"
    r"(?: von| der| des)? (?:nachrichtenagentur(?:en)? )?\(?|"
    r"avec (?:des informations|les informations|la contribution|la collaboration) (?:de l['’]|de |d['’])|"
    r"con (?:informaci(?:ón|ones)|aportes|datos|reportes|material|la colaboración|la contribución) "
    r"del? (?:la agencia )?|"
    r"con (?:il contributo|la collaborazione|informazioni) (?:di |dell['’]|da )|con fonte |"
    r"com (?:informações|reportagem|dados|a colaboração) (?:da |do |de |das |dos )(?:agências )?|"
    r"met (?:medewerking|informatie|bijdragen|materiaal) van |"
    r"med (?:material|bidrag|information|uppgifter) (?:från|fra|av|af) |"
    r"z wykorzystaniem (?:materiałów |informacji )?|we współpracy z |na podstawie (?:materiałów |informacji )?|"
    r"за матеріалами |по материалам |за участі |за участю |при участии |с участием |"
    r"(?:mitarbeit|mitwirkung|collaboration|colaboración|colaboração|collaborazione|medewerking|medverkan|współpraca|"
    r"contributors?|katkıda bulunan(?:lar)?|協力|参与采写|参与报道)\s?[:：]\s?|(?:mitarbeit|mitwirkung) von |"
    r"(?:ha|hanno) collaborato |(?:ha colaborado|colabor(?:ó|aron|ou|aram)) |"
    r"avec (?:notre|nos) (?:correspondante?s?|envoyée?s? spéciale?s?|envoyés spéciaux) (?:à|au|en|aux) [^,]{2,40}, "
)
_INCLUDES = (
    r"(?:(?:this|the) (?:story|article|report) )?"
    r"(?:with (?:additional |extra )?(?:reporting|files|information|material)|"
    r"(?:includes|contains|uses) (?:additional )?(?:reporting|material|information|files)|additional reporting|"
    r"(?:is )?based on reporting|some reporting) (?:by|from)(?: the)?"
)
_CONTRIBUTED = (
    r"(?:(?:also |have |has )?contributed (?:additional )?"
    r"(?:reporting(?: (?:from|to) .{2,60})?|(?:writing )?to (?:this|the) "
    r"(?:report|article|story|piece|dispatch|coverage)(?: from .{2,60})?)|"
    r"contribu(?:yó|yeron|iu|íram|iram) (?:a|con|para|com) est[ea] \w{4,20}|"
    r"(?:a|ont) contribué à (?:cet|cette|ce) \w{4,20}|"
    r"(?:ha|hanno) contribuito a quest(?:o |a |['’])\w{4,20}|"
    r"(?:ha|han) (?:contribuido|colaborado) (?:a|en) est[ea] \w{4,20}|"
    r"(?:hat|haben) (?:zu|an) diese[mr] \w{4,20} (?:beigetragen|mitgearbeitet|mitgewirkt)|"
    r"(?:heeft|hebben) (?:bijgedragen|meegewerkt) aan dit \w{4,20}|"
    r"(?:bidrog|bidro|har bidra(?:get|git|tt)) (?:till|til) (?:denna|denne|dette|detta|den här) \w{4,20}|"
    r"bu habere katkı(?:da bulundu| sağladı))"
)
_USED = (
    r"(?:some )?(?:information|material|reporting) (?:from|by) (?:the )?(?P<who>.{2,120}?) (?:was|were|is|has been) "
    r"(?:also )?(?:used|included|incorporated|contained)(?: .{1,40})?"
)
_BEITRAG = (
    r"diese[rs]? \w{4,20} .{0,60}?(?:material|informationen|meldungen|inhalten?|agenturmaterial) (?:von |der |des )"
    r"(?:nachrichtenagentur(?:en)? )?(?-i:(?P<who>%s))(?: .{1,40})?"
)
_WROTE = (
    r"text|tekst|teksti|texto|texte|testo|autor(?:in|innen|es|a|zy|i|ka)?|auteurs?|autor[ei]|"
    r"autrice|authors?|автор(?:ка|и|ы)?|"
    r"текст|yazan|yazar|haber|muhabir|toimittaja|reporter|reportage|reportaje|reportagem|rapportage|"
    r"journaliste?|journalist|"
    r"skribent|bericht|文|作者|記者|记者|撰文|执笔|執筆|取材|取材・文|取材/文|文/图|文・写真|署名"
)
_REPORTED = (
    r"(?:reporting|reported|writing|written|story|words) (?:by|from)|reportage (?:de |par |von )?|"
    r"(?:reporte|reportaje|reportagem|bericht|geschrieben|escrito|écrit|scritto|skrevet|skriven) "
    r"(?:de|por|von|par|da|di|af|av)"
)
_PHOTO_WORD = (
    r"(?:(?:archiv|arkiv|symbol|presse|genre|valo)?"
    r"(?:photos?|photographs?|fotos?|bild(?:er|quelle|nachweis)?|billede|beeld|kuvat?|images?|pictures?|bilde)|"
    r"(?:photo|image|picture|foto|bild) ?(?:credits?|source|courtesy(?: of)?|crédito)|"
    r"(?:crédit|créditos?)(?:[ -]photos?)?|"
    r"credits?|crediti|courtesy(?: of)?|cortesía|fotografía|fotografie|fotografia|fotógraf[oa]|"
    r"fotograf|zdjęci[ea]|fot|zdj|"
    r"fotoğraf(?:lar)?|фотографи[яи]|(?<!на )фото|写真(?:提供)?|図|图片(?:来源|提供)?|圖片來源|图源|图|摄影|攝影|撮影|"
    r"提供)"
    r"(?: d['’]archives?| d['’]archivio| de archivo| de arquivo| di repertorio| ilustracyjne)?"
)
_OF_PHOTO = r"(?:by|von|par|de|di|do|da|door|av|af|of)\s"
_CAMERA = r"(?P<who>[^\s。，,（(）)＝=]{2,20}(?:\s[^\s。，,（(）)]{2,12})?)\s?(?:摄影?|攝|撮影|供图|提供)"
_COPYRIGHT = r"(?:©|\(c\)|copyright)[\s©@]{0,4}(?:\d{4}(?:\s?[-–]\s?\d{4})?,?\s)?(?:by )?"
_RESERVED = (
    r"(?:(?:riproduzione riservata|all rights reserved|alle rechte vorbehalten|tous droits réservés|"
    r"todos los derechos reservados)\s?[-–—]?\s?)?"
)
_SIGNED = r"(?P<who>(?:[a-z]{2,4}\s?/\s?)*%s(?:\s?[/,-]\s?[a-z]{2,4})*)"


@cache
def _agencies() -> str:
    """A pattern of one agency or of several, joined."""
    one = agencies.pattern()
    return rf"(?:{one})(?:{_AND}(?:{one})){{0,6}}"


@cache
def several() -> re.Pattern[str]:
    """Agencies and nothing else."""
    return re.compile(_agencies())


@cache
def one() -> re.Pattern[str]:
    """Any one agency."""
    return re.compile(agencies.pattern())


@cache
def of_agency() -> re.Pattern[str]:
    """What joins a person to the agency he works for: `Mia Holm of Reuters`."""
    return re.compile(rf"\s(?:of|for|von der|von|for) (?:the )?(?=(?:{agencies.pattern()})(?!\w))")


@cache
def lines() -> tuple[tuple[re.Pattern[str], CreditRole], ...]:
    """A whole line, and the role it gives."""
    some = _agencies()
    rules: tuple[tuple[str, CreditRole], ...] = (
        (rf"(?P<who>.{{2,200}}?) {_CONTRIBUTED}", "contributor"),
        (rf"{_INCLUDES} (?P<who>.{{2,200}}?)", "contributor"),
        (_USED, "contributor"),
        (_BEITRAG % some, "contributor"),
        (rf"(?:{_WITH})(?-i:(?P<who>{some}))", "contributor"),
        (rf"(?:{_MATERIAL})(?P<who>.{{2,160}}?)\)?", "contributor"),
        (rf"(?:{_SAID_TO_TRANSLATE})\s(?P<who>.{{2,80}}?)", "translator"),
        (rf"(?:{_EDITED}){_BY}(?P<who>.{{2,160}}?)", "editor"),
        (rf"(?:{_TRANSLATED})(?:\s{_FROM})?{_BY}(?P<who>.{{2,160}}?)", "translator"),
        (rf"(?:{_SOURCE})\s?[:：]\s?(?P<who>.{{1,200}}?)", "source"),
        (rf"(?:{_REPORTED})\s?:?\s?(?P<who>.{{2,200}}?)", "author"),
        (rf"(?:{_WROTE})\s?[:：/]\s?(?P<who>[^?？!！。:：]{{2,120}}?)", "author"),
        (
            rf"{_COPYRIGHT}{_RESERVED}(?P<who>[^,;:]{{2,80}})(?:[,;:].{{0,80}})?",
            "rights",
        ),
        (rf"(?-i:(?P<who>(?:{agencies.pattern()})\s?/\s?[^\W\d_a-z][^/()]{{2,40}}))", "photo"),
        (rf"(?-i:[-–—]?\s?[(/\[（【]?\s?{_SIGNED % some}\s?[)/\]）】]?)", "source"),
    )
    return tuple((re.compile(rf"(?:{rule})\.?", _I), role) for rule, role in rules)


@cache
def photo() -> re.Pattern[str]:
    """A whole line, or what stands in a caption's brackets."""
    return re.compile(
        rf"{_PHOTO_WORD}\s?(?:\s?(?:[:：./|＝-]|{_OF_PHOTO})\s?){{1,3}}(?P<who>.{{2,120}})|"
        rf"(?:foto|photo|fot\.?)\s(?-i:(?P<agency>{_agencies()}))|(?-i:{_CAMERA.replace('who', 'camera')})",
        _I,
    )


def photographed(text: str) -> str | None:
    """Who took the photo, if that is what all of `text` says."""
    match = photo().fullmatch(text)
    return match["who"] or match["agency"] or match["camera"] if match else None


@cache
def byline() -> re.Pattern[str]:
    """`By` and names, and the agencies `with` whose help."""
    return re.compile(
        rf"(?:by|von|par|por|di|door|av|af)\s(?P<who>.{{2,100}}?)"
        rf"(?:,?\s(?:mit|avec|with|con|com|met|med)\s(?:l['’])?(?-i:(?P<with>{_agencies()})))?\.?",
        _I,
    )


@cache
def caption() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """The end of a caption, and whether an agency must be in it for it to be a credit."""
    agency = agencies.pattern()
    return (
        (re.compile(r"[(\[（]\s?(?P<who>[^()\[\]（）]{2,100})\s?[)\]）]\.?$"), True),
        (
            re.compile(
                rf"(?:^|[\s(（.,，。|/–—-])(?:{_PHOTO_WORD}\s?(?:[:：＝]|(?<=fot)\.|(?<=zdj)\.|(?<=\s){_OF_PHOTO})|"
                rf"(?:{_SOURCE})\s?[:：])\s?(?P<who>[^()\[\]:：（）]{{2,100}})[)）]?\.?$",
                _I,
            ),
            False,
        ),
        (re.compile(r"(?:©|\(c\))\s?(?:\d{4}\s)?(?P<who>[^()\[\]©]{2,100}?)\)?\.?$", _I), False),
        (re.compile(rf"(?:^|[.!?…\"”|–—-]\s?)(?P<who>(?:{agency})(?:\s?[/,]\s?[^/()]{{2,50}}){{0,3}})\.?$"), True),
        (
            re.compile(
                rf"(?:^|[.!?…\"”|]\s)"
                rf"(?P<who>[^/.()!?]{{2,50}}(?:\s?[/,]\s?|\svia\s)(?:{agency})(?:\s?/\s?[^/.()]{{2,40}})?)\.?$"
            ),
            True,
        ),
        (re.compile(rf"(?:^|[.|]\s)(?:foto|photo|fot\.?)\s(?-i:(?P<who>{_agencies()}))\.?$", _I), True),
        (re.compile(rf"(?:^|[\s。，（(]){_CAMERA}[)）]?。?$"), False),
        (re.compile(rf"[＝=](?P<who>{_agencies()})[)）]?。?$"), True),
    )


@cache
def datelines() -> tuple[re.Pattern[str], ...]:
    """The beginning of a paragraph."""
    some = _agencies()
    return (
        # KYIV, Feb 24 (Reuters) -      BERLIN (dpa) -      (ANSA) - ROMA      Kiev, 24 feb (EFE).-
        re.compile(
            rf"(?P<place>[^()/:;!?（【]{{0,50}}?)\s?[(\[（【]\s?(?P<who>{some})\s?[)\]）】]\s?(?:\.?\s?[-–—:.]|(?=\w))"
        ),
        # МОСКВА, 24 февраля. /ТАСС/.
        re.compile(rf"(?P<place>[^()/:;!?]{{2,50}}?)\s?/(?P<who>{some})/\s?[-–—.]"),
        # MOSCOW, Feb 24, Interfax –    МОСКВА, 24 фев — РИА Новости.
        re.compile(rf"(?P<place>[^()/:;!?—–]{{2,45}}?(?:[,.]|\s[-–—]))\s(?P<who>{some})(?:\s[-–—]|\.\s)"),
        # 【ロンドン＝時事】    ［ロンドン ３日 ロイター］
        re.compile(rf"[【［\[](?P<place>[^】］\]]{{0,24}}?)[\s＝=]?(?P<who>{some})[】］\]]"),
        # 新华社北京2月24日电
        re.compile(rf"[（(]?(?P<place>)(?P<who>{agencies.pattern()})[^，。,]{{2,20}}[日][电電]"),
    )


@cache
def closing() -> re.Pattern[str]:
    """The end of a last paragraph."""
    return re.compile(rf"[(（/]\s?{_SIGNED % _agencies()}\s?[)）/][.。]?$")


NOT_CAPTION = re.compile(
    r"\s?(?:Purchase Licensing Rights|,?\s?opens (?:in a )?new (?:tab|window)|\+{2,3} ).{0,60}$", _I
)
"""What some papers print after a photo's credit."""

SITE = re.compile(r"(?:www\.)?[\w-]{2,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,12}")
DATE = re.compile(r"\d{1,4}\.?(?:º|er)?\s(?:(?:de|di)\s)?[^\W\d]{2,12}\.?|\b(?:le|el|il|den)\s(?=\d)")
"""The words of a dateline that begin with a small letter: `3 de junio`, `le 4 mars`."""
ROLE_WORDS = re.compile(
    r"\s?(?:staff |senior |chief )?(?:writer|reporter|correspondent|journalist|photographer)s?\s|记者\s?|記者\s?", _I
)
IN_PLACE = re.compile(r"\s(?:in|from|à|en|aus|em)\s[A-Z].{1,60}$")
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
        "af",
        "av",
        "i",
        "y",
        "e",
    )
)
"""Small words within names of people."""
EDITORS_SIGN = re.compile(r"[a-z]{1,4}|dpa:\d.*|(?i:handout|pool|file|archive?|archivo|stock)", re.DOTALL)
"""`ino` in `ino/dpa`, the number of a dispatch, the way a photo came: nobody's name."""


@cache
def sentences() -> re.Pattern[str]:
    """Where a line of several credits is cut."""
    return re.compile(
        rf";\s|\s\|\s|(?<=[\w)]{{3}})\.\s(?=[^\W\d_a-z])"
        rf"|,\s(?=\w{{3,24}}:\s|(?i:(?:with |additional )?(?:reporting|editing|writing) by|(?:{_EDITED}){_BY}))"
    )
