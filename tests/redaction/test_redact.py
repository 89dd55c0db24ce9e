"""Access copies: no cookie, token or password is left in headers and addresses, everything else stays and fits."""

import base64
import gzip
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from builders.bags import IDS, REQUEST, Builder, exchange, raw_record, warc, warcinfo
from builders.deliveries import SCHEMA, everything, hand
from builders.groups import redo
from jobs.whole import HOST, Job, html, seeds
from lxml import etree
from places import SHARED
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Server, ok
from warcio.archiveiterator import ArchiveIterator

from archiver.bag.staging import StagedBag
from archiver.cli import main
from archiver.errors import Refused
from archiver.packaging.source import source
from archiver.redaction.addresses import without_secrets
from archiver.redaction.http_heads import without_secret_headers
from archiver.redaction.redact import redact
from archiver.redaction.removed import Removed
from archiver.redaction.rewrite_warc import collect, new_ids, rewrite
from archiver.redaction.secrets import is_secret_header, is_secret_parameter
from archiver.trust import custody
from archiver.validation.validator import validate_bag
from archiver.validation.warc.reader import read_warc

pytestmark = pytest.mark.usefixtures("places")
PREMIS = {"p": "http://www.loc.gov/premis/v3"}
SECRETS = ("S3CRETCOOKIE", "S3CRETSESSION", "S3CRETTOKEN", "S3CRETKEY", "S3CRETHINT")


@pytest.fixture
def bag(tmp_path, capsys) -> Path:
    """A bag of a page behind a redirect that hands out a session, with cookies and a key in a header."""
    page = article("Library opens again, report 1", [*PARAGRAPHS, "This is report number 1."],
                   head='<link rel="stylesheet" href="/s.css?w=2">')  # fmt: skip
    there = "/news/1?session=S3CRETSESSION&page=1"
    moved = f"HTTP/1.1 302 Found\r\nLocation: http://{HOST}{there}\r\nSet-Cookie: a=S3CRETCOOKIE\r\n".encode()
    hints = b"HTTP/1.1 103 Early Hints\r\nSet-Cookie: h=S3CRETHINT\r\n\r\n"
    answer = html(page, b"Set-Cookie: id=S3CRETCOOKIE;\r\n Path=/", b"X-Api-Key: S3CRETKEY", b"ETag: W/1")
    answers = {
        "/news/1": [moved + b"Content-Length: 0\r\n\r\n"],
        there: [hints + answer],
        "/s.css?w=2": [ok(b"p {}", b"Content-Type: text/css", b"Link: </x?access_token=S3CRETTOKEN>; rel=y")],
    }
    with Server(answers) as server:
        job = Job(tmp_path / "bags", capsys)
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), server)
    assert code == 0, result
    return tmp_path / "bags" / result["bag"]


@pytest.fixture
def copy(bag, tmp_path, capsys) -> Path:
    code, (result,), _ = hand(capsys, "--redact", "--form", "folder", bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "delivered"), result
    return tmp_path / "out" / f"{bag.name}-redacted"


def plain(bag: Path) -> bytes:
    """Everything in a bag, its WARC files unpacked, interim answers decoded."""
    plain = b"".join(gzip.decompress(data) if path.endswith(".gz") else data for path, data in everything(bag).items())
    return plain + b"".join(base64.b64decode(each) for each in re.findall(rb"interim-response: (\S+)", plain))


def records(bag: Path) -> dict[str, tuple[str, str, bytes]]:
    """Id -> type, address and block of every record, read by warcio."""
    (path,) = (bag / "data/wacz/archive").glob("*.warc.gz")
    found = {}
    with path.open("rb") as stream:
        for each in ArchiveIterator(stream, no_record_parse=True):
            head = each.rec_headers
            block = each.raw_stream.read()
            identifier = head.get_header("WARC-Record-ID")
            found[identifier] = (each.rec_type, head.get_header("WARC-Target-URI") or "", block)
    return found


def test_no_secret_is_left_anywhere_and_the_sealed_bag_is_not_touched(bag, copy):
    assert all(secret.encode() in plain(bag) for secret in SECRETS)
    left = plain(copy)
    assert [secret for secret in SECRETS if secret.encode() in left] == []
    assert validate_bag(bag).ok


