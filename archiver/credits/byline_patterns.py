"""The forms in which news pages print who wrote a report, in the languages they are written in: patterns only.

As in `patterns.py`, `who` names somebody, no pattern holds the names of agencies, and a line is matched whole. Lines
that credit by other words (`with material of`, `Edited by`, `Source:`) are in `patterns.py`.
"""

import re
from functools import cache

_I = re.IGNORECASE
WROTE = (
    r"text|tekst|teksti|texto|texte|testo|texty|autor(?:in|innen|en|es|a|zy|i|ka|ia)?|auteurs?|autor[ei]|verfasser(?:in)?|"
    r"autrice|authors?|автор(?:ка|и|ы)?(?: текст[ау])?|журналіст(?:ка)?|корреспондент|кореспондент|"
    r"текст|yazan|yazar|haber|muhabir|toimittaja|reporter|reportage|reportaje|reportagem|rapportage|"
    r"journaliste?|journalist|periodista|redacción|rédaction|redaktor prowadzący|opinion|analysis|"
    r"skribent|bericht|文|作者|記者|记者|本报记者|本報記者|撰文|执笔|执笔人|執筆|執筆者|取材・文|取材/文|取材|署名|采写|撰稿"
)
WROTE_AND_SHOT = (
    r"(?:text|tekst|teksti|texto|texte|testo|textes|words|текст|metin) (?:und|och|og|y|e|et|and|en|ja|i|и|і|та|ve|&) "
    r"(?:fotos?|photos?|bilder|bild|foto's|pictures|kuvat?|zdjęcia|фото|fotoğraf(?:lar)?)|"
    r"(?:fotos?|photos?|bilder|bild|foto's|pictures|kuvat?|zdjęcia|фото) (?:und|och|og|y|e|et|and|en|ja|i|и|і|та|&) "
    r"(?:text|tekst|teksti|texto|texte|testo|story|words|текст)|文/图|文・写真|写真・文|图文|文图"
)
INTERVIEWED = (
    r"interview|intervju|intervista|entretien|entrevista|protokoll|aufzeichnung|gespräch|wywiad|rozmowa|інтерв['’]ю|"
    r"интервью|розмова|беседа|röportaj|söyleşi|derleyen|hazırlayan|reporting|writing|words|聞き手|構成|采访|採訪|采写|整理"
)
"""Before a colon or the like only: `Interview: Mia Holm`; without it a heading."""
_TEXTS = (
    r"analysis|opinion|comment(?:ary)?|review|exclusive|column|essay|explainer|feature|interview|perspective|"
    r"investigation|special report|dispatch|"
    r"artikel|article|articolo|artículo|artigo|bericht|beitrag|analyse|kommentar|gastbeitrag|gastkommentar|"
    r"kolumne|porträt|glosse|reportage|rezension|"
    r"kritik|leitartikel|meinungsbeitrag|"
    r"enquête|tribune|chronique|récit|entretien|éditorial|"
    r"análisis|crónica|reportaje|entrevista|opinión|columna|reporte|"
    r"analisi|commento|intervista|inchiesta|servizio|análise|opinião|crônica|coluna|reportagem|"
    r"opinie|recensie|verslag|analys|krönika|intervju|anmeldelse|recension|reportasje|kronik|text|tekst"
)
_TITLE_OURS = (
    r"korrespondent(?:in)?|reporter(?:in)?|redakteur(?:in)?|mitarbeiter(?:in)?|correspondante?|envoyée? spéciale?|"
    r"enviad[oa] especial|corresponsal|redactor[a]?|inviat[oa]|corrispondente|correspondente?|verslaggever|"
    r"verslaggeefster|redacteur|korrespondent|medarbejder|medarbetare|журналіст(?:ка|ки|а)?|корреспондент[а]?"
)
REPORTED = (
    r"report(?:ing|ed) from [^,;:.]{2,40} by|"
    r"(?:(?:reporting|writing) and )?(?:reporting|reported|writing|written|compiled|posted|published|story|"
    r"words|interview)(?: in english)? (?:by|from)|as told to|"
    r"reportage(?: de| par)?|propos recueillis par|(?:le )?(?:récit|reportage) de|"
    r"(?:geschrieben|verfasst|aufgezeichnet|notiert|protokolliert|zusammengestellt|escrito|écrit|scritto|skrevet|skriven|"
    r"skrivet|rédigée?|redactado|recueilli|raccolt[oa]|recogid[oa]|recolhid[oa]|publié|geschreven|opgetekend) "
    r"(?:de|por|von|par|da|di|af|av|door)|"
    r"(?:article |texte |información |report )(?:rédigé par|de|by)|"
    rf"(?:(?:an?|eine?|une?|uno?|una|um|uma|een|en|et|ett) |un['’])?(?:{_TEXTS}) "
    r"(?:by|von|par|de|por|di|do|da|door|av|af)|"
    r"підготу(?:вав|вала|вали)|подготовил[аи]?|przygotował[aiy]?|kirjoittanut|"
    r"rozmawia(?:ł[a]?|li|ły)|notował[a]?|spisał[a]?|"
    r"wysłuchał[a]?|беседовал[аи]?|записал[аи]?|записа(?:в|ли)|розмовля(?:в|ла|ли)|спілкува(?:вся|лася|лися)|"
    r"розмову (?:вів|вела)|інтерв['’]ю (?:взяв|взяла)|интервью (?:взял|взяла|провёл|провел|провела)|"
    r"das (?:gespräch|interview) führten?|die fragen stellten?|"
    r"(?:es berichte[nt]{1,2}|aus [^\W\d_]{3,20} berichte[nt]{1,2})|"
    r"(?:de|dal|dalla|van|von|do|da|du|fra|från|от|від) "
    r"(?:(?:notre|unserem|unserer|nostro|nostra|onze|ons|nosso|nossa|nuestro|nuestra|vår|vores|нашего|нашого) )?"
    rf"(?:{_TITLE_OURS})(?: (?:à|in|a|en|em|i|aus|au|w|в|у) [^\W\d_]{{2,30}})?,?"
)
_TEXT = (
    r"(?:reporting|story|words|text[eo]?|tekst|teksti|testo|texto|report|reportage|haber|yazı|текст|(?:取材・)?文|"
    r"撰文|采写)"
)
_SHOT = (
    r"(?:photo(?:s|graph(?:s|y))?|pictures|fotos?|foto['’]s|fotografías?|imágenes|imagens|bild(?:er)?|bilde|billeder|"
    r"kuvat?|zdjęcia|фото|fotoğraf(?:lar)?|写真|撮影|[图圖]|摄影|攝影|攝)"
)
_LED = r"(?:\s?[:：/／・＝=]\s?|\s(?:by|von|par|de|di|door|av|af)\s)"


