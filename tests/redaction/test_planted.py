"""Whole deliveries of access copies: markers planted where nobody said that one lies, looked for in everything that is
delivered, and in the receipts and the ledger of the delivery."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from builders.deliveries import hand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jobs.whole import HOST, Job, html
from leaks.planted import MARK, left, mark
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Server, ok

from archiver.bag.staging import StagedBag
from archiver.packaging.source import source
from archiver.redaction.redact import redact
from archiver.trust.custody import Agent, append
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")


@pytest.fixture
def secret_name(monkeypatch):
    """Names made as they once were: of the whole address, query included."""
    from archiver.bag import names

    monkeypatch.setattr(names, "without_query", lambda name: name)


def bag_with(tmp_path: Path, capsys, there: str, answers: dict, name: str, seed: bytes) -> Path:
    (tmp_path / "seeds").mkdir(parents=True)
    (tmp_path / "seeds" / name).write_bytes(seed)
    with Server(answers) as server:
        code, (result,) = Job(tmp_path / "bags", capsys).run(tmp_path / "seeds" / name, server)
    assert code == 0, result
    return tmp_path / "bags" / result["bag"]


def page(*head: str) -> str:
    return article("Library opens again, report 1", [*PARAGRAPHS, "This is report number 1."], head="\n".join(head))


def seed(there: str, *more: str) -> bytes:
    return "\n\n".join(
        ["Library opens again, report 1", "March 4, 2024", *PARAGRAPHS, *more, f"Original url: <http://{HOST}{there}>"]
    ).encode()


def delivered(bag: Path, out: Path, capsys, form: str) -> set[str]:
    """What is left of markers in what the delivery made: at the target, and as receipts and ledger beside the bag."""
    code, (result,), err = hand(capsys, "--redact", "--form", form, "--receipts", out / "ours", bag, out / "target")
    assert (code, result["outcome"]) == (0, "delivered"), (result["reason"], err)
    assert (out / "ours").is_dir()
    return left(out)


def everywhere(tmp_path: Path, capsys) -> tuple[Path, int]:
    """A bag with a marker in every place of `places`, and their number."""
    m = iter(map(mark, range(100)))
    first = f"/a?access_token={next(m)}"
    second = f"/b;jsessionid={next(m)}?x=1"
    third = f"/news/1?utm=2&sid={next(m)}"
    style = f"/s.css?hmac={next(m)}"
    answers = {
        first: [
            f"HTTP/1.1 302 Found\r\nLocation: {second}\r\nSet-Cookie: visitor={next(m)}; Path=/\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        ],
        second: [
            f"HTTP/1.1 200 OK\r\nRefresh: 0; url={third}\r\n".encode()
            + b"Content-Type: text/html\r\nContent-Length: 1\r\n\r\nx"
        ],
        third: [
            f"HTTP/1.1 103 Early Hints\r\nLink: <{style}>; rel=preload; as=style\r\nX-Token: {next(m)}\r\n\r\n".encode()
            + html(
                page(
                    f'<link rel="canonical" href="http://{HOST}/news/1?ticket={next(m)}">',
                    f'<link rel="amphtml" href="http://{HOST}/amp?signature={next(m)}">',
                    f'<meta property="og:url" content="http://{HOST}/news/1?token={next(m)}">',
                    f'<meta property="og:image" content="http://{HOST}/i.png?sig={next(m)}">',
                    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle", '
                    f'"url": "http://{HOST}/news/1?auth={next(m)}", "author": {{"@type": "Person", '
                    f'"name": "Ada Lovelace", "url": "http://{HOST}/ada?session={next(m)}"}}, '
                    '"headline": "Library opens again, report 1"}</script>',
                    f'<link rel="stylesheet" href="{style}">',
                ),
                f"Link: <http://{HOST}/next?jwt={next(m)}>; rel=next".encode(),
                f"Content-Location: /c?apikey={next(m)}".encode(),
                f'Report-To: {{"endpoints": [{{"url": "http://{HOST}/r?s_token={next(m)}"}}]}}'.encode(),
                f"Content-Security-Policy: img-src 'self'; report-uri http://{HOST}/csp?secret={next(m)}".encode(),
                f"SourceMap: http://ada:{next(m)}@{HOST}/map".encode(),
                f'Alt-Svc: h2="{HOST}:443"; password={next(m)}'.encode(),
                f"X-Back: {base64.urlsafe_b64encode(f'http://{HOST}/?password={next(m)}'.encode()).decode()}".encode(),
                f'Server-Timing: a;desc="token={next(m)}"'.encode(),
            )
        ],
        style: [ok(b"@import url(/t.css);", b"Content-Type: text/css", f"ETag: sid={next(m)}".encode())],
        "/t.css": [ok(b"p {}", b"Content-Type: text/css", f"Set-Cookie: t={next(m)}".encode())],
    }
    text = seed(
        first,
        f"[More](http://{HOST}/m?next={quote(quote(f'http://b.example/?session_id={next(m)}', safe=''), safe='')})",
        f"Authorization: Bearer {next(m)}",
    )
    bag = bag_with(tmp_path, capsys, first, answers, "report-1.md", text)
    return bag, 100 - len(list(m))


@pytest.mark.parametrize("form", ["folder", "tar", "tgz", "zip", "wacz"])
def test_no_marker_is_delivered_wherever_it_was(form, tmp_path, capsys):
    bag, count = everywhere(tmp_path, capsys)
    planted = {each[: len(MARK) + 3].lower() for each in left(bag)}
    missing = [number for number in range(count) if f"{MARK}{number:03d}".lower() not in planted]
    assert len(missing) <= 6, missing  # those that stand in the body alone, or were never asked for
    (tmp_path / "out/target").mkdir(parents=True)
    assert delivered(bag, tmp_path / "out", capsys, form) == set()
    if form == "folder":
        assert validate_bag(tmp_path / "out/target" / f"{bag.name}-redacted").ok


NAMES = {
    "report": "report-1 access_token={}.md",
    "address": "http---www.example-times.example-news-1-sid-{}.md",
    "row": "rows.csv",
}


@pytest.mark.parametrize(("kind", "form"), [(kind, form) for kind in NAMES for form in ("folder", "zip", "wacz")])
@pytest.mark.usefixtures("secret_name")
def test_a_bag_and_its_package_named_after_a_token_are_delivered_without_it(kind, form, tmp_path, capsys):
    there = f"/news/1?access_token={mark(1)}&sid={mark(1)}"
    name = NAMES[kind].format(mark(1))
    text = f"url\nhttp://{HOST}{there}\n".encode() if kind == "row" else seed(there)
    bag = bag_with(tmp_path, capsys, there, {there: [html(page())]}, name, text)
    if kind != "row":
        assert MARK in bag.name
        assert any(MARK in path.name for path in bag.rglob("*.warc.gz"))
    (tmp_path / "out/target").mkdir(parents=True)
    assert delivered(bag, tmp_path / "out", capsys, form) == set()


SECRETS = (
    "access_token",
    "sid",
    "PHPSESSID",
    "hdnts",
    "SAMLResponse",
    "code",
    "X-Amz-Signature",
    "unlocked_article_code",
)
WAYS = st.sampled_from(
    [
        lambda pair: f"/p?{pair}",
        lambda pair: f"/p;{pair}?x=1",
        lambda pair: f"/p;{pair}/q)",
        lambda pair: f"/p?a=1&{pair}#f",
        lambda pair: f"/p?a=(1&{pair}).",
        lambda pair: f"/p#{pair}",
        lambda pair: f"/p?u={quote(f'http://b.example/?{pair}', safe='')}",
        lambda pair: f"/p?u={quote(quote(f'http://b.example/;{pair}?y', safe=''), safe='')}",
        lambda pair: f"//ada:{pair.partition('=')[2]}@{HOST}/",
    ]
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=st.lists(st.tuples(WAYS, st.sampled_from(SECRETS)), min_size=12, max_size=12))
def test_an_address_is_the_same_in_every_part_of_a_copy(ways, tmp_path_factory, capsys):
    """As a redirect, as what the page needs, links to and claims, as what the seed quotes: the copy is valid."""
    home = tmp_path_factory.mktemp("ways")
    addresses = [way(f"{name}={mark(n)}") for n, (way, name) in enumerate(ways)]
    asked = [each.partition("#")[0] for each in addresses if each.startswith("/p")]
    first, third = "/a", asked[0] if asked else "/news/1"
    head = [f'<link rel="stylesheet" href="{each}">' for each in asked[1:]]
    head += [f'<link rel="canonical" href="{each}">' for each in addresses[:1]]
    answers = {each: [ok(b"p {}", b"Content-Type: text/css", f"Link: <{each}>".encode())] for each in asked[1:]}
    answers[first] = [f"HTTP/1.1 302 Found\r\nLocation: {third}\r\nContent-Length: 0\r\n\r\n".encode()]
    answers[third] = [html(page(*head), f"Refresh: 900; url={addresses[-1]}".encode())]
    bag = bag_with(
        home, capsys, first, answers, "report-1.md", seed(first, *(f"<http://{HOST}{each}>" for each in asked))
    )
    (home / "out/target").mkdir(parents=True)
    assert delivered(bag, home / "out", capsys, "folder") == set()


def test_no_marker_in_what_programs_archives_and_settings_say_is_in_a_copy(tmp_path, capsys):
    """Planted in record and tag file of a bag, and in the log of its custody."""
    there, m = "/news/1", iter(map(mark, range(100)))
    bag = bag_with(tmp_path, capsys, there, {there: [html(page())]}, "report-1.md", seed(there))
    path = bag / "data/provenance.json"
    record = json.loads(path.read_bytes())
    of = {"path": "seed/report-1.md", "record_id": None}
    record["checks"] = [
        {"name": f"scan token={next(m)}", "kind": "execution", "tool": f"scan --password={next(m)} 1.0",
         "started": "2024-03-01T10:00:00Z", "outcome": "flagged",
         "reason": f"asked http://ada:{next(m)}@scan.example/?key={next(m)} with Authorization: Bearer {next(m)}",
         "looked_at": 1, "formats": [{"of": of, "puid": f"x token={next(m)}", "name": f"sid={next(m)}",
                                      "version": None, "mime": None, "basis": f"secret: {next(m)}"}],
         "flags": [{"of": of, "message": f"license_key={next(m)} (session {next(m)[:0]}sid={next(m)})"}],
         "left_out": [f"GET /x?access_token={next(m)}"]},
    ]  # fmt: skip
    record["previous"] = [
        {"bag": f"http---{HOST}-news-1-sid-{next(m)}-20240301T100000Z-0123abcd", "seal": None, "captured": None,
         "verdict": None},
        {"bag": f"report-access_token={next(m)}", "seal": None, "captured": None, "verdict": f"token={next(m)}"},
    ]  # fmt: skip
    record["capture"]["witnesses"] = [
            {"kind": "archive", "archive": f"http://ada:{next(m)}@archive.example/?token={next(m)}", "datetime": None,
             "uri": f"http://archive.example/web/2024/http://{HOST}/?access_token={next(m)}", "status": 200,
             "bag": f"http---{HOST}-news-1-sid-{next(m)}"},
    ]  # fmt: skip
    record["capture"]["error"] = {"kind": "tls", "message": f"proxy http://u:{next(m)}@p.example: token={next(m)}"}
    record["configuration"] |= {"proxy": f"socks5h://u:{next(m)}@p.example", "user_agent": f"x/1 apikey={next(m)}"}
    path.write_text(json.dumps(record), "utf-8")
    with (bag / "bag-info.txt").open("a", encoding="utf-8") as info:
        info.write(f"External-Description: from http://{HOST}/?ticket={next(m)}, token={next(m)}\n")
        info.write(f"Internal-Sender-Description: Authorization: Bearer {next(m)}\n")
        info.write(f"External-Identifier: http://{HOST}/?sid={next(m)}\n")
    append(bag, "transfer", at=datetime(2026, 3, 1, tzinfo=UTC), agent=Agent(), detail={"to": f"x?token={next(m)}"})
    staged = StagedBag(tmp_path / "staged", "x-redacted", "0" * 32)
    made = redact(source(bag), staged, datetime(2026, 1, 1, tzinfo=UTC))
    assert left(made.path) == set()
