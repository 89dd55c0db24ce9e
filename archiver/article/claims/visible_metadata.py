"""What a page shows of its headline, dates and authors: title, headings, `<time>`, bylines and labelled facts.

Bylines are found where the page marks them (class, `rel`, `<address>`), where a label says so (`Autor: …`), in a line
after the heading that begins as a byline does, and in the signature under the text. Whose byline it is, is decided in
`authorship.py`. Every walk is bounded.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile

from lxml import etree
from lxml.etree import _Element as Element

from archiver.article.claims import dates, edtf
from archiver.article.claims.source import Found, Tree
from archiver.article.html.dom import INLINE, holds, path_of, text_of
from archiver.article.html.element_index import Outline
from archiver.credits.people import names
from archiver.dates.date_line import read_date_line
from archiver.model import ClaimName, Page

_LONGEST = 1_000
_LONGEST_BYLINE = 120
_MOST = 500
"""Elements of a kind that are looked at."""
_AFTER_HEADING = 200
"""Elements after the heading among which a byline is looked for."""
_ASIDE = frozenset(("aside", "footer", "nav"))
_DRAWINGS = frozenset(("svg",))
_LONGEST_DATE = 64
_LONG_PARAGRAPH, _PARAGRAPHS = 80, 2
_PIECES = 20
"""Pieces of an element's own text that are looked at for a date."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_BETWEEN_DATES = re.compile(r"[|•·\n]")
"""Characters of a paragraph that is text, and how many of them a date in words may stand behind."""
_COMMENTS = re.compile(r"comment|kommentar|coment|repl(?:y|ies)|respons|discuss|disqus|forum", re.IGNORECASE)
_OTHERS = re.compile(r"teaser|appetizer|related|recommend|recirc|promo|trending", re.IGNORECASE)
_RIGHT = re.compile(r"\bright\b")
_OUTSIDE = frozenset(("a", "aside", "figure", "footer", "form", "nav", "script", "style"))
_LABELS: dict[ClaimName, str] = {
    "author": "author authors autor autorin autor/in autorin/autor autoren autora autore autori auteur auteurs autorzy "
    "forfatter författare skribent kirjoittaja yazar penulis автор автори авторы 作者 記者 记者 저자",
    "published": "date datum published posted "
    "veröffentlicht erstellt erschienen fecha data publicado pubblicato publié "
    "publicada publiée "
    "publicerad publisert opublikowano gepubliceerd дата опубликовано опубліковано 日期 发布时间 公開日",
}
_FACTS = {label: name for name, labels in _LABELS.items() for label in labels.split()}


def claims(_: Page, parsed: Tree | None) -> Iterator[Found]:
    """(name, text, `visible`, XPath) of all that is shown."""
    if parsed is not None:
        yield from _shown(parsed.outline)


def _shown(page: Outline) -> Iterator[Found]:
    tree = page.tree
    for title in islice((t for t in tree.iter("title") if not _lies_in(t, _DRAWINGS)), 1):
        yield "headline", text_of(title, limit=_LONGEST), "visible", path_of(title)
    headings = list(islice(tree.iter("h1"), 3))
    for heading in headings:
        yield "headline", _heading(heading), "visible", path_of(heading)
    yield from _times(tree, headings[:1])
    yield from _labelled(tree)
    yield from _marked(page.bylines)
    yield from _unmarked(headings[:1])
    yield from _signed(tree)


def _heading(heading: Element) -> str:
    """The words of a heading. Spans alone stand on lines of their own, as a kicker above the headline does."""
    spans = [child for child in heading if child.tag == "span"]
    apart = len(spans) > 1 and not (heading.text or "").strip() and all(len(text_of(span)) > 2 for span in spans)
    return text_of(heading, limit=_LONGEST, inline=INLINE - {"span"} if apart else INLINE)


