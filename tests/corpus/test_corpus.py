"""232 real news pages under their real addresses: every one ends in a valid bag or a named failure."""

import json
import re
import subprocess
import sys

import pytest
from places import SHARED

from archiver.cli import main

WEB = SHARED / "corpus" / "web.py"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not WEB.is_file(), reason="../shared/corpus is absent: no real pages to run on"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The corpus served by a process of its own: (folder of seeds, options that reach it)."""
    seeds = tmp_path_factory.mktemp("corpus") / "seeds"
    with subprocess.Popen(
        [sys.executable, str(WEB), "--seeds", str(seeds)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            options = ""
            while "--ca-bundle" not in options:
                options = process.stdout.readline()
                assert options, "web.py ended before it served"
            yield seeds, re.findall(r"\S+", options)
        finally:
            process.terminate()


def test_every_page_ends_in_a_valid_bag_or_a_named_failure_and_none_takes_the_job_down(site, tmp_path, capsys):
    seeds, options = site
    count = len(list(seeds.glob("*.txt")))
    assert count > 200
    bags = tmp_path / "bags"
    main(
        [
            "run",
            str(seeds),
            "--bags",
            str(bags),
            "--json",
            "--quiet",
            "--pace",
            "0",
            "--jobs",
            "2",
            "--no-requisites",
            *options,
        ]
    )
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(results) == count
    assert not [each for each in results if each["bag"] is None and not each["reason"]]
    assert not [each for each in results if "archiver failed on it" in (each["reason"] or "")]
    made = {each["bag"] for each in results if each["bag"]}
    assert made == {each.name for each in bags.iterdir() if not each.name.startswith(".")}
    assert len(made) > 0.98 * count

    assert main(["validate", str(bags), "--json", "--quiet"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert (summary["bags"], summary["failed"]) == (len(made), 0)

    verdicts = [each["verdict"] for each in results]
    assert sum(each in ("same", "typographic", "edited") for each in verdicts) > 0.97 * count


def test_a_sample_with_all_that_the_pages_need_is_valid_too(site, tmp_path, capsys):
    seeds, options = site
    sample = [str(each) for each in sorted(seeds.glob("*.txt"))[::12]]
    bags = tmp_path / "bags"
    main(["run", *sample, "--bags", str(bags), "--json", "--quiet", "--pace", "0", "--jobs", "2", *options])
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each["outcome"] for each in results} == {"captured"}
    records = [json.loads((bags / each["bag"] / "data" / "provenance.json").read_bytes()) for each in results]
    assert sum(record["capture"]["requisites"]["fetched"] for record in records) > 10 * len(sample)
    assert {record["capture"]["robots"] for record in records} == {"allowed"}
    assert main(["validate", str(bags), "--quiet"]) == 0
