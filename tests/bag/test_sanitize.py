"""Values as JSON: our own indenting against the library's."""

import json

from hypothesis import given
from hypothesis import strategies as st

from archiver.bag.sanitize import json_bytes

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner))


@given(value=VALUES, indent=st.integers(0, 3) | st.none())
def test_json_is_what_the_library_writes_and_ends_its_line(value, indent):
    assert json_bytes(value, indent=indent) == (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()


def test_a_lone_surrogate_becomes_a_question_mark():
    assert json_bytes({"a\ud800": ["\udfff"]}, indent=1) == b'{\n "a?": [\n  "?"\n ]\n}\n'
