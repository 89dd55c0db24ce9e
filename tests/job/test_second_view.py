"""`--second-view`: the page once more from another place, two servers of loopback standing for the two places."""

import gzip
import io
import json
import socket
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from builders.bags import Builder
from jobs.whole import HOST, Job, html, seeds, story
from pages.browsers import needs_browser
from servers.http_proxy import http_proxy
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Answer, Server, ok
from warcio.checker import Checker

from archiver.cli import main
from archiver.validation.validator import validate_bag

CLOAK = "Only readers elsewhere are shown this."
LIMITS = "\n[limits]\nretries = 0\nresponse_bytes = 20000\nexchange_seconds = 5.0\n"


class Seen:
    """A bag of a page that was asked for twice."""

    def __init__(self, job: Job, code: int, result: dict[str, Any], heads: list[bytes]) -> None:
        self.code, self.result, self.heads = code, result, heads
        self.path = job.bags / result["bag"]
        self.warc = job.warc(result["bag"])
        self.record = job.record(result["bag"])
        self.view = self.record["capture"]["second_view"]
        self.valid = job.valid(result["bag"])
        self.index = (self.path / "data/wacz/indexes/index.cdx").read_text().splitlines()

    @property
    def initiators(self) -> list[str]:
        return [each["initiator"] for each in self.record["capture"]["exchanges"]]


@contextmanager
def seen(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    there: dict[str, list[Answer]],
    *options: str,
    here: dict[str, list[Answer]] | None = None,
    limits: str = LIMITS,
) -> Iterator[Seen]:
    """`there` is what the second place answers; `here` the first."""
    settings = tmp_path / "archiver.toml"
    settings.write_text(limits)
    here = here or {"/news/1": [story(1)]}
    # The proxy turns the first request of a connection alone into one for the server.
    there |= {f"http://{host}{path}": each for host in (HOST, "abroad.example") for path, each in there.items()}
    with Server(here) as first, Server(there) as second, http_proxy(second.port) as proxy:
        job = Job(tmp_path / "bags", capsys)
        code, (result,) = job.run(
            seeds(tmp_path / "seeds", 1),
            first,
            *("--config", str(settings), "--browser", "never", "--second-view", proxy.url, *options),
        )
        yield Seen(job, code, result, proxy.heads)


