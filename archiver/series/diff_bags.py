"""What differs between the article in two bags."""

from pathlib import Path

from archiver.series.differences import Difference, difference
from archiver.series.recorded_page import state_of
from archiver.view.open_bag import OpenBag


def diff_bags(one: Path, other: Path) -> Difference:
    """Read both WARC files again by the extractor that is installed here, so that two versions of it invent no edits,
    and compare. The earlier state is the older, whatever the order. Raises StorageError."""
    with OpenBag(one) as first, OpenBag(other) as second:
        return difference(state_of(first), state_of(second))
