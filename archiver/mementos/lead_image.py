"""The lead image of a memento: asked of the archive alone, with its own Memento-Datetime."""

from urllib.parse import urljoin

from archiver.article.credits.photos import lead_photo
from archiver.capture.requisites.find import needs_of
from archiver.markup.media_types import content_type_of
from archiver.mementos.addresses import archived_address, mementos_of, raw_address, stamp_of, within
from archiver.mementos.client import ArchiveClient, Archived, NotAsked, Outage
from archiver.model import Photo, Seed


def lead_image(client: ArchiveClient, seed: Seed, archived: Archived, original: str) -> tuple[Photo, Archived] | None:
    """The photo under the seed's caption, or the first under any; None where the archive does not have it."""
    page = archived.page
    base = original if archived.raw else archived.uri
    figures = needs_of(page.body, base, content_type_of(page.headers), srcset="largest").figures
    photos = [
        Photo(url=each.images[0], caption=each.caption, record_id="", payload_sha256=None, body=b"") for each in figures
    ]
    lead = lead_photo(seed, photos)
    if lead is None:
        return None
    prefix = mementos_of(client.archive)
    image, address = urljoin(base, lead.url), None
    if within(prefix, image) is not None and archived_address(image):
        place = archived_address(image)
        assert place is not None
        image, address = place.original, place.raw if archived.raw else lead.url
    elif archived.raw:
        address = raw_address(prefix, stamp_of(archived.moment), image)
    if address is None:
        return None
    try:
        found = client.memento(address, image)
    except (NotAsked, Outage):
        return None
    if not 200 <= found.page.status < 300 or not found.page.body:
        return None
    photo = Photo(
        url=found.uri,
        caption=lead.caption,
        record_id=found.exchange.record_ids.response,
        payload_sha256=found.payload_sha256,
        body=found.page.body,
    )
    return photo, found
