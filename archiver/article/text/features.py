"""What is measured of each block before it is judged to be the article or not: one row of numbers a block.

The order of the numbers is `NAMES`; the stored model (`body.json`) names those it was trained on, and they must agree.
Nothing here is learned and nothing decided.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import log1p

from archiver.article.text import class_hints, layout
from archiver.article.text.block import Block
from archiver.article.text.block_place import Place

Style = tuple[str, str, str]
"""The tag of a block, its class, and the class of what its siblings stand in."""
Kin = tuple[str, ...]
PROSE = 8.0
"""A block of fewer words, or mostly of links, is not prose."""
_LINKED = 0.35
_AROUND = (-2, -1, 1, 2)
_TAGS = {
    "p": 1,
    "h1": 2,
    "h2": 3,
    "h3": 4,
    "h4": 5,
    "h5": 5,
    "h6": 5,
    "li": 6,
    "dt": 6,
    "dd": 6,
    "div": 7,
    "section": 7,
    "td": 8,
    "th": 8,
    "blockquote": 9,
    "figcaption": 10,
    "article": 11,
    "header": 12,
    "footer": 13,
    "label": 14,
    "pre": 9,
    "address": 13,
    "main": 11,
    "caption": 10,
    "figure": 10,
    "aside": 13,
    "ul": 6,
    "row": 15,
}
_WITHIN = ("article", "main", "header", "footer", "aside", "figure", "li", "table", "form", "blockquote", "a")
_BITS = {tag: 1 << n for n, tag in enumerate(_WITHIN)}
_END = re.compile(r"[.!?…。！？।؟۔][\"'”’»“)\]」』]*$")
_SENTENCE = re.compile(r"[.!?؟।。！？](?:(?<=[。！？])|[\"'”’»“)\]」』]{0,2}(?:\s|$))")
_DIGIT = re.compile(r"[^\x00-/:-\x7f]")
"""What may be a digit: one of ASCII, or no ASCII."""
_HEAD = 120
"""The characters of a block in which a cue, an agency, a date are looked for."""
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_MARKS = re.compile("[.,;:!?…。，、！？]")
_CUES = (
    *("read more", "read also", "read next", "see also", "also read", "more:", "related", "recommended", "sign up"),
    *("subscri", "newsletter", "click here", "follow us", "share this", "advertis", "all rights", "copyright", "©"),
    *("cookie", "javascript", "your browser", "your email", "your inbox", "lesen sie", "mehr zum", "mehr dazu"),
    *("auch interessant", "anzeige", "abonn", "lire aussi", "à lire", "leggi anche", "lee también", "te puede"),
    *("leia também", "leia mais", "lees ook", "læs også", "les også", "läs också", "läs mer", "läs även", "lue myös"),
    *("czytaj", "zobacz", "читайте", "дивіться", "подпи", "підпис", "devamı", "ayrıca", "baca juga", "関連"),
    *("続きを", "相关", "更多", "기자", "무단", "download", "our app", "comment"),
)
_CREDITS = (
    "photo",
    "foto",
    "image",
    "bild",
    "picture",
    "video",
    "source",
    "quelle",
    "credit",
    "©",
    "fot.",
    "by ",
    "von ",
)
_AGENCIES = ("getty", "shutterstock", "reuters", "ap photo", "/afp", "(afp", "dpa", "imago", "(c)", "alamy")
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[:.h]\d\d")

_OWN_NAMES = [f"own_{name}" for name in class_hints.NAMES]
_PAST_NAMES = [f"in_{name}" for name in class_hints.NAMES]
NAMES: tuple[str, ...] = (
    *("words", "linked", "links", "strong", "tag", "end", "marks", "capital", "digits", "cue", "media", "dated"),
    *("quote", "question", "upper", "colon", "lower", "odd", "long", "sentences"),
    *(f"within_{tag}" for tag in _WITHIN),
    *_OWN_NAMES,
    *_PAST_NAMES,
    *("place", "past", "since_title", "titles", "articles", "told", "title", "lead", "again", "json"),
    *("home_prose", "home_near", "up_prose", "style", "home_words", "home_linked", "up_linked", "levels", "deeper"),
    *("before", "after", "alone", "page", "trust", "score"),
    *(f"{what}{at:+d}" for at in _AROUND for what in ("words", "linked", "same", "heading")),
    *("nearby", "nearby_linked", "kin", "kin_words", "kin_blocks"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfDescription:
    """What the page says of itself elsewhere, as sets of words: its title, its description; and the body it declares
    in its data, if it does, as one text without white space."""

    title: frozenset[str]
    lead: frozenset[str]
    body: str


def rows_of(blocks: Sequence[Block], described: SelfDescription) -> tuple[list[int], list[list[float]]]:
    """The blocks that may be of the article, by index, and a row of numbers for each, in the order of NAMES.

    Links alone and short pieces far from the prose are not even measured: on news pages they are three blocks in four.
    """
    if not blocks:
        return [], []
    prose = [each.words if is_prose(each) else 0.0 for each in blocks]
    title, titles = layout.title(blocks, described.title)
    top, inside, total, trust = layout.weigh(blocks, prose, title, titles)
    chosen = [n for n, each in enumerate(blocks) if not _plainly_out(each, inside[n])]
    looks = [style_of(each) for each in blocks]
    styles: defaultdict[Style, float] = defaultdict(float)
    for look, words in zip(looks, prose):
        styles[look] += words
    articles = layout.articles(blocks, top, chosen)
    below = layout.marked(blocks, top, chosen)
    within = [n for n in chosen if prose[n] and inside[n] == 0]
    first, last = (within[0], within[-1]) if within else (0, len(blocks) - 1)
    around = _AroundRows(blocks, prose, looks)
    kin = _Kin(blocks, prose)
    before = _before(blocks, prose)
    copies = Counter([each.text for each in blocks])
    said = _Said([blocks[n] for n in chosen])
    within_tags: dict[Place, int] = {}
    seen: Counter[str] = Counter()
    rows = []
    for n in chosen:
        each = blocks[n]
        place = each.place
        home, up = each.home, each.home.parent or each.home
        rows.append(
            [
                *_of_text(each, said),
                *_flags(_within(place, within_tags), len(_WITHIN)),
                *_flags(place.own | home.own),
                *_flags(below[n]),
                n / len(blocks),
                before[n][0],
                float(min(max(n - title, -20), 60)) if title >= 0 else -30.0,
                float(titles[n]),
                articles[n],
                before[n][1] / total,
                *layout.overlap(each, described.title, described.lead),
                float(seen[each.text]) + 0.1 * (copies[each.text] - 1),
                _declared(each, described.body),
                home.prose / total,
                home.near / total,
                up.near / total,
                styles[looks[n]] / total,
                log1p(home.words),
                home.linked / (home.words or 1),
                up.linked / (up.words or 1),
                float(inside[n]),
                float(max(-6, min(12, place.depth - top.depth))),
                float(min(30, max(-30, n - first))),
                float(min(30, max(-30, n - last))),
                each.words / (home.words or 1),
                log1p(total),
                trust.get(home, 1.0),
                home.score / (top.score or 1),
                *around.row(n),
                *kin.row(n, total),
            ]
        )
        seen[each.text] += 1
    return chosen, rows


def usual(blocks: Sequence[Block], share: float) -> set[Style]:
    """The styles that more than this share of the page's prose has."""
    held: defaultdict[Style, float] = defaultdict(float)
    for each in blocks:
        if is_prose(each):
            held[style_of(each)] += each.words
    total = sum(held.values())
    return {style for style, words in held.items() if words > share * total}


