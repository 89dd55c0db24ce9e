"""Damages to the record and to what it names, with all checksums of the bag made to fit (docs/bag-format.md, 4)."""

from pathlib import Path

from builders.bags import RECORD, TEXT, WARC, Builder, pem, sha256
from builders.packages import CRATE, INDEX, PACKAGE, PAGES

from damages.table import done, made

SEED_FILE, TEXT_FILE, LEAF = "data/seed/harbour.txt", "data/text/article.txt", "data/evidence/tls/leaf.pem"
ANOTHER = "<urn:uuid:00000000-0000-4000-8000-0000000000ff>"


def capture(b: Builder, **facts: object) -> None:
    b.record["capture"].update(facts)


def exchange(b: Builder, **facts: object) -> None:
    b.record["capture"]["exchanges"][0].update(facts)


def written(b: Builder, data: bytes) -> None:
    """The record in these bytes."""
    b.record, b.payload[RECORD] = None, data


@made(f"REC001 {RECORD}")
def record_that_is_not_json(b):
    written(b, b"{")


@made(f"REC001 {RECORD}")
def record_with_a_key_twice(b):
    written(b, b'{"version": "1.0", "version": "1.0"}')


@made(f"REC001 {RECORD}")
def record_with_not_a_number(b):
    written(b, b'{"version": NaN}')


@made(f"REC001 {RECORD}")
def record_in_another_encoding(b):
    written(b, '{"version": "é"}'.encode("latin-1"))


@made(
    f"REC002 {RECORD}",
    f"REC003 {RECORD}",
    "SEED003 data/None",
    f"TXT004 {TEXT_FILE}",
    "REC011 bag-info.txt",
    f"WACZ007 {PAGES}",
)
def record_that_is_a_list(b):
    written(b, b"[]")
    b.info = [line for line in b.info if not line.startswith(("Original", "Capture", "Credit", "Comparison"))]


@made(f"REC002 {RECORD}")
def field_of_the_record_left_out(b):
    del b.record["capture"]["robots"]


@made(f"REC002 {RECORD}", f"REC002 {RECORD}", "REC010 bag-info.txt")
def facts_of_the_wrong_kind(b):
    b.record["comparison"] |= {"verdict": "fine", "seed_coverage": 2}


@made(f"REC003 {RECORD}")
def warc_of_another_name(b):
    capture(b, warc="wacz/archive/other.warc.gz")


@made(f"REC003 {RECORD}")
def certificate_missing(b):
    b.payload["data/evidence/tls/other.pem"] = b.payload.pop(LEAF)


@made(f"REC004 {RECORD}")
def exchange_with_a_request_that_is_not_there(b):
    b.record["capture"]["exchanges"][0]["record_ids"]["request"] = ANOTHER


@made(*[f"REC005 {RECORD}"] * 8)
def exchange_with_every_fact_changed(b):
    exchange(b, url="https://news.example/other", started="2026-03-02T10:00:00Z", ended="2026-03-02T10:00:01Z")
    exchange(b, status=404, ip="192.0.2.8", bytes=5, truncated="time")


@made(*[f"REC005 {RECORD}"] * 4, f"REC013 {RECORD}", f"WACZ007 {PAGES}")
def page_with_every_fact_changed(b):
    capture(b, final_url="https://news.example/other", status=404, ip="192.0.2.8", truncated="length")


@made(f"REC006 {RECORD}", f"REC013 {RECORD}")
def exchange_stated_twice(b):
    b.record["capture"]["exchanges"] *= 2


@made(f"REC007 {RECORD}", f"REC004 {RECORD}")
def page_that_none_of_the_exchanges_gave(b):
    capture(b, record_id=ANOTHER)


@made(f"REC008 {RECORD}")
def payload_of_another_digest(b):
    capture(b, payload_sha256=sha256(b"another"))


@made(f"REC009 {LEAF}")
def certificate_of_another_site(b):
    b.payload[LEAF] = pem(b"another")


@made("REC010 bag-info.txt", "REC010 bag-info.txt", "REC010 bag-info.txt", "REC010 bag-info.txt")
def metadata_that_tells_another_story(b):
    b.info = ["Original-URL: http://x.example/", "Capture-Date: 2020-01-01T00:00:00Z", "Credit: dpa (author)"]
    b.info += ["Comparison-Verdict: edited"]


@made("REC011 bag-info.txt")
def metadata_with_another_headline(b):
    b.info = ["External-Description: Harbour closes"]


