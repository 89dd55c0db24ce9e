"""The web server of `capture.py`: made-up pages with all they need, from nginx, or from Python in its own process.

    python bench/newsstand.py FOLDER        serves it on loopback, and zeros; prints its port

`/zeros.html` and `/zeros.bin` stream a body of 1 GiB and keep none of it.
"""

import contextlib
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PHOTOS, REQUISITES = 4, 7
"""Photos of a page; all that a page needs: those, two style sheets and a script."""
ZEROS = 1 << 30
NGINX = """
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 256; }
http {
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  types { text/html html; text/css css; text/javascript js; image/jpeg jpg; }
  server { listen 127.0.0.1:%d; root "%s"; add_header Cache-Control "max-age=3600"; }
}
"""


def print_pages(root: Path, count: int) -> list[str]:
    """Write `count` pages, their photos, the style sheets and script of all, the same each time; the pages' paths."""
    chance = random.Random(7)
    words = [f"{chance.choice('bdfgklmnprst')}{chance.choice('aeiou')}{chance.choice('dlmnrst')}" for _ in range(400)]

    def text(length: int) -> str:
        return " ".join(chance.choices(words, k=length)).capitalize() + "."

    root.mkdir(parents=True, exist_ok=True)
    (root / "paper.css").write_text("".join(f".{word}{n} {{ margin: {n}px }}\n" for n, word in enumerate(words)))
    (root / "print.css").write_text("@media print { nav { display: none } }\n" * 40)
    (root / "paper.js").write_text("/* nothing runs */\n" * 2000)
    head = '<link rel="stylesheet" href="/paper.css"><link rel="stylesheet" href="/print.css">'
    head += '<script src="/paper.js"></script>'
    paths = []
    for page in range(count):
        names = [f"/photo-{page:04}-{n}.jpg" for n in range(PHOTOS)]
        for name in names:
            (root / name[1:]).write_bytes(
                b"\xff\xd8" + chance.randbytes(chance.randrange(20_000, 60_000)) + b"\xff\xd9"
            )
        body = "".join(f'<p>{text(60)}</p><img src="{name}" alt="{text(4)}"><p>{text(60)}</p>' for name in names)
        body += "".join(f"<p>{text(70)}</p>" for _ in range(30))
        title = f"<title>Report {page}</title>"
        html = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8">{title}{head}</head><body>{body}</body></html>'
        )
        (root / f"{page:04}.html").write_text(html, "utf-8")
        paths.append(f"/{page:04}.html")
    return paths


class Stand(SimpleHTTPRequestHandler):
    """Files of a folder, and zeros."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        """A file, or zeros."""
        if not self.path.startswith("/zeros."):
            return super().do_GET()
        left, piece = ZEROS, bytes(1 << 20)
        self.send_response(200)
        kind = "text/html" if self.path.endswith("html") else "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        while left:
            left -= self.wfile.write(piece[: min(left, len(piece))])
        return None


@contextlib.contextmanager
def python_stand(root: Path) -> Iterator[str]:
    """Serve `root` by Python; the address before each path."""
    with subprocess.Popen([sys.executable, __file__, str(root)], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield f"http://127.0.0.1:{int(child.stdout.readline())}"
        finally:
            child.terminate()


@contextlib.contextmanager
def nginx_stand(root: Path, work: Path) -> Iterator[str]:
    """Serve `root` by nginx, its own files in `work`; the address before each path."""
    work.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (work / "nginx.conf").write_text(NGINX % (port, root))
    root.parent.chmod(0o755)  # its worker is another user where nginx is started by root
    command = ["nginx", "-p", str(work), "-c", str(work / "nginx.conf"), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        try:
            at = f"http://127.0.0.1:{port}"
            for _ in range(100):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{at}/paper.css", timeout=5):
                    break
                time.sleep(0.05)
            else:
                raise SystemExit("nginx does not answer")
            yield at
        finally:
            child.terminate()


@contextlib.contextmanager
def stand(root: Path, work: Path) -> Iterator[tuple[str, str]]:
    """(name of the server, address): nginx where it is there."""
    if shutil.which("nginx"):
        with nginx_stand(root, work) as at:
            yield "nginx", at
    else:
        with python_stand(root) as at:
            yield "Python's http.server (no nginx here)", at


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Stand, directory=sys.argv[1]))
    print(server.server_port, flush=True)
    server.serve_forever()
