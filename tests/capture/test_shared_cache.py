"""What one capture lends the next: fetched once a job, copied as whole gzip members, never what is personal."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from jobs.capturing import records
from jobs.whole import HOST, Job, members, seeds, story
from servers.wire import Server, ok
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.checker import Checker

from archiver.capture.shared_cache import LARGEST, CachedResponse, SharedCache

CACHED = CachedResponse(
    url="http://cdn.example/a.css",
    bag="bag-1",
    captured="2026-03-01T10:00:00.000000Z",
    record_id="<urn:uuid:1>",
    status=200,
    payload_sha256="0" * 64,
    content_type="text/css",
    response_length=3,
    warcinfo=b"info",
    members=b"requestresponse",
    body=b"a{}",
)


def test_what_one_store_is_given_another_process_would_read(tmp_path: Path):
    SharedCache(tmp_path).put(CACHED)
    assert SharedCache(tmp_path).get(CACHED.url) == CACHED
    assert SharedCache(tmp_path).get("http://cdn.example/b.css") is None


def test_a_damaged_file_lends_nothing(tmp_path: Path):
    SharedCache(tmp_path).put(CACHED)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        assert SharedCache(tmp_path).get(CACHED.url) is None
    file.write_bytes(whole.replace(b"a.css", b"b.css"))
    assert SharedCache(tmp_path).get(CACHED.url) is None


def test_a_large_one_is_not_kept_and_memory_is_bounded(tmp_path: Path):
    cache = SharedCache(tmp_path)
    cache.put(replace(CACHED, members=b"x" * (LARGEST + 1)))
    assert cache.get(CACHED.url) is None
    for n in range(12):
        cache.put(replace(CACHED, url=f"http://cdn.example/{n}", members=bytes(LARGEST)))
    assert sum(len(each.members) for each in cache._known.values()) <= 32 << 20
    assert all(cache.get(f"http://cdn.example/{n}") for n in range(12))


def test_of_several_who_need_the_same_one_asks_and_the_others_wait(tmp_path: Path):
    caches, asked = [SharedCache(tmp_path), SharedCache(tmp_path)], []

    def need(cache: SharedCache) -> None:
        with cache.turn(CACHED.url) as cached:
            if cached is None:
                asked.append(1)
                time.sleep(0.1)
                cache.put(CACHED)

    threads = [threading.Thread(target=need, args=(caches[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_nobody_waits_long_for_a_slow_one_nor_at_all_for_what_cannot_be_lent(tmp_path: Path):
    """The first holds its turn all the while: the others come to theirs without it."""
    cache, impatient = SharedCache(tmp_path), SharedCache(tmp_path, patience=0.2)
    patient = SharedCache(tmp_path, patience=3600.0)
    with cache.turn(CACHED.url) as first:
        with impatient.turn(CACHED.url) as second:
            assert (first, second) == (None, None)
        patient.decline(CACHED.url)
        with patient.turn(CACHED.url) as third:
            assert third is None


def test_an_old_one_is_asked_for_anew_and_replaced(tmp_path: Path):
    cache, other = SharedCache(tmp_path), SharedCache(tmp_path)
    cache.put(CACHED)
    assert other.get(CACHED.url) == CACHED
    young = replace(CACHED, bag="bag-2", captured="2026-03-02T10:00:00.000000Z")
    with cache.turn(CACHED.url, lambda cached: cached.bag == "bag-2") as cached:
        assert cached is None
        cache.put(young)
    with other.turn(CACHED.url, lambda cached: cached.bag == "bag-2") as cached:
        assert cached == young


# ---- whole jobs

HEAD = '<link rel="stylesheet" href="/s.css"><script src="/s.js"></script><link rel="icon" href="/i.png">'
SITE: dict[str, list[bytes]] = {
    "/s.css": [ok(b"@font-face{src:url(f.woff2)} p{background:url(bg.png)}", b"Content-Type: text/css")],
    "/s.js": [ok(b"1", b"Content-Type: text/javascript")],
    "/i.png": [ok(b"icon", b"Content-Type: image/png")],
    "/f.woff2": [ok(b"font", b"Content-Type: font/woff2")],
    "/bg.png": [ok(b"picture", b"Content-Type: image/png")],
    "/p.jpg": [ok(b"photo", b"Content-Type: image/jpeg")],
    "/robots.txt": [ok(b"User-agent: *\nDisallow: /private\n", b"Content-Type: text/plain")],
}
SHARED = ["/f.woff2", "/i.png", "/robots.txt", "/s.css", "/s.js"]


def site(*numbers: int, head: str = HEAD) -> dict[str, list[bytes]]:
    return SITE | {f"/news/{n}": [story(n, head=head, caption="The hall. Photo: AFP")] for n in numbers}


def asked(server: Server) -> dict[str, int]:
    return {path: len(heads) for path, heads in server.seen.items()}


def paths(warc: Path) -> list[str]:
    found = [each["WARC-Target-URI"] for each in records(warc.read_bytes()) if each["WARC-Type"] == "response"]
    return sorted(each.removeprefix(f"http://{HOST}") for each in found)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_shared_requisites_are_fetched_once_a_job_and_copied_byte_for_byte(tmp_path: Path, job: Job, jobs: str):
    with Server(site(*range(4))) as server:
        code, results = job.run(seeds(tmp_path / "seeds", *range(4)), server, "--jobs", jobs)
        counts = asked(server)
    assert code == 0
    assert {path: counts[path] for path in SHARED} == dict.fromkeys(SHARED, 1)
    assert {counts[path] for path in ("/bg.png", "/p.jpg")} == {4}
    names = [each["bag"] for each in results]
    first = next(name for name in names if not job.shared(name).exists())
    original = members(job.warc(first))
    for name in sorted(set(names) - {first}):
        assert set(members(job.shared(name))) <= set(original)
        assert paths(job.shared(name)) == SHARED
        assert paths(job.warc(name)) == sorted(["/bg.png", f"/news/{names.index(name)}", "/p.jpg"])
        record = job.record(name)
        copied = record["capture"]["requisites"]["copied"] + record["capture"]["robots_from"]
        assert {each["bag"] for each in copied} == {first}
        dates = {r["WARC-Record-ID"]: r["WARC-Date"] for r in records(job.warc(first).read_bytes())}
        assert {each["record_id"]: each["captured"] for each in copied}.items() <= dates.items()
        assert record["capture"]["requisites"]["shared"] == len(SHARED) - 1
    assert all(job.valid(name) for name in names)


def test_copied_records_stand_the_judges_and_belong_to_a_warcinfo_of_their_file(tmp_path: Path, job: Job):
    with Server(site(0, 1)) as server:
        _, results = job.run(seeds(tmp_path / "seeds", 0, 1), server)
    (path,) = (job.shared(each["bag"]) for each in results if job.shared(each["bag"]).exists())
    found = records(path.read_bytes())
    infos = [each["WARC-Record-ID"] for each in found if each["WARC-Type"] == "warcinfo"]
    assert found[0]["WARC-Type"] == "warcinfo"
    assert {each["WARC-Warcinfo-ID"] for each in found if each["WARC-Type"] != "warcinfo"} == set(infos)

    class Arguments:
        inputs, verbose = [str(path)], False

    assert Checker(Arguments()).process_all() in (None, 0)
    with path.open("rb") as file:
        assert sum(record.rec_type == "response" for record in WarcioIterator(file)) == len(SHARED)
    with path.open("rb") as file:
        verified = [record.verify_block_digest() for record in ArchiveIterator(file, parse_http=False)]
    assert len(verified) == len(found)
    assert all(verified)


PERSONAL: dict[str, bytes] = {
    "a cookie": b"Set-Cookie: a=b",
    "private": b"Cache-Control: max-age=9, private",
    "no-cache": b"Cache-Control: no-cache",
    "Vary: Cookie": b"Vary: Accept-Encoding, Cookie",
    "Vary: *": b"Vary: *",
    "HTML": b"Content-Type: text/html",
    "no type": b"X-Nothing: at-all",
}


@pytest.mark.parametrize("name", PERSONAL)
def test_what_is_personal_or_a_page_is_never_lent(tmp_path: Path, job: Job, name: str):
    kind = () if name in ("HTML", "no type") else (b"Content-Type: text/css",)
    pages = site(0, 1, 2, head='<link rel="stylesheet" href="/s.css">')
    pages |= {
        "/s.css": [ok(b"a{}", *kind, PERSONAL[name])],
        "/robots.txt": [ok(b"", *(b"Content-Type: text/plain" for _ in kind), PERSONAL[name])],
    }
    with Server(pages) as server:
        code, results = job.run(seeds(tmp_path / "seeds", 0, 1, 2), server)
        assert (asked(server)["/s.css"], asked(server)["/robots.txt"]) == (3, 1)
    assert code == 0
    assert not any(job.shared(each["bag"]).exists() for each in results)


def test_a_page_that_set_a_cookie_lends_nothing_that_was_asked_for_with_it(tmp_path: Path, job: Job):
    pages = site(0, 1) | {
        f"/news/{n}": [story(n, head=HEAD).replace(b"\r\n", b"\r\nSet-Cookie: session=%d; Path=/\r\n" % n, 1)]
        for n in (0, 1)
    }
    with Server(pages) as server:
        _, results = job.run(seeds(tmp_path / "seeds", 0, 1), server)
        sent = {path: b"".join(heads) for path, heads in server.seen.items()}
    assert (b"session=0" in sent["/s.css"], b"session=1" in sent["/s.css"]) == (True, True)
    assert b"ookie" not in sent["/news/0"] + sent["/news/1"] + sent["/robots.txt"]
    assert all(
        paths(job.shared(each["bag"])) == ["/robots.txt"] for each in results if job.shared(each["bag"]).exists()
    )


def test_the_lead_image_is_fetched_for_each_bag_even_where_a_link_calls_it_an_icon(tmp_path: Path, job: Job):
    with Server(site(0, 1, head='<link rel="icon" href="/p.jpg">')) as server:
        job.run(seeds(tmp_path / "seeds", 0, 1), server)
        assert asked(server)["/p.jpg"] == 2


def test_with_no_shared_each_bag_fetches_its_own(tmp_path: Path, job: Job):
    with Server(site(0, 1)) as server:
        _, results = job.run(seeds(tmp_path / "seeds", 0, 1), server, "--no-shared")
        assert asked(server) == {"/robots.txt": 1, "/news/0": 1, "/news/1": 1} | dict.fromkeys(
            ["/s.css", "/s.js", "/i.png", "/f.woff2", "/bg.png", "/p.jpg"], 2
        )
    shared = [paths(job.shared(each["bag"])) for each in results if job.shared(each["bag"]).exists()]
    assert shared == [["/robots.txt"]]


def test_what_is_too_old_is_fetched_again(tmp_path: Path, job: Job, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("archiver.toml").write_text("[limits]\nshared_seconds = 0.0\n")
    with Server(site(0, 1)) as server:
        job.run(seeds(tmp_path / "seeds", 0, 1), server)
        assert asked(server)["/s.css"] == 2


def test_a_new_job_fetches_anew(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 0)
    with Server(site(0)) as server:
        for arguments in ((), ("--recapture",)):
            job.run(folder, server, *arguments)
        assert {asked(server)[path] for path in SHARED} == {2}


def test_a_sheet_that_is_borrowed_is_followed_to_what_it_names(tmp_path: Path, job: Job):
    with Server(site(0, 1)) as server:
        _, results = job.run(seeds(tmp_path / "seeds", 0, 1), server)
    for each in results:
        named = paths(job.warc(each["bag"])) + (
            paths(job.shared(each["bag"])) if job.shared(each["bag"]).exists() else []
        )
        assert {"/bg.png", "/f.woff2"} <= set(named)


def test_a_capture_that_made_no_bag_is_not_named_as_one(tmp_path: Path, job: Job, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("archiver.toml").write_text("[limits]\nretries = 0\n")
    with Server(site(1) | {"/news/0": [("close",)]}) as server:
        code, results = job.run(seeds(tmp_path / "seeds", 0, 1), server, "--no-requisites")
    assert code == 1
    (made,) = (each["bag"] for each in results if each["bag"])
    (known,) = job.record(made)["capture"]["robots_from"]
    assert (known["bag"], known["url"]) == (None, f"http://{HOST}/robots.txt")
    assert paths(job.shared(made)) == ["/robots.txt"]
    assert job.valid(made)
