"""A line is found in a block with the same key, however either is typeset."""

from hypothesis import given
from hypothesis import strategies as st

from archiver.article.compare.layers import Layer, text_of

ALIKE = [
    ("'", "’", "‘", "′", "ʼ", "´"),
    ('"', "“", "”", "„", "«"),
    ("-", "–", "—", "--"),
    ("...", "…"),
    ("fi", "ﬁ"),
    ("A", "Ａ"),
    ("ha", "h\u00ada", "h\u200ba"),
    ("é", "e\u0301"),
    (" ", "  ", "\u00a0", "\n"),
    ("Seven",),
    ("ou",),
    ("42",),
    ("東京",),
    ("．", "."),
]
PIECES = st.sampled_from(ALIKE).flatmap(lambda alike: st.tuples(st.sampled_from(alike), st.sampled_from(alike)))


@given(st.lists(PIECES, min_size=1, max_size=30))
def test_texts_of_one_key_are_one_line(pieces):
    line, block = (text_of("".join(each)) for each in zip(*pieces, strict=True))
    layer, left = Layer([line], [text_of("Another line of the page."), block]), {0}
    layer.match_equal(left)
    if line.key and line.key == block.key:
        assert not left
