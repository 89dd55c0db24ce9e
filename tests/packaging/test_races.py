"""A bag that changes while it is handed off: what was not judged is not delivered."""

import shutil
from pathlib import Path

import pytest
from builders.deliveries import hand, make

from archiver.transfer import delivery, handoff
from archiver.validation.validator import validate_bag

FORMS = ("folder", "tar", "tgz", "zip", "wacz")


def forge(file: Path) -> None:
    """Other bytes, as many."""
    file.write_bytes(bytes(byte ^ 1 for byte in file.read_bytes()))


def link(file: Path) -> None:
    """A link to bytes elsewhere, as many."""
    other = file.with_name("elsewhere")
    other.write_bytes(bytes(byte ^ 1 for byte in file.read_bytes()))
    shutil.move(other, file.parents[2] / "elsewhere")
    file.unlink()
    file.symlink_to(file.parents[2] / "elsewhere")


def folder(file: Path) -> None:
    """Its folder is a link to another."""
    other = file.parents[2] / "others"
    shutil.copytree(file.parent, other)
    forge(other / file.name)
    shutil.rmtree(file.parent)
    file.parent.symlink_to(other)


def gone(file: Path) -> None:
    """It is not there."""
    file.unlink()


def manifests(file: Path) -> None:
    """Another bag in its place, which is sound in itself."""
    from builders.bags import Builder

    shutil.rmtree(file.parents[1])
    builder = Builder()
    builder.record = None
    builder.payload |= {"data/wacz/datapackage.json": b"{}\n", "data/more.txt": b"another\n"}
    builder.write(file.parents[1])


CHANGES = [forge, link, folder, gone, manifests]


@pytest.fixture
def bag(tmp_path):
    (tmp_path / "out").mkdir()
    return make(tmp_path / "bags", **{"more.txt": b"as it was judged\n" * 100})


def undisturbed(bag: Path, home: Path) -> Path:
    return Path(shutil.copytree(bag, home / "kept"))


def nothing(out: Path) -> bool:
    return not [each for each in out.rglob("*") if each.is_file() and ".part" not in str(each)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_put_back_for_the_validation_is_not_delivered(change, form, bag, tmp_path, capsys, monkeypatch):
    """Measured with the change, validated without it, sent with it again."""
    kept, real, measures, delivers = undisturbed(bag, tmp_path), validate_bag, delivery.measure, delivery.deliver
    file = bag / "data/wacz/datapackage.json" if form == "wacz" else bag / "data/more.txt"

    def restore() -> None:
        shutil.rmtree(bag)
        shutil.copytree(kept, bag)

    def measured(items):
        change(file)
        return measures(items)

    def validated(path, **options):
        restore()
        return real(path, **options)

    def sent(*given):
        change(file)
        return delivers(*given)

    monkeypatch.setattr(delivery, "measure", measured)
    monkeypatch.setattr(handoff, "validate_bag", validated)
    monkeypatch.setattr(delivery, "deliver", sent)
    code, (result,), err = hand(capsys, "--form", form, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused"), result
    assert nothing(tmp_path / "out")
    assert len(result["reason"].splitlines()) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("when", ["before measuring", "before validation", "before sending"])
def test_what_changes_once_and_stays_so_is_not_delivered(when, change, form, bag, tmp_path, capsys, monkeypatch):
    file = bag / "data/wacz/datapackage.json" if form == "wacz" else bag / "data/more.txt"
    place = {"before measuring": "measure", "before sending": "deliver"}.get(when)
    module, name = (delivery, place) if place else (handoff, "validate_bag")
    real = getattr(module, name)

    def meanwhile(*given, **options):
        if not (bag / "changed").exists():
            change(file)
        return real(*given, **options)

    monkeypatch.setattr(module, name, meanwhile)
    code, (result,), err = hand(capsys, "--form", form, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused"), result
    assert nothing(tmp_path / "out")
    assert "Traceback" not in err


@pytest.mark.parametrize("form", FORMS)
def test_a_bag_that_lies_still_is_delivered(form, bag, tmp_path, capsys):
    code, (result,), _ = hand(capsys, "--form", form, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "delivered"), result
    assert not nothing(tmp_path / "out")
