"""What archives say they hold: lists of every shape, and what is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.mementos.addresses import archived_address, asked_for, folded, is_private, within
from archiver.mementos.lists import NotAList, cdx_captures, links_of, timemap_of

URL = "http://www.example.org/a?b=1"
AT = "http://archive.example/timemap/link/http://www.example.org/a?b=1"
MOMENT = 'datetime="Tue, 01 Mar 2022 12:00:00 GMT"'


@pytest.mark.parametrize(
    "text",
    [
        f'<{URL}>; rel="original", </m/1>; rel="memento"; {MOMENT}',
        f'<{URL}>;rel=original,\n</m/1>;rel="first last memento";{MOMENT}',
        (
            f'<{AT}>; rel="self"; type="application/link-format"; from="Tue, 01 Mar 2022 12:00:00 GMT",'
            f'<{URL}>; rel="original",</m/1>; {MOMENT}; rel="memento"; license="x"; collection="y, z",'
        ),
        f'</m/1>; rel="memento"; {MOMENT} , <https://example.org/a?b=1>; rel="original"',
    ],
)
def test_timemaps_of_every_shape(text: str):
    found = timemap_of(text.encode(), AT, URL)
    assert [each.uri for each in found.captures] == ["http://archive.example/m/1"]
    assert not found.pages


def test_a_paged_timemap_names_its_pages_and_not_itself():
    text = f'<{AT}>; rel="self", <2>; rel="timemap"; type="application/link-format", <2>; rel="timemap"'
    assert timemap_of(text.encode(), AT, URL).pages == ("http://archive.example/timemap/link/http://www.example.org/2",)


@pytest.mark.parametrize("body", [b"<html><head><title>x</title>", b"not a list", b"<!DOCTYPE html><html>"])
def test_what_is_no_timemap_is_refused(body: bytes):
    with pytest.raises(NotAList):
        timemap_of(body, AT, URL)


def test_a_timemap_of_another_address_is_refused():
    with pytest.raises(NotAList):
        timemap_of(b'<http://other.example/>; rel="original"', AT, URL)


ROW = {"timestamp": "20220301120000", "url": "https://example.org/a?b=1", "mime": "text/html", "status": "200"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROW),
        "org,example)/a?b=1 20220301120000 " + json.dumps({**ROW, "timestamp": "20220301120000"}),
        json.dumps([["timestamp", "original", "statuscode"], ["20220301120000", URL, "200"]]),
        f"org,example)/a?b=1 20220301120000 {URL} text/html 200 ABC 12",
    ],
)
def test_cdx_answers_of_every_shape(text: str):
    (found,) = cdx_captures(text.encode(), URL)
    assert (found.moment.isoformat(), found.status) == ("2022-03-01T12:00:00+00:00", 200)


def test_what_is_not_of_the_address_or_has_no_time_is_left_out():
    others = [{"url": "http://example.org/b"}, {"timestamp": "2022"}, {"timestamp": "20221399000000"}]
    rows = [{**ROW, **each} for each in (*others, {"mime": "image/png"})]
    assert not cdx_captures("\n".join(map(json.dumps, rows)).encode(), URL)
    assert not cdx_captures(b"", URL)


@given(st.text(max_size=300))
def test_any_text_is_a_list_or_none(text: str):
    list(links_of(text))
    for read in (lambda: cdx_captures(text.encode(), URL), lambda: timemap_of(text.encode(), AT, URL)):
        try:
            read()
        except NotAList as error:
            assert str(error)


@pytest.mark.parametrize(
    ("address", "archive", "original"),
    [
        (f"https://web.archive.org/web/20220301120000/{URL}", "the Internet Archive", URL),
        (f"https://web.archive.org/web/2022/{URL}", "the Internet Archive", URL),
        (f"http://web.archive.org/web/20220301120000if_/{URL}", "the Internet Archive", URL),
        ("https://web.archive.org/web/20220301120000/http:/www.example.org/a?b=1", "the Internet Archive", URL),
        (f"https://archive.ph/20220301120000/{URL}", "archive.today", URL),
        (f"https://arquivo.pt/wayback/20220301120000/{URL}", "Arquivo.pt", URL),
        (f"http://127.0.0.1:8093/news/20220301120000mp_/{URL}", "127.0.0.1", URL),
    ],
)
def test_addresses_in_archives_are_recognised(address: str, archive: str, original: str):
    found = archived_address(address)
    assert found
    assert (found.archive, found.original) == (archive, original)


@pytest.mark.parametrize(
    "address",
    [
        URL,
        "https://www.example.org/2022/03/01/a",
        "https://example.org/2022/https://example.com/",
        "https://archive.ph/AbCdE",
        "https://example.org/go?to=/20220301120000/http://example.com/",
        "https://example.org/20221399000000/http://example.com/",
    ],
)
def test_other_addresses_are_not(address: str):
    assert archived_address(address) is None


def test_addresses_are_folded_and_cut():
    assert folded("https://www.Example.org:443/a/") == folded("http://example.org/a#top")
    assert folded("http://example.org/a") != folded("http://example.org/b")
    assert asked_for("https://me:pw@example.org/a?id=1&access_token=x&q=2#f") == "https://example.org/a?id=1&q=2"
    assert [is_private(f"http://{host}/") for host in ("127.0.0.1", "[::1]", "10.1.2.3", "intranet", "localhost")] == [
        True
    ] * 5
    assert not is_private("http://example.org/")
    assert within("http://a.example/w/", "https://a.example/w/x") == "x"
    assert within("http://a.example/w/", "https://b.example/w/x") is None
