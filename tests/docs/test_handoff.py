"""The documents about hand-off: every command in docs/for-libraries.md is run on a signed bag that was handed off, and
finds damage; those in docs/keep/handoff.md are ones the program accepts."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders.pki import authorities, issue, needs_openssl
from places import ROOT

from archiver.cli import main
from archiver.commands.options import parser
from archiver.demo.tour import run_demo
from archiver.packaging.receipt import instructions
from archiver.redaction.secrets import HEADERS, PARAMETERS, WORDS

DOCS = ROOT / "docs"
FOR_LIBRARIES = (DOCS / "for-libraries.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", FOR_LIBRARIES, re.DOTALL | re.MULTILINE)
pytestmark = [
    needs_openssl,
    pytest.mark.skipif(not all(map(shutil.which, ("sha256sum", "unzip", "gzip"))), reason="sha256sum, unzip or gzip"),
]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> tuple[Path, str]:
    """A signed and timestamped bag as tar, zip and wacz with signed receipts, and the roots; the name of the bag."""
    home = tmp_path_factory.mktemp("libraries")
    run_demo(home / "bags", say=lambda _: None)
    bag = sorted(each for each in (home / "bags").iterdir() if (each / "bagit.txt").exists())[0]
    with authorities(home) as pki:
        pki.signer = issue("Ada Archivist", pki.ca, kind="p384", email="ada@archive.example", site=pki.site)
        pki.tell_of_revocation()
        key, certificate = pki.signer.write(home / "keys")[1::2]
        settings = {"key": key, "certificate": certificate, "timestamp": pki.url, "trust_roots": str(pki.roots)}
        (home / "archiver.toml").write_text("".join(f"{name} = {json.dumps(v)}\n" for name, v in settings.items()))
        config = ["--config", str(home / "archiver.toml")]
        assert main(["sign", *config, str(bag)]) == 0
        (home / "out").mkdir()
        for form in ("tar", "zip", "wacz"):
            assert main(["handoff", *config, "--form", form, str(bag), str(home / "out")]) == 0
        assert main(["handoff", *config, "--group", "spring", str(home / "bags"), str(home / "out")]) == 0
        shutil.copyfile(pki.roots, home / "out/roots.pem")
    return home / "out", bag.name


def shell(block: str, folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    around = {**os.environ, "BAG": name, "PACKAGE": f"{name}.tar", "GROUP": "spring", "PATH": path}
    command = ["bash", "-c", block]  # each block sees to it itself that it stops at the first failure
    return subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, check=False)


def test_every_command_for_libraries_succeeds_on_a_good_bag_in_the_order_of_the_document(delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    assert len(BLOCKS) >= 9
    for block in BLOCKS:
        done = shell(block, folder, name)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


@pytest.mark.skipif(shutil.which("shasum") is None, reason="shasum, as on macOS, is not installed")
def test_with_the_shasum_of_macos_every_command_for_libraries_succeeds_too(delivered, tmp_path):
    out, name = delivered
    (instead,) = re.findall(r"`(sha256sum\(\) \{.*?\})`", FOR_LIBRARIES)
    folder = shutil.copytree(out, tmp_path / "out")
    for block in BLOCKS:
        done = shell(f"{instead}\n{block}", folder, name)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    (plain,) = [block for block in BLOCKS if "listed.txt" in block]
    (folder / name / "data/text/article.txt").write_text("forged")
    assert shell(f"{instead}\n{plain}", folder, name).returncode != 0


def test_who_has_the_receipt_alone_learns_how_to_check_what_came_with_it(delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    stated = json.loads((folder / f"{name}.tar.receipt.json").read_bytes())
    said = stated["instructions"]
    (digest,) = re.findall(r": (sha256sum FILE);", said)
    assert shell(digest.replace("FILE", f"{name}.tar"), folder, name).stdout[:64] == stated["package"]["sha256"]
    (check,) = re.findall(r"in it (sha256sum [^.]*\.txt [^.]*\.txt)\.", said)
    assert shell(f"tar -xf {name}.tar && cd {name} && {check}", folder, name).returncode == 0
    (valid,) = re.findall(r": (bagit\.py --validate BAG),", said)
    assert shell(valid.replace("BAG", name), folder, name).returncode == 0
    assert "bagit.py" not in instructions("wacz")
    assert "FILE" not in instructions("folder")


DAMAGES = {
    "data/text/article.txt": ["bagit.py", "manifest-sha256.txt\n"],
    "tagmanifest-sha256.txt": ["cms -verify", "bagit.py"],
    "bag-info.txt": ["tagmanifest-sha256.txt\n"],
    "signatures/tagmanifest-sha256.txt.p7s": ["cms -verify", "ts -verify"],
}


@pytest.mark.parametrize("path", ["data/added.txt", "fetch.txt"])
def test_a_file_added_to_a_bag_is_found_without_python(path, delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    (unpack,) = [block for block in BLOCKS if "\ntar " in block and "$GROUP" not in block]
    assert shell(unpack, folder, name).returncode == 0
    (folder / name / path).write_text("forged")
    (plain,) = [block for block in BLOCKS if "listed.txt" in block]
    done = shell(plain, folder, name)
    assert done.returncode != 0
    assert f"> {path}" in done.stdout


def test_a_log_that_was_cut_short_or_rewritten_is_found_by_the_receipt(delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    (unpack,) = [block for block in BLOCKS if "\ntar " in block and "$GROUP" not in block]
    (log,) = [block for block in BLOCKS if "custody" in block]
    assert shell(unpack, folder, name).returncode == 0
    assert shell(log, folder, name).returncode == 0
    first, *_, last = sorted((folder / name / "signatures/custody").glob("*.json"))
    kept = last.read_bytes()
    last.unlink()
    assert shell(log, folder, name).returncode != 0
    last.write_bytes(kept)
    first.write_text(first.read_text().replace("success", "failure"))
    done = shell(log, folder, name)
    assert done.returncode != 0
    assert "does not follow" in done.stdout


@pytest.mark.parametrize("path", DAMAGES)
def test_a_byte_changed_in_a_bag_makes_the_commands_that_speak_of_it_fail(path, delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    (unpack,) = [block for block in BLOCKS if "\ntar " in block and "$GROUP" not in block]
    assert shell(unpack, folder, name).returncode == 0
    data = bytearray((folder / name / path).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name / path).write_bytes(data)
    speaking = [block for block in BLOCKS if ".receipt.json" not in block and "$GROUP" not in block]
    judging = [re.sub(r"^(tar|unzip) .*\n", "", block, flags=re.MULTILINE) for block in speaking]
    failed = "".join(block for block in judging if ".wacz" not in block and shell(block, folder, name).returncode)
    for words in DAMAGES[path]:
        assert words in failed


def test_each_block_stops_at_its_first_failure(delivered, tmp_path):
    """The first command of each block is made to fail: the ones behind it decide nothing, and are not even run."""
    out, name = delivered
    assert all(block.startswith("(\nset -eo pipefail\n") and block.endswith(")\n") for block in BLOCKS)
    for block in BLOCKS:
        mark = tmp_path / "went-on"
        first = block.replace("pipefail\n", "pipefail\nfalse\ntouch " + str(mark) + "\n", 1)
        assert shell(first, out, name).returncode != 0
        assert not mark.exists()


def test_a_last_command_that_succeeds_does_not_hide_a_failure_before_it(delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    (unpack,) = [block for block in BLOCKS if "\ntar " in block and "$GROUP" not in block]
    (plain,) = [block for block in BLOCKS if "listed.txt" in block]
    assert shell(unpack, folder, name).returncode == 0
    (folder / name / "data/text/article.txt").write_text("forged")
    assert shell(plain, folder, name).returncode != 0


def test_a_byte_changed_in_package_or_receipt_makes_their_commands_fail(delivered, tmp_path):
    out, name = delivered
    speaking = [block for block in BLOCKS if ".receipt.json" in block and "custody" not in block]
    assert len(speaking) == 2
    for path, block in ((f"{name}.tar", speaking[0]), (f"{name}.tar.receipt.json", speaking[1])):
        folder = shutil.copytree(out, tmp_path / path)
        data = bytearray((folder / path).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / path).write_bytes(data)
        assert shell(block, folder, name).returncode != 0


def test_a_byte_changed_in_a_bag_of_a_group_makes_the_commands_that_speak_of_groups_fail(delivered, tmp_path):
    out, name = delivered
    whole, seals = [block for block in BLOCKS if "$GROUP" in block]
    for path, block in (("data/text/article.txt", whole), ("tagmanifest-sha256.txt", seals)):
        folder = shutil.copytree(out, tmp_path / path)
        assert shell(whole, folder, name).returncode == 0
        assert shell(seals, folder, name).returncode == 0
        changed = folder / "spring/data" / name / path
        changed.write_bytes(changed.read_bytes().replace(b"a", b"b", 1))
        assert shell(re.sub(r"^tar .*\n", "", block, flags=re.MULTILINE), folder, name).returncode != 0


def test_a_wacz_whose_listed_files_or_digest_differ_is_found_by_its_block(delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    (block,) = [each for each in BLOCKS if "$BAG.wacz.tags" in each]
    assert shell(block, folder, name).returncode == 0
    again = re.sub(r"^unzip .*\n", "", block, flags=re.MULTILINE)
    for path in ("datapackage.json", "datapackage-digest.json", "pages/pages.jsonl"):
        file = folder / f"{name}.wacz.tags/data/wacz" / path
        before = file.read_bytes()
        file.write_bytes(re.sub(rb"[0-9a-f]", b"5", before))
        assert shell(again, folder, name).returncode != 0, path
        file.write_bytes(before)
    assert shell(again, folder, name).returncode == 0


def test_the_command_for_the_timestamp_of_a_signed_wacz_is_run_as_the_document_has_it(delivered, tmp_path):
    out, name = delivered
    folder = shutil.copytree(out, tmp_path / "out")
    (written,) = re.findall(r"`(unzip -p NAME\.wacz [^`]+)`", (DOCS / "keep/handoff.md").read_text("utf-8"))
    command = " ".join(written.split()).replace("NAME", name)
    done = shell(command, folder, name)
    assert (done.returncode, "Verification: OK" in done.stdout + done.stderr) == (0, True), done.stderr
    assert "signedData" in json.loads((folder / "digest.json").read_bytes())
    stamp = folder / f"{name}.wacz.datapackage-digest.json.tsr"
    stamp.write_bytes((folder / f"{name}.tar.receipt.json.p7s.tsr").read_bytes())  # a timestamp of something else
    assert shell(command, folder, name).returncode != 0


def test_receipts_and_custody_events_are_signed_where_there_are_keys(delivered, tmp_path, capsys):
    out, name = delivered
    names = {each.name for each in out.iterdir()}
    assert {f"{name}.tar.receipt.json{end}" for end in ("", ".p7s", ".p7s.tsr", ".p7s.tsr.crt")} <= names
    terms = ["--require-signature", "--require-timestamp", "--trust-roots", str(out / "roots.pem")]
    terms += ["--signer", "ada@archive.example"]
    assert main(["receive", "--json", "--bags", str(tmp_path / "mine"), *terms, str(out / f"{name}.tar")]) == 0
    parsed = json.loads(capsys.readouterr().out)
    receipt = json.loads(Path(parsed["receipt"]).read_bytes())
    assert receipt["validation"]["ok"] is True
    assert {each["file"] for each in receipt["signatures"]} >= {"signatures/tagmanifest-sha256.txt.p7s"}
    # The log went along as it was before the hand-off that carried it.
    events = sorted(each.name for each in (tmp_path / "mine" / name / "signatures/custody").glob("*.json"))
    assert events[-1].endswith("-receipt.json")
    other = [*terms[:-1], "somebody@else.example"]
    assert main(["receive", "--bags", str(tmp_path / "others"), *other, str(out / f"{name}.tar")]) == 1


@pytest.mark.parametrize("name", ["handoff", "groups", "receivers", "redaction"])
def test_every_command_in_a_document_on_hand_off_is_one_the_program_accepts(name):
    text = (DOCS / f"keep/{name}.md").read_text("utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for line in block.splitlines():
        parser().parse_args(shlex.split(line, comments=True)[1:])
    known = {
        option
        for action in parser()._subparsers._group_actions[0].choices.values()
        for option in action._option_string_actions
    }
    assert set(re.findall(r"`(--[a-z-]+)", text)) <= known


def test_the_document_on_access_copies_names_every_header_and_word_of_the_table():
    text = (DOCS / "keep/redaction.md").read_text("utf-8")
    assert [each for each in sorted(HEADERS | WORDS | PARAMETERS) if f"`{each}`" not in text] == []
