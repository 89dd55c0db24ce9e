"""The names in the part of a credit that says who: `Mia Holm in Oslo, Jon Lind/AFP via Getty Images and agencies`.

Gives persons and agencies one by one, without their places and offices and without those who are nobody (`Handout`,
`Agenturen`, an editor's sign). What role they have, and whether the line credits at all, is for `parse.py`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from archiver.credits.people import agencies, job_titles
from archiver.credits.people.agencies import Agency
from archiver.credits.people.name_gate import is_name, names_of
from archiver.model import ClaimSource, Credit, CreditKind, CreditRole
from archiver.words import fold

Of = Literal["article", "image"]

_MOST = 300
"""Characters that are read, and words and characters a name may have."""
_WORDS, _LETTERS = 8, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who stands there: an agency, or anybody else by the `name` as printed."""

    name: str
    agency: Agency | None = None

    @property
    def too_long(self) -> bool:
        """Whether it is not a name but a part of a sentence."""
        return len(self.name) > _LETTERS or len(self.name.split()) > _WORDS

    @property
    def proper(self) -> bool:
        """An agency, a site, or a name whose every word begins with a capital (in scripts that have them), particles
        aside."""
        words = self.name.split()
        if self.too_long or any(mark in self.name for mark in ":：©?!") or not is_name(self.name):
            return False
        capitals = words[0] not in PARTICLES and all(not w[0].islower() or w in PARTICLES for w in words)
        return bool(
            self.agency
            or SITE.fullmatch(self.name)
            or capitals
            or (words[0] in _BEFORE_SURNAMES and any(w[0].isupper() for w in words[1:]))
        )

    @property
    def personal(self) -> bool:
        """An agency, a site, or what looks like the name of a person or a paper: two to five proper words, or a few
        signs of a script without words."""
        if self.agency or SITE.fullmatch(self.name):
            return True
        if _WITHOUT_SPACES.fullmatch(self.name):
            return True
        return 2 <= len(self.name.split()) <= 5 and self.proper and not _WITHOUT_SPACES.search(self.name)


def read(who: str) -> list[Named]:
    """Everybody in `who`, in order, each once; a part too long to be a name stands as it is, and is not `proper`."""
    return list(_everybody(who[:_MOST].strip()))


@lru_cache(maxsize=512)
def _everybody(who: str) -> tuple[Named, ...]:
    found: dict[str, Named] = {}
    for named in _read(who, deep=0):
        found.setdefault(named.name.casefold(), named)
    return tuple(found.values())


def given(
    named: Iterable[Named], role: CreditRole, of: Of, text: str, at: str, *, source: ClaimSource = "visible"
) -> list[Credit]:
    """One credit a name; an agency by its short name, anybody else as printed."""
    return [
        Credit(
            name=each.agency.name if each.agency else each.name,
            kind="organisation" if each.agency else _kind(each.name),
            agency=each.agency.full if each.agency else None,
            url=None,
            role=role,
            of=of,
            text=fold(text),
            lang=None,
            source=source,
            at=at,
        )
        for each in named
        if not each.too_long and is_name(each.name)
    ]


def _kind(name: str) -> CreditKind:
    if SITE.fullmatch(name):
        return "site"
    return "person" if kind_is_personal(name) else "organisation"


def run(text: str) -> list[Named]:
    """Those who sign a dispatch (`ino/dpa`, `APA, AFP`, `red, ORF.at/Agenturen`), if `text` is a signature: agencies,
    editors' signs and sites, at least one agency or a site beside a sign."""
    if len(text) > 120 or not ("." in text[1:-1] or agencies.is_hinted(text)):
        return []
    parts = [part for part in _RUN.split(text.strip(" .")) if part]
    if not parts or len(parts) > 10:
        return []
    found: list[Named] = []
    signs = 0
    for part in parts:
        if several := _agencies_of(part):
            found += several
        elif SITE.fullmatch(part):
            found.append(Named(name=part))
        elif all(_SIGN.fullmatch(word) or agencies.find(word) for word in part.split()):
            found += [Named(name=a.name, agency=a) for word in part.split() if (a := agencies.find(word))]
            signs += 1
        elif job_titles.NOBODY.fullmatch(part) or ("/" in text and found and _ACRONYM.fullmatch(part)):
            signs += 1
        elif _DAY.fullmatch(part):
            continue
        else:
            return []
    return found if any(each.agency for each in found) or signs else []


def is_title(text: str) -> bool:
    """Whether the words say what somebody does: `envoyée spéciale à Rabat`, `staff writer`."""
    return bool(job_titles.TITLE.search(text))


def spelled_out(before: str, acronym: str) -> bool:
    """Whether the words before a bracket spell the letters in it: `the Australian Federal Police (AFP)`."""
    letters = [letter.lower() for letter in acronym if letter.isalpha()]
    words = [word for word in re.split(r"[\s-]+", before.strip()) if word]
    initials = [word[0].lower() for word in words[-len(letters) :]]
    return len(letters) > 1 and initials == letters


