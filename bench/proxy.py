"""A forwarding proxy for the benchmark: whatever host is asked for, the corpus on loopback answers.

wget has no `--connect-to`, so both sides go through this one. CONNECT is a blind tunnel to the https port; a plain
request is passed to the http port, one a connection. It is no proxy for anything else: nothing leaves loopback.

    python bench/proxy.py HTTPS_PORT HTTP_PORT      prints its own port
"""

import asyncio
import socket
import sys
from typing import Any

HEAD = 64 << 10
QUICK: int | None = getattr(socket, "TCP_QUICKACK", None)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: Any) -> None:
    """Pass bytes on until their end, then say so to the other side."""
    try:
        while data := await reader.read(HEAD):
            if QUICK is not None:  # wget leaves Nagle's algorithm on and would wait 40 ms for each acknowledgement
                source.setsockopt(socket.IPPROTO_TCP, QUICK, 1)
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, https: int, http: int) -> None:
    """One client connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, headers = head.partition(b"\r\n")
        method, target, version = line.split(b" ")
        if method == b"CONNECT":
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", https)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", http)
            path = b"/" + target.split(b"/", 3)[3]
            kept = [each for each in headers.split(b"\r\n") if b"connection:" not in each.lower()]
            far_writer.write(b"\r\n".join([b" ".join((method, path, version)), b"Connection: close", *kept]))
        near, far = (each.get_extra_info("socket") for each in (writer, far_writer))
        await asyncio.gather(pump(reader, far_writer, near), pump(far_reader, writer, far))
    except (OSError, ValueError, IndexError, EOFError, asyncio.LimitOverrunError):
        writer.close()


async def serve(https: int, http: int) -> None:
    """Until the process is ended."""
    server = await asyncio.start_server(lambda r, w: forward(r, w, https, http), "127.0.0.1", 0, limit=HEAD)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
