"""Damages to the WACZ and the crate, with everything that is made after them made to fit (WACZ 1.1.1; RO-Crate 1.2)."""

import json
from collections.abc import Callable
from typing import Any

from builders.bags import URL, WARC, Builder
from builders.bags import warc as written
from builders.packages import CLOSING, CRATE, INDEX, PACKAGE, PAGES

from damages.table import made
from damages.warc import ANSWERED, ASKED, INFO

Row = dict[str, Any]


def line(b: Builder, *, key: str | None = None, moment: str | None = None, **facts: Any) -> None:
    """The one line of the index with other facts."""

    def changed(lines: list[str]) -> list[str]:
        was_key, was_moment, entry = lines[0].split(" ", 2)
        return [f"{key or was_key} {moment or was_moment} {json.dumps(json.loads(entry) | facts)}"]

    b.repack[INDEX] = changed


def crate(b: Builder, identifier: str, **facts: Any) -> None:
    """The crate with other facts of one entity."""
    b.repack[CRATE] = lambda graph: [each | facts if each["@id"] == identifier else each for each in graph]


def without(path: str) -> Callable[[Row], Row]:
    """The datapackage without a resource."""
    return lambda package: package | {"resources": [each for each in package["resources"] if each["path"] != path]}


@made(f"WACZ001 {INDEX}", f"WACZ001 {PAGES}", f"WACZ001 {PACKAGE}", f"WACZ001 {CLOSING}")
def folder_that_is_no_wacz(b):
    b.repack |= dict.fromkeys((INDEX, PAGES, PACKAGE, CLOSING), lambda _: None)


@made(f"WACZ002 {INDEX}", f"WACZ002 {PAGES}", f"WACZ002 {PACKAGE}", f"WACZ002 {CLOSING}", f"WACZ006 {INDEX}")
def files_of_the_wacz_that_cannot_be_read(b):
    b.repack[INDEX] = lambda lines: [lines[0].replace("{", "[")]
    b.repack[PAGES] = lambda rows: b'{"format": 1, "format": 2}\n'
    b.repack[PACKAGE] = b.repack[CLOSING] = lambda data: b"[" * 100_000


@made(f"WACZ002 {PAGES}", f"WACZ002 {PACKAGE}")
def package_of_nothing(b):
    b.repack[PAGES] = lambda rows: rows[:1]
    b.repack[PACKAGE] = lambda package: package | {"resources": []}


@made(f"WACZ003 {INDEX}")
def line_of_the_index_twice(b):
    b.repack[INDEX] = lambda lines: lines * 2


@made(f"WACZ004 {INDEX}", f"WACZ006 {INDEX}")
def line_that_leads_to_the_request(b):
    line(b, offset=str(len(written(INFO))))


@made(f"WACZ004 {INDEX}")
def line_of_another_length(b):
    line(b, length="12")


@made(f"WACZ004 {INDEX}", f"WACZ006 {INDEX}")
def line_that_leads_out_of_the_bag(b):
    line(b, filename="../../../../etc/passwd", offset="9" * 5000)


@made(*[f"WACZ005 {INDEX}"] * 6, f"WACZ007 {PAGES}")
def line_with_every_fact_changed(b):
    line(b, key="example,evil)/", moment="20200101000000", url="https://evil.example/", status="404", mime="text/plain")
    changed = b.repack[INDEX]
    b.repack[INDEX] = lambda lines: [changed(lines)[0].replace("sha256:", "sha256:0")]


@made(f"WACZ006 {INDEX}")
def response_that_the_index_leaves_out(b):
    b.payload["data/wacz/archive/more-shared.warc.gz"] = written(INFO, ASKED, ANSWERED)
    b.repack[INDEX] = lambda lines: [each for each in lines if "shared" not in each]


@made(f"WACZ007 {PAGES}")
def page_of_another_moment(b):
    b.repack[PAGES] = lambda rows: [rows[0], rows[1] | {"ts": "2020-01-01T00:00:00Z"}]


@made(f"WACZ008 {PAGES}")
def file_that_the_datapackage_leaves_out(b):
    b.repack[PACKAGE] = without("pages/pages.jsonl")


@made("WACZ008 data/wacz/seed.txt")
def foreign_file_in_the_wacz(b):
    b.payload["data/wacz/seed.txt"] = b"a seed\n"
    b.repack[PACKAGE] = without("seed.txt")


