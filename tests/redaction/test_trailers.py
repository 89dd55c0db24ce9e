"""Fields behind a chunked body are headers: their secrets go, and the body stays to the byte."""

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bagbuilder import REQUEST, exchange, raw_record, warc, warcinfo
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import Refused
from archiver.redaction import rewrite_warc
from archiver.redaction.removed import Removed
from archiver.redaction.rewrite_warc import collect, heads, new_ids, rewrite
from archiver.redaction.trailers import trailer_at
from archiver.validation.warc.reader import read_warc

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nTrailer: Set-Cookie, X-Sum\r\n\r\n"
BODY = b"1c;x=y\r\n<p>The harbour reopened.</p>\r\n0\r\n"


def rewritten(folder: Path, block: bytes) -> tuple[bytes, bytes]:
    """The file anew, and its heads."""
    path, out, ids, removed = folder / "x.warc.gz", io.BytesIO(), dict[str, str](), Removed()
    path.write_bytes(warc(warcinfo(), exchange("request", REQUEST), exchange("response", block)))
    collect(path, removed)
    new_ids(path, ids, removed)
    rewrite(path, "x", out, ids, removed, str, datetime(2026, 1, 1, tzinfo=UTC))
    (folder / "new.warc.gz").write_bytes(out.getvalue())
    return out.getvalue(), b"".join(heads(folder / "new.warc.gz"))


@pytest.mark.parametrize(
    "secret",
    [
        b"Set-Cookie: sid=S3CRETCOOKIE\r\n",
        b"Authorization: Bearer S3CRETBEARER\r\n",
        b"X-Next: https://a.example/?access_token=S3CRETTOKEN&y=1\r\n",
        b"Set-Cookie: a=b;\r\n S3CRETFOLDED\r\n",
        b"X: 1\rSet-Cookie: S3CRETBARE\r\n",
    ],
)
def test_secrets_in_trailers_go_and_body_and_other_trailers_stay(secret, tmp_path):
    data, told = rewritten(tmp_path, HEAD + BODY + secret + b"X-Sum: 12\r\n\r\n")
    plain = gzip.decompress(data)
    assert b"S3CRET" not in plain
    assert BODY in plain
    assert b"X-Sum: 12\r\n\r\n" in told
    found, findings = read_warc(io.BytesIO(data), "x", len(data))
    assert [each for each in findings if each.severity == "error"] == []
    assert [each.type for each in found] == ["warcinfo", "request", "response", "metadata"]


def test_a_trailer_cut_short_is_clean_too_and_what_follows_the_message_stays(tmp_path):
    assert b"S3CRET" not in gzip.decompress(rewritten(tmp_path, HEAD + BODY + b"Set-Cookie: S3CRETCUT")[0])
    data, _ = rewritten(tmp_path, HEAD + BODY + b"Set-Cookie: S3CRET\r\n\r\nmore of somebody else's")
    assert b"0\r\n\r\nmore of somebody else's" in gzip.decompress(data)


def test_bodies_without_trailers_come_out_the_same(tmp_path):
    for block in (HEAD + BODY + b"\r\n", HEAD + b"no framing: Set-Cookie: x1y2z3\r\n", HEAD + BODY[:9], HEAD + BODY):
        data, _ = rewritten(tmp_path, block)
        assert block in gzip.decompress(data)


def test_trailers_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rewrite_warc, "HEAD", 1 << 16)
    with pytest.raises(Refused, match="the trailers of the record at byte"):
        rewritten(tmp_path, HEAD + BODY + b"a: b\r\n" * (1 << 16))


@given(
    st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.sampled_from([b"\r\n", b"\n"]), st.binary(max_size=30),
)  # fmt: skip
def test_the_trailer_is_found_however_the_body_comes_in_pieces(chunks, cuts, line, rest):
    framed = b"".join(b"%X%b%b%b" % (len(each), line, each, line) for each in chunks) + b"0" + line
    pieces, at, whole = [], 0, framed + rest
    while at < len(whole):
        cut = cuts[len(pieces) % len(cuts)]
        pieces.append(whole[at : at + cut])
        at += cut
    assert trailer_at(pieces) == len(framed)
    assert trailer_at([framed[: -len(line) - 1]]) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"WARC-Type": "continuation", "WARC-Segment-Number": "2", "WARC-Segment-Origin-ID": "<urn:uuid:a>"},
        {"WARC-Type": "continuation"},
        {"WARC-Type": "response", "WARC-Segment-Number": "2"},
    ],
)
def test_a_record_in_segments_is_refused_for_what_it_may_go_on_with(fields, tmp_path):
    """WARC 1.1, 7: a head, or the trailers behind a chunked body, may lie in the next segment."""
    path = tmp_path / "x.warc.gz"
    said = {"WARC-Record-ID": "<urn:uuid:00000000-0000-4000-8000-0000000000aa>"} | fields
    kind = said.pop("WARC-Type")
    segment = raw_record(kind, b"Set-Cookie: sid=S3CRETCOOKIE\r\n\r\n", said)
    path.write_bytes(warc(warcinfo(), exchange("response", HEAD + BODY[:9]), segment))
    with pytest.raises(Refused, match="is a segment"):
        collect(path, Removed())
