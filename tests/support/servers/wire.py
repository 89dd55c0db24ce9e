"""A loopback server that sends exactly the bytes it is given and keeps exactly the bytes it was sent.

A path has a list of answers, used in turn, the last one again and again. An answer is bytes, or a tuple of steps: bytes
to send, seconds to wait, CLOSE or RESET, an iterable of bytes, a function that is given the connection. After an answer
the connection waits for the next request, unless it was closed.
"""

import contextlib
import socket
import ssl
import struct
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

CLOSE, RESET = "close", "reset"
Step = bytes | float | str | Iterable[bytes] | Callable[[socket.socket], object]
Answer = bytes | tuple[Step, ...]


def ok(body: bytes = b"hello", *head: bytes, status: bytes = b"200 OK") -> bytes:
    """A whole response with a Content-Length."""
    lines = [b"HTTP/1.1 " + status, *head, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks: bytes, head: bytes = b"", trailers: bytes = b"") -> bytes:
    """A whole response in the chunked coding."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks)
    return b"HTTP/1.1 200 OK\r\n" + head + b"Transfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n" + trailers + b"\r\n"


def drip(data: bytes, seconds: float) -> tuple[Step, ...]:
    """One byte at a time."""
    return tuple(step for n in range(len(data)) for step in (data[n : n + 1], seconds))


class Server:
    """Answers by path (by the whole request target for a proxy); `seen` has the request heads, byte for byte."""

    def __init__(
        self,
        answers: Mapping[str, Sequence[Answer]],
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.answers, self.tls = answers, tls
        self.seen: dict[str, list[bytes]] = defaultdict(list)
        self.connections = 0
        self.most_at_once = 0
        """Pauses within answers that overlapped: as many requests were waiting."""
        self._pausing = self.answered = self.closed = 0
        self._stopped, self._lock = threading.Event(), threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> "Server":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive(), "the server's thread hangs"

    def _start(self, run: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=run, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._serve, connection)

    def _serve(self, raw: socket.socket) -> None:
        connection = raw
        try:
            if self.tls:
                connection = self.tls.wrap_socket(raw, server_side=True)
            with self._lock:
                self._open.append(connection)
            while (head := self._head(connection)) and self._answer(connection, head):
                pass
        except OSError:
            pass  # the client went away, or the test is over
        finally:
            connection.close()
            self.closed += 1

    def _head(self, connection: socket.socket) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            if not byte:
                return b""
            head += byte
        return head

    def _answer(self, connection: socket.socket, head: bytes) -> bool:
        target = head.split(b" ")[1].decode("ascii")
        with self._lock:
            self.seen[target].append(head)
            turn = len(self.seen[target])
        answers = self.answers.get(target, [ok(b"no such path", status=b"404 Not Found")])
        answer = answers[min(turn, len(answers)) - 1]
        whole = all(self._step(connection, step) for step in (answer if isinstance(answer, tuple) else (answer,)))
        self.answered += 1
        return whole

    def _pause(self, seconds: float) -> bool:
        with self._lock:
            self._pausing += 1
            self.most_at_once = max(self.most_at_once, self._pausing)
        try:
            return not self._stopped.wait(seconds)
        finally:
            with self._lock:
                self._pausing -= 1

    def _step(self, connection: socket.socket, step: Step) -> bool:
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, (float, int)):
            return self._pause(step)
        elif isinstance(step, str):
            if step == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        elif callable(step):
            step(connection)
            return False
        else:
            for piece in step:
                connection.sendall(piece)
        return True


def splice(port: int) -> Callable[[socket.socket], None]:
    """What a proxy does after CONNECT: says yes, then passes bytes on to a port of this machine both ways."""

    def run(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as site:
            back = threading.Thread(target=_pump, args=(site, client), daemon=True)
            back.start()
            _pump(client, site)
            back.join(5)

    return run


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
