"""What is asked of an audit, and what it answers for each bag."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from archiver.errors import UsageError
from archiver.fixity.read_bag import Change

Outcome = Literal["good", "changed", "gone", "lost", "moved"]
"""`lost`: gone, and the loss was accepted. `moved`: not there any more, but a bag with its seal is where none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked of an audit: `sample` is a share of the bags, `older` the age of the last good reading from which a
    bag is due; `seed` draws the sample, `repeat` if it was given; `accept` takes what is sound as it is now; `readings`
    is the folder in which readings are kept, None: beside the bags."""

    sample: float | None = None
    older: timedelta | None = None
    seed: str = ""
    repeat: bool = False
    replicas: tuple[Path, ...] = ()
    accept: bool = False
    readings: Path | None = None

    @classmethod
    def of(
        cls,
        *,
        sample: float | None,
        older: timedelta | None,
        seed: str | None,
        replicas: Sequence[Path],
        accept: bool,
        readings: str | Path | None = None,
    ) -> "Plan":
        """A plan as a person states it; without a seed, one is made up. Raises UsageError."""
        if sample is not None and not 0 < sample <= 1:
            raise UsageError(f"a sample of {sample} is not a share above 0, up to 1")
        if seed is not None and sample is None:
            raise UsageError("--seed draws a sample: name its share, --sample 5%")
        for folder in replicas:
            if not folder.is_dir():
                raise UsageError(f"--replica {folder} is not a folder; mount what is elsewhere")
        drawn_by = seed if seed is not None else secrets.token_hex(4)
        return cls(
            sample=sample,
            older=older,
            seed=drawn_by,
            repeat=seed is not None,
            replicas=tuple(replicas),
            accept=accept,
            readings=None if readings is None else Path(readings).absolute(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """The result for one bag; `since` is the last good one before it, `notes` what must be known besides."""

    bag: str
    outcome: Outcome
    time: str
    octets: int
    seal: str | None
    since: str | None
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = field(default=())


@dataclass(slots=True, kw_only=True)
class AuditProgress:
    """How far an audit is: the bags there are, those due, the bytes read, what drew the sample, and when interrupted
    audits that are resumed began."""

    bags: int = 0
    due: int = 0
    octets: int = 0
    seed: str | None = None
    resumed: list[str] = field(default_factory=list)