def _times(tree: Element, headings: Sequence[Element]) -> Iterator[Found]:
    """The first time of publication and the first of an update; where `<time>` has no `datetime`, the date in words
    that is the article's own."""
    stamped = islice((time for time in tree.iter("time") if time.get("datetime")), _MOST)
    times = (time for time in stamped if not _lies_in(time, _ASIDE))
    seen: set[ClaimName] = set()
    for time in islice(times, 20):
        name: ClaimName = "modified" if _says_updated(time) else "published"
        if name not in seen:
            seen.add(name)
            yield name, time.get("datetime") or "", "visible", path_of(time)
    for time in _own_times(tree, headings):
        text = text_of(time, limit=_LONGEST_DATE + 1)
        line = read_date_line(text) if len(text) <= _LONGEST_DATE else None
        if line is None or not (dates.parse(text) or edtf.parse(text)):
            continue
        name = "modified" if line.updated or _says_updated(time) else "published"
        if name not in seen:
            seen.add(name)
            yield name, text, "visible", path_of(time)


def dates_printed(tree: Element) -> Iterator[Found]:
    """The dates that lines of their own say with a label between the heading and the text: the first of publication and
    the first of an update. They are of the reader's day, and may differ from what data say by one."""
    seen: set[ClaimName] = set()
    for element in islice((e for heading in islice(tree.iter("h1"), 1) for e in _after(heading)), _AFTER_HEADING):
        if element.tag == "time":
            continue
        own = [element.text or "", *(child.tail or "" for child in islice(element, _PIECES))]
        if any(len(each.strip()) >= _LONG_PARAGRAPH for each in own):
            return
        for piece in (piece for each in own for piece in _BETWEEN_DATES.split(each)):
            line = read_date_line(piece) if 6 <= len(piece) <= _LONGEST_DATE else None
            said = _WORD.findall(piece.lower()) if line and line.day else ()
            if line is None or not (line.updated or any(_FACTS.get(word) == "published" for word in said)):
                continue
            name: ClaimName = "modified" if line.updated else "published"
            if name not in seen:
                seen.add(name)
                yield name, piece.strip(), "visible", path_of(element)


def _own_times(tree: Element, headings: Sequence[Element]) -> Iterator[Element]:
    """The `<time>` elements without `datetime` that date the article: those beside its heading or behind it, before its
    text has gone on for some paragraphs; without a heading the only one of the page."""
    bare = [time for time in islice(tree.iter("time"), _MOST) if not time.get("datetime") and _is_of_article(time)]
    if not headings:
        yield from bare if len(bare) == 1 else ()
        return
    (heading,) = headings
    around = _above_heading(heading) | _before_text(heading)
    yield from (time for time in bare if time in around)


def _above_heading(heading: Element) -> set[Element]:
    """The `<time>` elements that stand above a heading in the box it opens."""
    boxes = list(takewhile(lambda box: box.tag not in ("body", "html", "main"), heading.iterancestors()))[:3]
    if not boxes:
        return set()
    before = takewhile(lambda each: each is not heading, boxes[-1].iter())
    return {each for each in islice(before, _AFTER_HEADING) if each.tag == "time"}


def _before_text(heading: Element) -> set[Element]:
    """The `<time>` elements after a heading, until its text has gone on for some paragraphs."""
    found, paragraphs = set[Element](), 0
    for element in islice(_after(heading, _OUTSIDE - {"a"}), _AFTER_HEADING):
        if element.tag == "time":
            found.add(element)
        elif element.tag == "p":
            paragraphs += len(text_of(element, limit=_LONG_PARAGRAPH)) >= _LONG_PARAGRAPH
            if paragraphs == _PARAGRAPHS:
                break
    return found


def _is_of_article(time: Element) -> bool:
    """Whether a time stands neither aside, nor in a list, nor in an article within the article, nor in a comment."""
    if _lies_in(time, _ASIDE | {"li"}) or _is_teaser(time):
        return False
    above = (time, *islice(time.iterancestors(), 12))
    return not any(_COMMENTS.search(f"{each.get('class') or ''} {each.get('id') or ''}"[:300]) for each in above)


def _says_updated(time: Element) -> bool:
    parent = time.getparent()
    around = "" if parent is None else parent.get("class") or ""
    marks = " ".join((time.get("class") or "", time.get("itemprop") or "", around)).lower()
    return any(mark in marks for mark in ("modif", "updat", "aktual"))


def _lies_in(element: Element, tags: frozenset[str]) -> bool:
    return any(each.tag in tags for each in element.iterancestors())


