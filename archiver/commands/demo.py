"""`archiver demo`: the tour of the made-up newspaper."""

import argparse

from archiver.demo.tour import run_demo


def demo(args: argparse.Namespace) -> int:
    """Run the tour into the folder named in `args`; 0 when all is as expected."""
    return run_demo(args.folder, say=lambda line: print(line, flush=True))
