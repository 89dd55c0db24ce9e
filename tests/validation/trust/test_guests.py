"""WARC files that others made are read whole wherever they lie in a bag, and judged fairly."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from builders.bags import WARC, Builder, base32, exchange, good_warc, response, warcinfo
from hypothesis import given
from hypothesis import strategies as st
from places import SHARED

from archiver.validation.validator import validate_bag
from archiver.validation.warc.foreign import read_foreign

RECORDS = (warcinfo(), exchange("request", b"GET / HTTP/1.1\r\n\r\n"), exchange("response", response()))
PLAIN = b"".join(RECORDS)


def codes(data: bytes, name: str = "a.warc") -> dict[str, str]:
    return {each.code: each.severity for each in read_foreign(io.BytesIO(data), name, len(data))}


def found(folder: Path, **files: bytes) -> dict[str, tuple[str, str]]:
    """A bag of another tool with these payload files, judged: code -> (severity, path)."""
    builder = Builder()
    builder.record = None
    builder.payload = {f"data/{name.replace('__', '.')}": data for name, data in files.items()}
    report = validate_bag(builder.write(folder))
    return {each.code: (each.severity, each.path) for each in report.findings} | {"warc": report.checks["warc"]}


def test_a_plain_one_a_gzipped_one_and_one_gzipped_as_a_whole_are_read():
    assert codes(PLAIN) == {}
    assert codes(b"".join(gzip.compress(each) for each in RECORDS)) == {}
    assert codes(gzip.compress(PLAIN)) == {"WARC029": "info"}


def test_a_draft_of_the_standard_and_a_missing_warcinfo_are_notes():
    assert codes(PLAIN.replace(b"WARC/1.1", b"WARC/0.18")) == {"WARC026": "info"}
    assert codes(RECORDS[1] + RECORDS[2])["WARC027"] == "info"
    assert set(codes(PLAIN.replace(b"WARC/1.1", b"WARC/9.9"))) == {"WARC010", "WARC031"}


def test_a_payload_digest_over_the_chunk_framing_is_a_note_that_says_so():
    body = b"1c\r\n<p>The harbour reopened.</p>\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    record = exchange("response", head + body, {"WARC-Payload-Digest": base32(body)})
    assert codes(RECORDS[0] + RECORDS[1] + record) == {"WARC028": "info"}
    other = exchange("response", head + body, {"WARC-Payload-Digest": base32(b"something else")})
    assert codes(RECORDS[0] + RECORDS[1] + other) == {"WARC014": "error"}


def test_there_is_one_finding_a_kind_with_a_count():
    many = (
        RECORDS[0]
        + RECORDS[2]
        + b"".join(
            exchange("request", b"nothing of HTTP", {"WARC-Record-ID": f"<urn:uuid:{n:032x}>"}) for n in range(500)
        )
    )
    [finding] = [each for each in read_foreign(io.BytesIO(many), "a.warc", len(many)) if each.code == "WARC023"]
    assert (finding.severity, finding.message.endswith("(and 499 more like it)")) == ("warning", True)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_damage_is_an_error_as_everywhere(packed):
    data = b"".join(map(gzip.compress, RECORDS)) if packed else PLAIN
    for end in range(1, len(data), 7):
        found_here = codes(data[:end])
        whole = not packed and any(data[:end].rstrip() == b"".join(RECORDS[:n]).rstrip() for n in (1, 2, 3))
        members = packed and any(data[:end] == b"".join(map(gzip.compress, RECORDS[:n])) for n in (1, 2))
        assert whole or members or "error" in found_here.values(), end
    flipped = bytearray(PLAIN)
    flipped[PLAIN.index(b"HTTP/1.1 200") + 9] ^= 1
    assert "error" in codes(bytes(flipped)).values()


def test_zstandard_is_said_to_be_unread():
    assert codes(b"\x28\xb5\x2f\xfd" + bytes(100)) == {"WARC030": "warning"}


def test_a_truncated_warc_in_anybodys_bag_makes_it_fail(tmp_path):
    assert found(tmp_path / "a", crawl__warc__gz=good_warc()) == {"warc": "passed"}
    cut = found(tmp_path / "b", crawl__warc__gz=good_warc()[:-20])
    assert (cut["warc"], cut["WARC002"]) == ("failed", ("error", "data/crawl.warc.gz"))
    plain = found(tmp_path / "c", crawl__warc=PLAIN[:-100])
    assert plain["warc"] == "failed"
    assert found(tmp_path / "d", notes__txt=b"x") == {"warc": "not checked"}


def wacz(data: bytes, name: str = "archive/data.warc.gz") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", b"{}")
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("form", ["folder", "zip", "tar"])
def test_the_warc_inside_a_wacz_is_read(form, tmp_path):
    import shutil

    builder = Builder()
    builder.record = None
    builder.payload = {"data/page.wacz": wacz(good_warc()[:-20])}
    bag = builder.write(tmp_path / "in/bag")
    if form != "folder":
        bag = Path(shutil.make_archive(str(tmp_path / "bag"), form, tmp_path / "in", "bag"))
    report = validate_bag(bag)
    assert ("WARC002", "data/page.wacz!archive/data.warc.gz") in [(each.code, each.path) for each in report.findings]
    assert not report.ok


def test_a_wacz_that_is_no_zip_is_said_to_be_unread(tmp_path):
    assert found(tmp_path / "a", page__wacz=b"PK nothing")["WARC030"] == ("warning", "data/page.wacz")


def test_a_warc_beside_those_of_a_record_is_somebody_elses(tmp_path):
    builder = Builder()
    builder.payload["data/extra.warc"] = PLAIN[:-100]
    report = validate_bag(builder.write(tmp_path / "bag"))
    assert {each.path for each in report.findings if each.code.startswith("WARC")} == {"data/extra.warc"}
    assert WARC in builder.payload
    assert report.checks["warc"] == "failed"


@given(st.lists(st.tuples(st.integers(0, len(PLAIN)), st.binary(max_size=9)), max_size=6), st.booleans())
def test_no_mutation_raises_or_takes_long(edits, packed):
    data = b"".join(map(gzip.compress, RECORDS)) if packed else PLAIN
    for at, more in edits:
        data = data[:at] + more + data[at + len(more) // 2 :]
    assert isinstance(codes(data), dict)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_captures_of_other_tools_are_read_and_only_damage_is_an_error(tmp_path):
    """Of the plain files, two have digests that are not theirs, one has line ends of another kind, and one states a
    length that is one byte short: warcio warns of that one too."""
    damaged = {
        "oduwsdl-ipwb__5mementos.warc",
        "oduwsdl-ipwb__baconIpsum_chunked.warc",
        "webrecorder-pywb__example.warc",
        "webrecorder-warcio__example-trunc.warc",
    }
    files = [each for each in sorted((SHARED / "foreign").iterdir()) if ".warc" in each.name or each.suffix == ".wacz"]
    assert len(files) == 20
    for file in files:
        report_of = found(tmp_path / file.name, **{file.name.replace(".", "__"): file.read_bytes()})
        errors = [code for code, results in report_of.items() if results[0] == "error"]
        assert bool(errors) == (file.name in damaged), (file.name, report_of)
        assert report_of["warc"] == ("failed" if errors else "passed")
