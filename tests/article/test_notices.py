"""Notices: what a page says about its own article, and what only looks like it."""

import json
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.articles import a_page, a_seed

from archiver.article.analyse import read
from archiver.view.terminal import record_lines

BODY = [
    "The harbour reopened on Friday after four months of repairs, the council said in a statement to reporters.",
    "Traffic is expected to return to its usual level within a week, and ferries follow the old timetable.",
    "Residents said they were relieved, although the noise of the works had been lower than they had feared.",
]
TABLE = tomllib.loads(files("archiver.article.notices").joinpath("labels.toml").read_text("utf-8"))
LABELS = [(kind, lang, each) for kind, langs in TABLE.items() for lang, names in langs.items() for each in names]


def noticed(*paragraphs, head=""):
    return read(None, a_page(*paragraphs, head=head)).article.notices


def kinds(*paragraphs, head=""):
    return [each.kind for each in noticed(*paragraphs, head=head)]


def json_ld(**said):
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "A", **said}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(("kind", "lang", "label"), LABELS)
def test_every_label_is_known_before_a_colon_in_small_and_capital_letters(kind, lang, label):
    for word in (label, label.capitalize(), label.replace("'", "’")):
        assert kinds(*BODY, f"{word}: the bridge is 40 metres long, not 400 metres as was said.") == [kind], word


def test_no_label_stands_for_two_kinds():
    assert len({label for _, _, label in LABELS}) == len({(kind, label) for kind, _, label in LABELS})


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("Correction (May 3, 2024): the bridge is 40 metres long.", "correction", "2024-05-03"),
        ("Correction, 3 May 2024: the bridge is 40 metres long.", "correction", "2024-05-03"),
        ("• This article was amended on 3 May 2024 to give the length of the bridge.", "correction", "2024-05-03"),
        ("An earlier version of this article misstated the length of the bridge.", "correction", None),
        ("(Corrects paragraph 3 to say the bridge is 40 metres long)", "correction", None),
        ("Editor’s Note — The bridge is 40 metres long.", "editors-note", None),
        ("[Anm. d. Red.: Die Brücke ist 40 Meter lang.]", "editors-note", None),
        ("In einer früheren Version dieses Artikels war die Länge falsch angegeben.", "correction", None),
        ("Une version antérieure de cet article donnait une autre longueur.", "correction", None),
        ("【訂正】橋の長さは40メートルでした。", "correction", None),
        ("This story has been withdrawn because its source could not be confirmed.", "withdrawal", None),
        ("KILL: do not use the story slugged BRIDGE, which was sent in error.", "kill", None),
        ("ATTENTION EDITORS: the story slugged BRIDGE will move later.", "advisory", None),
    ],
)
def test_what_a_page_shows(text, kind, day):
    (found,) = noticed(*BODY, text)
    assert (found.kind, found.date, found.text) == (kind, day, text)
    assert found.at.startswith("/html")


@pytest.mark.parametrize(
    "text",
    [
        "Corrections officers said the north wing: empty since May: would be closed.",
        "Correction of the course took four hours, the captain said.",
        "Advisory boards were asked for their opinion on the bridge.",
        "The retraction of the bridge: a slow affair, as it turned out.",
        "Kill Bill: Volume 1 was shown in the open air.",
        "Killing time: how the ferry crew waits.",
        "Withdrawn from the market, the boat rusts in the harbour.",
        "The club withdrew: no reason was given.",
        "This article was written in 2024.",
        "Edsel: a car that nobody wanted.",
        "Errataic behaviour: the crew had none.",
        "Une précision suisse pour le pont de la ville.",
        "Oprava mostu bude trvat do léta, řekl starosta.",
        "Oprava mostu v centru: řidiči musí počítat s objížďkou.",
        "Jubileumsrättelse: så gick det till.",
    ],
)
def test_what_only_looks_like_a_notice(text):
    assert kinds(*BODY, text, BODY[0]) == []


def test_a_label_alone_is_of_the_block_that_follows():
    (found,) = noticed(*BODY, "Correction", "The bridge is 40 metres long, not 400 metres as this article said.")
    assert (found.kind, found.text[:10]) == ("correction", "The bridge")


def test_json_ld_has_text_or_comments_and_one_that_is_shown_too_counts_once():
    comment = {"@type": "CorrectionComment", "text": "The bridge is 40 metres long.", "datePublished": "2024-05-03"}
    (found,) = noticed(*BODY, "Correction: The bridge is 40 metres long.", head=json_ld(correction=[comment]))
    assert (found.kind, found.date) == ("correction", "2024-05-03")
    assert found.at.endswith("$.correction[0]")
    (found,) = noticed(*BODY, head=json_ld(correction="Clarification: the bridge is long."))
    assert (found.kind, found.at[-12:]) == ("clarification", "$.correction")
    assert kinds(*BODY, head=json_ld(comment=[comment, {"@type": "Comment", "text": "Correction: no."}])) == [
        "correction"
    ]


KEYS = st.sampled_from(["@type", "text", "datePublished", "@id"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)


@given(JSON)
def test_json_ld_of_any_kind_is_read_without_error(value):
    for found in noticed(*BODY, head=json_ld(correction=value, comment=value).replace("</", "<\\/", 1)):
        assert found.text.strip()


@given(st.text(max_size=60))
def test_any_words_are_read_without_error(words):
    for label in ("Correction", "İRetraction", "kill"):
        noticed(*BODY, f"{label}{words}".replace("<", "&lt;"))


def test_hidden_words_and_the_menu_are_no_notices():
    assert kinds(*BODY, "</p><nav><p>Correction: how we correct errors on this site</p></nav><p>") == []
    assert kinds(*BODY, "</p><p hidden>Correction: words that nobody sees on this page</p><p>") == []


def test_a_notice_stands_above_the_verdict():
    from archiver.bag.record import parts

    record = parts(read(a_seed(*BODY), a_page(*BODY, "Retraction: nothing of this holds, the paper says.")))
    lines = list(record_lines(record))
    assert lines[0] == "notice of the page: retraction: Retraction: nothing of this holds, the paper says."
    assert lines[1].startswith("verdict: ")


def test_there_are_bounds_on_how_many_and_how_long():
    found = noticed(*BODY, *(f"Correction: number {n} {'x' * 3000}" for n in range(80)), BODY[0])
    assert 0 < len(found) <= 50
    assert max(len(each.text) for each in found) <= 2000
