"""`archiver export --form aclj`: pywb's access rules, in its order, an address each."""

import json

import pytest

from archiver.exports.access_list import aclj_of
from archiver.rights.gate import Access

PAGE = "https://news.example/a?b=1"
WORDS = {"open": "allow", "restricted": "block", "metadata-only": "block", "closed": "exclude", "taken-down": "exclude"}


def record(url, *resources, redirects=()):
    exchanges = [{"url": each, "initiator": "requisite"} for each in resources]
    return {"capture": {"requested_url": url, "final_url": url, "redirects": list(redirects), "exchanges": exchanges}}


def rules(*bags):
    given = [(each, Access(level=level, why="x")) for each, level in bags]
    lines = b"".join(aclj_of(given)).decode().splitlines()
    return [(line.partition(" - ")[0], json.loads(line.partition(" - ")[2])) for line in lines]


@pytest.mark.parametrize(("level", "rule"), WORDS.items())
def test_a_level_is_one_of_the_three_words_of_pywb(level, rule):
    assert rules((record(PAGE), level)) == [("example,news)/a?b=1###", {"access": rule, "url": PAGE})]


def test_of_one_page_the_narrowest_decides_and_of_a_resource_the_widest():
    style = "https://news.example/s.css"
    shut = record(PAGE, style, redirects=["https://news.example/old"])
    found = rules((record(PAGE, style), "open"), (shut, "closed"))
    assert {key: each["access"] for key, each in found} == {
        "example,news)/a?b=1###": "exclude",
        "example,news)/old###": "exclude",
        "example,news)/s.css###": "allow",
    }


def test_the_rules_are_in_reverse_order_and_what_is_no_address_has_none():
    whole = record(PAGE, "https://news.example/", "https://news.example/a", "mailto:x", "")
    keys = [f"{key} - " for key, _ in rules((whole, "open"), ({}, "open"))]
    assert keys == sorted(keys, reverse=True)
    assert len(keys) == 3


def test_pywb_finds_them(tmp_path):
    access = pytest.importorskip("pywb.warcserver.access_checker")
    path = tmp_path / "rules.aclj"
    path.write_bytes(b"".join(aclj_of([(record(PAGE), Access(level="open", why="x"))])))
    checker = access.AccessChecker(str(path), default_access="block")
    assert checker.find_access_rule(PAGE, "20260101000000", "example,news)/a?b=1")["access"] == "allow"
