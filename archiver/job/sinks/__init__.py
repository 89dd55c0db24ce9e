"""Where finished bags go: the local folder, or a delivery target."""

from archiver.config import Config
from archiver.job.sinks.local import BagSink
from archiver.ledger.ledger import Ledger


def sink_of(config: Config, job: str, ledger: Ledger) -> BagSink:
    """The sink these settings ask for. Raises UsageError, StorageError."""
    if config.deliver:
        from archiver.job.sinks.deliver import DeliverySink  # jobs that keep their bags need none of its imports

        return DeliverySink(config, job, ledger)
    return BagSink(config, job, ledger)
