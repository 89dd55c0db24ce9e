"""The room and the replay as a person meets them: in a real Chromium, at two widths, by mouse and by keyboard."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from builders.made_bags import Made
from pages.serving import bag_pages, browser, needs_chromium, needs_scripts, served

from archiver.demo.tour import run_demo

pytestmark = needs_chromium
HOSTILE = "\"'><img src=http://127.0.0.1:9/x onerror=alert(1)><script>alert(1)</script></title>{{7*7}} \u202egnp.exe"


@pytest.fixture(scope="module")
def bags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "bags"
    run_demo(folder, say=lambda _: None)
    return folder


@pytest.fixture(scope="module")
def room(bags: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(bags, tmp_path_factory.mktemp("cache")) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as made:
        yield made


class Watched:
    """A page of a window of some width, and what went wrong in it."""

    def __init__(self, chromium: Any, room: str, width: int = 1280) -> None:
        self.context = chromium.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        port = urlsplit(room).port or 0
        ours = (f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port + 1}/")
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append("a dialog"), dialog.dismiss()))
        self.page.on("request", lambda asked: None if asked.url.startswith(ours) else self.wrong.append(asked.url))

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    @property
    def wider(self) -> bool:
        """Whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def named(bags: Path, start: str) -> str:
    return next(each.name for each in bags.iterdir() if each.name.startswith(start))


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_quiet_and_fits(room: str, bags: Path, chromium: Any, width: int):
    name = named(bags, "ferry-strike")
    with Watched(chromium, room, width) as watched:
        ends = ("", "/history", "/check", "/data/ro-crate-preview.html", "/data/provenance.json")
        for path in ("", "?q=ferry", "?q=%22%27%3Cb%3E&from=x", *(f"bags/{name}{end}" for end in ends)):
            watched.page.goto(f"{room}{path}")
            assert watched.wrong == [], path
            assert not watched.wider, path


def test_a_word_of_the_text_finds_the_article(room: str, chromium: Any):
    with Watched(chromium, room) as watched:
        watched.page.goto(room)
        watched.page.get_by_label("Search the collection").fill("deckhands")
        watched.page.get_by_role("button", name="Search").click()
        assert watched.page.locator("ol.results h2").all_inner_texts() == [
            "Ferry Crews Call Off Strike After Council Agrees to Night Pay"
        ]
        assert watched.page.locator("ol.results mark").all_inner_texts() == ["deckhands"]
        watched.page.locator("ol.results h2 a").click()
        assert "three deckhands resigned" in watched.page.inner_text("main")
        assert watched.wrong == []


def test_the_keyboard_alone_suffices(room: str, chromium: Any):
    with Watched(chromium, room) as watched:
        page = watched.page
        page.goto(room)

        def focus(text: str) -> None:
            for _ in range(80):
                page.keyboard.press("Tab")
                here = page.evaluate("document.activeElement.id || document.activeElement.innerText")
                if text in here:
                    return
            raise AssertionError(text)

        focus("q")
        page.keyboard.type("ferry strike")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=ferry**")
        focus("Narrow down")
        page.keyboard.press("Enter")
        focus("outcome")
        page.keyboard.type("captured")
        focus("from")
        page.keyboard.press("Enter")
        page.wait_for_url("**outcome=captured**")
        focus("Ferry Crews")
        page.keyboard.press("Enter")
        page.wait_for_url("**/bags/**")
        focus("Check")
        page.keyboard.press("Enter")
        page.wait_for_url("**/check")
        assert "Passed" in page.inner_text("main")
        assert watched.wrong == []


def replayed(page: Any) -> Any:
    """The frame of the captured page, once its text is there."""
    for _ in range(150):
        for frame in page.frames:
            if "mp_/" in frame.url and frame.locator("body").count():
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([each.url for each in page.frames])


@needs_scripts
@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("ferry-strike", "Night crossings were reduced in January after three deckhands resigned within a week."),
        ("sturmflut", "mit dpa"),
        ("fish-market", "AP"),  # from a web archive
    ],
)
def test_replay_shows_the_text_and_the_lead_photo(room: str, bags: Path, chromium: Any, start: str, words: str):
    name = named(bags, start)
    record = json.loads((bags / name / "data/provenance.json").read_text("utf-8"))
    with Watched(chromium, room) as watched:
        watched.page.goto(f"{room}bags/{name}")
        watched.page.get_by_role("link", name="Replay the page").click()
        frame = replayed(watched.page)
        frame.get_by_text(words).first.wait_for(timeout=20_000)
        if record["capture"]["lead_image"]:
            shown = "() => [...document.images].some(each => each.naturalWidth > 100)"
            frame.wait_for_function(shown, timeout=20_000)
        outside = [each for each in watched.wrong if each.startswith(("http", "ws"))]
        assert outside == []


