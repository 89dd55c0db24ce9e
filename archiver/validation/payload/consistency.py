"""Checks the record against itself and the text: outcome and status, verdict and lines (docs/bag-format.md, 4.12)."""

from collections.abc import Collection, Iterator

from archiver.model import Finding
from archiver.validation.payload.provenance import RECORD, Record
from archiver.validation.rules.registry import finding

_LINES: dict[str, frozenset[str]] = {
    "same": frozenset(("same", "page-only")),
    "typographic": frozenset(("same", "typographic", "page-only")),
    "no-text": frozenset(),
}
"""What kinds of lines a verdict allows; others allow any. What only the page has does not count before the seed's
first line and after its last."""
_SHOWN = (None, "article", "page")

_EDGE = 24
"""Characters at the beginning or the end of a line by which its paragraph is found."""
_SOUGHT = 1_000_000_000
"""Characters searched for pieces of paragraphs in one bag."""


def check_sense(record: Record, text: str | None) -> Iterator[Finding]:
    """Findings where the record contradicts itself, or the `text` of the bag (None where that cannot be read)."""
    status = record.get(int, "capture", "status")
    if record.get(str, "capture", "outcome") == "captured" and status is not None and not 200 <= status < 300:
        yield finding("REC013", RECORD, field="capture.outcome", other="capture.status", found=f"captured, {status}")
    for number in range(len(record.get(list, "capture", "exchanges") or [])):
        seq = record.get(int, "capture", "exchanges", number, "seq")
        if seq is not None and seq != number + 1:
            field = f"capture.exchanges[{number}].seq"
            yield finding("REC013", RECORD, field=field, other="its place", expected=number + 1, found=seq)
    yield from _comparison(record, text)


def _with_less(page: str, paragraphs: Collection[str]) -> bool:
    """Whether words are those of one paragraph with some left out: what a link says for those who do not see it does
    not count as part of a line, and stays in the text."""
    here = "".join(page.split())
    for paragraph in paragraphs:
        if page[:_EDGE] in paragraph or page[-_EDGE:] in paragraph:
            theirs = iter(paragraph)
            if 2 * len(here) >= len(paragraph) and all(character in theirs for character in here):
                return True
    return False


def _comparison(record: Record, text: str | None) -> Iterator[Finding]:
    verdict = record.get(str, "comparison", "verdict") or ""
    lines = [each for each in record.get(list, "comparison", "lines") or [] if isinstance(each, dict)]
    kinds = {str(each.get("kind")) for each in lines}
    inside = [n for n, each in enumerate(lines) if each.get("kind") != "page-only"]
    if verdict in ("same", "typographic"):
        apart = {str(each.get("where")) for each in lines if each.get("where") not in _SHOWN}
        between = any(inside[0] < n < inside[-1] for n in range(len(lines)) if n not in inside) if inside else True
        if apart or (between and len(inside) < len(lines)):
            found = f"{verdict}, though lines are {', '.join(sorted(apart)) or 'page-only'}"
            yield finding("REC013", RECORD, field="comparison.verdict", other="comparison.lines", found=found)
    if verdict in _LINES and not kinds <= _LINES[verdict]:
        found = f"{verdict}, though lines are {', '.join(sorted(kinds - _LINES[verdict]))}"
        yield finding("REC013", RECORD, field="comparison.verdict", other="comparison.lines", found=found)
    coverage = record.get(float, "comparison", "marked_coverage")
    if coverage is None:  # Before version 2.0 the lines were sought in the article's text alone.
        coverage = record.get(float, "comparison", "seed_coverage")
    # Half of the words divides the two verdicts; the record has the share rounded.
    if (
        coverage is not None
        and abs(coverage - 0.5) > 0.001
        and verdict == ("edited" if coverage < 0.5 else "different")
    ):
        found = f"{verdict}, {coverage}"
        yield finding("REC013", RECORD, field="comparison.verdict", other="comparison.seed_coverage", found=found)
    last = record.get(int, "seed", "lines")
    paragraphs = set(text.removesuffix("\n").split("\n\n")) if text is not None else set()
    sought = 0
    for number, each in enumerate(lines):
        line, page = each.get("seed_line"), each.get("page")
        if isinstance(line, int) and last is not None and line > last:
            field = f"comparison.lines[{number}].seed_line"
            yield finding("REC013", RECORD, field=field, other="seed.lines", expected=f"at most {last}", found=line)
        in_text = each.get("where") in (None, "article")
        if not isinstance(page, str) or text is None or page in paragraphs or not in_text:
            continue
        # A paragraph that stands beside several of the seed is there in pieces; looking for them is bounded.
        sought += len(text)
        if sought > _SOUGHT or not (page in text or _with_less(page, paragraphs)):
            yield finding("REC013", RECORD, field=f"comparison.lines[{number}].page", other="the text", found=page)
