"""A job of a user who is not root: the browser keeps its sandbox, and the record says so."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages.browsers import HEADLINE, HOST, TEXT, needs_browser, put, shell
from servers.sites import Site

from archiver.browser.available import executable
from archiver.config import Config

pytestmark = needs_browser
NOBODY = 65534
# A Python below somebody's home is not everybody's to run: this one right is left to read it.
READS = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")


PROBE = """
import os, subprocess, sys
import archiver.cli, playwright
assert os.geteuid()
subprocess.run([sys.executable, "-c", ""], check=True)  # as the browser's driver is started
"""


def another_user(home: Path) -> list[str]:
    """What runs a command as a user who is not root; skips where that cannot be done here."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("these tests run as root, and setpriv, which runs a command as another user, is not installed")
    plain = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for prefix in (plain, [*plain, *READS]):
        command = [*prefix, sys.executable, "-c", PROBE]
        if subprocess.run(command, cwd=home, capture_output=True, check=False, env=environment(home)).returncode == 0:
            break
    else:
        pytest.skip("these tests run as root, and no other user may run this Python")
    if prefix != plain:  # the right is not the browser's, which would not begin with one
        drops = f'exec {setpriv} --inh-caps=-all --ambient-caps=-all {executable(Config())} "$@"\n'
        (home / "browser").write_text(f"#!/bin/sh\n{drops}", "ascii")
        (home / "browser").chmod(0o755)
    browser = [str(browser_of(home)), "--headless", "--disable-gpu", "--dump-dom", "about:blank"]
    shown = subprocess.run([*prefix, *browser], capture_output=True, cwd=home, check=False, env=environment(home))
    if b"<html" not in shown.stdout:
        pytest.skip(f"a browser has no sandbox here, not even for who is not root: {shown.stderr[-300:]!r}")
    return prefix


def browser_of(home: Path) -> Path:
    """The browser, as that user starts it."""
    own = home / "browser"
    return own if own.exists() else executable(Config()) or own


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(home), "TMPDIR": str(home / "t"), "XDG_RUNTIME_DIR": str(home / "t")}


@pytest.fixture
def home(tmp_path_factory):
    """A folder of that user, which can be reached from the root of the file system."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    (folder / "t").mkdir()
    if os.geteuid() == 0:
        for each in (folder, folder / "t"):
            os.chown(each, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_browser_of_a_user_who_is_not_root_has_its_sandbox_and_the_record_says_so(home):
    prefix = another_user(home)
    seed = "\n\n".join((HEADLINE, *TEXT, f"Original url: http://{HOST}/story\n"))
    (home / "seed.txt").write_text(seed, "utf-8")
    with Site({"/story": shell(put())}) as site:
        command = [*prefix, sys.executable, "-m", "archiver", "run", "--json", "--browser", "always"]
        command += ["--bags", str(home / "bags"), "--connect-to", f":80:127.0.0.1:{site.port}"]
        command += ["--browser-executable", str(browser_of(home)), str(home / "seed.txt")]
        done = subprocess.run(command, cwd=home, env=environment(home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    bag = home / "bags" / result["bag"]
    if os.geteuid() == 0:
        assert bag.stat().st_uid == NOBODY
    rendering = json.loads((bag / "data/provenance.json").read_text("utf-8"))["rendering"]
    about = json.loads((bag / "data/rendering/rendering.json").read_text("utf-8"))
    assert rendering["failed"] is None, done.stderr + rendering["failed"]
    assert about["sandbox"] is True
    assert TEXT[1] in (bag / "data/rendering/article.txt").read_text("utf-8")
    assert list((home / "t").glob("archiver-browser-*")) == []
