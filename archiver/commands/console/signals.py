"""SIGTERM and SIGHUP end a command as Ctrl-C does: what is done is kept, what is half done is removed.

Before and after a command, the handlers of `archiver/__main__.py` are in force.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Signalled(KeyboardInterrupt):
    """A signal asked for the end. Not an ArchiverError: a command might take that for the error of one bag."""


@contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """Raises Signalled inside, once, when SIGTERM or SIGHUP comes; a second signal ends the process at once, with 130.
    Ctrl-C raises KeyboardInterrupt inside.

    A signal that is ignored stays so (nohup). `archiver run` has handlers of its own, in place of these.
    """
    stopping = False

    def on_signal(number: int, _: object) -> None:
        nonlocal stopping
        if stopping:
            os._exit(130)
        stopping = True
        raise Signalled(f"{signal.Signals(number).name}: what is done is kept; run the same command again to go on")

    before = dict[signal.Signals, Any]()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) not in (signal.SIG_IGN, None):  # None: not a handler of Python's
                handler = signal.default_int_handler if number == signal.SIGINT else on_signal
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
