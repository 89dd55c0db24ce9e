"""Whom a photo's caption credits at its end, labelled (`Foto: dpa`) or not (`… Mia Holm/Reuters`), and who is enough
of a name for a form to be a credit.

Which captions a page has is for `dom.py`; what a photo says of itself is for `photos.py`.
"""

import re
from dataclasses import replace

from archiver.credits import patterns, photo_patterns
from archiver.credits.credited import Named, given, read, spelled_out
from archiver.credits.people import agencies
from archiver.model import Credit, CreditRole
from archiver.words import bare, fold


def enough(named: list[Named], needs: patterns.Needs, role: CreditRole) -> list[Named]:
    """Those who are credited if the form is one, else nobody: `By dawn the fire was out` has no author."""
    if needs == "agencies":
        return named if named and all(each.agency for each in named) else []
    if needs == "names":
        beside_agency = any(each.agency for each in named)
        fit = all(each.personal or (beside_agency and each.proper) for each in named)
        return named if fit and all(each.proper for each in named) else []
    if role == "source":
        fit = all(each.proper or _heads_house(each.name) for each in named)
        return named if fit else [each for each in named if each.agency and named[0].agency]
    if role == "photo":
        return named if all(each.proper or " " not in each.name for each in named) else []
    return [each for each in named if each.proper]


def _heads_house(name: str) -> bool:
    """What may be the name of a house: `Polisen i Malmö`, `privat`; no part of a sentence."""
    return " " not in name or (not name[0].islower() and len(name.split()) <= 4)


def names_in(who: str) -> list[Named]:
    """Everybody in `who`, behind a label of its own (`© Foto: dpa`), `via` an agency, with a camera."""
    who = _COURTESY.sub("", who)
    return photographed(who, labelled=True) or read(_JOINED.sub(" / ", who))


_COURTESY = re.compile(
    r"^(?:courtesy(?: of)?|cortesía(?: de)?|cortesia(?: di| de)?|gentileza(?: de)?|per gentile concessione di|"
    r"avec l['’]aimable autorisation de|mit freundlicher genehmigung (?:von|der|des))\s",
    re.IGNORECASE,
)
"""How a photo came, before who gave it."""
_JOINED = re.compile(
    r"(?:^|\s|/)(?:[Vv]ia|VIA)\s|\son\s(?=(?:Unsplash|Pexels|Pixabay|Flickr)$)|[/,]\s?(?:©|[Cc]opyright)\s(?:\d{4}\s)?|"
    r"\s(?:file )?(?:photo|foto|picture)s? by\s|发?[（(](?=[^）)]{0,100}$)"
)


def photographed(text: str, *, labelled: bool = False) -> list[Named]:
    """Who took the photo, if that is what all of `text` says (`labelled`: behind a colon or the like)."""
    for pattern, needs in photo_patterns.photo():
        if labelled and needs == "names":
            continue
        if match := pattern.fullmatch(text):
            named = enough(read(_JOINED.sub(" / ", match["who"])), needs, "photo")
            if named:
                return named
    return []


def of_caption(text: str, at: str) -> list[Credit]:
    """The photo's credit at the end of a page's caption."""
    whole = bare(fold(text[-1000:]))
    for _ in range(_BESIDE):
        whole = photo_patterns.NOT_CAPTION.sub("", whole)
    end = photo_patterns.controls().sub("", _once(whole))[-200:].strip()
    if (behind := _HOUSE_BEHIND.search(end)) and (house := agencies.find(behind["house"])):
        # `… (AP Photo/Mia Holm) - Copyright AP Photo`
        found = of_caption(end[: behind.start("after")], at)
        role: CreditRole = "rights" if behind["right"] else "photo"
        return [
            *found,
            *given([Named(name=house.name, agency=house)], role, "image", behind["after"].strip(" -–—"), at),
        ]
    opens = max(end.rfind(mark) for mark in "([（")
    alone = agencies.find(end[opens + 1 :])  # `Foto: Mia Holm (EFE)`
    if opens >= 0 and not alone and agencies.leading(end[opens + 1 :]) and (found := _of_unlabelled(end, at)):
        return found  # `(AFP photo by Mia Holm)` names an agency before the label.
    for pattern, needs in photo_patterns.caption() if photo_patterns.is_labelled(end) else ():
        if match := pattern.search(end):
            words = match[0].strip(" |–—-,./")
            role = _role(words)
            named = enough(names_in(match["who"]), needs, role)
            if role == "source" and any(each.agency for each in named):
                role = "photo"  # Of a chart, `Source:` names where the figures are from.
            if named:
                before = of_caption(end[: match.start()], at) if role == "rights" and end[: match.start()] else []
                return before + given(named, role, "image", words, at)
    if match := photo_patterns.shouted().search(whole):
        named = read(match["who"])
        if any(each.agency for each in named):  # `Bild: SN/APA/MIA HOLM`, and the text goes on.
            return given(named, "photo", "image", match[0], at)
    return _of_unlabelled(end, at)


def _role(words: str) -> CreditRole:
    """The role that the label before a name gives."""
    label = words.lstrip("(（[ ")
    if label.lower().startswith(("©", "c)", "c）", "bildr", "rechte", "copyr")):
        return "rights"
    return "source" if photo_patterns.source().match(label) else "photo"


def _once(text: str) -> str:
    """A caption that says all of it twice, once."""
    half = len(text) // 2
    return text[:half].strip() if half > 10 and text[:half].strip() == text[half:].strip() else text


