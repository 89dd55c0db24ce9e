"""What is asked again, when, and how often: busy servers, broken answers, connections that are not made."""

import socket
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs.capturing import NOW, Bench
from servers.wire import CLOSE, Server, ok

from archiver.capture.robots.policy import retry_after
from archiver.config import ConnectTo


def retries(count: int, **limits: float) -> dict[str, Any]:
    return {"limits": {"retries": count, **limits}}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again_and_each_answer_kept(status: int, tmp_path: Path):
    busy = ok(b"busy", status=b"%d Busy" % status)
    with (
        Server({"/": [busy, busy, ok(b"at last")]}) as server,
        Bench(tmp_path, server, settings=retries(3)) as bench,
    ):
        capture, files = bench.capture()
    assert [each.status for each in capture.exchanges] == [status, status, 200]
    assert [each.initiator for each in capture.exchanges] == ["seed", "retry", "retry"]
    assert [each.block for each in files.of("response")] == [busy, busy, ok(b"at last")]
    assert bench.slept == [1.0, 2.0]
    assert (capture.outcome, capture.reason) == ("captured", None)


def test_attempts_end_after_as_many_retries_as_are_allowed(tmp_path: Path):
    with (
        Server({"/": [ok(status=b"503 Busy")]}) as server,
        Bench(tmp_path, server, settings=retries(2, backoff_seconds=0.5)) as bench,
    ):
        capture, _ = bench.capture()
    assert (bench.slept, len(capture.exchanges)) == ([0.5, 1.0], 3)
    assert (capture.outcome, capture.reason) == ("failed", "status 503")


@pytest.mark.parametrize("status", [b"404 No", b"500 Oh", b"403 No", b"200 OK"])
def test_other_answers_are_taken_as_they_are(status: bytes, tmp_path: Path):
    with Server({"/": [ok(status=status)]}) as server, Bench(tmp_path, server, settings=retries(2)) as bench:
        capture, _ = bench.capture()
    assert (bench.slept, len(capture.exchanges)) == ([], 1)


@pytest.mark.parametrize(
    ("value", "slept"),
    [
        ("7", [7.0]),
        ("Sun, 01 Mar 2026 10:00:09 GMT", [pytest.approx(9 - 0.123456)]),
        ("Sun, 01 Mar 2026 09:00:00 GMT", [1.0]),
        ("0", [1.0]),
        ("soon", [1.0]),
        ("61", []),
        ("99999999999999999999", []),
        ("Mon, 01 Mar 2027 10:00:00 GMT", []),
    ],
)
def test_retry_after_is_obeyed_unless_it_is_too_long(value: str, slept: list[float], tmp_path: Path):
    busy = ok(b"busy", b"Retry-After: " + value.encode(), status=b"503 Busy")
    with Server({"/": [busy, ok(b"at last")]}) as server:
        bench = Bench(tmp_path, server, now=NOW, settings=retries(1))
        with bench:
            capture, _ = bench.capture()
    assert bench.slept == slept
    assert capture.status == (200 if slept else 503)


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,5} [A-Z][a-z]{2} \d{1,20} \d+:\d+:\d+ [+-]\d+"))
def test_no_retry_after_is_beyond_reading(value: str):
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0


def test_retry_after_reads_both_forms():
    assert retry_after(format_datetime(datetime(2026, 3, 1, 10, 1, tzinfo=UTC), usegmt=True), NOW) == pytest.approx(
        60 - 0.123456
    )
    assert (retry_after("120", NOW), retry_after(None, NOW), retry_after("-1", NOW)) == (120.0, None, None)


def test_a_broken_response_is_recorded_and_asked_for_again(tmp_path: Path):
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell"
    with (
        Server({"/": [(CLOSE,), (cut, CLOSE), ok(b"whole")]}) as server,
        Bench(tmp_path, server, settings=retries(3)) as bench,
    ):
        capture, files = bench.capture()
    assert [(each.truncated, each.initiator) for each in capture.exchanges] == [
        ("disconnect", "retry"),
        (None, "retry"),
    ]
    assert [each.block for each in files.of("response")] == [cut, ok(b"whole")]
    assert (capture.outcome, capture.reason, capture.page.problem) == ("captured", None, None)
    assert bench.slept == [1.0, 2.0]


def test_a_connection_that_is_refused_is_tried_again(tmp_path: Path):
    with Server({}) as server:
        pass
    with Bench(tmp_path, server, settings=retries(2)) as bench:
        failure = bench.failure()
    assert (failure.kind, failure.attempts, bench.slept) == ("connect", 3, [1.0, 2.0])


def test_a_connection_that_is_never_made_ends_in_time(tmp_path: Path):
    """A listener whose queue is full drops the handshake."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        crowd = [socket.socket() for _ in range(8)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        to = ConnectTo(host=None, port=None, to_host="127.0.0.1", to_port=port)
        with Bench(tmp_path, settings={"connect_to": (to,), "limits": {"connect_seconds": 0.2}}) as bench:
            failure = bench.failure()
        for each in crowd:
            each.close()
    assert (failure.kind, failure.reason) == ("timeout", "cannot connect to news.example:80: no answer in time")
