"""Where a seed credits somebody: in a byline, at the end of a photo's caption, in the last lines of the body.

Only the shape is recognised here, so that such lines are set apart from the article's own sentences; who is meant, and
in which role, is for those who hold the table of agencies. What is not certainly a credit stays a paragraph.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archiver.model import Anchor

_LONGEST_CAPTION = 2000
_LONGEST_BODY_CAPTION = 400
_LONGEST_CREDIT = 100
_LONGEST_LINE = 300
_MARKS = "*_ "
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]{0,3}$")
_SENTENCE_INSIDE = re.compile(r"(?<=[^\W\d_][^\W\d_][^\W\d_])[.!?] ")
_SENTENCE_INSIDE_QUOTED = re.compile(r"[.!?…。！？][\"'”’»)\]]{0,3} ")
_LABEL = re.compile(
    r"""(?:^|(?<=[\s(\[|–—-]))(?:
      (?:photos?|photograph[sy]?|pictures?|images?|imagen|imagem|immagine|fotos?|fotografía|fotografie|fotografia|bild(?:er)?
       |bildquelle|bildnachweis|kuva|zdjęcie|fotó|snímek|crédits?|crediti|credits?|фото|фотография|світлина|φωτογραφία)
      (?:\s(?:credits?|courtesy|photo|by|von|de))?\s?[:：]\s?
    | fot\.\s
    | (?:photo|picture|image|photograph)s?\s(?:by|courtesy\sof|via)\s
    | (?:写真|图片|圖片|照片)(?:来源|來源|提供)?\s?[:：]\s?)""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_CREDIT_LABEL = 80
"""More characters than any of them has."""
_RIGHTS = re.compile(r"(?:^|(?<=[\s|–—-]))(?:©|\(c\)\s|copyright\s)", re.IGNORECASE)

_BYLINE = re.compile(
    r"""(?:(?:(?:story|text|words|written|reported|report)\s)?by|von|par|por|di|door|av|af|przez|de|autor(?:a|en|ka)?|auteur|autore
    |författare|kirjoittanut|írta|szerző|yazan|haber|scris\sde|автор|авторка|текст|του|της|από|συντάκτης|مات|بقلم|كتب|كتبت|إعداد
    |نویسنده|به\sقلم|گزارش|מאת|लेखक|द्वारा|โดย|oleh|bởi|tác\sgiả|作者|記者|记者|文|撰文|取材|執筆|撰稿|編集)
    (?:\s?[:：/／・]\s?|\s|(?<=[\u3040-\u9fff])(?=[\u3040-\u9fff]))(?P<who>[^!?…]+)
    |(?P<reporter>[\uac00-\ud7af]{2,5}(?:\s[\uac00-\ud7af]{2,5})?)\s(?:기자|특파원|선임기자|논설위원)(?:\s=)?""",
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
_PARTICLES = _WORD.findall("of the de la le du des del di da do von van und and y et e i für for via by courtesy photo")
_NOT_NAMES = _WORD.findall(
    """read more see watch video listen subscribe sign continue click related updated update full live here editor
    pictured left right above below file weiterlesen mehr lire voir leer ver"""
)

_AGENCY = f"(?:{'|'.join(map(re.escape, _AGENCIES))})"
_NAME = r"(?-i:[^\W\d_a-z])"
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
        r"(?:quellen?|sources?|fuentes?|fontes?|fonti|bron|kilder?|källa|lähde|źródło|zdroj|источник|джерело)\s?[:：].{1,200}",
        r"(?:来源|來源|出典)\s?[:：].{1,200}",
        r"(?:©|\(c\) |copyright (?=NAME|\d|by |©)).{1,150}",
        r"(?:mit|avec|con|com|met|med|with|par|von|por|by|di|s)\b.{0,80}\bAGENCY",
        r"(?:dieser|der) (?:artikel|text|beitrag) wird (?:\w+ )?aktualisiert.{0,60}",
        r"(?:новость|новина|текст|материал|матеріал) (?:обновляется|дополняется|оновлюється|доповнюється).{0,60}",
        r"[—–-]{0,2} ?AGENCY(?:[ /,&+-]+AGENCY)*",
    )
)


class CaptionCredit(NamedTuple):
    """A caption taken apart; `url` is None where the credit is not a link or lost its target."""

    text: str
    credit: str
    url: str | None


def read_caption(text: str, anchors: Sequence[Anchor], *, article_follows: bool) -> CaptionCredit | None:
    """The caption a paragraph is, if it ends in a credit; None for an ordinary paragraph.

    The credit is the last thing in it, short, and one of:

    - `Photo: X` (`Foto:`, `Credit:`, `Photo by`, …), in parentheses or not, after the end of a sentence, or with a
      capital and an X that looks like a name; it may be the whole paragraph;
    - a link `[X](…)` or `(X)`, where X looks like a name and the sentence before it has ended, or where X is an agency,
      a picture library or a site (`… at the port (Reuters)`). Another link or parenthesis within the last sentence
      (`… the alliance (NATO)`) is the sentence's own, and `[Read more](…)` is not a name;
    - `© X`, where X looks like a name, kept with its sign because it says in which role X is named.

    Except for `Photo: X`, an article must follow: the only paragraph of a document is its text.
    """
    whole = text.rstrip(_MARKS)
    if not whole or len(whole) > _LONGEST_CAPTION:
        return None
    found = _labelled(whole)
    if found is None and article_follows:
        found = _linked(whole, anchors) or _rights(whole) or _parenthesised(whole) or _unmarked(whole)
    if found is None:
        return None
    at, credit = found
    last = anchors[-1] if anchors and anchors[-1].start >= at else None
    url = last.href if last and last.href.strip("#") else None
    return CaptionCredit(whole[:at].strip(_MARKS + "–—|-(["), credit, url)


def read_body_caption(text: str, anchors: Sequence[Anchor]) -> CaptionCredit | None:
    """The caption a paragraph within the text is: one that ends in `Photo: X`, or in a credit that can hardly be part
    of the text: an agency or a picture library as a link, or with a name in parentheses (`(Maria Lund / AFP)`)."""
    whole = text.rstrip(_MARKS)
    if not whole or len(whole) > _LONGEST_BODY_CAPTION:
        return None
    found = _labelled(whole)
    if found is None and (linked := _linked(whole, anchors)) and _surely(linked[1]):
        found = linked
    if found is None and (named := _parenthesised(whole)) and _surely(named[1]) and re.search(r"[/,|]", named[1]):
        found = named
    if found is None or not found[0]:
        return None
    at, credit = found
    last = anchors[-1] if anchors and anchors[-1].start >= at else None
    url = last.href if last and last.href.strip("#") else None
    return CaptionCredit(whole[:at].strip(_MARKS + "–—|-(["), credit, url)


def is_byline(text: str) -> bool:
    """Whether a line below the headline is `By` and names of two words or more, or of an agency: `Von Mia Holm`."""
    line = text.strip(_MARKS)
    found = _BYLINE.fullmatch(line) if len(line) <= _LONGEST_CREDIT else None
    if found is None or any(character.isdigit() for character in line):
        return False
    if found["reporter"]:
        return True
    who = found["who"].strip()
    if not _looks_like_name(who) or (_UNCASED.search(who) and len(who) > _LONGEST_UNCASED_NAME):
        return False
    return len(who.split()) > 1 or who.lower() in _AGENCIES or _FAR_EAST.fullmatch(who) is not None


def is_end_line(text: str) -> bool:
    """Whether a paragraph, standing last, credits or dates the article instead of being part of it: `AFP contributed
    reporting.`, `This story is being updated.`, `(AFP)`, `Reporting by …; Editing by …`, `Quelle: …`, `© dpa`."""
    line = text.strip(_MARKS)
    if not line or len(line) > _LONGEST_LINE:
        return False
    bracketed = line.startswith(("(", "[")) and line.rstrip(".").endswith((")", "]"))
    inner = line.rstrip(".")[1:-1] if bracketed else line
    if bracketed and len(inner) <= _LONGEST_CREDIT and _looks_like_name(inner):
        return True
    return any(pattern.fullmatch(inner.rstrip(". ")) for pattern in _END_LINES)


def _labelled(whole: str) -> tuple[int, str] | None:
    end = max(0, len(whole) - _LONGEST_CREDIT - _LONGEST_CREDIT_LABEL)
    label = [None, *_LABEL.finditer(whole, end)][-1]  # A caption may speak of a photo before it credits one.
    if label is None:
        return None
    before = whole[: label.start()].rstrip(" –—|-([")
    credit = whole[label.end() :].strip()
    if whole[label.start() - 1 : label.start()] in ("(", "["):
        credit = credit.rstrip(".").removesuffix(")").removesuffix("]")
    if not 0 < len(credit) <= _LONGEST_CREDIT or _SENTENCE_INSIDE.search(credit):
        return None
    own = not label[0][0].islower() and _looks_like_name(credit)
    return (label.start(), credit) if _SENTENCE_END.search(before) or own else None


def _linked(whole: str, anchors: Sequence[Anchor]) -> tuple[int, str] | None:
    if not anchors or anchors[-1].start + len(anchors[-1].text) != len(whole):
        return None
    at, words = anchors[-1].start, anchors[-1].text
    return (
        (at, words)
        if (_SENTENCE_END.search(whole[:at].rstrip()) or _surely(words)) and _looks_like_name(words)
        else None
    )


def _rights(whole: str) -> tuple[int, str] | None:
    mark = [None, *_RIGHTS.finditer(whole)][-1]
    if mark is None:
        return None
    before, credit = whole[: mark.start()].rstrip(" –—|-"), whole[mark.end() :]
    ended = not before or _SENTENCE_END.search(before) or whole[mark.start()] == "©"
    return (mark.start(), whole[mark.start() :]) if ended and _looks_like_name(credit) else None


def _parenthesised(whole: str) -> tuple[int, str] | None:
    at = whole.rfind("(")
    if at < 0 or not whole.endswith(")"):
        return None
    inner = whole[at + 1 : -1]
    ended = _SENTENCE_END.search(whole[:at].rstrip()) or _surely(inner)
    return (at, inner.strip()) if ended and _looks_like_name(inner) else None


def _unmarked(whole: str) -> tuple[int, str] | None:
    """`… the gallery. Maria Lund / AFP`: behind the end of a sentence, a name and an agency."""
    ends = [found.end() for found in _SENTENCE_INSIDE_QUOTED.finditer(whole, max(0, len(whole) - _LONGEST_CREDIT))]
    if not ends or "/" not in whole[ends[-1] :]:
        return None
    credit = whole[ends[-1] :].strip()
    return (ends[-1], credit) if credit and _surely(credit) and _looks_like_name(credit) else None


def _surely(words: str) -> bool:
    """Whether words can hardly be part of a sentence: an agency of the list, a picture library, the name of a site."""
    tokens = re.split(r"[\s/|,]+", words.lower().strip())
    site = len(tokens) == 1 and re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", tokens[0])
    return bool(site) or tokens[-1] in ("images", "archive", "archives") or not set(tokens).isdisjoint(_AGENCIES)


def _looks_like_name(words: str) -> bool:
    """Few words, none of them in lower case but particles, agencies and the names of sites."""
    tokens = [token for token in re.split(r"[\s/,|·+&;:–—]+", words) if token]
    if not 0 < len(tokens) <= 12 or len(words) > _LONGEST_CREDIT or tokens[0].lower() in _NOT_NAMES:
        return False
    if _SENTENCE_INSIDE.search(words) or not any(character.isalpha() for character in words):
        return False
    return all(
        not token[0].islower() or "." in token[1:-1] or token.lower().strip(".") in (*_PARTICLES, *_AGENCIES)
        for token in tokens
    )