@made(f"WACZ009 {PACKAGE}")
def datapackage_with_a_file_more(b):
    more = {"path": "../seed/harbour.txt/none", "hash": "sha256:0", "bytes": 1}
    b.repack[PACKAGE] = lambda package: package | {"resources": [*package["resources"], more]}


@made(f"WACZ010 {WARC}", f"WACZ010 {WARC}")
def datapackage_of_another_warc(b):
    other = {"path": "archive/rec.warc.gz", "hash": "sha256:00", "bytes": 1}
    b.repack[PACKAGE] = lambda package: {"resources": [*without(other["path"])(package)["resources"], other]}


@made(f"WACZ011 {CLOSING}")
def digest_of_another_datapackage(b):
    b.repack[CLOSING] = lambda closing: closing | {"hash": "sha256:00"}


@made(f"WACZ012 {PACKAGE}")
def main_page_that_is_none_of_the_pages(b):
    b.repack[PACKAGE] = lambda package: package | {"mainPageUrl": "https://evil.example/"}


@made(f"WACZ012 {PAGES}")
def page_of_another_text(b):
    b.repack[PAGES] = lambda rows: [rows[0], rows[1] | {"text": "The harbour remained."}]


@made(f"WACZ012 {PAGES}", f"WACZ007 {PAGES}")
def page_of_another_address(b):
    b.repack[PAGES] = lambda rows: [rows[0], rows[1] | {"url": "https://evil.example/"}]


@made(f"CRATE001 {CRATE}")
def bag_that_is_no_crate(b):
    b.repack[CRATE] = lambda graph: None


@made(f"CRATE002 {CRATE}")
def crate_without_a_root(b):
    b.repack[CRATE] = lambda graph: graph[2:]


@made(f"CRATE002 {CRATE}")
def crate_that_describes_one_thing_twice(b):
    b.repack[CRATE] = lambda graph: [*graph, graph[-1]]


@made(f"CRATE003 {CRATE}")
def part_that_is_not_described(b):
    b.repack[CRATE] = lambda graph: [each for each in graph if each["@id"] != "text/article.txt"]


@made(f"CRATE004 {CRATE}")
def crate_with_a_file_more(b):
    b.repack[CRATE] = lambda graph: [*graph, {"@id": "../../etc/passwd", "@type": "File"}]


@made("CRATE005 data/text/article.txt")
def file_that_is_no_part(b):
    def changed(graph: list[Row]) -> list[Row]:
        graph[1]["hasPart"] = [each for each in graph[1]["hasPart"] if each["@id"] != "text/article.txt"]
        return graph

    b.repack[CRATE] = changed


@made(f"CRATE006 {WARC}", f"CRATE006 {WARC}")
def crate_of_another_warc(b):
    crate(b, "wacz/archive/rec.warc.gz", contentSize="1", sha256="00")


@made(*[f"CRATE007 {CRATE}"] * 4)
def crate_that_tells_another_story_of_the_page(b):
    facts = {"datePublished": "2020-01-01", "inLanguage": "tlh", "author": {"@id": "#who"}, "contributor": []}
    b.repack[CRATE] = lambda graph: (
        [
            each | {"name": "dpa"} if each["@id"] == "#who" else each | facts if each["@id"] == URL else each
            for each in graph
            if each["@id"] != "#role"
        ]
        + [{"@id": "#publisher", "name": "The Evil"}]
    )
    story = b.repack[CRATE]
    b.repack[CRATE] = lambda graph: [
        each | {"publisher": {"@id": "#publisher"}} if each["@id"] == URL else each for each in story(graph)
    ]


@made(*[f"CRATE007 {CRATE}"] * 3)
def crate_that_tells_another_story_of_the_capture(b):
    crate(b, "#capture", startTime="2020-01-01T00:00:00Z", endTime="2020-01-01T00:00:01Z", result={"@id": "other"})


@made(*[f"CRATE007 {CRATE}"] * 2)
def crate_under_another_licence_and_of_an_earlier_day(b):
    crate(
        b,
        "./",
        license={"@id": "https://creativecommons.org/publicdomain/zero/1.0/"},
        datePublished="2020-01-01T00:00:00Z",
    )


@made(f"CRATE007 {CRATE}")
def crate_of_another_bag(b):
    crate(b, "#identifier", value="urn:uuid:another")
