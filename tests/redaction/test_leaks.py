"""Secrets planted wherever a bag may hold them: no delivered copy holds one, however it is encoded."""

import base64
import gzip
import html as markup
import io
import json
import re
import string
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from builders.bags import REQUEST, exchange, raw_record, warc, warcinfo
from builders.deliveries import everything, hand
from builders.groups import redo
from hypothesis import assume, given
from hypothesis import strategies as st
from jobs.whole import HOST, Job, html
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Server, ok

from archiver.errors import Refused
from archiver.redaction.addresses import without_secrets
from archiver.redaction.http_heads import without_secret_headers
from archiver.redaction.removed import Removed
from archiver.redaction.rewrite_warc import collect, new_ids, rewrite
from archiver.redaction.search import Search
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")
SECRET = "S3CRETvalue0"


def nested(times: int, address: str) -> str:
    """An address in a parameter of an address, so many times."""
    for _ in range(times):
        address = f"https://a.example/r?next={quote(address, safe='')}&page=1"
    return address


@pytest.mark.parametrize(
    "text",
    [
        f"https://a.example/x?access_token={SECRET}&utm_source=mail",
        f"https://a.example/x#access_token={SECRET}&x=1",
        f"https://a.example/x;jsessionid={SECRET}/y?z=1",
        f"https://a.example/(S({SECRET}))/x.aspx",
        f"https://ada:{SECRET}@a.example/",
        f"https://{SECRET}@a.example/",
        f"//ada:{SECRET}@a.example/",
        f"https%3A%2F%2Fada%3A{SECRET}%40a.example%2F",
        *(nested(n, f"https://a.example/?access_token={SECRET}&y=2") for n in range(1, 7)),
        f"https://a.example/?next=https://b.example/?access_token={SECRET}&y=1",
        f"https://a.example/?next=/x?a=1;sid={SECRET}",
        f"https://a.example/?a=1;token={SECRET}/and+more==",
        f'https://a.example/?token="{SECRET}"',
        f"https://a.example/?code={SECRET}&state=x",
        f"https://a.example/?oauth_verifier={SECRET}",
        f"https://a.example/?SAMLResponse={SECRET}",
        f"https://a.example/?RelayState={SECRET}",
        f"https://a.example/?hdnts=exp=1~acl=/*~hmac={SECRET}",
        f"https://a.example/?unlocked_article_code={SECRET}",
        f"https://a.example/?X-Amz-Signature={SECRET}",
        f"https://a.example/?AWSAccessKeyId={SECRET}&Expires=1",
        f"https://a.example/?X-Goog-Credential={SECRET}&GoogleAccessId=x",
        f"https://a.example/?sv=2020-01-01&sr=b&sig={SECRET}",
        f"https://a.example/?Policy={SECRET}&Key-Pair-Id=APKA",
        f"https://a.example/?%74oken={SECRET}",
        f"https://a.example/?%2574oken={SECRET}",
        f"https://a.example/?user[password]={SECRET}",
        f"https://a.example/?ctx={quote(json.dumps({'session': SECRET}))}",
        f"https://a.example/?data={base64.urlsafe_b64encode(json.dumps({'token': SECRET}).encode()).decode()}",
        f"https://a.example/?q=1&amp;token={SECRET}&amp;y=1",
        f"https://a.example/?q=1&#38;token={SECRET}",
        f"https://a.example/?q=1\\u0026token\\u003d{SECRET}\\u0026x=1",
        f"https://a.example/?token=3D{SECRET}",
        f'{{"auth": {{"access_token": "{SECRET}"}}}}',
        f"[read on](https://a.example/?token={SECRET}) today",
        f"<https://a.example/?token={SECRET}>",
        f"Bearer {SECRET}",
    ],
)
def test_no_way_of_writing_an_address_keeps_a_secret(text):
    removed = Removed()
    plain = without_secrets(text, removed)
    assert SECRET[:6] not in plain
    again = Removed()
    assert without_secrets(plain, again) == plain
    assert not again.values


