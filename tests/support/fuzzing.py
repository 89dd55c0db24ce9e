"""Strategies for hostile input: pieces of a format put together at random, and good samples that were damaged."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

_Piece = TypeVar("_Piece", str, bytes)


def texts(*pieces: str, most: int = 25) -> st.SearchStrategy[str]:
    """Texts of these pieces and any others. No lone surrogates: what is read was decoded."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    return _joined(st.sampled_from(pieces), anything, most).map("".join)


def octets(*pieces: bytes, most: int = 25) -> st.SearchStrategy[bytes]:
    """Bytes of these pieces and any others."""
    return _joined(st.sampled_from(pieces), st.binary(max_size=12), most).map(b"".join)


def _joined(pieces: st.SearchStrategy[Any], others: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """Many pieces with a few others among them; nothing at all now and then."""
    return st.lists(st.one_of(pieces, pieces, pieces, others), min_size=6, max_size=most) | st.lists(pieces, max_size=2)


def damaged(sample: bytes, *pieces: bytes) -> st.SearchStrategy[bytes]:
    """A sample cut, changed and added to in up to four places."""
    edit = st.tuples(
        st.integers(0, len(sample)), st.integers(0, 40), st.sampled_from((b"", *pieces)) | st.binary(max_size=6)
    )
    return st.lists(edit, max_size=4).map(lambda edits: _edited(sample, edits))


def _edited(sample: bytes, edits: Sequence[tuple[int, int, bytes]]) -> bytes:
    for at, length, piece in edits:
        sample = sample[:at] + piece + sample[at + length :]
    return sample


def tars(*names: str) -> st.SearchStrategy[bytes]:
    """Tar archives whose headers have checksums that fit, whatever else they say."""
    name = st.sampled_from(names).map(str.encode) | st.binary(max_size=20)
    octal = st.integers(0, 2000).map(lambda n: b"%011o\0" % n)
    size = octal | st.binary(max_size=11).map(lambda raw: b"\x80" + raw.rjust(11, b"\0")) | st.binary(max_size=12)
    keys = st.sampled_from([b"path", b"size", b"linkpath", b"GNU.sparse.map", b"x"])
    values = st.sampled_from([b"bag/data/a", b"../a", b"99999999999999999999999", b"-1", b"", b"\xff"]) | st.binary(
        max_size=9
    )
    pax = st.lists(st.tuples(keys, values), max_size=3).map(lambda pairs: b"".join(_pax(*each) for each in pairs))
    flag = st.sampled_from(b"0\x000000125xxgLKS7").map(lambda n: bytes([n]))
    data = pax | st.binary(max_size=600) | name
    entry = st.tuples(name, size | st.none(), flag, name, data).map(lambda each: _entry(*each))
    return st.lists(entry, max_size=6).map(b"".join) | st.lists(entry, max_size=6).map(
        lambda e: b"".join(e) + bytes(1024)
    )


def _pax(key: bytes, value: bytes) -> bytes:
    rest = b" %s=%s\n" % (key, value)
    length = len(rest) + 2 if len(rest) < 98 else len(rest) + 3
    return b"%d" % length + rest


def _entry(name: bytes, size: bytes | None, flag: bytes, link: bytes, data: bytes) -> bytes:
    """A header and its data; the true size where none is given."""
    stated = b"%011o\0" % len(data) if size is None else size
    head = bytearray(512)
    for at, field in (
        (0, name),
        (100, b"0000644\0"),
        (124, stated[:12]),
        (156, flag),
        (157, link),
        (257, b"ustar\x0000"),
    ):
        head[at : at + len(field)] = field
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + data + bytes(-len(data) % 512)


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
