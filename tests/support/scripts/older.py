"""Makes `tests/data/older/VERSION.tar.xz`: what this version leaves on a disk, for later versions to read.

Run it before the version is raised: `PYTHONPATH=tests/support .venv/bin/python tests/support/scripts/older.py`. What is
in it, folder by folder, is in `tests/data/older/README.md`; `tests/test_older.py` reads all of it. Every word is of the
demo's newspaper, or stands below.
"""

import os
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from builders.pki import issue
from places import DATA
from servers.newsroom import Answer, newsroom

from archiver import __version__
from archiver.cli import main
from archiver.demo.server import serve
from archiver.demo.tour import SEEDS

HOST = "www.ebb-gazette.example"
UNDATED = f"http://{HOST}/slipway"
"""A page with a few words, which trafilatura reads otherwise than we do, and with a day that only htmldate takes for
its date."""
PAGE = """<!doctype html><html lang="en"><head><title>Slipway</title></head><body><h1>Slipway repaired</h1>
<div class="date">March 9, 2023</div><div><div>The slipway at Ebb was mended by hand in nine days.</div></div>
<div><i>Boats return on Monday.</i></div><p>© 2019</p></body></html>"""
SEED = f"""Slipway repaired

March 9, 2023

Supplied by: Orla Quist
Case number: 12

The slipway at Ebb was mended by hand in nine days.

Original url: <{UNDATED}>
"""
SETTINGS = """organisation = "Ostrand County Archive"
operator = "Demo Operator"
contact_email = "archive@example.org"
pace = 0.0
[[archives]]
name = "the Ostrand Web Archive"
family = "pywb"
url = "http://archive.ostrand.example/news/"
"""
REFUSED = "Metadata of a cloud\n\nWords of a made-up page.\n\nOriginal url: <http://169.254.169.254/x>\n"
UNREADABLE = {"nowhere.txt": "A headline\n\nNo address stands here.\n", "unread.txt": "Words alone.\n"}


def archiver(*arguments: str | Path, code: int = 0) -> None:
    """One command, which must end with `code`."""
    ended = main([str(each) for each in arguments])
    if ended != code:
        sys.exit(f"archiver {' '.join(map(str, arguments))}: exit code {ended}")


def make() -> None:
    """Everything, in the current folder."""
    Path("archiver.toml").write_text(SETTINGS)
    Path("seeds").mkdir()
    for name in ("tide-gauge", "fish-market", "dredging-budget", "ferry-strike"):
        shutil.copy(SEEDS / f"{name}.txt", "seeds")
    for name, text in {"inside.txt": REFUSED, **UNREADABLE}.items():
        Path("seeds", name).write_text(text)
    with serve() as demo:
        here = [f"--connect-to=:80:{demo.address.removeprefix('http://')}", "--browser=never", "--quiet"]
        archiver("run", *here, "seeds", code=1)
        shutil.copy(SEEDS / "mill-bridge.txt", ".")
        archiver("run", *here, "--bags", "only", "mill-bridge.txt", code=1)
        archiver("run", *here, "--bags", "only", "--only-changed", "mill-bridge.txt", code=1)
        Path("target").mkdir()
        archiver("run", *here, "--bags", "delivering", "--deliver", "target", "seeds/ferry-strike.txt")
    pages = {(HOST, "/slipway"): Answer(PAGE.encode())}
    Path("supplied").mkdir()
    Path("supplied/slipway.txt").write_text(SEED)
    with newsroom(pages) as site:
        there = [*site.options, "--browser=never", "--quiet"]
        archiver("run", *there, "--bags", "private", "supplied/slipway.txt")
        Path("archiver.toml").write_text('private = "bag"\n' + SETTINGS)
        archiver("run", *there, "--bags", "inbag", "supplied/slipway.txt")
    (warc,) = Path("inbag").glob("*/data/wacz/archive/slipway*-????????.warc.gz")
    archiver("run", "--quiet", "--bags", "imported", "supplied/slipway.txt", "--from", warc)
    bags = sorted(Path("bags").glob("*-*"))
    fish = next(each for each in bags if each.name.startswith("fish"))
    tide = next(each for each in bags if each.name.startswith("tide"))
    signer = issue("Ada Archivist", issue("Test Root", ca=True), email="ada@archive.example", days=(-1, 36500))
    archiver("sign", "--quiet", *signer.write(Path("keys")), "--no-revocation", fish)
    archiver("audit", "--quiet", "bags")
    archiver("validate", "--quiet", "--since-ledger", "bags")
    for folder in ("away", "access", "groups", "bundles"):
        Path(folder).mkdir()
    archiver("handoff", "--quiet", *bags, "away")
    archiver("handoff", "--quiet", "--redact", "--form", "folder", tide, "access")
    archiver("handoff", "--quiet", "--group", "demo-group", fish, tide, "groups")
    archiver("receive", "--quiet", "--bags", "received", next(Path("away").glob("tide*.tar")))
    archiver("restrict", "--quiet", "--access", "metadata-only", "--reason", "asked by the family", fish)
    for package in Path("away").iterdir():
        if not package.name.startswith("tide"):
            package.unlink()


FOLDERS = (
    "seeds",
    "bags",
    "only",
    "delivering",
    "target",
    "received",
    "away",
    "access",
    "groups",
    "supplied",
    "private",
    "inbag",
    "imported",
)


def pack() -> None:
    made = DATA / "older" / f"{__version__}.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make()
        with tarfile.open(made, "w:xz") as archive:
            for name in FOLDERS:
                archive.add(name)
        os.chdir("/")
    print(f"{made}: {made.stat().st_size:,} bytes")


if __name__ == "__main__":
    pack()
