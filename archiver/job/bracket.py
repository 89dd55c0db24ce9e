"""The bracket of a running job: opened before anything is asked for, extended by every sealed bag, closed at the end
(docs/keep/bracket.md).

Without a timestamping authority in the settings there is none, nor for pages that others captured.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from archiver.config import Config
from archiver.digest import sha256
from archiver.errors import ArchiverError, StorageError, TimestampError
from archiver.job.result import Archived, Done
from archiver.ledger.brackets import entries, forget, keep_closing, keep_opening, left_open, note
from archiver.model.bracket import OPENING, TOKEN, Opening, closing_of
from archiver.network.dial import ProxyFailed
from archiver.trust.custody import seal

_log = logging.getLogger(__name__)
_AT_ONCE = 20
"""Brackets of earlier jobs that one job closes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBracket:
    """The opening of a job and the folder where its bracket is kept."""

    config: Config
    opening: Opening
    folder: Path

    @classmethod
    def begin(cls, config: Config, job: str, now: datetime) -> "JobBracket | None":
        """Have an authority timestamp that the job begins; None where the settings ask for no bracket.

        Raises TimestampError where no authority gives a timestamp and the settings require one, StorageError.
        """
        if config.timestamp is None or config.bracket == "never" or config.imports:
            return None
        import archiver.cms  # noqa: F401 - says in one line what is not installed
        from archiver.trust.bracket import opening_of

        try:
            opening = opening_of(job, token_hex(32), now, config)
        except TimestampError as error:
            fault = f"the job cannot be bracketed: {error}"
            if config.bracket == "required":
                if isinstance(error.__cause__, ProxyFailed):  # without it no page could be asked for either
                    raise TimestampError(
                        f"{error}; nothing was fetched. Start the proxy or correct --proxy, then run again"
                    ) from error
                raise TimestampError(
                    f"{fault}; nothing was fetched. Try later, or go on without: --bracket if-possible"
                ) from error
            _log.warning("%s; its captures have no opening token", fault)
            return None
        bracket = cls(config=config, opening=opening, folder=keep_opening(config.bags, opening))
        bracket._close_earlier(now)
        return bracket

    def note(self, group: Iterable[Done]) -> None:
        """Note the bags among results that were settled. Raises StorageError."""
        found = []
        for done in group:
            if not isinstance(done, Archived) or done.repeats:
                continue
            if done.delivered:
                found.append((done.bag.name, done.delivered.receipt.seal))
            elif (place := self.config.bags / done.bag.name).is_dir():
                found.append((done.bag.name, seal(place)))
        if found:
            note(self.folder, found)

    def end(self, now: datetime) -> str | None:
        """Have an authority timestamp the seals of the job's bags; why that could not be done. Without bags there is
        nothing to bracket."""
        try:
            if not entries(self.folder):
                forget(self.folder)
                return None
            close(self.folder, now, self.config)
        except (TimestampError, StorageError) as error:
            return f"the job's bags have no closing token: {error}; the next job with an authority asks for it"
        return None

    def _close_earlier(self, now: datetime) -> None:
        for number, folder in enumerate(left_open(self.config.bags)):
            if folder == self.folder:
                continue
            try:
                if number < _AT_ONCE:
                    close(folder, now, self.config)
                    _log.info("an earlier job has its closing token now: %s", folder)
            except (ArchiverError, ValueError, LookupError, TypeError) as error:
                _log.warning("the bracket in %s stays open: %s", folder, error)
                return


def close(folder: Path, now: datetime, config: Config) -> None:
    """Close a bracket. Raises TimestampError, StorageError, ValueError where its opening cannot be read."""
    from archiver.trust.bracket import stamped

    try:
        job = json.loads((folder / OPENING).read_bytes())["job"]
        opening = sha256((folder / (OPENING + TOKEN)).read_bytes())
    except OSError as error:
        raise StorageError.from_os(f"read the opening in {folder}", error) from error
    statement = closing_of(job, opening, now, entries(folder))
    keep_closing(folder, (statement, *stamped(statement, config)))
