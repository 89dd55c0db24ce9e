"""A loopback news site for tests of whole jobs: pages by host and path, plain or TLS, with counters."""

import http.server
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Answer:
    """What a page answers; `delay` in seconds before it does, `missing` bytes that are announced and never sent."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    missing: int = 0


@dataclass
class Newsroom:
    """A running site. `asked` counts requests for pages by (host, path), `robots` those for robots.txt by host."""

    port: int
    asked: Counter[tuple[str, str]]
    robots: Counter[str]
    ca: Path | None = None

    @property
    def options(self) -> list[str]:
        """What the command line needs to reach it under its pages' own addresses."""
        if self.ca:
            return ["--connect-to", f":443:127.0.0.1:{self.port}", "--ca-bundle", str(self.ca)]
        return ["--connect-to", f":80:127.0.0.1:{self.port}"]


@contextmanager
def newsroom(pages: Mapping[tuple[str, str], Answer], *, tls: Path | None = None) -> Iterator[Newsroom]:
    """Serve `pages`; with `tls`, a folder for the test CA's certificate, over HTTPS."""
    asked: Counter[tuple[str, str]] = Counter()
    robots: Counter[str] = Counter()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            key = (self.headers.get("Host", "").split(":")[0].lower(), self.path)
            if self.path == "/robots.txt":
                robots[key[0]] += 1
            else:
                asked[key] += 1
            answer = pages.get(key, Answer(b"<h1>Not here</h1>", status=404))
            time.sleep(answer.delay)
            self.send_response(answer.status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + answer.missing))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            pass  # a client that was killed has closed its connection

    server = Server(("127.0.0.1", 0), Handler)
    ca = _with_tls(server, {host for host, _ in pages}, tls) if tls else None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Newsroom(port=server.server_address[1], asked=asked, robots=robots, ca=ca)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _with_tls(server: http.server.HTTPServer, hosts: set[str], folder: Path) -> Path:
    import trustme

    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*sorted(hosts)).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder / "ca.pem"


def article(headline: str, paragraphs: list[str], *, caption: str = "", head: str = "") -> bytes:
    """A page as a newspaper sends it: navigation and footer around a headline, a photo and the paragraphs (HTML)."""
    figure = f'<figure><img src="/p.jpg" alt=""><figcaption>{caption}</figcaption></figure>' if caption else ""
    body = "\n".join(f"<p>{each}</p>" for each in paragraphs)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{headline} - Example Times</title>{head}</head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav></header>
<main><article><h1>{headline}</h1>{figure}<div class="article-body">{body}</div></article></main>
<footer><p>Example Times. <a href="/about">About us</a></p></footer></body></html>""".encode()


PARAGRAPHS = [
    "The town library opened its doors again on Monday after four months of repairs to the roof and the reading room.",
    "Visitors queued in the rain from eight in the morning, some of them with books that were due in the winter.",
    "Nobody will pay a fine for those, the head librarian said, and the first hundred visitors were given tea.",
    "The repairs cost less than planned because two of the carpenters worked without pay at the weekends.",
]


def seed_document(number: int, *, host: str = "www.example-times.example") -> str:
    """A seed of the page that `pages_for` serves under the same number."""
    body = "\n\n".join([*PARAGRAPHS, f"This is report number {number}."])
    address = f"http://{host}/news/{number}"
    return f"\nLibrary opens again, report {number}\n\nMarch 4, 2024\n\n{body}\n\nOriginal url:\n\n<{address}>"


def pages_for(
    numbers: range, *, host: str = "www.example-times.example", delay: float = 0.0
) -> dict[tuple[str, str], Answer]:
    """Pages that say exactly what their seeds say."""
    return {
        (host, f"/news/{n}"): Answer(
            article(f"Library opens again, report {n}", [*PARAGRAPHS, f"This is report number {n}."]), delay=delay
        )
        for n in numbers
    }


def write_seeds(folder: Path, numbers: range, *, host: str = "www.example-times.example") -> Path:
    """The seeds as files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in numbers:
        (folder / f"report-{n:03d}.txt").write_text(seed_document(n, host=host), encoding="utf-8")
    return folder
