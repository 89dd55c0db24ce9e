"""Deliveries that are killed, cut, changed on the way, or find no room."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
from builders.deliveries import everything, hand, make
from waiting import until

from archiver.cli import main
from archiver.errors import StorageError
from archiver.packaging import folder as folder_module
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")


def test_a_bag_that_changes_while_it_is_sent_is_refused_and_nothing_of_it_shows(bag, tmp_path, capsys, monkeypatch):
    from archiver.transfer import handoff

    def meddles(*given, **named):
        report = validate_bag(*given, **named)
        path = bag / "data/text/article.txt"
        path.write_bytes(path.read_bytes().swapcase())
        return report

    monkeypatch.setattr(handoff, "validate_bag", meddles)
    code, (result,), _ = hand(capsys, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    assert [each for each in (tmp_path / "out").iterdir() if not each.name.startswith(".")] == []


_SLOWLY = """
import sys, time
from archiver.packaging import folder
plain = folder._write
def slowly(path, chunks):
    def paced():
        for chunk in chunks:
            yield chunk
            time.sleep(0.02)
    plain(path, paced())
folder._write = slowly
from archiver.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("form", ["folder", "tar", "zip"])
def test_a_delivery_that_is_killed_shows_nothing_and_is_gone_on_with(form, tmp_path, capsys):
    bag = make(tmp_path / "bags", **{f"part-{n}.jpg": os.urandom(2 << 20) for n in range(8)})
    out = tmp_path / "out"
    command = [sys.executable, "-c", _SLOWLY, "handoff", "--form", form, str(bag), str(out)]
    process = subprocess.Popen(command)

    def much_is_there() -> bool:
        return sum(each.stat().st_size for each in out.rglob("*") if each.is_file()) > 6 << 20

    until(much_is_there, "it writes", pause=0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert [each for each in out.iterdir() if not each.name.startswith(".")] == []
    assert not list((tmp_path / "bags/receipts").glob("*"))
    left = {each: each.stat().st_ino for each in out.rglob("*.jpg" if form == "folder" else "harbour-1.*")}
    assert left
    code, (result,), _ = hand(capsys, bag, out, "--form", form)
    assert (code, result["outcome"]) == (0, "delivered")
    package = out / ("harbour-1" if form == "folder" else f"harbour-1.{form}")
    assert validate_bag(package).findings == ()
    assert not [each for each in out.iterdir() if each.name.startswith(".")]
    kept = {each.stat().st_ino for each in out.rglob("*") if each.is_file()}
    if form != "folder":
        assert package.stat().st_ino in left.values()
    else:
        assert set(left.values()) <= kept


def test_only_what_differs_of_a_broken_copy_is_written_again(tmp_path):
    path = tmp_path / "copy"
    path.write_bytes(b"a" * 10 + b"b" * 10 + b"wrong")
    chunks = [b"a" * 10, b"b" * 10, b"c" * 10]
    writes = []
    real = os.ftruncate
    folder_module.os.ftruncate = lambda fd, size: (writes.append(size), real(fd, size))[1]
    try:
        folder_module._write(path, iter(chunks))
    finally:
        folder_module.os.ftruncate = real
    assert path.read_bytes() == b"".join(chunks)
    assert writes == [20, 30]


def test_a_kill_between_the_rename_and_the_receipt_is_made_good(bag, tmp_path, capsys, monkeypatch):
    from archiver.transfer import handoff

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(handoff, "write_receipt", dies)
        assert main(["handoff", str(bag), str(tmp_path / "out")]) == 130
    capsys.readouterr()
    assert (tmp_path / "out/harbour-1.tar").exists()
    code, (result,), _ = hand(capsys, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "delivered")
    assert (tmp_path / "out/harbour-1.tar.receipt.json").exists()


def test_a_kill_before_the_custody_event_is_made_good_by_the_next_hand_off(bag, tmp_path, capsys, monkeypatch):
    from archiver.transfer import handoff

    def dies(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(handoff.custody, "append", dies)
        assert main(["handoff", str(bag), str(tmp_path / "out")]) == 130
    capsys.readouterr()
    assert len(list((bag / "signatures/custody").iterdir())) == 1
    assert hand(capsys, bag, tmp_path / "out")[1][0]["outcome"] == "unchanged"
    assert len(list((bag / "signatures/custody").iterdir())) == 2
    hand(capsys, bag, tmp_path / "out")
    assert len(list((bag / "signatures/custody").iterdir())) == 2


def test_what_comes_back_different_does_not_count_as_delivered(bag, tmp_path, capsys, monkeypatch):
    real = folder_module._from_disk

    def damaged(path):
        for chunk in real(path):
            yield bytes([chunk[0] ^ 1]) + chunk[1:]

    with monkeypatch.context() as patch:
        patch.setattr(folder_module, "_from_disk", damaged)
        code, (result,), _ = hand(capsys, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    assert "came back different" in result["reason"]
    assert [each.name for each in (tmp_path / "out").iterdir()] == [".harbour-1.tar.part"]
    assert hand(capsys, bag, tmp_path / "out")[1][0]["outcome"] == "delivered"


def test_a_target_without_room_is_one_line_and_nothing_is_written(bag, tmp_path, capsys, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(folder_module.shutil, "disk_usage", lambda path: usage._replace(free=1000))
    assert main(["handoff", str(bag), str(tmp_path / "out")]) == 3
    assert "has 1,000 bytes free" in capsys.readouterr().err
    assert everything(tmp_path / "out") == {}


def test_a_disk_that_fills_up_is_left_as_it_was(bag, tmp_path, capsys, monkeypatch):
    def full(path, chunks):
        path.write_bytes(next(chunks))
        raise OSError(28, os.strerror(28), str(path))

    monkeypatch.setattr(folder_module, "_write", full)
    assert main(["handoff", str(bag), str(tmp_path / "out")]) == 3
    assert "No space left on device" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_two_hand_offs_of_one_bag_at_once_do_not_mix(bag, tmp_path, capsys):
    target = folder_module.FolderTarget(tmp_path / "out")
    target.ready(0)
    with target.stage("harbour-1.tar"):
        assert main(["handoff", str(bag), str(tmp_path / "out")]) == 3
    assert "another hand-off is writing" in capsys.readouterr().err


def test_what_an_earlier_attempt_left_and_the_bag_no_longer_has_is_not_delivered(bag, tmp_path, capsys):
    stale = tmp_path / "out/.harbour-1.part/harbour-1/signatures/stale.txt"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"of an earlier attempt")
    assert hand(capsys, bag, tmp_path / "out", "--form", "folder")[0] == 0
    expected = {path: data for path, data in everything(bag).items() if "-handoff" not in path}
    assert everything(tmp_path / "out/harbour-1") == expected


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("form", ["tar", "folder"])
def test_what_appears_in_the_last_moment_is_not_overwritten_whether_or_not_the_disk_has_links(
    form, links, bag, tmp_path, capsys, monkeypatch
):
    def no_links(*_, **__):
        raise PermissionError(1, os.strerror(1))

    if not links:
        monkeypatch.setattr(folder_module.os, "link", no_links)
    place = tmp_path / "out" / ("harbour-1" if form == "folder" else "harbour-1.tar")
    real = folder_module._rename

    def late(path, to):
        if to == place and not place.exists():
            if form == "folder":
                place.mkdir()
            (place / "theirs" if form == "folder" else place).write_bytes(b"somebody's")
        real(path, to)

    with monkeypatch.context() as patch:
        patch.setattr(folder_module, "_rename", late)
        code, (result,), _ = hand(capsys, bag, tmp_path / "out", "--form", form)
    assert (code, result["outcome"]) == (1, "refused")
    assert "has appeared meanwhile" in result["reason"]
    assert (place / "theirs" if form == "folder" else place).read_bytes() == b"somebody's"
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "out").mkdir()
    assert hand(capsys, bag, tmp_path / "out", "--form", form)[0] == 0


def test_a_folder_without_locks_is_a_target_too(bag, tmp_path, capsys, monkeypatch):
    def no_locks(*_):
        raise OSError(37, os.strerror(37))

    monkeypatch.setattr(folder_module.fcntl, "flock", no_locks)
    assert hand(capsys, bag, tmp_path / "out")[1][0]["outcome"] == "delivered"


def test_a_disk_that_is_no_longer_mounted_is_noticed_though_its_folder_is_there(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "mounted").symlink_to(tmp_path / "disk")
    target = folder_module.FolderTarget(tmp_path / "mounted")
    target.ready(0)
    (tmp_path / "mounted").unlink()
    (tmp_path / "mounted").symlink_to("/dev")
    with pytest.raises(StorageError, match="is the right one still mounted"):
        target.ready(0)
