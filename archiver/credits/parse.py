"""Who is credited, in which role, by a seed or a page (docs/bag-format.md, section 4.7).

A credit stands in a form of its own: a line after the body, a dateline, a caption's end, a byline. An agency named in a
sentence (`told AFP`, `according to Reuters`) is a mention and credits nobody, so only those forms are read.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from archiver.credits import byline_patterns, credited, patterns, photo_patterns
from archiver.credits.caption_credits import enough, names_in, of_caption, photographed, printed_credit
from archiver.credits.credited import Named
from archiver.credits.datelines import of_dateline
from archiver.credits.known_bylines import of_known_byline
from archiver.credits.people import agencies
from archiver.credits.people.job_titles import NOBODY
from archiver.credits.people.name_gate import undated
from archiver.model import ClaimSource, Credit, CreditRole, Paragraph, Seed
from archiver.words import bare, fold

FIRST, LAST = 3, 8
"""How many paragraphs are read as datelines, and how many at a page's end as credit lines."""
MAX_LINE = 600
LONGEST_SIGNATURE = 120
_LONGEST_PAIR, _LABEL, _MOST_WORDS = 220, 60, 9
"""Characters of names with names beside them, and of a label; words of the names before a comma."""


def credits_of_seed(seed: Seed) -> tuple[Credit, ...]:
    """The credits of a seed's byline, of its lines and of its photos' captions."""
    paragraphs = (*([seed.byline] if seed.byline else []), *seed.paragraphs)
    found = list(of_paragraphs([(p.text, f"line {p.line}") for p in paragraphs], _closing(paragraphs)))
    if seed.byline and not any(credit.at == f"line {seed.byline.line}" for credit in found):
        found[:0] = of_known_byline(fold(seed.byline.text), f"line {seed.byline.line}")
    for caption in seed.captions:
        at = f"line {caption.line}"
        if caption.credit:
            labelled = of_caption(caption.credit, at) if photo_patterns.is_labelled(caption.credit) else []
            found += [replace(each, url=caption.credit_url) for each in labelled] or printed_credit(
                caption.credit, caption.credit_url, at
            )
        else:
            found += of_caption(caption.text, at)
    return tuple(replace(credit, source="seed") for credit in once(found))


def credits_of_whole(text: str) -> list[Credit]:
    """The credits of a line that is a credit and nothing else: no dateline, no paragraph with a signature behind it."""
    line = bare(fold(text))
    return _of_whole(line.strip("—–- *_"), "") if len(line) <= MAX_LINE else []


def credits_of_line(text: str, at: str) -> list[Credit]:
    """The credits a line gives by its dateline, as a line of its own, or by a signature at its end."""
    line = bare(fold(text))
    if len(line) > MAX_LINE:
        return of_dateline(line, at) or _of_closing(line, at)
    return [replace(credit, at=at) for credit in _of_short_line(line)]


@lru_cache(maxsize=64)
def _of_short_line(line: str) -> list[Credit]:
    """As `credits_of_line`, without the place: the last lines of a page are mostly those of its seed."""
    return of_dateline(line, "") or _of_whole(line.strip("—–- *_"), "") or _of_closing(line, "")


def _of_closing(line: str, at: str) -> list[Credit]:
    """A signature after a paragraph's last sentence: `(AFP)`, `/ritzau/`, ` PTI`, `(Reporting by …; editing by …)`."""
    end = line[-MAX_LINE:]
    last = end.rstrip(".。")[-1:]
    if (
        end[-2:-1] >= "々"
        and last in tuple(")）")
        and (match := byline_patterns.signed_in_brackets().search(end[-80:]))
    ):
        names = re.split("[、，]", match["who"])
        if (
            match["place"]
            or match["office"]
            or not any(byline_patterns.no_name_in_japanese().search(name) for name in names)
        ):
            return credited.given([Named(name=name) for name in names], "author", "article", match[0], at)
    if last in tuple(")）]/") and (match := patterns.CLOSING.search(end)):
        who, before = match["who"] or match["slashed"], end[: match.start()].rstrip()
        ended = before[-1:] in tuple(".!?…。\"”»’'")
        if signed := credited.run(who):
            own = ended or not credited.spelled_out(before, who)
            return credited.given(signed, "source", "article", match[0], at) if own else []
        found = _of_whole(who, at) if ended else []
        return [credit for credit in found if credit.role not in ("source", "photo")] if len(who) > 3 else []
    if last == "】" and (match := byline_patterns.signed_in_japanese().search(end[-80:])):
        named = [Named(name=name) for name in byline_patterns.BEHIND_KATAKANA.findall(match["who"])]
        return credited.given(named, "author", "article", match[0], at)
    if match := patterns.UNBRACKETED.search(end[-60:]):
        return credited.given(credited.run(match["who"]), "source", "article", match["who"], at)
    return []


