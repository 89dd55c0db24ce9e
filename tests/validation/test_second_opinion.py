"""Where bagit-python refuses what RFC 8493 allows, its word is a note with the reason; on request it decides."""

from pathlib import Path

import pytest
from builders.bags import Builder
from builders.groups import make

from archiver.cli import main
from archiver.validation.validator import validate_bag


def with_file(path: Path, name: str) -> Path:
    builder = Builder()
    builder.record = None
    builder.payload = {"data/a.txt": b"x", f"data/{name}": b"y"}
    stated = name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0d")
    builder.edit = lambda file, data: data.replace(name.encode(), stated.encode()) if "manifest-" in file else data
    return builder.write(path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("100%", "%25"), ("a\rb", "%0A or %0D"), ("a\x85b", "end of a line"), ("a ", "spaces at the end"),
     ("\u2028", "end of a line")],
)  # fmt: skip
def test_a_name_that_bagit_python_misreads_is_a_note_with_the_reason(name: str, reason: str, tmp_path: Path):
    bag = with_file(tmp_path / "bag", name)
    report = validate_bag(bag, second_opinion=True)
    (note,) = [each for each in report.findings if each.code.startswith("BAG07")]
    assert (report.ok, note.code, note.severity) == (True, "BAG073", "info")
    assert reason in note.message
    assert [each.code for each in validate_bag(bag, second_opinion="required").findings] == ["BAG070"]


def test_two_names_that_differ_in_their_unicode_form_are_two(tmp_path: Path):
    builder = Builder()
    builder.record = None
    builder.payload = {"data/\u00e9": b"x", "data/e\u0301": b"y"}
    report = validate_bag(builder.write(tmp_path / "bag"), second_opinion=True)
    assert report.ok
    assert {each.code for each in report.findings} - {"BAG073"} == {"BAG014"}, "which of the two it reads is open"


def test_a_bag_in_a_folder_whose_name_confuses_bagit_python_is_valid(tmp_path: Path):
    report = validate_bag(with_file(tmp_path / "two-tagmanifest-diff", "b"), second_opinion=True)
    assert (report.ok, [each.code for each in report.findings]) == (True, ["BAG073"])


def test_the_option_stands_alone_or_with_required_and_takes_no_bag_for_its_value(tmp_path: Path, capsys):
    bag = str(with_file(tmp_path / "bag", "100%"))
    for command, code in ((["--second-opinion", bag], 0), ([bag, "--second-opinion"], 0),
                          (["--second-opinion", "required", bag], 1), (["--second-opinion=required", bag], 1),
                          ([bag], 0)):  # fmt: skip
        assert main(["validate", *command]) == code, command
    assert "BAG073" in capsys.readouterr().out


def test_a_second_opinion_may_be_required_of_what_leaves_and_of_what_arrives(tmp_path: Path, capsys):
    bag, far, here = with_file(tmp_path / "bags/bag", "100%"), tmp_path / "far", tmp_path / "here"
    far.mkdir()
    assert main(["handoff", str(bag), str(far), "--second-opinion", "required"]) == 1
    assert "BAG070" in capsys.readouterr().out
    assert list(far.iterdir()) == []
    assert main(["handoff", str(bag), str(far)]) == 0
    assert main(["receive", str(far / "bag.tar"), "--bags", str(here), "--second-opinion", "required"]) == 1
    assert "BAG070" in capsys.readouterr().out
    assert main(["receive", str(far / "bag.tar"), "--bags", str(here)]) == 0


def test_a_second_opinion_may_be_required_of_every_bag_of_a_group(tmp_path: Path, capsys):
    bags, far, again = tmp_path / "bags", tmp_path / "far", tmp_path / "again"
    odd = make(bags, "two-tagmanifest-diff")  # a name that bagit-python takes for a tag manifest's
    make(bags, "sound")
    far.mkdir(), again.mkdir()
    required = ["--second-opinion", "required"]
    assert main(["handoff", "--group", "g", str(bags), str(far), *required]) == 1
    out = capsys.readouterr().out
    assert "two-tagmanifest-diff (BAG070" in out
    assert "sound (" not in out
    assert (list(far.iterdir()), (bags / "groups").exists()) == ([], False)
    assert main(["handoff", "--group", "g", str(bags), str(far)]) == 0
    # Sealed now, it is judged by what is asked today all the same.
    capsys.readouterr()
    assert main(["handoff", "--group", "g", str(odd), str(bags / "sound"), str(again), *required]) == 1
    assert "two-tagmanifest-diff (BAG070" in capsys.readouterr().out
    assert list(again.iterdir()) == []


def test_a_second_opinion_may_be_required_of_a_bag_that_is_made_for_a_receiver(tmp_path: Path, capsys):
    bag, far = with_file(tmp_path / "bags/two-tagmanifest-diff", "b"), tmp_path / "far"
    far.mkdir()
    command = ["handoff", "--for", "archivematica", str(bag), str(far)]
    assert main([*command, "--second-opinion", "required"]) == 1
    assert "BAG070" in capsys.readouterr().out
    assert list(far.iterdir()) == []
    assert main(command) == 0
    assert [each.name for each in far.glob("*.zip")] == [f"{bag.name}.zip"]
