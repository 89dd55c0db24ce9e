"""`archiver report`: what it counts, and its page; `status` has the same groups."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.browsers import needs_browser
from pages.shown_pages import AXE, WIDTHS, chromium, faults, opened

from archiver.cli import main
from archiver.demo.tour import run_demo
from archiver.ledger.entries import Entry
from archiver.reporting.causes import causes_of
from archiver.reporting.facts import Report
from archiver.reporting.page import lines_of, page_of_report

HOSTILE = "</title><script>alert(1)</script>\"'<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def bags(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "bags"
    run_demo(folder, say=lambda _: None)
    return folder


def reported(bags: Path, capsys: pytest.CaptureFixture[str], command: str = "report") -> dict:
    capsys.readouterr()
    assert main([command, "--bags", str(bags), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_totals_verdicts_agencies_and_sizes_are_those_of_the_bags(bags, capsys):
    report = reported(bags, capsys)
    assert report["outcomes"] == {"blocked": 1, "captured": 6, "gone": 1, "unread": 1}
    assert report["verdicts"] == {"same": 4, "edited": 1, "typographic": 1}
    assert (report["seeds"], report["kept"], report["looked_into"]) == (9, 9, 9)
    counted: dict[str, int] = {}
    octets = 0
    for bag in bags.iterdir():
        if not bag.name.startswith("."):
            record = json.loads((bag / "data/provenance.json").read_bytes())
            for name in {each["name"] for each in record["credits"] if each["agency"]}:
                counted[name] = counted.get(name, 0) + 1
            octets += sum(each.stat().st_size for each in (bag / "data").rglob("*") if each.is_file())
    assert {each["name"]: each["bags"] for each in report["agencies"]} == counted
    assert report["octets"] == octets
    assert {each["host"]: each["captures"] for each in report["slowest"]} == {
        "harbour-courier.example": 7,
        "nordhavener-bote.example": 1,
        "visnyk-lymanu.example": 1,
    }
    assert [sum(each["outcomes"].values()) for each in report["times"]] in ([9], [8, 1])


def test_status_has_the_same_groups_of_failures(bags, capsys):
    status, report = reported(bags, capsys, "status"), reported(bags, capsys)
    assert status["failures"] == [
        {name: each[name] for name in ("cause", "count", "hosts", "more")} for each in report["failures"]
    ]
    assert status["kinds"] == {each["cause"]: each["count"] for each in report["failures"]}


def test_restrictions_in_force_are_listed(bags, capsys):
    bag = next(each for each in bags.iterdir() if each.name.startswith("ferry"))
    main(["takedown", str(bag), "--reason", "the agency asked"])
    try:
        (noted,) = reported(bags, capsys)["restrictions"]
        assert (noted["bag"], noted["access"], noted["reason"]) == (bag.name, "taken-down", "the agency asked")
        main(["report", "--bags", str(bags)])
        assert "taken-down" in capsys.readouterr().out
    finally:
        main(["takedown", str(bag), "--lift", "--reason", "given back"])


def test_a_folder_without_a_ledger_is_an_error(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 3
    assert "has no ledger" in capsys.readouterr().err


def entry(host: str, outcome: str = "failed", kind: str = "dns") -> Entry:
    return Entry(key=host, name="s", url=f"http://{host}/", outcome=outcome, detail={"kind": kind})


def test_causes_name_the_most_frequent_hosts_and_how_many_are_not_named():
    many = [entry(f"h{n}.example") for n in range(12)] + [entry("www.h3.example")] * 2 + [entry("x", kind="tls")]
    dns, tls = causes_of(many)
    assert (dns.cause, dns.count, dns.hosts[0], dns.more) == ("dns", 14, ("h3.example", 3), 2)
    assert dns.where == "h3.example (3), h0.example (1), h1.example (1) and 9 more"
    assert (tls.cause, tls.count) == ("tls", 1)


def made(text: str) -> Report:
    return Report(
        bags=text, seeds=3, outcomes={"captured": 2, text: 1}, partial=1, verdicts={text: 1},
        times=[(text, {"captured": 2}), ("2026", {"failed": 1})], failures=causes_of([entry("a.example")]), kept=3,
        looked_into=1, agencies=[(text, 2)], octets=10, median_octets=10, largest=[(text, 10)], slowest=[],
        restrictions=[], newest=[(text, text, text)],
    )  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@given(st.text(min_size=1) | st.just(HOSTILE))
def test_no_text_becomes_markup(text):
    if text not in ("captured", "failed"):
        assert Tags(page_of_report(made(text))).tags == Tags(page_of_report(made("zzz"))).tags
    assert list(lines_of(made(text)))


@needs_browser
def test_the_page_asks_for_nothing_and_leads_to_the_pages_of_bags(bags, tmp_path):
    path = bags.parent / "report.html"
    assert main(["report", str(bags), "--html", str(path), "--quiet"]) == 0
    with chromium() as browser:
        for width in WIDTHS:
            with opened(browser, path.as_uri(), width) as (page, wrong):
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                links = page.eval_on_selector_all("a", "all => all.map(each => each.href)")
                assert len(links) == 9
                page.goto(links[0])
                assert "Check this yourself" in page.inner_text("main")
                assert wrong == []


@needs_browser
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: 'make judges' gets it from npm")
def test_axe_finds_nothing(bags, tmp_path):
    path = tmp_path / "a/b/report.html"
    path.parent.mkdir(parents=True)
    main(["report", str(bags), "--html", str(path), "--quiet"])
    with chromium() as browser:
        assert faults(browser, [path]) == []
