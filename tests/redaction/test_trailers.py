"""Fields behind a chunked body are headers: their secrets go, and the body stays to the byte."""

import base64
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.bags import REQUEST, exchange, raw_record, warc, warcinfo
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import Refused
from archiver.redaction import read_records
from archiver.redaction.removed import Removed
from archiver.redaction.rewrite_warc import collect, heads, new_ids, rewrite
from archiver.redaction.search import search_copy
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
    data, listed = rewritten(tmp_path, HEAD + BODY + secret + b"X-Sum: 12\r\n\r\n")
    plain = gzip.decompress(data)
    assert b"S3CRET" not in plain
    assert BODY in plain
    assert b"X-Sum: 12\r\n\r\n" in listed
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


FINAL = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=S3CRETLATE\r\n\r\n<p>HTTP/1.1 100 no"
BROKEN = {
    "a size that is none": HEAD + b"5\r\nhello\r\nzz\r\n",
    "a chunk longer than it says": HEAD + b"3\r\nhello\r\n",
    "a chunk longer than there is": HEAD + b"fff\r\nhello\r\n0\r\n",
    "no chunks": HEAD,
    "behind the message": HEAD + BODY + b"\r\n",
    "behind the length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n",
    "folded": b"HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n gzip, Chunked\r\n\r\nhello\r\n",
}
REST = {
    "cookie": b"Set-Cookie: a=b\r\n\r\n",
    "bare CR": b"x: y\rauthorization:Basic QWRhOg==\r\n",
    "a value": b"X-Next: S3CRETxyz123\r\n\r\n",
    "in base64": b"X-Next: " + base64.b64encode(b"?token=S3CRETxyz123") + b"\r\n\r\n",
    "far behind": b"." * 200_000 + b"\r\nCookie: sid=1\r\n",
}


@pytest.mark.parametrize("rest", REST)
@pytest.mark.parametrize("name", BROKEN)
def test_what_may_be_a_header_behind_broken_framing_is_not_delivered(name, rest, tmp_path):
    removed = Removed()
    removed.value("S3CRETxyz123", "cookie")
    (tmp_path / "x.warc.gz").write_bytes(warc(warcinfo(), exchange("response", BROKEN[name] + REST[rest])))
    with pytest.raises(Refused, match=r"^the access copy is not delivered: x.warc.gz: the framing of the message in"):
        search_copy(tmp_path, removed)


@pytest.mark.parametrize(
    "block",
    [
        HEAD + b"1c\r\nSet-Cookie: a=S3CRETxyz123\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nSet-Cookie: S3CRETxyz123\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nS3CRETxyz123\r\nCookie: a=b",
        HEAD + b"5\r\nhello\r\nzz\r\nabout cookies: Set-Cookie: is a header\r\n",
        *BROKEN.values(),
    ],
)
def test_a_body_stays_what_it_is_and_broken_framing_alone_refuses_nothing(block, tmp_path):
    removed = Removed()
    removed.value("S3CRETxyz123", "cookie")
    (tmp_path / "x.warc.gz").write_bytes(warc(warcinfo(), exchange("response", block)))
    search_copy(tmp_path, removed)


def test_the_head_of_the_answer_behind_an_interim_one_is_a_head(tmp_path):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    data, found = rewritten(
        tmp_path, early + early + b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=S3CRETLATE\r\n\r\n<p>HTTP/1.1 100 no"
    )
    assert b"S3CRET" not in gzip.decompress(data)
    assert b"HTTP/1.1 200 OK" in found
    assert b"<p>" not in found


def test_trailers_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(read_records, "HEAD", 1 << 16)
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
