"""How signatures and timestamps are made: when, for whom, by which authorities, and what may be asked for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver.config import Config
from archiver.config.several import Several
from archiver.network.dial import Route
from archiver.trust.certificates import Certificate
from archiver.trust.custody import Agent

Judge = Callable[[Mapping[str, bytes], Certificate], None]
"""Judges files (path in the bag -> content) before they are written; their own chain ends in this certificate. Raises
Refused for what would not be accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What is the same for all signatures and timestamps of one call. `roots` and `tsa_roots` (by default the same)
    are files of whom to trust; `judge` is asked before anything is written; `durable` flushes each file to the disk."""

    now: datetime
    agent: Agent = field(default_factory=Agent)
    timestamp_url: Several = None
    roots: Path | None = None
    tsa_roots: Path | None = None
    ask_revocation: bool = True
    durable: bool = True
    route: Route = field(default_factory=Route)
    judge: Judge | None = None

    @classmethod
    def of(cls, config: Config, now: datetime, **more: Any) -> "Signing":
        """That of the settings, and fields that they do not have. Raises UsageError for an invalid proxy."""
        return cls(
            now=now,
            timestamp_url=config.timestamp,
            roots=config.trust_roots,
            tsa_roots=config.tsa_roots,
            route=Route.of(config),
            **more,
        )
