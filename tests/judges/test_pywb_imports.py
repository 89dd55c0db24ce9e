"""Pages that others captured, replayed by pywb out of their bags: records copied bit for bit, and bodies of a HAR."""

import json
import subprocess
import urllib.request
from pathlib import Path

import pytest
from servers.replaying import needs_pywb, pywb
from servers.sites import Site

from archiver.cli import main

pytestmark = needs_pywb


TEXT = "The old bridge over the river closes on Monday for repairs, the city said."
PAGE = f"<html><head><title>Bridge</title></head><body><article><h1>Bridge</h1><p>{TEXT}</p></article></body></html>"


def test_pywb_shows_what_wget_and_a_har_have(tmp_path: Path):
    import shutil

    if shutil.which("wget") is None:
        pytest.skip("wget is not installed")
    with Site({"/bridge": PAGE}) as site:
        address = f"http://127.0.0.1:{site.port}/bridge"
        subprocess.run(["wget", "-q", "--warc-file=w", "--delete-after", address], cwd=tmp_path, check=True, timeout=60)
    entry = {
        "startedDateTime": "2024-03-01T10:00:00Z",
        "request": {"method": "GET", "url": address},
        "response": {"status": 200, "content": {"mimeType": "text/html", "text": PAGE}},
    }
    (tmp_path / "p.har").write_text(json.dumps({"log": {"entries": [entry]}}))
    (tmp_path / "seed.txt").write_text(f"Bridge\n\n{TEXT}\n\nOriginal url: {address}\n")
    for name, file in (("wget", "w.warc.gz"), ("har", "p.har")):
        bags = tmp_path / f"bags-{name}"
        assert main(["run", "--bags", str(bags), "--from", str(tmp_path / file), str(tmp_path / "seed.txt")]) == 0
        (bag,) = (each for each in bags.iterdir() if each.name.startswith("seed-"))
        shutil.copytree(bag / "data/wacz/archive", tmp_path / "collections" / name / "archive")
        shutil.copytree(bag / "data/wacz/indexes", tmp_path / "collections" / name / "indexes")
    with pywb(tmp_path) as at:
        for name in ("wget", "har"):
            with urllib.request.urlopen(f"{at}/{name}/2id_/{address}", timeout=60) as answer:
                assert TEXT in answer.read().decode(), name
