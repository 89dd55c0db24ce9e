"""Jobs that sign and timestamp each bag."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders.pki import Authorities, needs_openssl
from builders.signing import check_signature, files
from servers.newsroom import newsroom, pages_for, write_seeds

from archiver.cli import main

pytestmark = needs_openssl


def settings(pki: Authorities, folder: Path, url: str) -> list[str]:
    _, key, _, certificate = pki.signer.write(folder, passphrase=b"kept apart")
    (folder / "pass").write_text("kept apart\n")
    lines = {"key": key, "certificate": certificate, "passphrase_file": str(folder / "pass"), "timestamp": url,
             "trust_roots": str(pki.roots), "organisation": "Test Archive"}  # fmt: skip
    (folder / "archiver.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items()))
    return ["--config", str(folder / "archiver.toml"), "--bags", str(folder / "bags"), "--pace", "0", "--quiet"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_run_signs_and_timestamps_each_new_bag_by_the_settings(jobs: str, pki: Authorities, tmp_path: Path, capsys):
    write_seeds(tmp_path / "seeds", range(2))
    with newsroom(pages_for(range(2))) as site:
        options = [*settings(pki, tmp_path, pki.url), "--jobs", jobs, *site.options]
        assert main(["run", str(tmp_path / "seeds"), *options]) == 0
    demands = ["--signer", "ada@archive.example", "--require-timestamp", "--trust-roots", str(pki.roots)]
    assert main(["validate", str(tmp_path / "bags"), *demands, "--fail-on", "warning", "--strict"]) == 0
    for bag in (tmp_path / "bags").glob("report-*"):
        check_signature(bag, pki.roots)
        event = json.loads((bag / "signatures/custody/0001-sealing.json").read_bytes())
        assert event["agent"]["organisation"] == "Test Archive"
        assert [each["path"] for each in event["detail"]["warc"]] == [f"data/wacz/archive/{bag.name}.warc.gz"]
        record = (bag / "data/provenance.json").read_text()
        assert "signer.key" not in record
        assert "kept apart" not in record
        assert not any(b"kept apart" in data or b"PRIVATE KEY" in data for data in files(bag).values())


def test_run_keeps_a_bag_that_could_not_be_timestamped_and_says_so(pki: Authorities, tmp_path: Path, capsys):
    write_seeds(tmp_path / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        options = [*settings(pki, tmp_path, "http://127.0.0.1:9/"), "--bracket", "if-possible"]
        assert main(["run", str(tmp_path / "seeds"), *options, *site.options, "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["outcome"] == "captured"
    assert "not signed as it should be: no timestamp from http://127.0.0.1:9/" in result["warning"]
    bag = tmp_path / "bags" / result["bag"]
    check_signature(bag, pki.roots)
    assert main(["sign", str(bag), "--config", str(tmp_path / "archiver.toml"), "--timestamp", pki.url]) == 0
    demands = ["--require-signature", "--require-timestamp", "--trust-roots", str(pki.roots)]
    assert main(["validate", str(bag), *demands, "--fail-on", "warning"]) == 0


def test_without_keys_run_still_writes_the_first_event(tmp_path: Path):
    write_seeds(tmp_path / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        options = ["--bags", str(tmp_path / "bags"), "--pace", "0", "--quiet", *site.options]
        assert main(["run", str(tmp_path / "seeds"), *options]) == 0
    (bag,) = (tmp_path / "bags").glob("report-*")
    assert [each.name for each in (bag / "signatures/custody").iterdir()] == ["0001-sealing.json"]
    assert not any(
        name.startswith("cryptography")
        for name in loaded_by("archiver.commands.jobs.run", "archiver.job.workers.worker")
    )


def loaded_by(*modules: str) -> list[str]:
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("version", [None, "46.0.1"])
def test_without_the_extra_signing_says_in_one_line_what_to_install(
    version, bag: Path, pki: Authorities, tmp_path: Path
):
    """In a process of its own, where `cryptography` is not there, or too old."""
    fake = tmp_path / "fake/cryptography"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(f"__version__ = {version!r}\n" if version else "raise ImportError\n")
    command = [sys.executable, "-m", "archiver", "sign", str(bag), *pki.signer.write(tmp_path)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(fake.parent)}, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "'.[trust]' in the project's folder" in done.stderr
    command = [sys.executable, "-m", "archiver", "validate", str(bag)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(fake.parent)}, capture_output=True, text=True)
    assert done.returncode == 0
