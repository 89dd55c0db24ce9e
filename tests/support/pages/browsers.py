"""Jobs whose pages a real Chromium shows: each test says what the site has, and takes the bag apart."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jobs.capturing import Record, records
from servers.sites import Site

from archiver.browser.available import missing
from archiver.cli import main
from archiver.config import Config

WHY = missing(Config(browser_no_sandbox=True))
needs_browser = pytest.mark.skipif(WHY is not None, reason=f"no browser: {WHY}")
HOST = "news.example"
TEXT = (
    "The council met on Monday evening and voted to keep the old bridge open for another year, the mayor said.",
    "Engineers had warned that the bridge could not carry heavy lorries, and asked for a limit of three tonnes.",
    "Residents welcomed the decision, which was taken after a debate of four hours in the town hall.",
)
HEADLINE = "Bridge stays open"
MARKUP = f"<article><h1>{HEADLINE}</h1>{''.join(f'<p>{each}</p>' for each in TEXT)}</article>"


def shell(script: str, *, head: str = "", body: str = "") -> str:
    """The page of an application, whose text `script` makes in `root`."""
    return (
        f"<!doctype html><html><head><title>{HEADLINE}</title>{head}</head>"
        f"<body>{body}<div id=root></div>"
        f"<script>const root = document.getElementById('root');{script}</script></body></html>"
    )


def put(markup: str = MARKUP) -> str:
    """A script that puts markup into the page."""
    return f"root.innerHTML = {json.dumps(markup)};"


@dataclass
class Shown:
    """What became of one seed."""

    code: int
    result: dict[str, Any]
    bag: Path | None
    err: str = ""
    site: Site | None = field(default=None, repr=False)

    @property
    def record(self) -> dict[str, Any]:
        assert self.bag
        return json.loads((self.bag / "data/provenance.json").read_text("utf-8"))  # type: ignore[no-any-return]

    @property
    def about(self) -> dict[str, Any]:
        return json.loads(self.file("rendering.json"))  # type: ignore[no-any-return]

    def file(self, name: str) -> bytes:
        assert self.bag
        return (self.bag / "data/rendering" / name).read_bytes()

    @property
    def warc(self) -> list[Record]:
        assert self.bag
        return records((self.bag / self.record["capture"]["warc"].join(("data/", ""))).read_bytes())

    def by(self, initiator: str) -> list[str]:
        """`METHOD address` of the exchanges that it asked for, favicons left out."""
        found = self.record["capture"]["exchanges"]
        asked = (f"{each.get('method', 'GET')} {each['url']}" for each in found if each["initiator"] == initiator)
        return [each for each in asked if not each.endswith("/favicon.ico")]


def show(
    folder: Path,
    site: Site,
    capsys: pytest.CaptureFixture[str],
    *more: str,
    path: str = "/story",
    scheme: str = "http",
    connect: Sequence[str] = (),
    text: Sequence[str] = TEXT,
) -> Shown:
    """Archive one seed of the site, whose article is `text`."""
    seeds, bags = folder / "seeds", folder / "bags"
    seeds.mkdir(exist_ok=True)
    body = "\n\n".join(text)
    (seeds / "a.txt").write_text(f"{HEADLINE}\n\n{body}\n\nOriginal url: {scheme}://{HOST}{path}\n", "utf-8")
    port = 443 if scheme == "https" else 80
    ways = connect or (f":{port}:127.0.0.1:{site.port}",)
    arguments = ["run", str(seeds), "--bags", str(bags), "--json", "--browser-no-sandbox", *more]
    for each in ways:
        arguments += ["--connect-to", each]
    capsys.readouterr()
    code = main(arguments)
    said = capsys.readouterr()
    result = json.loads(said.out.splitlines()[-1])
    bag = bags / result["bag"] if result["bag"] else None
    return Shown(code=code, result=result, bag=bag, err=said.err, site=site)


def is_valid(bag: Path, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether `archiver validate` passes the bag."""
    capsys.readouterr()
    return main(["validate", str(bag)]) == 0


def left_behind() -> list[str]:
    """Folders and processes of browsers of this process that are still there."""
    import tempfile

    from archiver.browser.processes import of_folder

    place = Path(tempfile.gettempdir())
    mark = f"archiver-browser-{os.getpid()}-"
    return [each.name for each in place.glob(f"{mark}*")] + [str(each) for each in of_folder(place / mark)]
