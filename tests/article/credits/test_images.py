"""What photos say of themselves: IPTC-IIM 4.2, XMP, EXIF, in JPEG, PNG and WebP; and files made to hurt."""

import tracemalloc
from collections.abc import Callable

import pytest
from builders.pictures import exif, iptc, jpeg, packet, png, webp, xmp
from growth import grows_no_faster_than_linear
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.article.credits.image_metadata import LARGEST, read_photo

MAKERS = {"JPEG": jpeg, "PNG": png, "WebP": webp}
XMP = xmp(
    creators=["Jane Roe", "John Doe"],
    rights="© 2024 Example Agency",
    caption="The hall, seen from the door",
    credit="AFP",
    source="Example Agency",
    date="2024-03-04T10:11:12+01:00",
)
EXIF = exif(artist=b"Jane Roe", rights=b"Example Agency", caption="Café".encode(), taken=b"2024:03:04 10:11:12")
IPTC = [
    *[(80, b"Jane Roe"), (80, b"John Doe"), (110, b"AFP"), (115, b"Example Agency"), (116, b"(c) Example")],
    *[(120, b"The hall"), (55, b"20240304"), (5, b"a title nobody asked for")],
]


def said(data: bytes) -> list[tuple[str, str, str, str]]:
    facts = read_photo(data)
    assert facts.problem is None
    return [(each.field, each.text, each.source, each.at) for each in facts.statements]


@pytest.mark.parametrize("kind", MAKERS)
def test_xmp_says_creators_credit_source_copyright_caption_and_date(kind: str):
    assert sorted(said(MAKERS[kind](xmp=XMP))) == [
        ("caption", "The hall, seen from the door", "image-xmp", "XMP dc:description"),
        ("copyright", "© 2024 Example Agency", "image-xmp", "XMP dc:rights"),
        ("creator", "Jane Roe", "image-xmp", "XMP dc:creator"),
        ("creator", "John Doe", "image-xmp", "XMP dc:creator"),
        ("credit", "AFP", "image-xmp", "XMP photoshop:Credit"),
        ("date", "2024-03-04T10:11:12+01:00", "image-xmp", "XMP photoshop:DateCreated"),
        ("source", "Example Agency", "image-xmp", "XMP photoshop:Source"),
    ]


@pytest.mark.parametrize("kind", MAKERS)
def test_exif_says_artist_copyright_description_and_date(kind: str):
    assert said(MAKERS[kind](exif=EXIF)) == [
        ("creator", "Jane Roe", "image-exif", "EXIF 0x013B"),
        ("copyright", "Example Agency", "image-exif", "EXIF 0x8298"),
        ("caption", "Café", "image-exif", "EXIF 0x010E"),
        ("date", "2024:03:04 10:11:12", "image-exif", "EXIF 0x9003"),
    ]


def test_iptc_says_its_fields_with_their_numbers():
    assert said(jpeg(iptc=iptc(IPTC))) == [
        ("creator", "Jane Roe", "image-iptc", "IPTC 2:80"),
        ("creator", "John Doe", "image-iptc", "IPTC 2:80"),
        ("credit", "AFP", "image-iptc", "IPTC 2:110"),
        ("source", "Example Agency", "image-iptc", "IPTC 2:115"),
        ("copyright", "(c) Example", "image-iptc", "IPTC 2:116"),
        ("caption", "The hall", "image-iptc", "IPTC 2:120"),
        ("date", "20240304", "image-iptc", "IPTC 2:55"),
    ]


@pytest.mark.parametrize(
    ("octets", "utf8", "text"),
    [("Žofie".encode(), True, "Žofie"), ("Žofie".encode(), False, "Žofie"), ("Café".encode("cp1252"), False, "Café")],
)
def test_iptc_text_is_read_in_the_character_set_it_names_or_must_have(octets: bytes, utf8: bool, text: str):
    assert said(jpeg(iptc=iptc([(80, octets)], utf8=utf8)))[0][1] == text


def test_every_kind_of_metadata_stands_beside_the_others():
    assert {each[2] for each in said(jpeg(xmp=XMP, iptc=iptc(IPTC), exif=EXIF))} == {
        *("image-iptc", "image-xmp", "image-exif")
    }


