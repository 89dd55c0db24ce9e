"""What a page needs is fetched within bounds, and everything that is not there has its reason in the record."""

import gzip
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders.pictures import jpeg, xmp
from jobs.capturing import SITE, Bench, MemoryFiles
from jobs.requisites import collected, fetched, reasons, typed
from jobs.whole import html
from servers.wire import CLOSE, Server, chunked, drip, ok
from waiting import until

from archiver.capture.requisites.fetch import Concurrency
from archiver.model import Capture


def test_everything_a_page_names_is_in_the_warc_and_each_exchange_says_why(tmp_path: Path):
    page = """<link rel=stylesheet href=a.css><script src=a.js></script><img src=a.jpg srcset="b.jpg 2x">
    <iframe src=f.html></iframe><video src=v.mp4 poster=p.jpg></video><style>p{background:url(s.png)}</style>"""
    answers = {
        "/a.css": b"@import 'b.css'; p{background:url(c.png)}",
        "/b.css": b"@font-face{src:url(f.woff2)}",
        "/f.html": b"<img src=g.png><link rel=stylesheet href=g.css>",
        "/g.css": b"p{background:url(h.png)}",
        **dict.fromkeys(["/a.js", "/a.jpg", "/b.jpg", "/v.mp4", "/p.jpg", "/s.png", "/c.png"], b"x"),
        **dict.fromkeys(["/f.woff2", "/g.png", "/h.png"], b"x"),
    }
    requisites, capture, files = collected(page, answers, tmp_path)
    assert (requisites.fetched, requisites.failed, requisites.skipped) == (len(answers), (), ())
    assert fetched(capture) == sorted(answers)
    assert {each.initiator for each in capture.exchanges[1:]} == {"requisite"}
    blocks = {each["WARC-Target-URI"].removeprefix(SITE): each.block for each in files.of("response")}
    assert {path: blocks[path] for path in answers} == {path: typed(path, body) for path, body in answers.items()}


def test_a_requisites_redirect_is_followed_and_recorded(tmp_path: Path):
    answers = {"/a.jpg": b"HTTP/1.1 302 -\r\nLocation: /b.jpg\r\nContent-Length: 0\r\n\r\n", "/b.jpg": b"x"}
    requisites, capture, _ = collected("<img src=a.jpg>", answers, tmp_path)
    assert (requisites.fetched, requisites.failed) == (1, ())
    assert [(e.url.removeprefix(SITE), e.initiator) for e in capture.exchanges[1:]] == [
        ("/a.jpg", "requisite"),
        ("/b.jpg", "redirect"),
    ]


