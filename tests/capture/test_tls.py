"""What a TLS connection says of itself is recorded; what cannot be trusted is not fetched."""

import json
import shutil
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import trustme
from jobs.capturing import Bench
from jobs.whole import HOST, Job, story
from servers.newsroom import seed_document
from servers.wire import CLOSE, Server, ok, splice

from archiver.config import ConnectTo
from archiver.model import Tls

URL = "https://news.example/"


@dataclass(frozen=True)
class Authority:
    """A root that archiver trusts by its settings, and its file."""

    root: trustme.CA
    bundle: Path

    def context(self, *names: str, expires: datetime | None = None, by: trustme.CA | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (by or self.root).issue_cert(*names, not_after=expires).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    root = trustme.CA(organization_name="Harbour Roots")
    bundle = tmp_path_factory.mktemp("tls") / "roots.pem"
    root.cert_pem.write_to_path(bundle)
    return Authority(root, bundle)


def tls_of(server: Server, authority: Authority, spool: Path) -> Tls:
    with Bench(spool, server, settings={"ca_bundle": authority.bundle}) as bench:
        capture, files = bench.capture(URL)
    assert files.of("response")[0].block == ok(b"secret")
    assert (capture.final.ip, capture.final.tls is not None) == ("127.0.0.1", True)
    return capture.final.tls  # type: ignore[return-value]


def test_protocol_cipher_and_certificate_are_recorded(authority: Authority, tmp_path: Path):
    expires = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    with Server({"/": [ok(b"secret")]}, tls=authority.context("news.example", expires=expires)) as server:
        tls = tls_of(server, authority, tmp_path)
    assert (tls.protocol, tls.verified, tls.not_after) == ("TLSv1.3", True, expires)
    assert (tls.cipher or "").startswith("TLS_")
    assert "O=Harbour Roots" in (tls.issuer or "")
    assert tls.certificate_sha256 == sha256(tls.chain[0]).hexdigest()
    assert len(tls.chain) == 1


def test_the_chain_is_kept_as_the_server_sent_it(authority: Authority, tmp_path: Path):
    middle = authority.root.create_child_ca()
    with Server({"/": [ok(b"secret")]}, tls=authority.context("news.example", by=middle)) as server:
        tls = tls_of(server, authority, tmp_path)
    assert len(tls.chain) == 2
    assert tls.chain[1] == ssl.PEM_cert_to_DER_cert(middle.cert_pem.bytes().decode())


def test_a_server_of_tls_1_2_only_is_recorded_as_such(authority: Authority, tmp_path: Path):
    context = authority.context("news.example")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with Server({"/": [ok(b"secret")]}, tls=context) as server:
        assert tls_of(server, authority, tmp_path).protocol == "TLSv1.2"


def test_the_facts_are_recorded_for_each_exchange_of_a_kept_connection(authority: Authority, tmp_path: Path):
    answers = {"/": [ok(b"moved", b"Location: /a", status=b"302 -")], "/a": [ok()]}
    settings = {"ca_bundle": authority.bundle}
    with Server(answers, tls=authority.context("news.example")) as server:
        with Bench(tmp_path, server, settings=settings) as bench:
            capture, _ = bench.capture(URL)
        assert server.connections == 1
    first, second = capture.exchanges
    assert first.tls == second.tls != None  # noqa: E711
    assert first.ip == second.ip == "127.0.0.1"


def test_a_plain_connection_has_no_tls_facts(tmp_path: Path):
    with Server({"/": [ok()]}) as server, Bench(tmp_path, server) as bench:
        assert bench.capture()[0].final.tls is None


def yesterday() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def wrong_name(authority: Authority) -> ssl.SSLContext:
    return authority.context("other.example")


def expired(authority: Authority) -> ssl.SSLContext:
    return authority.context("news.example", expires=yesterday())


def unknown_root(_: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("news.example").configure_cert(context)
    return context


def self_signed(authority: Authority) -> ssl.SSLContext:
    """A root of nobody's, shown as a site's own certificate."""
    context, root = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), trustme.CA()
    pem = authority.bundle.parent / "self.pem"
    pem.write_bytes(root.private_key_pem.bytes() + root.cert_pem.bytes())
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (wrong_name, "Hostname mismatch, certificate is not valid for 'news.example'"),
        (expired, "certificate has expired"),
        (unknown_root, "unable to get local issuer certificate"),
        (self_signed, "self-signed certificate"),
    ],
)
def test_a_certificate_that_cannot_be_trusted_is_a_failure_with_its_reason(
    make: Callable[[Authority], ssl.SSLContext], words: str, authority: Authority, tmp_path: Path
):
    settings = {"ca_bundle": authority.bundle, "limits": {"retries": 2}}
    with Server({"/": [ok()]}, tls=make(authority)) as server, Bench(tmp_path, server, settings=settings) as bench:
        failure = bench.failure(URL)
        assert not server.seen, "nothing was asked of it"
    assert (failure.kind, failure.outcome, failure.attempts) == ("tls", "failed", 1)
    assert failure.reason.startswith("the certificate is refused: ")
    assert words in failure.reason


def copied(authority: Authority, folder: Path) -> Path:
    """The roots under another name: `capturing` keeps a context for each file, and `insecure` changes it."""
    return shutil.copyfile(authority.bundle, folder / "copy.pem")


