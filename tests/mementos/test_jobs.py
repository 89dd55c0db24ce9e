"""Whole jobs with web archives: an original that is gone, read from the capture that the seed's text chooses."""

import gzip
import json
from pathlib import Path

import pytest
from jobs.whole import HOST, Job, seeds, story
from servers.newsroom import PARAGRAPHS, article
from servers.web_archive import State, WebArchive
from servers.wire import Server, ok

from archiver.cli import main

URL = f"http://{HOST}/news/1"
GONE = ok(b"<h1>Gone</h1>", b"Content-Type: text/html", status=b"410 Gone")


def page(*paragraphs: str) -> bytes:
    return article("Library opens again, report 1", list(paragraphs))


SAME = page(*PARAGRAPHS, "This is report number 1.")
OTHER = page(*PARAGRAPHS[:-1], "Nothing of this was in the seed, which has other words about other matters.")
ELSE = page("A recipe for pancakes needs flour, milk, sugar, eggs and a little patience at the stove, says our cook.")
STATES = [
    State("20220201120000", OTHER),
    State("20220301120000", SAME),
    State("20220401120000", OTHER),
    State("20230101120000", b"<h1>Not found</h1>", status=404),
]


def settings(folder: Path, *archives: dict[str, str]) -> str:
    tables = "".join(
        "[[archives]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in each.items())
        for each in archives
    )
    path = folder / "archiver.toml"
    path.write_text(tables, "utf-8")
    return str(path)


def named(server: Server, family: str = "pywb", base: str = "/news/") -> dict[str, str]:
    return {"name": "the Test Archive", "family": family, "url": f"http://127.0.0.1:{server.port}{base}"}


@pytest.mark.parametrize("family", ["pywb", "internet-archive"])
def test_a_page_that_is_gone_is_read_from_the_capture_that_matches_the_seed(tmp_path: Path, job: Job, family: str):
    archive = WebArchive(URL, STATES, family=family)
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        config = settings(tmp_path, named(web, family))
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--config", config)
    assert (code, result["outcome"], result["verdict"]) == (1, "gone", "same")
    assert result["comparison_source"] == "memento"
    assert result["memento"]["archive"] == "the Test Archive"
    assert result["memento"]["datetime"].startswith("2022-03-01T12:00:00")
    assert job.valid(result["bag"])
    record = job.record(result["bag"])
    memento = record["capture"]["memento"]
    assert record["capture"]["outcome"] == "gone"
    assert memento["raw"] is True
    assert memento["uri"].endswith(f"20220301120000id_/{URL}")
    assert (memento["held"], [each["status"] for each in memento["captures"]]) == (4, [200, 200, 200, 404])
    assert "matches the seed from 2022-03-01T12:00:00Z" in memento["words"]
    assert record["text"]["from"]["kind"] == record["comparison"]["source"]["kind"] == "memento"
    assert {each["from"]["kind"] for each in record["claims"]["headline"] if each["source"] != "seed"} == {"memento"}


def test_a_dead_domain_has_a_bag_of_the_memento_alone_and_is_done(tmp_path: Path, job: Job):
    archive = WebArchive(URL, STATES)
    with Server(archive.answers()) as web:
        config = settings(tmp_path, named(web))
        nobody = ["--connect-to", f"{HOST}:80:127.0.0.1:1", "--config", config]
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), None, *nobody)
        assert (code, result["outcome"], result["verdict"]) == (1, "failed", "same")
        asked = sum(map(len, web.seen.values()))
        again, (second,) = job.run(tmp_path / "seeds", None, *nobody)
        assert (again, second["bag"]) == (1, result["bag"])
        assert second["memento"] == result["memento"]
        assert sum(map(len, web.seen.values())) == asked, "it is done"
        job.run(tmp_path / "seeds", None, *nobody, "--retry")
        assert sum(map(len, web.seen.values())) > asked
    assert job.valid(result["bag"])
    capture = job.record(result["bag"])["capture"]
    assert [capture[name] for name in ("status", "final_url", "record_id", "payload_sha256")] == [None] * 4
    assert capture["error"]["kind"] == "connect"
    assert capture["error"]["time"]


