"""docs/bag-format.md: its sections are numbered, their anchors stay, and every rule's section leads somewhere."""

import re
from pathlib import Path

import pytest

from archiver.validation.rules.registry import RULES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/bag-format.md"
_HEADING = re.compile(r'(?:<a id="([^"]*)"></a>\n)?^(#{2,3}) (.+)$', re.MULTILINE)
_STANDARD = re.compile(
    r"(RFC (8493|5652|3161|5280|6960|4998)|WARC 1\.1|WACZ 1\.1\.1|RO-Crate 1\.2|BagIt (0\.97|Profiles)|PREMIS 3), \S"
    r"|ETSI TS 119 (312|612)"
)


def anchors() -> dict[str, str]:
    """Anchor -> heading, of every section."""
    return {anchor: title for anchor, _, title in _HEADING.findall(PAGE.read_text("utf-8"))}


def test_every_section_has_a_number_and_an_anchor_made_of_its_heading():
    headings = _HEADING.findall(PAGE.read_text("utf-8"))
    assert len(headings) > 40
    for anchor, level, title in headings:
        assert re.match(r"\d+\.\d+ " if level == "###" else r"\d+ ", title), title
        assert anchor == re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    assert len(anchors()) == len(headings)


@pytest.mark.parametrize("code", sorted(RULES))
def test_the_section_of_a_rule_is_a_standard_or_a_section_of_the_page(code: str):
    page, _, anchor = RULES[code].section.partition("#")
    if page == "bag-format.md":
        assert anchor in anchors()
    else:
        assert _STANDARD.match(RULES[code].section)


def test_links_between_the_pages_lead_to_a_file_and_a_heading():
    """Of every page in docs/, README.md and CHANGELOG.md; anchors as GitHub makes them, or as `<a id>` states them."""
    lost = []
    for page in (*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"):
        for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", page.read_text("utf-8")):
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists() or (anchor and anchor not in _anchors_of(file)):
                lost.append(f"{page.relative_to(ROOT)}: {target}")
    assert lost == []


def _anchors_of(page: Path) -> set[str]:
    text = page.read_text("utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return slugs | set(re.findall(r'<a id="([^"]*)">', text))


def test_nothing_names_the_design_paper_which_is_not_part_of_the_product():
    word = "DES" + "IGN"
    files = [ROOT / "README.md"]
    files += [each for folder in ("archiver", "docs", "tests", "bench") for each in (ROOT / folder).rglob("*")]
    named = [
        str(each.relative_to(ROOT))
        for each in files
        if each.suffix in (".py", ".md", ".json", ".toml") and each.is_file() and word in each.read_text("utf-8")
    ]
    assert named == []