FAILURES: dict[str, tuple[Any, str]] = {
    "gone": (ok(b"", status=b"404 Not Found"), "status 404"),
    "cut": ((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell", CLOSE), "5 bytes of the body are missing"),
    "closed": ((CLOSE,), "closed without an answer"),
    "a redirect inwards": (
        b"HTTP/1.1 302 -\r\nLocation: ftp://a.example/\r\nContent-Length: 0\r\n\r\n",
        "only http and https",
    ),
    "too large": (ok(b"x" * 70_000), "larger than 60000 bytes"),
    "a drip": ((b"HTTP/1.1 200 OK\r\n\r\n", *drip(b"x" * 500, 0.05)), "not over after"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_has_its_reason_and_the_rest_is_there(name: str, tmp_path: Path):
    answer, reason = FAILURES[name]
    limits = {"requisite_bytes": 60_000, "exchange_seconds": 1.0}
    page, answers = "<img src=bad.jpg><img src=good.jpg>", {"/bad.jpg": answer, "/good.jpg": b"x"}
    requisites, _, _ = collected(page, answers, tmp_path, limits=limits)
    assert requisites.fetched == 1
    assert reason in reasons(requisites)["/bad.jpg"]


def test_a_requisite_on_a_private_address_is_refused_with_its_reason(tmp_path: Path):
    requisites, capture, _ = collected("<img src=http://169.254.169.254/latest/meta-data/>", {}, tmp_path)
    assert (requisites.fetched, len(capture.exchanges)) == (0, 1)
    assert "169.254.169.254" in requisites.failed[0].reason


def test_the_number_of_requisites_is_bounded_and_the_rest_is_named(tmp_path: Path):
    page = "".join(f"<img src={n}.jpg>" for n in range(12))
    requisites, _, _ = collected(page, {f"/{n}.jpg": b"x" for n in range(12)}, tmp_path, limits={"requisites": 10})
    assert requisites.fetched == 10
    assert reasons(requisites) == dict.fromkeys(["/10.jpg", "/11.jpg"], "more than 10 requisites")


def test_a_page_that_names_thousands_makes_no_long_record(tmp_path: Path):
    page = "".join(f"<img src={n}.jpg>" for n in range(10_000))
    requisites, _, _ = collected(page, {"/0.jpg": b"x"}, tmp_path, limits={"requisites": 1})
    assert requisites.fetched == 1
    assert len(requisites.skipped) == 2001
    assert requisites.skipped[-1].reason == "and 7999 more addresses, not listed"


def test_the_bytes_of_all_requisites_are_bounded(tmp_path: Path):
    page = "".join(f"<img src={n}.jpg>" for n in range(40))
    answers = {f"/{n}.jpg": b"x" * 1000 for n in range(40)}
    requisites, _, _ = collected(page, answers, tmp_path, limits={"requisites_bytes": 5000})
    assert 5 <= requisites.fetched <= 9
    assert set(reasons(requisites).values()) == {"more than 5000 bytes in all"}


def test_the_time_for_all_requisites_is_bounded_redirects_and_retries_included(tmp_path: Path):
    slow = (0.4, b"HTTP/1.1 302 -\r\nLocation: /%d.jpg\r\nContent-Length: 0\r\n\r\n")
    answers: dict[str, Any] = {f"/{n}.jpg": (slow[0], slow[1] % (n + 1)) for n in range(9)}
    answers |= {f"/x{n}.jpg": (0.4, typed("a.jpg")) for n in range(30)}
    answers["/busy.jpg"] = ok(b"", b"Retry-After: 50", status=b"503 -")
    page = "<img src=0.jpg><img src=busy.jpg>" + "".join(f"<img src=x{n}.jpg>" for n in range(30))
    requisites, _, _ = collected(page, answers, tmp_path, limits={"requisites_seconds": 1.0})
    assert reasons(requisites)["/0.jpg"] == "more than 1 seconds in all"
    assert reasons(requisites)["/busy.jpg"] == "status 503"
    assert reasons(requisites)["/x29.jpg"] == "more than 1 seconds in all"


def test_what_is_near_is_fetched_one_after_another_over_the_pages_connection(tmp_path: Path):
    patient = Concurrency(idle_seconds=600.0, alone_seconds=600.0)
    page = "<link rel=stylesheet href=a.css>" + "".join(f"<img src={n}.jpg>" for n in range(9))
    answers = {"/a.css": b"p{background:url(b.png)}", "/b.png": b"x", **{f"/{n}.jpg": b"x" for n in range(9)}}
    site = {path: [typed(path, body)] for path, body in answers.items()} | {"/": [html(page.encode())]}
    settings = {"requisites": True}
    with Server(site) as server, Bench(tmp_path, server, settings=settings, concurrency=patient) as bench:
        capture, _ = bench.capture()
        assert server.connections == 1
    order = ["/", "/a.css", *(f"/{n}.jpg" for n in range(9)), "/b.png"]
    assert [each.url.removeprefix(SITE) for each in capture.exchanges] == order


SLOW = {
    "and its page": ("", 0.1),
    "on a page that came at once": ("", 0.0),
    "of another host": ("http://cdn.example/", 0.0),
}


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
@pytest.mark.parametrize("name", SLOW)
def test_what_is_slow_is_fetched_four_at_a_time(name: str, busy: bool, tmp_path: Path):
    """Where the process has other work all the while, it may take a second to notice that it is slow."""
    concurrency = Concurrency(idle_clock=float) if busy else Concurrency()
    base, wait = SLOW[name]
    site: dict[str, Any] = {f"/{n}.jpg": [(0.1, typed("a.jpg"))] for n in range(60)}
    site["/"] = [(wait, html("".join(f"<img src={base}{n}.jpg>" for n in range(60)).encode()))]
    settings = {"requisites": True}
    with Server(site) as server, Bench(tmp_path, server, settings=settings, concurrency=concurrency) as bench:
        capture, _ = bench.capture()
        assert server.most_at_once == 4
    assert capture.requisites is not None
    assert capture.requisites.fetched == 60


def test_what_will_be_asked_for_again_holds_up_nothing(tmp_path: Path):
    site: dict[str, Any] = {"/a.jpg": [ok(b"", b"Retry-After: 1", status=b"503 -"), typed("a.jpg")]}
    site |= {"/": [html(b"<img src=a.jpg><img src=b.jpg>")], "/b.jpg": [typed("b.jpg")]}
    settings, busy = {"requisites": True}, Concurrency(idle_clock=float, alone_seconds=600.0)
    with Server(site) as server, Bench(tmp_path, server, settings=settings, concurrency=busy) as bench:
        bench.fetcher.sleep = lambda _: time.sleep(0.3)
        capture, _ = bench.capture()
    assert [each.url.removeprefix(SITE) for each in capture.exchanges] == ["/", "/a.jpg", "/b.jpg", "/a.jpg"]


@pytest.mark.parametrize("whole", [False, True], ids=["never", "in time"])
def test_an_answer_that_does_not_come_to_an_end_takes_no_time_from_the_rest_of_the_page(whole: bool, tmp_path: Path):
    """It is asked for again, beside the others, with all the time that there is."""
    busy = Concurrency(idle_clock=float, alone_seconds=600.0, exchange_seconds=0.5)
    head, end, body = typed("a.js", b"x" * (100 if whole else 3000)).partition(b"\r\n\r\n")
    slow = (head + end, *drip(body, 0.01))  # without its head there was no answer, which is another case
    site: dict[str, Any] = {"/": [html(b"<script src=a.js></script><img src=b.jpg>")], "/b.jpg": [typed("b.jpg")]}
    limits = {"requisites_seconds": 600.0, "requisite_bytes": 60_000}

    def endless() -> Iterator[bytes]:
        """More than may be, and not before the picture was asked for: whoever waits for this first gets neither."""
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\n\r\n"
        until(lambda: "/b.jpg" in server.seen, "the picture is asked for")
        yield b"x" * 70_000

    with (
        Server(site | {"/a.js": [slow, slow if whole else (endless(),)]}) as server,
        Bench(tmp_path, server, settings={"requisites": True, "limits": limits}, concurrency=busy) as bench,
    ):
        capture, _ = bench.capture()
    assert capture.requisites is not None
    assert capture.requisites.fetched == 1 + whole
    assert [each.url.removeprefix(SITE) for each in capture.exchanges].count("/a.js") == 2
    assert capture.requisites.skipped == ()


@pytest.mark.parametrize("more", [0, 1])
def test_a_frame_that_is_not_read_to_its_end_is_named(more: int, tmp_path: Path):
    frame = b"<img src=a.png>".ljust(2000 + more)
    answers = {"/f.html": frame, "/a.png": b"x"}
    requisites, capture, _ = collected("<iframe src=f.html></iframe>", answers, tmp_path, limits={"page_bytes": 2000})
    assert fetched(capture) == ["/a.png", "/f.html"]
    said = {"/f.html": "its first 2,000 bytes were looked through for addresses, the rest was not"}
    assert reasons(requisites) == (said if more else {})


def test_frames_are_followed_one_deep_and_sheets_five(tmp_path: Path):
    page = "<iframe src=1.html></iframe><link rel=stylesheet href=1.css>"
    frames = {f"/{n}.html": f"<img src=f{n}.jpg><iframe src={n + 1}.html></iframe>".encode() for n in range(1, 4)}
    sheets = {f"/{n}.css": f"@import '{n + 1}.css';".encode() for n in range(1, 9)}
    requisites, capture, _ = collected(page, frames | sheets | {"/f1.jpg": b"x"}, tmp_path)
    assert fetched(capture) == ["/1.css", "/1.html", "/2.css", "/3.css", "/4.css", "/5.css", "/6.css", "/f1.jpg"]
    assert reasons(requisites) == {
        "/2.html": "a frame inside a frame is not followed (1 deep)",
        "/7.css": "style sheets are followed 5 deep",
    }


def test_modules_are_followed_to_what_they_import(tmp_path: Path):
    answers = {
        "/m/a.js": b'import{b}from"./b.js";\nimport * as c\n  from \'../c.js\';import"./b.js";import("/d.js")',
        "/m/b.js": b'export{e}from"/e.js";\n  // import "./f.js"\n',
        "/c.js": b'import"./m/a.js"; import"https://other.example/g.js"',
        "/e.js": html(b'import"./h.js"'),
        "/i.js": b'import"./j.js"',
        "/g.js": b"",
    }
    page = "<script type=module src=m/a.js></script><script src=i.js></script>"
    requisites, capture, _ = collected(page, answers, tmp_path)
    asked = ["/c.js", "/e.js", "/i.js", "/m/a.js", "/m/b.js", "https://other.example/g.js"]
    assert sorted([*fetched(capture), *reasons(requisites)]) == sorted(asked)


def test_modules_are_followed_twenty_deep(tmp_path: Path):
    answers = {f"/{n}.js": b'import"./%d.js"' % (n + 1) for n in range(1, 30)}
    requisites, capture, _ = collected("<script type=module src=1.js></script>", answers, tmp_path)
    assert len(fetched(capture)) == 21
    assert reasons(requisites) == {"/22.js": "modules are followed 20 deep"}


def test_documents_of_svg_name_what_they_need_and_frames_lead_on(tmp_path: Path):
    svg = '<?xml version="1.0"?><?xml-stylesheet href="%s.css"?><svg><image xlink:href="%s.png"/></svg>'
    kind = b"Content-Type: image/svg+xml"
    images = {f"/{name}.svg": ok((svg % (name, name)).encode(), kind) for name in "abcd"}
    rest = {f"/{name}.{kind}": b"" for name in "abc" for kind in ("css", "png")}
    frames = {"/1.html": b'<meta http-equiv=refresh content="0;url=2.html">', "/2.html": b"<img src=c.png>"}
    page = (
        "<iframe src=a.svg></iframe><object data=b.svg type=image/svg+xml></object><img src=d.svg>"
        "<iframe src=1.html></iframe>"
    )
    requisites, capture, _ = collected(page, images | rest | frames, tmp_path)
    assert fetched(capture) == [
        *("/1.html", "/2.html", "/a.css", "/a.png", "/a.svg", "/b.css", "/b.png", "/b.svg", "/c.png", "/d.svg")
    ]
    assert reasons(requisites) == {}


def test_a_frame_that_leads_on_and_on_is_left(tmp_path: Path):
    frames = {f"/{n}.html": b"<meta http-equiv=refresh content='0;%d.html'>" % (n + 1) for n in range(1, 9)}
    _, capture, _ = collected("<iframe src=1.html></iframe>", frames, tmp_path)
    assert fetched(capture) == ["/1.html", "/2.html", "/3.html", "/4.html"]


def test_a_sheet_is_read_through_gzip_and_chunks_and_not_where_it_is_a_page(tmp_path: Path):
    packed = gzip.compress(b"p{background:url(a.png)}")
    answers = {
        "/1.css": chunked(packed, head=b"Content-Type: text/css\r\nContent-Encoding: gzip\r\n"),
        "/2.css": html(b"p{background:url(b.png)}"),
        "/a.png": b"x",
    }
    _, capture, _ = collected("<link rel=stylesheet href=1.css><link rel=stylesheet href=2.css>", answers, tmp_path)
    assert fetched(capture) == ["/1.css", "/2.css", "/a.png"]


def test_sheets_that_import_each_other_end(tmp_path: Path):
    answers = {"/a.css": b"@import 'b.css';", "/b.css": b"@import 'a.css'; @import '/';"}
    requisites, capture, _ = collected("<link rel=stylesheet href=a.css>", answers, tmp_path)
    assert (fetched(capture), requisites.failed) == (["/a.css", "/b.css"], ())


def test_no_requisites_are_asked_for_of_a_page_that_is_an_error_or_no_html(tmp_path: Path):
    for answer in (ok(b"<img src=a.jpg>", status=b"404 -"), ok(b"<img src=a.jpg>", b"Content-Type: text/plain")):
        with Server({"/": [answer]}) as server, Bench(tmp_path, server, settings={"requisites": True}) as bench:
            capture, _ = bench.capture()
        assert (capture.requisites, len(capture.exchanges)) == (None, 1)


def test_the_pages_cookies_go_along_and_never_to_another_host_or_another_capture(tmp_path: Path):
    page = html(b"<img src=/a.jpg><img src=http://cdn.example/b.jpg>", b"Set-Cookie: token=secret")
    pages = {"/": [page], "/a.jpg": [typed("a.jpg")], "/b.jpg": [typed("b.jpg")], "/other": [html(b"<img src=/a.jpg>")]}
    with Server(pages) as server, Bench(tmp_path, server, settings={"requisites": True}) as bench:
        bench.capture()
        assert b"Cookie: token=secret" in server.seen["/a.jpg"][0]
        assert b"secret" not in server.seen["/b.jpg"][0]
        bench.capture(SITE + "/other")
        assert b"secret" not in server.seen["/other"][0] + server.seen["/a.jpg"][1]


def test_the_host_of_a_requisite_learns_no_more_than_from_a_browser(tmp_path: Path):
    pages = {"/?q=1": [html(b"<img src=/a.jpg><img src=http://cdn.example/b.jpg>")]}
    with Server(pages) as server, Bench(tmp_path, server, settings={"requisites": True}) as bench:
        bench.capture(SITE + "/?q=1")
        assert b"\r\nReferer: http://news.example/\r\n" in server.seen["/a.jpg"][0]
        assert b"\r\nReferer: http://news.example/\r\n" in server.seen["/b.jpg"][0]


def test_of_a_figures_candidates_the_largest_is_read_and_names_its_record(tmp_path: Path):
    page = '<figure><img src=a.jpg srcset="b.jpg 2x"><figcaption>The hall</figcaption></figure><img src=c.jpg>'
    large = jpeg(xmp=xmp(credit="AFP"))
    requisites, capture, _ = collected(page, {"/a.jpg": jpeg(), "/b.jpg": large, "/c.jpg": large}, tmp_path)
    (photo,) = requisites.photos
    assert (photo.url, photo.caption, photo.body) == (SITE + "/b.jpg", "The hall", large)
    (exchange,) = (each for each in capture.exchanges if each.url == photo.url)
    assert photo.record_id == exchange.record_ids.response


def test_photos_kept_in_memory_are_bounded(tmp_path: Path):
    figure = "<figure><img src={}.jpg><figcaption>{}</figcaption></figure>"
    page = "".join(figure.format(n, n) for n in range(12))
    answers = {f"/{n}.jpg": b"x" * (4 << 20) for n in range(12)}
    requisites, _, _ = collected(page, answers, tmp_path)
    assert requisites.fetched == 12
    assert sum(len(each.body) for each in requisites.photos) <= 32 << 20


def test_sixteen_captures_at_once_with_their_requisites_do_not_mix(tmp_path: Path):
    pages: dict[str, Any] = {}
    for n in range(16):
        names = [f"/{n}/{m}.{kind}" for m in range(4) for kind in ("jpg", "css")]
        links = "".join(f"<img src={n}/{m}.jpg><link rel=stylesheet href={n}/{m}.css>" for m in range(4))
        pages[f"/page{n}"] = [html(f"<p>{n}</p>{links}".encode())]
        pages |= {name: [typed(name, f"/* {name} */".encode() * (1 + n * 500))] for name in names}
    found: dict[int, tuple[Capture, MemoryFiles]] = {}
    with Server(pages) as server, Bench(tmp_path, server, settings={"requisites": True}) as bench:

        def run(n: int) -> None:
            files = MemoryFiles(tmp_path)
            capture = bench.fetcher.fetch(f"{SITE}/page{n}", files)
            assert isinstance(capture, Capture)
            found[n] = capture, files

        threads = [threading.Thread(target=run, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 16
    for n, (capture, files) in found.items():
        blocks = {each["WARC-Target-URI"].removeprefix(SITE): each.block for each in files.of("response")}
        assert sorted(blocks) == sorted([f"/page{n}", *(p for p in pages if p.startswith(f"/{n}/"))])
        assert all(block == pages[path][0] for path, block in blocks.items())
        requests = {each["WARC-Target-URI"].removeprefix(SITE): each.block for each in files.of("request")}
        assert all(block.startswith(b"GET " + path.encode() + b" ") for path, block in requests.items())
        assert capture.requisites is not None
        assert capture.requisites.fetched == 8


def test_what_the_header_link_announces_is_fetched_and_followed(tmp_path: Path):
    page = html(b"<p>text", b"Link: </a.css>; rel=preload; as=style, </b.png>; rel=preload; as=image")
    site = {"/": [page], "/a.css": [typed("a.css", b"p{background:url(c.png)}")]}
    site |= {f"/{name}.png": [typed("x.png")] for name in "bc"}
    with Server(site) as server, Bench(tmp_path, server, settings={"requisites": True}) as bench:
        capture, _ = bench.capture()
    assert fetched(capture) == ["/a.css", "/b.png", "/c.png"]
