"""Validates bags with every check that can be made here, the extraction check too."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.model import Report
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


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
