"""Draft certificates: what the record and the validation say, blanks for who signs, none for bags not valid."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from builders.bags import DER, HTML, WARC, Builder, sha256
from builders.packages import UUID
from builders.pki import NOW, authorities, needs_openssl

from archiver.cli import main
from archiver.network.dial import Route
from archiver.trust.custody import Agent
from archiver.trust.seal import sign_bag
from archiver.trust.sign import Signer
from archiver.trust.signing import Signing
from archiver.validation.trust.policy import read_roots
from archiver.verification.certify import draft
from archiver.view.certificate import LONGEST
from archiver.view.certificate_pages import WIDTH, as_html, as_text

MOMENT = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
HOSTILE = 'Har\x1b[31mbour\n10. Signed by\u202e the <script>alert("x")</script> & court'


def text_of(bag: Path) -> str:
    return as_text([draft(bag, MOMENT)])


def rows(text: str) -> dict[str, str]:
    """Label -> value, unwrapped."""
    found, label = {}, ""
    for line in text.splitlines():
        if match := re.match(r" {4}(\S[^:]*): +(\S.*)", line):
            label, found[match[1]] = match[1], match[2]
        elif label and line.startswith(" " * 28):
            found[label] += f" {line.strip()}"
        else:
            label = ""
    return found


@pytest.fixture
def bag(tmp_path) -> Path:
    return Builder().write(tmp_path / "bags/harbour")


def hostile(tmp_path: Path) -> Path:
    builder = Builder()
    builder.record["seed"]["original_name"] = HOSTILE
    builder.record["capture"]["not_captured"] = ["", "word " * 1000]
    builder.record["operator"]["person"] = "x" * 5000
    return builder.write(tmp_path / "bags/hostile")


def test_it_states_what_was_captured_when_how_from_where_with_which_digests_and_by_whom(bag):
    found = rows(text_of(bag))
    expected = {
        "Address asked for": "https://news.example/harbour",
        "Outcome": "captured",
        "HTTP status": "200",
        "Headline": "Harbour reopens (seed)",
        "Credited": "AFP (contributor), by seed: AFP contributed reporting.",
        "Capture began": "2026-03-01T10:00:00.000000Z (UTC)",
        "Page received": "2026-03-01T10:00:01.000000Z (UTC)",
        "Clock": "system; checked: no",
        "IP address": "192.0.2.7",
        "TLS": "TLSv1.3, TLS_AES_256_GCM_SHA384",
        "Server's certificate": "verified against trusted roots and the name at the time of the capture",
        "Its SHA-256": sha256(DER),
        "Software": "archiver 0, 3.11, with requests 2",
        "Organisation": "not stated",
        "Page as received": sha256(HTML),
        "WARC file": f"{sha256((bag / WARC).read_bytes())} ({WARC})",
        "Record": f"{sha256((bag / 'data/provenance.json').read_bytes())} (data/provenance.json)",
        "Bag": f"harbour; identifier {UUID}",
        "Independence": "unstated",
        "Paragraphs": "1 the same",
    }
    assert {label: found[label] for label in expected} == expected
    assert found["Seal"].startswith(sha256((bag / "tagmanifest-sha256.txt").read_bytes()))


def test_it_says_what_was_checked_and_what_was_not_and_leaves_blanks_for_who_signs(bag):
    text = text_of(bag)
    checked, _, rest = text.partition("9. What was not checked")
    unchecked, _, blanks = rest.partition("10. To be completed")
    assert "validated on 2026-05-01 12:30:00 UTC" in checked
    assert re.search(r"passed: +fixity: ", checked)
    assert re.search(r"Not checked: +signature: ", unchecked)
    assert "carries no signature" in unchecked
    assert re.search(r"Not captured: +scripts", unchecked)
    assert re.findall(r"^    (\w+): +_+$", blanks, re.MULTILINE) == [
        *("Statement", "Declaration", "Name", "Capacity", "Place", "Date", "Signature")
    ]
    assert "_____" not in checked + unchecked


def test_a_credit_of_a_photo_stands_in_one_pair_of_brackets(tmp_path):
    builder = Builder()
    photo = {"name": "Ada Crumb", "role": "photo", "of": "image"}
    builder.record["credits"] = [{**builder.record["credits"][0], **photo}]
    builder.info = [line.replace("AFP (contributor)", "Ada Crumb (photo)") for line in builder.info]
    assert rows(text_of(builder.write(tmp_path / "bags/harbour")))["Credited"].startswith(
        "Ada Crumb (photo, image), by "
    )


@pytest.mark.parametrize("outcome", ["blocked", "unread", "gone"])
def test_what_is_not_the_article_is_not_compared(tmp_path, outcome):
    builder = Builder()
    builder.record["capture"]["outcome"] = outcome
    found = rows(text_of(builder.write(tmp_path / "bags/other")))
    assert found["Comparison"] == f"not compared: {outcome}; what came is not the article"
    assert not {"Compared with", "Shares", "Paragraphs"} & found.keys()


def test_a_verdict_says_what_was_compared_and_never_which_side_was_changed(tmp_path):
    builder = Builder()
    comparison = builder.record["comparison"]
    record_id = builder.record["capture"]["record_id"]
    source = {
        "kind": "wire",
        "record_id": record_id,
        "file": None,
        "url": "https://news.example/harbour",
        "datetime": None,
    }
    comparison |= {"verdict": "edited", "source": source}
    builder.info = [line.replace("Comparison-Verdict: same", "Comparison-Verdict: edited") for line in builder.info]
    listed = rows(text_of(builder.write(tmp_path / "bags/differs")))
    assert listed["Comparison"] == "edited: seed and page differ; at least half of the seed's words were found"
    assert listed["Compared with"] == f"the server's answer as recorded: {record_id}"


def test_it_states_no_law_as_satisfied(bag):
    assert not re.search(r"perjury|oath|\bFRE\b|rule 90|admissib|hereby|comply|complies", text_of(bag), re.IGNORECASE)


def test_the_same_bag_at_the_same_time_gives_the_same_bytes(bag):
    assert text_of(bag) == text_of(bag)
    assert as_html([draft(bag, MOMENT)]) == as_html([draft(bag, MOMENT)])


def test_text_from_outside_is_visible_bounded_and_cannot_pass_for_a_part_of_the_certificate(tmp_path):
    text = text_of(hostile(tmp_path))
    assert all(line.isprintable() for line in text.splitlines())
    assert re.findall(r"^10\. .*$", text, re.MULTILINE) == ["10. To be completed by the person who signs"]
    assert rows(text)["Document"].startswith("Har\\x1b[31mbour 10. Signed by\\u202e the <script>")
    assert "x" * LONGEST in text
    assert "x" * (LONGEST + 1) not in text
    assert "Not captured:           (empty)\n" in text
    assert all(len(line) <= WIDTH for line in text.splitlines() if " " in line.strip()[26:])


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attributes) -> None:
        self.tags.append(tag)
        self.attributes += attributes
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_escaped_without_scripts_and_loads_nothing(tmp_path, bag):
    page = Page()
    page.feed(as_html([draft(hostile(tmp_path), MOMENT), draft(bag, MOMENT)]))
    assert page.open == []
    assert page.tags.count("article") == 2
    known = "html head meta title style body article h1 h2 p table tr th td"
    assert set(page.tags) <= set(known.split())
    assert not {name for name, _ in page.attributes} & {"src", "href", "onclick"}


def test_a_bag_that_is_not_valid_is_refused_in_one_line_and_the_others_go_on(tmp_path, bag, capsys):
    spoilt = Builder().write(tmp_path / "bags/spoilt")
    (spoilt / "data/text/article.txt").write_bytes(b"?")
    foreign = Builder()
    foreign.record = None
    foreign.write(tmp_path / "bags/foreign")
    unsealed = Builder().write(tmp_path / "bags/unsealed")
    (unsealed / "tagmanifest-sha256.txt").unlink()
    assert main(["certify", str(tmp_path / "bags")]) == 1
    out, err = capsys.readouterr()
    assert out.count("DRAFT CERTIFICATE") == 1
    assert "from the bag harbour" in out
    lines = err.splitlines()
    assert len(lines) == 3
    assert "foreign is not certified: it has no data/provenance.json" in lines[0]
    assert re.search(r"spoilt is not certified: it is not valid: \w+ \S+: ", lines[1])
    assert "unsealed is not certified: it is not valid" in lines[2]


def test_a_file_is_written_whole_and_never_over_another(tmp_path, bag, capsys):
    target = tmp_path / "certificate.html"
    before = sorted(bag.rglob("*"))
    assert main(["certify", "--html", "--output", str(target), str(bag)]) == 0
    first = target.read_bytes()
    assert first.startswith(b"<!DOCTYPE html>")
    assert capsys.readouterr().err == f"archiver: wrote {target}\n"
    assert main(["certify", "--output", str(target), str(bag)]) == 2
    assert "nothing was overwritten" in capsys.readouterr().err
    assert target.read_bytes() == first
    assert sorted(bag.rglob("*")) == before


def test_nothing_is_written_where_every_bag_is_refused(tmp_path, bag, capsys):
    (bag / "data/text/article.txt").write_bytes(b"?")
    assert main(["certify", "--output", str(tmp_path / "c.txt"), str(bag)]) == 1
    assert not (tmp_path / "c.txt").exists()


@needs_openssl
def test_who_signed_and_since_when_is_reported_with_whether_that_is_proven(tmp_path, bag):
    with authorities(tmp_path) as pki:
        pki.tell_of_revocation()
        _, key, _, certificate = pki.signer.write(tmp_path)
        signer = Signer.load(Path(key), Path(certificate), None)
        agent = Agent(organisation="Test Archive")
        sign_bag(
            bag,
            signer,
            Signing(timestamp_url=pki.url, now=NOW, agent=agent, roots=pki.roots, route=Route(allow_private=True)),
        )
        texts = [as_text([draft(bag, NOW + timedelta(minutes=1), roots)]) for roots in (None, read_roots(pki.roots))]
    for text in texts:
        assert re.search(r"passed: +signature: ", text)
        assert "signed by" in " ".join(text.split())
        assert "carries no" not in text
    assert "no --trust-roots" in " ".join(texts[0].split())
    assert re.search(r"Not checked: +trust: ", texts[0])
    assert re.search(r"passed: +trust: ", texts[1])
