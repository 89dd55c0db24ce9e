"""The web server of `compare.py`: the corpus's pages by nginx, each on a host of its own, and their seeds.

A page keeps its text and the rest of its markup; what it would have fetched is taken out or renamed away, and a style
sheet and a photo of usual size put in, so that every contender fetches the same three things. `delayed` stands before
the server and holds every request back, as distance does.
"""

import asyncio
import contextlib
import gzip
import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

STYLE = b".paper { margin: 1px }\n" * 900
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 230 + b"\xff\xd9"
_FETCHED = re.compile(rb"(?i)(?<=[\s\"'])(src|srcset|poster|background|data-src|data-srcset|imagesrcset)(?=\s*=)")
_MEDIA = re.compile(rb"(?is)</?(?:img|source|picture|iframe|video|audio|embed|object|amp-img|base|use|image)\b[^>]*>")
_LINKED = re.compile(rb"(?is)<link\b[^>]*>")
_STAYS = re.compile(rb"(?i)rel\s*=\s*[\"']?(canonical|license|author)")
_URL = re.compile(rb"(?i)url\(|@import")
NEEDED = b'<link rel="stylesheet" href="/paper.css">', b'<img src="/photo.jpg" alt="">'
NGINX = """
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  types { text/css css; image/jpeg jpg; }
  default_type text/html; charset utf-8;
  server { listen 127.0.0.1:%d backlog=1024; root "%s/pages"; try_files /$host$uri /shared$uri =404; }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One page as served: its key in the corpus's truth, its address."""

    key: str
    url: str


def print_pages(corpus: Path, work: Path, count: int) -> list[Printed]:
    """Write `count` pages of the corpus (again from the first where it has fewer) and a seed of each below `work`."""
    truth: dict[str, dict[str, Any]] = json.loads((corpus / "truth.json").read_text("utf-8"))
    usable = [(key, entry) for key, entry in sorted(truth.items()) if entry.get("articleBody")]
    for name, data in (("paper.css", STYLE), ("photo.jpg", PHOTO)):
        _write(work / "pages" / "shared" / name, data)
    printed = []
    for number in range(count):
        key, entry = usable[number % len(usable)]
        host = f"paper-{number:05}.example"
        url = f"http://{host}/news/{number:05}.html"
        _write(work / "pages" / host / "news" / f"{number:05}.html", _page(corpus / entry["file"]))
        _write(work / "seeds" / f"{number:05}.txt", _seed(entry, url).encode())
        printed.append(Printed(key=key, url=url))
    return printed


def _page(file: Path) -> bytes:
    html = gzip.decompress(file.read_bytes())
    html = _LINKED.sub(lambda link: link[0] if _STAYS.search(link[0]) else b"", html)
    html = _MEDIA.sub(b"", html)
    html = _URL.sub(b"kept(", _FETCHED.sub(rb"data-kept-\1", html))
    head, mark, rest = html.partition(b"</title>")
    body, end, tail = rest.rpartition(b"</body>")
    return head + mark + NEEDED[0] + body + NEEDED[1] + end + tail if mark and end else NEEDED[0] + html + NEEDED[1]


def _seed(entry: dict[str, Any], url: str) -> str:
    body = [line.strip() for line in entry["articleBody"].splitlines() if line.strip()]
    return "\n\n".join([entry.get("title") or body[0][:100], *body, "Original url:", f"<{url}>"]) + "\n"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@contextlib.contextmanager
def served(work: Path) -> Iterator[int]:
    """nginx over `work/pages`; its port on loopback. It answers as a proxy too. Ends with the block."""
    if not shutil.which("nginx"):
        raise SystemExit("nginx is not installed (Debian: apt-get install nginx-light)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    (work / "nginx").mkdir()
    (work / "nginx.conf").write_text(NGINX % (port, work))
    for folder in (work, work / "pages"):
        folder.chmod(0o755)  # its worker is another user where nginx is started by root
    command = ["nginx", "-p", str(work / "nginx"), "-c", str(work / "nginx.conf"), "-g", "daemon off;"]
    with subprocess.Popen(command) as child:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/paper.css", timeout=5):
                    break
                time.sleep(0.05)
            else:
                raise SystemExit("nginx does not answer")
            yield port
        finally:
            child.terminate()


@contextlib.contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """A port that passes everything on to `port`, requests `seconds` later: the latency of a distant server."""
    ready: threading.Event = threading.Event()
    state: dict[str, Any] = {}

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait: float) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 18):
                if wait:
                    await asyncio.sleep(wait)
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, back, seconds), carry(there, writer, 0))

    async def run() -> None:
        server = await asyncio.start_server(meet, "127.0.0.1", 0, backlog=1024)
        state.update(port=server.sockets[0].getsockname()[1], loop=asyncio.get_running_loop(), stop=asyncio.Event())
        ready.set()
        await state["stop"].wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield state["port"]
    finally:
        state["loop"].call_soon_threadsafe(state["stop"].set)
        thread.join(5)
