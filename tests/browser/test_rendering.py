"""Pages whose text scripts make, in a real Chromium: asked through the recorder, kept apart from the wire, compared."""

import json
import ssl
from pathlib import Path

import pytest
import trustme
from pages.browsers import HEADLINE, HOST, MARKUP, TEXT, Shown, is_valid, left_behind, needs_browser, put, shell, show
from servers.sites import Site

pytestmark = needs_browser
JSON = json.dumps({"text": TEXT}).encode()
POSTED = shell(
    "fetch('/api', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({id: 7})})"
    ".then((answer) => answer.json())"
    ".then((it) => { root.innerHTML = '<article>' + it.text.map((p) => `<p>${p}</p>`).join('') + '</article>'; });"
)


def found(done: Shown, capsys: pytest.CaptureFixture[str]) -> None:
    """The article is in the rendering, and the bag is valid."""
    assert (done.code, done.result["outcome"]) == (0, "captured"), done.result
    assert done.bag is not None
    rendering = done.record["rendering"]
    assert rendering["comparison"]["verdict"] in ("same", "typographic")
    assert rendering["comparison"]["source"]["kind"] == "rendering"
    assert TEXT[1] in done.file("article.txt").decode()
    assert done.file("screenshot.png").startswith(b"\x89PNG")
    assert done.file("page.pdf").startswith(b"%PDF")
    assert is_valid(done.bag, capsys)
    assert left_behind() == []


def test_a_body_that_is_fetched_by_post_is_recorded_and_the_wires_verdict_stays_the_headline(tmp_path, capsys):
    with Site({"/story": POSTED, "POST /api": (200, "application/json", JSON)}) as site:
        done = show(tmp_path, site, capsys)
    found(done, capsys)
    assert (done.result["verdict"], done.result["comparison_source"]) == ("no-text", "wire")
    assert done.by("browser") == [f"POST http://{HOST}/api"]
    request = next(each for each in done.warc if each["WARC-Type"] == "request" and b"POST /api" in each.block)
    assert request.block.endswith(b'\r\n\r\n{"id":7}')
    line = next(
        each for each in (done.bag / "data/wacz/indexes/index.cdx").read_text("utf-8").splitlines() if "/api" in each
    )
    assert line.startswith("example,news)/api?__wb_method=post&id=7 ")
    assert json.loads(line.split(" ", 2)[2])["requestBody"] == "id=7"
    assert site.paths() == ["/robots.txt", "/story", "/favicon.ico"], "nothing is asked for twice"


def test_a_text_of_state_within_the_page_is_shown_without_any_request(tmp_path, capsys):
    with Site({"/story": shell(f"window.state = {json.dumps(TEXT)};" + put())}) as site:
        done = show(tmp_path, site, capsys)
    found(done, capsys)
    assert done.by("browser") == []


def test_an_endless_page_is_scrolled_so_far_and_no_further(tmp_path, capsys):
    script = put() + (
        "let n = 0; const more = () => { for (let i = 0; i < 4; i += 1) { const p = document.createElement('p');"
        "p.style.height = '600px'; p.textContent = `Further story number ${n += 1}`; document.body.append(p); } };"
        "more(); addEventListener('scroll', more);"
    )
    with Site({"/story": shell(script)}) as site:
        done = show(tmp_path, site, capsys)
    found(done, capsys)
    assert any("scrolled" in each for each in done.about["bounds"])


def test_what_comes_late_at_the_end_of_a_page_is_waited_for(tmp_path, capsys):
    script = (
        f"const all = {json.dumps([HEADLINE, *TEXT])}; let n = 0, busy = false;"
        "const more = () => { if (busy || n >= all.length) return; busy = true; setTimeout(() => {"
        "const p = document.createElement('p'); p.style.minHeight = '1000px'; p.textContent = all[n]; root.append(p);"
        "n += 1; busy = false; }, 300); }; more(); addEventListener('scroll', more);"
    )
    with Site({"/story": shell(script)}) as site:
        done = show(tmp_path, site, capsys)
    assert TEXT[2] in done.file("article.txt").decode()


def test_a_page_with_a_redirect_by_script_is_followed_in_the_browser(tmp_path, capsys):
    with Site({"/story": shell("location.replace('/there');"), "/there": f"<!doctype html><p>.</p>{MARKUP}"}) as site:
        done = show(tmp_path, site, capsys)
    found(done, capsys)
    assert done.about["url"] == f"http://{HOST}/there"
    assert done.by("browser") == [f"GET http://{HOST}/there"]


def test_https_is_verified_upstream_and_the_browser_trusts_one_key_only(tmp_path, capsys):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    roots = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    with Site({"/story": POSTED, "POST /api": (200, "application/json", JSON)}, tls=context) as site:
        done = show(tmp_path, site, capsys, "--ca-bundle", str(roots), scheme="https")
    found(done, capsys)
    posted = next(each for each in done.record["capture"]["exchanges"] if each["initiator"] == "browser")
    assert posted["tls"] == done.record["capture"]["tls"]["certificate_sha256"], "that of the site, not ours"