@pytest.mark.parametrize(
    "line",
    [
        f"X: 1\rSet-Cookie: {SECRET}",
        f"X: 1\x0bCookie: {SECRET}",
        f"Set-Cookie: a=b;\r\n {SECRET}",
        f"COOKIE : {SECRET}",
        f"COOKIE : {SECRET} HTTP/1.1",
        f"X-Whatever: Bearer {SECRET}",
        f"X-Whatever: Digest username=ada, response={SECRET}",
        f'X-Data: {{"user": {{"accessToken": "{SECRET}"}}}}',
        f'X-Data: {{"Set-Cookie": ["a={SECRET}"]}}',
        f'X-Data: {{"u": "https://a.example/?sid={SECRET}"}}',
        f"X-Data: {base64.b64encode(json.dumps({'token': SECRET}).encode()).decode()}",
        f"X-Data: {quote(json.dumps({'token': SECRET}))}",
        f'X-Data: a=1; token="{SECRET}"; b',
        f"X-Data: token = {SECRET}",
        f"X-Data: sessionid:{SECRET}",
        f"Location: https://ada:{SECRET}@a.example/",
        f"Location: /x?token=a b {SECRET}&y=1",
        f"Content-Location: /x;jsessionid={SECRET}",
        f"Refresh: 5; url=https://a.example/?sid={SECRET}",
        f"Link: <https://a.example/?token={SECRET}>; rel=next",
        f"Content-Security-Policy: report-uri https://a.example/?key={SECRET}; img-src *",
        f'Report-To: {{"endpoints":[{{"url":"https://a.example/?token={SECRET}"}}]}}',
        f"X-Folded: a\r\n\ttoken={SECRET}",
        f"X-Access-Token: {SECRET}",
        f"X-MyAccessToken: {SECRET}",
        f"Authentication: {SECRET}",
    ],
)
def test_no_header_keeps_a_secret_and_the_others_stay(line):
    head = f"HTTP/1.1 200 OK\r\nDate: Mon, 30 Nov 2026 02:09:16 GMT\r\n{line}\r\nETag: W/1\r\n\r\n".encode("latin-1")
    plain = without_secret_headers(head, Removed())
    assert SECRET[:6].encode() not in plain
    assert plain.startswith(b"HTTP/1.1 200 OK\r\nDate: Mon, 30 Nov 2026 02:09:16 GMT\r\n")
    assert plain.endswith(b"\r\nETag: W/1\r\n\r\n")
    assert without_secret_headers(plain, Removed()) == plain


WAYS = {
    "plain": lambda b: b,
    "gzip": gzip.compress,
    "base64": base64.b64encode,
    "base64, lines": base64.encodebytes,
    "base64url": base64.urlsafe_b64encode,
    "percent": lambda b: "".join(f"%{c:02X}" for c in b).encode(),
    "utf-16": lambda b: b.decode("latin-1").encode("utf-16"),
    "utf-16-be": lambda b: b.decode("latin-1").encode("utf-16-be"),
    "html": lambda b: "".join(f"&#{c};" for c in b).encode(),
    "json": lambda b: "".join(f"\\u{c:04x}" for c in b).encode(),
    "quoted-printable": lambda b: b"=\r\n".join(f"={c:02X}".encode() for c in b),
    "hexadecimal": lambda b: b.hex().encode(),
}
ENDS = b"~ some words around it, so that it stands in the middle \xc3\xa9 ~"


@given(st.lists(st.sampled_from(sorted(WAYS)), min_size=0, max_size=3), st.integers(0, 3))
def test_the_search_finds_a_value_however_it_is_encoded(ways, shift):
    removed = Removed()
    removed.value(SECRET, "parameter token")
    data = ENDS[: len(ENDS) - shift] + SECRET.encode() + ENDS
    for way in ways:
        assume(way not in ("html",) or data.isascii())  # no page writes other bytes so
        data = WAYS[way](data)
    with pytest.raises(Refused, match="not delivered") as raised:
        Search(removed).look(data, "data/x.json")
    assert "data/x.json" in str(raised.value)
    assert "parameter token" in str(raised.value)
    assert SECRET[:4] not in str(raised.value)


@given(st.text(string.printable, max_size=300))
def test_taking_out_twice_is_taking_out_once(text):
    plain = without_secrets(text, Removed())
    assert without_secrets(plain, Removed()) == plain


