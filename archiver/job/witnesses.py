"""Who else says what became of an original that is gone: an earlier run's answer, and the archives' last captures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from archiver.model import Capture, PreviousBag, Witness

EARLIER_RUN = "an earlier run of archiver"


def with_witnesses(capture: Capture, previous: Sequence[PreviousBag], confirm: float, now: datetime) -> Capture:
    """The capture with its witnesses, where its outcome is `gone`. The answers of earlier runs count from `confirm`
    days on, where that is not 0: two answers of one hour are one."""
    if capture.outcome != "gone":
        return capture
    return replace(capture, witnesses=(*_runs(capture, previous, confirm, now), *_archives(capture)))


def _runs(capture: Capture, previous: Sequence[PreviousBag], confirm: float, now: datetime) -> list[Witness]:
    if confirm <= 0:
        return []
    return [
        Witness(
            kind="run",
            archive=EARLIER_RUN,
            uri=capture.requested_url,
            datetime=each.captured,
            status=each.status,
            bag=each.bag,
        )
        for each in previous
        if each.outcome == "gone" and each.captured and now - each.captured >= timedelta(days=confirm)
    ]


def _archives(capture: Capture) -> list[Witness]:
    return [
        Witness(
            kind="archive",
            archive=each.archive,
            uri=each.last.uri,
            datetime=each.last.datetime,
            status=each.last.status,
        )
        for each in capture.archives
        if each.last is not None
    ]
