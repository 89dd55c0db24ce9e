"""The photos of a page that stand under captions: one a figure, kept in memory within bounds."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from archiver.capture.requisites.find import Figure
from archiver.model import Photo

PHOTO_BYTES = 32 << 20
"""Bytes of photos that are kept in memory to be read."""


@dataclass(slots=True)
class Photos:
    """Figures as they are found, and what came of their images."""

    _figures: list[Figure] = field(default_factory=list)
    captions: dict[str, str] = field(default_factory=dict)
    """The words under each photo that has some."""
    _kept: dict[str, Photo] = field(default_factory=dict)

    def expect(self, figures: Iterable[Figure]) -> None:
        """Take figures in; an image in several has the caption of the first."""
        for figure in figures:
            self._figures.append(figure)
            for address in figure.images:
                self.captions.setdefault(address, figure.caption)

    def keep(self, url: str, body: bytes, record_id: str, payload_sha256: str | None) -> None:
        """Keep a photo's bytes in memory, as long as there is room, in place of smaller ones of the same figure."""
        figures = [figure.images for figure in self._figures if url in figure.images]
        rivals = {each for images in figures for each in images if each in self._kept}
        if any(len(self._kept[each].body) >= len(body) for each in rivals):
            return
        for each in rivals:
            del self._kept[each]
        if sum(len(each.body) for each in self._kept.values()) + len(body) <= PHOTO_BYTES:
            self._kept[url] = Photo(
                url=url, caption=self.captions[url], record_id=record_id, payload_sha256=payload_sha256, body=body
            )

    def chosen(self) -> list[Photo]:
        """One photo a figure, the largest of its captured candidates, in the order of the page."""
        order = {url: None for figure in self._figures for url in figure.images if url in self._kept}
        return [self._kept[url] for url in order]
