"""Pages whose text scripts make, on a Dask cluster: the worker's own browser shows them."""

import json
from pathlib import Path

from jobs.clusters import dask, needs_dask
from pages.browsers import HOST, MARKUP, TEXT, needs_browser, shell
from servers.sites import Site

from archiver.cli import main


@needs_browser
@needs_dask
def test_a_page_is_shown_by_a_browser_in_a_worker_of_a_cluster(tmp_path: Path, capsys):
    script = "fetch('/api', {method: 'POST'}).then((a) => a.text()).then((t) => { root.innerHTML = t; });"
    pages = {"/story": shell(script), "POST /api": (200, "text/plain", MARKUP.encode())}
    (tmp_path / "temporary").mkdir()
    text = "\n\n".join(("Bridge stays open", *TEXT, f"Original url: http://{HOST}/story\n"))
    (tmp_path / "seed.txt").write_text(text, "utf-8")
    with Site(pages) as site, dask(tmp_path / "cluster") as cluster:
        cluster.worker(TMPDIR=str(tmp_path / "temporary"))
        capsys.readouterr()
        code = main(
            [
                *("run", "--json", "--bags", str(tmp_path / "bags"), "--executor", cluster.address),
                *("--browser-no-sandbox", "--connect-to", f":80:127.0.0.1:{site.port}", str(tmp_path / "seed.txt")),
            ]
        )
        result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code, result["outcome"]) == (0, "captured"), result
    bag = tmp_path / "bags" / result["bag"]
    record = json.loads((bag / "data/provenance.json").read_text("utf-8"))
    assert record["rendering"]["failed"] is None
    assert record["rendering"]["comparison"]["verdict"] in ("same", "typographic")
    assert TEXT[1] in (bag / "data/rendering/article.txt").read_text("utf-8")
    assert [each["initiator"] for each in record["capture"]["exchanges"] if each["url"].endswith("/api")] == ["browser"]
    assert main(["validate", str(bag)]) == 0
    assert list((tmp_path / "temporary").glob("archiver-browser-*")) == []
