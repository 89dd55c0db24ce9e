"""Which photo is the one under the seed's caption, and whom the photos' metadata credits."""

import pytest
from builders.pictures import exif, iptc, jpeg, xmp
from servers.newsroom import seed_document

from archiver.article.credits.photos import read_photos
from archiver.model import Photo, Seed
from archiver.seeds.document import read_document

CAPTION = "Visitors wait at the door of the library on Monday."


def seed(caption: str = f"{CAPTION} [AFP](http://afp.example/)") -> Seed:
    text = seed_document(1).replace("March 4, 2024\n", f"March 4, 2024\n\n{caption}\n")
    found = read_document(text.encode(), origin="seed.txt", name="seed.txt")
    assert isinstance(found, Seed)
    return found


def photo(name: str, caption: str, body: bytes = b"") -> Photo:
    return Photo(
        url=f"http://www.example-times.example/{name}",
        caption=caption,
        record_id=f"<urn:uuid:{name}>",
        payload_sha256="0" * 64,
        body=body or jpeg(),
    )


def test_the_lead_photo_is_the_one_with_the_seeds_caption_and_its_credit():
    photos = [photo("a.jpg", "The mayor"), photo("b.jpg", f"{CAPTION} (AFP)", jpeg(c2pa=True)), photo("c.jpg", CAPTION)]
    lead = read_photos(seed(), photos).lead
    assert lead is not None
    assert (lead.url, lead.record_id, lead.sha256) == (photos[1].url, photos[1].record_id, "0" * 64)
    assert (lead.caption, lead.credit, lead.c2pa, lead.problem) == (f"{CAPTION} (AFP)", "AFP", True, None)


def test_without_such_a_caption_the_first_photo_under_one_leads():
    photos = [photo("a.jpg", "The mayor", b"no picture"), photo("b.jpg", "The hall")]
    lead = read_photos(seed(), photos).lead
    assert lead is not None
    assert (lead.url, lead.problem) == (photos[0].url, "not a JPEG, PNG or WebP file")
    assert read_photos(seed(), []).lead is None


def test_credits_have_role_source_and_place_and_claims_their_normal_form():
    body = jpeg(
        xmp=xmp(creators=["Jane Roe"], credit="AFP", rights="© 2024 AFP", source="Example Archive", caption="The hall"),
        exif=exif(taken=b"2024:03:04 10:11:12"),
        iptc=iptc([(55, b"20240304"), (120, b"The hall")]),
    )
    reading = read_photos(seed(), [photo("a.jpg", CAPTION, body)])
    found = {(each.name, each.kind, each.agency, each.role, each.of, each.source) for each in reading.credits}
    assert found == {
        ("Jane Roe", "person", None, "photo", "image", "image-xmp"),
        ("AFP", "organisation", "Agence France-Presse", "photo", "image", "image-xmp"),
        ("AFP", "organisation", "Agence France-Presse", "rights", "image", "image-xmp"),
        ("Example Archive", "organisation", None, "source", "image", "image-xmp"),
    }
    assert {each.at for each in reading.credits} >= {"XMP dc:creator of http://www.example-times.example/a.jpg"}
    assert {(each.value, each.raw, each.source) for each in reading.claims["image_date"]} == {
        ("2024-03-04", "20240304", "image-iptc"),
        ("2024-03-04T10:11:12", "2024:03:04 10:11:12", "image-exif"),
    }
    assert {(each.value, each.source) for each in reading.claims["image_caption"]} == {
        ("The hall", "image-iptc"),
        ("The hall", "image-xmp"),
    }


@pytest.mark.parametrize(
    ("field", "text", "names"),
    [
        ("rights", "Copyright 2024 AFP. All rights reserved.", ["AFP"]),
        ("rights", "© Example Times 2024", ["Example Times 2024"]),
        ("credit", "Jane Roe/AFP via Getty Images", ["Jane Roe", "AFP", "Getty Images"]),
        ("credit", "Town Hall / Press Office", ["Town Hall / Press Office"]),
        ("rights", "©", []),
    ],
)
def test_one_line_may_credit_several(field: str, text: str, names: list[str]):
    body = jpeg(xmp=xmp(**{field: text}))
    assert [each.name for each in read_photos(seed(), [photo("a.jpg", CAPTION, body)]).credits] == names


def test_a_date_that_is_none_is_no_claim():
    body = jpeg(exif=exif(taken=b"0000:00:00 00:00:00"))
    assert "image_date" not in read_photos(seed(), [photo("a.jpg", CAPTION, body)]).claims