def _read(who: str, deep: int) -> Iterator[Named]:
    if not who.strip(_MARKS) or deep > 4:
        return
    if agency := agencies.find(who):
        yield Named(name=agency.name, agency=agency)
        return
    desk = job_titles.OF_AGENCY.match(who)
    if desk and (house := agencies.leading(who[desk.end() :])) and house[1]:
        yield Named(name=house[0].name, agency=house[0])
        yield from _read(house[1], deep + 1)
        return
    office = agencies.leading(who)
    if office and (title := job_titles.OFFICE.match(office[1])):
        yield Named(name=office[0].name, agency=office[0])
        yield from _read(office[1][title.end() :], deep + 1)
        return
    pieces = [("", who)] if _PLAIN.fullmatch(who) else _pieces(who)
    if len(pieces) == 1:
        yield from _one(pieces[0][1], deep)
        return
    last = ""
    for joint, piece in pieces:
        place = _PLACE.fullmatch(piece) and (joint != "en" or " " not in piece)
        if last and place and joint in _BEFORE_PLACES and " " in last and not agencies.find(piece):
            continue
        if last and _AT_PLACE.fullmatch(piece):
            continue
        if last and job_titles.TITLE.search(piece) and not agencies.leading(piece):
            # `correspondante de l'AFP`
            if employer := agencies.find(re.split(r"\s|['’]", piece)[-1]):
                yield Named(name=employer.name, agency=employer)
            continue
        last = piece
        yield from _read(piece, deep + 1)


def _one(piece: str, deep: int) -> Iterator[Named]:
    """One name, with what may cling to it."""
    if several := _agencies_of(piece):
        yield from several
        return
    if behind := job_titles.BEFORE_NAME.match(piece):
        piece = piece[behind.end() :]
    plain = _IN_PLACE.sub("", job_titles.ROLE_BEFORE.sub("", piece.strip(_MARKS))).strip(_MARKS)
    of = _OF.match(plain)
    if of and (agency := agencies.find(of["house"])):
        yield from _read(of["name"], deep + 1)
        yield Named(name=agency.name, agency=agency)
        return
    plain = plain.removesuffix(" 기자")
    plain = _DATED.sub("", _HOUSE.sub("", _CLIENT.sub("", plain))).strip(_MARKS)
    if job_titles.NOBODY.fullmatch(plain) or _SIGN.fullmatch(plain) or not any(c.isalpha() for c in plain):
        return
    if cut := _before_agency(plain):
        yield Named(name=cut[0])
        yield Named(name=cut[1].name, agency=cut[1])
        return
    office = agencies.leading(plain)
    if office and (job_titles.TITLE.search(office[1]) or job_titles.ROLE_ALONE.fullmatch(office[1])):
        yield Named(name=office[0].name, agency=office[0])
    elif agency := agencies.find(plain):
        yield Named(name=agency.name, agency=agency)
    elif found := names_of(plain):
        yield from (Named(name=name, agency=agencies.find(name)) for name in found)
    else:
        yield Named(name=plain)  # No name: where all must be names, the form is not a credit.


def _before_agency(name: str) -> tuple[str, Agency] | None:
    """`OMAR DIETZ Associated Press`: a name of at least two words, and an agency that is none of its words."""
    words = name.split()
    for n in range(2, len(words)):
        last = " ".join(words[n:])
        agency = agencies.table().get(last)
        if agency and (n < len(words) - 1 or last.isupper() or agency.name == "Reuters") and not name.isupper():
            return " ".join(words[:n]), agency
    return None


def _pieces(who: str) -> list[tuple[str, str]]:
    """The names with the joint before each."""
    for printed in agencies.with_strokes() if "/" in who else ():
        who = who.replace(printed, printed.replace("/", agencies.STROKE))
    if "(" in who or "（" in who:
        who = _BRACKETS.sub(lambda m: f", {m[1]}" if run(m[1]) else " ", who)
    text = _NOISE.sub(" ", who) if "@" in who or "://" in who else who
    cut = _JOINT.split(_AND_LAST.sub(", ", text.strip(_MARKS)))
    pieces = list(zip(["", *cut[1::2]], cut[::2], strict=True))
    found: list[tuple[str, str]] = []
    for joint, piece in pieces:
        halves = _SOFT_JOINT.split(piece)
        # `Ortega y Gasset` is one name; `Ana Ruiz y Luis Gil` are two.
        # Of `Ana Ruiz en Lima y Luis Gil` the place is cut off before.
        behind = len(joint.strip()) == 2 and len(halves) > 1 and bool(_PLACE.fullmatch(halves[0]))
        if all(" " in half or agencies.find(half) or job_titles.NOBODY.fullmatch(half) for half in halves[behind:]):
            found += [(joint.strip().lower() if n == 0 else "y", half) for n, half in enumerate(halves)]
        else:
            found.append((joint.strip().lower(), piece))
    return [(joint, piece.strip()) for joint, piece in found if piece.strip(_MARKS)]


