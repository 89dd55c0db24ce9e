"""Trusted lists (ETSI TS 119 612), all made up: whether a timestamping authority is on one, and hostile files."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import NOW, Authorities, Holder, authorities, issue, needs_openssl
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from archiver.cli import main
from archiver.validation.trust import trusted_list
from archiver.validation.trust.cert_paths import issuers_among
from archiver.validation.trust.policy import Trust, read_roots
from archiver.validation.trust.trusted_list import parse
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl
URI = "http://uri.etsi.org/TrstSvc"
QUALIFIED = f"{URI}/Svctype/TSA/QTST"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with authorities(tmp_path_factory.mktemp("pki")) as here:
        yield here


@pytest.fixture(scope="module")
def bag(pki: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Path:
    bag = Builder().write(tmp_path_factory.mktemp("stamped") / "bag")
    assert main(["sign", str(bag), "--timestamp", pki.url]) == 0
    return bag


def period(status: str, days: float) -> str:
    start = NOW + timedelta(days=days)
    return (
        f"<ServiceStatus>{URI}/TrustedList/Svcstatus/{status}</ServiceStatus>"
        f"<StatusStartingTime>{start:%Y-%m-%dT%H:%M:%SZ}</StatusStartingTime>"
    )


def made(
    *listed: Holder,
    kind: str = QUALIFIED,
    status: tuple[str, float] = ("granted", -100),
    history: tuple[tuple[str, float], ...] = (),
    issued: float = -10,
    update: float | None = 100,
) -> bytes:
    """A list that names these holders, each a service."""
    services = ""
    for each in listed:
        der = b64encode(each.certificate.public_bytes(Encoding.DER)).decode()
        past = "".join(f"<ServiceHistoryInstance>{period(*row)}</ServiceHistoryInstance>" for row in history)
        services += (
            f"<TSPService><ServiceInformation><ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>"
            "<ServiceName><Name xml:lang='en'>Stamps</Name></ServiceName><ServiceDigitalIdentity><DigitalId>"
            f"<X509Certificate>{der}</X509Certificate></DigitalId></ServiceDigitalIdentity>{period(*status)}"
            f"</ServiceInformation><ServiceHistory>{past}</ServiceHistory></TSPService>"
        )
    due = "" if update is None else f"<dateTime>{NOW + timedelta(days=update):%Y-%m-%dT%H:%M:%SZ}</dateTime>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"><SchemeInformation>'
        "<SchemeTerritory>XX</SchemeTerritory>"
        f"<ListIssueDateTime>{NOW + timedelta(days=issued):%Y-%m-%dT%H:%M:%SZ}</ListIssueDateTime>"
        f"<NextUpdate>{due}</NextUpdate></SchemeInformation><TrustServiceProviderList><TrustServiceProvider>"
        f"<TSPServices>{services}</TSPServices></TrustServiceProvider></TrustServiceProviderList>"
        "</TrustServiceStatusList>"
    ).encode()


def codes_of(bag: Path, pki: Authorities, *lists: bytes, roots: bool = True) -> dict[str, str]:
    trust = Trust(
        roots=read_roots(pki.roots) if roots else None,
        trusted_lists=tuple(parse(each, "list.xml") for each in lists),
    )
    findings = validate_bag(bag, trust=trust).findings
    return {each.code: each.message for each in findings if each.code.startswith("TSL")}


def test_an_authority_that_was_granted_is_on_the_list_and_its_signature_is_said_to_be_unverified(bag, pki):
    found = codes_of(bag, pki, made(pki.tsa))
    assert set(found) == {"TSL001", "TSL004"}
    assert "qualified, granted since" in found["TSL001"]
    assert "not verified" in found["TSL004"]


@pytest.mark.parametrize("roots", [True, False])
def test_the_authority_that_issued_the_certificate_may_be_the_one_on_the_list(bag, pki, roots):
    assert "TSL001" in codes_of(bag, pki, made(pki.tsa_root), roots=roots)


def test_a_namesake_of_the_issuer_is_not_on_the_list(bag, pki):
    assert "TSL002" in codes_of(bag, pki, made(issue("Time Root", ca=True)))


def test_one_of_several_lists_is_enough(bag, pki):
    found = codes_of(bag, pki, made(pki.signer), made(pki.tsa))
    assert "TSL001" in found
    assert "TSL002" not in found


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": ("withdrawn", -10)}, "TSL003"),
        ({"status": ("withdrawn", 10), "history": (("granted", -500),)}, "TSL001"),
        ({"status": ("granted", -10), "history": (("withdrawn", -500),)}, "TSL001"),
        ({"status": ("granted", 10)}, "TSL003"),
        ({"status": ("granted", 10), "history": (("withdrawn", -500),)}, "TSL003"),
        ({"kind": f"{URI}/Svctype/CA/QC"}, "TSL002"),
        ({"kind": f"{URI}/Svctype/TSA"}, "TSL001"),
        ({"update": -1}, "TSL005"),
        ({"update": None}, "TSL005"),
        ({"issued": 10}, "TSL006"),
    ],
)
def test_the_status_at_the_time_of_the_timestamp_and_the_dates_of_the_list_count(bag, pki, facts, code):
    assert code in codes_of(bag, pki, made(pki.tsa, **facts))


def test_the_command_takes_lists_and_one_that_is_none_is_refused_in_a_line(bag, pki, tmp_path, capsys):
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(made(pki.tsa))
    bad.write_bytes(b"<html/>")
    assert main(["validate", str(bag), "--trusted-list", str(good), "--trust-roots", str(pki.roots)]) == 0
    assert "TSL001" in capsys.readouterr().out
    for each in (bad, tmp_path / "none.xml"):
        assert main(["validate", str(bag), "--trusted-list", str(each)]) in (2, 3)
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + b"<x>&a;</x>",
        b'<!DOCTYPE TrustServiceStatusList SYSTEM "file:///etc/passwd"><TrustServiceStatusList/>',
        b"<a>" * 100_000,
        made(update=None).replace(b"ListIssueDateTime", b"Other"),
        made()[:-40],
    ],
)
def test_a_hostile_or_broken_list_is_a_valueerror_in_words(data):
    with pytest.raises(ValueError, match=r"it |its "):
        parse(data, "list.xml")


def test_services_are_bounded(pki, monkeypatch):
    monkeypatch.setattr(trusted_list, "SERVICES", 2)
    with pytest.raises(ValueError, match="more than 2 services"):
        parse(made(pki.tsa, pki.signer, pki.second), "list.xml")


LEAF = issue("Leaf", issue("Somebody", ca=True)).certificate
SAMPLE = made(issue("Somebody"))


@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=4), st.integers(0, 40))
def test_a_damaged_list_is_read_or_refused_and_nothing_else(at, put, taken):
    try:
        found = parse(SAMPLE[:at] + put + SAMPLE[at + taken :], "list.xml")
    except ValueError:
        return
    assert len(found.services) <= 1
    list(found.find([], NOW))
    assert issuers_among(LEAF, found.certificates) == []