def _plainly_out(each: Block, level: int) -> bool:
    return (each.linked > 0.9 and each.words < 6) or (level >= 3 and each.words < PROSE)


def _before(blocks: Sequence[Block], prose: Sequence[float]) -> list[tuple[float, float]]:
    """The share of all words, and the words of prose, that stand before each block."""
    words = [each.words for each in blocks]
    size = sum(words)
    return [
        (past / size, passed) for past, passed in zip(accumulate(words, initial=0.0), accumulate(prose, initial=0.0))
    ]


def _of_text(each: Block, said: "_Said") -> list[float]:
    text, words = each.text, each.words
    head, start = text[:_HEAD], text[:200]
    lower = head.lower()
    some = start.split()
    digits = sum(map(str.isdigit, _DIGIT.findall(head)))
    return [
        log1p(words),
        each.linked,
        float(min(each.links, 10)),
        each.strong,
        float(_TAGS.get(each.place.tag, 0)),
        1.0 if _END.search(text[-6:]) else 0.5 if text[-1] in ":：" else 0.0,
        len(_MARKS.findall(text[:1000])) / min(words, 160.0),
        1.0 if text[0].isupper() else 0.0,
        digits / len(head),
        1.0 if any(map(lower.__contains__, said.cues)) else 0.0,
        1.0 if lower.startswith(_CREDITS) or any(map(lower.__contains__, said.agencies)) else 0.0,
        1.0 if digits and _DATED.search(head) else 0.0,
        1.0 if text[0] in "\"'“„«»‘「『" else 0.0,
        1.0 if "?" in head else 0.0,
        1.0 if text.isupper() else 0.0,
        1.0 if ":" in head[:40] or "：" in head[:20] else 0.0,
        sum(map(str.islower, next(zip(*some)))) / len(some),
        0.0 if text[0].isalpha() else 1.0 if text[0].isdigit() else 2.0,
        (len(start) - start.count(" ")) / len(some),
        log1p(len(_SENTENCE.findall(text[:2000]))),
    ]


