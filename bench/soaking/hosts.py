"""The hosts of a soak, in a process of their own: `python bench/soaking/hosts.py WORK SEEDS [CORPUS]`.

Listens on loopback: plain, TLS of an authority of its own, TLS that nobody trusts, and a web archive. Prints their
ports as JSON. The archive fails at times while there is a file `archive-fails` in WORK.
"""

import contextlib
import json
import random
import re
import socket
import ssl
import struct
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import trustme

sys.path.insert(0, str(Path(__file__).parent.parent))
from soaking.answers import CLOSE, RESET, Step, of, of_archive, ok

HEAD = 64 << 10
IDLE = 30.0
CROWD = 40
"""Seeds of one host over TLS (kinds.py)."""


class Site:
    """Answers requests; `turns` counts those for each address."""

    def __init__(self, work: Path, corpus: list[Path]) -> None:
        self.work, self.corpus, self.turns, self.dice = work, corpus, Counter[str](), random.Random(7)

    def listen(self, tls: ssl.SSLContext | None = None, *, archive: bool = False) -> int:
        """Start a listener; its port."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        threading.Thread(target=self._accept, args=(listener, tls, archive), daemon=True).start()
        return int(listener.getsockname()[1])

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None, archive: bool) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection, tls, archive), daemon=True).start()

    def _serve(self, raw: socket.socket, tls: ssl.SSLContext | None, archive: bool) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.closing(raw):
            raw.settimeout(IDLE)
            connection = tls.wrap_socket(raw, server_side=True) if tls else raw
            with contextlib.closing(connection):
                while (head := self._head(connection)) and self._send(connection, self._answer(head, archive)):
                    pass

    def _head(self, connection: socket.socket) -> str:
        head = b""
        while b"\r\n\r\n" not in head and len(head) < HEAD:
            data = connection.recv(4096)
            if not data:
                return ""
            head += data
        return head.decode("latin-1")

    def _answer(self, head: str, archive: bool) -> Iterable[Step]:
        target = head.split(" ", 2)[1]
        if archive:
            return of_archive(target, down=(self.work / "archive-fails").exists(), dice=self.dice)
        host = re.search(r"(?mi)^host:\s*([a-z]+)(\d*)", head)
        numbered = re.search(r"/(?:news|old|older|p)/?(\d+)", target)
        key = f"{host and host[0]} {target}"
        self.turns[key] += 1
        if target == "/robots.txt":
            return [ok(b"User-agent: *\nAllow: /\n", b"Content-Type: text/plain")]
        return of(host[1] if host else "", int(numbered[1]) if numbered else 0, target, self.turns[key], self.corpus)

    def _send(self, connection: socket.socket, steps: Iterable[Step]) -> bool:
        for step in steps:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, float):
                threading.Event().wait(step)
            elif step == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            elif step == CLOSE:
                return False
        return True


def main() -> None:
    work, seeds = Path(sys.argv[1]), int(sys.argv[2])
    corpus = sorted(Path(sys.argv[3]).glob("*.html.gz")) if len(sys.argv) > 3 else []
    ours, theirs = trustme.CA(), trustme.CA()
    contexts = []
    for authority, names in (
        (ours, [f"tls{n}.example" for n in range(seeds // CROWD + 1)]),
        (theirs, ["elsewhere.example"]),
    ):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        contexts.append(context)
    ours.cert_pem.write_to_path(str(work / "ca.pem"))
    site = Site(work, corpus)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = int(unused.getsockname()[1])
    ports = {"plain": site.listen(), "tls": site.listen(contexts[0]), "untrusted": site.listen(contexts[1]),
             "archive": site.listen(archive=True), "closed": closed}  # fmt: skip
    print(json.dumps(ports), flush=True)
    sys.stdin.read()  # until the other end closes it


if __name__ == "__main__":
    main()
