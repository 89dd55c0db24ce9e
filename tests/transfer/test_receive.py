"""Taking in packages: what was handed off comes out the same, hostile ones leave nothing behind."""

import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import jsonschema
import pytest
from builders.deliveries import SCHEMA, everything, hand, make
from builders.received import is_clean, sent, take, visible_in
from waiting import until

from archiver.cli import main
from archiver.errors import Refused
from archiver.packaging import unpack as unpack_module
from archiver.packaging.receipt import read_receipt
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")


@pytest.mark.parametrize("form", ["folder", "tar", "tgz", "zip"])
def test_what_was_handed_off_is_taken_in_the_same_with_a_receipt_that_answers(form, bag, tmp_path, capsys):
    before = everything(bag)
    package = sent(bag, tmp_path, capsys, form)
    code, (result,), err = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"], result["notes"]) == (0, "received", [])
    assert "1 package: 1 received, 0 unchanged, 0 refused" in err
    bag_here = tmp_path / "mine/harbour-1"
    after = everything(bag_here)
    (event,) = set(after) - set(before)
    assert {path: after[path] for path in before} == before
    assert validate_bag(bag_here).ok
    receipt = json.loads(Path(result["receipt"]).read_bytes())
    jsonschema.validate(receipt, SCHEMA)
    theirs = json.loads(package.with_name(package.name + ".receipt.json").read_bytes())
    assert (receipt["kind"], receipt["answers"]) == ("receipt", theirs["id"])
    assert receipt["package"] == theirs["package"]
    assert receipt["bag"] == theirs["bag"]
    assert json.loads(after[event])["detail"] == {
        "receipt": receipt["id"], "package": package.name, "sha256": theirs["sent"]["sha256"], "answers": theirs["id"]
    }  # fmt: skip
    assert visible_in(tmp_path / "mine") == {"harbour-1", "receipts"}
    assert is_clean(tmp_path / "mine")


def test_a_bag_that_is_here_already_is_a_no_op_that_says_so(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys)
    take(capsys, tmp_path / "mine", package)
    seen = everything(tmp_path / "mine")
    code, (result,), _ = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"]) == (0, "unchanged")
    assert everything(tmp_path / "mine") == seen


def test_another_bag_of_that_name_is_refused_and_nothing_overwritten(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys)
    make(tmp_path / "mine", more=b"more")
    seen = everything(tmp_path / "mine/harbour-1")
    code, (result,), _ = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"]) == (1, "refused")
    assert "is another bag; nothing was overwritten" in result["reason"]
    assert everything(tmp_path / "mine/harbour-1") == seen


def test_an_invalid_bag_is_refused_and_the_others_are_taken_in(bag, tmp_path, capsys):
    good = sent(bag, tmp_path, capsys)
    (bag / "data/text/article.txt").write_bytes(b"forged")
    code, results, _ = take(capsys, tmp_path / "mine", shutil.copytree(bag, tmp_path / "forged"), good)
    assert (code, [each["outcome"] for each in results]) == (1, ["refused", "received"])
    assert "it is not valid" in results[0]["reason"]
    assert results[0]["reason"].endswith(f"see 'archiver validate {results[0]['package']}'")
    assert visible_in(tmp_path / "mine") == {"harbour-1", "receipts"}


def test_what_is_not_what_its_receipt_says_is_refused(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys)
    other = make(tmp_path / "others", more=b"more")
    hand(capsys, other, tmp_path / "second")
    shutil.copyfile(tmp_path / "second/harbour-1.tar", package)
    code, (result,), _ = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"]) == (1, "refused")
    assert "not what the receipt beside it says" in result["reason"]
    for nonsense in (
        b"{}",
        b"[" * 100_000,
        b"\xff",
        b'{"id": 1, "bag": {"seal": 2}, "package": {"size": "3", "sha256": 4}}',
    ):
        package.with_name("harbour-1.tar.receipt.json").write_bytes(nonsense)
        assert take(capsys, tmp_path / "mine", package)[0] == 1
    assert visible_in(tmp_path / "mine") == set()
    package.with_name("harbour-1.tar.receipt.json").unlink()
    code, (result,), _ = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"]) == (0, "received")
    assert "no receipt came with it" in result["notes"][0]


def test_a_receipt_made_to_fill_the_memory_is_not_read():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused, match="cannot be read"):
        read_receipt(b"[" + b"[]," * (20 << 20) + b"[]]")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 << 10


