"""Findings, bounded for each code: a bag with 400,000 missing files has one fault and not 400,000 pages."""

from collections import Counter
from collections.abc import Iterable, Iterator

from archiver.model import Finding
from archiver.validation.rules.registry import RULES

MOST = 1_000
"""Findings of one code that are listed for one bag."""


class Findings(list[Finding]):
    """A list that keeps the first MOST findings of each code and counts the others. It is extended by `+=` alone."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        super().__init__()
        self._kept, self._cut = Counter[str](), Counter[str]()
        self += findings

    def __iadd__(self, findings: Iterable[Finding]) -> "Findings":  # type: ignore[override,misc]
        if isinstance(findings, Findings):
            self._cut += findings._cut
        for each in findings:
            self._add(each)
        return self

    def append(self, each: Finding) -> None:
        self._add(each)

    def _add(self, each: Finding) -> None:
        if self._kept[each.code] < MOST:
            self._kept[each.code] += 1
            super().append(each)
        else:
            self._cut[each.code] += 1

    def summed_up(self) -> Iterator[Finding]:
        """What is listed, and for each code of which more was found one more that says how many were left out."""
        yield from self
        for code, count in sorted(self._cut.items()):
            rule = RULES[code]
            yield Finding(
                code=code,
                severity=rule.severity,
                path="",
                message=f"{count:,} more findings of this code are not listed: {MOST:,} are",
                section=rule.section,
                found=str(count),
            )
