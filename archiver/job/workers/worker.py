"""What runs the pipeline: in the coordinator's process, in those of a pool or on a cluster (`executors.py`).

What goes wrong inside one seed is that seed's Failure; only a storage error stops the job.
"""

import gc
import logging
import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from archiver.bag.staging import STAGING
from archiver.capture.cookie_file import read_cookies
from archiver.capture.fetch import Fetcher
from archiver.capture.shared_cache import SharedCache
from archiver.capture.wire.recorder import Recorder
from archiver.config import Config
from archiver.errors import RecordingError, Refused, StorageError
from archiver.job.clock_check import FreshClockCheck
from archiver.job.pipeline import Tools, archive
from archiver.job.result import BagIdentity, Done, failure
from archiver.job.workers.malloc import give_back, share_arena
from archiver.job.workers.watchdog import begin, watched
from archiver.mementos.consult import Mementos
from archiver.mementos.turns import Turns
from archiver.model import PreviousBag, Seed
from archiver.model.bracket import Opening
from archiver.trust.seal_new_bag import load_signer

_log = logging.getLogger(__name__)
_tools: Tools | None = None
YOUNG = 50_000
"""New objects from which on garbage is collected: a page's blocks and elements are thousands, and all live."""
here = threading.local()
"""The `tools` of this thread, where a process works for several jobs at once."""


def run_seed(seed: Seed, identity: BagIdentity | None = None, previous: tuple[PreviousBag, ...] = ()) -> Done:
    """Archive one seed with the tools of this worker; with a name for it, deliver its bag. `previous` are the earlier
    bags of its address. Raises StorageError."""
    tools: Tools | None = getattr(here, "tools", _tools)
    assert tools is not None, "the worker has no job"
    started = datetime.now(UTC)
    work = partial(archive, previous=previous) if previous else archive
    try:
        with watched(tools.config.seed_cpu_seconds):
            if identity is None or tools.outbox is None:
                return work(seed, tools)
            return tools.outbox.deliver(seed, identity, partial(work, seed, tools, identity))
    except StorageError:
        raise
    except Refused as error:
        return failure(seed, "delivery", f"its bag is not delivered: {error}", started)
    except RecordingError as error:
        return failure(seed, "recording", str(error), started)
    except Exception as error:  # noqa: BLE001 - an adapter for whatever a page can do to the libraries that read it
        _log.exception("%s: %s", seed.origin, seed.url)
        return failure(seed, "internal", f"archiver failed on it: {type(error).__name__}: {error}", started)
    finally:
        give_back()


def equip(config: Config, job: str, level: int | None = None, opening: Opening | None = None) -> None:
    """Get ready for a job. A process of a pool, which is given a level of logging, logs as the coordinator does, and
    leaves Ctrl-C and the end of the terminal to it. Raises UsageError, StorageError."""
    global _tools
    if level is not None:
        logging.basicConfig(level=level)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        begin(config.seed_cpu_seconds)
    tune()
    _tools = tools_for(config, job, opening=opening)


def tune() -> None:
    """Have this process spend less on memory: one arena, and garbage looked for as often as pages make it."""
    share_arena()
    gc.freeze()  # what is imported stays: no collection need look through it
    gc.set_threshold(YOUNG, 10, 10)


def tools_for(config: Config, job: str, outbox: Path | None = None, *, opening: Opening | None = None) -> Tools:
    """What a process needs for a job, whose bracket has this opening. Raises UsageError, StorageError where the key of
    the signer is of no use, or bags cannot be delivered; those wait in the folder `outbox`."""
    cache, signer = SharedCache(config.bags / STAGING / "shared"), load_signer(config)
    out = importer = None
    if config.deliver:
        from archiver.job.outbox import OUTBOX, outbox_of

        out = outbox_of(config, outbox or config.bags / OUTBOX, signer)
    if config.imports:
        from archiver.imports.importer import Importer

        importer = Importer(config=config)
    return Tools(
        config=config,
        fetcher=Fetcher(
            Recorder(config), cache=cache, cookies=read_cookies(config.cookies) if config.cookies else None
        ),
        second=Recorder(replace(config, proxy=config.second_view)) if config.second_view else None,
        job=job,
        signer=signer,
        outbox=out,
        mementos=Mementos(config, Turns(config.bags / STAGING / "archives", job)),
        clock=FreshClockCheck(),
        opening=opening,
        importer=importer,
    )


def release() -> None:
    """Close the connections of a job that ran in this process."""
    global _tools
    if _tools is not None:
        _tools.fetcher.recorder.close()
        if _tools.second:
            _tools.second.close()
        if _tools.mementos:
            _tools.mementos.close()
        _tools = None
