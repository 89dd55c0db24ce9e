"""Every regular expression of the product is linear: no input chooses our running time.

Each is run on texts that repeat one piece, as long as what it is given can be, and must be done within a second of the
processor's time: a linear pattern takes a few milliseconds, a quadratic one several seconds.
"""

import pytest
from patterns import SUFFIXES, Used, patterns, pumps, run, within

ALL = patterns()
LENGTH = 16_000
CAPS = {
    "archiver.seeds.dates._LINE": 100,  # a longer line is no date
    "archiver.article.compare.letters._BEFORE": 20,  # looked for in the last letters before a change
    "archiver.bag.surt": 4_096,  # session ids are looked for in addresses up to this length
}
"""Patterns that are given less than others."""
SECONDS = 1.0
QUICK = (" ", "a", "Aa ", "1", "-")


def slow(used: Used, pieces: list[str], suffixes: tuple[str, ...] = SUFFIXES) -> list[str]:
    """The pieces that make a pattern slow when they are repeated."""
    most = next((cap for name, cap in CAPS.items() if used.name.startswith(name)), LENGTH)

    def fast(piece: str, end: str) -> bool:
        text = (piece * (most // len(piece) + 1))[:most] + end
        return within(SECONDS, lambda: run(used, text))

    return [piece for piece in pieces if not all(fast(piece, end) for end in suffixes)]


@pytest.mark.stress  # some patterns do not pass yet
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
