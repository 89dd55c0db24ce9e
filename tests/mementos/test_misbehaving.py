"""Archives that misbehave, what a lead image from an archive states, and who learns that archives exist."""

from pathlib import Path

import pytest
from builders.pictures import jpeg, xmp
from jobs.whole import HOST, Job, seeds
from servers.newsroom import PARAGRAPHS, article
from servers.web_archive import State, WebArchive, memento_datetime
from servers.wire import Server, ok

from archiver.cli import main
from archiver.mementos import client
from archiver.mementos.seek import PAGES

URL = f"http://{HOST}/news/1"
GONE = ok(b"<h1>Gone</h1>", b"Content-Type: text/html", status=b"410 Gone")
HTML = b"Content-Type: text/html; charset=utf-8"
TEXT = [*PARAGRAPHS, "This is report number 1."]
TITLE = "Library opens again, report 1"
SAME = article(TITLE, TEXT)
OTHER = article(TITLE, [*PARAGRAPHS[:-1], "Other words about other matters stand here now."])
NEVER = ["--browser", "never"]


def settings(folder: Path, server: Server, family: str = "pywb", base: str = "/news/") -> list[str]:
    path = folder / "archiver.toml"
    url = f"http://127.0.0.1:{server.port}{base}"
    path.write_text(f'[[archives]]\nname = "the Test Archive"\nfamily = "{family}"\nurl = "{url}"\n', "utf-8")
    return ["--config", str(path), *NEVER]


def gate(timemap: str) -> bytes:
    """A TimeGate's answer, which names its TimeMap."""
    link = f'<{URL}>; rel="original", <{timemap}>; rel="timemap"'.encode()
    return ok(b"", b"Link: " + link, b"Vary: accept-datetime", status=b"200 OK")


def test_an_endless_timemap_is_left_after_some_pages_and_the_list_is_called_cut(tmp_path: Path, job: Job):
    pages = {}
    for n in range(40):
        moment = memento_datetime(f"2022{n % 12 + 1:02d}{n // 12 + 1:02d}120000")
        links = (
            f'<{URL}>; rel="original",\n<http://127.0.0.1/unused>; rel="self",\n'
            f'</map/{n + 1}>; rel="timemap"; type="application/link-format",\n'
            f'</kept/{n}>; rel="memento"; datetime="{moment}"\n'
        )
        pages[f"/map/{n}"] = [ok(links.encode(), b"Content-Type: application/link-format")]
        stated = b"Memento-Datetime: " + moment.encode()
        pages[f"/kept/{n}"] = [ok(SAME, HTML, stated, f'Link: <{URL}>; rel="original"'.encode())]
    with Server({"/news/1": [GONE]}) as site, Server({f"/gate/{URL}": [gate("/map/0")], **pages}) as web:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, *settings(tmp_path, web, "memento", "/gate/"))
        assert sum(each.startswith("/map/") for each in web.seen) == PAGES
    assert result["verdict"] == "same"
    memento = job.record(result["bag"])["capture"]["memento"]
    assert memento["held"] == PAGES
    assert memento["words"].endswith("the list of captures was cut")
    assert job.valid(result["bag"])


LISTS = {
    "a page": ok(b"<!doctype html><html><p>Welcome to our archive</p></html>", HTML),
    "a page that says it is a list": ok(b"<html><p>No</p></html>", b"Content-Type: application/link-format"),
    "a text": ok(b"There is nothing to see here.", b"Content-Type: text/plain"),
    "of another address": ok(b'<http://other.example/>; rel="original", </kept/1>; rel="memento"; datetime="x"'),
}


@pytest.mark.parametrize("case", LISTS)
def test_what_is_no_timemap_of_the_page_is_called_so(tmp_path: Path, job: Job, case: str):
    answers = {f"/gate/{URL}": [gate("/map/0")], "/map/0": [LISTS[case]]}
    with Server({"/news/1": [GONE]}) as site, Server(answers) as web:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, *settings(tmp_path, web, "memento", "/gate/"))
    (answer,) = job.record(result["bag"])["capture"]["archives"]
    assert (answer["finding"], result["memento"]) == ("unreachable", None)
    assert "TimeMap" in answer["words"]


