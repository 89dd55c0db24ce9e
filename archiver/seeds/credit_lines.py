"""Where a seed credits somebody: in a byline, at the end of a photo's caption, in the last lines of the body.

Only the shape is recognised here, so that such lines are set apart from the article's own sentences; who is meant, and
in which role, is for those who hold the table of agencies. What is not certainly a credit stays a paragraph.
"""

import re

from archiver.credits.parse import credits_of_whole
from archiver.credits.people import agencies

LONGEST_CREDIT = 100
_LONGEST_LINE, _LONGEST_BEFORE_END_MATTER = 300, 200
_LABEL_BEFORE = re.compile(
    r"[(\[（]?(?:[^\W\d_]{2,20}[ -]){0,3}(?:[^\W\d_]{1,20}\s?[:：]|(?<!published )by\s)", re.IGNORECASE
)
MARKS = "*_ "
SENTENCE_INSIDE = re.compile(r"(?<=[^\W\d_][^\W\d_][^\W\d_])[.!?] ")
_BYLINE = re.compile(
    r"""(?:(?:(?:story|text|words|written|reported|report)\s)?by|von|par|por|di|door|av|af|przez|de|autor(?:a|en|ka)?|auteur|autore
    |författare|kirjoittanut|írta|szerző|yazan|haber|scris\sde|автор|авторка|текст|του|της|από|συντάκτης|مات|بقلم|كتب|كتبت|إعداد
    |نویسنده|به\sقلم|نوشته|نوشتهٔ|گزارش|रिपोर्ट|מאת|लेखक|द्वारा|โดย|oleh|bởi|tác\sgiả|作者|記者|记者|文|撰文|取材|執筆|撰稿|編集)
    (?:\s?[:：/／・]\s?|\s|(?<=[\u3040-\u9fff])(?=[\u3040-\u9fff]))(?P<who>[^!?…]+)
    |(?P<reporter>[\uac00-\ud7af]{2,5}(?:[\s·,、]{1,2}[\uac00-\ud7af]{2,5}){0,5}\s(?:기자|특파원|선임기자|논설위원)(?:\s=)?
      |글\s[\uac00-\ud7af]{2,5}|기자\s[\uac00-\ud7af]{2,5}|[\u3005\u3400-\u9fff]{3,6}(?:記者|特派員))""",
    re.IGNORECASE | re.VERBOSE,
)

_UNCASED = re.compile(r"[\u0590-\u0fff\u3040-\u9fff\uac00-\ud7af]")
_LONGEST_UNCASED_NAME = 40
"""Where capitals mark no name, only a short line is one."""
_FAR_EAST = re.compile(r"[\u3040-\u9fff\uac00-\ud7af・ ]{2,12}")
_WORD = re.compile(r"[^\s|]+")
_AGENCIES = _WORD.findall(
    """afp ap apa anp ansa ats belga cp dpa efe epd interfax itar-tass keystone kna kyodo lusa ntb pa pap reuters reuter
    rfe ria rian ritzau sda sid stt tass tt ukrinform upi xinhua čtk anadolu aa mti"""
)
_PARTICLES = _WORD.findall(
    """of the de la le du des del di da do von van und and y et e i für for via by courtesy photo
    file pic pics picture pictures stock handout"""
)
_NOT_NAMES = _WORD.findall(
    """read more see watch video listen subscribe sign continue click related updated update full live here editor
    pictured left right above below file weiterlesen mehr lire voir leer ver"""
)

_AGENCY = f"(?:{'|'.join(map(re.escape, _AGENCIES))})"
_NAME = r"(?-i:[^\W\d_a-z])"
_STUFF_OF = r"(?:\w{4,14}\s(?:from|von|der|de|da|delle|des|van|från|fra)\s|[dl]['’])"
_WIRES = (
    r"(?:(?:news|wire|press)\s)?(?:agency|agencies|agenturen|agenturmaterial|agences|agencias|agências|agenzie|persbureaus|"
    r"nyhetsbyråer|agencji|агентства?|агенцій|وكالات)"
)
"""Agencies without a name."""
_END_LINES = tuple(
    re.compile(pattern.replace("AGENCY", _AGENCY).replace("NAME", _NAME), re.IGNORECASE)
    for pattern in (
        r".{1,150}\bcontributed (?:reporting|to (?:this|the) (?:report|story|article|post))(?: (?:from|in) .{1,50})?",
        r".{0,80}\bAGENCY\b.{0,40} contributed",
        r"(?:this|the) (?:\w+ ){0,2}(?:story|article|report|page) (?:is|has|was|will) (?:\w+ ){0,2}updated.{0,99}",
        r"this is a (?:developing|breaking) (?:news )?(?:story|report).{0,100}",
        r"(?:last )?updated?(?:\s?[:：]| on | at | \d).{0,100}",
        r"(?:with )?(?:additional )?(?:reporting|writing|editing|edited|compiled|translated) (?:by|from) NAME.{1,250}",
        r"with (?:files|material|information|inputs?|reporting) (?:from|by) .{1,80}|with agencies",
        r"(?:quellen?|sources?|fuentes?|fontes?|fonti|bron|kilder?|källa|lähde|źródło|zdroj|источник|джерело|kaynak|المصدر)\s?[:：].{1,200}",
        r"(?:来源|來源|出典)\s?[:：].{1,200}",
        r"(?:©|\(c\) |copyright (?=NAME|\d|by |©)).{1,150}",
        r"(?:mit|avec|con|com|met|med|with|par|von|por|by|di|s)\b.{0,80}\bAGENCY",
        r"(?:dieser|der) (?:artikel|text|beitrag) wird (?:\w+ )?aktualisiert.{0,60}",
        r"(?:новость|новина|текст|материал|матеріал) (?:обновляется|дополняется|оновлюється|доповнюється).{0,60}",
        r"[—–-]{0,2} ?AGENCY(?:[ /,&+-]+AGENCY)*",
        rf"(?:(?:with|mit|con|com|avec|met|med|z|с|из)\s)?(?:(?:les|las|le|de|den)\s)?{_STUFF_OF}?{_WIRES}(?:\s(?:inputs?|reports?|wires?|staff))?",
    )
)