def shown(bag: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    main(["show", str(bag)])
    return capsys.readouterr().out


def cloaked(*more: str) -> bytes:
    paragraphs = [*PARAGRAPHS, "This is report number 1.", *more]
    return html(article("Library opens again, report 1", paragraphs))


def test_the_same_page_from_both_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with seen(tmp_path, capsys, {"/news/1": [story(1)]}) as it:
        assert (it.code, it.valid) == (0, True)
        assert (it.view["differs"], it.view["text"], it.view["why"], it.view["error"]) == (False, "same", None, None)
        assert it.view["comparison"] is None
        assert it.view["status"] == 200
        assert it.view["proxy"].startswith("http://127.0.0.1:")
        assert it.initiators.count("second-view") == 1
        assert len(it.heads) == 1, "the page alone"
        assert "views_differ" not in it.result
        assert "the two views agree" in shown(it.path, capsys)


def test_a_place_that_is_blocked_is_a_difference_and_the_verdict_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    blocked = ok(b"<p>Not in your country</p>", b"Content-Type: text/html", status=b"451 Unavailable")
    with seen(tmp_path, capsys, {"/news/1": [blocked]}) as it:
        assert (it.code, it.valid, it.result["verdict"], it.result["outcome"]) == (0, True, "same", "captured")
        assert it.result["views_differ"] is True
        view = it.view
        assert (view["differs"], view["outcome"], view["status"]) == (True, "blocked", 451)
        assert (view["text"], view["why"]) == ("not compared", "the second view is not the article: status 451")
        page = (it.path / "data/ro-crate-preview.html").read_text()
        assert "the two views differ" in page
        assert "status 451" in page
        assert "the two views differ" in shown(it.path, capsys)


def test_a_cloaked_text_is_reported_paragraph_by_paragraph(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with seen(tmp_path, capsys, {"/news/1": [cloaked(CLOAK)]}) as it:
        assert (it.code, it.valid, it.result["verdict"], it.view["text"]) == (0, True, "same", "differs")
        assert it.view["differs"] is True
        found = [each for each in it.view["comparison"]["lines"] if each["kind"] == "page-only"]
        assert [each["page"] for each in found] == [CLOAK]
        assert it.view["comparison"]["source"]["record_id"] == it.view["record_id"]
        assert CLOAK in shown(it.path, capsys)
        assert CLOAK in (it.path / "data/ro-crate-preview.html").read_text()
        assert CLOAK not in (it.path / "data/text/article.txt").read_text()
        main(["certify", str(it.path), "--output", str(tmp_path / "certificate.txt")])
        assert CLOAK in " ".join((tmp_path / "certificate.txt").read_text().split())


def test_less_text_elsewhere_differs_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shorter = html(article("Library opens again, report 1", PARAGRAPHS))
    with seen(tmp_path, capsys, {"/news/1": [shorter]}) as it:
        assert (it.view["text"], it.view["differs"]) == ("differs", True)
        assert [each["seed"] for each in it.view["comparison"]["lines"] if each["kind"] == "missing"] == [
            "This is report number 1."
        ]


def test_replay_finds_the_first_view_alone_and_warcio_reads_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with seen(tmp_path, capsys, {"/news/1": [cloaked(CLOAK)]}) as it:
        ours = [json.loads(each.split(" ", 2)[2]) for each in it.index if "/news/1" in each]
        assert len(ours) == 1
        packed = it.warc.read_bytes()[int(ours[0]["offset"]) :][: int(ours[0]["length"])]
        assert CLOAK.encode() not in gzip.decompress(packed)
        assert gzip.decompress(it.warc.read_bytes()).count(CLOAK.encode()) == 1
    arguments = type("Arguments", (), {"inputs": [str(it.warc)], "verbose": False})
    checker = Checker(arguments)
    checker.process_all()
    assert checker.exit_value == 0


def test_a_proxy_that_is_down_is_said_and_fails_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with socket.socket() as taken, Server({"/news/1": [story(1)]}) as first:
        taken.bind(("127.0.0.1", 0))
        (tmp_path / "archiver.toml").write_text(LIMITS)
        job = Job(tmp_path / "bags", capsys)
        options = ["--browser", "never", "--config", str(tmp_path / "archiver.toml")]
        proxy = f"http://127.0.0.1:{taken.getsockname()[1]}"
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), first, *options, "--second-view", proxy)
    assert (code, result["outcome"], job.valid(result["bag"])) == (0, "captured", True)
    view = job.record(result["bag"])["capture"]["second_view"]
    assert (view["outcome"], view["differs"], view["text"]) == (None, None, "not compared")
    assert view["error"]["kind"] in ("proxy", "connect")
    assert view["asked"] is not None
    assert "whether the two views differ is not known" in shown(job.bags / result["bag"], capsys)


def test_a_status_that_the_proxy_may_have_sent_is_no_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with seen(tmp_path, capsys, {"/news/1": [ok(b"x", status=b"502 Bad Gateway")]}) as it:
        assert (it.code, it.view["status"], it.view["differs"]) == (0, 502, None)


def test_a_redirect_elsewhere_is_followed_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    away = b"HTTP/1.1 302 Found\r\nLocation: http://abroad.example/front\r\nContent-Length: 0\r\n\r\n"
    front = html(article("Welcome to another country", ["Today the market is open.", "Rain is on its way."] * 3))
    with seen(tmp_path, capsys, {"/news/1": [away], "/front": [front]}) as it:
        assert (it.code, it.valid) == (0, True)
        assert it.view["redirects"] == ["http://abroad.example/front"]
        assert (it.view["final_url"], it.view["status"]) == ("http://abroad.example/front", 200)
        assert it.view["outcome"] in ("unread", "captured")
        assert it.view["differs"] is True
        assert it.initiators.count("second-view") == 2
        assert "redirect" not in it.initiators
        assert not [each for each in it.index if "abroad" in each]


