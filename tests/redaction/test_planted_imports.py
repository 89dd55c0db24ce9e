"""Access copies of bags whose pages others captured: markers in the files of `--from`, in their names and facts."""

import base64
import io
import json
import zipfile
from functools import partial
from urllib.parse import quote

import pytest
from builders.deliveries import hand
from leaks.planted import MARK, left, mark
from servers.newsroom import PARAGRAPHS, article
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.cli import main
from archiver.validation.validator import validate_bag

pytestmark = [
    pytest.mark.usefixtures("places"),
    pytest.mark.filterwarnings(
        "ignore:Unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
    ),
]
HOST = "news.example"
URL = f"https://{HOST}/bridge"
PAGE = article("Library opens again", PARAGRAPHS)


def markers():
    return map(mark, range(100))


def warc(m, address: str, *, packed: bool = True) -> bytes:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=packed)
    info = {
        "software": f"crawler/1 (token={next(m)})",
        "operator": f"http://ada:{next(m)}@{HOST}/",
        "isPartOf": f"job?access_token={next(m)}",
        "description": f"crawled with Authorization: Bearer {next(m)}",
        "http-header-user-agent": f"bot (+http://{HOST}/?sid={next(m)})",
        "conformsTo": "http://iipc.github.io/warc-specifications/",
    }
    writer.write_record(writer.create_warcinfo_record(f"crawl-token={next(m)}.warc.gz", info))
    said = {"WARC-Date": "2024-03-01T10:00:00Z", "WARC-X-Via": f"http://{HOST}/?session={next(m)}"}
    first = f"/a?sig={next(m)}"
    hops = [
        (address, b"", "302 Found", [("Location", first), ("Set-Cookie", f"a={next(m)}")]),
        (f"https://{HOST}{first}", PAGE, "200 OK", [("Content-Type", "text/html"), ("X-Amz-Signature", next(m)),
         ("Link", f"<https://{HOST}/n?jwt={next(m)}>; rel=next")]),
    ]  # fmt: skip
    for url, body, status, fields in hops:
        head = StatusAndHeaders(status, [*fields, ("Content-Length", str(len(body)))], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict=said
        )
        lines = [("Host", HOST), ("Cookie", f"s={next(m)}"), ("User-Agent", f"tool/1 token={next(m)}")]
        path = url.removeprefix(f"https://{HOST}")
        asked = StatusAndHeaders(f"GET {path} HTTP/1.1", lines, is_http_request=True)
        request = writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=said)
        writer.write_request_response_pair(request, record)
    return file.getvalue()


def wacz(m, address: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(f"archive/part token={next(m)}.warc.gz", warc(m, address))
        package = {"profile": "data-package", "wacz_version": "1.1.1", "title": f"x?token={next(m)}",
                   "software": f"tool/2 sid={next(m)}", "resources": []}  # fmt: skip
        packed.writestr("datapackage.json", json.dumps(package))
    return out.getvalue()


def har(m, address: str) -> bytes:
    def fields(**more: str) -> list[dict]:
        return [{"name": name.replace("_", "-"), "value": value} for name, value in more.items()]

    first = f"https://{HOST}/a?sig={next(m)}"
    entries = [
        {
            "startedDateTime": "2024-03-01T10:00:00Z",
            "serverIPAddress": "192.0.2.1",
            "request": {"method": "GET", "url": address,
                        "headers": fields(Cookie=next(m), User_Agent=f"x token={next(m)}")},
            "response": {"status": 302, "redirectURL": first,
                         "headers": fields(Location=first, Set_Cookie=f"s={next(m)}"),
                         "content": {"mimeType": "text/html", "text": ""}},
        },
        {
            "startedDateTime": "2024-03-01T10:00:01Z",
            "request": {"method": "GET", "url": first, "headers": fields(X_Token=next(m))},
            "response": {"status": 200, "headers": fields(Link=f"<https://{HOST}/?jwt={next(m)}>; rel=next",
                         Content_Type="text/html", X_Session=next(m)),
                         "content": {"mimeType": "text/html", "text": PAGE.decode()}},
        },
    ]  # fmt: skip
    log = {"creator": {"name": f"Inspector token={next(m)}", "version": f"sid={next(m)}"},
           "browser": {"name": f"http://ada:{next(m)}@b.example/", "version": "1"},
           "pages": [{"title": f"{address}", "id": "p"}], "comment": f"session={next(m)}"}  # fmt: skip
    return json.dumps({"log": log | {"entries": entries}}).encode()


def mhtml(m, address: str) -> bytes:
    return (
        f"From: <Saved by Blink token={next(m)}>\r\nSnapshot-Content-Location: {address}\r\n"
        f"Subject: http://ada:{next(m)}@b.example/\r\nUser-Agent: x sid={next(m)}\r\n"
        "Date: Fri, 1 Mar 2024 09:00:00 -0000\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="--X"\r\n\r\n'
        "----X\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Location: {address}\r\n\r\n{base64.b64encode(PAGE).decode()}\r\n"
        "----X\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Location: https://{HOST}/a.png?sig={next(m)}\r\n\r\nUE5H\r\n----X--\r\n"
    ).encode()


MAKERS = {"warc": partial(warc, packed=False), "warc.gz": warc, "wacz": wacz, "har": har, "mhtml": mhtml}


@pytest.mark.parametrize(
    ("kind", "form"), [*((kind, "folder") for kind in MAKERS), ("warc.gz", "wacz"), ("har", "zip")]
)
def test_no_marker_of_an_import_is_delivered(kind, form, tmp_path, capsys):
    m = markers()
    address = f"{URL}?access_token={next(m)}&u={quote(f'http://b.example/?sid={next(m)}', safe='')}"
    file = tmp_path / f"crawl access_token={next(m)} sid-{next(m)}.{kind}"
    file.write_bytes(MAKERS[kind](m, address))
    seed = tmp_path / "bridge.txt"
    seed.write_text("\n\n".join(["Library opens again", *PARAGRAPHS, f"Original url: <{address}>"]), "utf-8")
    code = main(["run", "--json", "--bags", str(tmp_path / "bags"), "--from", str(file), str(seed)])
    result = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (code, result["outcome"]) == (0, "captured"), result
    bag = tmp_path / "bags" / result["bag"]
    assert MARK in str(left(bag)), "nothing was planted"
    out = tmp_path / "out"
    (out / "target").mkdir(parents=True)
    code, (result,), err = hand(capsys, "--redact", "--form", form, "--receipts", out / "ours", bag, out / "target")
    assert (code, result["outcome"]) == (0, "delivered"), (result["reason"], err)
    assert left(out) == set()
    if form == "folder":
        report = validate_bag(next((out / "target").glob("*-redacted")))
        assert report.ok, [each for each in report.findings if each.severity == "error"]


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_a_package_is_not_taken_for_a_bag_to_redact(form, tmp_path, capsys):
    """A copy is made of a bag in a folder: of a package nothing leaves, and the line says what a bag is."""
    package = tmp_path / f"x-access_token={mark(1)}.{form}"
    package.write_bytes(b"PK\x03\x04" if form == "zip" else bytes(10_240))
    (tmp_path / "target").mkdir()
    code, results, err = hand(capsys, "--redact", package, tmp_path / "target")
    assert (code, results) == (2, [])
    assert "a bag is a folder" in err
    assert list((tmp_path / "target").iterdir()) == []
