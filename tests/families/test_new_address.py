"""Proposals for the new address of an article that is gone: on its own site, never fetched."""

import json
from pathlib import Path

import pytest
from builders.bags import Builder
from jobs.whole import Job, html
from pages.wire_copy import Newsdesk
from servers.newsroom import article
from servers.wire import Server

from archiver.cli import main

HOST = "www.town.example"
TITLE = "The ferry line is sold to Ostrand"


def seed(folder: Path, name: str, path: str, headline: str, text: list[str], host: str = HOST) -> None:
    folder.mkdir(exist_ok=True)
    body = "\n\n".join(text)
    (folder / name).write_text(f"{headline}\n\nMarch 1, 2026\n\n{body}\n\nOriginal url: http://{host}{path}\n")


def missing(body: str = "<p>Nothing here.</p>") -> bytes:
    page = f"<html><body><h1>Not found</h1>{body}</body></html>".encode()
    return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page


def proposals(job: Job) -> list[tuple[str, str]]:
    return [(each["proposed"], each["evidence"]) for each in job.status()["proposals"]]


def run(job: Job, folder: Path, pages: dict[str, bytes]) -> None:
    with Server({path: [answer] for path, answer in pages.items()}) as server:
        job.run(folder, server, "--browser", "never")


def test_a_captured_page_of_the_site_with_the_text_or_the_headline(job: Job, tmp_path: Path):
    desk, folder = Newsdesk(3), tmp_path / "seeds"
    story, other = desk.story(8).lines, desk.story(8).lines
    seed(folder, "old.txt", "/old", TITLE, story)
    seed(folder, "new.txt", "/2026/new", "Another headline for it", story)
    seed(folder, "same.txt", "/2026/same", TITLE, other)
    seed(folder, "apart.txt", "/2026/apart", "Nothing to do with that one", desk.story(8).lines)
    seed(folder, "far.txt", "/far", TITLE, story, host="other.example")
    run(
        job,
        folder,
        {
            "/old": missing(),
            "/2026/new": html(article("Another headline for it", story)),
            "/2026/same": html(article(TITLE, other)),
            "/2026/apart": html(article("Nothing to do with that one", desk.story(8).lines)),
            "/far": html(article(TITLE, story)),
        },
    )
    assert proposals(job) == [(f"http://{HOST}/2026/new", "text"), (f"http://{HOST}/2026/same", "headline")]


def test_a_link_of_the_error_page_with_the_words_of_the_headline(job: Job, tmp_path: Path):
    folder = tmp_path / "seeds"
    seed(folder, "old.txt", "/old", TITLE, Newsdesk(3).story(8).lines)
    links = (
        f'<a href="/archive/77">{TITLE}</a><a href="/old">{TITLE}</a><a href="http://evil.example/x">{TITLE}</a>'
        '<a href="/home">Home</a>'
    )
    run(job, folder, {"/old": missing(links)})
    assert proposals(job) == [(f"http://{HOST}/archive/77", "link")]


def test_a_headline_of_a_word_or_two_names_no_article(job: Job, tmp_path: Path):
    folder = tmp_path / "seeds"
    seed(folder, "old.txt", "/old", "News today", Newsdesk(3).story(8).lines)
    run(job, folder, {"/old": missing('<a href="/today">News today</a>')})
    assert proposals(job) == []


def test_status_and_the_end_of_the_job_say_so(job: Job, tmp_path: Path, capsys):
    folder = tmp_path / "seeds"
    seed(folder, "old.txt", "/old", TITLE, Newsdesk(3).story(8).lines)
    with Server({"/old": [missing(f'<a href="/archive/77">{TITLE}</a>')]}) as server:
        to = ["--connect-to", f":80:127.0.0.1:{server.port}", "--browser", "never", "--pace", "0"]
        main(["run", "--bags", str(job.bags), *to, str(folder)])
    assert "a seed that is gone has an address where it may be now, not fetched" in capsys.readouterr().err
    assert main(["status", "--bags", str(job.bags)]) == 0
    out = capsys.readouterr().out
    assert "perhaps moved (1) - nothing was fetched" in out
    assert f"old.txt: http://{HOST}/archive/77 (a link on the recorded page has the words of the headline" in out


def test_what_was_taken_down_proposes_nothing(job: Job, tmp_path: Path):
    folder = tmp_path / "seeds"
    story = Newsdesk(3).story(8).lines
    seed(folder, "old.txt", "/old", TITLE, story)
    seed(folder, "new.txt", "/new", TITLE, story)
    run(job, folder, {"/old": missing(), "/new": html(article(TITLE, story))})
    assert proposals(job) == [(f"http://{HOST}/new", "text")]
    (new,) = [each for each in job.bags.iterdir() if each.name.startswith("new-")]
    assert main(["takedown", "--reason", "x", str(new)]) == 0
    assert json.loads(json.dumps(proposals(job))) == []


def test_another_canonical_address_of_the_copy_that_an_archive_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    builder = Builder()
    record = builder.record
    record["capture"]["outcome"] = "gone"
    record["text"]["from"]["kind"] = "memento"
    claim = {"raw": "x", "source": "json-ld", "at": "$.url"}
    record["claims"]["canonical_url"] = [{**claim, "value": "https://news.example/2026/harbour"}]
    builder.write(tmp_path / "bags/harbour-20260301T100000Z-01234567")
    main(["status", "--rebuild", "--json", "--bags", str(tmp_path / "bags")])
    (found,) = json.loads(capsys.readouterr().out)["proposals"]
    assert (found["proposed"], found["evidence"]) == ("https://news.example/2026/harbour", "canonical")
