"""Which captured photo is the one under the credited caption, and what the photos say of themselves.

Takes the photos of a capture and the seed's caption; gives the lead photo, and the credits and claims that
`image_metadata.py` read from their metadata, in the record's terms.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.article.claims import dates
from archiver.article.credits.image_metadata import ROLES, PhotoFacts, Statement, read_photo
from archiver.credits.people.agencies import find
from archiver.model import Claim, ClaimName, Credit, LeadImage, Photo, Seed
from archiver.words import keys

_ALIKE = 0.5
_EXIF_DAY = re.compile(r"^(\d{4}):(\d\d):(\d\d)")
_COPYRIGHT = re.compile(
    r"^(?:(?:copyright|\(c\)|©)[\s:,]*)*(?:(?:19|20)\d\d(?:\s*[-–]\s*\d{2,4})?[\s:,]+)?", re.IGNORECASE
)
_RESERVED = re.compile(r"(?<![\s.,;-])[\s.,;-]*+\ball rights reserved\b.*$", re.IGNORECASE)
_PARTS = re.compile(r"(?<!\s)(?:\s*+/\s*|\s++via\s+)")
_CLAIMS: dict[str, ClaimName] = {"caption": "image_caption", "date": "image_date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """`lead` is the photo under the seed's caption, or the first under any caption; None without photos."""

    lead: LeadImage | None
    credits: tuple[Credit, ...]
    claims: dict[ClaimName, tuple[Claim, ...]]


def read_photos(seed: Seed, photos: Sequence[Photo]) -> PhotoReading:
    """Read the metadata of every photo. Never raises for what is in one."""
    lead = lead_photo(seed, photos)
    read = {photo.url: read_photo(photo.body) for photo in photos}
    said = [(photo, each) for photo in photos for each in read[photo.url].statements]
    claims: dict[ClaimName, tuple[Claim, ...]] = {}
    for field, name in _CLAIMS.items():
        found = (_claim(photo, each) for photo, each in said if each.field == field)
        if there := tuple(claim for claim in found if claim):
            claims[name] = there
    return PhotoReading(
        lead=_stated(seed, lead, read[lead.url]) if lead else None,
        credits=tuple(credit for photo, each in said if each.field in ROLES for credit in _credits(photo, each)),
        claims=claims,
    )


def lead_photo(seed: Seed, photos: Sequence[Photo]) -> Photo | None:
    """The photo whose caption has most of the words of the seed's, at least half; else the first under a caption."""
    wanted = {key.casefold() for key in keys(seed.caption.text) if key[0].isalnum()} if seed.caption else set()
    if wanted:
        shares = [len(wanted & {key.casefold() for key in keys(photo.caption)}) / len(wanted) for photo in photos]
        best = max(shares, default=0.0)
        if best >= _ALIKE:
            return photos[shares.index(best)]
    return photos[0] if photos else None


def _stated(seed: Seed, photo: Photo, facts: PhotoFacts) -> LeadImage:
    return LeadImage(
        url=photo.url,
        record_id=photo.record_id,
        sha256=photo.payload_sha256,
        caption=photo.caption or None,
        credit=seed.caption.credit if seed.caption else None,
        c2pa=facts.c2pa,
        problem=facts.problem,
    )


def _claim(photo: Photo, said: Statement) -> Claim | None:
    """None for an invalid date (cameras write `0000:00:00`)."""
    value: str | None = said.text
    if said.field == "date":
        # EXIF writes 2024:03:04 10:11:12, the rest writes ISO 8601.
        when = dates.parse(_EXIF_DAY.sub(r"\1-\2-\3", said.text))
        value = when.value if when else None
    return Claim(value=value, raw=said.text, source=said.source, at=f"{said.at} of {photo.url}") if value else None


def _credits(photo: Photo, said: Statement) -> Iterator[Credit]:
    """Who a statement credits: `Jane Doe/AFP via Getty Images` are three, `Copyright 2024 AFP` is one."""
    text = _RESERVED.sub("", _COPYRIGHT.sub("", said.text)) if said.field == "copyright" else said.text
    parts = [part.strip(" .,;") for part in _PARTS.split(text, maxsplit=4)]
    named = parts if any(find(part) for part in parts) else [text.strip(" .,;")]
    for name in filter(None, named):
        agency = find(name)
        yield Credit(
            name=agency.name if agency else name,
            kind="person" if agency is None and said.field == "creator" else "organisation",
            agency=agency.full if agency else None,
            url=None,
            role=ROLES[said.field],
            of="image",
            text=said.text,
            lang=None,
            source=said.source,
            at=f"{said.at} of {photo.url}",
        )