def test_the_copy_is_a_valid_bag_for_archiver_and_bagit_with_no_check_left_out(bag, copy):
    report = validate_bag(copy, second_opinion=True)
    assert [each for each in report.findings if each.severity != "info"] == []
    checks = {name: verdict for name, verdict in report.checks.items() if verdict != "not checked"}
    assert set(checks) >= {"structure", "fixity", "record", "warc", "text", "seed", "wacz", "crate", "second-opinion"}
    assert main(["validate", "--profile", "archiver", str(copy)]) == 0


def test_bodies_text_and_all_other_headers_are_those_of_the_sealed_bag(bag, copy):
    assert (copy / "data/text/article.txt").read_bytes() == (bag / "data/text/article.txt").read_bytes()
    bodies = [
        [block.rpartition(b"\r\n\r\n")[2] for kind, _, block in records(each).values() if kind == "response"]
        for each in (bag, copy)
    ]
    assert bodies[0] == bodies[1]
    heads = b"".join(block for kind, _, block in records(copy).values() if kind == "response")
    assert b"ETag: W/1\r\n" in heads
    assert b"session=redacted&page=1" in heads


def test_a_changed_record_has_a_new_id_and_a_record_beside_it_says_from_which_it_was_made(bag, copy):
    before, after = records(bag), records(copy)
    record = json.loads((copy / "data/provenance.json").read_bytes())
    found = record["redaction"]
    assert found["of"] == {
        "name": bag.name,
        "identifier": f"urn:uuid:{re.search('[0-9a-f-]{36}', (bag / 'bag-info.txt').read_text())[0]}",
        "seal": custody.seal(bag),
    }
    assert found["records"]
    markers = {block for kind, _, block in after.values() if kind == "metadata"}
    for each in found["records"]:
        assert each["original"] in before
        assert each["original"] not in after
        assert each["id"] in after
        assert len(after[each["id"]][2]) - len(before[each["original"]][2]) == each["grown"]
        assert any(f"redacted-from: {each['original']}\r\n".encode() in marker for marker in markers)
    headers = {name for each in found["records"] for name in each["headers"]}
    assert {"set-cookie", "x-api-key"} <= headers
    assert {"session", "access_token"} <= {name for each in found["records"] for name in each["parameters"]}
    same = set(before) & set(after)
    assert same, "what holds no secret keeps its id"
    assert all(before[each] == after[each] for each in same)


def test_record_crate_page_and_premis_say_that_it_is_an_access_copy_and_of_what(bag, copy):
    seal = custody.seal(bag)
    assert f"Redacted-From-Seal: {seal}" in (copy / "bag-info.txt").read_text("utf-8").splitlines()
    assert seal in (copy / "data/ro-crate-preview.html").read_text("utf-8")
    crate = json.loads((copy / "data/ro-crate-metadata.json").read_bytes())
    root = next(each for each in crate["@graph"] if each["@id"] == "./")
    assert root["isBasedOn"]["@id"].startswith("urn:uuid:")
    tree = etree.parse(copy / "data/metadata/premis.xml")
    (event,) = tree.xpath("//p:event[p:eventType='redaction']", namespaces=PREMIS)
    assert seal in "".join(event.itertext())
    identifiers = [
        re.search("External-Identifier: (.*)", (each / "bag-info.txt").read_text())[1] for each in (bag, copy)
    ]
    assert identifiers[0] != identifiers[1]


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "schemas").is_dir(), reason="../shared/schemas is absent: no PREMIS schema")
def test_the_premis_of_a_copy_is_valid_under_the_schema(copy):
    etree.XMLSchema(etree.parse(SHARED / "schemas/premis-v3-0.xsd")).assertValid(
        etree.parse(copy / "data/metadata/premis.xml")
    )


def test_a_second_hand_off_is_a_no_op_and_the_receipt_names_both_seals(bag, copy, tmp_path, capsys):
    receipt = json.loads((tmp_path / "out" / f"{copy.name}.receipt.json").read_bytes())
    jsonschema.validate(receipt, SCHEMA)
    assert receipt["bag"]["seal"] == custody.seal(bag)
    assert receipt["derived"] == {"seal": custody.seal(copy), "for": None, "redacted": True}
    code, (result,), _ = hand(capsys, "--redact", "--form", "folder", bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "unchanged")
    assert main(["receive", "--bags", str(tmp_path / "mine"), str(copy)]) == 0
    assert not list((bag.parent / ".archiver").glob("derived-*"))


def test_an_access_copy_is_the_same_bytes_each_time(bag, copy, tmp_path, capsys):
    hand(capsys, "--redact", "--form", "folder", bag, tmp_path / "copies")
    assert everything(tmp_path / "copies" / copy.name) == everything(copy)