def test_nobody_is_asked_unless_named_or_where_nothing_is_wrong(tmp_path: Path, job: Job):
    archive = WebArchive(URL, STATES)
    with Server({"/news/1": [story(1)]}) as site, Server(archive.answers()) as web:
        config = settings(tmp_path, named(web))
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--config", config)
        assert (code, result["memento"], sum(map(len, web.seen.values()))) == (0, None, 0)
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        _, (result,) = job.run(tmp_path / "seeds", site, "--config", config, "--memento", "never", "--recapture")
        assert (result["outcome"], result["memento"], sum(map(len, web.seen.values()))) == ("gone", None, 0)


FOUND = b"302 Found"
CIRCLE = b"Location: /news/20220301120000id_/" + URL.encode()
HTML = b"Content-Type: text/html"
WHEN = b"Memento-Datetime: Tue, 01 Mar 2022 12:00:00 GMT"
ANSWERS = {
    "none held": ({"cdx": ok(b"")}, "none-held"),
    "none held, 404": ({"cdx": ok(b"", status=b"404 Not Found")}, "none-held"),
    "a page for a list": ({"cdx": ok(b"<html><p>Welcome</p></html>", HTML)}, "unreachable"),
    "in trouble": ({"cdx": ok(b"", status=b"503 Service Unavailable")}, "unreachable"),
    "refuses": ({"cdx": ok(b"no", status=b"403 Forbidden")}, "refuses"),
    "too many": ({"cdx": ok(b"slow down", status=b"429 Too Many Requests")}, "refuses"),
    "closes": ({"cdx": ("close",)}, "unreachable"),
    "itself speaking": ({"memento": ok(SAME, HTML)}, "only-errors"),
    "a challenge": ({"memento": ok(b"captcha", HTML, status=b"403 Forbidden")}, "only-errors"),
    "a date that is none": ({"memento": ok(SAME, HTML, b"Memento-Datetime: yesterday")}, "only-errors"),
    "a date to come": ({"memento": ok(SAME, HTML, b"Memento-Datetime: Tue, 01 Mar 2033 12:00:00 GMT")}, "only-errors"),
    "another page": (
        {"memento": ok(SAME, HTML, WHEN, b'Link: <http://other.example/>; rel="original"')},
        "only-errors",
    ),
    "to the live web": (
        {"memento": ok(b"", b"Location: http://www.example-times.example/news/1", status=b"302 Found")},
        "only-errors",
    ),
    "in circles": ({"memento": ok(b"", CIRCLE, status=FOUND)}, "only-errors"),
    "archived errors": ({"memento": ok(b"busy", HTML, WHEN, status=b"429 Too Many Requests")}, "only-errors"),
    "other text": ({"memento": ok(ELSE, HTML, WHEN)}, "other-text"),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_what_an_archive_answers_is_reported_and_believed_no_further(tmp_path: Path, job: Job, case: str):
    given, finding = ANSWERS[case]
    state = State("20220301120000", SAME)
    archive = WebArchive(URL, [state])
    if "cdx" in given:
        archive.extra[archive.cdx_path()] = [given["cdx"]]
    if "memento" in given:
        archive.extra[archive.path(state)] = [given["memento"]]
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--config", settings(tmp_path, named(web)))
        assert len(site.seen["/news/1"]) == 1, "the live web is not asked again"
    assert (result["outcome"], result["memento"]) == ("gone", None)
    assert job.valid(result["bag"])
    capture = job.record(result["bag"])["capture"]
    assert [each["finding"] for each in capture["archives"]] == [finding]
    assert capture["memento"] is None


ODD = {
    "gzip, labelled": (gzip.compress(SAME), b"Content-Encoding: gzip"),
    "gzip, not labelled": (gzip.compress(SAME), b"X-Odd: 1"),
    "labelled gzip, and plain": (SAME, b"Content-Encoding: gzip"),
    "prefixed headers": (SAME, b"X-Archive-Orig-Last-Modified: Tue, 01 Mar 2022 11:00:00 GMT"),
    "another scheme": (SAME, b"Content-Location: https" + URL[4:].encode()),
    "a cookie": (SAME, b"Set-Cookie: who=you; Path=/"),
}


@pytest.mark.parametrize("case", ODD)
def test_mementos_are_read_however_the_archive_hands_them_out(tmp_path: Path, job: Job, case: str):
    body, header = ODD[case]
    archive = WebArchive(URL, [State("20220301120000", body, head=(HTML, header)), State("20220302120000", OTHER)])
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--config", settings(tmp_path, named(web)))
        assert not [head for heads in web.seen.values() for head in heads if b"\r\nCookie:" in head]
    assert result["verdict"] == "same"
    assert job.valid(result["bag"])


def test_an_archives_redirect_is_followed_within_the_archive(tmp_path: Path, job: Job):
    """To another timestamp, and by the original's own redirect, to the archive's copy of its target."""
    moved = URL + "-moved"
    first = State("20220301120000", b"")
    answer = ok(b"", WHEN, b"Location: " + moved.encode(), status=b"301 Moved")
    archive = WebArchive(URL, [first])
    last = State("20220301120005", SAME, url=moved)
    archive.extra = {
        archive.path(first): [answer],
        f"/news/20220301120000id_/{moved}": [ok(b"", b"Location: " + archive.path(last, "").encode(), status=FOUND)],
        archive.path(last): [archive.memento(last)],
    }  # fmt: skip
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--config", settings(tmp_path, named(web)))
    assert (result["verdict"], site.seen.keys()) == ("same", {"/robots.txt", "/news/1"})
    assert result["memento"]["uri"].endswith(f"20220301120005id_/{moved}")


def test_after_429_an_archive_is_left_alone_for_the_run(tmp_path: Path, job: Job):
    archive = WebArchive(URL, [])
    busy = [ok(b"", status=b"429 Too Many Requests")]
    paths = {archive.cdx_path(f"http://{HOST}/news/{n}"): busy for n in (1, 2, 3)}
    with Server({f"/news/{n}": [GONE] for n in (1, 2, 3)}) as site, Server(paths) as web:
        config = settings(tmp_path, named(web))
        _, results = job.run(seeds(tmp_path / "seeds", 1, 2, 3), site, "--config", config)
        assert sum(map(len, web.seen.values())) == 1
    found = [job.record(each["bag"])["capture"]["archives"][0]["finding"] for each in results]
    assert found == ["refuses"] * 3


def test_tokens_and_names_do_not_reach_an_archive(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    document = folder / "report-001.txt"
    document.write_text(document.read_text("utf-8").replace("/news/1", "/news/1?id=7&token=abc#top"), "utf-8")
    with Server({"/news/1?id=7&token=abc": [GONE]}) as site, Server({}) as web:
        job.run(folder, site, "--config", settings(tmp_path, named(web)))
        (asked,) = web.seen
    assert "id%3D7" in asked
    assert "abc" not in asked
    assert "top" not in asked


def test_a_seed_whose_address_lies_in_an_archive_has_its_original_asked_too(tmp_path: Path, job: Job):
    state = State("20220301120000", SAME)
    archive = WebArchive(URL, [state], base="/web/")
    folder = seeds(tmp_path / "seeds", 1)
    document = folder / "report-001.txt"
    inside = f"http://web.archive.org/web/20220301120000/{URL}"
    document.write_text(document.read_text("utf-8").replace(URL, inside), "utf-8")
    rewritten = {archive.path(state, ""): [archive.memento(state)]}
    for answers, raw in ((archive.answers(), True), (rewritten, False)):
        with Server({"/news/1": [GONE]}) as site, Server(answers) as web:
            to = ["--connect-to", f"web.archive.org:80:127.0.0.1:{web.port}", "--recapture"]
            _, (result,) = job.run(folder, None, *to, "--connect-to", f":80:127.0.0.1:{site.port}")
            assert len(site.seen["/news/1"]) == 1
        assert (result["url"], result["outcome"], result["verdict"]) == (inside, "gone", "same")
        assert job.record(result["bag"])["capture"]["memento"]["raw"] is raw
        assert job.valid(result["bag"])


def test_an_archived_error_is_not_the_originals(tmp_path: Path, job: Job):
    state = State("20220301120000", b"<h1>Too many requests</h1>", status=429)
    archive = WebArchive(URL, [state], base="/web/")
    folder = seeds(tmp_path / "seeds", 1)
    document = folder / "report-001.txt"
    document.write_text(
        document.read_text("utf-8").replace(URL, f"http://web.archive.org/web/20220301120000/{URL}"), "utf-8"
    )
    with Server({"/news/1": [story(1)]}) as site, Server(archive.answers()) as web:
        to = ["--connect-to", f"web.archive.org:80:127.0.0.1:{web.port}"]
        code, (result,) = job.run(folder, None, *to, "--connect-to", f":80:127.0.0.1:{site.port}")
    assert (code, result["outcome"], result["verdict"], result["memento"]) == (0, "captured", "same", None)


def test_a_page_that_is_gone_is_confirmed_by_a_later_run_and_by_the_archives_last_capture(
    tmp_path: Path, job: Job, capsys: pytest.CaptureFixture[str]
):
    """The bag of the second answer names the first; a third run leaves the seed alone."""
    archive, folder = WebArchive(URL, STATES), seeds(tmp_path / "seeds", 1)
    soon = ["--confirm", "0.0000000001"]
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        config = ["--config", settings(tmp_path, named(web))]
        _, (first,) = job.run(folder, site, *config)
        _, (left,) = job.run(folder, site, *config, "--confirm", "30")
        assert left["bag"] == first["bag"]
        _, (second,) = job.run(folder, site, *config, *soon)
        asked = len(site.seen["/news/1"])
        _, (third,) = job.run(folder, site, *config, *soon)
        assert (second["bag"] != first["bag"], third["bag"]) == (True, second["bag"])
        assert len(site.seen["/news/1"]) == asked == 2
        _, (again,) = job.run(folder, site, *config, *soon, "--retry")
        assert again["bag"] == second["bag"], "the same answer once more makes no further bag"
    (alone,) = job.record(first["bag"])["capture"]["witnesses"]
    assert (alone["kind"], alone["archive"], alone["status"]) == ("archive", "the Test Archive", 404)
    assert alone["datetime"].startswith("2023-01-01T12:00:00")
    run, of_archive = job.record(second["bag"])["capture"]["witnesses"]
    assert (run["kind"], run["status"], run["bag"], run["uri"]) == ("run", 410, first["bag"], URL)
    assert of_archive == alone
    assert all(job.valid(each["bag"]) for each in (first, second))
    capsys.readouterr()
    main(["status", "--bags", str(job.bags)])
    main(["show", str(job.bags / second["bag"])])
    out = capsys.readouterr().out
    assert out.count(f"an earlier run of archiver had status 410 on {run['datetime'][:10]} ({first['bag']})") == 2
    assert out.count("the Test Archive's last capture, of 2023-01-01, has status 404") == 2
    page = (job.bags / second["bag"] / "data/ro-crate-preview.html").read_text("utf-8")
    assert "an earlier run of archiver had status 410" in page
    assert main(["certify", "--bags", str(job.bags), second["bag"]]) == 0
    assert "last capture, of 2023-01-01, has status 404" in " ".join(capsys.readouterr().out.split())
    assert main(["status", "--rebuild", "--quiet", "--bags", str(job.bags)]) == 0
    assert "an earlier run of archiver had status 410" in capsys.readouterr().out


def test_without_confirm_an_answer_once_more_is_none(tmp_path: Path, job: Job):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({"/news/1": [GONE]}) as site:
        _, (first,) = job.run(folder, site)
        _, (again,) = job.run(folder, site, "--retry")
        assert again["bag"] == first["bag"]
        _, (other,) = job.run(folder, site, "--recapture")
    for each in (first, other):
        assert "witnesses" not in job.record(each["bag"])["capture"]