@cache
def wrote_beside_shot() -> re.Pattern[str]:
    """`Text: Mia Holm, Fotos: Jon Lind`, `Story by Mia Holm, photos by Jon Lind`, `文・山田花子、写真・鈴木一郎`."""
    return re.compile(
        rf"{_TEXT}{_LED}(?P<who>[^:：;；()]{{2,80}}?)\s?[\s.,;；、，/|+&]\s?"
        rf"(?:(?:and|und|et|y|e|og|och|en|ja|i|та|и) )?"
        rf"{_SHOT}{_LED}(?P<shot>[^:：;；()]{{2,80}})",
        _I,
    )


@cache
def wrote_and_shot() -> re.Pattern[str]:
    """`Mia Holm (Text) und Jon Lind (Fotos)`."""
    return re.compile(
        rf"(?:(?:{REPORTED})\s)?"
        r"(?P<who>.{2,80}?)\s?(?P<text>\((?:text[eo]?|tekst|testo|teksti|words|текст)\))?\s?(?:,|und|and|et|y|e|en|og|"
        r"och)\s(?P<shot>[^()]{2,60}?)\s?"
        rf"\({_SHOT}\)",
        _I,
    )


@cache
def from_where() -> re.Pattern[str]:
    """`Mia Holm reported from Paris, and Jon Lind from Oslo`: one after another."""
    return re.compile(
        r"(?:^|,? and |, )(?P<who>[^,.:]{2,60}?)(?: reported|(?P<helped> contributed))? "
        r"from (?:[^\W\d_a-z][\w.'’-]{2,20}(?:\s|$|(?=,))){1,3}"
    )


SIGNED_BYLINE = re.compile(
    r"(?:[Zz]e?\s\S{3,20}\s)?(?P<who>[^\W\d_a-z][^()/:;]{3,60}?)(?:\s?/\s?[^\W\d_a-z][^\W\d_]{2,20},?)?\s?\((?P<house>[^()]{2,20})\)"
    r"(?:\s?[-–.:]|(?:\s[a-ząćęłńóśźż]{2,5}/?){1,4}|$)"
)
"""`Mia Holm / İZMİR, (DHA)`, `Z Gdyni Mia Holm (PAP)`, `Mia Holm (PAP) mho/ jli/`"""
DASHED_BYLINE = re.compile(
    r"(?P<who>[^\W\d_a-z][^–—/:;()|]{3,60}?)(?:\s[-–—|•]\s|\s(?:in [^\W\d_a-z]\w{2,20} )?(?:for|für|pour|para|per)\s)"
    r"(?P<house>[^\W\d_]['’\w. -]{1,30})"
)
"""`Mia Holm - Reuters`, `Mia Holm | dpa`, `Mia Holm in Oslo for AFP`"""


@cache
def signed_in_japanese() -> re.Pattern[str]:
    """`…した。【佐藤花子、カイロ鈴木一郎】`"""
    return re.compile(
        r"。\s?【(?P<who>[\u30a0-\u30ff・]{0,12}[\u3400-\u9fff々\u3040-\u309f]{3,6}"
        r"(?:[、，][\u30a0-\u30ff・]{0,12}[\u3400-\u9fff々\u3040-\u309f]{3,6}){0,4})】$"
    )


