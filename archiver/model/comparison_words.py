"""What verdicts, kinds of lines and places are called where a person reads (docs/capture/comparison.md). Words only:
the keys of the record stay as they are.

No word says which side was changed: the seed may be what was changed, and only a rendering shows what is shown.
"""

VERDICTS = {
    "same": "every paragraph of the seed is on the page, and between the first and the last of them stands no other",
    "typographic": "the same but for quotation marks, dashes and spaces",
    "edited": "seed and page differ; at least half of the seed's words were found",
    "different": "seed and page differ; less than half of the seed's words were found",
    "partial": "not all of the page was read, and not all of the seed was found in what was",
    "no-text": "the seed or the page has no body to compare",
}
"""A verdict in a sentence."""
SHORT = {"edited": "seed and page differ", "different": "another text", "partial": "not all of the page was read",
         "no-text": "nothing to compare"}  # fmt: skip
"""Verdicts whose keys do not say it all."""
SOURCES = {
    "wire": "the server's answer as recorded",
    "rendering": "the page as a browser rendered it",
    "memento": "a web archive's copy",
    "import": "a saved file",
}
"""The document that was compared."""
_KINDS = {
    "same": "the same",
    "typographic": "other quotation marks, dashes or spaces",
    "edited": "reworded",
    "moved": "stands elsewhere on the page",
    "missing": "not on the page",
    "page-only": "on the page only",
    "not-compared": "not compared: not all of the page was read",
}
_PLACES = {
    "page": "outside the article's text",
    "hidden": "marked hidden in the page's source",
    "struck": "struck out on the page",
    "data": "in the page's embedded data only",
}


def verdict_words(verdict: str) -> str:
    """A verdict and, where its key alone could mislead, what it says: `edited (seed and page differ)`."""
    return f"{verdict} ({SHORT[verdict]})" if verdict in SHORT else verdict


def copy_words(archive: str, day: str) -> str:
    """A memento in words: `the Internet Archive's copy of 2022-03-01`; `day` is its Memento-Datetime in ISO 8601."""
    return f"{archive}'s copy of {day[:10]}"


def line_words(kind: str, where: str | None) -> str:
    """What became of a line: `the same, marked hidden in the page's source`, `struck and replaced`."""
    if kind == "edited" and where == "struck":
        return "struck and replaced"
    place = _PLACES.get(where or "")
    label = _KINDS.get(kind, kind)
    if kind == "same" and where in ("hidden", "struck", "data"):
        return place or label
    return f"{label}, {place}" if place and kind != "page-only" else label


def source_words(kind: str | None, copy: str | None = None) -> str:
    """What was compared with the seed; `copy` names an archive's copy, as `copy_words` does."""
    if kind == "memento" and copy:
        return copy
    return SOURCES.get(kind or "", kind or "not stated")