@pytest.mark.parametrize("kind", MAKERS)
def test_a_c2pa_manifest_is_noted_where_its_format_puts_it(kind: str):
    assert read_photo(MAKERS[kind](c2pa=True)).c2pa is True
    assert read_photo(MAKERS[kind](xmp=xmp(caption="C2PA caBX jumb c2pa JP"))).c2pa is False


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(12)
)
CREATOR = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
HOSTILE = {
    "an entity bomb": (jpeg(xmp=packet("<a/>", BOMB + "]>"), iptc=iptc(IPTC)), "document type"),
    "an external entity": (
        jpeg(xmp=packet("<a/>", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
        "document type",
    ),
    "an entity bomb in UTF-16": (jpeg(xmp=(BOMB + "]><x/>").encode("utf-16")), "document type"),
    "deep XMP": (png(xmp=packet("<a>" * 50_000)), None),
    "wide XMP": (png(xmp=packet(f"<dc:creator {CREATOR}>x</dc:creator>" * 12_000)), None),
    "nested creators": (png(xmp=packet(f"<dc:creator {CREATOR}>" * 200 + "<rdf:li>x</rdf:li>" * 20_000)), None),
    "XMP that is not XML": (jpeg(xmp=b"\xff\xfe\0\0nothing"), "not XML"),
    "large XMP": (png(xmp=b"<x>" + b" " * (1 << 20) + b"</x>"), "larger than"),
    "a picture of 13000 by 13000": (png(exif=EXIF, width=13_000, height=13_000), None),
    "a picture of 13000 by 13000 without EXIF": (png(width=13_000, height=13_000), None),
    "a picture of 60000 by 60000": (png(width=60_000, height=60_000), "DecompressionBombError"),
    "a JPEG of 65000 by 65000": (jpeg(exif=EXIF, width=65_000, height=65_000), "DecompressionBombError"),
    "EXIF that points outside": (jpeg(exif=b"II*\0\xff\xff\xff\x7f" + b"\0" * 40), None),
    "EXIF that points at itself": (jpeg(exif=b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0"), None),
    "IPTC cut short": (jpeg(iptc=iptc(IPTC)[:-20], xmp=XMP), None),
    "segments without end": (b"\xff\xd8" + b"\xff\xe1\0\x02" * 500_000, "break off"),
    "markers without end": (b"\xff\xd8" + b"\xff" * 2_000_000, "break off"),
    "junk without end": (b"\xff\xd8" + bytes(2_000_000), "break off"),
    "chunks without end": (png()[:33] + b"\0\0\0\0tEXt\xbf\xa4\xe9\x89" * 200_000, "chunks"),
    "text": (b"<svg/>", "not a JPEG, PNG or WebP file"),
    "nothing": (b"", "not a JPEG, PNG or WebP file"),
    "a GIF": (b"GIF89a" + b"\0" * 40, "not a JPEG, PNG or WebP file"),
    "too large": (b"\xff\xd8" + b"\0" * LARGEST, "larger than"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_little_and_says_what_is_wrong(name: str):
    data, problem = HOSTILE[name]
    tracemalloc.start()
    facts = read_photo(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * len(data) + (8 << 20)
    assert len(facts.statements) <= 60
    assert (facts.problem is None) if problem is None else (problem in (facts.problem or ""))


ENDLESS: dict[str, Callable[[int], bytes]] = {
    "deep XMP": lambda n: png(xmp=packet("<a>" * (n // 10))),
    "wide XMP": lambda n: png(xmp=packet(f"<dc:creator {CREATOR}>x</dc:creator>" * (n // 40))),
    "nested creators": lambda n: png(xmp=packet(f"<dc:creator {CREATOR}>" * 200 + "<rdf:li>x</rdf:li>" * (n // 25))),
    "large XMP": lambda n: png(xmp=b"<x>" + b" " * (n * 2) + b"</x>"),
    "segments without end": lambda n: b"\xff\xd8" + b"\xff\xe1\0\x02" * n,
    "markers without end": lambda n: b"\xff\xd8" + b"\xff" * (n * 4),
    "junk without end": lambda n: b"\xff\xd8" + bytes(n * 4),
    "chunks without end": lambda n: png()[:33] + b"\0\0\0\0tEXt\xbf\xa4\xe9\x89" * (n * 2 // 5),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_file_without_end_costs_no_more_than_linear_time(name: str):
    grows_no_faster_than_linear(lambda n: read_photo(ENDLESS[name](n)), 500_000)


def test_damage_in_one_kind_of_metadata_does_not_hide_the_others():
    facts = read_photo(HOSTILE["an entity bomb"][0])
    assert {each.source for each in facts.statements} == {"image-iptc"}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_file_cut_anywhere_is_read_without_a_crash(kind: str):
    data = MAKERS[kind](xmp=XMP, exif=EXIF)
    for end in range(0, len(data), 7):
        read_photo(data[:end])


def test_a_jpeg_cut_after_its_metadata_still_says_them():
    data = jpeg(xmp=XMP, iptc=iptc(IPTC), exif=EXIF)
    cut = read_photo(data[: data.index(b"\xff\xdb") + 20])
    assert cut.statements == read_photo(data).statements != ()
    assert cut.problem == "damaged: its segments break off"


@given(st.sampled_from(sorted(MAKERS)), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_file_with_any_bytes_changed_is_read_without_a_crash(kind: str, place: int, noise: bytes):
    data = bytearray(MAKERS[kind](xmp=XMP, exif=EXIF))
    place %= len(data)
    data[place : place + len(noise)] = noise
    read_photo(bytes(data))