def _of_whole(line: str, at: str) -> list[Credit]:
    inner = _without_brackets(line)
    if not inner[:1].isascii():
        inner = byline_patterns.LABEL_IN_CHINESE.sub("：", inner)
    if found := _of_byline(inner, at):
        return found
    if len(inner) <= LONGEST_SIGNATURE and (found := _of_writers(inner, at)):
        return found
    if (
        len(inner) <= LONGEST_SIGNATURE
        and (match := byline_patterns.DASHED_BYLINE.fullmatch(inner))
        and (house := agencies.find(match["house"]))
    ):
        named = enough(credited.read(match["who"]), "names", "author")
        if named and not any(each.agency for each in named):
            return credited.given([*named, Named(name=house.name, agency=house)], "author", "article", line, at)
    cut = patterns.sentences().search(inner)
    if cut and inner[: cut.start()].strip():
        before = inner[: cut.start()]
        first = _of_whole(_balanced(before), at)
        if not first and inner != line and (authors := enough(credited.read(before), "names", "author")):
            # `(Mia Holm, version française Jon Lind, édité par Ada Berg)`
            beside = _of_parts(inner, at)
            return credited.given(authors, "author", "article", line, at) + beside if beside else []
        # A sentence before it makes it a paragraph of text, whatever it ends with.
        return (
            first + _of_parts(inner, at) if first or byline_patterns.from_where().fullmatch(before.rstrip(".")) else []
        )
    return _of_form(inner, at) or _of_signature(inner, at)


def _of_writers(line: str, at: str) -> list[Credit]:
    """Bylines by their build: `Text: Mia Holm, Fotos: Jon Lind`, `Mia Holm in Paris and Jon Lind in Oslo`, `Mia Holm
    Political editor`, `新华社记者 王小明`, `（カイロ＝山田花子）`."""
    both = byline_patterns.wrote_beside_shot().fullmatch(line)
    if both is None and line.endswith(")") and "(" in line:
        both = byline_patterns.wrote_and_shot().fullmatch(line)
        both = both if both and both["text"] else None
    if both:
        return _written_and_shot(both["who"], both["shot"], line, at)
    for pattern in (
        byline_patterns.BEFORE_AGENCIES,
        byline_patterns.TITLED,
        byline_patterns.REPORTS_FROM,
        byline_patterns.PLACED,
    ):
        if match := pattern.fullmatch(line):
            named = enough(credited.read(match["who"]), "names", "author")
            return credited.given(named, "author", "article", line, at)
    if "者" in line and (match := byline_patterns.reporter_in_chinese().fullmatch(line)):
        house = credited.read(match["house"]) if agencies.find(match["house"]) else []
        if house or match["house"].startswith("本") or (not match["house"] and match["cut"]):
            names = [Named(name=name) for name in re.split(r"[、，\s]", match["who"])]
            return credited.given([*house, *names], "author", "article", line, at)
    return []


def _written_and_shot(who: str, shot: str, line: str, at: str) -> list[Credit]:
    authors, photographers = (enough(credited.read(each), "names", "author") for each in (who, shot))
    return credited.given(authors, "author", "article", line, at) + credited.given(
        photographers, "photo", "image", line, at
    )


def _of_parts(line: str, at: str) -> list[Credit]:
    """What the parts of a line after its first say."""
    parts = [part for part in patterns.sentences().split(line) if part.strip()]
    return [credit for part in parts[1:20] for credit in _of_whole(_balanced(part), at)]


