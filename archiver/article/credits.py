"""Who is credited, in which role, by a seed or a page (DESIGN.md, section 4, `credits`).

A credit stands in a form of its own: a line after the body, a dateline, a caption's end, a byline. An agency named in a
sentence (`told AFP`, `according to Reuters`) is a mention and credits nobody, so only those forms are read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from archiver.article import agencies, forms, names
from archiver.article.tokens import fold
from archiver.model import Claim, ClaimSource, Credit, CreditKind, CreditRole, PageAnchor, PageCaption, Paragraph, Seed

FIRST, LAST = 3, 8
"""How many paragraphs are read as datelines, and how many at a page's end as credit lines."""
MAX_LINE = 400

_Of = Literal["article", "image"]


def credits_of_seed(seed: Seed) -> tuple[Credit, ...]:
    """The credits of a seed's lines and of its photo's caption."""
    found = list(_of_paragraphs([(p.text, f"line {p.line}") for p in seed.paragraphs], _closing(seed.paragraphs)))
    if seed.caption:
        at = f"line {seed.caption.line}"
        found += (
            _printed(seed.caption.credit, seed.caption.credit_url, at)
            if seed.caption.credit
            else _of_caption(seed.caption.text, at)
        )
    return _once([replace(credit, source="seed") for credit in found])


def credits_of_page(
    paragraphs: Sequence[str],
    captions: Iterable[PageCaption],
    anchors: Iterable[PageAnchor],
    authors: Iterable[Claim],
    lang: str | None,
) -> tuple[Credit, ...]:
    """The credits of a page's text, of its figure captions (a link at a caption's end may be one) and of its authors,
    as its markup names them."""
    placed = [(text, f"paragraph {n}") for n, text in enumerate(paragraphs, start=1)]
    found = list(_of_paragraphs(placed, max(0, len(placed) - LAST)))
    for author in authors:
        named = _named(author.value, "author", "article", author.raw, author.at)
        found += [replace(each, source=author.source) for each in named]
    linked = {anchor.at.rpartition("/")[0]: anchor for anchor in anchors}
    for caption in captions:
        anchor = linked.get(caption.at)
        if anchor and _is_credit(anchor) and caption.text.rstrip(".)").endswith(anchor.text):
            found += _printed(anchor.text, anchor.href, anchor.at)
        else:
            found += _of_caption(caption.text, caption.at)
    return _once([replace(credit, lang=lang) for credit in found])


def _is_credit(anchor: PageAnchor) -> bool:
    """A link to an agency or a site, by its words."""
    return bool(agencies.find(anchor.text) or forms.SITE.fullmatch(anchor.text))


def credits_of_line(text: str, at: str) -> list[Credit]:
    """The credits a line gives by its dateline, as a line of its own, or by an agency in brackets at its end."""
    line = fold(text)
    if found := _of_dateline(line, at):
        return found
    if len(line) <= MAX_LINE and (found := _of_whole(line.strip("—–- *_"), at)):
        return found
    closing = forms.closing().search(line[-120:])
    return _named(closing["who"], "source", "article", closing[0], at) if closing else []


def _of_dateline(line: str, at: str) -> list[Credit]:
    for pattern in forms.datelines():
        match = pattern.match(line[:160])
        if (
            match
            and _is_place(match["place"])
            and (not match[0][-1].isalpha() or not line[match.end() :][:1].islower())
        ):
            return _named(match["who"], "source", "article", match[0], at)
    return []


def _is_place(place: str) -> bool:
    """A dateline's place and date are a few words that begin with a capital (the date's aside), or nothing."""
    return len(place.split()) <= 7 and _is_proper(forms.DATE.sub(" ", place))


def _of_whole(line: str, at: str) -> list[Credit]:
    parts = [part for part in forms.sentences().split(line) if part.strip()]
    if len(parts) > 1:
        each = [_of_whole(part.strip("() "), at) for part in parts]
        # A sentence before it makes it a paragraph of text, whatever it ends with.
        return [credit for found in each for credit in found] if each[0] else []
    inner = line[1:-1].strip() if line[:1] in tuple("([（") and line[-1:] in tuple(")]）") else line
    for pattern, role in forms.lines():
        if match := pattern.fullmatch(inner):
            return _proper(_named(match["who"], role, "image" if role == "photo" else "article", line, at))
    if who := forms.photographed(inner):
        return _proper(_named(who, "photo", "image", line, at))
    if match := forms.byline().fullmatch(inner):
        beside = _named(match["with"], "contributor", "article", line, at) if match["with"] else []
        return _proper(_named(match["who"], "author", "article", line, at)) + beside
    return []


