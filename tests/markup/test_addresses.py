"""Addresses as the URL standard has them: read, resolved and written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import SHARED

from archiver.markup.addresses import absolute, resolved_web, web_address

AS_WRITTEN = [
    "http://a.example/100%-true",
    "http://a.example/a?",
    "http://a.example/a[1].html?ids[]=3",
    "http://a.example/x|y/%7E%2f;p?s=d|e&t=%zz",
    "http://a.example//2024//03/a",
]
READ = {
    "http:\\\\a.example\\b?c\\d": "http://a.example/b?c\\d",
    "https:///a.example/x": "https://a.example/x",
    "http://0x7f.1/": "http://127.0.0.1/",
    "http://2130706433/": "http://127.0.0.1/",
    "http://A.Example:80/x/../y": "http://a.example/y",
    "https://Straße.example/ö?ö": "https://xn--strae-oqa.example/%C3%B6?%C3%B6",
    "http://a.example/\ud800": "http://a.example/%EF%BF%BD",
}
NONE = ["http://", "http://:80/", "http://[::1/", "http://a.example:99999/", "x", "", "http://a b/", "ftp://a.example/"]


@pytest.mark.parametrize("url", AS_WRITTEN)
def test_what_the_standard_leaves_alone_stays_as_written(url):
    assert (absolute(url), web_address(url).href) == (url, url)


@pytest.mark.parametrize("url", READ)
def test_an_address_is_written_as_browsers_write_it(url):
    assert absolute(url) == READ[url]


@pytest.mark.parametrize("url", NONE)
def test_what_is_no_address_of_the_web_is_refused_in_words(url):
    with pytest.raises(ValueError, match=r"well-formed|only http"):
        web_address(url)
    assert url == "" or resolved_web(url, "about:blank") is None


def test_an_address_that_is_too_long_is_not_read():
    with pytest.raises(ValueError, match="more than"):
        absolute("http://a.example/" + "x" * 65536)
    assert resolved_web("x" * 8193, "http://a.example/") is None


def test_the_parts_of_an_address_are_those_that_are_connected_to_and_sent():
    read = web_address("https://A.example.:8443?x=1#part")
    assert (read.host, read.hostname, read.port, read.target) == ("a.example.:8443", "a.example.", 8443, "/?x=1")
    assert (read.href, read.fragment, read.origin) == (
        *("https://a.example.:8443/?x=1", "#part"),
        "https://a.example.:8443",
    )


@pytest.mark.parametrize("reference", ["#a", " ", "javascript:x()", "data:,x", "http://u@a.example/x", "//", "///"])
def test_a_reference_that_is_nothing_to_fetch_is_left(reference):
    assert resolved_web(reference, "https://a.example/b") is None


@given(st.text(max_size=60), st.sampled_from(["utf-8", "shift_jis", "iso-2022-jp", "windows-1251", "utf-16le"]))
def test_whatever_is_written_out_reads_the_same_again(text, encoding):
    found = resolved_web(text, "http://a.example/b/c?d", encoding=encoding)
    if found is not None:
        assert found.isascii()
        assert " " not in found
        assert absolute(found) == found == web_address(found).href
        read = web_address(found)
        assert read.origin + read.target == found


def _cases():
    file = SHARED / "urls/urltestdata.json"
    return [each for each in json.loads(file.read_bytes()) if isinstance(each, dict)] if file.is_file() else []


@pytest.mark.shared
@pytest.mark.skipif(not _cases(), reason="../shared is absent")
def test_every_case_of_the_web_platform_tests_is_read_as_the_standard_says():
    wrong = []
    for case in _cases():
        try:
            found = absolute(case["input"], case.get("base"))
        except ValueError:
            found = None
        if found != (None if case.get("failure") else case["href"]):
            wrong.append((case["input"], case.get("base"), found))
        elif found and case["protocol"] in ("http:", "https:"):
            read = web_address(found)
            target = case["pathname"] + case["search"] if case["search"] else read.target.removesuffix("?")
            parts = (read.host, read.hostname, target.removesuffix("?"))
            assert parts == (case["host"], case["hostname"], (case["pathname"] + case["search"]).removesuffix("?"))
    assert not wrong


@pytest.mark.shared
@pytest.mark.skipif(not _cases(), reason="../shared is absent")
def test_every_host_of_the_web_platform_tests_is_read_as_the_standard_says():
    wrong = []
    for case in json.loads((SHARED / "urls/toascii.json").read_bytes()):
        if isinstance(case, dict):
            try:
                found = web_address(f"https://{case['input']}/x").hostname
            except ValueError:
                found = None
            if found != case["output"]:
                wrong.append((case["input"], case["output"], found))
    assert not wrong
