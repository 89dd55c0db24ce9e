"""Whether the sources of a claim agree (docs/bag-format.md, section 4.6). It judges no source right."""

from collections.abc import Callable, Mapping
from itertools import combinations

from archiver.article.claims import dates
from archiver.article.claims.addresses import address
from archiver.model import Accord, Agreement, Claim, ClaimName
from archiver.words import keys

_WHEN = frozenset(("published", "modified"))
_MANY = frozenset(("author", "keywords", "identifier"))


def agreements(claims: Mapping[ClaimName, tuple[Claim, ...]]) -> dict[ClaimName, Agreement]:
    """For each claim made: `single` (one source, one value), `agree` or `conflict`, and the different values."""
    return {name: _agreement(name, each) for name, each in claims.items() if each}


def _agreement(name: ClaimName, claims: tuple[Claim, ...]) -> Agreement:
    values = tuple(dict.fromkeys(claim.value for claim in claims))
    if name in _MANY:
        sources = {claim.source: frozenset[tuple[str, ...]]() for claim in claims}
        for claim in claims:
            sources[claim.source] |= {_folded(claim.value)}
        alike, alone = len(set(sources.values())) == 1, len(sources) == 1
    else:
        alike = _alike(name, claims, values)
        alone = alike and len({claim.source for claim in claims}) == 1
    accord: Accord = "single" if alone else "agree" if alike else "conflict"
    return Agreement(accord=accord, values=values)


def _alike(name: ClaimName, claims: tuple[Claim, ...], values: tuple[str, ...]) -> bool:
    """Whether each agrees with each."""
    if name in _WHEN:
        # As written: the local day of a moment counts, and only `raw` knows it. An address has its day in `value`.
        return all(dates.agree(*both) for both in combinations(dict.fromkeys(map(_written, claims)), 2))
    if len(set(map(_SAME.get(name, _folded), values))) == 1:
        return True
    return name == "language" and all(
        _folded(one) == _folded(other) or _primary(one, other) for one, other in combinations(values, 2)
    )


def _written(claim: Claim) -> str:
    return claim.raw if claim.source != "seed" and dates.parse(claim.raw) else claim.value


def _primary(one: str, other: str) -> bool:
    """`en` agrees with `en-GB`; `en-US` does not."""
    first, second = one.lower(), other.lower()
    return first.startswith(f"{second}-") or second.startswith(f"{first}-")


def _folded(value: str) -> tuple[str, ...]:
    return tuple(map(str.casefold, keys(value)))


_SAME: Mapping[ClaimName, Callable[[str], object]] = {"canonical_url": address}
