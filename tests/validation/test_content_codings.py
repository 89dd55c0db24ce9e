"""The validator's own reader of content codings, beside the recorder's: both give the same for any body."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archiver.capture.wire import content_codings as recorder
from archiver.validation.warc.content_codings import NotInstalled, decoded

TEXT = b"".join(b"Line %d of a page about the harbour.\n" % n for n in range(400))
CODED = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "none": TEXT,
    "utf-8": TEXT,
}


@pytest.mark.parametrize("coding", CODED)
def test_a_coding_is_taken_off(coding):
    assert decoded(CODED[coding], [coding], 1 << 20) == TEXT
    assert decoded(CODED[coding], [coding], 100) == TEXT[:100]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_of_a_cut_body_what_came_before_is_given(coding):
    half = decoded(CODED[coding][:-9], [coding], 1 << 20)
    assert TEXT.startswith(half)
    assert half or coding == "zstd"  # one block, which is whole or not there


@pytest.mark.parametrize(("coding", "compress"), [("br", brotli.compress), ("zstd", zstandard.compress)])
def test_a_bomb_is_inflated_to_the_bound_and_no_further(coding, compress):
    bomb = compress(b"\0" * (64 << 20))
    assert decoded(bomb, [coding], 1000) == recorder.decoded(iter([bomb]), [coding], 1000).body == b"\0" * 1000


@pytest.mark.parametrize("package", ["brotli", "zstandard"])
def test_without_the_package_it_is_said_which_one_is_missing(package, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    coding = {"brotli": "br", "zstandard": "zstd"}[package]
    with pytest.raises(NotInstalled, match=package):
        decoded(CODED[coding], [coding], 100)
    found = recorder.decoded(iter([CODED[coding]]), [coding], 100)
    assert (found.body, found.needs) == (b"", package)
    assert f"pip install {package}" in found.problem


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@given(
    st.sampled_from(sorted(CODED)),
    st.integers(0, 2_000),
    st.integers(0, 255),
    st.integers(1, 3_000),
    st.integers(1, 20_000),
    st.integers(0, 2_000),
)
def test_recorder_and_validator_read_the_same_whatever_the_damage(coding, at, byte, size, limit, cut):
    body = bytearray(CODED[coding])
    body[at % len(body)] = byte
    damaged = bytes(body[: max(0, len(body) - cut)])
    mine = decoded(damaged, [coding], limit)
    theirs = recorder.decoded(iter(pieces(damaged, size)), [coding], limit).body
    shorter, longer = sorted((mine, theirs), key=len)
    assert longer.startswith(shorter)
    if coding in ("gzip", "deflate"):
        assert mine == theirs
