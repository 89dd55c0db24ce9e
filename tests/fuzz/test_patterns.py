"""Every regular expression of the product is linear: no input chooses our running time.

Each is run on texts that repeat one piece, up to the length of what it is given: its cost on a text is compared with
that on a quarter of it, so the outcome does not depend on the machine.
"""

import re

import pytest
from patterns import SUFFIXES, NeverDone, Used, is_linear, patterns, pumps

ALL = patterns()
LENGTH = 16_000
CAPS = {
    "archiver.dates.date_line._LINE": 100,  # a longer line is not a date
    "archiver.article.compare.letters._BEFORE": 20,  # looked for in the last letters before a change
    "archiver.bag.surt": 4_096,  # session ids are looked for in addresses up to this length
}
"""Patterns that are given less than others."""
QUICK = (" ", "a", "Aa ", "1", "-")


def slow(used: Used, pieces: list[str], suffixes: tuple[str, ...] = SUFFIXES) -> list[str]:
    """The pieces that make a pattern slow when they are repeated."""
    most = next((cap for name, cap in CAPS.items() if used.name.startswith(name)), LENGTH)
    return [piece for piece in pieces if not all(is_linear(used, piece, end, most) for end in suffixes)]


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_pattern_takes_linear_time_on_what_is_common(name):
    assert slow(ALL[name], list(QUICK), ("\x01",)) == []


@pytest.mark.stress
@pytest.mark.parametrize("name", sorted(ALL))
def test_a_pattern_takes_linear_time_on_its_own_letters_repeated(name):
    assert slow(ALL[name], pumps(ALL[name].pattern)) == []


def test_the_collector_finds_patterns_wherever_they_stand():
    names = " ".join(ALL)
    assert "archiver.bag.surt._QUERY_SESSION" in names  # in a tuple
    assert "archiver.redaction." in names
    assert len(ALL) > 250


@pytest.mark.parametrize("pattern", [r"\s*$", r"a*a*b"])
def test_a_slow_pattern_is_found(pattern):
    used = Used("here", re.compile(pattern), frozenset({"search"}))
    with pytest.raises((NeverDone, AssertionError)):
        assert slow(used, ["a", " ", "xa"], ("!x",)) == []
