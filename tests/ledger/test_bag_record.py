"""Records of bags as somebody else may have written them: read within bounds, or refused with one line."""

import os

import pytest

from archiver.errors import StorageError
from archiver.ledger import bag_record
from archiver.ledger.bag_record import read_record
from archiver.ledger.entries import entry_of_bag


@pytest.fixture
def record(tmp_path):
    (tmp_path / "bag" / "data").mkdir(parents=True)
    return tmp_path / "bag" / "data" / "provenance.json"


def refused(record) -> str:
    with pytest.raises(StorageError) as raised:
        read_record(record.parents[1])
    assert "\n" not in str(raised.value)
    assert entry_of_bag(record.parents[1]) is None, "a job that adopts bags passes over it"
    return str(raised.value)


def test_a_record_is_read(record):
    record.write_text('{"version": "1.0", "unknown": [1]}')
    assert read_record(record.parents[1]) == {"version": "1.0", "unknown": [1]}


def test_a_bag_without_one_says_so(record):
    assert "archiver did not make this bag" in refused(record)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b'{"a": ', "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 200_000, "is not JSON"),
        (b"1" * 5_000, "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
    ],
)
def test_what_is_no_record_is_one_line(record, content, says):
    record.write_bytes(content)
    assert says in refused(record)


def test_a_fifo_in_its_place_keeps_nobody_waiting(record):
    os.mkfifo(record)
    assert "is not a file" in refused(record)


def test_a_folder_in_its_place_is_one_line(record):
    record.mkdir()
    refused(record)


def test_a_record_larger_than_the_bound_is_not_read(record):
    """Sparse files, so that only a reader would need the memory."""
    with record.open("wb") as file:
        file.truncate(bag_record._LARGEST + 1)
    assert "larger than" in refused(record)
    with record.open("wb") as file:
        file.truncate(1 << 42)
    assert "larger than" in refused(record)


@pytest.mark.parametrize(
    "hostile",
    [
        '{"seed": 1, "capture": 2}',
        '{"seed": {"sha256": 1}, "capture": {"reason": null}}',
        (
            '{"seed": {"sha256": "a", "original_url": "b", "original_name": "c"}, "comparison": {"verdict": "same"},'
            ' "capture": {"outcome": "great", "reason": null, "finished": "d"}}'
        ),
        (
            '{"seed": {"sha256": "a", "original_url": ["b"], "original_name": "c"}, "comparison": {"verdict": "same"},'
            ' "capture": {"outcome": "captured", "reason": null, "finished": "d"}}'
        ),
    ],
)
def test_a_record_that_does_not_say_what_ours_say_is_not_adopted(record, hostile):
    record.write_text(hostile)
    assert entry_of_bag(record.parents[1]) is None
