"""Captions in a seed: which line is one, what it says, and whom it credits.

The seed's own marks come first (a label, brackets, a link). Where they say nothing, the end of the line is read as
that of a page's caption is.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from archiver.credits.caption_credits import of_caption
from archiver.credits.people import agencies, vocabulary
from archiver.model import Anchor
from archiver.seeds.credit_lines import LONGEST_CREDIT, MARKS, SENTENCE_INSIDE, looks_like_name, names_house

_LONGEST_CAPTION = 2000
_LONGEST_BODY_CAPTION = 400
_SENTENCE_END = re.compile(r"[.!?…。！？।۔؟][\"'”’»)\]]{0,3}$")
_SENTENCE_INSIDE_QUOTED = re.compile(r"[.!?…。！？।۔؟][\"'”’»)\]]{0,3} ")
_LABEL = r"""(?:^|(?<=[\s(\[|–—。.-]))(?:
      (?:photos?|photograph[sy]?|pictures?|images?|imagen|imagem|immagine|fotos?|fotografía|fotografie|fotografia|bild(?:er)?
       |bildquelle|bildnachweis|kuva|zdjęcie|fotó|snímek|crédits?|crediti|credits?|фото|фотография|світлина|φωτογραφία)
      (?:\s(?:credits?|courtesy|photo|by|von|de))?\s?[:：]\s?
    | fot\.\s
    | (?:photo|picture|image|photograph)s?\s(?:by|courtesy\sof|via)\s
    | (?:写真|图片|圖片|照片)(?:来源|來源|提供)?\s?[:：]\s?
    | (?:illustrations?|illustrasjon|ilustra(?:ción|ção|cja)|illustrazione|screen\s?(?:shot|grab|capture)s?
       |bildschirmfoto|graphics?|grafik|cartoon|karikatur|collage|montage|scan|still|карта|ілюстрація|иллюстрация|скриншот|скріншот)
      (?:\s(?:by|von|de|di|par))?\s?[:：]\s?
    | (?:(?:<source>)\s?)?(?:<photo>)
      (?:\s(?:by|von|de|di|od|از|साभार)|\s(?:(?:d['’]|de\s|aus\sdem\s|из\s|з\s|z\s)?(?:illustration|archives?|archiv(?:o|um)?|arquivo|archivio
        |ilustra[^\W\d_]{2,6}|repertorio|архив[ау]?|архів[уа]?|источник|джерело))|\s?(?:来源|來源|提供|출처|제공))?\s?[:：=＝]\s?
    | (?:<photo>)\s(?:از|من)\s)"""


@cache
def _label() -> re.Pattern[str]:
    photo = vocabulary.any_of("photo").replace(" ", r"\ ")
    return re.compile(
        _LABEL.replace("<photo>", photo).replace("<source>", vocabulary.any_of("source")), re.VERBOSE | re.IGNORECASE
    )


_MAY_LABEL = re.compile(
    r"[:：=＝]|[Ff][Oo][Tt]\.|از\s|من\s|(?:[Bb][Yy]|[Vv][Ii][Aa]|[Cc][Oo][Uu][Rr][Tt][Ee][Ss][Yy])\s"
)
"""What stands in every label of a credit, at its end."""
_LONGEST_CREDIT_LABEL = 80
"""More characters than any of them has."""
_RIGHTS = re.compile(r"(?:^|(?<=[\s|–—-]))(?:[©ⓒ]|\(c\)\s|copyright\s)", re.IGNORECASE)


_ANNOUNCED = re.compile(
    r"""(?:(?:(?:photo|image|picture|foto|photograph)\s)?caption|bildunterschrift|bildtext|bildlegende
      |légende(?:\s(?:photo|image|de\s(?:la\s|l['’])(?:photo|image)))?|pie\sde\s(?:foto|imagen|fotografía)|leyenda|didascalia
      |legenda|onderschrift|(?:foto)?bijschrift|billedtekst|bildetekst|kuvateksti|podpis(?:\spod\szdjęciem)?|popisek(?:\sfotky)?
      |подпись(?:\sк\s(?:фото|снимку))?|підпис(?:\sдо\sфото)?|képaláírás|fotoğraf\saltı|تعليق\sالصورة|شرح\sالصورة|כיתוב
      |图片说明|圖片說明|图注|圖說|キャプション|写真説明|사진\s?설명)\s?[:：]\s*""",
    re.VERBOSE | re.IGNORECASE,
)
"""What says outright that a caption follows."""
_SHOWN = re.compile(
    r"(?:photo|image|picture|photograph|foto|bild|imagen|imagem|immagine|kuva|zdjęcie|фото|фотография|світлина|写真|图片|圖片|照片|사진)"
    r"\s?[:：]\s*",
    re.IGNORECASE,
)
"""What says so where brackets, a credit or a single sentence behind it say so too."""
_SENTENCE = re.compile(r"[^\W\d_a-z][^.!?…]{15,300}[.!?]")
_COLON = re.compile("[:：]")
_PARTS = " –—|-·/"
_FEWEST_WORDS = 3


class CaptionCredit(NamedTuple):
    """A caption taken apart: what it says, its credit if it has one, and where that leads if it is a link that kept its
    target."""

    text: str
    credit: str | None
    url: str | None


def read_caption(text: str, anchors: Sequence[Anchor], *, article_follows: bool) -> CaptionCredit | None:
    """The caption a paragraph is; None for an ordinary paragraph.

    A line is one where it says so (`Caption: …`, `Bildunterschrift: …`, `[Photo: …]`), or where it ends in a credit.
    The credit is the last thing in it, short, and one of:

    - `Photo: X` (`Foto:`, `Credit:`, `Photo by`, …), in parentheses or not, after the end of a sentence, or with a
      capital and an X that looks like a name; it may be the whole paragraph;
    - a link `[X](…)` or `(X)`, where X looks like a name and the sentence before it has ended, or where X is an agency,
      a picture library or a site (`… at the port (Reuters)`). Another link or parenthesis within the last sentence
      (`… the alliance (NATO)`) is the sentence's own, and `[Read more](…)` is not a name;
    - `© X`, where X looks like a name, kept with its sign because it says in which role X is named;
    - what a page's caption would credit somebody with, set apart from the sentence before it (`… | Mia Holm/Reuters`).

    Except for `Photo: X` and what says so, an article must follow: the only paragraph of a document is its text.
    """
    whole = text.rstrip(MARKS)
    if not whole or len(whole) > _LONGEST_CAPTION:
        return None
    if announced := _announced(whole, anchors, article_follows):
        return announced
    if article_follows and len(whole) <= LONGEST_CREDIT and (house := agencies.find(whole)) and house.pictures:
        return _credited(whole, anchors, (0, whole))
    return _credited(whole, anchors, _found(whole, anchors, article_follows))


def read_body_caption(text: str, anchors: Sequence[Anchor]) -> CaptionCredit | None:
    """The caption a paragraph within the text is: one that says so, or ends in `Photo: X`, or in a credit that can
    hardly be part of the text: an agency or a picture library as a link, or a name in parentheses (`(Mia Holm / AFP)`).
    """
    whole = text.rstrip(MARKS)
    if not whole or len(whole) > _LONGEST_BODY_CAPTION:
        return None
    if announced := _announced(whole, anchors, False):
        return announced
    found = _labelled(whole)
    if found == (0, whole) or (found and not found[0] and not _houses_photo(found[1])):
        return None
    if found is None and (unmarked := _unmarked(whole)) and "/" in unmarked[1]:
        found = unmarked
    if found is None and (linked := _linked(whole, anchors)) and names_house(linked[1]):
        found = linked
    if found is None and (named := _parenthesised(whole)) and names_house(named[1]) and re.search(r"[/,|]", named[1]):
        found = None if not named[0] and _signs(named[1]) else named
    return _credited(whole, anchors, found) if found else None


def _signs(credit: str) -> bool:
    """Whether names alone in brackets are a sign-off, not a photo's credit: agencies without a person or a library."""
    return all(house and not house.pictures for house in _houses(credit))


def _houses_photo(credit: str) -> bool:
    """Whether a credit that stands alone within the text is a photo's: it names an agency or a library."""
    return any(_houses(credit.strip(" .)")))


def _houses(credit: str) -> list[agencies.Agency | None]:
    """The agency that each part of a credit is, or None."""
    return [agencies.find(part.strip()) for part in re.split(r"[/|,(]", credit)]


def _announced(whole: str, anchors: Sequence[Anchor], article_follows: bool) -> CaptionCredit | None:
    """The caption of a line that says it is one, by a label or by standing in brackets."""
    if whole[0] not in "[(" and not _COLON.search(whole, 0, _LONGEST_CREDIT_LABEL):
        return None
    bracketed = whole[0] in "[(" and whole[-1] in "])" and not any(mark in whole[1:-1] for mark in "[]")
    inner = whole[1:-1].strip(MARKS) if bracketed else whole
    label = _ANNOUNCED.match(inner) or _SHOWN.match(inner)
    words = inner[label.end() :] if label else inner
    outright = label is not None and label.re is _ANNOUNCED
    credit = None if outright else _labelled(inner)
    if not words or not (bracketed or label) or (credit and not credit[0]):
        return None
    start = whole.index(words)
    own = [replace(each, start=each.start - start) for each in anchors if each.start >= start]
    found = _found(words, own, True)
    said = len((words[: found[0]] if found else words).split()) >= _FEWEST_WORDS
    if outright or (said and found and (bracketed or article_follows)) or (said and bracketed and label):
        return _credited(words, own, found) or CaptionCredit(words, None, None)
    if label and article_follows and said and _SENTENCE.fullmatch(words):
        return CaptionCredit(words, None, None)
    return None


def _credited(words: str, anchors: Sequence[Anchor], found: tuple[int, str] | None) -> CaptionCredit | None:
    if found is None:
        return None
    at, credit = found
    last = anchors[-1] if anchors and anchors[-1].start >= at else None
    url = last.href if last and last.href.strip("#") else None
    return CaptionCredit(words[:at].strip(MARKS + "–—|-([=＝"), credit, url)


def _found(words: str, anchors: Sequence[Anchor], article_follows: bool) -> tuple[int, str] | None:
    """Where the credit of a caption begins, and the credit."""
    found = _labelled(words)
    if found is not None or not article_follows:
        return found
    found = _linked(words, anchors) or _rights(words) or _parenthesised(words) or _unmarked(words)
    return found or _as_on_a_page(words)


def _as_on_a_page(words: str) -> tuple[int, str] | None:
    """The credit that a page's caption with these words has, where it is set apart from the sentence before it."""
    if _SENTENCE_END.search(words[-4:]) and words.rstrip(".。")[-1:] not in tuple(")]）"):
        return None  # A sentence goes to its end.
    read = [each for each in of_caption(words, "") if each.role in ("photo", "rights")]
    said = min((each.text.strip(" .。") for each in read), key=words.find, default="")
    at = words.rfind(said) if said else -1
    if at <= 0 or len(words) - at - len(said) > 1:
        return None
    before = words[:at].rstrip()
    ended = before[-1:] in tuple("–—|-·/([（=＝") or _SENTENCE_END.search(before.rstrip(_PARTS))
    apart = ended or (said[0] in "([（" and ("/" in said or any(each.agency for each in read)))
    enough = len(before.split()) >= _FEWEST_WORDS or before[0] >= "\u3040"
    return (at, said.strip("()[]（） ")) if apart and enough else None


def _labelled(whole: str) -> tuple[int, str] | None:
    end = max(0, len(whole) - LONGEST_CREDIT - _LONGEST_CREDIT_LABEL)
    if not _MAY_LABEL.search(whole, end):
        return None
    label = [None, *_label().finditer(whole, end)][-1]  # A caption may speak of a photo before it credits one.
    if label is None:
        return None
    before = whole[: label.start()].rstrip(" –—|-([")
    credit = whole[label.end() :].strip()
    if whole[label.start() - 1 : label.start()] in ("(", "["):
        credit = credit.rstrip(".").removesuffix(")").removesuffix("]")
    if not 0 < len(credit) <= LONGEST_CREDIT or SENTENCE_INSIDE.search(credit):
        return None
    own = not label[0][0].islower() and looks_like_name(credit)
    return (label.start(), credit) if _SENTENCE_END.search(before) or own else None


def _linked(whole: str, anchors: Sequence[Anchor]) -> tuple[int, str] | None:
    if not anchors or anchors[-1].start + len(anchors[-1].text) != len(whole):
        return None
    at, words = anchors[-1].start, anchors[-1].text
    return (
        (at, words)
        if (_SENTENCE_END.search(whole[:at].rstrip()) or names_house(words)) and looks_like_name(words)
        else None
    )


def _rights(whole: str) -> tuple[int, str] | None:
    mark = [None, *_RIGHTS.finditer(whole)][-1]
    if mark is None:
        return None
    before, credit = whole[: mark.start()].rstrip(" –—|-"), whole[mark.end() :]
    ended = not before or _SENTENCE_END.search(before) or whole[mark.start()] in "©ⓒ"
    return (mark.start(), whole[mark.start() :]) if ended and looks_like_name(credit) else None


def _parenthesised(whole: str) -> tuple[int, str] | None:
    at = whole.rfind("(")
    if at < 0 or not whole.endswith(")"):
        return None
    inner = whole[at + 1 : -1]
    before = whole[:at].rstrip()
    ended = _SENTENCE_END.search(before) or names_house(inner)
    if not ended or not looks_like_name(inner):
        return None
    ends = [found.end() for found in _SENTENCE_INSIDE_QUOTED.finditer(before, max(0, len(before) - LONGEST_CREDIT))]
    photographer = before[ends[-1] :] if ends else ""
    if names_house(inner) and 2 <= len(photographer.split()) <= 4 and looks_like_name(photographer):
        return ends[-1], whole[ends[-1] :]  # `… el viernes. MIA HOLM (AFP)`
    return at, inner.strip()


def _unmarked(whole: str) -> tuple[int, str] | None:
    """`… the gallery. Maria Lund / AFP`: behind the end of a sentence, a name and an agency."""
    ends = [found.end() for found in _SENTENCE_INSIDE_QUOTED.finditer(whole, max(0, len(whole) - LONGEST_CREDIT))]
    if not ends:
        return None
    credit = whole[ends[-1] :].strip(" /–—-")
    if not credit or not looks_like_name(credit) or not ("/" in whole[ends[-1] :] or _FILE_PICTURE.search(credit)):
        return None
    return (ends[-1], credit) if names_house(credit) or agencies.find(credit.split("/")[-1].strip()) else None


_FILE_PICTURE = re.compile(
    r"\s(?:(?:file|stock|archive|handout)\s)?(?:pic(?:ture)?|photo|image|foto)s?$", re.IGNORECASE
)
