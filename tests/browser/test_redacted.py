"""An access copy of a bag with a rendering: the folder is gone, and nothing in the crate points to it."""

import tarfile

from pages.browsers import is_valid, needs_browser, put, shell, show
from servers.sites import Site

from archiver.cli import main

pytestmark = needs_browser


def preview(bag):
    return (bag / "data/ro-crate-preview.html").read_text("utf-8")


def test_an_access_copy_has_nothing_of_the_rendering(tmp_path, capsys):
    with Site({"/story": shell(put())}) as site:
        done = show(tmp_path, site, capsys, "--browser", "always")
    assert (done.bag / "data/rendering/dom.html").is_file()
    (tmp_path / "out").mkdir()
    assert main(["handoff", "--redact", str(done.bag), str(tmp_path / "out")]) == 0
    (package,) = (tmp_path / "out").glob("*.tar")
    with tarfile.open(package) as file:
        file.extractall(tmp_path / "copy", filter="data")
    (copy,) = (tmp_path / "copy").iterdir()
    assert not (copy / "data/rendering").exists()
    for name in ("provenance.json", "ro-crate-metadata.json", "metadata/premis.xml", "metadata/rights.csv"):
        assert "rendering" not in (copy / "data" / name).read_text("utf-8"), name
    assert '<figure class="screenshot"><img src="data:image/jpeg' in preview(done.bag)
    assert "rendering/" not in preview(copy) and "data:image" not in preview(copy)
    assert is_valid(copy, capsys)