def _labelled(tree: Element) -> Iterator[Found]:
    """What stands after the words `Autor` or `Datum` in bold, or as the term of a list or row: the first of each."""
    seen: set[ClaimName] = set()
    for label in islice(tree.iter("strong", "b", "dt", "th"), _MOST):
        name = _FACTS.get(text_of(label, limit=30).rstrip(" :：").lower()) if len(label) < 2 else None
        if name is None or name in seen or _lies_in(label, _ASIDE):
            continue
        following = label.getnext()
        text = (label.tail or "").strip(" \r\n\t:：")
        if not text and following is not None and label.tag in ("dt", "th"):
            text = text_of(following, limit=200)
        if names.are_names(text) if name == "author" else dates.parse(text) or edtf.parse(text):
            seen.add(name)
            yield name, text, "visible", path_of(label)


def _marked(candidates: Sequence[Element]) -> Iterator[Found]:
    """The first ten that the page marks as bylines, and that read like one."""
    bylines = (e for e in candidates[:_MOST] if not _lies_in(e, _ASIDE | {"li"}) and not _is_teaser(e))
    for marked in islice(bylines, 10):
        byline = _whole_byline(marked)
        text = text_of(byline, limit=200)
        if len(text) <= _LONGEST_BYLINE and (
            names.is_byline(text)
            or byline.get("rel") == "author"
            or (byline.tag == "address" and names.are_names(text))
        ):
            yield "author", text, "visible", path_of(byline)


def _whole_byline(marked: Element) -> Element:
    """The line that a link `rel=author` stands in, where that is a byline: it may name others, who have no page."""
    line = marked.getparent() if marked.get("rel") == "author" else None
    text = text_of(line, limit=200) if line is not None else ""
    whole = len(text) <= _LONGEST_BYLINE and names.is_byline(text) and names.are_names(text)
    return line if line is not None and whole else marked


def _is_teaser(byline: Element) -> bool:
    """Whether a byline lies in an article within an article, or, apart from the page's heading, where the names of
    classes belong to other articles."""
    above = list(byline.iterancestors())
    if sum(each.tag == "article" for each in above) > 1:
        return True
    boxes = takewhile(lambda box: not holds(box, "h1"), (byline, *above[:4]))
    return any(_OTHERS.search((box.get("class") or "")[:200]) for box in boxes)


def _signed(tree: Element) -> Iterator[Found]:
    """The names printed at the right under the text, which lead nowhere."""
    right = (p for p in tree.iter("p") if _RIGHT.search((p.get("style") or p.get("align") or "")[:200]))
    for line in islice(right, 20):
        text = text_of(line, limit=200)
        last = next(line.itersiblings("p"), None) is None and not holds(line, "a")
        if last and len(text) <= _LONGEST_BYLINE and names.are_names(text):
            yield "author", text, "visible", path_of(line)


def _unmarked(headings: Iterable[Element]) -> Iterator[Found]:
    """The first line after the heading that begins as a byline does and holds nothing but names."""
    for element in islice((e for heading in headings for e in _after(heading)), _AFTER_HEADING):
        begun = (element.text or "").strip() if isinstance(element.tag, str) else ""
        if not begun or len(begun) > _LONGEST_BYLINE or not names.is_byline(f"{begun} "):
            continue
        line = element if names.is_byline(text_of(element, limit=200)) else element.getparent()
        text = text_of(line, limit=200) if line is not None else ""
        if len(text) <= _LONGEST_BYLINE and names.is_byline(text) and names.are_names(text) and not _is_teaser(element):
            yield "author", text, "visible", path_of(element)
            return


def _after(heading: Element, without: frozenset[str] = _OUTSIDE) -> Iterator[Element]:
    """The elements after a heading in page order, without links, navigation and what stands aside."""
    node: Element | None = heading
    while node is not None:
        for sibling in node.itersiblings():
            yield from _within(sibling, without)
        node = node.getparent()


def _within(element: Element, without: frozenset[str]) -> Iterator[Element]:
    walker = etree.iterwalk(element, events=("start",))
    for _, node in walker:
        if node.tag in without:
            walker.skip_subtree()
        else:
            yield node