def _within(place: Place, known: dict[Place, int]) -> int:
    """Which of the tags that are asked for this place has or stands in, as bits."""
    if place not in known:
        known[place] = _BITS.get(place.tag, 0) | (_within(place.parent, known) if place.parent is not None else 0)
    return known[place]


@lru_cache(maxsize=4_000)
def _flags(marked: int, of: int = len(class_hints.NAMES)) -> tuple[float, ...]:
    """Each bit as a number, the lowest first: marks in the order of their names."""
    return tuple([float(marked >> n & 1) for n in range(of)])


def is_prose(each: Block) -> bool:
    """Whether a block has words enough, and few enough of them in links."""
    return each.words >= PROSE and each.linked < _LINKED


def style_of(each: Block) -> Style:
    """How a block looks, as far as tag and class show."""
    return each.place.tag, each.place.name, each.home.name


def _declared(each: Block, body: str) -> float:
    """Whether the page's own data has these words: 1 or 0; -1 where it declares no body."""
    if not body:
        return -1.0
    probe = each.text.replace(" ", "")
    middle = len(probe) // 2
    return 1.0 if probe[:30] in body or probe[middle : middle + 30] in body else 0.0


class _Said:
    """The cues and agencies that stand anywhere in these blocks: few of them, so that each block is asked for few."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        heads = "\n".join([each.text[:_HEAD] for each in blocks]).lower()
        self.cues = [cue for cue in _CUES if cue in heads]
        self.agencies = [name for name in _AGENCIES if name in heads]


class _AroundRows:
    """What stands before and after each block."""

    def __init__(self, blocks: Sequence[Block], prose: Sequence[float], looks: Sequence[Style]) -> None:
        none = (None, None)
        self._logs = [0.0, 0.0, *[log1p(each.words) for each in blocks], 0.0, 0.0]
        self._linked = [0.0, 0.0, *[each.linked for each in blocks], 0.0, 0.0]
        self._homes = [*none, *[each.home for each in blocks], *none]
        self._looks = [*none, *[look[:2] for look in looks], *none]
        self._headings = [0.0, 0.0, *[1.0 if look[0] in _HEADINGS else 0.0 for look in looks], 0.0, 0.0]
        self._prose = [0.0] * 4 + [*prose] + [0.0] * 4

    def row(self, n: int) -> list[float]:
        at = n + 2
        home, look = self._homes[at], self._looks[at]
        found: list[float] = []
        for step in _AROUND:
            to = at + step
            alike = float((self._homes[to] is home) + (self._looks[to] == look))
            found += (self._logs[to], self._linked[to], alike, self._headings[to])
        found.append(log1p(sum(self._prose[n : n + 9]) - self._prose[n + 4]))
        found.append(sum(self._linked[at - 2 : at + 3]) / 5)
        return found


class _Kin:
    """The blocks that stand in the page alike, by tag and class up to the third element above them, wherever it is:
    paragraphs in wrappers of their own are not siblings, but they are kin."""

    def __init__(self, blocks: Sequence[Block], prose: Sequence[float]) -> None:
        numbers: dict[Kin, int] = {}
        above: dict[Place, Kin] = {}
        self._of = [numbers.setdefault(self._key(each.place, above), len(numbers)) for each in blocks]
        self._blocks = Counter(self._of)
        self._words = [0.0] * len(numbers)
        for kin, words in zip(self._of, prose):
            self._words[kin] += words

    @staticmethod
    def _key(place: Place, above: dict[Place, Kin]) -> Kin:
        home = place.parent or place
        if home not in above:
            up = home.parent or home
            over = up.parent or up
            above[home] = home.tag, home.name, up.tag, up.name, over.tag, over.name
        return place.tag, place.name, *above[home]

    def row(self, n: int, total: float) -> list[float]:
        words = self._words[self._of[n]]
        return [words / total, log1p(words), log1p(self._blocks[self._of[n]])]