# urllib3 warns of what was asked for here; the record is what has to say it.
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("make", [wrong_name, expired, unknown_root, self_signed])
def test_with_insecure_the_record_says_that_the_certificate_was_not_verified(
    make: Callable[[Authority], ssl.SSLContext], authority: Authority, tmp_path: Path
):
    spool = tmp_path / "spool"
    spool.mkdir()
    settings = {"ca_bundle": copied(authority, tmp_path), "insecure": True}
    with (
        Server({"/": [ok(b"secret")]}, tls=make(authority)) as server,
        Bench(spool, server, settings=settings) as bench,
    ):
        capture, files = bench.capture(URL)
    assert (capture.outcome, files.of("response")[0].block) == ("captured", ok(b"secret"))
    tls = capture.final.tls
    assert tls is not None
    assert tls.verified is False
    assert tls.certificate_sha256 == sha256(tls.chain[0]).hexdigest()


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_the_command_line_takes_an_expired_certificate_only_with_insecure_and_the_bag_says_so(
    authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text(seed_document(1).replace("http://", "https://"), "utf-8")
    with Server({"/news/1": [story(1)]}, tls=authority.context(HOST, expires=yesterday())) as server:
        job = Job(tmp_path / "bags", capsys)
        to = ("--connect-to", f":443:127.0.0.1:{server.port}", "--no-requisites")
        code, (refused,) = job.run(seeds, None, *to, "--ca-bundle", str(authority.bundle))
        assert (code, refused["outcome"], refused["bag"]) == (1, "failed", None)
        assert "certificate has expired" in refused["reason"]
        code, (taken,) = job.run(seeds, None, *to, "--ca-bundle", str(copied(authority, tmp_path)), "--insecure")
        assert (code, taken["outcome"]) == (0, "captured")
    bag = taken["bag"]
    assert job.valid(bag)
    assert '"verified": false' in json.dumps(job.record(bag))
    assert '"verified": true' not in json.dumps(job.record(bag))


def test_a_certificate_that_cannot_be_trusted_after_a_redirect_ends_the_capture(authority: Authority, tmp_path: Path):
    moved = ok(b"moved", b"Location: https://other.example/", status=b"302 -")
    settings = {"ca_bundle": authority.bundle}
    with (
        Server({"/": [moved]}, tls=authority.context("news.example")) as server,
        Bench(tmp_path, server, settings=settings) as bench,
    ):
        capture, _ = bench.capture(URL)
    assert (capture.outcome, capture.status, len(capture.exchanges)) == ("failed", 302, 1)
    assert "the certificate is refused" in (capture.reason or "")


def test_a_server_without_tls_on_the_secure_port_is_a_failure(authority: Authority, tmp_path: Path):
    def not_tls(connection: object) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")  # type: ignore[attr-defined]

    class Blunt(Server):
        def _head(self, connection: object) -> bytes:
            return b"GET / HTTP/1.1\r\n\r\n" if not self.seen["/"] else b""

    with (
        Blunt({"/": [(not_tls,)]}) as server,
        Bench(tmp_path, server, settings={"ca_bundle": authority.bundle}) as bench,
    ):
        failure = bench.failure(URL)
    assert failure.kind == "tls", failure.reason


def test_a_server_that_never_finishes_the_handshake_ends_in_time(authority: Authority, tmp_path: Path):
    settings = {"ca_bundle": authority.bundle, "limits": {"connect_seconds": 0.2}}
    with Server({}) as server, Bench(tmp_path, server, settings=settings) as bench:
        assert bench.failure(URL).kind == "timeout"


def test_a_body_that_ends_with_the_connection_is_whole_under_tls(authority: Authority, tmp_path: Path):
    answer = (b"HTTP/1.1 200 OK\r\n\r\nsecret", CLOSE)
    with (
        Server({"/": [answer]}, tls=authority.context("news.example")) as server,
        Bench(tmp_path, server, settings={"ca_bundle": authority.bundle}) as bench,
    ):
        capture, files = bench.capture(URL)
    assert (files.of("response")[0].block, capture.final.outcome) == (answer[0], "complete")


def test_a_proxy_is_asked_to_connect_and_the_certificate_is_the_sites(authority: Authority, tmp_path: Path):
    with (
        Server({"/": [ok(b"secret")]}, tls=authority.context("news.example")) as site,
        Server({"news.example:443": [(splice(site.port),)]}) as proxy,
    ):
        settings = {"proxy": f"http://127.0.0.1:{proxy.port}", "ca_bundle": authority.bundle}
        with Bench(tmp_path, proxy, settings=settings) as bench:
            capture, files = bench.capture(URL)
        assert files.of("request")[0].block == site.seen["/"][0]
        assert files.of("request")[0].block.startswith(b"GET / HTTP/1.1\r\n")
        assert len(proxy.seen["news.example:443"]) == 1
    assert (capture.final.ip, capture.page.body) == (None, b"secret")
    assert capture.final.tls is not None
    assert capture.final.tls.verified


def test_connect_to_another_address_still_asks_for_the_name(authority: Authority, tmp_path: Path):
    """curl's --connect-to: TLS name and Host header are those of the address asked for."""
    with Server({"/": [ok()]}, tls=authority.context("news.example")) as server:
        rule = ConnectTo.from_text(f"news.example:443:127.0.0.1:{server.port}")
        with Bench(tmp_path, settings={"ca_bundle": authority.bundle, "connect_to": (rule,)}) as bench:
            capture, _ = bench.capture(URL)
        assert b"\r\nHost: news.example\r\n" in server.seen["/"][0]
    assert capture.final.ip == "127.0.0.1"