SEED = """Library opens again, report 1

March 4, 2024

{paragraphs}

Read [on](http://{host}/more?access_token=S3CRETseed1&x=1), or http://{host}/r?next=http%3A%2F%2Fb.example%2F%3Fsid%3DS3CRETseed2

Cookie: sid=S3CRETseed3

Original url: <http://{host}{there}>
"""
THERE = "/news/1?access_token=S3CRETurl1&next=http%3A%2F%2Fb.example%2F%3Fsession%3DS3CRETurl2&code=S3CRETurl3"
PLANTED = ("S3CRETseed1", "S3CRETseed2", "S3CRETseed3", "S3CRETurl1", "S3CRETurl2", "S3CRETurl3", "S3CREThead1",
           "S3CREThead2", "S3CREThead3", "S3CREThead4", "S3CRETpage1")  # fmt: skip


def captured(tmp_path: Path, capsys, name: str, seed: bytes) -> Path:
    """A bag of a page whose address, headers, redirect and seed carry secrets."""
    page = article("Library opens again, report 1", [*PARAGRAPHS, "This is report number 1."],
                   head='<link rel="stylesheet" href="/s.css?sig=S3CREThead4">')  # fmt: skip
    answer = html(
        page,
        b'X-State: {"user": {"accessToken": "S3CREThead1"}, "at": "http://a.example/?token=S3CREThead2"}',
        b"X-Trace: 1\rSet-Cookie: id=S3CREThead3",
        b"X-Echo: S3CREThead3 and http%3A%2F%2Fa.example%2F%3Fpwd%3DS3CRETpage1",
    )
    answers = {THERE: [answer], "/s.css?sig=S3CREThead4": [ok(b"p {}", b"Content-Type: text/css")]}
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / name).write_bytes(seed)
    with Server(answers) as server:
        code, (result,) = Job(tmp_path / "bags", capsys).run(tmp_path / "seeds" / name, server)
    assert code == 0, result
    return tmp_path / "bags" / result["bag"]


def seed_text() -> str:
    return SEED.format(paragraphs="\n\n".join(PARAGRAPHS), host=HOST, there=THERE)


def decoded(folder: Path) -> str:
    """Everything in a bag but bodies, in small letters: names, files, heads of records, UTF-16 made readable."""
    found = []
    for path, data in everything(folder).items():
        if path.startswith("data/text/"):
            continue
        if path.endswith(".gz"):
            data = b"".join(b"".join(part.split(b"\r\n\r\n")[:2]) for part in gzip.decompress(data).split(b"WARC/1.1"))
        found += [
            path,
            data.decode("latin-1"),
            data.decode("utf-16-le", "replace"),
            data.replace(b"\0", b"").decode("latin-1"),
        ]
    return "\n".join(found).casefold()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_secrets_of_address_headers_and_seed_are_in_no_part_of_the_copy(tmp_path, capsys, encoding):
    bag = captured(tmp_path, capsys, "report-1.md", seed_text().encode(encoding))
    before = decoded(bag)
    assert [each for each in PLANTED if each.casefold() not in before] == []
    code, (result,), _ = hand(capsys, "--redact", "--form", "folder", bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "delivered"), result
    after = decoded(tmp_path / "out")
    assert [each for each in PLANTED if each.casefold() in after] == []
    copy = tmp_path / "out" / f"{bag.name}-redacted"
    assert [each for each in validate_bag(copy).findings if each.severity != "info"] == []
    seed = (copy / "data/seed/report-1.md").read_bytes()
    assert seed[:3] == seed_text().encode(encoding)[:3]


def test_a_list_row_gives_names_without_its_query(tmp_path, capsys):
    row = f"url\nhttp://{HOST}{THERE}\n"
    bag = captured(tmp_path, capsys, "rows.csv", row.encode())
    assert "S3CRET" not in bag.name
    assert "token" not in bag.name
    names = [path.relative_to(bag).as_posix() for path in bag.rglob("*")]
    assert not [name for name in names if "S3CRET" in name or "token" in name]


def test_a_copy_of_a_bag_whose_name_has_a_secret_has_a_clean_one_inside_and_out(tmp_path, capsys):
    bag = captured(tmp_path, capsys, "report-1.md", seed_text().encode())
    secret_name = f"http-a-example-access_token-S3CRETurl1{bag.name[-26:]}"
    for path in sorted(bag.rglob("*")):
        if path.is_file() and not path.name.endswith(".gz"):
            path.write_bytes(path.read_bytes().replace(bag.name.encode(), secret_name.encode()))
    for path in list(bag.rglob("*.warc.gz")):
        path.rename(path.with_name(path.name.replace(bag.name, secret_name)))
    bag = bag.rename(bag.with_name(secret_name))
    for path in bag.rglob("datapackage*.json"):
        path.unlink()
    from archiver.packaging.source import source
    from archiver.redaction.copy_names import copy_name

    redo(bag)
    assert re.fullmatch(r"www-example-times-example-\d{8}T\d{6}Z-[0-9a-f]{8}-redacted", copy_name(source(bag)))