def test_hostile_words_in_every_field_are_text(tmp_path: Path, chromium: Any):
    with Made(tmp_path) as made:
        made.bag(
            "evil",
            headline=HOSTILE,
            text=f"{HOSTILE}\n\n{HOSTILE}",
            date=HOSTILE,
            publisher=HOSTILE,
            people=[HOSTILE],
            outcome=HOSTILE,
            verdict=HOSTILE,
            access=HOSTILE,
            url=f"javascript:alert(1)//{HOSTILE}",
            credited=[{"name": HOSTILE, "agency": HOSTILE, "role": HOSTILE, "of": "article", "text": HOSTILE}],
            more={"notices": [{"kind": HOSTILE, "text": HOSTILE}], "capture": {"reason": HOSTILE}},
        )
        with Watched(chromium, made.address) as watched:
            page = watched.page
            for path in ("", "?q=script", f"?q={HOSTILE[:40]}", "bags/evil", "bags/evil/history", "bags/evil/replay"):
                page.goto(f"{made.address}{path}")
                assert page.evaluate("document.scripts.length") == 0
                assert page.locator("img").count() == 0
                assert page.locator("a[href^='javascript' i]").count() == 0
                assert watched.wrong == [], path
            page.goto(f"{made.address}bags/evil")
            assert "<script>alert(1)</script>" in page.inner_text("h1")
            assert "49" not in page.inner_text("h1")


def test_the_page_of_a_hostile_bag_can_do_nothing(tmp_path: Path, chromium: Any):
    with Made(tmp_path) as made:
        bag = made.bag("evil", headline="Harbour")
        evil = "<!doctype html><title>x</title><script>document.title = 'ran'</script>"
        evil += "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/led'><img src=http://127.0.0.1:9/i>"
        evil += "<iframe src=http://127.0.0.1:9/f></iframe><body onload=\"document.title='ran'\"><p>words</p>"
        (bag / "data/ro-crate-preview.html").write_text(evil)
        (bag / "data/x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
        with Watched(chromium, made.address) as watched:
            asked: list[str] = []
            watched.page.on("requestfinished", lambda each: asked.append(each.url))
            watched.page.goto(f"{made.address}bags/evil/data/ro-crate-preview.html")
            watched.page.wait_for_timeout(1000)
            assert watched.page.title() == "x"
            assert watched.page.url.endswith("ro-crate-preview.html")
            assert all(each.startswith(made.address) for each in asked)
            with watched.page.expect_download():
                watched.page.evaluate("0")
                watched.page.goto(f"{made.address}bags/evil")
                link = f"{made.address}bags/evil/data/x.svg"
                watched.page.evaluate("where => { location.href = where }", link)


@needs_scripts
def test_a_page_that_scripts_make_is_replayed_with_its_scripts(tmp_path: Path, chromium: Any):
    """What the browser asked for while the page was captured is in the WACZ: the replay finds it there."""
    words = "The council met on Monday evening and voted to keep the old bridge open for another year, they said."
    put = f"document.querySelector('div').innerHTML = '<p>{words}</p>' + found.more"
    script = f"fetch('/words.json').then(answer => answer.json()).then(found => {{ {put} }})"
    pages = {"/shell": f"<!doctype html><title>Bridge</title><body><div></div><script>{script}</script></body>"}
    more = json.dumps({"more": "<p id=more>From another answer.</p>"}).encode()
    extra = {"/words.json": (200, "application/json", more)}
    bags = bag_pages(tmp_path, pages, "--browser", "always", "--browser-no-sandbox", more=extra)
    (bag,) = (each for each in bags.iterdir() if each.name[0] != ".")
    if not (bag / "data/rendering/screenshot.png").exists():
        pytest.skip("no browser showed the page")
    with served(bags, tmp_path / "cache") as address, Watched(chromium, address) as watched:
        watched.page.goto(f"{address}bags/{bag.name}")
        shot = watched.page.get_by_alt_text("The page as a browser showed it")
        shot.scroll_into_view_if_needed()
        watched.page.wait_for_function("[...document.images].every(each => each.naturalWidth > 100)")
        assert watched.wrong == []
        watched.page.goto(f"{address}bags/{bag.name}/replay")
        replayed(watched.page).locator("#more").wait_for(timeout=20_000)


@needs_scripts
def test_a_captured_page_is_not_shown_at_the_top_of_a_window(room: str, bags: Path, chromium: Any):
    """There no frame would hold it: neither the server nor its service worker answers."""
    with Watched(chromium, room) as watched:
        watched.page.goto(f"{room}bags/{named(bags, 'ferry-strike')}/replay")
        frame = replayed(watched.page)
        frame.get_by_text("Night crossings").first.wait_for(timeout=20_000)
        addresses = [each.url.partition("#")[0] for each in watched.page.frames[1:]]
        assert len(addresses) >= 3
        above = watched.context.new_page()
        for address in addresses:
            answer = above.goto(address)
            assert answer.status == 403, address
            assert "Night crossings" not in above.inner_text("body")
