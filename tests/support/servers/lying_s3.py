"""An S3 server of a few lines on loopback, which answers some of its questions with lies.

It is honest about all else, and knows no signatures. A lie is a function of the request that
writes its own answer to the connection; it is asked for by the operation's name.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Lie = Callable[["Request"], None]
PARTS = 8 << 20


@dataclass
class Server:
    """`asked` counts the operations; `sent` are the bytes that lies have sent."""

    lies: dict[str, Lie]
    address: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)
    sent: int = 0


class Request(BaseHTTPRequestHandler):
    """One request: what was asked, and ways to answer."""

    protocol_version = "HTTP/1.1"
    server_state: Server

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.server_state.sent += len(data)
        self.wfile.write(data)

    def reply(self, body: bytes = b"", *heads: str, status: str = "200 OK", length: bool = True) -> None:
        """An answer with these lines of its head."""
        lines = [f"HTTP/1.1 {status}", *heads, *([f"Content-Length: {len(body)}"] if length else [])]
        self.raw("".join(f"{line}\r\n" for line in (*lines, "")).encode() + (b"" if self.command == "HEAD" else body))

    def endless(self, piece: bytes, *, every: float = 0.0) -> None:
        """The same again and again, until the client goes, or the test is over."""
        while not self.server_state.stopped.wait(every):
            self.raw(piece)

    @property
    def operation(self) -> str:
        """What is asked, as boto3 names it."""
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        key = urlsplit(self.path).path.strip("/").count("/") > 0
        if not key:
            return "list_multipart_uploads" if "uploads" in query else "head_bucket"
        return {
            "HEAD": "head_object",
            "PUT": "upload_part" if "partNumber" in query else "put_object",
            "POST": "create_multipart_upload" if "uploads" in query else "complete_multipart_upload",
            "DELETE": "abort_multipart_upload",
            "GET": "list_parts" if "uploadId" in query else "get_object",
        }[self.command]

    def handle_one_request(self) -> None:
        """One, and the next; a client that went away is not an error."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def answer(self) -> None:
        """By a lie, or honestly."""
        here = self.server_state
        here.asked[self.operation] += 1
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if lie := here.lies.get(self.operation):
            lie(self)
        else:
            self.honest()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815

    def honest(self) -> None:
        """As S3 answers."""
        here, where = self.server_state, urlsplit(self.path)
        query, key, name = parse_qs(where.query, keep_blank_values=True), where.path, self.operation
        digest = self.headers.get("x-amz-meta-sha256", "")
        if name in ("head_object", "get_object"):
            if key not in here.objects:
                return self.reply(b"" if self.command == "HEAD" else error("NoSuchKey"), status="404 Not Found")
            data, stated = here.objects[key]
            heads = [tag(data), *([f"x-amz-meta-sha256: {stated}"] if stated else [])]
            if name == "head_object":
                return self.reply(data, *heads)
            start, end = (int(each) for each in re.findall(r"\d+", self.headers["Range"]))
            part = data[start : end + 1]
            heads.append(f"Content-Range: bytes {start}-{start + len(part) - 1}/{len(data)}")
            return self.reply(part, *heads, status="206 Partial Content")
        if name == "put_object":
            here.objects[key] = (self.body, digest)
            return self.reply(b"", tag(self.body))
        if name == "create_multipart_upload":
            here.uploads["u1"] = {}
            here.objects[f"{key} digest"] = (b"", digest)
            return self.reply(xml("InitiateMultipartUploadResult", "<UploadId>u1</UploadId>"))
        if name == "upload_part":
            here.uploads["u1"][int(query["partNumber"][0])] = self.body
            return self.reply(b"", tag(self.body))
        if name == "complete_multipart_upload":
            data = b"".join(part for _, part in sorted(here.uploads.pop("u1").items()))
            here.objects[key] = (data, here.objects[f"{key} digest"][1])
            return self.reply(xml("CompleteMultipartUploadResult", f"<ETag>{md5(data).hexdigest()}</ETag>"))
        if name == "list_multipart_uploads":
            return self.reply(xml("ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>"))
        return self.reply(status="204 No Content" if self.command == "DELETE" else "200 OK")


def tag(data: bytes) -> str:
    """The ETag of an object."""
    return f'ETag: "{md5(data).hexdigest()}"'


def xml(root: str, inside: str) -> bytes:
    """A document of S3's."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</{root}>'.encode()


def error(code: str, message: str = "so it is") -> bytes:
    """An error as S3 states one."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


@contextmanager
def lying(**lies: Lie) -> Iterator[Server]:
    """The server, while the block runs; lies by operation."""
    here = Server(lies)
    handler = type("Handler", (Request,), {"server_state": here})

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that went away."""

    with Quiet(("127.0.0.1", 0), handler) as server:
        here.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield here
        finally:
            here.stopped.set()
            server.shutdown()
            thread.join()
