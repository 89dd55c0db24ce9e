"""The page of a capture asked for once more from another place (docs/capture/second-view.md): what it answered, and
whether the two views differ. In words for people, too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from archiver.model.article import Comparison
from archiver.model.memento import NoAnswer

Texts = Literal["same", "differs", "not compared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondView:
    """What came through the other `proxy` (without its credentials). `asked` is None where nothing was asked. `error`
    is set where the chain of redirects did not end with a whole answer; `outcome` is None where none came at all.
    `differs` is None where it is not known; `why` says what forbids to compare the texts."""

    proxy: str | None
    asked: datetime | None
    status: int | None
    final_url: str | None
    redirects: tuple[str, ...]
    record_id: str | None
    outcome: str | None
    reason: str | None
    error: NoAnswer | None
    differs: bool | None
    text: Texts
    why: str | None
    comparison: Comparison | None
    """The first view's text in the place of the seed's, beside the page of the second; None where they are the same or
    not compared."""


def second_view_words(view: Mapping[str, Any]) -> str:
    """A second view as the record has it, in a sentence; what is absent is left out."""
    error, status = view.get("error"), view.get("status")
    said = [_DIFFER.get(str(view.get("differs")), _UNKNOWN)]
    if status is not None:
        said.append(f"{view.get('outcome') or 'answered'} with status {status} at {view.get('final_url')}")
    if isinstance(error, Mapping):
        said.append(f"it failed: {error.get('message')}")
    text, why = view.get("text"), view.get("why")
    said.append(f"text: {text}{f', {why}' if why else ''}")
    return f"through {view.get('proxy') or 'another place'}: {'; '.join(said)}"


_DIFFER = {"True": "the two views differ", "False": "the two views agree"}
_UNKNOWN = "whether the two views differ is not known"


def lines_that_differ(view: Mapping[str, Any]) -> Iterator[str]:
    """Of a second view as the record has it, the paragraphs that only one side has, or that are worded otherwise."""
    comparison = view.get("comparison")
    lines = comparison.get("lines") if isinstance(comparison, Mapping) else None
    changed = [each for each in lines if isinstance(each, Mapping)] if isinstance(lines, list) else []
    changed = [each for each in changed if each.get("kind") not in ("same", "typographic")]
    for each in changed[:LINES]:
        here, there = (str(each[name])[:CHARACTERS] if each.get(name) else "nothing" for name in ("seed", "page"))
        yield f"here: {here}; elsewhere: {there}"
    if len(changed) > LINES:
        yield f"and {len(changed) - LINES:,} more, in the record"


LINES, CHARACTERS = 20, 300
"""Paragraphs that are listed, and how much of each."""
