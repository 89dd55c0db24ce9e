"""Whether the sources of a claim agree (DESIGN.md, section 4). It judges no source right."""

from collections.abc import Callable, Mapping
from itertools import combinations

from archiver.article import dates
from archiver.article.claims import address
from archiver.article.tokens import keys
from archiver.model import Accord, Agreement, Claim, ClaimName

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
        alike = all(_alike(name, one, other) for one, other in combinations(_distinct(claims), 2))
        alone = alike and len({claim.source for claim in claims}) == 1
    accord: Accord = "single" if alone else "agree" if alike else "conflict"
    return Agreement(accord=accord, values=values)


def _distinct(claims: tuple[Claim, ...]) -> list[Claim]:
    """One claim for each way of writing it."""
    return list({(claim.value, claim.raw): claim for claim in claims}.values())


def _alike(name: ClaimName, one: Claim, other: Claim) -> bool:
    if name in ("published", "modified"):
        # As written: the local day of a moment counts, and only `raw` knows it. An address has its day in `value`.
        return dates.agree(_written(one), _written(other))
    return _SAME.get(name, _folded)(one.value) == _SAME.get(name, _folded)(other.value) or (
        name == "language" and _primary(one.value, other.value)
    )


def _written(claim: Claim) -> str:
    return claim.raw if claim.source != "seed" and dates.parse(claim.raw) else claim.value


def _primary(one: str, other: str) -> bool:
    """`en` agrees with `en-GB`; `en-US` does not."""
    first, second = one.lower(), other.lower()
    return first.startswith(f"{second}-") or second.startswith(f"{first}-")


def _folded(value: str) -> tuple[str, ...]:
    return tuple(key.casefold() for key in keys(value))


_SAME: Mapping[ClaimName, Callable[[str], object]] = {"canonical_url": address}
