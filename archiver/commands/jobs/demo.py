"""`archiver demo`: the tour of the made-up newspaper, or the newspaper alone."""

import argparse
import os
import shlex
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from archiver.config import load
from archiver.demo.server import serve
from archiver.demo.tour import SEEDS, run_demo
from archiver.errors import UsageError


def demo(args: argparse.Namespace) -> int:
    """Run the tour into the folder named in `args`; 0 when all is as expected. Raises UsageError."""
    if args.serve is not None:
        if args.folder:
            raise UsageError("--serve makes no bags: leave the folder out")
        return _serve(args.serve)
    config = load(args.config, {})
    folder = args.folder or args.bags or Path("demo-bags")  # never the folder where one's own bags are
    return run_demo(folder, config, say=lambda line: print(line, flush=True), program=_program())


def _serve(port: int) -> int:
    """Serve the newspaper until Ctrl-C; 0 then. Raises UsageError, or StorageError where the port is not free."""
    if not 0 <= port <= 65535:
        raise UsageError(f"--serve {port}: a port is a number from 0 to 65535")
    with suppress(KeyboardInterrupt), serve(port) as newspaper:
        print(f"A made-up newspaper is being served at {newspaper.address}; end it with Ctrl-C.")
        print(f"Its clippings are in {SEEDS}.")
        print("Archive them in another terminal:")
        options = f"--connect-to :80:127.0.0.1:{newspaper.connect_to.to_port} --pace 0"
        print(f"  {_program()} run {options} {shlex.quote(str(SEEDS))}", flush=True)
        while True:
            time.sleep(3600)
    return 0


def _program() -> str:
    """How the reader can call this program: by name, or by path where it is not on the PATH (`make demo`)."""
    if shutil.which("archiver"):
        return "archiver"
    called = shlex.quote(os.path.relpath(sys.argv[0]))
    return called if os.access(sys.argv[0], os.X_OK) else "python -m archiver"
