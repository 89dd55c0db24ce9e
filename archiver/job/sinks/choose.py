"""Who keeps the bags of a job: what delivering takes is imported for jobs that deliver alone."""

from archiver.config import Config
from archiver.job.sinks.local import Keeper
from archiver.ledger.ledger import Ledger


def keeper_of(config: Config, job: str, ledger: Ledger) -> Keeper:
    """What these settings ask for. Raises UsageError, StorageError."""
    if config.deliver:
        from archiver.job.sinks.deliver import Consignor

        return Consignor(config, job, ledger)
    return Keeper(config, job, ledger)