def rewritten(folder: Path, *parts: bytes) -> bytes:
    path, out, ids, removed = folder / "x.warc.gz", io.BytesIO(), dict[str, str](), Removed()
    path.write_bytes(warc(*parts))
    collect(path, removed)
    new_ids(path, ids, removed)
    rewrite(path, "x", out, ids, removed, str, datetime(2026, 1, 1, tzinfo=UTC))
    return gzip.decompress(out.getvalue())


def test_metadata_and_request_records_and_fields_of_the_header_are_clean_too(tmp_path):
    said, other = ({"WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-0000000000{n}>"} for n in ("aa", "ab"))
    fields = b"via: http://a.example/?next=http%3A%2F%2Fb%2F%3Fsid%3DS3CRET1\r\npassword: S3CRET2\r\n"
    found = json.dumps({"headers": {"Cookie": "a=S3CRET3"}, "u": "http://ada:S3CRET4@a.example/"}).encode()
    request = REQUEST.replace(b"\r\n\r\n", b"\r\nX-Api-Key: S3CRET5\r\nReferer: http://a/?code=S3CRET6\r\n\r\n")
    again = {"WARC-Target-URI": "http://a.example/?token=S3 CRET7", "WARC-Profile": "http://a.example/?key=S3CRET8"}
    out = rewritten(
        tmp_path,
        warcinfo(),
        raw_record("metadata", fields, said | {"Content-Type": "application/warc-fields"}),
        raw_record("metadata", found, other | {"Content-Type": "application/json"}),
        exchange("request", request),
        exchange("response", b"HTTP/1.1 200 OK\r\n\r\nbody S3CRET1", again),
    )  # fmt: skip
    assert out.count(b"S3CRET") == 1
    assert b"body S3CRET1" in out
    assert b"CRET7" not in out


def test_markup_of_an_attribute_is_left_as_it_is():
    text = f'<a href="https://a.example/?a=1&amp;token={markup.escape(SECRET)}" class="x">'
    assert without_secrets(text, Removed()) == '<a href="https://a.example/?a=1&amp;token=redacted" class="x">'


@pytest.mark.parametrize("value", ["1234", "ab", "kim", "summer", "2024"])
def test_a_short_or_plain_value_is_found_beside_its_name_and_not_alone(value):
    removed = Removed()
    assert without_secrets(f"https://a.example/x?access_token={value}&page=2", removed).count(value) == 0
    for left in (f"see access_token={value}.", f"x?a=b&Access_Token={value}#top", f"access_token%3D{value}"):
        assert Search(removed).find(left.encode()), left
        assert Search(removed).find(base64.b64encode(f"{left}; and more words".encode())), left
    for other in (f"the {value} of it", f"access_token={value}more", "access_token=REDACTED"):
        assert Search(removed).find(other.encode()) is None, other
    assert removed.not_searched() == {"values": 1, "kinds": ["parameter"]}


def test_a_copy_says_how_many_values_were_not_searched_for(tmp_path, capsys):
    page = html(article("Library opens again", PARAGRAPHS))
    front = f"---\npin: 12\nsupplied_by: Kim\n---\n\nLibrary opens again\n\n{PARAGRAPHS[0]}\n\n"
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/a.txt").write_text(f"{front}Original url: http://{HOST}/a?sid=77\n", "utf-8")
    job = Job(tmp_path / "bags", capsys)
    with Server({"/a?sid=77": [page]}) as server:
        _, (result,) = job.run(tmp_path / "seeds", server, "--browser", "never")
    code, told, _ = hand(capsys, "--redact", "--form", "folder", tmp_path / "bags" / result["bag"], tmp_path / "out")
    assert code == 0, told
    (copy,) = (tmp_path / "out").glob("*-redacted")
    stated = json.loads((copy / "data/provenance.json").read_bytes())["redaction"]["not_searched"]
    assert stated["values"] >= 2
    assert {"parameter", "private fact"} <= set(stated["kinds"])
    assert any("too short or too plain" in note for note in told[0]["notes"])
    assert validate_bag(copy).ok