def test_a_signature_that_is_demanded_must_be_there(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys)
    code, (result,), _ = take(capsys, tmp_path / "mine", package, "--require-signature")
    assert (code, result["outcome"]) == (1, "refused")
    assert visible_in(tmp_path / "mine") == set()


def test_a_wacz_and_what_is_no_package_are_distinguished(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys, "wacz")
    code, (result,), _ = take(capsys, tmp_path / "mine", package)
    assert (code, result["outcome"]) == (1, "refused")
    assert "access copy" in result["reason"]
    (tmp_path / "note.txt").write_text("x")
    for path in (tmp_path / "note.txt", tmp_path / "absent.tar"):
        assert main(["receive", "--bags", str(tmp_path / "mine"), str(path)]) == 2
    capsys.readouterr()


def test_no_room_is_one_line_and_nothing_stays(bag, tmp_path, capsys, monkeypatch):
    package = sent(bag, tmp_path, capsys)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(unpack_module.shutil, "disk_usage", lambda path: usage._replace(free=1000))
    assert main(["receive", "--bags", str(tmp_path / "mine"), str(package)]) == 1
    assert "1,000 bytes free" in capsys.readouterr().out
    assert is_clean(tmp_path / "mine")


@pytest.mark.parametrize(
    "name", ["ß" * 120, "x" * 201, "Receipts", "GROUPS", "ends with a dot.", " a", "-rf", "a\u202eb"]
)
def test_a_bag_whose_name_fits_no_folder_here_is_refused_and_the_others_are_taken_in(name, bag, tmp_path, capsys):
    with tarfile.open(tmp_path / "odd.tar", "w") as odd:
        odd.add(bag, name)
    code, results, _ = take(capsys, tmp_path / "mine", tmp_path / "odd.tar", sent(bag, tmp_path, capsys))
    assert (code, [each["outcome"] for each in results]) == (1, ["refused", "received"])
    assert "cannot be a bag's name here" in results[0]["reason"]


_SLOWLY = """
import sys, time
from archiver.packaging import unpack
plain = unpack._written
def slowly(*given):
    time.sleep(0.2)
    return plain(*given)
unpack._written = slowly
from archiver.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_receiver_that_is_killed_leaves_nothing_visible_and_the_next_one_clears_up(bag, tmp_path, capsys):
    package, mine = sent(bag, tmp_path, capsys), tmp_path / "mine"
    process = subprocess.Popen([sys.executable, "-c", _SLOWLY, "receive", "--bags", str(mine), str(package)])
    until(lambda: list(mine.glob(".archiver/receiving/*/harbour-1/data")), "it begins to unpack")
    # While it is at work another one waits for nobody.
    assert main(["receive", "--bags", str(mine), str(package)]) == 3
    assert "another 'archiver receive' is at work" in capsys.readouterr().err
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert visible_in(mine) == set()
    assert not is_clean(mine)
    assert take(capsys, mine, package)[1][0]["outcome"] == "received"
    assert is_clean(mine)


def test_receiving_changes_nothing_of_the_package(bag, tmp_path, capsys):
    package = sent(bag, tmp_path, capsys, "folder")
    seen = everything(tmp_path / "out")
    take(capsys, tmp_path / "mine", package)
    assert everything(tmp_path / "out") == seen


def test_a_received_bag_can_be_handed_on_and_the_log_goes_with_it(bag, tmp_path, capsys):
    hand(capsys, bag, tmp_path / "first")
    hand(capsys, bag, tmp_path / "second")
    take(capsys, tmp_path / "mine", tmp_path / "second/harbour-1.tar")
    hand(capsys, tmp_path / "mine/harbour-1", tmp_path / "copies", "--form", "zip")
    with zipfile.ZipFile(tmp_path / "copies/harbour-1.zip") as archive:
        events = [each for each in archive.namelist() if "/custody/" in each]
    names = [os.path.basename(each) for each in events]  # noqa: PTH119
    assert names == ["0001-sealing.json", "0002-handoff.json", "0003-receipt.json"]
    assert validate_bag(tmp_path / "copies/harbour-1.zip").ok


@pytest.mark.parametrize("found", [b"1", b"123"])
def test_what_is_not_as_long_as_stated_is_refused(found, tmp_path):
    with pytest.raises(unpack_module.Refused, match="not as long as the package says"):
        unpack_module.unpack([("a", 2)], lambda path: io.BytesIO(found), tmp_path / "x")