def _balanced(part: str) -> str:
    """A part of a line without the bracket whose other half stands in another part."""
    if part.count("(") > part.count(")"):
        part = part.strip().removeprefix("(")
    return part.strip().removesuffix(")") if part.count(")") > part.count("(") else part.strip()


def _without_brackets(line: str) -> str:
    if line[:1] in tuple("([（[") and line.rstrip(".。")[-1:] in tuple(")]）"):
        inner = line.rstrip(".。")[1:-1].strip()
        return inner if not any(mark in inner for mark in "()（）") else line
    return line


def _of_signature(line: str, at: str) -> list[Credit]:
    """`ino/dpa`, `jsi/wd (AFP, dpa)`, `SDA`, and `EFE/ Mia Holm`, `Mia Holm/Reuters` of a photo."""
    if len(line) > LONGEST_SIGNATURE:
        return []
    if (
        "(" in line
        and (match := byline_patterns.SIGNED_BYLINE.fullmatch(line))
        and (house := agencies.find(match["house"]))
    ):
        named = enough(credited.read(match["who"]), "names", "author")
        source = credited.given([Named(name=house.name, agency=house)], "source", "article", line, at) if named else []
        return credited.given(named, "author", "article", line, at) + source
    signed = credited.run(line.replace("(", ", ").rstrip(")") if line[:1].islower() else line)
    if signed:
        photo = any(each.agency and each.agency.pictures for each in signed)
        return credited.given(signed, "photo" if photo else "source", "image" if photo else "article", line, at)
    if (match := patterns.AGENCY_AND_PLACE.fullmatch(line)) and (house := agencies.find(match["house"])):
        return credited.given([Named(name=house.name, agency=house)], "source", "article", line, at)
    if "/" in line or " | " in line or " via " in line:
        named = credited.read(line.replace(" via ", " / "))
        houses = [each.agency.name for each in named if each.agency]
        if houses and len(named) <= 4 and all(each.personal for each in named):
            # Of these a byline is printed so, of the others a photo's credit.
            role: CreditRole = (
                "author" if houses[0] in _SO_SIGNED and (not named[0].agency or houses[0] in _NORDIC) else "photo"
            )
            return credited.given(named, role, "article" if role == "author" else "image", line, at)
    elif "," not in line and line[-1:] not in tuple(".!?") and len(_JOINED_BY.findall(line)) == 1:
        # `Mia Holm and AFP`
        named = credited.read(line)
        if len(named) == 2 and named[0].personal and not named[0].agency and named[1].agency:
            return credited.given(named, "author", "article", line, at)
    elif 1 <= line.count(",") <= 3:
        first, _, second = line.partition(",")
        titled = credited.is_title(second.strip())
        if len(first.split()) > _MOST_WORDS or not (titled or agencies.is_hinted(second)):
            return []
        named = credited.read(line)
        known = titled if len(named) == 1 else named and named[-1].agency
        if known and not any(each.agency for each in named[:-1]) and all(each.personal for each in named):
            return credited.given(named, "author", "article", line, at)
    return []


def _of_form(line: str, at: str) -> list[Credit]:
    small = line.lower()
    for form in patterns.of_line(line):
        if form.marks and not any(map(small.__contains__, form.marks)):
            continue
        if match := form.pattern.fullmatch(line):
            beside = patterns.helped().fullmatch(match["who"]) if form.role == "author" else None
            if beside and (both := _of_helped(beside["who"], beside["with"], line, at)):
                return both
            named = enough(names_in(match["who"]), form.needs, form.role)
            found = credited.given(named, form.role, "article", line, at)
            if found:
                return found + (credited.given(named, "photo", "image", line, at) if form.of_photo else [])
    if len(line) > _LONGEST_PAIR:
        return []
    if photo_patterns.is_labelled(line[:_LABEL]) and (photographers := photographed(line)):
        return credited.given(photographers, "photo", "image", line, at)
    if found := _of_places(line, at):
        return found
    if patterns.has_with(small) and agencies.is_hinted(line) and (match := patterns.helped().fullmatch(line)):
        return _of_helped(match["who"], match["with"], line, at)
    return []