def test_an_access_copy_is_made_for_a_receiver_too(bag, tmp_path, capsys):
    (tmp_path / "set.toml").write_text('organisation = "L"\naptrust_access = "Restricted"\n')
    options = ["--config", tmp_path / "set.toml", "--redact", "--for", "aptrust"]
    code, (result,), _ = hand(capsys, *options, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "delivered"), result
    assert validate_bag(Path(result["package"])).ok
    assert main(["receive", "--bags", str(tmp_path / "mine"), result["package"]]) == 0
    assert [secret for secret in SECRETS if secret.encode() in plain(tmp_path / "mine" / f"{bag.name}-redacted")] == []


def test_a_copy_is_not_made_over_and_a_bag_of_others_is_refused(copy, tmp_path, capsys):
    code, (result,), _ = hand(capsys, "--redact", copy, tmp_path / "copies")
    assert (code, result["reason"]) == (1, "it is an access copy already")
    builder = Builder()
    builder.record = None
    other = builder.write(tmp_path / "others/x")
    code, (result,), _ = hand(capsys, "--redact", other, tmp_path / "copies")
    assert code == 1
    assert "archiver's own bags" in result["reason"]
    assert main(["handoff", "--redact", "--group", "g", str(copy), str(tmp_path / "copies")]) == 2


def test_a_record_that_names_another_seal_than_the_bag_is_found(copy):
    record = (copy / "data/provenance.json").read_text("utf-8")
    seal = json.loads(record)["redaction"]["of"]["seal"]
    (copy / "data/provenance.json").write_text(record.replace(seal, "0" * 64), "utf-8")
    redo(copy)
    found = {f"{each.code} {each.path}" for each in validate_bag(copy).findings}
    assert "REC010 bag-info.txt" in found


@pytest.mark.parametrize(
    "name",
    ["Cookie", "SET-COOKIE", "Set-Cookie2", "Authorization", "Proxy-Authorization", "X-Auth-Token", "x-api-key",
     "X-CSRF-Token", "X-Amz-Security-Token", "X-Session-Id", "X-Access-Key", "X-XSRF-TOKEN"],
)  # fmt: skip
def test_headers_that_carry_secrets_are_known(name):
    assert is_secret_header(name)


@pytest.mark.parametrize(
    "name",
    ["Content-Type", "ETag", "X-Cache-Key", "Surrogate-Key", "Access-Control-Allow-Credentials", "WWW-Authenticate",
     "Content-Security-Policy", "Server", "Sec-Fetch-User", "Accept", "X-Author", "Public-Key-Pins"],
)  # fmt: skip
def test_headers_that_carry_none_stay(name):
    assert not is_secret_header(name)


@pytest.mark.parametrize(
    "name",
    ["token", "access_token", "accessToken", "ACCESS_TOKEN", "sid", "PHPSESSID", "session", "sessionId", "auth", "key",
     "apikey", "api_key", "signature", "Signature", "X-Amz-Signature", "X-Amz-Credential", "Key-Pair-Id", "sig", "pwd",
     "user[password]", "jwt"],
)  # fmt: skip
def test_parameters_that_carry_secrets_are_known(name):
    assert is_secret_parameter(name)


@pytest.mark.parametrize(
    "name", ["q", "page", "id", "keyword", "author", "w", "utm_source", "designer", "monkey", "tokens"]
)
def test_parameters_that_carry_none_stay(name):
    assert not is_secret_parameter(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a.example/x?token=abc&y=1#t", "http://a.example/x?token=redacted&y=1#t"),
        ("http://a.example/x?y=1&amp;sid=abc&amp;z=2", "http://a.example/x?y=1&amp;sid=redacted&amp;z=2"),
        ("/x;jsessionid=ABC.d1?y=1", "/x;jsessionid=redacted?y=1"),
        ("http://a.example/#access_token=abc", "http://a.example/#access_token=redacted"),
        ("https://ada:pw@a.example/", "https://a.example/"),
        ('<a href="/x?key=abc">token=1</a>', '<a href="/x?key=redacted">token=1</a>'),
        ("/x?token=a;b/c?d", "/x?token=redacted"),
        ("/x?token=", "/x?token="),
        ("no address: token = 5", "no address: token = 5"),
    ],
)
def test_secrets_are_taken_out_of_addresses_and_nothing_else(text, expected):
    assert without_secrets(text, Removed()) == expected
    assert without_secrets(expected, Removed()) == expected


