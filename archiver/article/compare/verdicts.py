"""From the lines of a comparison to its figures and its verdict (docs/capture/comparison.md has the rules, with
examples)."""

from collections import Counter
from collections.abc import Collection, Sequence

from archiver.model import ComparedLine, Comparison, PageRead, SourceDocument, Verdict
from archiver.words import said, shared

COVERED = 0.5
"""The share of the seed's words that makes a page its edition rather than another text."""
SHOWN = frozenset(("article", "page"))
"""Where a line must stand to be the same."""


def comparison(
    lines: Sequence[ComparedLine], counting: int, *, source: SourceDocument | None, read: PageRead
) -> Comparison:
    """The comparison with these lines, of whose page-only lines `counting` count."""
    seed, page, marked = _coverage(lines)
    return Comparison(
        verdict=_verdict(lines, counting, marked),
        seed_coverage=round(seed, 4),
        page_coverage=round(page, 4),
        lines=tuple(lines),
        marked_coverage=round(marked, 4),
        source=source,
        read=read,
    )


def _coverage(lines: Sequence[ComparedLine]) -> tuple[float, float, float]:
    """The shares of the seed's words in the page's markup, of the page's words in the seed, and of the seed's words
    anywhere."""
    shown = anywhere = seeds = pages = both = 0
    for line in lines:
        one, other = said(line.seed or ""), said(line.page or "")
        same = bool(line.seed and line.page and not line.changes)  # both sides have the same words
        here = len(one) if same else shared(Counter(one), Counter(other))
        seeds += len(one)
        anywhere += here
        if line.where in SHOWN:
            shown, both = shown + here, both + here
            pages += len(one) if same else len(other)
    return _share(shown, seeds), _share(both, pages), _share(anywhere, seeds)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _verdict(lines: Collection[ComparedLine], counting: int, marked_coverage: float) -> Verdict:
    of_seed = [line for line in lines if line.seed is not None]
    kinds = {line.kind for line in of_seed}
    if "not-compared" in kinds:
        return "partial"
    if kinds <= {"same", "typographic"} and not counting and {line.where for line in of_seed} <= SHOWN:
        return "same" if kinds == {"same"} else "typographic"
    return "edited" if marked_coverage >= COVERED else "different"
