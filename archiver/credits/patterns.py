"""The forms in which news pages print credits, in the languages they are written in: patterns and nothing else.

`who` is the part of every pattern that names somebody; `credited.py` reads the names in it. No pattern holds the names
of agencies, so they are compiled in a moment, and when first asked for. A line is matched whole and is short
(credits.MAX_LINE), a caption at its end.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from archiver.credits import byline_patterns
from archiver.credits.people import vocabulary
from archiver.model import CreditRole

Needs = Literal["anybody", "names", "agencies"]
"""Who must be named for the form to be a credit: anybody whose name is one, persons and agencies, or agencies alone."""

_I = re.IGNORECASE
_BY = r"(?:\s(?:by|von|por|par|de|del|di|da|do|door|av|af|przez)(?:\s?[:：]\s?|\s)|\s?[:：/・｜|]\s?(?:by |von )?)"
SOURCE = vocabulary.any_of("source")
_EDITED = vocabulary.any_of("edited")
_TRANSLATED = vocabulary.any_of("translated")
_FROM = (
    r"(?:\s(?:(?:from (?:the )?(?:original )?|aus dem |de l['’]|du |del |do |de |dall['’]|dal |uit het |fra |"
    r"från |z |з |с |со )"
    r"\w{3,20}(?: übersetzt)?|into \w{3,20}))"
)
_WITH = r"(?:mit|avec|con|com|met|med|with|together with|z|з|с|s)"
_WITH_WORDS = frozenset(_WITH[3:-1].split("|"))
_STUFF = (
    r"(?:agency |wire |news |agentur)?(?:reporting|reports?|files?|information(?:s|en)?|material(?:i|ien|es|er|en|s)?|"
    r"inputs?|a report|an article|contributions?|content|copy|dispatches|notes|research|assistance|help|wires?|"
    r"wire services|data|video|"
    r"inhalten?|meldungen|berichten|beiträgen|angaben|unterstützung|dépêches|la contribution|la collaboration|"
    r"l['’]aide|"
    r"la participation|información|informaciones|aportes|datos|reportes?|despachos|la colaboración|la contribución|"
    r"la ayuda|il contributo|la collaborazione|informazioni|informações|informação|reportagem|dados|"
    r"conteúdo|a colaboração|medewerking|informatie|bijdragen|bijdrage|materiaal|berichten|bidrag|uppgifter|"
    r"opplysninger|oplysninger|materiałów|informacji|depesz|wykorzystaniem (?:materiałów|informacji))"
)
_OF = (
    r"(?:\s?[:：(]\s?|\s(?:from|by|of|von der|von den|von|der|des|de l['’]|del|de|della|di|dell['’]|da|do|das|dos|"
    r"van|från|fra|av|af)\s|\s(?:de l['’]|d['’]|dell['’]))"
)
_MATERIAL = (
    r"(?:(?:(?:this|the) (?:story|article|report) (?:(?:was |is )?(?:written|produced|prepared|made) )?)?"
    r"(?:with|includes|including|contains|uses|used|features|"
    r"(?:diese[rs]? \w{4,12} )?enthält|(?:cet? \w{4,12} )?contient|"
    r"(?:est[ea] \w{4,12} )?(?:contiene|contém)|(?:dit \w{4,12} )?bevat|"
    r"incorporates|"
    r"(?:is |was )?(?:based|adapted|compiled|rewritten)(?: in part| partly)? (?:on|from)|using|some|additional|further|"
    r"mit|unter verwendung von|auf basis von|auf grundlage von|avec(?: des| les)?|d['’]après(?: des| les)?|con(?: la)?|"
    r"com(?: a)?|met|med|z|ze|na podstawie)\s(?:additional |extra |added |zusätzlichen |weiteren )?"
    rf"{_STUFF}{_OF})"
)
_HELP = (
    r"(?:(?:additional|further|extra|other) (?:reporting|writing|research)|reporting assistance|"
    r"(?:additional )?(?:reporting|research) (?:contributed|provided|supplied)|"
    r"(?:reportagem|reporte|información|informação|reportaje) adicional|reportage (?:supplémentaire|complémentaire)|"
    r"(?:zusätzliche|weitere) (?:berichterstattung|recherchen?|informationen)|recherchen?|research|"
    r"aanvullende (?:verslaggeving|berichtgeving)|dodatkowe informacje|"
    r"(?:(?:redaktionelle )?mitarbeit|mitwirkung|"
    r"unter mitarbeit|collaboration|colaboración|colaboração|colaboraron|collaborazione|collaborano|medewerking|"
    r"medverkan|"
    r"współpraca|contributors?|contributing|contribution|katkıda bulunan(?:lar)?|avec la participation|"
    r"协力|協力|参与采写|参与报道|参与记者|通讯员|通訊員|實習記者|实习生))"
)
_FROM_OURS = (
    r"(?:avec (?:notre|nos) (?:correspondante?s?|envoyée?s? spéciale?s?|envoyés spéciaux)(?: (?:à|au|en|"
    r"aux) [^,]{2,40},)? )|"
    r"(?:we współpracy z|за участі|за участю|при участии|с участием|при участи)\s|"
    r"(?:(?:підготовлено |подготовлено )?(?:за|по) (?:матеріалами|материалам|"
    r"сообщениям|повідомленнями|информации|інформацією))\s?:?\s?"
    r"(?:агентств[ао]? |агенції |агенцій )?|на основі матеріалів |на основе материалов |na podstawie:?\s|"
    r"(?:с использованием|(?:з|із) використанням) (?:матер[иі]ал[оі]в|информации|інформації|сообщений|повідомлень) |"
    r"z wykorzystaniem (?:materiałów|informacji|depesz) |"
    r"(?:ha|hanno) collaborato |(?:ha colaborado|colabor(?:ó|aron|ou|aram)|con aportes de) "
)
_REPORT = (
    r"(?:report|article|story|piece|dispatch|coverage|reportagem|matéria|artikel|bericht|beitrag|text|nota|artículo|"
    r"informe|información|reportaje|despacho|reporte|dépêche|articolo|servizio|article|texte|reportage|sujet|artikkel|sak(?:en)?|haber\w{0,3})"
)
_CONTRIBUTED = (
    r"(?:(?:also |has |have |had )?contributed (?:additional )?"
    r"(?:reporting(?: (?:from|to|in|for) .{2,60})?|(?:writing )?to (?:this|the) (?:\w{2,12} )?"
    r"(?:report|article|story|piece|dispatch|coverage)(?: from .{2,60})?(?:, which .{2,60})?)|(?:also )?contributed|"
    r"(?:contribu(?:yó|yeron|iu|íram|iram)|colabor(?:ó|aron|ou|aram)|(?:ha|han) (?:contribuido|colaborado)) "
    rf"(?:a|con|en|para|com|neste|nesta|na|no)(?: est[ea])? {_REPORT}|"
    rf"(?:a|ont) (?:contribué|participé|collaboré) à (?:cet|cette|ce) {_REPORT}|"
    rf"(?:ha|hanno) (?:contribuito|collaborato) a quest(?:o |a |['’]){_REPORT}|"
    rf"(?:hat|haben) (?:zu|an) (?:diese[mr]|dem) {_REPORT} (?:beigetragen|mitgearbeitet|mitgewirkt)|"
    r"(?:heeft|hebben|droeg|droegen|werkte|werkten) (?:bijgedragen aan|meegewerkt aan|bij aan|mee aan)? ?(?:dit|deze) "
    r"(?:artikel|verhaal|bericht)(?: bij| mee)?|"
    r"(?:heeft|hebben) aan (?:dit|deze) \w{4,20} (?:bijgedragen|meegewerkt)|"
    r"(?:bidrog|bidro|har bidra(?:get|git|tt)) (?:till|til) (?:denna|denne|dette|detta|den här) \w{4,20}|"
    r"bu habere katkı(?:da bulundu| sağladı)|katk(?:ılarıyla|ısıyla)|对本文(?:亦|也)?有(?:所)?贡献|對本文亦?有貢獻)"
)
_USED = (
    r"(?:some )?(?:information|material|reporting|content|reports) (?:from|by) (?P<who>.{2,120}?) "
    r"(?:was|were|is|has been|have been) (?:also )?(?:used|included|incorporated|contained)(?: .{1,40})?"
)
_MADE_WITH = (
    r"(?:diese[rs]?|der|ce|cet|este|questo|dit|denne|den här) \w{4,20} .{0,40}?(?:material|informationen|meldungen|"
    r"inhalten?|agenturmaterial|informations|información|materiaal|informatie) (?:von |der |des |de l['’]|de |van )"
    r"(?:agenturen |nachrichtenagentur(?:en)? |agence |agencia )?(?P<who>.{2,80}?)"
    r"(?:\s(?:erstellt|verfasst|verwendet|genutzt|ergänzt|geschrieben|erarbeitet|redigiert|gemaakt)|"
    r" (?:rédigée?|elaborad[oa]) .{0,30})"
)
_WRITTEN = f"{byline_patterns.WROTE}|{byline_patterns.INTERVIEWED}"
_LED = r"\s?[:：/／・｜|＝=]\s?(?:by |von |di |de )?"
_COPYRIGHT = (
    r"(?:©|[(（]c[)）]|copyright|rechte|bildrechte|droits)[\s©@:]{0,4}(?:copyright )?"
    r"(?:\d{4}(?:\s?[-–/]\s?\d{2,4})?,?\s)?(?:by )?"
)
_RESERVED = (
    r"(?:(?:riproduzione riservata|all rights reserved|alle rechte vorbehalten|tous droits réservés|"
    r"todos los derechos reservados|todos os direitos reservados)\.?\s?[-–—]?\s?)"
)


_FROM_THEM = (
    r"(?:some |additional )?(?:information|material|reporting)s? (?:for|in) (?:this|the) "
    r"(?:report|story|article) (?:came|comes|was taken|is) from (?P<who>.{2,80}?)"
)
_THIS = r"(?:this|the) (?:\w{2,12} )?(?:report|story|article|content|dispatch) (?:was|is|has been)"

_MADE_TOGETHER = (
    rf"{_THIS} (?:written|produced|published|prepared|reported|made)"
    r"(?: in (?:partnership|collaboration|co-?operation))?"
)
_FIRST_PUBLISHED = (
    r"(?:(?:this|the) (?:\w{2,12} )?(?:report|story|article) )?(?:was )?(?:originally|first) "
    r"(?:published|appeared|reported|distributed|released)"
)


class Form(NamedTuple):
    """A form of line, the role it gives and who must be named in it. `of_photo`: the line credits an image too."""

    pattern: re.Pattern[str]
    role: CreditRole
    needs: Needs
    of_photo: bool = False
    marks: tuple[str, ...] = ()
    """Of a form that begins with who: one of these is in every such line, in small letters."""


_MARKS_OF_CONTRIBUTED = tuple(
    re.findall(
        r"\w+",
        "contrib colabor collabor participé beigetragen mitgearb mitgew bijgedr meegew droeg werkte bidr katk 贡献 "
        "貢獻",
    )
)


def _marks_of(line: str) -> tuple[str, ...]:
    """Words of which one is in every line of a form: its longest word, or those of its most telling choice."""
    for _ in range(3):
        line = _MAY_BE.sub(" ", line)
    choices = [[_longest(each) for each in choice.split("|")] for choice in _CHOICE.findall(line)]
    choices.append([_longest(_CHOICE.sub(" ", line))])
    return tuple(max(choices, key=lambda words: min(map(len, words))))


def _longest(words: str) -> str:
    return max(re.findall(r"[^\W\d_]+", words), key=len, default="").lower()


_MAY_BE = re.compile(r"\(\?:[^()]*\)\?|\[[^\]]*\]\??|\\\w|\{[^}]*\}|\w\?")
_CHOICE = re.compile(r"\(\?:([^()]*)\)(?!\?)")
_MARKS_OF_REPORTED = ("报", "報", "消息", "电", "電")


def of_line(line: str) -> tuple[Form, ...]:
    """The forms that a line may have, in order of trial, chosen by its first letters: those that begin with who, and
    those with a word that begins so."""
    first = _FIRST.match(line)
    return _by_stem().get(first[0].lower(), _marked()) if first else lines()


@cache
def _marked() -> tuple[Form, ...]:
    return tuple(form for form in lines() if form.marks)


@cache
def _by_stem() -> dict[str, tuple[Form, ...]]:
    """How the words before who begin, read off the patterns, and the forms for a line that begins so."""
    stems = {form: frozenset() if form.marks else _stems(form) for form in lines()}
    every = frozenset[str]().union(*stems.values())
    return {stem: tuple(form for form in lines() if form.marks or stem in stems[form]) for stem in every}


def _stems(form: Form) -> frozenset[str]:
    words = re.sub(r"\\\w|\?P<\w+>", " ", form.pattern.pattern.partition("(?P<who>")[0])
    found = re.findall(r"(?<![^\W\d_])([^\W\d_]{1,3})(\??)", words.lower())
    # Of `cet?` the last letter may be missing.
    return frozenset(stem for word, doubt in found for stem in (word, word[:-1] if doubt else word))


_FIRST = re.compile(r"(?:(?![^\0-\u2e7f])[^\W\d_]){1,3}")


@cache
def lines() -> tuple[Form, ...]:
    """A whole line, in order of trial."""
    whole: tuple[tuple[str, CreditRole, Needs], ...] = (
        (
            rf"(?P<who>.{{2,200}}?)(?:['’]n?[iıuü]n|(?:,[^,]{{2,30}},))?(?: |(?<=[\u3400-\u9fff])){_CONTRIBUTED}",
            "contributor",
            "anybody",
        ),
        (rf"{_MATERIAL}(?P<who>.{{2,200}}?)", "contributor", "anybody"),
        (_USED, "contributor", "anybody"),
        (_FROM_THEM, "contributor", "anybody"),
        (rf"{_STUFF}{_OF}(?P<who>.{{2,80}}?)", "contributor", "agencies"),
        (r"(?:via|d['’]après|selon|laut|nach|según|secondo|segundo)\s(?P<who>.{2,80}?)", "source", "agencies"),
        (r"(?P<who>[^，。:：]{2,12}(?:记者|記者)[^，。:：]{2,40}?)(?:报道|報導|報道)", "author", "names"),
        (_MADE_WITH, "contributor", "agencies"),
        (rf"{_WITH}\s(?P<who>.{{2,120}}?)(?: inputs| reports)?", "contributor", "agencies"),
        (rf"(?:{_FROM_OURS})(?P<who>.{{2,160}}?)", "contributor", "names"),
        (rf"{_HELP}(?:{_BY}|\svon\s)(?P<who>.{{2,200}}?)", "contributor", "anybody"),
        (rf"(?!re[sc])(?:{_HELP})\s(?P<who>.{{2,80}}?)", "contributor", "names"),
        (
            rf"{_THIS} (?:first )?(?:produced|provided|supplied|published|distributed) by (?P<who>.{{2,60}}?)",
            "source",
            "agencies",
        ),
        (
            rf"{_MADE_TOGETHER} with (?:the )?(?P<who>.{{2,80}}?)",
            "contributor",
            "agencies",
        ),
        (
            rf"{_FIRST_PUBLISHED} (?:by|on|in|at) (?P<who>.{{2,60}}?)",
            "source",
            "agencies",
        ),
        (r"(?:this|the) (?:report|story|article) by (?P<who>.{2,80}?) was first published.{0,60}", "source", "names"),
        (r"综合(?P<who>[^，。:：]{2,40}?)(?:等)?(?:综合)?(?:报道|報道|消息|[电電])?", "contributor", "agencies"),
        (
            r"(?:compiled|adapted|rewritten) from (?P<who>.{2,80}?) (?:reports|dispatches|copy)",
            "contributor",
            "agencies",
        ),
        (r"(?:據|据)?(?P<who>[^，。:：]{2,40}?)(?:等)?(?:综合)?(?:报道|報道|消息|[电電])", "source", "agencies"),
        (rf"(?![a-zà-ž]{{2,20}}\s?/)(?:{_EDITED}){_BY}(?P<who>.{{2,200}}?)", "editor", "anybody"),
        (rf"(?:{_TRANSLATED}){_FROM}?{_BY}(?P<who>.{{2,80}}?)(?: from (?:the )?\w{{3,20}})?", "translator", "anybody"),
        (
            r"aus dem [a-zäöüß]{3,20}(?: (?:übersetzt|adaptiert|übertragen))? von (?P<who>.{2,80}?)",
            "translator",
            "anybody",
        ),
        (rf"(?:{SOURCE})\s?[:：•·]\s?(?P<who>.{{1,200}}?)", "source", "anybody"),
        (rf"(?:{SOURCE})\s(?P<who>.{{2,80}}?)", "source", "agencies"),
        (rf"(?:{byline_patterns.WROTE_AND_SHOT}){_BY}(?P<who>.{{2,80}}?)", "author", "anybody"),
        (rf"(?:{byline_patterns.REPORTED})\s?:?\s?(?P<who>.{{2,200}}?)", "author", "names"),
        (
            rf"(?!redac\w+\s?/)(?:{_WRITTEN}){_LED}(?P<who>[^?？!！。:：]{{2,120}}?)",
            "author",
            "anybody",
        ),
        (rf"(?:{vocabulary.any_of('author')}){_LED}(?P<who>[^?？!！。:：]{{2,60}}?)", "author", "names"),
        (
            rf"(?!redac\w+\s?/)(?:{byline_patterns.WROTE})\s(?:(?:di|de|von|by|par)\s)?(?P<who>[^?？!！。:：]{{2,80}}?)",
            "author",
            "names",
        ),
        (rf"(?:{_TRANSLATED}){_FROM}?\s(?P<who>.{{2,80}}?)", "translator", "names"),
        (rf"(?:{_EDITED})\s(?P<who>.{{2,80}}?)", "editor", "names"),
        (
            rf"{_RESERVED}?{_COPYRIGHT}{_RESERVED}?(?P<who>[^,;:]{{2,80}}?)(?:\s(?:19|20)\d\d)?(?:[,;:].{{0,80}})?",
            "rights",
            "anybody",
        ),
    )
    found = []
    for rule, role, needs in whole:
        begun = rule.startswith(("(?P<who>", "(?:據|据)?(?P<who>"))
        marks = () if not begun else _MARKS_OF_CONTRIBUTED if _CONTRIBUTED in rule else _MARKS_OF_REPORTED
        found.append(
            Form(re.compile(rf"(?:{rule})[.。]?", _I), role, needs, byline_patterns.WROTE_AND_SHOT in rule, marks)
        )
    return (found[0], *_contributed(), *found[1:])


def _contributed() -> Iterator[Form]:
    """Whole lines of all languages that credit somebody with having helped."""
    told = vocabulary.terms("contributed")
    behind = [form.removeprefix("WHO") for form in told if form.startswith("WHO")]
    for form in (f"WHO(?:{'|'.join(behind)})" if behind else "", *(form for form in told if form[:3] != "WHO")):
        if form:
            rule = form.replace("WHO", "(?P<who>.{2,120}?)")
            marks = tuple({mark for each in behind for mark in _marks_of(each)}) if rule.startswith("(?P<who>") else ()
            yield Form(re.compile(rf"(?:{rule})[.。।]?", _I), "contributor", "anybody", marks=marks)


@cache
def byline() -> re.Pattern[str]:
    """`By` and names."""
    return re.compile(
        r"(?:(?:article |story )?by|von|par|por|di|door|av|af|przez)(?:(?P<colon>\s?[:：]\s?)|\s)(?P<who>.{2,160}?)\.?",
        _I,
    )


@cache
def helped() -> re.Pattern[str]:
    """The agencies `with` whose help, after the authors: ` avec AFP`, ` (mit dpa)`."""
    return re.compile(
        rf"(?P<who>.{{2,120}}?)[,.]?\s[(\[]?{_WITH}\s"
        rf"(?:(?:additional |further )?{_STUFF}{_OF})?(?P<with>.{{2,80}}?)[)\]]?\.?",
        _I,
    )


def has_with(line: str) -> bool:
    """Whether one of the words for `with` is in a line in small letters."""
    return not _WITH_WORDS.isdisjoint(line.replace("(", " ").replace("[", " ").split())


@cache
def sentences() -> re.Pattern[str]:
    """Where a line of several credits is cut: always at one of four signs, so that prose is passed over."""
    return re.compile(
        rf"[;\s.,](?:(?<=;)\s|(?<=\s)(?:[|•·]\s|/\s(?=\w{{3,12}}\s?:)|(?=[\u3400-\u9fff]{{2,6}}[：:])|"
        rf"(?:and|und|et|y|e)\s(?=(?:edited|translated|redigiert|übersetzt|éditée?|traduite?|editad[oa]|traducid[oa]|"
        rf"tradotto|traduzid[oa]) (?:by|von|par|por|da)\s)|"
        rf"(?=(?:підготува(?:в|ла|ли)|подготовил[аи]?)\s)|"
        rf"(?=(?:(?:Additional reporting|Reporting|Writing|Editing|based on reporting) by\s|"
        rf"(?:Foto|Fotos|Photo|Photos|Bild|Bilder|Kuva|Kuvat|Zdjęcia|Фото|Fotoğraf)\s?:)))|"
        rf"(?<=[\w)]{{3}}\.)(?<![Oo]prac\.)(?<![Ff]ot\.)(?<![Tt]łum\.)(?<![Pp]rzeł\.)(?<![Zz]dj\.)(?<![Rr]ed\.)"
        rf"\s(?=[^\W\d_a-z])|"
        rf"(?<=,)\s(?=\w{{3,24}}:\s|(?i:(?:with )?(?:additional )?(?:reporting|editing|writing) by|"
        rf"(?:edited|translated) by|(?:{_EDITED}){_BY}|(?:{byline_patterns.REPORTED})\s|"
        r"(?:version française|traduzione|traduction|traducción|tradução|редактор(?:ка)?|editing|edição|"
        rf"edición|édité)\s)))"
    )


AGENCY_AND_PLACE = re.compile(r"(?P<house>[^\W\d_][\w ]{1,20})\s/\s[^\W\d_a-z][^\W\d_A-Z]{2,15}")
"""`AFP / Lima`"""
CLOSING = re.compile(r"[(（\[](?P<who>[^()（）\[\]]{2,300})[)）\]][.。]?$|\s?/(?P<slashed>[^\W\d_]{2,12})/\.?$")
"""What stands in brackets at a paragraph's end."""
UNBRACKETED = re.compile(r"[.!?…。\"”»)]\s(?:[–—-]\s?)?(?P<who>[^.!?…。\"”»(),]{2,40})\.?$")
"""What stands after the last sentence."""
