"""Nothing leaves beside the recorder: a page that tries every way out, with listeners that must stay silent."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pages.browsers import HOST, needs_browser, put, shell, show
from servers.sites import Site

pytestmark = needs_browser


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A port of TCP and of UDP, and what came there."""
    heard: list[str] = []
    tcp = socket.create_server(("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))

    def accept() -> None:
        while True:
            try:
                connection, _ = tcp.accept()
            except OSError:
                return
            heard.append("tcp")
            connection.close()

    def receive() -> None:
        while True:
            try:
                data, _ = udp.recvfrom(2048)
            except OSError:
                return
            heard.append(f"udp {data[:20]!r}")

    threads = [threading.Thread(target=each, daemon=True) for each in (accept, receive)]
    for thread in threads:
        thread.start()
    try:
        yield port, heard
    finally:
        tcp.shutdown(socket.SHUT_RDWR)
        tcp.close()
        udp.close()


WAYS = """
const port = %d;
const peer = new RTCPeerConnection({iceServers: [{urls: `stun:127.0.0.1:${port}`},
  {urls: `turn:127.0.0.1:${port}?transport=udp`, username: 'u', credential: 'p'},
  {urls: `turn:127.0.0.1:${port}?transport=tcp`, username: 'u', credential: 'p'}]});
peer.createDataChannel('x');
peer.createOffer().then((offer) => peer.setLocalDescription(offer));
try { new WebTransport(`https://127.0.0.1:${port}/`).ready.catch(() => 0); } catch (error) { 0; }
try { new WebSocket(`ws://127.0.0.1:${port}/`); } catch (error) { 0; }
try { new EventSource(`http://127.0.0.1:${port}/`); } catch (error) { 0; }
fetch(`http://127.0.0.1:${port}/fetch`).catch(() => 0);
fetch(`http://localhost:${port}/fetch`).catch(() => 0);
navigator.sendBeacon(`http://127.0.0.1:${port}/beacon`, 'x');
new Image().src = `http://[::1]:${port}/image`;
if (navigator.serviceWorker) navigator.serviceWorker.register('/worker.js').catch(() => 0);
for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'prerender']) {
  const link = document.createElement('link');
  link.rel = rel; link.href = `http://127.0.0.1:${port}/${rel}`;
  document.head.append(link);
}
const rules = document.createElement('script');
rules.type = 'speculationrules';
rules.textContent = JSON.stringify({prefetch: [{source: 'list', urls: [`http://127.0.0.1:${port}/speculated`]}]});
document.head.append(rules);
const a = document.createElement('a');
a.ping = `http://127.0.0.1:${port}/ping`; a.href = '#x'; document.body.append(a); a.click();
"""


def test_whatever_a_page_tries_the_listeners_of_this_machine_hear_nothing(tmp_path, capsys):
    with listening() as (port, heard), Site({"/story": shell(put() + WAYS % port), "/worker.js": "0"}) as site:
        done = show(tmp_path, site, capsys, connect=(f"{HOST}:80:127.0.0.1:{site.port}",))
    assert done.result["outcome"] == "captured"
    assert heard == []
    refused = json.dumps(done.about["refused_requests"])
    assert f"http://127.0.0.1:{port}/fetch" in refused
    assert "websocket" in refused
    hosts = {each["url"].split("/")[2] for each in done.record["capture"]["exchanges"]}
    assert hosts == {HOST}, "nothing that the browser asks on its own account is in the WARC"


def test_the_listeners_would_hear():
    with listening() as (port, heard):
        socket.create_connection(("127.0.0.1", port)).close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"x", ("127.0.0.1", port))
        until = 200
        while len(heard) < 2 and (until := until - 1):
            threading.Event().wait(0.02)
    assert sorted(heard) == ["tcp", "udp b'x'"]