@made(f"REC012 {RECORD}")
def capture_that_ended_before_it_began(b):
    capture(b, finished="2026-03-01T09:00:00Z")


@made(f"REC014 {RECORD}")
def capture_by_a_clock_that_is_ahead(b):
    capture(b, finished="2226-03-01T10:00:02Z")


def check_before_sealing(**facts):
    started = "2026-03-01T10:00:01.000000Z"
    found = {"name": "virus scan", "kind": "virus check", "tool": "x", "started": started, "outcome": "passed"}
    return {**found, "reason": None, "looked_at": 3, "formats": [], "flags": [], "left_out": [], **facts}


@made(f"REC016 {RECORD}")
def check_before_sealing_that_flagged_something(b):
    flag = {"of": None, "message": "Eicar"}
    b.record["checks"] = [check_before_sealing(), check_before_sealing(outcome="flagged", flags=[flag])]


@made(f"REC017 {RECORD}")
def check_before_sealing_that_was_not_made(b):
    b.record["checks"] = [check_before_sealing(outcome="not made", reason="no clamscan is installed")]


@made(f"REC015 {RECORD}")
def page_published_after_its_capture(b):
    published = {"value": "2026-03-03", "raw": "March 3, 2026", "source": "visible", "at": "/html/body/time"}
    b.record["claims"]["published"] = [{**published, "value": "2026-02?"}, published]


@made(f"REC013 {RECORD}", f"REC005 {RECORD}", f"REC005 {RECORD}")
def capture_of_a_page_that_was_not_there(b):
    capture(b, status=404)
    exchange(b, status=404)


@made(*[f"REC013 {RECORD}"] * 4)
def comparison_that_contradicts_itself_the_seed_and_the_text(b):
    line = b.record["comparison"]["lines"][0]
    b.record["comparison"]["lines"] = [
        line,
        line | {"kind": "edited", "seed_line": 900, "page": "A paragraph that is not in the text."},
    ]
    exchange(b, seq=7)


@made(f"REC013 {RECORD}", "REC010 bag-info.txt")
def verdict_against_its_own_coverage(b):
    b.record["comparison"] |= {"verdict": "different", "seed_coverage": 0.9}


@made(f"TXT001 {TEXT_FILE}", f"REC013 {RECORD}")
def text_changed_and_the_manifests_made_anew(b):
    b.payload[TEXT_FILE] = TEXT.replace("reopened", "remained").encode()


@made(f"TXT001 {TEXT_FILE}", f"TXT002 {TEXT_FILE}")
def text_with_a_word_more(b):
    b.payload[TEXT_FILE] = TEXT.encode() + b"more\n"


def text_of(b: Builder, data: bytes) -> None:
    b.payload[TEXT_FILE] = data
    b.record["text"] |= {"sha256": sha256(data), "characters": len(data)}


@made(f"TXT003 {TEXT_FILE}")
def text_that_is_not_utf_8(b):
    text_of(b, b"\xff\n")


@made(f"TXT003 {TEXT_FILE}", f"REC013 {RECORD}")
def text_that_is_not_composed(b):
    text_of(b, "e\u0301\n".encode())


@made(f"TXT003 {TEXT_FILE}", f"REC013 {RECORD}")
def text_with_carriage_returns(b):
    text_of(b, b"one\r\n")


@made(f"TXT004 {TEXT_FILE}", f"REC013 {RECORD}")
def text_that_the_record_denies(b):
    b.record["text"] |= {"file": None, "sha256": None, "characters": 0}


@made("TXT005 data/../../text")
def text_outside_the_bag(b):
    b.record["text"]["file"] = "../../text"


@made(f"SEED001 {SEED_FILE}")
def seed_changed_and_the_manifests_made_anew(b):
    b.payload[SEED_FILE] = b.payload[SEED_FILE].replace(b"reopened", b"remained")


@made(f"SEED002 {SEED_FILE}")
def seed_of_another_length(b):
    b.record["seed"]["lines"] = 90


@made("SEED003 data//etc/passwd", f"REC002 {RECORD}")
def seed_outside_the_bag(b):
    b.record["seed"]["file"] = "/etc/passwd"


@done(
    f"BAG045 {WARC}",
    "BAG033 bag-info.txt",
    f"REC003 {RECORD}",
    f"CRATE004 {CRATE}",
    f"WACZ009 {PACKAGE}",
    f"WACZ004 {INDEX}",
)
def warc_removed(path: Path):
    (path / WARC).unlink()
