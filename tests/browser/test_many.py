"""Many pages at once, in processes of a pool: each has its own browser, and none leaves anything behind."""

import json
from pathlib import Path

from pages.browsers import HOST, MARKUP, TEXT, needs_browser, put, shell, show
from servers.sites import Site

from archiver.cli import main

pytestmark = needs_browser


def test_pages_are_shown_in_the_processes_of_a_pool(tmp_path: Path, capsys):
    import tempfile

    pages = {
        f"/{n}": shell(f"fetch('/t/{n}').then((a) => a.text()).then((t) => {{ root.innerHTML = t; }})")
        for n in range(3)
    }
    pages |= {f"/t/{n}": (200, "text/plain", MARKUP.encode()) for n in range(3)}
    pages["/3"] = shell("for (;;) ;")
    (tmp_path / "seeds").mkdir()
    for n in range(4):
        words = "\n\n".join(TEXT)
        (tmp_path / f"seeds/{n}.txt").write_text(
            f"Bridge stays open\n\n{words}\n\nOriginal url: http://{HOST}/{n}\n", "utf-8"
        )
    (tmp_path / "archiver.toml").write_text("pace = 0.0\n[limits]\nbrowser_seconds = 25.0\n", "utf-8")
    before = set(Path(tempfile.gettempdir()).glob("archiver-browser-*"))
    with Site(pages) as site:
        capsys.readouterr()
        command = [
            "run",
            str(tmp_path / "seeds"),
            "--bags",
            str(tmp_path / "bags"),
            "--config",
            str(tmp_path / "archiver.toml"),
        ]
        more = ["--jobs", "2", "--json", "--browser-no-sandbox", "--connect-to", f":80:127.0.0.1:{site.port}"]
        assert main([*command, *more]) == 1
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(each["outcome"] for each in results) == ["captured", "captured", "captured", "unread"]
    stuck = next(each for each in results if each["outcome"] == "unread")
    record = json.loads((tmp_path / "bags" / stuck["bag"] / "data/provenance.json").read_text("utf-8"))
    assert "not done" in record["rendering"]["failed"]
    left = set(Path(tempfile.gettempdir()).glob("archiver-browser-*")) - before
    assert [each for each in left if not Path(f"/proc/{each.name.split('-')[2]}").exists()] == []


def test_what_a_killed_process_left_goes_with_the_next_page(tmp_path: Path, monkeypatch):
    import tempfile

    from archiver.browser.folder import browser_folder

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone, other = tmp_path / "archiver-browser-999999999-x", tmp_path / "archiver-browser-of-somebody"
    gone.mkdir()
    other.mkdir()
    with browser_folder() as folder:
        assert folder.is_dir()
        assert not gone.exists()
    assert sorted(tmp_path.iterdir()) == [other]


def test_a_browser_is_started_where_the_place_for_temporary_files_has_a_long_name(tmp_path: Path, capsys, monkeypatch):
    """Its sockets would have names longer than the system takes."""
    import tempfile

    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with Site({"/story": shell(put())}) as site:
        done = show(tmp_path, site, capsys)
    assert done.record["rendering"]["failed"] is None
