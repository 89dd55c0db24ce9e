"""Strategies for hostile input: pieces of a format put together at random, and good samples that were damaged."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

_Piece = TypeVar("_Piece", str, bytes)


def texts(*pieces: str, most: int = 25) -> st.SearchStrategy[str]:
    """Texts of these pieces and any others. No lone surrogates: what is read was decoded."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    return st.lists(st.sampled_from(pieces) | anything, max_size=most).map("".join)


def octets(*pieces: bytes, most: int = 25) -> st.SearchStrategy[bytes]:
    """Bytes of these pieces and any others."""
    return st.lists(st.sampled_from(pieces) | st.binary(max_size=12), max_size=most).map(b"".join)


def damaged(sample: bytes, *pieces: bytes) -> st.SearchStrategy[bytes]:
    """A sample cut, changed and added to in up to five places."""
    edit = st.tuples(
        st.integers(0, len(sample)), st.integers(0, 40), st.sampled_from((b"", *pieces)) | st.binary(max_size=6)
    )
    return st.lists(edit, max_size=5).map(lambda edits: _edited(sample, edits))


def _edited(sample: bytes, edits: Sequence[tuple[int, int, bytes]]) -> bytes:
    for at, length, piece in edits:
        sample = sample[:at] + piece + sample[at + length :]
    return sample


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner))


def changed(sample: Any) -> st.SearchStrategy[Any]:
    """A JSON value, some of whose parts were replaced, left out or doubled."""
    paths = list(_paths(sample))
    edit = st.tuples(st.sampled_from(paths), JSON | st.just(_GONE))
    return st.lists(edit, min_size=1, max_size=4).map(lambda edits: _changed(sample, edits))


_GONE = object()


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    found = [path] if path else []
    for key, each in inner:
        found += _paths(each, (*path, key))
    return found


def _changed(sample: Any, edits: Sequence[tuple[tuple[str | int, ...], Any]]) -> Any:
    import copy

    value = copy.deepcopy(sample)
    for path, new in edits:
        here = value
        try:
            for key in path[:-1]:
                here = here[key]
            if new is _GONE:
                del here[path[-1]]
            else:
                here[path[-1]] = new
        except (KeyError, IndexError, TypeError):
            continue  # an edit before it took the place away
    return value


def raises_only(kinds: type[Exception] | tuple[type[Exception], ...], call: Callable[[], object]) -> bool:
    """Whether a call came to its end; its only other way out is one of these errors, in one line."""
    try:
        call()
    except kinds as error:
        assert str(error)
        return False
    return True