def test_the_guard_holds_for_the_second_view(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    away = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
    with seen(tmp_path, capsys, {"/news/1": [away], "/latest": [story(1)]}) as it:
        assert (it.code, it.valid) == (0, True)
        assert len(it.heads) == 1
        assert (it.view["error"]["kind"], it.view["differs"]) == ("guard", None)


def test_an_endless_body_ends_at_the_bound_and_forbids_conclusions(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + article("Library", PARAGRAPHS)
        while True:
            yield b"<p>and so on</p>" * 64

    with seen(tmp_path, capsys, {"/news/1": [(endless(),)]}) as it:
        assert (it.code, it.valid, it.result["verdict"]) == (0, True, "same")
        assert (it.view["text"], it.view["differs"]) == ("not compared", None)
        assert it.view["error"] is not None
        assert max(each["bytes"] for each in it.record["capture"]["exchanges"]) <= 20_000
        assert "not read whole" in it.view["why"] or "not the article" in it.view["why"]


def test_the_second_view_keeps_the_pace_of_the_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from datetime import datetime

    with seen(tmp_path, capsys, {"/news/1": [story(1)]}, "--pace", "0.4") as it:
        first, *_, second = it.record["capture"]["exchanges"]
        assert second["initiator"] == "second-view"
        begun = datetime.fromisoformat(second["started"])
        assert (begun - datetime.fromisoformat(first["ended"])).total_seconds() >= 0.39


def test_cookies_of_a_subscription_stay_here_and_nothing_is_concluded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(f"# Netscape HTTP Cookie File\n{HOST}\tFALSE\t/\tFALSE\t0\tsession\tM4RKER\n")
    with seen(tmp_path, capsys, {"/news/1": [cloaked(CLOAK)]}, "--cookies", str(cookies)) as it:
        assert b"M4RKER" not in b"".join(it.heads)
        assert (it.view["differs"], it.view["text"]) == (None, "not compared")
        assert "logged in" in it.view["why"]


def test_the_profile_discreet_does_not_name_the_second_proxy(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with Server({"/news/1": [story(1)]}) as first, http_proxy(first.port) as near, http_proxy(first.port) as far:
        job = Job(tmp_path / "bags", capsys)
        options = ["--browser", "never", "--profile", "discreet", "--proxy", near.url, "--second-view", far.url]
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), None, *options)
    assert (code, len(far.heads)) == (0, 1)
    assert b"User-Agent: Mozilla/5.0\r\n" in far.heads[0]
    bag = job.bags / result["bag"]
    record = job.record(result["bag"])
    assert record["capture"]["second_view"]["proxy"] == record["configuration"]["second_view"] == "not stated"
    for file in bag.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert str(far.port).encode() not in (gzip.decompress(data) if file.suffix == ".gz" else data), file


def test_an_access_copy_takes_tokens_out_of_its_fields_and_is_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    away = b"HTTP/1.1 302 Found\r\nLocation: /front?access_token=M4RKER99\r\nContent-Length: 0\r\n\r\n"
    with seen(tmp_path, capsys, {"/news/1": [away], "/front?access_token=M4RKER99": [cloaked(CLOAK)]}) as it:
        assert "M4RKER99" in it.view["final_url"]
        assert it.view["text"] == "differs"
    (tmp_path / "out").mkdir()
    assert main(["handoff", "--redact", str(it.path), str(tmp_path / "out")]) == 0
    (package,) = (tmp_path / "out").glob("*.tar")
    with tarfile.open(package) as tar:
        for member in tar.getmembers():
            data = tar.extractfile(member).read() if member.isfile() else b""  # type: ignore[union-attr]
            plain = gzip.decompress(data) if member.name.endswith(".gz") else data
            assert b"M4RKER99" not in plain, member.name
            if member.name.endswith("data/provenance.json"):
                view = json.load(io.BytesIO(data))["capture"]["second_view"]
                ids = {each["record_ids"]["response"] for each in json.loads(data)["capture"]["exchanges"]}
                assert view["record_id"] in ids
    capsys.readouterr()
    assert main(["validate", str(package)]) == 0


def test_the_summary_says_that_views_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    there = {"/news/1": [cloaked(CLOAK)]}
    with Server({"/news/1": [story(1)]}) as first, Server(there) as second, http_proxy(second.port) as proxy:
        options = ["--pace", "0", "--browser", "never", "--bags", str(tmp_path / "bags"), "--second-view", proxy.url]
        to = ["--connect-to", f":80:127.0.0.1:{first.port}"]
        code = main(["run", *options, *to, str(seeds(tmp_path / "seeds", 1))])
    out, err = capsys.readouterr()
    assert code == 0
    assert "(differs from another place)" in out
    assert f"1 seed seen otherwise through {proxy.url}" in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--second-view", "nonsense"], "is not http://HOST:PORT"),
        (["--second-view", "http://u:p@127.0.0.1:1"], "user name or password"),
        (["--second-view", "http://127.0.0.1:1", "--proxy", "http://127.0.0.1:1/"], "the same place"),
        (["--second-view", "http://127.0.0.1:1", "--from", "a.warc"], "--from makes no request"),
    ],
)
def test_a_second_view_that_cannot_be_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], says: str
):
    (tmp_path / "seeds").mkdir()
    assert main(["run", "--bags", str(tmp_path / "bags"), str(seeds(tmp_path / "seeds", 1)), *options]) == 2
    assert says in capsys.readouterr().err