def is_byline(text: str, *, of_line: bool = True) -> bool:
    """Whether a line below the headline is `By` and names of two words or more, or of an agency: `Von Mia Holm`. Of a
    whole line (`of_line`) one in which a page's reader would find an author is, too."""
    line = text.strip(MARKS)
    if not line or len(line) > LONGEST_CREDIT or any(character.isdigit() for character in line):
        return False
    found = _BYLINE.fullmatch(line)
    return (found is not None and _names_author(found)) or (of_line and _credits_author(line))


def _names_author(found: re.Match[str]) -> bool:
    if found["reporter"]:
        return True
    who = found["who"].strip()
    if not looks_like_name(who) or (_UNCASED.search(who) and len(who) > _LONGEST_UNCASED_NAME):
        return False
    return len(who.split()) > 1 or who.lower() in _AGENCIES or _FAR_EAST.fullmatch(who) is not None


def _credits_author(line: str) -> bool:
    """Whether a page's reader would find an author in a line, or it names an agency: `Jane Roe in Oslo and Jon Lind in
    Berlin`, `Muhabir: Jale Roz`, `Redacción EFE`."""
    if line.endswith(_SENTENCE_ENDS) or SENTENCE_INSIDE.search(line):
        return False
    if house := agencies.find(line):
        return not house.pictures
    found = credits_of_whole(line)
    wrote = any(each.role in ("author", "editor") or (each.role == "source" and each.agency) for each in found)
    return wrote and all(each.role not in ("photo", "rights") or each.of == "image" for each in found)


_SENTENCE_ENDS = (".", "!", "?", "…", "。", "।", "؟", "”", '"', "»")


def is_end_line(text: str) -> bool:
    """Whether a paragraph, standing last, credits or dates the article instead of being part of it: `AFP contributed
    reporting.`, `This story is being updated.`, `(AFP)`, `Reporting by …; Editing by …`, `Quelle: …`, `© dpa`."""
    line = text.strip(MARKS)
    if not line or len(line) > _LONGEST_LINE:
        return False
    bracketed = line.startswith(("(", "[", "（")) and line.rstrip(".").endswith((")", "]", "）"))
    inner = line.rstrip(".")[1:-1] if bracketed else line
    if bracketed and len(inner) <= LONGEST_CREDIT and looks_like_name(inner):
        return True
    return any(pattern.fullmatch(inner.rstrip(". ")) for pattern in _END_LINES) or bool(credits_of_whole(line))


def is_credit_before_end_matter(text: str) -> bool:
    """Whether a paragraph near the end credits an agency or an author wherever it stands: papers print tags, a word on
    the author, what else to read and the number of comments behind it."""
    line = text.strip(MARKS)
    if not 0 < len(line) <= _LONGEST_BEFORE_END_MATTER:
        return False
    labelled = _LABEL_BEFORE.match(line) is not None
    if not labelled and "ontribut" not in line and not agencies.is_hinted(line):
        return False
    found = [each for each in credits_of_whole(line) if each.of == "article"]
    return any(labelled or each.agency or each.role == "contributor" for each in found)


def names_house(words: str) -> bool:
    """Whether words can hardly be part of a sentence: an agency of the list, a picture library, the name of a site."""
    tokens = re.split(r"[\s/|,]+", words.lower().strip())
    site = len(tokens) == 1 and re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", tokens[0])
    return (
        bool(site)
        or tokens[-1] in ("images", "archive", "archives", "commons")
        or not set(tokens).isdisjoint(_AGENCIES)
    )


def looks_like_name(words: str) -> bool:
    """Few words, none of them in lower case but particles, agencies and the names of sites."""
    tokens = [token for token in re.split(r"[\s/,|·+&;:–—]+", words) if token]
    if not 0 < len(tokens) <= 12 or len(words) > LONGEST_CREDIT or tokens[0].lower() in _NOT_NAMES:
        return False
    if SENTENCE_INSIDE.search(words) or not any(character.isalpha() for character in words):
        return False
    return all(
        not token[0].islower() or "." in token[1:-1] or token.lower().strip(".") in (*_PARTICLES, *_AGENCIES)
        for token in tokens
    )