def _of_places(line: str, at: str) -> list[Credit]:
    """`Mia Holm reported from Paris, and Jon Lind from Oslo`."""
    places = list(byline_patterns.from_where().finditer(line)) if " from " in line else []
    if (
        not places
        or not (" reported" in line or " contributed" in line)
        or any(word[:1].islower() for word in byline_patterns.from_where().sub("", line).split())
    ):
        return []
    found: list[Credit] = []
    for match in places:
        role: CreditRole = "contributor" if match["helped"] else "author"
        found += credited.given(enough(credited.read(match["who"]), "names", role), role, "article", line, at)
    return found


def _of_byline(line: str, at: str) -> list[Credit]:
    match = patterns.byline().fullmatch(line)
    if match is None:
        return []
    if (beside := patterns.helped().fullmatch(match["who"])) and (
        found := _of_helped(beside["who"], beside["with"], line, at)
    ):
        return found
    if beside:
        authors, helpers = credited.read(beside["who"]), credited.read(beside["with"])
        if authors and all(credited.kind_is_personal(each.name) and each.personal for each in authors + helpers):
            both = credited.given(authors, "author", "article", line, at)
            return both + credited.given(helpers, "contributor", "article", line, at)
    if shot := byline_patterns.wrote_and_shot().fullmatch(match["who"]):
        return _written_and_shot(shot["who"], shot["shot"], line, at)
    before, dash, after = undated(match["who"]).partition(" — ")
    named = credited.read(undated(match["who"]) if not dash or agencies.find(after) else before)
    needs: patterns.Needs = "anybody" if match["colon"] else "names"
    return credited.given(enough(named, needs, "author"), "author", "article", line, at)


def _of_helped(who: str, beside: str, line: str, at: str) -> list[Credit]:
    """`Mia Holm mit dpa`, `Le Phare avec AFP`, `Redaktion (mit dpa)`."""
    if not (agencies.is_hinted(beside) or NOBODY.fullmatch(beside)):
        return []
    helpers = credited.read(beside)
    if not all(each.agency for each in helpers):
        return []
    authors = credited.read(who)
    if not helpers and not (authors and all(each.personal for each in authors)):
        return []
    if (
        not all(each.proper for each in authors)
        or len(authors) > 5
        or (who[:1].islower() and authors and not _SITE.fullmatch(who))
    ):
        return []
    if len(authors) == 1 and authors[0].name.lower() in _TALKS:
        return []
    return credited.given(authors, "author", "article", line, at) + credited.given(
        helpers, "contributor", "article", line, at
    )


_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}")
_JOINED_BY = re.compile(r"\s(?:and|und|et|y|e|og|och|en)\s")
_SO_SIGNED = frozenset(("TT", "NTB", "Ritzau", "STT", "EFE", "Europa Press", "Lusa", "PAP"))
_NORDIC = frozenset(("TT", "NTB", "Ritzau", "STT"))
_TALKS = frozenset(("interview", "gespräch", "entretien", "entrevista", "intervista", "vertrag", "streit"))


def of_paragraphs(placed: Iterable[tuple[str, str]], closing: Container[int]) -> Iterator[Credit]:
    """Datelines and bylines at the beginning, credit lines where the number of the paragraph is in `closing`."""
    for n, (text, at) in enumerate(placed):
        if n in closing or (n < FIRST and len(text) <= 120):
            yield from credits_of_line(text, at)
        elif n < FIRST:
            yield from of_dateline(fold(text[:400]), at)


def _closing(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
    """Which of a seed's paragraphs may credit somebody: the agency lines and the last three."""
    return frozenset(n for n, p in enumerate(paragraphs) if p.agency or n >= len(paragraphs) - 3)


def once(found: Iterable[Credit]) -> tuple[Credit, ...]:
    """The credits, each of a name, a role and a source once."""
    first: dict[tuple[str, str, str, ClaimSource], Credit] = {}
    for credit in found:
        first.setdefault((credit.name, credit.role, credit.of, credit.source), credit)
    return tuple(first.values())
