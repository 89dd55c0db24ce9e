"""What became of one seed, as programs receive it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.job.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class MementoUsed:
    """A web archive's copy: when it was made (Memento-Datetime, ISO 8601) and where it is."""

    archive: str
    datetime: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedResult:
    """What became of one seed."""

    seed: str
    """Where the seed comes from: its path, or the address that was given."""
    url: str | None
    outcome: str
    """`captured`, `unread`, `gone`, `blocked`, `refused`, `failed`; `waiting` where its host asked to be left alone."""
    bag: Path | None
    """The bag, an absolute path; None where there is none, or where it was delivered."""
    verdict: str | None
    """How seed and page compare; None without a bag."""
    reason: str | None
    memento: "MementoUsed | None" = None
    """The web archive's copy that was read and compared in place of the original."""
    name: str | None = None
    """The name of the bag, which it has in a package too."""
    kind: str | None = None
    """The class of a seed that is not captured (`archiver.job.advice`)."""
    partial: bool = False
    """The article was found, and its body was cut."""
    new: bool = True
    """False for a seed that an earlier job was done with."""
    warning: str | None = None
    """What the bag lacks: a signature or timestamp that could not be had, or the bag itself, gone since."""
    package: str | None = None
    """Where the bag was delivered to."""
    unchanged: bool = False
    """The page was fetched and read, and is as in `bag`: no new one was made."""
    views_differ: bool = False
    """The page was another when it was asked for from another place (`second_view`)."""


def seed_result(result: "Result", bags: Path) -> SeedResult:
    """A result of a job whose bags are in the folder `bags`."""
    return SeedResult(
        seed=result.seed,
        url=result.url,
        outcome=result.outcome,
        bag=None if result.bag is None or result.package else (bags / result.bag).absolute(),
        verdict=result.verdict,
        reason=result.reason,
        name=result.bag,
        kind=result.kind,
        partial=result.partial,
        new=result.new,
        warning=result.warning,
        package=result.package,
        unchanged=result.unchanged,
        views_differ=result.views_differ,
        memento=_memento(result.memento),
    )


def _memento(stated: "Mapping[str, str] | None") -> MementoUsed | None:
    if not stated or not {"archive", "datetime", "uri"} <= stated.keys():
        return None
    return MementoUsed(archive=stated["archive"], datetime=stated["datetime"], uri=stated["uri"])