def _proper(found: list[Credit]) -> list[Credit]:
    """Without those who are no names: `By dawn the fire was out` has no author."""
    named = (
        c.agency or c.role in ("source", "rights") or _is_proper(c.name) or (c.role == "photo" and " " not in c.name)
        for c in found
    )
    return [credit for credit, proper in zip(found, named, strict=True) if proper]


def _is_proper(name: str) -> bool:
    """Every word begins with a capital (in scripts that have them), particles aside."""
    return not any(word[0].islower() and word not in forms.PARTICLES for word in name.split())


def _of_paragraphs(placed: Sequence[tuple[str, str]], closing: int) -> Iterator[Credit]:
    """Datelines and bylines at the beginning, credit lines from the paragraph number `closing` on."""
    for n, (text, at) in enumerate(placed):
        if n >= closing or (n < FIRST and len(text) <= 120):
            yield from credits_of_line(text, at)
        elif n < FIRST:
            yield from _of_dateline(fold(text[:400]), at)


def _closing(paragraphs: Sequence[Paragraph]) -> int:
    """Where a seed's credit lines may begin: the first agency line, but at least the last three paragraphs."""
    first = next((n for n, p in enumerate(paragraphs) if p.agency), len(paragraphs))
    return max(0, min(first, len(paragraphs) - 3))


def _printed(credit: str, url: str | None, at: str) -> list[Credit]:
    """The photo's credit as a seed's reader parted it from its caption, with the address it was linked to."""
    bare = credit.strip("()[] ")
    role: CreditRole = "rights" if bare.startswith("©") else "photo"
    who = forms.photographed(bare) or bare.strip("© ")
    return [replace(each, url=url) for each in _named(who, role, "image", credit, at)]


def _of_caption(text: str, at: str) -> list[Credit]:
    """The photo's credit at the end of a page's caption."""
    end = forms.NOT_CAPTION.sub("", fold(text))[-200:].strip()
    for pattern, agency_needed in forms.caption():
        if match := pattern.search(end):
            words = match[0].strip(" |–—-")
            role: CreditRole = "rights" if words.lstrip("( ").startswith(("©", "(c)", "(C)")) else "photo"
            found = _proper(_named(match["who"], role, "image", words, at))
            if found and (not agency_needed or any(c.agency for c in found) or forms.photographed(match["who"])):
                return found
    return []


def _named(who: str, role: CreditRole, of: _Of, text: str, at: str) -> list[Credit]:
    """One credit a name; an agency by its short name, anybody else as printed."""
    who = forms.photographed(who) or who
    found = []
    for printed in _parted(who):
        name = forms.IN_PLACE.sub("", printed).strip()
        agency = agencies.find(name)
        if agency is None and (forms.EDITORS_SIGN.fullmatch(name) or len(name) > 80 or len(name.split()) > 8):
            continue
        found.append(
            Credit(
                name=agency.name if agency else name,
                kind="organisation" if agency else _kind(name),
                agency=agency.full if agency else None,
                url=None,
                role=role,
                of=of,
                text=fold(text),
                lang=None,
                source="visible",
                at=at,
            )
        )
    return found


def _parted(who: str) -> list[str]:
    """The names in `who`, one by one."""
    if agencies.find(who) or forms.SITE.fullmatch(who):
        return [who]
    if forms.several().fullmatch(who):
        return forms.one().findall(who)
    return names.split(forms.of_agency().sub(", ", forms.ROLE_WORDS.sub(", ", who)))


def _kind(name: str) -> CreditKind:
    if forms.SITE.fullmatch(name):
        return "site"
    personal = 2 <= len(name.split()) <= 4 or (len(name) <= 4 and not name.isascii())
    corporate = forms.CORPORATE.search(name) or any(c.isdigit() for c in name)
    return "person" if personal and not corporate else "organisation"


def _once(found: Iterable[Credit]) -> tuple[Credit, ...]:
    first: dict[tuple[str, str, str, ClaimSource], Credit] = {}
    for credit in found:
        first.setdefault((credit.name, credit.role, credit.of, credit.source), credit)
    return tuple(first.values())