def test_a_slow_archive_is_waited_for_once_a_run(tmp_path: Path, job: Job, monkeypatch: pytest.MonkeyPatch):
    assert client.UNREACHED_SECONDS == 10.0
    monkeypatch.setattr(client, "UNREACHED_SECONDS", 0.3)
    archive = WebArchive(URL, [])
    slow = {archive.cdx_path(f"http://{HOST}/news/{n}"): [(30.0, ok(b""))] for n in (1, 2, 3)}
    with Server({f"/news/{n}": [GONE] for n in (1, 2, 3)}) as site, Server(slow) as web:
        _, results = job.run(seeds(tmp_path / "seeds", 1, 2, 3), site, *settings(tmp_path, web))
        assert sum(map(len, web.seen.values())) == 1
    found = [job.record(each["bag"])["capture"]["archives"][0] for each in results]
    assert [each["finding"] for each in found] == ["unreachable"] * 3
    assert len({each["words"] for each in found}) == 1


def test_a_lead_image_from_an_archive_has_its_own_moment(tmp_path: Path, job: Job):
    """The archive has the photo of another day than the page."""
    page = State("20220301120000", article(TITLE, TEXT, caption="The hall. Photo: AFP"))
    picture = jpeg(xmp=xmp(caption="The hall", credit="AFP"))
    photo = State("20220214080000", picture, head=(b"Content-Type: image/jpeg",), url=f"http://{HOST}/p.jpg")
    archive = WebArchive(URL, [page])
    at_page = f"/news/{page.stamp}id_/{photo.url}"
    archive.extra = {
        at_page: [ok(b"", b"Location: " + archive.path(photo).encode(), status=b"302 Found")],
        archive.path(photo): [archive.memento(photo)],
    }
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, *settings(tmp_path, web))
        assert "/p.jpg" not in site.seen, "the live web is not asked for it"
    record = job.record(result["bag"])
    lead = record["capture"]["lead_image"]
    assert lead["memento_datetime"].startswith("2022-02-14T08:00:00")
    assert record["capture"]["memento"]["datetime"].startswith("2022-03-01T12:00:00")
    assert f"{photo.stamp}id_/{photo.url}" in lead["url"]
    of_image = [each for each in record["credits"] if each["source"] == "image-xmp"]
    assert [each["from"]["datetime"][:10] for each in of_image] == ["2022-02-14"]
    assert job.valid(result["bag"])


def test_a_dry_run_says_who_would_be_asked_and_nobody_is(tmp_path: Path, job: Job, capsys: pytest.CaptureFixture[str]):
    folder = seeds(tmp_path / "seeds", 1)
    with Server({}) as web:
        options = settings(tmp_path, web)
        for more, when in (((), "addresses that are gone, blocked, unread or differ"), (("always",), "every address")):
            memento = ["--memento", *more] if more else []
            assert main(["run", "--dry-run", "--bags", str(job.bags), *options, *memento, str(folder)]) == 0
            printed = capsys.readouterr().err
            assert f"would be asked about {when}: the Test Archive (http://127.0.0.1:{web.port}/news/)" in printed
        main(["run", "--dry-run", "--bags", str(job.bags), *options, "--memento", "never", str(folder)])
        assert "would be asked" not in capsys.readouterr().err
        assert not web.seen


def test_the_summary_offers_an_archive_where_none_is_named(
    tmp_path: Path, job: Job, capsys: pytest.CaptureFixture[str]
):
    folder, offer = seeds(tmp_path / "seeds", 1, 2), "not found: name a web archive in archiver.toml to look for"
    with Server({"/news/1": [GONE], "/news/2": [GONE]}) as site, Server({}) as web:
        run = ["run", "--pace", "0", "--connect-to", f":80:127.0.0.1:{site.port}", *NEVER]
        assert main([*run, "--bags", str(tmp_path / "a"), str(folder)]) == 1
        assert f"2 {offer} them" in capsys.readouterr().err
        assert main([*run, "--bags", str(tmp_path / "b"), str(folder / "report-001.txt")]) == 1
        assert f"1 {offer} it " in capsys.readouterr().err
        main([*run, "--memento", "never", "--bags", str(tmp_path / "c"), str(folder)])
        assert offer not in capsys.readouterr().err
        main([*run, *settings(tmp_path, web), "--bags", str(tmp_path / "d"), str(folder)])
        assert offer not in capsys.readouterr().err
