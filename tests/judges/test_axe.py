"""What axe-core says of the pages of `archiver serve` (`make judges` gets it), in Chromium, at two widths, light and
dark."""

import shutil
from pathlib import Path

import pytest
from pages.serving import browser, needs_chromium, served
from pages.shown_pages import AXE

from archiver.demo.tour import run_demo

pytestmark = [
    pytest.mark.judges,
    needs_chromium,
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: 'make judges' gets it from npm"),
]


def test_axe_finds_nothing_on_the_pages_of_the_room(tmp_path: Path):
    run_demo(tmp_path / "bags", say=lambda _: None)
    name = next(each.name for each in (tmp_path / "bags").iterdir() if each.name.startswith("ferry-strike"))
    shutil.copytree(tmp_path / "bags" / name, tmp_path / "bags" / "again")
    paths = ("", "?q=ferry&sort=newest", "?q=nothing+like+it&from=x", *(f"bags/{name}{end}" for end in ("", "/check")))
    paths = (*paths, f"bags/{name}/history", f"bags/{name}/replay", "bags/none")
    found = []
    with served(tmp_path / "bags", tmp_path / "cache", scripts=tmp_path / "none") as room, browser() as chromium:
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                context = chromium.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
                )
                page = context.new_page()
                for path in paths:
                    page.goto(f"{room}{path}")
                    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
                    page.add_script_tag(path=str(AXE))
                    for each in page.evaluate("axe.run()")["violations"]:
                        where = "; ".join(node["html"][:120] for node in each["nodes"][:3])
                        found.append(f"{path} at {width}, {scheme}: {each['id']}: {where}")
                context.close()
    assert found == []
