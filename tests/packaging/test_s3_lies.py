"""S3 servers that lie: every lie ends the delivery with one clear line, in bounded time and bytes."""

import os
import random
import time

import pytest
from builders.deliveries import hand, make
from servers.http_proxy import http_proxy
from servers.lying_s3 import Request, error, lying, tag, xml
from servers.proxies import socks_proxy

from archiver.cli import main

boto3 = pytest.importorskip("boto3", reason="the extra 's3' is not installed")
from archiver.packaging import s3, s3_transport  # noqa: E402

WAITS = {"PATIENCE": 1.0, "SLOWEST": 1 << 30}
BYTES = 64 << 20


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """As a person sets it; patience is short, and nobody waits between attempts."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name, value in WAITS.items():
        monkeypatch.setattr(s3_transport, name, value)
    real = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: real(min(seconds, 0.01)))


def big(bags):
    """A bag of several parts."""
    return make(bags, **{f"part-{n}.jpg": random.Random(n).randbytes(3 << 20) for n in range(4)})


def only_late(lie):
    """A lie about what is there, once it is there."""

    def answer(request: Request) -> None:
        lie(request) if request.server_state.objects else request.honest()

    return answer


def without(name: str):
    """An honest answer without a header."""

    def answer(request: Request) -> None:
        plain = request.reply

        def reply(body=b"", *heads, status="200 OK", length=True):
            heads = [each for each in heads if not each.lower().startswith(name)]
            plain(body, *heads, status=status, length=length and name != "content-length")
            request.close_connection = True

        request.reply = reply
        request.honest()

    return answer


def whole(request: Request) -> None:
    data, _ = request.server_state.objects[request.path]
    request.reply(data, tag(data))


def no_range(request: Request) -> None:
    """Half of what was asked, called the whole."""
    data, _ = request.server_state.objects[request.path]
    half = data[: len(data) // 2]
    request.reply(half, tag(data), f"Content-Range: bytes 0-{len(half) - 1}/{len(half)}", status="206 Partial Content")


def past(request: Request) -> None:
    data, _ = request.server_state.objects[request.path]
    heads = [tag(data), f"Content-Range: bytes 0-{len(data) - 1}/{len(data)}", f"Content-Length: {len(data)}"]
    request.reply(data + b"and more", *heads, status="206 Partial Content", length=False)


def zeros(request: Request) -> None:
    request.reply(b"", "Transfer-Encoding: chunked", status="206 Partial Content", length=False)
    request.endless(b"10000\r\n" + bytes(65536) + b"\r\n")


def until_it_closes(request: Request) -> None:
    request.reply(b"", "Connection: close", length=False)
    request.endless(bytes(65536))


def trickle(request: Request) -> None:
    request.reply(b"", "Content-Length: 1000000", status="206 Partial Content", length=False)
    request.endless(b"x", every=0.02)


def trickled_head(request: Request) -> None:
    request.raw(b"HTTP/1.1 200 OK\r\nX-A: ")
    request.endless(b"x", every=0.02)


def endless_heads(request: Request) -> None:
    request.raw(b"HTTP/1.1 200 OK\r\n")
    request.endless(b"X-A: " + b"x" * 1000 + b"\r\n")


def endless_interim(request: Request) -> None:
    request.endless(b"HTTP/1.1 100 Continue\r\nX-A: " + b"x" * 1000 + b"\r\n\r\n")


def another(body: bytes, *heads: str, status: str = "200 OK"):
    states = any(each.startswith("Content-Length") for each in heads)
    return lambda request: request.reply(body, *heads, status=status, length=not states)


def pages(request: Request) -> None:
    """A list of parts that goes on for ever, a part a page."""
    number = request.server_state.asked["list_parts"]
    inside = f"<Part><PartNumber>{number}</PartNumber></Part><IsTruncated>true</IsTruncated>"
    request.reply(xml("ListPartsResult", f"{inside}<NextPartNumberMarker>{number}</NextPartNumberMarker>"))


def same_page(request: Request) -> None:
    request.reply(
        xml("ListPartsResult", "<IsTruncated>true</IsTruncated><NextPartNumberMarker>7</NextPartNumberMarker>")
    )


def elsewhere(*heads: str, status: str = "307 Temporary Redirect", body: bytes = b""):
    return another(body, *heads, status=status)


SMALL = {
    "no size": {"head_object": only_late(without("content-length"))},
    "no tag": {"head_object": only_late(without("etag"))},
    "a size that is not a number": {"head_object": only_late(another(b"", "ETag: x", "Content-Length: many"))},
    "a size below none": {"head_object": only_late(lambda r: r.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"))},
    "another size": {"head_object": only_late(another(b"x" * 5, 'ETag: "y"'))},
    "a huge size": {
        "head_object": only_late(
            lambda r: r.raw(b'HTTP/1.1 200 OK\r\nETag: "y"\r\nContent-Length: 5000000000000\r\n\r\n')
        )
    },
    "a moment that is none": {"head_object": only_late(another(b"", "Last-Modified: \x7f never", 'ETag: "y"'))},
    "broken XML": {"put_object": another(b"<Error><Code>", status="400 Bad Request")},
    "no XML": {"put_object": another(b"<!doctype html><p>Not here", status="403 Forbidden")},
    "200 with an error": {"put_object": another(error("InternalError"))},
    "200, and nothing kept": {"put_object": another(b"", 'ETag: "y"')},
    "a part where the whole was": {"get_object": no_range},
    "past its stated size": {"get_object": past},
    "endless chunks": {"get_object": zeros},
    "endless until it closes": {"get_object": until_it_closes},
    "an endless answer to a deposit": {"put_object": until_it_closes},
    "a trickle": {"get_object": trickle},
    "a head that trickles": {"get_object": trickled_head},
    "endless heads": {"get_object": endless_heads},
    "endless interim answers": {"get_object": endless_interim},
    "not HTTP": {"get_object": lambda r: r.raw(b"220 ftp ready\r\n\r\n")},
    "nothing": {"get_object": lambda r: r.connection.close()},
    "a redirect to this machine": {"put_object": elsewhere("Location: http://localhost:1/admin")},
    "a redirect to another host": {"head_bucket": elsewhere("Location: http://evil.example/", status="301 Moved")},
    "a region that is an address": {
        "head_bucket": elsewhere("x-amz-bucket-region: evil.example/#", status="301 Moved Permanently")
    },
    "a region elsewhere": {"head_bucket": elsewhere("x-amz-bucket-region: eu-west-9", status="301 Moved Permanently")},
    "an endpoint elsewhere": {
        "put_object": elsewhere(
            status="301 Moved Permanently",
            body=b"<Error><Code>PermanentRedirect</Code><Endpoint>evil.example</Endpoint><Message>there</Message></Error>",
        )
    },
    "an error that steers the terminal": {
        "put_object": another(error("A&#10;B", "x&#27;" * 9 + "\u202e" + "y" * 100_000), status="400 Bad Request")
    },
    "an error nested deeply": {"put_object": another(b"<a>" * 1_000_000, status="400 Bad Request")},
    "an error of entities": {
        "put_object": another(
            b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9))
            + b"]><Error><Code>&a8;</Code></Error>",
            status="400 Bad Request",
        )
    },
}
LARGE = {
    "no upload": {"create_multipart_upload": another(xml("InitiateMultipartUploadResult", ""))},
    "broken XML": {"create_multipart_upload": another(b"<Initiate")},
    "a part without a tag": {"upload_part": without("etag")},
    "a part that is an error": {"upload_part": another(error("InternalError"))},
    "an error after 200": {"complete_multipart_upload": another(b"   " * 20 + error("InternalError"))},
    "broken XML at the end": {"complete_multipart_upload": another(b"<Complete")},
    "no checksum of ours": {
        "complete_multipart_upload": another(
            xml("CompleteMultipartUploadResult", "<ChecksumSHA256>x\u202ey</ChecksumSHA256>")
        )
    },
    "an endless list": {"list_parts": pages},
    "a list that stays": {"list_parts": same_page},
    "a list that is an error": {"list_parts": another(b"<ListPartsResult><Part>")},
}


def interrupts(*_: object) -> object:
    """In place of what cuts a package into parts."""
    raise KeyboardInterrupt


def fails(capfd, server, *arguments: object) -> str:
    """Runs it; what is said is one line on stderr or one refused bag, and no more was read than there is room for."""
    before = time.monotonic()
    code = main([*map(str, arguments)])
    out, err = capfd.readouterr()
    assert code in (1, 3), (code, out, err)
    assert '"delivered"' not in out
    said = err if code == 3 else out
    assert "Traceback" not in out + err
    assert len(said.splitlines()) == 1, said
    assert len(said) < 2500
    assert said.rstrip("\n").isprintable(), said
    assert server.sent < BYTES
    assert time.monotonic() - before < 120  # five attempts of a second, not hours
    return said


@pytest.mark.parametrize("lie", SMALL)
def test_a_lie_about_a_package_ends_its_delivery(lie, tmp_path, capfd):
    with lying(**SMALL[lie]) as server:
        bag = make(tmp_path / "bags")
        fails(capfd, server, "handoff", "--json", "--endpoint", server.address, bag, "s3://library/in")
    assert not list((tmp_path / "bags").glob("receipts/*"))


@pytest.mark.parametrize("lie", LARGE)
def test_a_lie_about_an_upload_in_parts_ends_its_delivery(lie, tmp_path, capfd, monkeypatch):
    with lying(**LARGE[lie]) as server:
        bag = big(tmp_path / "bags")
        if "list" in lie:  # of an upload that was begun before
            with monkeypatch.context() as patch:
                patch.setattr(s3, "_cut", interrupts)
                main(["handoff", "--endpoint", server.address, str(bag), "s3://library/in"])
            capfd.readouterr()
        said = fails(capfd, server, "handoff", "--json", "--endpoint", server.address, bag, "s3://library/in")
        assert server.asked["list_parts"] <= s3._PAGES
        assert "list" not in lie or server.asked["list_parts"], said


def test_a_receipt_that_is_not_kept_is_no_delivery(tmp_path, capfd):
    def forgets(request: Request) -> None:
        request.reply(b"", tag(b"")) if "receipt" in request.path else request.honest()

    with lying(put_object=forgets) as server:
        bag = make(tmp_path / "bags")
        said = fails(capfd, server, "handoff", "--json", "--endpoint", server.address, bag, "s3://library/in")
    assert "came back different" in said


def test_an_honest_server_of_that_kind_is_delivered_to(tmp_path, capsys):
    """Without it, every test above could pass for another reason."""
    with lying() as server:
        for bag in (make(tmp_path / "a"), big(tmp_path / "b")):
            code, (result,), err = hand(capsys, "--endpoint", server.address, bag, f"s3://library/{bag.parent.name}")
            assert (code, result["outcome"]) == (0, "delivered"), (result, err)


@pytest.mark.parametrize("lie", [zeros, until_it_closes, trickle, whole])
def test_a_package_fetched_from_a_liar_is_one_line(lie, tmp_path, capfd):
    with lying(get_object=lie) as server:
        server.objects["/library/in/harbour-1.tar"] = (bytes(20 << 20), "")
        fails(
            capfd,
            server,
            *("receive", "--json", "--endpoint", server.address),
            *("--bags", tmp_path / "mine", "s3://library/in/harbour-1.tar"),
        )


@pytest.mark.parametrize("kind", ["http", "socks", "environment"])
def test_s3_goes_through_the_proxy_wherever_one_is_named(kind, tmp_path, capsys, monkeypatch):
    with lying() as server:
        port = int(server.address.rpartition(":")[2])
        with http_proxy(port) as http, socks_proxy(port) as socks:
            proxy = http.url if kind != "socks" else socks.url
            (tmp_path / "archiver.toml").write_text(f'proxy = "{proxy}"\n' if kind != "environment" else "", "utf-8")
            if kind == "environment":
                monkeypatch.setenv("http_proxy", proxy)
            monkeypatch.chdir(tmp_path)
            bag = make(tmp_path / "bags")
            code, results, err = hand(
                capsys, "--config", "archiver.toml", "--endpoint", "http://s3.library.example", bag, "s3://library/in"
            )
            assert (code, [each["outcome"] for each in results]) == (0, ["delivered"]), err
            assert socks.asked if kind == "socks" else http.heads
            assert all(host == "s3.library.example" for _, host, _ in socks.asked)
