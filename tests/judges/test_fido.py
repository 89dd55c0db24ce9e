"""fido itself (opf-fido), with PRONOM's signatures: what is in a bag, and in its WARC, identified from its content."""

import shutil

import pytest
from jobs.whole import Job, seeds, story
from servers.wire import Server

pytestmark = [
    pytest.mark.judges,
    pytest.mark.skipif(shutil.which("fido") is None, reason="fido is not on the PATH"),
]


def test_fido_identifies_the_page_in_the_warc(tmp_path, capsys):
    config = tmp_path / "archiver.toml"
    config.write_text('[before_seal]\nidentify = "fido"\nseconds = 600\n')
    job = Job(tmp_path / "bags", capsys)
    with Server({"/news/1": [story(1)]}) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, "--browser", "never", "--config", str(config))
    record = job.record(result["bag"])
    (check,) = record["checks"]
    assert check["outcome"] == "passed", check["reason"]
    page = record["capture"]["record_id"]
    assert [each["puid"] for each in check["formats"] if each["of"]["record_id"] == page] == ["fmt/471"]
    assert job.valid(result["bag"])
