"""Consent walls: noted always, answered only with --consent, never where terms, age or a login are asked about."""

import pytest
from pages.browsers import MARKUP, is_valid, needs_browser, shell, show
from servers.sites import Site

from archiver.cli import main

pytestmark = needs_browser
ASKED = """
const wall = document.createElement('div');
wall.id = 'wall'; wall.style = 'position:fixed;inset:0;background:#fff';
wall.innerHTML = `<p>%s</p><button id=yes>Accept all</button> <button class=no>Reject all</button>`;
document.body.append(wall);
const post = (answer) => fetch('/answer', {method: 'POST', body: answer}).then(() => {
  wall.remove(); document.getElementById('root').innerHTML = %r; });
wall.querySelector('#yes').onclick = () => post('yes');
wall.querySelector('.no').onclick = () => post('no');
"""
COOKIES = "We and our partners use cookies to store and read personal data on your device."


def page(words: str) -> str:
    return shell(ASKED % (words, MARKUP))


def test_a_wall_is_noted_and_not_answered(tmp_path, capsys):
    with Site({"/story": page(COOKIES)}) as site:
        done = show(tmp_path, site, capsys, "--browser", "always")
    consent = done.record["rendering"]["consent"]
    assert (consent["button"], consent["answered"]) == ("reject all", False)
    assert "partners use cookies" in consent["text"]
    assert site.paths("POST") == []
    assert not (done.bag / "data/rendering/screenshot-before.png").exists()
    assert is_valid(done.bag, capsys)


def test_with_consent_it_is_refused_and_what_was_before_is_kept(tmp_path, capsys):
    with Site({"/story": page(COOKIES), "POST /answer": (200, "text/plain", b"")}) as site:
        done = show(tmp_path, site, capsys, "--browser", "always", "--consent")
    consent = done.record["rendering"]["consent"]
    assert (consent["button"], consent["answered"]) == ("reject all", True)
    assert [body for method, path, _, body in site.asked if path == "/answer"] == [b"no"]
    assert b"partners use cookies" in done.file("dom-before.html")
    assert b"partners use cookies" not in done.file("dom.html").partition(b"<script>")[0]
    assert done.file("screenshot-before.png") != done.file("screenshot.png")
    assert done.record["rendering"]["comparison"]["verdict"] in ("same", "typographic")
    premis = (done.bag / "data/metadata/premis.xml").read_text("utf-8")
    assert "a consent wall was answered" in premis
    preview = (done.bag / "data/ro-crate-preview.html").read_text("utf-8")
    assert "rendering/screenshot.png" in preview
    assert "rendering/dom" not in preview, "its scripts would run"
    capsys.readouterr()
    assert main(["certify", str(done.bag)]) == 0
    certificate = " ".join(capsys.readouterr().out.split())
    assert "Shown in a browser" in certificate
    assert "was pressed" in certificate
    assert is_valid(done.bag, capsys)


@pytest.mark.parametrize(
    "words",
    [
        "You must be 18 years old to read about privacy here. Are you over 18?",
        "Our privacy policy and terms of service have changed. Do you agree?",
        "Log in to accept cookies and go on reading.",
    ],
)
def test_terms_age_and_login_are_left_alone(tmp_path, capsys, words):
    with Site({"/story": page(words)}) as site:
        done = show(tmp_path, site, capsys, "--browser", "always", "--consent")
    consent = done.record["rendering"]["consent"]
    assert (consent["button"], consent["answered"]) == (None, False)
    assert site.paths("POST") == []


def test_a_button_of_the_article_is_no_wall(tmp_path, capsys):
    with Site(
        {"/story": f"<!doctype html>{MARKUP}<p>More about tea</p><button>OK</button><a href=/x>Reject</a>"}
    ) as site:
        done = show(tmp_path, site, capsys, "--browser", "always", "--consent")
    assert done.record["rendering"]["consent"] is None
