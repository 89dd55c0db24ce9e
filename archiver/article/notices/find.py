"""Finds the notices of a page about its article, in JSON-LD (schema.org `correction`, `CorrectionComment`) and in what
the page shows in and around the article.

A notice is known by its label, which stands before a colon or a dash or alone above it, or by a sentence that speaks
of an earlier version. Words alone are not a label: `Corrections officers said` is none. The seed is not searched.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from archiver.article.claims import dates
from archiver.article.claims.json_ld import of_page
from archiver.article.html.jsonld import Graph
from archiver.model import Notice, NoticeKind, PageBlock
from archiver.words import normalised

MOST = 50
ABOVE, BELOW = 12, 15
"""Blocks before the first and after the last of the article that are read."""
_LONGEST = 2_000
_NOT_READ = frozenset(("navigation", "embed", "data", "table", "caption"))
_OPENING = r"[\s\W_]{0,6}"
_AFTER = re.compile(
    r"(?P<when>\s{0,2}[(（\[]?[^:：()（）\[\]]{0,40}[)）\]]?)\s{0,2}[:：](?P<text>.{3,})|\s{1,2}[-–—]{1,2}\s{1,2}(?P<dashed>.{3,})"
    r"|[.。]\s{0,2}(?P<stopped>.{3,})|[)）\]】］]\s{0,2}(?P<closed>.{3,})",
    re.DOTALL,
)
_BEFORE_DAY = re.compile(r"^(?:on|of|am|vom|le|du|el|del|il|op)\s", re.IGNORECASE)
_EARLIER = re.compile(
    _OPENING + r"(?:"
    r"(?:an earlier|a previous|the original|a prior) version of (?:this|the) (?:article|story|report|column|post|piece|"
    r"headline|caption)"
    r"|this (?:article|story|report|column|post|piece|headline|caption) (?:was|has been) (?:amended|corrected|"
    r"clarified|"
    r"updated to (?:correct|clarify|reflect)|edited to (?:correct|clarify))\b"
    r"|in einer (?:früheren|vorherigen|ersten) (?:version|fassung)\b"
    r"|une (?:première version|version (?:antérieure|précédente)) de cet? article"
    r"|una versión (?:anterior|previa) de est[ea]\b|en una versión (?:anterior|previa) de est[ea]\b"
    r"|(?:in )?una (?:versione precedente|precedente versione) (?:di questo|dell)"
    r"|(?:em )?uma versão anterior d(?:este|esta|o|a)\b"
    r"|in een eerdere versie van (?:dit|deze|het)\b"
    r"|i en tidigare version av\b|i en tidligere (?:version|versjon|utgave) a[fv]\b"
    r"|(?:jutun|artikkelin|tekstin) aie?m[mp]assa versiossa"
    r"|we wcześniejszej wersji (?:tekstu|artykułu|depeszy)"
    r"|v (?:původní|předchozí|dřívější) verzi (?:článku|textu|zprávy)"
    r"|в (?:более )?(?:ранней|предыдущей|первоначальной) версии (?:этой |этого )?(?:статьи|текста|материала|новости)"
    r"|у (?:попередній|ранішій|первинній) версії (?:цієї |цього )?(?:статті|тексту|матеріалу|новини)"
    r"|haberin (?:önceki|ilk) (?:versiyonunda|halinde)|a cikk (?:korábbi|eredeti) (?:változatában|verziójában)"
    r"|o versiune anterioară a|u (?:prethodnoj|ranijoj) (?:verziji|inačici)|σε προηγούμενη (?:έκδοση|εκδοχή)"
    r"|(?:この|本)?記事の(?:以前|当初)の|当初の記事|本文(?:早前|先前|此前)(?:的)?版"
    r")",
    re.IGNORECASE,
)
_GONE = re.compile(
    _OPENING + r"(?:this|the) (?:article|story|report|post|piece) (?:was|has been|is) "
    r"(?P<word>retracted|withdrawn|removed|killed)\b",
    re.IGNORECASE,
)
_REUTERS = re.compile(r"\s{0,2}\((?P<word>corrects|clarifies|refiles)\s(?P<text>[^()]{3,500})\)", re.IGNORECASE)
_HEADLINE = re.compile(
    r"(?P<word>CORRECTED|CORRECTION|REFILE|CLARIFICATION|CLARIFIED|WITHDRAWN|RETRACTED|RETRACTION|KILL)\s?[-–—:]"
)
_ON = re.compile(
    r"(?:amended|corrected|clarified|retracted|withdrawn|removed|updated) on (?P<when>[^.,;:()]{4,20},? ?\d{4})\b",
    re.IGNORECASE,
)
_KINDS: Mapping[str, NoticeKind] = {
    **dict.fromkeys(("corrects", "refiles", "corrected", "correction", "refile"), "correction"),
    **dict.fromkeys(("clarifies", "clarification", "clarified"), "clarification"),
    **dict.fromkeys(("retracted", "retraction"), "retraction"),
    **dict.fromkeys(("withdrawn", "removed"), "withdrawal"),
    **dict.fromkeys(("kill", "killed"), "kill"),
}


def notices_of(blocks: Sequence[PageBlock], graph: Graph | None, url: str) -> tuple[Notice, ...]:
    """The notices of a page, those of its data first; one that both have counts once."""
    found = list(_declared(graph, url)) if graph is not None else []
    said = [_bare(each.text) for each in found]
    for each in _shown(blocks):
        words = _bare(each.text)
        if not any(words == other or (len(other) > 20 and other in words) for other in said):
            found.append(each)
            said.append(words)
    return tuple(found[:MOST])


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text).casefold().strip()


# In data


def _declared(graph: Graph, url: str) -> Iterator[Notice]:
    for node in of_page(graph, url)[:10]:
        for key in ("correction", "comment"):
            value = node.data.get(key)
            items = value if isinstance(value, list) else [value]
            for index, item in enumerate(items[:MOST]):
                at = f"{node.at}.{key}[{index}]" if isinstance(value, list) else f"{node.at}.{key}"
                yield from _of_item(graph.resolve(item), at, plain=key == "correction")


def _of_item(item: Any, at: str, *, plain: bool) -> Iterator[Notice]:
    """A notice of a text, which is an address where the correction stands elsewhere, or of a CorrectionComment."""
    if isinstance(item, str):
        if plain and (text := normalised(item[: 2 * _LONGEST])[:_LONGEST]):
            yield _notice(text, None, at)
        return
    if not isinstance(item, dict):
        return
    types = item.get("@type")
    if not plain and "CorrectionComment" not in (types if isinstance(types, list) else [types]):
        return
    said = next((item[name] for name in ("text", "description", "name", "url") if isinstance(item.get(name), str)), "")
    text = normalised(said[: 2 * _LONGEST])[:_LONGEST]
    stated = next((item[name] for name in ("datePublished", "dateCreated") if isinstance(item.get(name), str)), None)
    if text:
        yield _notice(text, stated, at)


def _notice(text: str, stated: str | None, at: str) -> Notice:
    label = _labels().match(text)
    labelled = _labelled(text, label) if label is not None else None
    when = dates.parse(stated) if stated else None
    day = when.value if when else labelled[2] if labelled else None
    return Notice(kind=labelled[0] if labelled else "correction", text=text, date=day, at=at)


# In what is shown


def _shown(blocks: Sequence[PageBlock]) -> Iterator[Notice]:
    places = [n for n, block in enumerate(blocks) if block.in_article and not block.is_data]
    if not places:
        return
    near = blocks[max(0, places[0] - ABOVE) : places[-1] + 1 + BELOW]
    read = [each for each in near if each.kind not in _NOT_READ and each.marked is None]
    taken = False
    for block, following in zip(read, [*read[1:], None]):
        if taken:
            taken = False
            continue
        text = block.text[:_LONGEST]
        label = _labels().match(text)
        if label is not None and (labelled := _labelled(text, label)):
            yield Notice(kind=labelled[0], text=text, date=labelled[2] or _day(text), at=block.at)
        elif (
            label is not None
            and (kind := _label_alone(text, label))
            and following is not None
            and len(following.text) > len(text)
        ):
            taken = True
            yield Notice(kind=kind, text=following.text[:_LONGEST], date=_day(following.text), at=following.at)
        elif kind := _sentence(block):
            yield Notice(kind=kind, text=text, date=_day(text), at=block.at)


def _sentence(block: PageBlock) -> NoticeKind | None:
    text = block.text[:_LONGEST]
    if _EARLIER.match(text):
        return "correction"
    for pattern in (_GONE, _REUTERS):
        if found := pattern.match(text):
            return _KINDS[found["word"].lower()]
    if block.kind == "heading" and (found := _HEADLINE.match(text)):
        return _KINDS[found["word"].lower()]
    return None


def _day(text: str) -> str | None:
    """The day on which a notice says that something was amended."""
    found = _ON.search(text[:300])
    when = dates.parse(found["when"].strip()) if found else None
    return when.value if when else None


def _labelled(text: str, label: re.Match[str]) -> tuple[NoticeKind, str, str | None] | None:
    """Kind, words and day of a text that begins with this label and a sign that ends it."""
    kind, rest = _kind_of(label["label"]), _AFTER.match(text, label.end())
    if kind is None or rest is None:
        return None
    said = rest["text"] or rest["dashed"] or rest["stopped"] or rest["closed"]
    between = (rest["when"] or "").strip(" ()（）[],.")
    when = dates.parse(between) or dates.parse(_BEFORE_DAY.sub("", between)) if between else None
    if (between and when is None) or (rest["stopped"] and kind in ("kill", "advisory")):
        return None  # other words stand between label and colon: `Correction officers in the north:`
    return kind, said.strip(), when.value if when else None


def _label_alone(text: str, label: re.Match[str]) -> NoticeKind | None:
    """The kind of a label that nothing follows."""
    return None if re.sub(r"[\W_]+", "", text[label.end() :]) else _kind_of(label["label"])


def _kind_of(label: str) -> NoticeKind | None:
    return _kinds().get(label.casefold().replace("’", "'"))


@cache
def _kinds() -> Mapping[str, NoticeKind]:
    """Label in small letters -> kind."""
    table = tomllib.loads(files("archiver.article.notices").joinpath("labels.toml").read_text("utf-8"))
    known: dict[str, NoticeKind] = {}
    for kind in get_args(NoticeKind):
        for labels in table[kind].values():
            known |= {label.casefold(): kind for label in labels}
    return known


@cache
def _labels() -> re.Pattern[str]:
    """A label at the beginning of a text, the longest first; a letter does not follow where words are parted."""
    names = sorted(_kinds(), key=len, reverse=True)
    known = "|".join(re.escape(name).replace("'", "['’]") for name in names)
    return re.compile(rf"{_OPENING}(?P<label>{known})(?![^\W\d_\u2e80-\uffff])", re.IGNORECASE)