BEHIND_KATAKANA = re.compile(r"(?:^|[、，])[\u30a0-\u30ff・]*([^、，]+)")
"""The names in it, the places before them aside."""
_NAME = r"[^\W\d_a-z][\w'’-]{1,20}(?:\s[^\W\d_a-z][\w'’-]{0,20}\.?){1,2}"
_PLACED = rf"{_NAME} (?:in|à|en|em|a) [^\W\d_a-z][\w'’-]{{1,20}}(?:\s[^\W\d_a-z][\w'’-]{{1,20}}){{0,2}}"
_SAY_FROM = (
    r"(?:reports?|reporting|berichte[nt]{1,2}|berichtete|meldet|rapporteert|rapporterar|rapporterer|informa|reporta|"
    r"reportan|riferisce) (?:from|aus|desde|de|da|vanuit|från|fra)"
)
REPORTS_FROM = re.compile(
    rf"(?P<who>{_NAME}(?:(?:, | and | und | en | y | e | og | och ){_NAME}){{0,3}}) {_SAY_FROM} "
    r"[^\W\d_a-z][\w'’-]{1,20}(?:\s[^\W\d_a-z][\w'’-]{1,20}){0,2}\.?"
)
"""`Mia Holm berichtet aus Paris.`"""
PLACED = re.compile(rf"(?P<who>(?:{_PLACED}|{_NAME}, {_PLACED})(?:(?:, |,? and | et | und | y | e ){_PLACED}){{1,5}})")
"""`Mia Holm in Paris and Jon Lind in Oslo`, each with a place, but that two may share the first."""
BEFORE_AGENCIES = re.compile(
    rf"(?P<who>{_NAME}(?:(?:, | and | y | e | et | und ){_NAME}){{0,3}})(?:\s?[/|]\s?| and | und | y | et | e )"
    r"(?i:agencias|agences|agenturen|agenzie|agências|agencies|wires|агентства|агенції)"
)
"""`Mia Holm | Agencias`"""
TITLED = re.compile(
    r"(?P<who>(?!(?:The|Our|Chief|Senior|Former|Deputy|Special|Staff|A|An) )[A-Z][\w'’-]{1,30} (?:[A-Z]\. )?"
    r"[A-Z][\w'’-]{1,30}) (?:[A-Za-z]{1,30} ){1,3}(?:[Ee]ditor|[Cc]orrespondent|[Rr]eporter|[Ww]riter)"
    r"(?: in [A-Z][a-z]+)?"
)
"""`Mia Holm Political editor`"""
LABEL_IN_CHINESE = re.compile(r"(?<=^[文图])\s?[|｜丨]\s?|(?<=^(?:记者|编辑|责编|作者|撰文|来源|翻译))\s?[|｜丨]\s?")
"""`文 | 王小明`"""
_HAN = (
    r"(?:(?!通讯员|通訊員|实习生|[\u3400-\u9fff]{0,2}报道)[\u3400-\u9fff]{2,4}|"
    r"[\u3400-\u9fff]{2,5}·[\u3400-\u9fff]{2,5})"
)


@cache
def reporter_in_chinese() -> re.Pattern[str]:
    """`新华社记者 王小明 李大山`, `本报记者 王小明 北京报道`"""
    return re.compile(
        rf"(?P<house>[^，。:：\s]{{0,8}}?)(?:特约|见习|实习|全媒体)?(?:记者|記者)(?P<cut>[：:]?\s?)"
        rf"(?P<who>{_HAN}(?:[、，\s]{_HAN}){{0,5}})(?<![会會团站节证])"
        r"(?:\s?[\u3400-\u9fff]{0,4}(?:报道|報導|報道|[电電]))?"
    )


@cache
def signed_in_brackets() -> re.Pattern[str]:
    """`…した。（カイロ＝山田花子）`, `（山田花子、鈴木一郎）`"""
    return re.compile(
        r"(?:^|。\s?)[（(](?P<place>[\u30a0-\u30ff\u3400-\u9fff]{2,10}(?:[＝=]|支局\s)|"
        r"(?:編集委員|論説委員|特派員|聞き手|構成|取材|文)[・＝=：:])?"
        r"(?P<who>[\u3400-\u9fff々\u3040-\u309f]{3,6}?(?:[、，][\u3400-\u9fff々\u3040-\u309f]{3,6}?){0,4})"
        r"(?P<office>記者)?[）)]$"
    )


@cache
def no_name_in_japanese() -> re.Pattern[str]:
    """What stands in brackets and is not a name, or not as long as most: `（敬称略）`, `（写真は港）`."""
    return re.compile(
        r"[写略編回時事者社省部区県町員法料号図表参照記提供関連続完全体会場授通信聞闻网报報台電电频未]|"
        r"^.{3}$|^.{6}|^[\u3040-\u309f]|"
        r"[はがをにでとのも][\u3400-\u9fff]|[はがをにでとのも]$"
    )
