"""Near-duplicates are found in rewritten agency copy, and only there; the work grows with the number of texts."""

import random

import pytest
from growth import grows_no_faster_than_linear
from hypothesis import given, settings
from hypothesis import strategies as st
from pages.wire_copy import SCRIPTS, Newsdesk

from archiver.families.clusters import clusters
from archiver.families.family import share_of
from archiver.families.related import ESTIMATED, LEAST, THRESHOLD
from archiver.families.sketch import SAMPLED, likeness, shingles, sketch


def found_in(texts, sites=None):
    """The families among texts, as sets of their numbers."""
    whole = [found if len(found := shingles(each)) >= LEAST else set() for each in texts]
    sites = sites or [f"paper-{n}.example" for n in range(len(texts))]

    def alike(one, other):
        return share_of(whole[one], whole[other]) >= THRESHOLD

    return [set(each) for each in clusters([sketch(each) for each in whole], sites, ESTIMATED, alike)]


@pytest.mark.parametrize("script", SCRIPTS)
def test_rewritten_copy_is_a_family_and_other_reports_of_the_subject_are_not(script):
    """Numbers from 5000 on: the threshold was chosen on others."""
    desk = Newsdesk(5000, script)
    stories = [desk.story(random.Random(n).randint(6, 14)) for n in range(30)]
    texts, origin = [], []
    for number, story in enumerate(stories):
        for version in (story, *(desk.rewritten(story, keep=0.7) for _ in range(number % 4))):
            texts.append(version.lines)
            origin.append(number)
    families = found_in(texts)
    pairs = {(a, b) for each in families for a in each for b in each if a < b}
    true = {(a, b) for a in range(len(texts)) for b in range(a + 1, len(texts)) if origin[a] == origin[b]}
    assert pairs <= true
    assert len(pairs) >= 0.9 * len(true)


def test_a_survey_that_quotes_two_reports_does_not_make_them_relatives_of_each_other():
    desk = Newsdesk(5001)
    one, other, whole = desk.story(8).lines, desk.story(8).lines, [*desk.story(12).lines]
    survey = [*one[:3], *whole, *other[:3]]
    for family in found_in([one, other, survey, desk.rewritten(desk.story(9)).lines]):
        assert not {0, 1} <= family


def test_what_a_site_puts_under_all_its_articles_makes_no_family():
    desk = Newsdesk(5002)
    furniture = desk.story(2).lines
    texts = [[*desk.story(8).lines, *furniture] for _ in range(40)]
    assert found_in(texts, ["paper.example"] * 40) == []


def test_versions_on_one_site_are_a_family_although_they_share_nearly_everything():
    desk = Newsdesk(5003)
    story = desk.story(10)
    (family,) = found_in([desk.rewritten(story, keep=0.95).lines for _ in range(20)], ["paper.example"] * 20)
    assert len(family) >= 17


def test_breaks_of_paragraphs_case_and_punctuation_do_not_count():
    desk = Newsdesk(5004)
    story = desk.story(8)
    joined = [" ".join(story.lines).upper().replace(".", ";")]
    assert share_of(shingles(story.lines), shingles(joined)) == 1.0


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_has_a_sketch(one, other):
    sketches = [sketch(shingles([each])) for each in (one, other)]
    assert 0 <= likeness(*sketches)[0] <= 1
    assert likeness(sketches[0], sketches[0])[0] in (0.0, 1.0)


def test_a_sketch_is_small_and_the_same_everywhere():
    found = sketch(shingles(Newsdesk(5005).story(60).lines))
    assert len(found.sample) <= SAMPLED
    assert (found.rate, found.total, list(found.sample[:2])) == (32, 1472, sorted(found.sample)[:2])
    assert found.total > LEAST


def test_the_work_grows_with_the_number_of_texts():
    """All in families of five, which share a phrase with everybody."""
    desk = Newsdesk(5006)

    def run(count):
        made = []
        for _ in range(max(1, count // 5)):
            story = desk.story(5)
            made += [[*story.lines[:4], desk.stock[0], desk.sentence()] for _ in range(5)]
        return found_in(made)

    grows_no_faster_than_linear(run, 1_600)


def test_one_family_of_all_takes_no_longer_a_text():
    desk = Newsdesk(5007)
    story = desk.story(8)
    grows_no_faster_than_linear(lambda count: found_in([[*story.lines, desk.sentence()] for _ in range(count)]), 1_600)
