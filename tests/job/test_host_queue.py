"""Fair turns between hosts, on a clock of the test's own."""

from hypothesis import given
from hypothesis import strategies as st

from archiver.job.host_queue import HostQueue
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
