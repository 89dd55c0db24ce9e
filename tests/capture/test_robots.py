"""Manners: robots.txt (RFC 9309) under three policies, Crawl-delay, Retry-After, circuit breaker, User-Agent."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from growth import grows_no_faster_than_linear
from jobs.capturing import NOW, SITE, Bench, MemoryFiles, records
from jobs.whole import HOST, Job, html, seeds, story
from servers.wire import CLOSE, Server, ok

from archiver.capture.robots.policy import Robots, Rules, product_of, retry_after
from archiver.config import ANONYMOUS, load
from archiver.model import Failure

TEXT = b"Content-Type: text/plain"
URL = "http://www.paper.example/news/1?a=b"


def about(text: str, url: str = URL, product: str = "archiver") -> Robots:
    return Rules(200, text.encode(), product).about(url)


RULES: dict[str, tuple[str, str, str | None]] = {
    "everything": ("User-agent: *\nDisallow: /", "disallowed", "Disallow: /"),
    "nothing": ("User-agent: *\nDisallow:", "allowed", None),
    "a longer rule allows": ("User-agent: *\nDisallow: /\nAllow: /news/", "allowed", None),
    "the longest one that forbids is named": (
        "User-agent: *\nDisallow: /\nDisallow: /news/\nDisallow: /sport/very/long",
        "disallowed",
        "Disallow: /news/",
    ),
    "our own group": ("User-agent: *\nDisallow: /\n\nUser-agent: Archiver\nDisallow: /private", "allowed", None),
    "another's group": (
        "User-agent: otherbot\nDisallow: /news/1\n\nUser-agent: *\nDisallow: /news",
        "disallowed",
        "Disallow: /news",
    ),
    "two agents, one group": ("User-agent: a\nUser-agent: *\nDisallow: /*?a=", "disallowed", "Disallow: /*?a="),
    "an end": ("User-agent: *\nDisallow: /news/1$", "allowed", None),
    "a byte order mark": ("\ufeffUser-agent: *\nDisallow: /", "disallowed", "Disallow: /"),
    "comments and white space": ("  user-agent : * # all\n disallow : /news # no\n", "disallowed", "Disallow: /news"),
    "another record within a group": (
        "User-agent: archiver\nCrawl-delay: 1\nUser-agent: b\nSitemap: /s\nDisallow: /news",
        "disallowed",
        "Disallow: /news",
    ),
    "a version behind the token": ("User-agent: Archiver/1.0\nDisallow: /news", "disallowed", "Disallow: /news"),
    "a part of the token": ("User-agent: arch\nDisallow: /news", "allowed", None),
    "a longer token": ("User-agent: archiver-news\nDisallow: /news", "allowed", None),
    "a page": ("<html><body>Disallow: /</body></html>", "allowed", None),
    "nothing at all": ("", "allowed", None),
}


@pytest.mark.parametrize("name", RULES)
def test_what_a_file_says_of_an_address_and_which_rule_says_so(name: str):
    text, verdict, rule = RULES[name]
    said = about(text)
    assert (said.verdict, said.rule) == (verdict, rule)
    assert said.forbids is (verdict == "disallowed")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(None, "unreachable"), (500, "unreachable"), (503, "unreachable"), (429, "unreachable"), (404, "absent"),
     (403, "absent"), (401, "absent"), (302, "absent")],
)  # fmt: skip
def test_without_a_file_the_status_decides(status: int | None, verdict: str):
    """RFC 9309, 2.3.1.3 and 2.3.1.4."""
    said = Rules(status, b"User-agent: *\nDisallow: /").about(URL)
    assert (said.verdict, said.forbids) == (verdict, verdict == "unreachable")


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("-1", None), ("nan", None), ("inf", None), ("99999", 300.0), ("x", None)],
)
def test_a_crawl_delay_is_read_within_bounds(delay: str, seconds: float | None):
    assert about(f"User-agent: *\nCrawl-delay: {delay}\nDisallow: /x").delay == seconds


@pytest.mark.parametrize(
    "text",
    [
        lambda n: "User-agent: *\n" + "Disallow: /" + "a*" * (n // 6) + "b\n",
        lambda n: "User-agent: *\n" + "".join(f"Disallow: /{i:05}*x\n" for i in range(n)),
        lambda n: "User-agent: *\nDisallow: /news" + "\nDisallow: /n*e*w*s*" * (n * 2 // 3),
        lambda n: "\n".join(f"User-agent: {i}" for i in range(n)),
        lambda n: "\0\xff" * (n * 10 // 3),
    ],
)
def test_a_hostile_file_is_judged_in_linear_time(text: Callable[[int], str]):
    def run(size: int) -> None:
        rules = Rules(200, text(size).encode()[: 512 * 1024])
        for n in range(20):
            rules.about(f"http://a.example/news/{'a' * 4000}{n}")

    grows_no_faster_than_linear(run, 30_000)


@pytest.mark.parametrize(
    ("agent", "product"),
    [(ANONYMOUS, "archiver"), ("CountyBot/1.0 (+https://county.example)", "CountyBot"), ("1/2", "archiver")],
)
def test_the_user_agents_own_product_is_looked_for(agent: str, product: str):
    assert product_of(agent) == product


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ((NOW + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT"), 89.876544),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 400, 999999999.0),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: float | None):
    """RFC 9110, 10.2.3."""
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_server_is_asked_again_when_it_says(form: str, tmp_path: Path):
    value = b"7" if form == "seconds" else (NOW + timedelta(seconds=7)).strftime("%a, %d %b %Y %H:%M:%S GMT").encode()
    answers = [ok(b"", b"Retry-After: " + value, status=b"503 -"), ok()]
    with (
        Server({"/": answers}) as server,
        Bench(tmp_path, server, now=NOW, settings={"limits": {"retries": 1}}) as bench,
    ):
        capture, _ = bench.capture()
        assert [round(each) for each in bench.slept] == [7]
    assert (capture.outcome, [each.initiator for each in capture.exchanges]) == ("captured", ["seed", "retry"])


# ---- captures


def asked(server: Server) -> dict[str, int]:
    return {path: len(heads) for path, heads in server.seen.items()}


def refusal(bench: Bench, url: str = SITE + "/") -> Failure:
    """The failure of an address of which at most robots.txt was asked for."""
    failure = bench.fetcher.fetch(url, MemoryFiles(bench.spool))
    assert isinstance(failure, Failure)
    return failure


def test_record_asks_notes_and_fetches_all_the_same(tmp_path: Path):
    pages: dict[str, Any] = {
        "/robots.txt": [ok(b"User-agent: *\nDisallow: /\n", TEXT)],
        "/": [html(b"<img src=a.jpg>")],
    }
    settings = {"robots": "record", "requisites": True}
    with Server(pages) as server, Bench(tmp_path, server, settings=settings) as bench:
        capture, files = bench.capture()
    assert (capture.outcome, capture.robots, capture.robots_rule) == ("captured", "disallowed", "Disallow: /")
    assert [each.initiator for each in capture.exchanges] == ["robots", "seed", "requisite"]
    assert [each["WARC-Target-URI"] for each in files.of("response")] == [
        f"{SITE}/robots.txt",
        f"{SITE}/",
        f"{SITE}/a.jpg",
    ]


def test_ignore_does_not_ask(tmp_path: Path):
    with Server({"/": [ok()]}) as server, Bench(tmp_path, server, settings={"robots": "ignore"}) as bench:
        capture, _ = bench.capture()
        assert (capture.robots, asked(server)) == ("ignored", {"/": 1})


def test_obey_refuses_what_is_disallowed_and_says_by_which_rule(tmp_path: Path):
    pages: dict[str, Any] = {"/robots.txt": [ok(b"User-agent: *\nDisallow: /news/\n", TEXT)]}
    with Server(pages) as server, Bench(tmp_path, server, settings={"robots": "obey"}) as bench:
        failure = refusal(bench, SITE + "/news/1")
        assert asked(server) == {"/robots.txt": 1}
    assert (failure.outcome, failure.kind, failure.seen["robots"]) == ("refused", "robots", "Disallow: /news/")
    assert failure.reason == "not fetched: robots.txt says Disallow: /news/"


@pytest.mark.parametrize("answer", [ok(b"", status=b"503 -"), (CLOSE,)])
def test_obey_without_an_answer_for_robots_is_a_failure_that_is_tried_again(answer: Any, tmp_path: Path):
    with Server({"/robots.txt": [answer]}) as server, Bench(tmp_path, server, settings={"robots": "obey"}) as bench:
        failure = refusal(bench)
    assert (failure.outcome, failure.kind) == ("failed", "robots-unreachable")


def test_obey_asks_every_host_and_follows_no_redirect_into_what_is_disallowed(tmp_path: Path):
    pages: dict[str, Any] = {
        "/robots.txt": [ok(b"User-agent: *\nDisallow: /private\n", TEXT)],
        "/": [b"HTTP/1.1 302 -\r\nLocation: http://other.example/private\r\nContent-Length: 0\r\n\r\n"],
    }
    with Server(pages) as server, Bench(tmp_path, server, settings={"robots": "obey"}) as bench:
        capture, _ = bench.capture()
        assert asked(server) == {"/robots.txt": 2, "/": 1}
    assert (capture.outcome, capture.status) == ("refused", 302)
    assert capture.reason == "not fetched: robots.txt says Disallow: /private"


def test_obey_leaves_out_the_requisites_that_are_disallowed(tmp_path: Path):
    pages: dict[str, Any] = {
        "/robots.txt": [ok(b"User-agent: *\nDisallow: /no\n", TEXT)],
        "/": [html(b"<img src=no.jpg><img src=yes.jpg>")],
        "/yes.jpg": [ok()],
    }
    settings = {"robots": "obey", "requisites": True}
    with Server(pages) as server, Bench(tmp_path, server, settings=settings) as bench:
        capture, _ = bench.capture()
    assert capture.requisites is not None
    assert (capture.requisites.fetched, capture.requisites.failed) == (1, ())
    assert [each.reason for each in capture.requisites.skipped] == ["not fetched: robots.txt says Disallow: /no"]


def test_a_redirected_robots_file_is_the_hosts_and_its_cookies_go_nowhere(tmp_path: Path):
    pages: dict[str, Any] = {
        "/robots.txt": [b"HTTP/1.1 301 -\r\nLocation: /r.txt\r\nSet-Cookie: t=1\r\nContent-Length: 0\r\n\r\n"],
        "/r.txt": [ok(b"User-agent: *\nDisallow: /\n", TEXT)],
        "/": [ok()],
    }
    with Server(pages) as server, Bench(tmp_path, server, settings={"robots": "record"}) as bench:
        capture, _ = bench.capture()
        assert b"ookie" not in server.seen["/"][0]
    assert capture.robots == "disallowed"
    assert [each.initiator for each in capture.exchanges] == ["robots", "redirect", "seed"]


# ---- whole jobs


def test_a_host_is_asked_once_a_job_and_another_host_for_itself(tmp_path: Path, job: Job):
    hosts = (HOST, "www.other-times.example")
    with Server({f"/news/{n}": [story(n)] for n in range(6)}) as server:
        code, results = job.run(seeds(tmp_path / "seeds", *range(6), hosts=hosts), server, "--jobs", "2")
        assert sorted(
            head.split(b"Host: ")[1].split(b"\r")[0].decode() for head in server.seen["/robots.txt"]
        ) == sorted(hosts)
    assert code == 0
    assert {job.record(each["bag"])["capture"]["robots"] for each in results} == {"absent"}


def test_refused_seeds_make_no_bag_and_the_ledger_keeps_the_rule(tmp_path: Path, job: Job):
    pages: dict[str, Any] = {"/robots.txt": [ok(b"User-agent: *\nDisallow: /news/2\n", TEXT)], "/news/1": [story(1)]}
    with Server(pages) as server:
        code, results = job.run(seeds(tmp_path / "seeds", 1, 2), server, "--robots", "obey")
        assert "/news/2" not in server.seen
        assert job.run(tmp_path / "seeds", server, "--robots", "obey")[0] == 1
        assert len(server.seen["/robots.txt"]) == 1, "what was refused is done"
    assert (code, [each["outcome"] for each in results], results[1]["bag"]) == (1, ["captured", "refused"], None)
    (result,) = job.status()["seeds"]
    assert (result["outcome"], result["detail"]["kind"], result["detail"]["robots"]) == (
        "refused",
        "robots",
        "Disallow: /news/2",
    )
    assert "Disallow: /news/2" in result["reason"]


def test_robots_exchanges_stand_in_the_warc_and_validate(tmp_path: Path, job: Job):
    with Server({"/news/1": [story(1)], "/robots.txt": [ok(b"User-agent: *\n", TEXT)]}) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server)
    found = [
        each["WARC-Target-URI"]
        for each in records(job.warc(result["bag"]).read_bytes())
        if each["WARC-Type"] == "response"
    ]
    assert found == [f"http://{HOST}/robots.txt", f"http://{HOST}/news/1"]
    exchanges = job.record(result["bag"])["capture"]["exchanges"]
    assert [each["initiator"] for each in exchanges] == ["robots", "seed"]
    assert job.valid(result["bag"])


def test_a_crawl_delay_paces_the_host(tmp_path: Path, job: Job):
    moments: list[float] = []

    def stamped(n: int) -> tuple[Any, ...]:
        class Now:
            def __iter__(self):
                moments.append(time.monotonic())
                yield story(n)

        return (Now(),)

    pages: dict[str, Any] = {f"/news/{n}": [stamped(n)] for n in range(3)}
    pages["/robots.txt"] = [ok(b"User-agent: *\nCrawl-delay: 1\n", TEXT)]
    with Server(pages) as server:
        code, _ = job.run(seeds(tmp_path / "seeds", 0, 1, 2), server)
    assert code == 0
    # Two pauses of a second; when a request arrives here is not when it was let go.
    assert moments[-1] - moments[0] >= 1


def test_a_host_that_refuses_five_pages_in_a_row_is_left_alone(tmp_path: Path, job: Job):
    pages: dict[str, Any] = {f"/news/{n}": [ok(b"no", status=b"403 Forbidden")] for n in range(9)}
    hosts = (HOST,)
    with Server(pages) as server:
        code, results = job.run(seeds(tmp_path / "seeds", *range(9), hosts=hosts), server)
        assert sum(path.startswith("/news/") for path in server.seen) == 5
    outcomes = [each["outcome"] for each in results]
    assert (code, outcomes.count("blocked"), outcomes.count("failed")) == (1, 5, 4)
    reasons = [each["reason"] for each in job.status()["seeds"] if each["outcome"] == "failed"]
    assert all(each.startswith(HOST) and each.endswith("not asked again in this job") for each in reasons)


def test_a_page_in_between_closes_the_circuit_and_other_hosts_go_on(tmp_path: Path, job: Job):
    refused = ok(b"no", status=b"403 Forbidden")
    pages: dict[str, Any] = {f"/news/{n}": [story(n) if n in (4, 9) else refused] for n in range(12)}
    with Server(pages) as server:
        _, results = job.run(seeds(tmp_path / "seeds", *range(12)), server)
    assert [each["outcome"] for each in results].count("blocked") == 10


def test_the_user_agent_carries_the_stated_contact(tmp_path: Path, job: Job, monkeypatch):
    assert load(None, {}).user_agent == ANONYMOUS
    assert load(None, {"user_agent": "CountyBot/1.0", "contact_email": "a@b.example"}).user_agent == "CountyBot/1.0"
    monkeypatch.chdir(tmp_path)
    Path("archiver.toml").write_text('contact_email = "web@county.example"\n')
    with Server({"/news/1": [story(1)]}) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server)
        agent = ANONYMOUS.replace("contact not stated", "contact: web@county.example")
        assert f"\r\nUser-Agent: {agent}\r\n".encode() in server.seen["/news/1"][0]
        assert f"\r\nUser-Agent: {agent}\r\n".encode() in server.seen["/robots.txt"][0]
    assert job.record(result["bag"])["capture"]["user_agent"] == agent


def test_a_page_that_takes_its_time_to_refuse_is_no_reason_to_hang(tmp_path: Path):
    with (
        Server({"/": [ok(b"", b"Retry-After: 86400", status=b"429 -")]}) as server,
        Bench(tmp_path, server, now=datetime.now(UTC), settings={"limits": {"retries": 3}}) as bench,
    ):
        capture, _ = bench.capture()
        assert (capture.outcome, bench.slept) == ("blocked", [])
