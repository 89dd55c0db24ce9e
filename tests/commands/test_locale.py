"""`LC_ALL=C` without UTF-8 mode: file names and what is printed are bytes that the locale does not have."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jobs.whole import HOST, story
from servers.newsroom import seed_document
from servers.wire import Server

PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def archiver(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archiver", *arguments],
        cwd=folder,
        env={**os.environ, **PLAIN},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_seeds_bags_and_ledgers_with_names_outside_ascii_work_in_the_c_locale(tmp_path, jobs):
    documents = tmp_path / "zażółć"
    documents.mkdir()
    (documents / "café.txt").write_text(seed_document(1, host=HOST), "utf-8")
    (documents / "naïve.txt").write_text("no address\n", "utf-8")
    with Server({"/news/1": [story(1)]}) as server:
        to = ["--connect-to", f":80:127.0.0.1:{server.port}", "--pace", "0", "--jobs", jobs]
        done = archiver(tmp_path, "run", *to, "--json", "--bags", "bägs", documents.name)
    assert done.returncode == 1, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(each["outcome"] for each in results) == ["captured", "failed"]
    (bag,) = (tmp_path / "bägs").glob("*-2*")
    assert json.loads((bag / "data/provenance.json").read_bytes())["seed"]["original_name"] == "café.txt"
    validated = archiver(tmp_path, "validate", "bägs")
    assert validated.returncode == 0, validated.stderr
    assert validated.stdout.startswith("passed b\\xc3\\xa4gs/")
    printed = archiver(tmp_path, "status", "--bags", "bägs")
    assert (printed.returncode, "its document is gone" in printed.stdout) == (0, False)
    assert "na\\xefve.txt" in printed.stdout
    assert "\\udc" not in printed.stdout + done.stderr + validated.stdout


def test_a_path_that_is_printed_as_it_is_shows_its_bytes(tmp_path):
    done = archiver(tmp_path, "init", "ärchiver.toml")
    assert (done.returncode, "wrote \\xc3\\xa4rchiver.toml" in done.stdout + done.stderr) == (0, True), done
