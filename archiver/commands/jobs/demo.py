"""`archiver demo`: the tour of the made-up newspaper."""

import argparse
import os
import shlex
import shutil
import sys
from pathlib import Path

from archiver.config import load
from archiver.demo.tour import run_demo


def demo(args: argparse.Namespace) -> int:
    """Run the tour into the folder named in `args`; 0 when all is as expected. Raises UsageError."""
    config = load(args.config, {})
    folder = args.folder or args.bags or Path("demo-bags")  # never the folder where one's own bags are
    return run_demo(folder, config, say=lambda line: print(line, flush=True), program=_program())


def _program() -> str:
    """How the reader can call this program: by name, or by path where it is not on the PATH (`make demo`)."""
    if shutil.which("archiver"):
        return "archiver"
    called = shlex.quote(os.path.relpath(sys.argv[0]))
    return called if os.access(sys.argv[0], os.X_OK) else "python -m archiver"
