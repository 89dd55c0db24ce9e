"""Which addresses may be reached: judged after name resolution, on every connection (docs/architecture.md)."""

import ipaddress
import socket
from pathlib import Path

import pytest
from jobs.capturing import SITE, Bench
from servers.wire import CLOSE, Server, ok

from archiver.config import ConnectTo
from archiver.network.address_guard import AddressRefused, Guard, NameUnknown, Target, is_public, literal, resolve

PRIVATE = [
    *("2002:808:808::1", "2001:0:808:808::1"),
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("169.254.0.1", "100.64.0.1", "100.127.255.255", "0.0.0.0", "0.1.2.3", "255.255.255.255", "240.0.0.1"),
    *("224.0.0.1", "239.255.255.250", "198.18.0.1", "192.0.0.8", "192.0.2.1", "198.51.100.7", "203.0.113.9"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1"),
    *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:db8::1", "2001::1", "100::1"),
    *("2001:0:7f00:1:0:0:f7f7:f7f7", "3fff::1", "3fff:fff::1", "192.88.99.1", "192.88.99.255", "::ffff:192.88.99.1"),
]
PUBLIC = [
    *("8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2606:2800:220:1::1", "2a00::1"),
    *("::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_these_are_not_public(address: str):
    assert not is_public(address)
    with pytest.raises(AddressRefused) as refused:
        Guard(resolver=lambda host, port: [address]).targets("news.example", 80)
    assert refused.value.addresses == [address]


@pytest.mark.parametrize("address", PUBLIC)
def test_these_are_public(address: str):
    assert is_public(address)
    assert Guard(resolver=lambda host, port: [address]).targets("news.example", 80) == [Target(ip=address, port=80)]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        *(("2130706433", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("0x7F000001", "127.0.0.1"), ("127.1", "127.0.0.1")),
        *(("0177.0.0.1", "127.0.0.1"), ("0", "0.0.0.0"), ("[::1]", "::1"), ("127.0.0.1.", "127.0.0.1")),
        *(("[::FFFF:7F00:1]", "::ffff:7f00:1"), ("169.254.43518", "169.254.169.254")),
    ],
)
def test_an_address_in_another_spelling_is_that_address(host: str, address: str):
    guard = Guard(resolver=_nobody)
    with pytest.raises(AddressRefused) as refused:
        guard.targets(host, 80)
    [found] = refused.value.addresses  # how it is spelt is the Python version's choice
    assert ipaddress.ip_address(found) == ipaddress.ip_address(address)
    with pytest.raises(AddressRefused):
        guard.check_name(host)


def test_the_systems_resolver_agrees_with_the_guard_on_odd_spellings():
    for host in ("2130706433", "0x7f.1", "0177.0.0.1", "127.1"):
        assert resolve(host, 80) == [literal(host)] == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["news.example", "dead.beef", "1e100.net", "0x7g.1", "256.256.256.256", "a" * 90, ""])
def test_a_name_is_no_address(host: str):
    assert literal(host) is None


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "printer.localhost"])
def test_names_of_this_machine_are_refused_without_asking(host: str):
    with pytest.raises(AddressRefused, match="a local name"):
        Guard(resolver=_nobody).targets(host, 80)


def test_of_several_addresses_only_the_public_ones_are_used():
    guard = Guard(resolver=lambda host, port: ["10.0.0.1", "8.8.8.8", "::1", "2606::1"])
    assert [each.ip for each in guard.targets("news.example", 80)] == ["8.8.8.8", "2606::1"]


def test_private_addresses_are_reached_when_allowed():
    guard = Guard(allow_private=True, resolver=lambda host, port: ["10.0.0.1", "127.0.0.1"])
    assert [each.ip for each in guard.targets("localhost", 80)] == ["10.0.0.1", "127.0.0.1"]
    assert guard.targets("0x7f.1", 80) == [Target(ip="127.0.0.1", port=80)]


@pytest.mark.parametrize(
    ("rule", "host", "port", "goes_to"),
    [
        ("news.example:443:127.0.0.1:8443", "news.example", 443, ("127.0.0.1", 8443)),
        ("news.example:443:127.0.0.1:8443", "NEWS.example.", 443, ("127.0.0.1", 8443)),
        ("news.example:443:127.0.0.1:8443", "news.example", 80, None),
        ("news.example:443:127.0.0.1:8443", "www.news.example", 443, None),
        ("NEWS.example::127.0.0.1:", "news.example", 80, ("127.0.0.1", 80)),
        ("::[::1]:8080", "news.example", 443, ("::1", 8080)),
        ("::127.0.0.1:", "localhost", 8000, ("127.0.0.1", 8000)),
        (":80::8080", "news.example", 80, ("8.8.8.8", 8080)),
        ("::127.0.0.1:8080", "169.254.169.254", 80, AddressRefused),
        ("::127.0.0.1:8080", "[::1]", 80, AddressRefused),
        (":::8080", "2130706433", 80, AddressRefused),
        ("169.254.169.254:80:127.0.0.1:8080", "169.254.169.254", 80, ("127.0.0.1", 8080)),
        ("news.example::backend.example:1", "news.example", 80, ("8.8.8.8", 1)),
    ],
)
def test_connect_to_leads_elsewhere_and_exempts_what_it_matches(
    rule: str, host: str, port: int, goes_to: tuple[str, int] | type[Exception] | None
):
    guard = Guard(connect_to=(ConnectTo.from_text(rule),), resolver=lambda host, port: ["8.8.8.8"])
    if isinstance(goes_to, type):
        with pytest.raises(goes_to):
            guard.targets(host, port)
        return
    ip, to_port = goes_to or ("8.8.8.8", port)
    assert guard.targets(host, port) == [Target(ip=ip, port=to_port)]


