"""The quick answer whether a record keeps to its schema is that of jsonschema."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from archiver.validation.payload import provenance
from archiver.validation.payload.quick_schema import NotKnown, compiled

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
RECORDS: list[Any] = [json.loads(each.read_text("utf-8")) for each in GOLDEN]
SCHEMAS = {version: provenance._schema(version) for version in provenance.VERSIONS}
JUDGES = {version: Draft202012Validator(schema) for version, schema in SCHEMAS.items()}
ODD = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        -1,
        1.0,
        1.5,
        "",
        "x",
        "captured",
        "2.0",
        "1.0",
        [],
        {},
        [None],
        {"import": {}},
        "sha256:0",
        1e400,
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value[:4]):
            yield from places(each, (*path, at))


PLACES = [list(places(each)) for each in RECORDS]


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A record with some values changed, left out or added."""
    at = draw(st.integers(0, len(RECORDS) - 1))
    record = copy.deepcopy(RECORDS[at])
    for path in draw(st.lists(st.sampled_from(PLACES[at]), max_size=3)):
        here = record
        try:
            for key in path[:-1]:
                here = here[key]
            if not path:
                continue
            what = draw(st.sampled_from(["change", "leave out", "add"]))
            if what == "change":
                here[path[-1]] = draw(ODD)
            elif what == "leave out":
                del here[path[-1]]
            elif isinstance(here, dict):
                here[draw(st.sampled_from(["import", "unknown", *map(str, path)]))] = draw(ODD)
        except (KeyError, IndexError, TypeError):
            continue
    return record


@given(damaged() | ODD, st.sampled_from(provenance.VERSIONS))
def test_it_says_of_a_record_what_jsonschema_says(record: Any, version: str):
    assert provenance._keeps(version)(record) is JUDGES[version].is_valid(record)


def test_records_as_they_are_keep_to_their_schema():
    assert RECORDS
    assert all(provenance._keeps(provenance.version_of(each))(each) for each in RECORDS)


@pytest.mark.parametrize("part", sorted(SCHEMAS["2.0"]["$defs"]))
@given(value=st.recursive(ODD, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner)))
def test_it_says_of_any_value_what_jsonschema_says(part: str, value: Any):
    schema = {"$ref": f"#/$defs/{part}", "$defs": SCHEMAS["2.0"]["$defs"]}
    assert compiled(schema)(value) is Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    "schema",
    [{"oneOf": []}, {"$ref": "other.json"}, {"enum": [1]}, {"properties": {"a": {"multipleOf": 2}}}, {"type": "date"}],
)
def test_a_schema_with_what_it_does_not_know_is_refused(schema: dict[str, Any]):
    with pytest.raises(NotKnown):
        compiled(schema)
