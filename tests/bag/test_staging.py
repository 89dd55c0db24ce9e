"""Staged bags: what is hashed, sealed, published, discarded. The judge is bagit-python."""

from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bag.names import bag_name, seed_file_name, slug
from archiver.bag.staging import STAGING, StagedBag, publish, tag_file
from archiver.errors import StorageError

UUID = "01234567-89ab-4cde-8f01-23456789abcd"
INFO = [("Source-Organization", "not stated"), ("Credit", "AFP (contributor)"), ("Credit", "dpa (photo)")]


def open_files():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture
def bags(tmp_path):
    (tmp_path / STAGING).mkdir(parents=True)
    return tmp_path


def staged(bags, name="a-20240101T000000Z-01234567"):
    bag = StagedBag(bags, name, UUID)
    bag.add("seed/a.txt", b"a seed\n")
    file = bag.open("wacz/archive/a.warc.gz")
    for piece in (b"one ", b"two ", b"three"):
        file.write(piece)
    bag.closed("wacz/archive/a.warc.gz", file)
    return bag


def test_a_published_bag_is_valid_and_complete(bags):
    [bag] = publish([staged(bags).seal(INFO)], bags)
    assert bag.path == bags / "a-20240101T000000Z-01234567"
    judged = bagit.Bag(str(bag.path))
    judged.validate()
    assert judged.info["Payload-Oxum"] == "20.2"
    assert judged.info["Credit"] == ["AFP (contributor)", "dpa (photo)"]
    assert sorted(each.name for each in bag.path.iterdir()) == [
        *("bag-info.txt", "bagit.txt", "data", "manifest-sha256.txt", "manifest-sha512.txt"),
        *("tagmanifest-sha256.txt", "tagmanifest-sha512.txt"),
    ]


def test_nothing_is_visible_before_it_is_published(bags):
    bag = staged(bags)
    bag.seal(INFO)
    assert [each.name for each in bags.iterdir()] == [".archiver"]
    bag.discard()
    assert list((bags / STAGING).iterdir()) == []


def test_a_discarded_bag_closes_what_it_had_open(bags):
    bag = StagedBag(bags, "a", UUID)
    before = open_files()
    bag.open("wacz/archive/a.warc.gz")
    bag.discard()
    assert open_files() == before


def test_a_bag_never_replaces_another_of_its_name(bags):
    publish([staged(bags).seal(INFO)], bags)
    before = (bags / "a-20240101T000000Z-01234567" / "bag-info.txt").read_bytes()
    with pytest.raises(StorageError, match="put finished bags into"):
        publish([staged(bags).seal([("Source-Organization", "another")])], bags)
    assert (bags / "a-20240101T000000Z-01234567" / "bag-info.txt").read_bytes() == before


def test_a_file_is_never_written_twice(bags):
    bag = staged(bags)
    with pytest.raises(StorageError, match="seed/a"):
        bag.add("seed/a.txt", b"another")


@given(st.text(), st.text())
def test_a_tag_value_is_one_line_whatever_it_holds(one, two):
    lines = tag_file([("Label", one), ("Label", two)]).decode("utf-8").split("\n")
    assert len(lines) == 3
    assert all(line.startswith("Label: ") for line in lines[:2])
    assert all(line.isprintable() for line in lines)


@given(st.text(min_size=1, max_size=300))
def test_names_are_plain_ascii_for_any_seed_name(name):
    from datetime import UTC, datetime

    for made in (bag_name(name, datetime(2024, 3, 4, 5, 6, 7, tzinfo=UTC), UUID), seed_file_name(name)):
        assert made.isascii()
        assert len(made) < 100
        assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
        assert not made.startswith((".", "-"))


def test_the_bag_name_has_seed_time_and_identifier():
    from datetime import UTC, datetime

    made = bag_name("000_c7d5 Überfall.txt", datetime(2024, 3, 4, 5, 6, 7, tzinfo=UTC), UUID)
    assert made == "000_c7d5-Uberfall-20240304T050607Z-01234567"
    assert slug("Новости", "seed") == "seed"
    assert seed_file_name("a b%.MD") == "a-b.md"
