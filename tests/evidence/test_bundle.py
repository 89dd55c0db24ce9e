"""Evidence bundles: what is in them, and their VERIFY.md, whose blocks are run where there is no archiver."""

import json
import os
import re
import shutil
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.pki import authorities, issue, needs_openssl
from cryptography.x509 import ObjectIdentifier
from verify_blocks import blocks, failed, run

from archiver.cli import main
from archiver.evidence.verify_text import LEFT_OUT, SUMS
from archiver.trust.custody import Agent, append

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
pytestmark = [needs_openssl, pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum")]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    """The bundle of a bag that a certificate for signing documents signed, with the roots beside it."""
    home = tmp_path_factory.mktemp("bundle")
    bag = Builder().write(home / "bags/harbour")
    with authorities(home) as pki:
        pki.tell_of_revocation()
        signer = issue("Ada Archivist", pki.ca, email="ada@archive.example", site=pki.site, purpose=DOCUMENT_SIGNING)
        options = ["--timestamp", pki.url, "--trust-roots", str(pki.roots)]
        for event in ("fixity-check", "relocation"):
            append(bag, event, at=datetime.now(UTC), agent=Agent(), detail={})
        assert main(["sign", "--allow-private", *signer.write(home / "keys"), *options, str(bag)]) == 0
        out = ["--output", str(home / "out"), "--trust-roots", str(pki.roots)]
        assert main(["bundle", *out, str(bag)]) == 0
        shutil.copyfile(pki.roots, home / "out/roots.pem")
    return home / "out"


def test_the_checks_are_explained_where_the_text_says(bundle):
    assert "docs/for-libraries.md" in (bundle / "VERIFY.md").read_text("utf-8")


HEADINGS = [
    "Did the bundle arrive as it was made?",
    "Is the bag whole?",
    "Is what was signed unchanged?",
    "Who signed it?",
    "Do the timestamps fit?",
    "Whose timestamps are they?",
    "Does the custody log hold together?",
]


def test_every_block_for_linux_succeeds_where_there_is_no_archiver(bundle):
    assert run("command -v archiver", bundle).returncode != 0
    assert list(blocks(bundle)) == HEADINGS
    for heading, block in blocks(bundle).items():
        done = run(block, bundle)
        assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["OK"]), f"{heading}\n{block}\n{done.stderr}"


@pytest.mark.skipif(shutil.which("shasum") is None, reason="shasum")
def test_every_block_for_macos_succeeds_with_a_brew_that_names_an_openssl(bundle, tmp_path):
    (tmp_path / "brew").write_text("#!/bin/sh\necho /usr\n")
    (tmp_path / "brew").chmod(0o755)
    assert list(blocks(bundle, "macOS")) == HEADINGS
    for block in blocks(bundle, "macOS").values():
        done = run(block, bundle, PATH=f"{tmp_path}:/usr/bin:/bin")
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


def test_the_bag_in_it_is_valid_by_bagit_python(bundle):
    text = (bundle / "VERIFY.md").read_text("utf-8")
    (block,) = re.findall(r"^```sh\n(bagit\.py .*?)^```", text, re.DOTALL | re.MULTILINE)
    path = f"{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin"
    assert run(block, bundle, PATH=path).returncode == 0


SIGNED, STAMPED = HEADINGS[2:4], HEADINGS[4:6]
DAMAGES = {
    "harbour/data/text/article.txt": ["Is the bag whole?"],
    "harbour/data/added.txt": ["Is the bag whole?"],
    "harbour/bag-info.txt": ["Is the bag whole?"],
    "harbour/tagmanifest-sha256.txt": ["Is the bag whole?", *SIGNED, HEADINGS[6]],
    "harbour/signatures/tagmanifest-sha256.txt.p7s": [*SIGNED, *STAMPED],
    "harbour/signatures/tagmanifest-sha256.txt.p7s.tsr": STAMPED,
}


@pytest.mark.parametrize("path", DAMAGES)
def test_a_damage_is_found_by_the_blocks_that_speak_of_it_and_by_no_other(path, bundle, tmp_path):
    folder = shutil.copytree(bundle, tmp_path / "bundle")
    place = folder / path
    data = bytearray(place.read_bytes() if place.exists() else b"added")
    data[-1 if path.endswith(".tsr") else len(data) // 2] ^= 1
    place.write_bytes(data)
    arrived = [] if path.endswith("added.txt") else HEADINGS[:1]
    assert failed(folder) == [*arrived, *DAMAGES[path]]


def test_a_first_event_that_was_rewritten_breaks_the_log(bundle, tmp_path):
    folder = shutil.copytree(bundle, tmp_path / "bundle")
    first = sorted((folder / "harbour/signatures/custody").glob("*.json"))[0]
    first.write_text(first.read_text().replace("success", "failure"))
    assert HEADINGS[6] in failed(folder)


def test_somebody_elses_roots_do_not_know_the_signer(bundle, tmp_path):
    folder = shutil.copytree(bundle, tmp_path / "bundle")
    (folder / "roots.pem").write_bytes(issue("Another Root", ca=True).pem())
    assert failed(folder) == ["Who signed it?", "Whose timestamps are they?"]


def test_it_has_the_page_the_certificate_with_blanks_and_annex_the_history_and_the_bag(bundle):
    names = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*")}
    made = {"index.html", "VERIFY.md", "certificate.html", "certificate.txt", "history.csv", SUMS}
    assert made <= names
    assert {"harbour/data/provenance.json", "harbour/signatures/tagmanifest-sha256.txt.p7s.tsr"} <= names
    text = (bundle / "certificate.txt").read_text("utf-8")
    assert "No check failed; " in " ".join(text.split())
    assert "required check" in text
    assert "One client at one place" in text
    assert "902(13) and 902(14)" in text
    assert text.count("____") > 15
    page = (bundle / "index.html").read_text("utf-8")
    assert 'href="harbour/data/wacz/archive/' in page
    assert 'href="VERIFY.md"' in page


def restricted(home: Path, access: str) -> Path:
    builder = Builder()
    builder.record["rights"]["access"] = access
    return builder.write(home / f"bags/{access}")


def test_of_a_bag_whose_content_is_closed_the_payload_is_held_back_and_the_rest_still_verifies(tmp_path, capsys):
    bag = restricted(tmp_path, "metadata-only")
    assert main(["bundle", "--json", "--output", str(tmp_path / "out"), str(bag)]) == 0
    printed = capsys.readouterr()
    (held,) = json.loads(printed.out)["held_back"]
    assert "access is metadata-only" in held["why"]
    assert "access is metadata-only" in printed.err
    folder = tmp_path / "out"
    assert not (folder / bag.name / "data").exists()
    assert (folder / LEFT_OUT).read_text() == (bag / "manifest-sha256.txt").read_text()
    assert failed(folder) == []
    assert b"metadata-only" in (folder / "index.html").read_bytes()
    lines = (folder / LEFT_OUT).read_text()
    (folder / LEFT_OUT).write_text(lines.replace(lines[:4], "0000", 1))
    assert "Is the bag whole?" in failed(folder)


def test_of_a_page_captured_while_logged_in_the_exchanges_are_held_back_and_the_rest_still_verifies(tmp_path, capsys):
    builder = Builder()
    builder.record["capture"]["logged_in"] = ["www.example-times.example"]
    bag = builder.write(tmp_path / "bags/subscriber")
    assert main(["bundle", "--json", "--output", str(tmp_path / "out"), str(bag)]) == 0
    (held,) = json.loads(capsys.readouterr().out)["held_back"]
    assert "cookies of a subscription" in held["why"]
    assert not list((tmp_path / "out").rglob("*.warc.gz"))
    warcs = [line for line in (bag / "manifest-sha256.txt").read_text().splitlines() if line.endswith(".warc.gz")]
    assert (tmp_path / "out" / LEFT_OUT).read_text().splitlines() == warcs
    assert failed(tmp_path / "out") == []
    assert b"cookies of a subscription" in (tmp_path / "out/index.html").read_bytes()


@pytest.mark.parametrize("access", ["closed", "taken down"])
def test_of_a_bag_that_is_closed_there_is_no_bundle(access, tmp_path, capsys):
    bag = restricted(tmp_path, "closed" if access == "closed" else "open")
    if access != "closed":
        assert main(["takedown", "--reason", "court order", str(bag)]) == 0
    assert main(["bundle", "--output", str(tmp_path / "out"), str(bag)]) == 1
    assert "nothing of it is given out: access is" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_damaged_bag_an_output_that_is_there_and_two_bags_are_refused(tmp_path, capsys):
    bag = Builder().write(tmp_path / "bags/harbour")
    (tmp_path / "there").mkdir()
    assert main(["bundle", "--output", str(tmp_path / "there"), str(bag)]) == 2
    other = Builder().write(tmp_path / "bags/other")
    assert main(["bundle", "--output", str(tmp_path / "out"), str(bag), str(other)]) == 2
    (bag / "data/text/article.txt").write_text("forged")
    assert main(["bundle", "--output", str(tmp_path / "out"), str(bag)]) == 1
    assert "not valid" in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bags", "there"]


def test_a_zip_holds_the_same_in_one_folder(tmp_path):
    bag = Builder().write(tmp_path / "bags/harbour")
    assert main(["bundle", "--output", str(tmp_path / "case.zip"), str(bag)]) == 0
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert {each.partition("/")[0] for each in archive.namelist()} == {"case"}
        archive.extractall(tmp_path)
    assert failed(tmp_path / "case") == []
