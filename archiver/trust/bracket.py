"""Asks for the two timestamps that bracket a job: one before it asks for anything, one over the seals of its bags
(docs/keep/bracket.md)."""

import json
from datetime import datetime
from pathlib import Path

from archiver import __version__
from archiver.cms.read import read_timestamp
from archiver.config import Config
from archiver.config.several import several
from archiver.digest import sha256
from archiver.errors import TimestampError
from archiver.model.bracket import Opening
from archiver.network.dial import ProxyFailed, Route
from archiver.trust.timestamp import timestamp


def opening_of(job: str, nonce: str, now: datetime, config: Config) -> Opening:
    """The opening statement of a job, timestamped. `nonce` is random text. Raises TimestampError where no authority of
    the settings gives a timestamp."""
    said = {
        "bracket": "opening",
        "job": job,
        "nonce": nonce,
        "software": f"archiver {__version__}",
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }
    statement = (json.dumps(said, sort_keys=True, indent=1) + "\n").encode("ascii")
    token, certificates = stamped(statement, config)
    return Opening(
        job=job,
        statement=statement,
        token=token,
        certificates=certificates,
        sha256=sha256(token),
        time=read_timestamp(token, statement).time,
    )


def stamped(data: bytes, config: Config) -> tuple[bytes, bytes]:
    """The timestamp of `data` by the first authority of the settings that gives one: its answer (DER), its chain (PEM).
    Raises TimestampError where none does."""
    roots: Path | None = config.tsa_roots or config.trust_roots
    failures = []
    for url in several(config.timestamp):
        try:
            return timestamp(data, url, roots, Route.of(config))
        except TimestampError as error:
            if isinstance(error.__cause__, ProxyFailed):  # by which the others would be asked too
                raise
            failures.append(str(error))
    raise TimestampError("; ".join(failures) or "the settings name no timestamping authority")
