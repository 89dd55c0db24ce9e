"""Validates bags with every check that can be made here, the extraction check too."""

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.errors import Refused
from archiver.escape import visible
from archiver.model import Report
from archiver.validation.report import first_error
from archiver.validation.validator import validate_bag
from archiver.verification.demands import Demands
from archiver.verification.extract_again import extract_again


def judge(bag: Path, demands: Demands, *, cores: int = 1) -> Report:
    """All findings about one bag, in a folder or serialised. Raises as `validate_bag` does."""
    return validate_bag(
        bag,
        profile=demands.profile,
        reread=extract_again,
        trust=demands.trust,
        strict=demands.strict,
        second_opinion=demands.second_opinion,
        cores=cores,
    )


def judge_all(bags: Sequence[Path], demands: Demands, *, jobs: int) -> Iterator[Report]:
    """A report for each bag, in order, by so many processes. Raises as `validate_bag` does."""
    if len(bags) == 1:  # the usual case starts without the machinery of processes
        yield judge(bags[0], demands, cores=jobs)
        return
    from archiver.validation.batch import validate_bags

    yield from validate_bags(
        bags,
        jobs=jobs,
        profile=demands.profile,
        reread=extract_again,
        trust=demands.trust,
        strict=demands.strict,
        second_opinion=demands.second_opinion,
    )


def require_valid(report: Report, *, advice: str | None = None) -> None:
    """Raises Refused for a bag that is not valid, with `advice` where it will not lie where it was judged."""
    if report.ok:
        return
    count = sum(each.severity == "error" for each in report.findings)
    error = first_error(report)
    first = f"{error.code} {error.path}: {error.message}" if error else "a check failed"
    more = f" and {count - 1} more errors" if count > 1 else ""
    advice = advice or f"see 'archiver validate {shlex.quote(report.bag)}'"
    raise Refused(visible(f"it is not valid: {first}{more}; {advice}"))


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
