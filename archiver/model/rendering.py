"""What a browser showed of a page: testimony, kept apart from what came over the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver.model.article import Comparison, Reading
from archiver.model.capture import Unfetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """One page in one browser. `files` are what it gave, by name (`screenshot.png`, `dom.html`, `page.pdf`, and the
    same with `-before` where a consent wall was answered), in a folder that lasts until the bag is written; `about` is
    what the browser said of itself and of the page, as plain values; `failed`, why there is nothing, in words."""

    url: str
    """The address that the browser showed in the end."""
    started: datetime
    finished: datetime
    files: Mapping[str, Path] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    refused: tuple[Unfetched, ...] = ()
    unanswered: tuple[Unfetched, ...] = ()
    dom: bytes = field(default=b"", repr=False)
    """`dom.html`, as far as a page is read."""
    failed: str | None = None
    reading: Reading | None = None
    """What the DOM says, and how it compares with the seed."""
    with_wire: Comparison | None = None
    """The text from the wire beside that of the DOM, paragraph by paragraph; None where either has none."""
