"""Damages to the WARC, with all checksums of the bag made to fit (WARC 1.1)."""

from typing import Any

from builders.bags import (
    HTML,
    IDS,
    REQUEST,
    WARC,
    Builder,
    base32,
    chunks,
    exchange,
    good_warc,
    member,
    raw_record,
    response,
    warc,
    warcinfo,
)
from builders.packages import INDEX

from damages.table import made

INFO, ASKED = warcinfo(), exchange("request", REQUEST)
RIGHT = {"WARC-Payload-Digest": base32(HTML)}
ANSWERED = exchange("response", response(), RIGHT)
ANOTHER = "<urn:uuid:00000000-0000-4000-8000-0000000000ff>"


def holds(b: Builder, *records: bytes) -> None:
    b.payload[WARC] = warc(*records)


def answered(b: Builder, block: bytes | None = None, **fields: str | None) -> None:
    """The good WARC with another response: `fields` with _ for -."""
    named: dict[str, Any] = {name.replace("_", "-"): value for name, value in fields.items()}
    holds(b, INFO, ASKED, exchange("response", response() if block is None else block, RIGHT | named))


def sized(b: Builder, block: bytes) -> None:
    """The record states the length of another response block."""
    b.record["capture"]["exchanges"][0]["bytes"] = len(block)


LOST = (
    "REC004 data/provenance.json",
    "REC004 data/provenance.json",
    "REC004 data/provenance.json",
    "REC006 data/provenance.json",
)
UNLISTED = "WACZ007 data/wacz/pages/pages.jsonl"
"""The index has no line for a response that cannot be read, so the page is not in it."""


@made(f"WARC001 {WARC}", *LOST, UNLISTED)
def warc_not_compressed(b):
    b.payload[WARC] = INFO + ASKED + ANSWERED


@made(
    f"WARC002 {WARC}",
    f"WARC021 {WARC}",
    "REC004 data/provenance.json",
    "REC004 data/provenance.json",
    LOST[3],
    UNLISTED,
)
def last_member_cut_short(b):
    b.payload[WARC] = b.payload[WARC][:-9]


@made(
    f"WARC002 {WARC}",
    f"WARC021 {WARC}",
    "REC004 data/provenance.json",
    "REC004 data/provenance.json",
    LOST[3],
    UNLISTED,
)
def last_member_without_the_last_byte_of_its_trailer(b):
    b.payload[WARC] = b.payload[WARC][:-1]


@made(f"WARC003 {WARC}")
def something_after_the_last_member(b):
    b.payload[WARC] += b"\0"


@made(
    f"WARC004 {WARC}",
    f"WARC021 {WARC}",
    "REC004 data/provenance.json",
    "REC004 data/provenance.json",
    LOST[3],
    UNLISTED,
)
def checksum_of_a_member_wrong(b):
    data = bytearray(b.payload[WARC])
    data[-5] ^= 1
    b.payload[WARC] = bytes(data)


@made(
    f"WARC005 {WARC}",
    f"WARC021 {WARC}",
    "REC004 data/provenance.json",
    "REC004 data/provenance.json",
    LOST[3],
    UNLISTED,
)
def two_records_in_one_member(b):
    b.payload[WARC] = member(INFO) + member(ASKED + ANSWERED)


@made(f"WARC007 {WARC}", *LOST, UNLISTED)
def warc_of_no_bytes(b):
    b.payload[WARC] = b""


@made(f"WARC010 {WARC}")
def header_of_a_record_malformed(b):
    holds(b, INFO, ASKED, ANSWERED, b"WARC/9.9\r\n\r\n\r\n\r\n")


@made(f"WARC011 {WARC}", "REC005 data/provenance.json", "REC008 data/provenance.json", f"WARC024 {WARC}")
def block_shorter_than_its_length(b):
    right = exchange("response", response(), RIGHT)
    holds(b, INFO, ASKED, right[: -len("</html>\r\n\r\n")])


@made(f"WARC012 {WARC}")
def one_line_end_after_the_block(b):
    holds(b, INFO, ASKED, ANSWERED[:-2])


@made(f"WARC013 {WARC}", f"WARC014 {WARC}", "REC008 data/provenance.json")
def one_word_of_the_page_changed(b):
    holds(b, INFO, ASKED, ANSWERED.replace(b"The harbour reopened", b"The harbour remained"))


