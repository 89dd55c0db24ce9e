"""The page of a bag, made of a record: what it shows, what it folds, what it does with what is hostile."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archiver.bag.preview.html import Pictures, Sealed, page_of
from archiver.bag.preview.pictures import KEPT, photo, top_of

SEALED = Sealed(identifier="urn:uuid:0", moment="2024-07-01 12:00:00 UTC")
HOSTILE = '</p></details><script>alert(1)</script><img src=x onerror=alert(1)> "q" \u202e'


def line(kind: str = "same", text: str = "Some words stand here.", where: str | None = "article", **more: Any) -> dict:
    seed = None if kind == "page-only" else text
    page = None if kind == "missing" else text
    found = {"kind": kind, "seed": seed, "seed_line": 3, "page": page, "changes": [], "where": where}
    return found | more


def record(*lines: dict, outcome: str = "captured", **more: Any) -> dict[str, Any]:
    return {
        "seed": {"headline": "Harbour opens", "original_url": "https://news.example/a"},
        "capture": {"outcome": outcome, "status": 200, "started": "2024-07-01T12:00:00.000000Z",
                    "requested_url": "https://news.example/a", "final_url": "https://news.example/a",
                    "user_agent": "x"},
        "comparison": {"verdict": "edited", "seed_coverage": 0.9, "page_coverage": 0.8, "lines": list(lines)},
    } | more  # fmt: skip


def made(result: dict[str, Any], paragraphs: tuple[str, ...] = (), pictures: Pictures | None = None) -> str:
    return page_of(result, paragraphs, SEALED, pictures or Pictures()).decode("utf-8")


class Parsed(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def image(kind: str, size: tuple[int, int] = (40, 30), **how: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, kind, **how)
    return out.getvalue()


def test_the_strip_counts_paragraphs_by_where_they_were_found_and_leads_to_the_first_of_each():
    page = made(record(line(), line("edited"), line(where="page"), line("missing", where=None), line()))
    strip = re.search('<ul class="tally".*?</ul>', page, re.S)[0]
    assert re.findall(r'href="#(p\d)".*?<b>(\d)</b> ([^<]+)<', strip) == [
        ("p1", "2", "same"),
        ("p2", "1", "reworded"),
        ("p3", "1", "outside the article"),
        ("p4", "1", "not found"),
    ]
    assert re.findall(r'<li class="line [a-z-]+" id="(p\d)"', page) == ["p1", "p2", "p3", "p4", "p5"]


def test_a_long_run_of_the_same_is_folded_in_a_long_article_and_stands_open_in_a_short_one():
    run = [line() for _ in range(8)]
    assert "<details>" not in made(record(*run))
    page = made(record(*run, line("edited"), line(), line(), line("missing"), *run))
    assert re.findall(r"<summary[^>]*>([^:]*):", page) == ["8 paragraphs same", "8 paragraphs same"]
    assert page.count('<li class="line') == 20


def test_text_of_the_page_alone_stands_where_it_occurs():
    page = made(record(line(text="first"), line("page-only", "between"), line(text="last")))
    assert re.findall("<div><p>([a-z]+)</p>", page) == ["first", "between", "last"]


def test_bars_and_headline_of_a_page_in_arabic_are_on_its_side():
    found = record(line(text="مرحبا بالعالم"), text={"language": "ar"})
    found["seed"]["headline"] = "عنوان"
    tags = Parsed(made(found)).tags
    assert ("h1", {"lang": "ar", "dir": "rtl"}) in tags
    (bar,) = [attrs for tag, attrs in tags if tag == "li" and attrs.get("class") == "line same"]
    assert bar["dir"] == "rtl"
    assert {"about"} == {attrs["class"] for tag, attrs in tags if attrs.get("dir") == "ltr"}


def test_a_seed_without_text_is_shown_the_article():
    page = made(record(line("page-only", "a"), line("page-only", "b")), ("a", "b"))
    assert "no text of its own" in page
    assert re.findall('<p dir="ltr">([ab])</p>', page) == ["a", "b"]


def test_a_photo_that_was_not_captured_is_described_by_caption_and_credit_as_far_as_they_are_known():
    credit = {"name": "Jo Finch", "role": "photo", "of": "image", "text": "Jo Finch", "source": "seed"}
    assert "Photo: Jo Finch</p>" in made(record(line(), credits=[credit]))
    found = record(line(), credits=[credit])
    found["comparison"]["captions"] = [{"kind": "missing", "seed": "The bridge.", "page": None}]
    assert "Photo in the seed: The bridge. (Jo Finch)</p>" in made(found)


def test_names_that_the_caption_has_are_not_repeated_after_it():
    credited = [{"name": name, "role": "photo", "of": "image", "source": "seed"} for name in ("Jo Finch", "AFP")]
    found = record(line(), credits=credited)
    found["comparison"]["captions"] = [{"kind": "missing", "seed": "The bridge. Photo: Jo Finch / AFP", "page": None}]
    assert "The bridge. Photo: Jo Finch / AFP</p>" in made(found)
    found["comparison"]["captions"][0]["seed"] = "The bridge. Photo: AFP"
    assert "The bridge. Photo: AFP (Jo Finch, AFP)</p>" in made(found)


def test_a_day_guessed_from_the_page_comes_after_one_that_is_stated_and_is_shown_as_uncertain():
    guess, stated = (
        {"value": value, "source": source} for value, source in (("2024-05-03?", "visible"), ("2024-05-01", "seed"))
    )
    assert "<span>Published 3 May 2024, uncertain</span>" in made(record(line(), claims={"published": [guess]}))
    assert ">1 May 2024</time>" in made(record(line(), claims={"published": [guess, stated]}))


def test_only_an_address_of_the_web_is_a_link():
    found = record(line())
    found["seed"]["original_url"] = "javascript:alert(1)"
    assert [attrs["href"] for tag, attrs in Parsed(made(found)).tags if "href" in attrs] == [
        "#p1",
        "https://www.rfc-editor.org/rfc/rfc8493",
    ]


def everywhere(value: Any, put: str) -> Any:
    """The value with every text replaced."""
    if isinstance(value, dict):
        return {
            name: each if name in ("outcome", "kind", "where") else everywhere(each, put)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [everywhere(each, put) for each in value]
    return put if isinstance(value, str) else value


FULL = record(
    line(), line("edited", changes=[{"seed": "a", "page": "b"}]), line("missing"), *[line("page-only")] * 12,
    claims={"headline": [{"value": "x", "source": "json-ld"}], "published": [{"value": "x", "source": "meta"}]},
    credits=[{"name": "x", "role": "author", "of": "article", "text": "x", "source": "seed", "agency": None}],
    notices=[{"kind": "correction", "text": "x", "date": "x"}],
    links=[{"text": "x", "seed_href": "#", "page_href": "y"}],
    rights={"statement": "x", "holder": "x"}, operator={"organisation": "x", "contact": "x"},
    text={"language": "x"}, rendering={"browser": {"name": "x"}, "failed": "x"},
)  # fmt: skip


def test_hostile_words_in_every_field_are_shown_as_text():
    parsed, plain = Parsed(made(everywhere(FULL, HOSTILE))), Parsed(made(everywhere(FULL, "words")))
    assert [tag for tag, _ in parsed.tags] == [tag for tag, _ in plain.tags]
    assert parsed.text.count("<script>alert(1)</script>") >= 20
    assert "\u202e" not in parsed.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FULL, JSON)), st.lists(st.sampled_from(sorted(FULL))))
def test_whatever_a_record_says_a_page_is_made_of_it_and_always_the_same(strange, kept):
    found = {**strange, **{name: FULL[name] for name in kept}}
    assert made(found) == made(found)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_small_photo_is_shown_as_it_is(kind):
    shown = photo(image(kind))
    assert (shown.width, shown.height, shown.reduced) == (40, 30, False)
    assert shown.source.startswith(f"data:image/{kind.lower()};base64,")


def test_a_large_photo_is_made_smaller_and_of_a_screenshot_the_top_is_shown():
    data = image("PNG", (2000, 1500))
    assert len(data) > KEPT
    shown = photo(data)
    assert (shown.width, shown.height, shown.reduced) == (1200, 900, True)
    top = top_of(image("PNG", (1280, 4000)))
    assert (top.width, top.height) == (640, 800)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>",
        b"%PDF-1.4",
        image("JPEG")[:60],
        b"GIF89a" + b"\xff" * 20,
    ],
)
def test_what_is_no_picture_by_its_bytes_is_not_shown(data):
    assert photo(data) is None
    assert top_of(data) is None


def test_a_picture_of_too_many_pixels_is_not_decoded():
    assert photo(image("PNG", (8, 8)).replace((8).to_bytes(4) * 2, (60_000).to_bytes(4) * 2, 1)) is None


def test_the_page_says_where_the_checks_with_other_tools_are_explained():
    assert "<code>docs/for-libraries.md</code>" in made(record())
