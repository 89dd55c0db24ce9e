"""What the hosts of a soak answer, by the kind that their names bear: pages, and all that goes wrong on the way."""

import gzip
import itertools
import json
import random
import struct
import zlib
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from soaking.documents import pdf
from soaking.kinds import FIRST_OF_ARCHIVE, KINDS
from soaking.stories import Story, story

CLOSE, RESET = "close", "reset"
Step = bytes | float | str
"""Bytes to send, seconds to wait, or how the connection ends."""
HTML = b"Content-Type: text/html; charset=utf-8"


def ok(body: bytes, *head: bytes, status: str = "200 OK") -> bytes:
    """A whole response."""
    lines = [b"HTTP/1.1 " + status.encode(), *(head or (HTML,)), b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _picture(number: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + random.Random(number * 99 + n).randbytes(60) for n in range(20))
    head = struct.pack(">IIBBBBB", 20, 20, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


_MARKUP = (
    "<main><article>%s</article></main>",
    '<div id="content"><div class="story">%s</div></div>',
    '<section><article class="post"><div class="entry-content">%s</div></article></section>',
)


def article(news: Story, paragraphs: Iterable[str], *, head: str = "", figure: str = "") -> bytes:
    """A page as one of several newspapers makes it."""
    dice = random.Random(f"page {news.number}")
    body = [f"<p>{escape(each, quote=False)}</p>" for each in paragraphs]
    if dice.random() < 0.4:
        facts = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": news.headline}
        facts |= {"datePublished": news.day, "author": news.author}
        head += f'<script type="application/ld+json">{json.dumps(facts)}</script>'
    if dice.random() < 0.4:
        head += f'<meta property="og:title" content="{news.headline}"><meta name="author" content="{news.author}">'
    menu = "".join(f'<li><a href="/{each}">{each.title()}</a></li>' for each in ("news", "sport", "weather"))
    outer = dice.choice(_MARKUP)
    inner = f"<h1>{news.headline}</h1><p class=byline>By {news.author}</p><time>{news.day}</time>{figure}"
    title = f"<title>{news.headline} - Example Times</title>"
    before = f"<meta charset=utf-8>{title}{head}</head><body><header><nav><ul>{menu}</ul></nav></header>"
    after = "<footer><p>Example Times. <a href=/about>About us</a></p></footer></body></html>"
    return f"<!doctype html><html lang=en><head>{before}{outer % (inner + ''.join(body))}{after}".encode()


def _notice(title: str, words: str) -> bytes:
    head = f"<!doctype html><html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1><p>{words}</p></body></html>".encode()


def _plain(n: int) -> bytes:
    return article(story(n), story(n).paragraphs)


def _chunks(body: bytes, size: int = 700) -> bytes:
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces) + b"0\r\n\r\n"


_RECIPE = tuple(
    f"Peel {n} carrots, slice them thinly, simmer with onions, pepper and bay leaves until soft; then strain."
    for n in range(2, 9)
)
CHUNKED = b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\nTransfer-Encoding: chunked\r\n\r\n"


def _to(where: str, status: str = "302 Found") -> bytes:
    return ok(b"", b"Location: " + where.encode(), status=status)


def of(kind: str, n: int, path: str, turn: int, corpus: list[Path]) -> Iterable[Step]:
    """The answer of a host of this kind for an address, asked for the so-manieth time (from 1)."""
    news = story(n)
    if path.startswith("/p") and path.endswith(".png"):
        return [ok(_picture(n), b"Content-Type: image/png")]
    if path.endswith(".css"):
        return [ok(b"p { color: #222; background: url(/p1.png) }", b"Content-Type: text/css")]
    if path.startswith("/old/"):
        return [_to(f"/older/{n}", "301 Moved Permanently")]
    if path.startswith(("/older/", "/login")):
        return [ok(_notice("Sign in", "Sign in to read on.") if path.startswith("/login") else _plain(n))]
    if not path.startswith("/news/"):
        return [ok(_notice("Not here", "Nothing of that name."), HTML, status="404 Not Found")]
    match kind:
        case "curled":
            return [ok(article(news, news.curled()))]
        case "edited":
            return [ok(article(news, news.edited()))]
        case "zipped":
            return [ok(gzip.compress(_plain(n), mtime=0), HTML, b"Content-Encoding: gzip")]
        case "chunked":
            return [CHUNKED + _chunks(_plain(n), 1 + n % 900)]
        case "latin":
            page = _plain(n).decode().replace("charset=utf-8", "charset=windows-1252")
            coded = page.encode("cp1252", "xmlcharrefreplace")
            return [ok(coded, b"Content-Type: text/html")]
        case "pictures":
            figure = f"<figure><img src=/p{n}.png><figcaption>The quay. Photo: {news.author}</figcaption></figure>"
            figure += f"<img src=/gone{n}.gif>"
            return [ok(article(news, news.paragraphs, head='<link rel=stylesheet href="/s.css">', figure=figure))]
        case "moved":
            return [_to(f"/old/{n}")]
        case "slow":
            whole = ok(_plain(n))
            return [step for at in range(0, len(whole), 600) for step in (whole[at : at + 600], 0.1)]
        case "patience" if turn < 3:
            return [ok(b"slowly", b"Content-Type: text/plain", b"Retry-After: 1", status="429 Too Many Requests")]
        case "later" if turn < 2:
            return [ok(b"later", b"Content-Type: text/plain", status="503 Service Unavailable")]
        case "refuses":
            return [ok(b"no", b"Content-Type: text/plain", b"Retry-After: 1", status="429 Too Many Requests")]
        case "corpus":
            return [ok(gzip.decompress(corpus[n % len(corpus)].read_bytes()))]
        case "paywall":
            return [ok(_notice("Subscribers only", "Subscribe to read on."), HTML, status="403 Forbidden")]
        case "login":
            return [_to(f"/login?next={n}")]
        case "missing" | "archived":
            return [ok(_notice("Not found", "404"), HTML, status="410 Gone" if n % 2 else "404 Not Found")]
        case "vanished":
            return [ok(_notice("Page not found", "This page no longer exists."))]
        case "inward":
            return [_to(f"http://169.254.169.254/latest/{n}")]
        case "circle":
            return [_to(f"/news/{n}?again=1" if "again" not in path else f"/news/{n}")]
        case _:
            return _broken(kind, n, news)


def _broken(kind: str, n: int, news: Story) -> Iterable[Step]:
    page = _plain(n)
    opened = b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\n"
    match kind:
        case "reset":
            return [RESET]
        case "garbage":
            return [random.Random(n).randbytes(2000), CLOSE]
        case "silent":
            return [60.0, CLOSE]
        case "broken":
            return [ok(_notice("Error", "Something went wrong here."), HTML, status="500 Internal Server Error")]
        case "cut":
            return [opened + b"Content-Length: %d\r\n\r\n" % (len(page) + 999) + page, CLOSE]
        case "framing":
            return [CHUNKED + _chunks(page)[: -len(b"0\r\n\r\n")] + b"zz\r\nnot a chunk\r\n", CLOSE]
        case "halved":
            half = page[: page.index(b"<p>" + news.paragraphs[2].encode()[:40])]
            return [opened + b"Content-Length: %d\r\n\r\n" % len(page) + half, CLOSE]
        case "endless":
            return _endless(opened + b"\r\n" + page, b"<!-- and so on -->" * 2000, 0.0)
        case "dripping":
            return _endless(opened + b"\r\n" + page, b" ", 0.5)
        case "empty":
            return [ok(b"")]
        case "paper":
            shown = pdf([news.headline, *news.paragraphs])
            return [ok(shown, b"Content-Type: application/pdf")]
        case "picture":
            return [ok(_picture(n), b"Content-Type: image/png")]
        case "data":
            return [ok(json.dumps({"body": news.paragraphs}).encode(), b"Content-Type: application/json")]
        case "other":
            return [ok(article(news, _RECIPE).replace(news.headline.encode(), b"Soup of the week"))]
        case "notice":
            return [ok(_notice("Maintenance", "The site is down for maintenance. Please try again later."))]
        case "coded":
            return [ok(page, HTML, b"Content-Encoding: compress")]
        case "bomb":
            return [ok(gzip.compress(bytes(24 << 20), 9, mtime=0), HTML, b"Content-Encoding: gzip")]
        case "shell":
            made = json.dumps(
                article(news, news.paragraphs).decode().partition("</header>")[2].partition("<footer>")[0]
            )
            script = f"document.getElementById('root').innerHTML = {made};".replace("</", "<\\/")
            head = f"<!doctype html><html><head><title>{news.headline}</title></head>"
            shown = f"{head}<body><div id=root></div><script>{script}</script>"
            return [ok(f"{shown}</body></html>".encode())]
        case _:
            return [ok(page)]


def _endless(first: bytes, more: bytes, pause: float) -> Iterator[Step]:
    yield first
    for _ in itertools.repeat(None, 200):
        yield more
        yield pause
    yield CLOSE


def of_archive(target: str, *, down: bool, dice: random.Random) -> Iterable[Step]:
    """The answer of a web archive of the family pywb below /all/, which fails at times."""
    if down and (fault := dice.random()) < 0.7:
        if fault < 0.3:
            return [ok(b"busy", b"Content-Type: text/plain", status="503 Service Unavailable")]
        return [RESET] if fault < 0.6 else [ok(b"<html>an error of ours</html>")]
    kind, number = _named(target)
    held = kind in ("archived", "dead") and number is not None
    crowd, port = (1, ":82") if kind == "dead" else (KINDS["archived"].crowd, "")
    original = f"http://{kind}{(number or 0) // crowd}.example{port}/news/{number}"
    if target.startswith("/all/cdx"):
        row = {
            "timestamp": FIRST_OF_ARCHIVE,
            "url": original,
            "mime": "text/html",
            "status": "200",
            "digest": f"D{number}",
        }
        return [ok((json.dumps(row) + "\n").encode() if held else b"", b"Content-Type: application/json")]
    if not (held and number is not None and FIRST_OF_ARCHIVE in target):
        return [ok(b"no capture", b"Content-Type: text/plain", status="404 Not Found")]
    link = f'Link: <{original}>; rel="original"'.encode()
    return [ok(_plain(number), HTML, b"Memento-Datetime: Mon, 04 Mar 2024 12:00:00 GMT", link)]


def _named(target: str) -> tuple[str, int | None]:
    """The kind and the number of the address in the target of a request to the archive."""
    from re import search
    from urllib.parse import unquote

    found = search(r"//([a-z]+)\d*\.example(?::\d+)?/news/(\d+)", unquote(target))
    return (found[1], int(found[2])) if found else ("", None)