@made(f"WARC014 {WARC}")
def payload_digest_of_another_payload(b):
    answered(b, WARC_Payload_Digest=base32(b"another"))


@made(f"WARC014 {WARC}")
def payload_digest_over_the_framing_of_chunks(b):
    block = chunks()
    framed = block.partition(b"\r\n\r\n")[2]
    sized(b, block)
    answered(b, block, WARC_Payload_Digest=base32(framed))


@made(f"WARC015 {WARC}", "REC005 data/provenance.json")
def target_missing(b):
    holds(b, INFO, exchange("request", REQUEST, {"WARC-Target-URI": None}), ANSWERED)


@made(f"WARC016 {WARC}", f"WARC016 {WARC}")
def fields_that_a_warcinfo_must_not_have(b):
    info = warcinfo(**{"WARC-Payload-Digest": base32(b"software: test\r\n"), "WARC-Target-URI": "http://news.example/"})
    holds(b, info, ASKED, ANSWERED)


@made(f"WARC017 {WARC}")
def field_given_twice(b):
    again = b"WARC-IP-Address: 192.0.2.7\r\n"
    holds(b, INFO, ASKED.replace(again, again + again), ANSWERED)


@made(f"WARC018 {WARC}", f"WARC018 {WARC}")
def fields_malformed(b):
    holds(b, INFO, exchange("request", REQUEST, {"WARC-Date": "yesterday", "WARC-Block-Digest": "?"}), ANSWERED)


@made(f"WARC019 {WARC}")
def digest_of_an_unknown_algorithm(b):
    answered(b, WARC_Payload_Digest="crc32:AAAA")


@made(f"WARC020 {WARC}")
def id_used_twice(b):
    holds(b, INFO, ASKED, ANSWERED, warcinfo())


@made(f"WARC021 {WARC}", f"WARC021 {WARC}")
def references_to_nowhere(b):
    answered(b, WARC_Concurrent_To=ANOTHER, WARC_Warcinfo_ID=ANOTHER)


def interim(number: int, value: bytes) -> bytes:
    """A record that keeps a right interim answer and one more."""
    block = b"interim-response: SFRUUC8xLjEgMTAzIEVhcmx5DQoNCg==\r\nInterim-Response: " + value + b"\r\n"
    fields = {"Content-Type": "application/warc-fields", "WARC-Record-ID": ANOTHER.replace("ff>", f"{number}>")}
    return raw_record("metadata", block, fields)


@made(*[f"WARC032 {WARC}"] * 2)
def interim_answers_that_are_none(b):
    holds(b, INFO, ASKED, ANSWERED, interim(10, b"SFRUUC8xLjEgMjAwIE9LDQoNCg=="), interim(11, b"not base64"))


@made(f"WARC022 {WARC}")
def warcinfo_last(b):
    holds(b, ASKED, ANSWERED, INFO)


@made(
    *(f"WARC023 {WARC}", f"WARC014 {WARC}", *["REC005 data/provenance.json"] * 2, "REC008 data/provenance.json"),
    *(f"WACZ006 {INDEX}", UNLISTED),
)
def answer_that_is_not_http(b):
    block = b"220 mail.example ESMTP\r\n\r\n".ljust(len(response()))
    answered(b, block)


@made(f"WARC024 {WARC}")
def body_shorter_than_its_content_length(b):
    block = response().replace(b"Content-Length: %d" % len(HTML), b"Content-Length: 5000")
    sized(b, block)
    answered(b, block)


@made(f"WARC024 {WARC}")
def chunked_body_without_its_last_chunk(b):
    block = chunks().partition(b"\r\n0\r\n")[0] + b"\r\n"
    sized(b, block)
    answered(b, block)


@made(f"WARC025 {WARC}")
def record_of_an_unknown_type(b):
    odd = exchange("request", REQUEST, {"WARC-Type": "rumour", "WARC-Record-ID": ANOTHER})
    holds(b, INFO, ASKED, ANSWERED, odd)


assert good_warc() == warc(INFO, ASKED, ANSWERED), "the damages begin from the good WARC"
assert IDS["info"] != ANOTHER
