"""The user's own seed, archived from a page at its true address, in the three states of that page that are known.

The pages are built here from the seed's own words; no sentence of it stands in this file.
"""

import html
import json
from pathlib import Path

import pytest
from places import SHARED
from servers.newsroom import Answer, article, newsroom

from archiver.cli import main
from archiver.model import Paragraph, Seed
from archiver.seeds.document import read_document

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (SHARED / "seeds").is_dir(), reason="../shared/seeds is absent: the user's seed is not here"
    ),
]
TYPOGRAPHIC = str.maketrans({'"': "”", "'": "’"})
UPDATED = "This story is being updated."


@pytest.fixture(scope="module")
def seed() -> Seed:
    path = next((SHARED / "seeds").glob("*.txt"))
    found = read_document(path.read_bytes(), origin=str(path), name=path.name)
    assert isinstance(found, Seed)
    return found


def linked(paragraph: Paragraph) -> str:
    """A paragraph as HTML, its lost links with targets again."""
    text = html.escape(paragraph.text, quote=False)
    for anchor in paragraph.anchors:
        text = text.replace(anchor.text, f'<a href="/archive/{anchor.text.replace(" ", "-")}">{anchor.text}</a>', 1)
    return text


def archived(seed: Seed, paragraphs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    """The record of the bag that the whole job makes of this page, over HTTPS, at the seed's own address."""
    address = seed.url.removeprefix("https://")
    host, _, path = address.partition("/")
    caption = f"{seed.caption.text} {seed.caption.credit}"
    page = article(seed.headline.text, paragraphs, caption=html.escape(caption, quote=False))
    with newsroom({(host, f"/{path}"): Answer(page)}, tls=tmp_path) as site:
        code = main(["run", seed.origin, "--bags", str(tmp_path / "bags"), "--json", *site.options])
    out = capsys.readouterr().out
    assert code == 0, out
    parsed = json.loads(out)
    assert main(["validate", str(tmp_path / "bags"), "--second-opinion"]) == 0
    record = json.loads((tmp_path / "bags" / parsed["bag"] / "data" / "provenance.json").read_bytes())
    assert parsed["verdict"] == record["comparison"]["verdict"]
    return record


def lines_of(record: dict, kind: str) -> list[dict]:
    return [line for line in record["comparison"]["lines"] if line["kind"] == kind]


def test_the_seeds_own_state_is_the_same_and_both_lost_links_come_back(seed, tmp_path, capsys):
    record = archived(seed, [linked(each) for each in seed.paragraphs], tmp_path, capsys)
    assert record["comparison"]["verdict"] == "same"
    assert [line["kind"] for line in record["comparison"]["lines"]] == ["same"] * len(seed.paragraphs)
    lost = [link for link in record["links"] if link["seed_href"] == "#"]
    assert [link["page_href"] for link in lost] == [
        f"https://www.themoscowtimes.com/archive/{link['text'].replace(' ', '-')}" for link in lost
    ]
    assert len(lost) == 2


def test_credits_and_connection_of_the_users_seed_are_in_the_record(seed, tmp_path, capsys):
    record = archived(seed, [linked(each) for each in seed.paragraphs], tmp_path, capsys)
    credited = {(each["name"], each["role"], each["of"], each["kind"]) for each in record["credits"]}
    assert ("AFP", "contributor", "article", "organisation") in credited
    assert ("president.gov.ua", "photo", "image", "site") in credited
    assert not [name for name, *_ in credited if "RIA" in name]
    assert record["capture"]["tls"]["verified"] is True
    assert record["capture"]["tls"]["protocol"].startswith("TLS")
    assert record["agreement"]["headline"]["accord"] == "agree"
    assert record["seed"]["date"] == "2022-02-24"


def test_the_early_state_differs_in_one_quotation_one_paragraph_and_one_line(seed, tmp_path, capsys):
    quotation = next(p for p in seed.paragraphs if p.text.startswith('"'))
    minister = next(p for p in seed.paragraphs if "foreign minister" in p.text)
    old, new = quotation.text.split()[-1], 'history."'
    page = [
        linked(each).replace(old, new) if each is quotation else linked(each)
        for each in seed.paragraphs
        if each is not minister
    ]
    record = archived(seed, [*page[:-1], UPDATED, page[-1]], tmp_path, capsys)
    assert record["comparison"]["verdict"] == "edited"
    assert [line["seed_line"] for line in lines_of(record, "missing")] == [minister.line]
    assert [line["page"] for line in lines_of(record, "page-only")] == [UPDATED]
    [edited] = lines_of(record, "edited")
    assert edited["seed_line"] == quotation.line
    assert [(c["seed"], c["page"]) for c in edited["changes"]] == [(old.rstrip('."'), new.rstrip('."'))]
    assert len(lines_of(record, "same")) == len(seed.paragraphs) - 2


def test_the_later_state_differs_in_one_name_and_in_quotation_marks(seed, tmp_path, capsys):
    page = [linked(each).translate(TYPOGRAPHIC).replace("Zelenskyy", "Zelenskiy") for each in seed.paragraphs]
    page = [each.replace("href=”", 'href="').replace("”>", '">') for each in page]
    record = archived(seed, page, tmp_path, capsys)
    named = [p.line for p in seed.paragraphs if "Zelenskyy" in p.text]
    quoted = [p.line for p in seed.paragraphs if set(p.text) & set("\"'") and p.line not in named]
    assert record["comparison"]["verdict"] == "edited"
    edited = lines_of(record, "edited")
    assert [line["seed_line"] for line in edited] == named
    assert {(c["seed"], c["page"]) for line in edited for c in line["changes"]} == {("Zelenskyy", "Zelenskiy")}
    assert [line["seed_line"] for line in lines_of(record, "typographic")] == quoted
    assert not lines_of(record, "missing")
    assert not lines_of(record, "page-only")
