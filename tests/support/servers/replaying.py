"""A real pywb over WARC files, in a process and an environment of its own, which `make .venv/pywb/.made` makes: pywb
patches the whole interpreter when it is imported, and its brotlipy takes the place of brotli (docs/install.md)."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from places import ROOT

PYTHON = ROOT / ".venv/pywb/bin/python"
needs_pywb = pytest.mark.skipif(
    not (PYTHON.parents[1] / ".made").is_file(), reason="pywb is not installed; `make judges` installs it"
)
# Bound to loopback at a free port, which it prints. It ends with its standard input, so that nothing outlives a test.
SERVE = """
from gevent.monkey import patch_all; patch_all()
import sys
import types
import gevent
# Only its proxy mode makes certificates, by a pyOpenSSL that does not go with the cryptography of archiver[trust].
for name in ("wsgiprox", "wsgiprox.wsgiprox", "wsgiprox.resolvers"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["wsgiprox.wsgiprox"].WSGIProxMiddleware = object
sys.modules["wsgiprox.resolvers"].FixedResolver = object
from gevent.pywsgi import WSGIServer
from pywb.apps.frontendapp import FrontEndApp
server = WSGIServer(("127.0.0.1", 0), FrontEndApp(), log=None)
server.start()
print("listening", server.server_port, flush=True)
gevent.get_hub().threadpool.apply(sys.stdin.read)
server.stop(1)
"""


@contextmanager
def pywb(root: Path) -> Iterator[str]:
    """pywb over the collections in `root`; where it listens."""
    with (
        (root / "pywb.log").open("wb") as log,
        subprocess.Popen(
            [str(PYTHON), "-c", SERVE],
            cwd=root,
            env={**os.environ, "no_proxy": "*"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as child,
    ):
        assert child.stdin
        assert child.stdout
        try:
            port = next((line.split()[1] for line in child.stdout if line.startswith(b"listening ")), None)
            assert port, (root / "pywb.log").read_text("utf-8")
            yield f"http://127.0.0.1:{int(port)}"
        finally:
            child.stdin.close()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
