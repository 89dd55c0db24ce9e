"""Fair turns between hosts, on a clock of the test's own."""

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from archiver.job.queue.disk_queue import Backlog
from archiver.job.queue.host_queue import HostQueue
from archiver.model import Seed
from archiver.seeds.document import read_document


def seed(url: str) -> Seed:
    found = read_document(f"Original url: {url}\n".encode(), origin=url, name="a.txt")
    assert isinstance(found, Seed)
    return found


A1, A2, B1 = (seed(f"http://{rest}") for rest in ("a.example/1", "a.example/2", "b.example/1"))


def test_a_host_is_not_asked_again_before_its_pace_is_over():
    queue = HostQueue(2.0)
    for each in (A1, A2, B1):
        queue.put(each, 0.0)
    assert [queue.take(0.0), queue.take(0.0), queue.take(0.0)] == [A1, B1, None]
    queue.rest(A1.url, 5.0)
    assert (queue.take(6.9), queue.wait(6.5)) == (None, 0.5)
    assert queue.take(7.0) == A2
    assert len(queue) == 0


def test_a_seed_that_comes_later_waits_for_its_host_too():
    queue = HostQueue(2.0)
    queue.put(A1, 0.0)
    assert queue.take(0.0) == A1
    queue.rest(A1.url, 1.0)
    queue.put(A2, 1.5)
    assert (queue.take(2.9), queue.take(3.0)) == (None, A2)


def test_new_seeds_go_before_retries_of_their_host_and_of_others():
    queue = HostQueue(2.0)
    queue.put(A1, 0.0, retry=True)
    queue.put(B1, 0.0, retry=True)
    queue.put(A2, 0.0)
    assert (queue.take(0.0), queue.take(0.0), queue.new) == (A2, None, 0)
    assert (queue.take_retry(0.0), queue.take_retry(0.0)) == (B1, None), "one page of a host at a time"
    queue.rest(A2.url, 1.0)
    assert (queue.wait(1.0), queue.wait(1.0, retries=False)) == (2.0, 1.0)
    assert (queue.take_retry(2.9), queue.take_retry(3.0), len(queue)) == (None, A1, 0)


def test_retries_wait_on_disk_and_do_not_fill_the_window(tmp_path):
    seeds = [seed(f"http://dead{n}.example/{m}") for n in range(20) for m in range(2)]
    taken = []
    with closing(Backlog(tmp_path)) as backlog:
        queue = HostQueue(0.0, backlog)
        for each in seeds:
            queue.put(each, 0.0, retry=True)
        assert (queue.held, queue.bytes, len(queue)) == (0, 0, 40)
        while found := queue.take_retry(0.0):
            taken.append(found.url)
            queue.rest(found.url, 0.0)
    assert sorted(taken) == sorted(each.url for each in seeds)
    assert len(queue) == 0


def test_a_host_that_asked_to_be_left_alone_is():
    queue = HostQueue(1.0)
    for each in (A1, A2, B1):
        queue.put(each, 0.0)
    assert queue.take(0.0) == A1
    queue.leave_alone("a.example", 100.0)
    queue.rest(A1.url, 1.0)
    assert (queue.take(1.0), queue.take(99.0)) == (B1, None)
    assert queue.all_rest(60.0)
    assert not queue.all_rest(100.0)
    assert queue.changes() == {"a.example": (0, 100.0)}
    assert (queue.changes(), queue.rests_for("a.example", 40.0)) == ({}, 60.0)
    assert queue.take(100.0) == A2


def test_a_circuit_of_an_earlier_job_opens_again_at_the_first_refusal():
    queue = HostQueue(0.0)
    queue.remember("a.example", 7)
    assert not queue.broken(A1.url), "it is asked once more"
    assert queue.judge(A1.url, refused=True)
    assert queue.changes() == {"a.example": (5, 0.0)}
    assert not queue.judge(A1.url, refused=False)
    assert queue.changes() == {"a.example": (0, 0.0)}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30), st.booleans())
def test_whatever_is_new_or_tried_has_its_turn_once_and_in_order(given_seeds, on_disk):
    with tempfile.TemporaryDirectory() as folder, closing(Backlog(Path(folder))) as backlog:
        queue = HostQueue(0.0, backlog if on_disk else None)
        seeds = [(seed(f"http://{host}.example/{n}"), retry) for n, (host, retry) in enumerate(given_seeds)]
        for each, retry in seeds:
            queue.put(each, 0.0, retry=retry)
        taken = []
        while found := queue.take(0.0) or queue.take_retry(0.0):
            taken.append(found.url)
            queue.rest(found.url, 0.0)
        assert (len(queue), queue.new, queue.held) == (0, 0, 0)
    for host in "abc":
        mine = [(each.url, retry) for each, retry in seeds if f"/{host}." in each.url]
        expected = [url for url, retry in mine if not retry] + [url for url, retry in mine if retry]
        assert [url for url in taken if f"/{host}." in url] == expected


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(0, 3))
def test_every_seed_gets_its_turn_once_and_in_its_hosts_order(hosts, pace):
    queue = HostQueue(float(pace))
    seeds = [seed(f"http://{host}.example/{n}") for n, host in enumerate(hosts)]
    taken, now = [], 0.0
    for each in seeds:
        queue.put(each, now)
    while len(queue):
        while found := queue.take(now):
            taken.append(found)
            queue.rest(found.url, now)
            if pace == 0 and len(taken) > len(seeds):
                break
        now += 1.0
    assert sorted(s.url for s in taken) == sorted(s.url for s in seeds)
    for host in "abc":
        mine = [s.url for s in taken if f"/{host}." in s.url]
        assert mine == [s.url for s in seeds if f"/{host}." in s.url]
