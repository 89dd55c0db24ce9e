"""The command line: parses, calls one command, returns its exit code.

No rule lives here. Commands are imported when they are called, so that `--help` and `validate` start fast.
"""

import codecs
import gc
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from archiver.commands.console.signals import signals_as_interrupts
from archiver.commands.options import COMMANDS, parser
from archiver.errors import ArchiverError, UsageError
from archiver.escape import visible

MODULES = {each.name: f"archiver.commands.{each.module}" for each in COMMANDS}
"""Command -> the module with a function of its name."""
YOUNG = 10_000
"""New objects from which on garbage is looked for: seeds, bags and pages are thousands, and nearly all live."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; never raises. Errors are one line on stderr."""
    if argv is not None:
        return _run(argv)
    gc.set_threshold(YOUNG, 10, 10)  # the process is ours
    code = _run(None)
    gc.freeze()  # at its end nothing is looked through
    return code


def _run(argv: Sequence[str] | None) -> int:
    debug = False
    _open_streams()
    try:
        commands = parser(lazily=True)
        args = commands.parse_args(argv)
        args.as_program = argv is None
        if args.command is None:
            commands.print_help(sys.stderr)
            return 2
        debug = args.debug
        logging.basicConfig(level=logging.CRITICAL + 1)
        # Not what libraries log: AWS's contain session tokens, HTTP's whole addresses.
        logging.getLogger("archiver").setLevel(logging.DEBUG if debug else logging.NOTSET)
        command = getattr(importlib.import_module(MODULES[args.command]), args.command)
        with signals_as_interrupts():
            code = command(args)
        sys.stdout.flush()
    except ArchiverError as error:
        about = "" if args.command == "help" else f"{args.command} "
        hint = f" (see 'archiver {about}--help')" if isinstance(error, UsageError) else ""
        return _complain(f"{error}{hint}", error.exit_code)
    except KeyboardInterrupt as error:
        return _complain(str(error) or "interrupted", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has left; nothing more to say
        return 141
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 2
    except OSError as error:
        return _complain(f"cannot go on: {error}", 3)
    except Exception as error:  # the last resort: a bug is reported in one line
        if debug:
            logging.getLogger("archiver").exception("bug")
        return _complain(f"a bug in archiver: {type(error).__name__}: {error} (--debug shows where)", 3)
    return int(code)


class Talk(io.TextIOWrapper):
    """What commands say on stderr: where it cannot be written (a full disk, a terminal that is gone), work goes on.
    `strict` is the stream that raises OSError then."""

    def __init__(self, strict: io.TextIOWrapper) -> None:
        super().__init__(strict.buffer, encoding=strict.encoding, errors=SHOWN, line_buffering=True)
        self.strict = strict

    def write(self, text: str, /) -> int:
        """Write what can be written."""
        with suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        with suppress(OSError):
            super().flush()


def _shown(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # A byte of a name that is not in the encoding of the locale as `visible` has it, other characters as Python does.
    text = error.object[error.start : error.end]
    shown = "".join(visible(c) if "\udc80" <= c <= "\udcff" else c for c in text)
    return shown.encode("ascii", "backslashreplace").decode("ascii"), error.end


SHOWN = "archiver.shown"
codecs.register_error(SHOWN, _shown)


def _open_streams() -> None:
    """What was closed by whoever called us (`>&-`) swallows what is written; what its encoding lacks is escaped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the very end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SHOWN)
    if isinstance(sys.stderr, io.TextIOWrapper) and sys.stderr is sys.__stderr__:
        sys.stderr = Talk(sys.stderr)


def _complain(message: str, code: int) -> int:
    print(f"archiver: {visible(' '.join(message.split()))}", file=sys.stderr)
    return code