def _agencies_of(text: str) -> list[Named]:
    """The agencies of `dpa` or `TT-AFP`, if there is nothing else."""
    whole = agencies.find(text)
    if whole is None and "-" not in text and "–" not in text:
        return []
    parts = [whole] if whole else [agencies.find(part) for part in re.split(r"[–-]", text)]
    return [Named(name=agency.name, agency=agency) for agency in parts if agency] if all(parts) else []


_PLAIN = re.compile(r"(?:[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{2,20}\s){1,2}[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{2,20}")
"""`Mia Holm`: nothing to part."""
_MARKS = " ©.,:;'’\"|·•–—-[]()«»„“”＝="
_SPLIT = r"[,;|/、，；·•＝=+&]"
_RUN = re.compile(rf"(?<!\s)\s*+{_SPLIT}\s*|(?<!\s)\s++(?:and|und|et|y|e|og|och|en|ja|i|oraz|и|та|і|ve|[–—-])\s+")
_JOINT = re.compile(
    rf"((?<!\s)\s*+{_SPLIT}\s*|(?<!\s)\s++(?:and|und|et|og|och|en|ja|oraz|via|и|та|і|й|ve|AND|UND|ET|[–—-])\s+|—|"
    rf"(?<=[\u3040-\u9fff])[・]|(?<=[\u3400-\u9fff])\s(?=(?:实习生|實習生|见习记者|通讯员|记者|記者)\s))"
)
_AND_LAST = re.compile(r"\s?,\s(?:and|und|et|og|och|en|y|e|ve|и|та|і)\s")
_SOFT_JOINT = re.compile(r"(?<!\s)\s++(?:y|e|i|Y|E|I|og)\s+")
_BEFORE_PLACES = (",", "，", "en", "–", "—", "-")
_PLACE = re.compile(r"[^\W\d_a-z][^\W\d_]{1,20}(?:\s(?:de|do|da|am|an der|on)\s[^\W\d_]{2,20})?")
"""What follows a name after a comma and is one word (`Anna Berg, Frankfurt`) is the place she writes from."""
_AT_PLACE = re.compile(r"(?:à|au|aux|in|from|aus|en|em|desde|depuis|vanuit|från|fra|w|в|у)\s[^\W\d_a-z].{1,40}")
_IN_PLACE = re.compile(r"\s(?:in|from|at|à|au|en|aus|em|desde|w|в|из|из|у|з)\s[^\W\d_a-z].{1,60}$")
_HOUSE = re.compile(r"^(?:[A-Z]\w*\s){0,3}[A-Z]\w*(?:['’]s|s['’])\s(?=[A-Z]\w+\s[A-Z])")
_DATED = re.compile(
    r"\s(?:on\s|am\s|le\s)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d|\d{1,2}[./:]\d).*$",
    re.IGNORECASE,
)
"""A date printed after a name, and all that follows it."""
_CLIENT = re.compile(
    r"\s(?:[Ff]or|für|pour|para|per|voor|för|dla|для|[Ss]pecial to|especial para|"
    r"специально для|спеціально для)\s(?:the |die |das |le |la |el |o |a )?[^\W_].{1,60}$"
)
_OF = re.compile(
    r"(?P<name>.{2,60}?)\s(?:of|for|von der|von|vom|da|do|de la|de|di|dell['’]|van|van het|fra|från|für|pour|"
    r"para|per)\s?"
    r"(?P<house>.{2,40})"
)
_BRACKETS = re.compile(r"[(（]([^()（）]{0,80})[)）]?")
_NOISE = re.compile(
    r"[(<\[]?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}[)>\]]?|https?://\S{1,500}|(?<!\w)@\w{1,30}"
)
_ACRONYM = re.compile(r"[A-Z]{2,3}")
_DAY = re.compile(r"\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?")
"""Beside an agency, a desk's sign in capitals; the day behind the agencies: `(APA, red, 3.4.2024)`."""
_SIGN = re.compile(r"[a-zäöüß]{1,4}\d?|dpa:\d\S{0,60}")
_WITHOUT_SPACES = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·・\s]{2,12}")

SITE = re.compile(r"(?:www\.)?[\w-]{2,63}(?:\.[\w-]{1,63}){0,4}\.[A-Za-z]{2,12}")
_BEFORE_SURNAMES = ("van", "de", "von", "ter", "den", "bin", "al", "el", "af", "du", "di", "da")
PARTICLES = frozenset(
    re.findall(
        r"\S+",
        "von van de der den du da di del della des dos das la le al el bin ibn ter ten zu zur af av i y e el- "
        "of the and und et for ben abu",
    )
)
"""Small words within names of people and of houses."""


def kind_is_personal(name: str) -> bool:
    """Whether a name that is not an agency and no site is a person's, rather than an organisation's."""
    words: Sequence[str] = name.split()
    personal = 2 <= len(words) <= 4 or (bool(_WITHOUT_SPACES.fullmatch(name)) and len(name) <= 8)
    return personal and not job_titles.CORPORATE.search(f"{name} ") and not any(c.isdigit() for c in name)