def test_hostile_texts_take_linear_time():
    for text in (
        "?a=" * 300_000,
        ";a" * 500_000,
        "://" * 500_000,
        "://a" * 200_000 + "@",
        "&amp;" * 200_000,
        "?" * 10**6,
    ):
        without_secrets(f"{text}=@", Removed())
    without_secret_headers(b"\n \t" * 300_000, Removed())
    without_secret_headers(b"a" * 3_000_000, Removed())


def test_folded_bare_and_odd_header_lines_go_or_stay_whole():
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie : a\r\n\tb\r\nX: 1\nCookie:c\nno colon\r\n:empty\r\nY: /?sid=9\r\n\r\n"
    removed = Removed()
    expected = b"HTTP/1.1 200 OK\r\nX: 1\nno colon\r\n:empty\r\nY: /?sid=redacted\r\n\r\n"
    assert without_secret_headers(head, removed) == expected
    assert (removed.headers, removed.parameters) == ({"set-cookie", "cookie"}, {"sid"})


def test_addresses_in_metadata_and_revisits_go_too(tmp_path):
    said = {
        "Content-Type": "application/warc-fields",
        "WARC-Record-ID": "<urn:uuid:00000000-0000-4000-8000-0000000000aa>",
    }
    meta = raw_record("metadata", b"via: http://a.example/?sid=S3CRET\r\n", said)
    again = {
        "WARC-Refers-To-Target-URI": "http://a.example/?sid=S3CRET",
        "WARC-Target-URI": "http://a.example/?key=S3CRET",
    }
    revisit = exchange("response", b"HTTP/1.1 304 Not Modified\r\nSet-Cookie: S3CRET\r\n\r\n", again)
    out, _ = rewritten(tmp_path, warcinfo(), meta, revisit)
    assert b"S3CRET" not in gzip.decompress(out)
    assert gzip.decompress(out).count(b"redacted-from: <urn:uuid:") == 3


def test_a_record_without_secrets_stays_as_it_is_but_for_the_warcinfo_it_belongs_to(tmp_path):
    out, ids = rewritten(tmp_path, warcinfo(), exchange("request", REQUEST))
    assert set(ids) == {IDS["info"]}
    assert REQUEST in gzip.decompress(out)
    assert IDS["request"].encode() in gzip.decompress(out)


def test_archives_of_other_kinds_are_refused_not_passed_on(bag, tmp_path, capsys):
    (bag / "data/wacz/archive/more.warc").write_bytes(b"WARC/1.1")
    code, (result,), _ = hand(capsys, "--redact", bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    with pytest.raises(Refused, match="not rewritten"):
        redact(source(bag), StagedBag(tmp_path, "x", "0" * 32), datetime(2026, 1, 1, tzinfo=UTC))


def rewritten(folder: Path, *parts: bytes) -> tuple[bytes, dict[str, str]]:
    path, out, ids = folder / "x.warc.gz", io.BytesIO(), dict[str, str]()
    path.write_bytes(warc(*parts))
    removed = Removed()
    collect(path, removed)
    new_ids(path, ids, removed)
    rewrite(path, "x", out, ids, removed, str, datetime(2026, 1, 1, tzinfo=UTC))
    return out.getvalue(), ids


def test_a_large_answer_is_streamed_and_comes_out_the_same(tmp_path):
    block = b"HTTP/1.1 200 OK\r\nSet-Cookie: S3CRETCOOKIE\r\n\r\n" + bytes(range(256)) * 40_000
    path = tmp_path / "x.warc.gz"
    path.write_bytes(warc(warcinfo(), exchange("request", REQUEST), exchange("response", block)))
    ids: dict[str, str] = {}
    removed = Removed()
    new_ids(path, ids, removed)
    out = io.BytesIO()
    done = rewrite(path, "x", out, ids, removed, str, datetime(2026, 1, 1, tzinfo=UTC))
    found, findings = read_warc(io.BytesIO(out.getvalue()), "x", len(out.getvalue()))
    assert [each for each in findings if each.severity == "error"] == []
    assert [each.type for each in found] == ["warcinfo", "request", "response", "metadata"]
    assert set(done.places.values()) == {(each.offset, each.end - each.offset) for each in found[:3]}
    assert block.partition(b"\r\n\r\n")[2] in gzip.decompress(out.getvalue())
    assert b"S3CRET" not in gzip.decompress(out.getvalue())