def test_what_a_server_that_is_not_verified_would_say_does_not_reach_the_browser(tmp_path, capsys):
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("api.example").configure_cert(other)
    script = "fetch('https://api.example/text').then((a) => a.text()).then((t) => { root.innerHTML = t; });"
    with Site({"/story": shell(script)}) as site, Site({"/text": MARKUP}, tls=other) as api:
        ways = (f"{HOST}:80:127.0.0.1:{site.port}", f"api.example:443:127.0.0.1:{api.port}")
        done = show(tmp_path, site, capsys, connect=ways)
    assert done.result["outcome"] == "unread"
    assert api.asked == []
    (failed,) = done.about["unanswered_requests"]
    assert failed["url"] == "https://api.example/text"
    assert "certificate" in failed["reason"]
    assert is_valid(done.bag, capsys)


def test_an_address_that_the_guard_refuses_is_refused_to_the_browser_too(tmp_path, capsys):
    script = put() + "fetch('http://127.0.0.1:8099/'); fetch('http://169.254.169.254/latest/');"
    with Site({"/story": shell(script)}) as site:
        done = show(tmp_path, site, capsys, connect=(f"{HOST}:80:127.0.0.1:{site.port}",))
    found(done, capsys)
    assert {each["url"] for each in done.about["refused_requests"]} == {
        "http://127.0.0.1:8099/",
        "http://169.254.169.254/latest/",
    }


def test_a_page_that_was_read_is_shown_only_where_it_is_asked_for(tmp_path, capsys):
    with Site({"/story": f"<!doctype html><title>{HEADLINE}</title><link rel=stylesheet href=/s.css>{MARKUP}",
               "/s.css": (200, "text/css", b"p { color: #123 }")}) as site:  # fmt: skip
        plain = show(tmp_path, site, capsys)
        assert not (plain.bag / "data/rendering").exists()
        done = show(tmp_path, site, capsys, "--screenshot", "--recapture")
    assert done.result["verdict"] == "same"
    assert done.record["rendering"]["with_wire"]["verdict"] == "same"
    assert (done.by("browser"), done.about["failed"]) == ([], None)
    assert done.file("screenshot.png").startswith(b"\x89PNG")
    assert is_valid(done.bag, capsys)
    assert site.paths().count("/s.css") == 2, "once a capture"


def test_what_scripts_put_into_a_page_shows_beside_what_came_over_the_wire(tmp_path, capsys):
    added = "Sponsored words that the server itself never sent stand here in the middle of the article."
    script = f"document.querySelector('article p').insertAdjacentHTML('afterend', '<p>{added}</p>');"
    with Site({"/story": f"<!doctype html><title>{HEADLINE}</title>{MARKUP}<script>{script}</script>"}) as site:
        done = show(tmp_path, site, capsys, "--browser", "always")
    assert done.result["verdict"] == "same"
    lines = done.record["rendering"]["with_wire"]["lines"]
    assert [each["page"] for each in lines if each["kind"] == "page-only"] == [added]
    assert is_valid(done.bag, capsys)


def test_without_a_browser_a_run_says_what_to_install_and_with_one_the_next_asks_again(tmp_path, capsys):
    with Site({"/story": POSTED, "POST /api": (200, "application/json", JSON)}) as site:
        first = show(tmp_path, site, capsys, "--browser-executable", str(tmp_path / "absent"))
        assert (first.result["outcome"], "--browser-executable" in first.err) == ("unread", True)
        again = show(tmp_path, site, capsys, "--browser-executable", str(tmp_path / "absent"))
        assert again.result["bag"] == first.result["bag"]
        assert site.paths().count("/story") == 1, "it is not asked for in vain"
        done = show(tmp_path, site, capsys)
    found(done, capsys)


def test_a_page_that_no_browser_can_show_is_not_asked_for_by_each_run(tmp_path, capsys):
    with Site({"/story": shell("")}) as site:
        first = show(tmp_path, site, capsys)
        assert (first.result["outcome"], first.record["capture"]["unread"]["needs"]) == ("unread", None)
        show(tmp_path, site, capsys)
        assert site.paths().count("/story") == 1


def test_the_frame_with_the_text_is_the_document_of_a_frameset(tmp_path: Path, capsys):
    frames = "<html><frameset cols='30%,70%'><frame src=/menu><frame src=/text></frameset></html>"
    pages = {"/story": frames, "/menu": "<p>Home</p>", "/text": f"<!doctype html>{MARKUP}"}
    with Site(pages) as site:
        done = show(tmp_path, site, capsys)
    found(done, capsys)
    assert done.about["dom_url"] == f"http://{HOST}/text"