def test_an_index_that_leads_to_a_second_view_is_a_finding(tmp_path: Path):
    builder = Builder()
    builder.record["version"] = "2.0"
    builder.record["capture"]["exchanges"][0]["initiator"] = "second-view"
    builder.record["capture"]["second_view"] = {"text": "same"}
    found = [each.code for each in validate_bag(builder.write(tmp_path / "bag")).findings]
    assert "WACZ016" in found
    assert "WACZ006" not in found


def test_an_article_that_only_readers_elsewhere_get_changes_neither_outcome_nor_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    blocked = {"/news/1": [ok(b"<p>Not here</p>", b"Content-Type: text/html", status=b"451 Unavailable")]}
    with seen(tmp_path, capsys, {"/news/1": [story(1)]}, here=blocked) as it:
        assert (it.result["outcome"], it.valid) == ("blocked", True)
        assert (it.view["outcome"], it.view["status"], it.view["differs"]) == ("captured", 200, True)
        assert it.view["why"] == "the first view is not the article: status 451"
        assert it.record["capture"]["status"] == 451


def test_both_places_answer_with_the_same_block(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    blocked = {"/news/1": [ok(b"<p>No</p>", b"Content-Type: text/html", status=b"451 Unavailable")]}
    with seen(tmp_path, capsys, dict(blocked), here=blocked) as it:
        assert (it.view["differs"], it.view["text"]) == (False, "not compared")


@needs_browser
def test_the_browser_and_the_second_view_stand_beside_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    there = {"/news/1": [cloaked(CLOAK)]}
    with seen(
        tmp_path, capsys, there, "--browser", "always", "--browser-no-sandbox", limits="[limits]\nretries = 0\n"
    ) as it:
        assert (it.valid, it.view["text"]) == (True, "differs")
        assert it.record["rendering"]["failed"] is None
        assert CLOAK not in (it.path / "data/rendering/article.txt").read_text()


def test_processes_ask_for_second_views_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with seen(tmp_path, capsys, {"/news/1": [cloaked(CLOAK)]}, "--jobs", "2") as it:
        assert (it.code, it.view["text"], it.result["views_differ"]) == (0, "differs", True)
