"""The program's entry: `archiver` and `python -m archiver`.

Says what a signal does before anything else is imported, which takes a moment: Ctrl-C there would show Python's own
traceback, SIGTERM would end the process without a word. Who uses archiver as a library imports none of this, and keeps
the handlers it has.
"""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def main() -> int:
    """Run the command of `sys.argv`; what it returns is the exit code (docs/command-line.md)."""
    _on_signals(_stop)
    from archiver.cli import main as run_command

    code = run_command()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    # All is done and said: what still comes while Python ends changes nothing any more.
    _on_signals(lambda *_: os._exit(code))
    return code


def _stop(_: int, __: FrameType | None) -> None:
    # Nothing was begun, or all was put away: an exception might be swallowed by whatever is being imported.
    os.write(2, b"archiver: interrupted\n")
    os._exit(130)


def _on_signals(handler: "signal._HANDLER") -> None:
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # which is how nohup starts us
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