def test_a_name_that_does_not_resolve_is_unknown_and_says_whether_to_ask_again():
    for code, temporary in ((socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)):
        with pytest.raises(NameUnknown, match=r"the host name news\.example does not resolve") as unknown:
            Guard(resolver=lambda host, port, code=code: _fail(code)).targets("news.example", 80)
        assert unknown.value.temporary is temporary


def test_a_host_that_is_no_name_at_all_is_unknown():
    for host in ("a" * 64 + ".example", "..", "\udce4"):
        with pytest.raises(NameUnknown):
            Guard().targets(host, 80)


def test_a_seed_on_a_private_address_is_refused_with_what_was_resolved(tmp_path: Path):
    with Bench(tmp_path, resolver=lambda host, port: ["10.1.2.3", "::1"]) as bench:
        failure = bench.failure()
    assert (failure.kind, failure.outcome, failure.attempts) == ("guard", "refused", 1)
    assert failure.seen == {"address": SITE + "/", "host": "news.example", "resolved": ["10.1.2.3", "::1"]}
    assert "--allow-private or --connect-to" in failure.reason


def test_a_name_that_does_not_resolve_is_a_failure(tmp_path: Path):
    with Bench(tmp_path, resolver=lambda host, port: _fail(socket.EAI_NONAME)) as bench:
        failure = bench.failure()
    assert (failure.kind, failure.outcome, failure.attempts) == ("dns", "failed", 1)
    with Bench(
        tmp_path,
        resolver=lambda host, port: _fail(socket.EAI_AGAIN),
        settings={"limits": {"retries": 1}},
    ) as bench:
        assert (bench.failure().attempts, bench.slept) == (2, [1.0])


def test_a_name_that_turns_private_after_the_first_look_does_not_get_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """DNS rebinding: 127.0.0.9 stands for a public address, 127.0.0.1 for a private one."""
    answers: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        answers.append("127.0.0.9" if not answers else "127.0.0.1")
        return [answers[-1]]

    monkeypatch.setattr("archiver.network.address_guard.is_public", lambda ip: ip == "127.0.0.9")
    with (
        Server({"/": [ok(b"public")], "/again": [(CLOSE,)]}, host="127.0.0.9") as public,
        Bench(tmp_path, resolver=rebinding, settings={"limits": {"retries": 1}}) as bench,
    ):
        url = f"http://news.example:{public.port}"
        capture, _ = bench.capture(url + "/")
        assert (capture.final.ip, len(answers)) == ("127.0.0.9", 1), "one resolution for one connection"
        bench.capture(url + "/")
        assert len(answers) == 1, "a kept connection is not resolved again"
        failure = bench.failure(url + "/again")
    assert answers == ["127.0.0.9", "127.0.0.1"]
    assert (failure.kind, failure.outcome, failure.seen["resolved"]) == ("guard", "refused", ["127.0.0.1"])


def test_the_next_address_is_tried_when_the_first_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("archiver.network.address_guard.is_public", lambda ip: True)
    with (
        Server({"/": [ok()]}, host="127.0.0.9") as server,
        Bench(tmp_path, resolver=lambda host, port: ["127.0.0.8", "127.0.0.9"]) as bench,
    ):
        capture, files = bench.capture(f"http://news.example:{server.port}/")
    assert capture.final.ip == "127.0.0.9"
    assert files.of("response")[0]["WARC-IP-Address"] == "127.0.0.9"


def test_allow_private_reaches_this_machine(tmp_path: Path):
    with Server({"/": [ok()]}) as server, Bench(tmp_path, settings={"allow_private": True}) as bench:
        capture, _ = bench.capture(f"http://127.0.0.1:{server.port}/")
        assert bench.capture(f"http://localhost:{server.port}/")[0].status == 200
    assert capture.final.ip == "127.0.0.1"


def test_this_machine_is_refused_otherwise(tmp_path: Path):
    with Server({"/": [ok()]}) as server, Bench(tmp_path) as bench:
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"):
            assert bench.failure(f"http://{host}:{server.port}/").kind == "guard", host
        assert server.connections == 0


def _ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _ipv6(), reason="this machine has no IPv6 loopback")
def test_ipv6_is_reached_and_recorded(tmp_path: Path):
    with Server({"/": [ok()]}, host="::1") as server, Bench(tmp_path, settings={"allow_private": True}) as bench:
        capture, files = bench.capture(f"http://[::1]:{server.port}/")
        assert b"Host: [::1]:%d\r\n" % server.port in server.seen["/"][0]
    assert capture.final.ip == "::1"
    assert files.of("response")[0]["WARC-Target-URI"] == f"http://[::1]:{server.port}/"


def _nobody(host: str, port: int) -> list[str]:
    raise AssertionError("the resolver was asked")


def _fail(code: int) -> list[str]:
    raise socket.gaierror(code, "name or service not known")
