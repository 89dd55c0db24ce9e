"""What is known of the clock: by the words of chrony and ntpd, and nothing where neither says it."""

from datetime import UTC, datetime

import pytest

from archiver.bag.bag_contents import ClockCheck
from archiver.job.clock_check import FreshClockCheck, check_clock

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
CHRONY = (
    "A29FC801,162.159.200.1,4,1772359200.123456789,-0.000012345,0.000001234,0.000023456,-12.345,0.001,0.012,"
    "0.012345678,0.000456789,64.2,Normal\n"
)
NTPD = "offset=-0.250, refid=192.0.2.7,\nleap=00\n"


def answers(**printed: str | None):
    return lambda command: printed.get(command[0])


def check(**printed: str | None) -> ClockCheck | None:
    return check_clock(answers(**printed), lambda: NOW)


def test_chrony_is_asked_first_then_ntpd():
    by_chrony = ClockCheck(service="chrony", server="162.159.200.1", offset_seconds=-0.000012345, at=NOW)
    assert check(chronyc=CHRONY, ntpq=NTPD) == by_chrony
    assert check(ntpq=NTPD) == ClockCheck(service="ntpd", server="192.0.2.7", offset_seconds=-0.00025, at=NOW)


@pytest.mark.parametrize(
    ("chronyc", "ntpq"),
    [
        (None, None),
        ("", ""),
        (CHRONY.replace("Normal", "Not synchronised"), "offset=0.000, refid=INIT, leap=11"),
        ("506 Cannot talk to daemon\n", "ntpq: read: Connection refused\n"),
        (CHRONY.replace("-0.000012345", "nan"), NTPD.replace("-0.250", "inf")),
        (CHRONY.replace("-0.000012345", "soon"), NTPD.replace("offset", "onset")),
    ],
)
def test_what_is_not_said_is_not_claimed(chronyc, ntpq):
    assert check(chronyc=chronyc, ntpq=ntpq) is None


def test_an_answer_is_good_for_some_minutes():
    asked: list[int] = []

    def once() -> ClockCheck | None:
        asked.append(1)
        return None

    fresh = FreshClockCheck(once)
    assert [fresh(), fresh()] == [None, None]
    assert len(asked) == 1


def test_a_program_that_answers_is_believed_and_stands_in_the_record(tmp_path, monkeypatch, capsys):
    """A whole job, with a `chronyc` on the PATH that prints what chrony's manual shows."""
    from jobs.whole import Job, seeds, story
    from servers.wire import Server

    program = tmp_path / "bin/chronyc"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nprintf '%s' '{CHRONY.strip()}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    job = Job(tmp_path / "bags", capsys)
    with Server({"/news/1": [story(1)]}) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server)
    checked = job.record(result["bag"])["clock"]["checked"]
    assert (checked["service"], checked["server"]) == ("chrony", "162.159.200.1")
    assert checked["offset_seconds"] == -0.000012345
    assert job.valid(result["bag"])
