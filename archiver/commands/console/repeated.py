"""Says which addresses several seeds have. Each document has a bag of its own, because it is compared with the page;
in a list, a repeated address is often an oversight (seeds/README.md, lists)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.escape import counted

ADDRESSES = 20_000
"""Addresses that are remembered: a job may have millions."""
_LISTED = 3


@dataclass(slots=True)
class _Found:
    first: tuple[str, str | None]
    others: list[str] = field(default_factory=list)
    bags: set[str] = field(default_factory=set)


class RepeatedAddresses:
    """The addresses of a job's seeds, as they come."""

    def __init__(self) -> None:
        self._seen = dict[str, _Found]()

    def note(self, url: str | None, seed: str, bag: str | None) -> None:
        """One seed of this address and its bag; None where it has none. One bag of two seeds, whose documents are the
        same, is not two."""
        address = (url or "").partition("#")[0]
        found = self._seen.get(address)
        if not address or bag is None:
            return
        if found is None:
            if len(self._seen) < ADDRESSES:
                self._seen[address] = _Found((seed, bag))
        elif bag != found.first[1] and bag not in found.bags:
            found.bags.add(bag)
            if len(found.others) < _LISTED:
                found.others.append(seed)

    def lines(self, *, dry: bool = False) -> Iterator[str]:
        """A line for each address of several seeds, the first of them; `dry` where nothing was fetched."""
        repeated = [(url, found) for url, found in self._seen.items() if found.bags]
        for url, found in repeated[:_LISTED]:
            count = 1 + len(found.bags)
            named = ", ".join((found.first[0], *found.others))
            more = f" and {count - 1 - len(found.others)} more" if count - 1 > len(found.others) else ""
            what = "each that differs gets" if dry else "each has"
            yield f"{counted(count, 'seed')} of one address, {what} a bag of its own: {named}{more} ({url})"
        if len(repeated) > _LISTED:
            others = len(repeated) - _LISTED
            yield f"and {others:,} more {'address' if others == 1 else 'addresses'} of several seeds"
