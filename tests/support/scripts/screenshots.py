"""Takes the pictures in docs/images of the demo's bags, with Chromium: `make pictures`.

Every word and photo in them is of the made-up newspaper.
"""

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from PIL import Image

from archiver.browser.available import executable, missing
from archiver.cli import main
from archiver.config import Config
from archiver.demo.tour import run_demo
from archiver.serve.run_servers import serving

IMAGES = Path(__file__).parents[3] / "docs/images"
WIDTH, SHOWN = 1100, 900
"""Width of the window, and of the picture."""


def take(folder: Path) -> None:
    """Runs the demo in `folder` and takes one picture of each page that the documentation shows."""
    from playwright.sync_api import sync_playwright

    bags, report, published = folder / "demo-bags", folder / "report.html", folder / "published"
    run_demo(bags, say=lambda line: None)
    main(["report", str(bags), "--html", str(report), "--quiet"])
    main(["publish", str(bags), str(published), "--title", "Ostrand County Archive", "--quiet"])
    page_of_a_bag = next(bags.glob("ferry-strike-*")) / "data/ro-crate-preview.html"
    room = serving(bags, host="127.0.0.1", port=0, scripts=folder, cache=folder, today=date.today)
    with sync_playwright() as driver, room as collection:
        browser = driver.chromium.launch(executable_path=executable(Config()), args=["--no-sandbox"])
        for name, address, height in (
            ("page-of-a-bag", page_of_a_bag.as_uri(), 1300),
            ("report", report.as_uri(), 900),
            ("published", (published / "index.html").as_uri(), 900),
            ("serve", collection, 900),
        ):
            page = browser.new_page(viewport={"width": WIDTH, "height": height})
            page.goto(address)
            page.screenshot(path=IMAGES / f"{name}.png")
            _make_small(IMAGES / f"{name}.png")
        browser.close()


def _make_small(picture: Path) -> None:
    """256 colours are enough for text and drawings, in a third of the bytes."""
    with Image.open(picture) as image:
        small = image.convert("RGB").resize((SHOWN, SHOWN * image.height // image.width), Image.Resampling.LANCZOS)
    small.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    if why := missing(Config(browser_no_sandbox=True)):
        sys.exit(f"make pictures: no browser: {why}")
    with tempfile.TemporaryDirectory() as place:
        take(Path(place))
    subprocess.run(["git", "status", "--short", "--", str(IMAGES)], check=False)
