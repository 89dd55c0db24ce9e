"""Whole deliveries of access copies: markers planted where nobody said that one lies, looked for in everything that is
delivered, and in the receipts and the ledger of the delivery."""

import base64
import gzip
import io
import re
import tarfile
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from deliveries import hand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jobs import HOST, Job, html
from newsroom import PARAGRAPHS, article
from wire import Server, ok

from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")
MARK = "q7Zx"
"""What every marker begins with, and nothing else in a bag."""


def mark(number: int) -> str:
    """A marker: 14 characters, as tokens are."""
    return f"{MARK}{number:03d}kR9fTw2"


def unpacked(name: str, data: bytes, depth: int = 0):
    """(name, bytes) of a file and of all that is packed in it; bodies of WARC records are left out."""
    yield name, data if not name.endswith((".gz", ".tgz")) else b""
    if depth > 3:
        return
    if data[:2] == b"\x1f\x8b":
        if name.endswith(".warc.gz"):
            yield from ((f"{name}#", head) for head in heads(data))
        else:
            yield from unpacked(name.removesuffix(".gz") + (".tar" if name.endswith(".tgz") else ""),
                                gzip.decompress(data), depth + 1)  # fmt: skip
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for each in packed.namelist():
                yield from unpacked(f"{name}/{each}", packed.read(each), depth + 1)
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as packed:
            for each in packed.getmembers():
                file = packed.extractfile(each)
                yield from unpacked(f"{name}/{each.name}", file.read() if file else b"", depth + 1)


def heads(data: bytes):
    """Of each record its header and, of messages, the head and the trailers; other blocks whole."""
    while data:
        inflater = zlib.decompressobj(31)
        record = inflater.decompress(data) + inflater.flush()
        data = inflater.unused_data
        header, _, block = record.partition(b"\r\n\r\n")
        yield header
        message = b"application/http" in header and b"WARC-Type: response" in header
        yield block.partition(b"\r\n\r\n")[0] if message else block
        for coded in re.findall(rb"interim-response: (\S+)", block):
            yield base64.b64decode(coded)


def readings(data: bytes):
    """Bytes as texts that somebody could read in them."""
    text = data.decode("latin-1")
    yield text
    yield unquote(unquote(text))
    yield data.replace(b"\0", b"").decode("latin-1")
    for word in re.findall(rb"[A-Za-z0-9+/_-]{12,4000}={0,2}", data):
        word = word.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        yield base64.b64decode(word + b"A" * (-len(word) % 4)).decode("latin-1")


def left(folder: Path) -> set[str]:
    """The markers in a folder: in names and bytes, however packed; the text of the page is left out."""
    found = set()
    for path in sorted(folder.rglob("*")):
        for name, data in unpacked(path.relative_to(folder).as_posix(), path.read_bytes() if path.is_file() else b""):
            found |= {f"{hit} in the name {name}" for hit in re.findall(rf"(?i){MARK}\d{{3}}", name)}
            if "/data/text/" not in f"/{name}":
                found |= {
                    f"{hit} in {name}" for each in readings(data) for hit in re.findall(rf"(?i){MARK}\d{{3}}", each)
                }
    return found


@pytest.fixture
def telling(monkeypatch):
    """Names made as they once were: of the whole address, query included."""
    from archiver.bag import names

    monkeypatch.setattr(names, "without_query", lambda name: name)


def bag_with(tmp_path: Path, capsys, there: str, answers: dict, name: str, seed: bytes) -> Path:
    (tmp_path / "seeds").mkdir(parents=True)
    (tmp_path / "seeds" / name).write_bytes(seed)
    with Server(answers) as server:
        code, (told,) = Job(tmp_path / "bags", capsys).run(tmp_path / "seeds" / name, server)
    assert code == 0, told
    return tmp_path / "bags" / told["bag"]


def page(*head: str) -> str:
    return article("Library opens again, report 1", [*PARAGRAPHS, "This is report number 1."], head="\n".join(head))


def seed(there: str, *more: str) -> bytes:
    return "\n\n".join(
        ["Library opens again, report 1", "March 4, 2024", *PARAGRAPHS, *more, f"Original url: <http://{HOST}{there}>"]
    ).encode()


def delivered(bag: Path, out: Path, capsys, form: str) -> set[str]:
    """What is left of markers in what the delivery made: at the target, and as receipts and ledger beside the bag."""
    code, (told,), err = hand(capsys, "--redact", "--form", form, "--receipts", out / "ours", bag, out / "target")
    assert (code, told["outcome"]) == (0, "delivered"), (told["reason"], err)
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
@pytest.mark.usefixtures("telling")
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
