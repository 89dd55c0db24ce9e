"""Small sites on loopback for a browser: handlers by method and path, request bodies read, everything noted."""

import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Made = tuple[int, str, bytes]
"""Status, media type, body."""
Handler = Callable[[bytes], Made] | Made | str


class Site:
    """Serves while it is entered; `asked` has (method, path, headers, body) of each request, in order."""

    def __init__(self, pages: Mapping[str, Handler], *, tls: ssl.SSLContext | None = None) -> None:
        self.pages, self.asked = pages, list[tuple[str, str, dict[str, str], bytes]]()
        site = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                site.asked.append((self.command, self.path, dict(self.headers), body))
                key = next((k for k in (f"{self.command} {self.path}", self.path) if k in site.pages), None)
                made: Any = site.pages[key] if key else (404, "text/plain", b"nothing here")
                made = made(body) if callable(made) else made
                status, kind, answer = (
                    made if isinstance(made, tuple) else (200, "text/html; charset=utf-8", made.encode())
                )
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", kind)
                else:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        for method in ("GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"):
            setattr(Answering, f"do_{method}", Answering._answer)

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self.server = Quiet(("127.0.0.1", 0), Answering)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self.server.server_address[1]

    def __enter__(self) -> "Site":
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def paths(self, method: str = "GET") -> list[str]:
        return [path for how, path, _, _ in self.asked if how == method]