_BESIDE = 4
"""How many others may be named behind a photographer: styling, hair, make-up …"""
_HOUSE_BEHIND = re.compile(r"[)\]](?P<after>\s?[-–—|]?\s?(?P<right>(?:[Cc]opyright|©)\s?)?(?P<house>[^()\[\]]{2,30}))$")


def _of_unlabelled(end: str, at: str) -> list[Credit]:
    """`… Mia Holm/Reuters`, `… (AP Photo/Mia Holm)`, `… MIA HOLM (EFE)`: an agency must be in it."""
    words = end.rstrip(".。 ")
    if words[-1:] in tuple(")]）"):
        opens = max(words.rfind(mark) for mark in "([（")
        inner = words[opens + 1 : -1]
        before = re.split(r"[.!?…。|]\s", words[:opens])[-1].strip()
        houses = read(inner) if agencies.is_hinted(inner) else []
        photographer = read(before) if houses and all(each.agency for each in houses) else []
        if (
            " " in before
            and len(photographer) == 1
            and photographer[0].personal
            and not photographer[0].agency
            and len(before) < 40
        ):
            inner = f"{before} / {inner}"
        if shot := photographed(inner):
            return given(shot, "photo", "image", words[opens:], at)
        named = _with_agency(inner, words[:opens]) or _ended_before(inner, words[:opens])
        return given(named, "photo", "image", words[opens:], at)
    if match := photo_patterns.FOR_HOUSE.search(words):
        return given(enough(read(match["who"]), "names", "photo"), "photo", "image", match[0].strip(), at)
    if "/" not in words and " via " not in words and not agencies.is_hinted(words[-100:]):
        return []
    starts = [0, *(m.end() for m in re.finditer(r"[.!?…\"”»。|:＝=]\s?|\s[–—/-]\s|\)\s", words))]
    for start in starts[-12:]:
        if "＝" not in words[start:] and (named := _with_agency(words[start:].strip(), "")):
            return given(named, "photo", "image", words[start:], at)
    if (behind := _BEHIND_STROKE.search(words)) and len(named := read(behind["who"])) == 1 and named[0].personal:
        return given(named, "photo", "image", words, at)
    return given(_after_words(words), "photo", "image", words, at)


def _with_agency(text: str, before: str) -> list[Named]:
    """The names of a short text if they are nothing but persons and agencies, at least one agency."""
    if not text or len(text) > 100 or re.search(r"[^\W\d_]{4}\.\s", text):
        return []
    parted = "/" in text or " via " in text
    if not parted and not agencies.is_hinted(text):
        return []
    named = read(_JOINED.sub(" / ", text))
    known = any(each.agency for each in named)
    if parted and 0 < len(named) <= 5 and all(each.proper for each in named):
        # `Mia Holm/The Courier`, `Mia Holm/KXYZ`, `SkyCo via Nasa`, `City Police/EFE`
        fit = known or named[0].personal or (len(named) == 2 and named[1].personal) or " via " in text
    else:
        fit = known and all(each.personal for each in named)
    return named if fit and not spelled_out(before, text) else []


def _ended_before(inner: str, before: str) -> list[Named]:
    """`… left the pier. (The Courier)`: names alone in a bracket behind the last sentence."""
    ended = not before.strip() or before.rstrip().endswith((".", "!", "?", "…", "”", '"', "。"))
    if not ended or len(inner) > 60 or _NO_NAMES.search(inner):
        return []
    named = read(inner)
    # Of single words only those that no dictionary has: `(CBC)`, `(Christie's)`, no `(Sonderfahrt)`.
    known = " " in inner or inner[1:] != inner[1:].lower() or "'" in inner or "’" in inner
    return named if known and len(named) <= 3 and all(each.proper for each in named) else []


_NO_NAMES = re.compile(r"[\d:;–—!?=]|\s-\s")
_BEHIND_STROKE = re.compile(
    r"[^\W\d_A-Z][\w-]{0,40}\s.{0,200}\w\s/\s(?P<who>[^\W\d_a-z][\w.'’-]+(?:\s[^\W\d_a-z][\w.'’-]*){1,2})$"
)
"""`El puerto, este lunes / Mia Holm`: a name behind a stroke of its own, words of the caption before it."""


def _after_words(text: str) -> list[Named]:
    """`… opens the pier Mia Holm/Reuters`: two or three words in capitals before the stroke, else the agency alone."""
    match = re.search(
        r"\s[^\W\d_A-Z][\w-]*\s(?P<who>(?:[^\W\d_a-z][\w.-]*\s)?(?:[A-Z]\.?\s)?[^\W\d_a-z][\w.-]*\s?/.{2,60})$", text
    ) or re.search(r"\s[^\W\d_a-z][\w.-]*\s(?P<who>[^\W\d_a-z][\w.-]+\s[^\W\d_a-z][\w.-]*/.{2,60})$", text)
    named = _with_agency(match["who"], "") if match else []
    return named if any(each.agency for each in named) else []


def printed_credit(credit: str, url: str | None, at: str) -> list[Credit]:
    """The photo's credit as a seed's reader parted it from its caption, with the address it was linked to."""
    inner = credit.strip("()[] ")
    role: CreditRole = "rights" if inner.startswith(("©", "ⓒ")) else "photo"
    named = names_in(inner.strip("©ⓒ "))
    return [replace(each, url=url) for each in given(named, role, "image", credit, at)]
