"""Bags made for a receiver: what each asks for is there, or the bag is refused with all that is missing; the sealed bag
is not touched."""

import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from builders.deliveries import SCHEMA, everything, hand
from builders.groups import make
from builders.pki import authorities, needs_openssl

from archiver.cli import main
from archiver.transfer.receiver_profiles import RECEIVERS
from archiver.trust import custody
from archiver.validation.bagit.profile import read_profile
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")
INFO = ("External-Identifier: urn:uuid:1", "External-Description: A headline", "Bagging-Date: 2026-03-01",
        "Source-Organization: not stated", "Original-URL: http://a.example/x")  # fmt: skip
SETTINGS = {"organisation": "Harbour Library", "aptrust_access": "Institution"}


@pytest.fixture
def config(tmp_path) -> list[str]:
    (tmp_path / "set.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in SETTINGS.items()))
    return ["--config", str(tmp_path / "set.toml")]


@pytest.fixture
def bag(tmp_path) -> Path:
    bag = make(tmp_path / "bags", "harbour-1", *INFO)
    custody.append(bag, "sealing", at=datetime(2026, 3, 1, tzinfo=UTC), agent=custody.Agent(), detail={})
    return bag


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_a_bag_for_a_receiver_is_valid_and_holds_the_seal_of_the_one_it_was_made_from(
    receiver, bag, config, tmp_path, capsys
):
    before, seal = everything(bag), custody.seal(bag)
    code, (result,), _ = hand(capsys, *config, "--for", receiver, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "delivered"), result
    assert {path: data for path, data in everything(bag).items() if path in before} == before
    assert set(everything(bag)) - set(before) == {"signatures/custody/0002-handoff.json"}
    receipt = json.loads(Path(result["receipt"]).read_bytes())
    jsonschema.validate(receipt, SCHEMA)
    package = Path(result["package"])
    assert main(["receive", *config, "--bags", str(tmp_path / "mine"), str(package)]) == 0
    mine = tmp_path / "mine/harbour-1"
    assert (receipt["bag"]["seal"], receipt["derived"]["for"]) == (seal, receiver)
    assert receipt["derived"]["seal"] == custody.seal(mine) != seal
    profile = read_profile(RECEIVERS[receiver].profile) if RECEIVERS[receiver].profile else None
    report = validate_bag(package, profile=profile)
    assert [each for each in report.findings if each.severity != "info"] == []
    assert report.checks["original"] == "passed"
    assert validate_bag(mine, second_opinion=True).ok
    kept = everything(mine / "original")
    assert kept == {path: data for path, data in before.items() if not path.startswith("data/")}
    assert {f"Derived-From-Seal: {seal}", f"Derived-For: {receiver}"} <= set(lines(mine / "bag-info.txt"))
    assert not list((bag.parent / ".archiver").glob("derived-*"))


def test_aptrust_gets_an_md5_manifest_its_own_tag_file_and_its_profile_named(bag, config, tmp_path, capsys):
    assert hand(capsys, *config, "--for", "aptrust", bag, tmp_path / "out")[0] == 0
    with tarfile.open(tmp_path / "out/harbour-1.tar") as tar:
        assert {name.partition("/")[0] for name in tar.getnames()} == {"harbour-1"}
        tar.extractall(tmp_path / "there", filter="data")
    there = tmp_path / "there/harbour-1"
    manifests = {each.name for each in there.glob("*manifest-*.txt")}
    assert manifests == {f"{kind}-{name}.txt" for kind in ("manifest", "tagmanifest") for name in ("md5", "sha256")}
    found = ["Title: A headline", "Description: http://a.example/x", "Access: Institution", "Storage-Option: Standard"]
    assert lines(there / "aptrust-info.txt") == found
    info = lines(there / "bag-info.txt")
    assert "Source-Organization: Harbour Library" in info
    assert "Internal-Sender-Identifier: urn:uuid:1" in info
    profiles = [line for line in info if line.startswith("BagIt-Profile-Identifier: ")]
    assert len(profiles) == 1, "with the identifier of another profile APTrust judges by that one"
    assert "APTrust/preservation-services" in profiles[0]


def test_all_that_is_missing_is_reported_at_once_with_the_settings_that_state_it(tmp_path, capsys):
    bag = make(tmp_path / "bags", "bare-1", "Source-Organization: not stated")
    code, (result,), _ = hand(capsys, "--for", "aptrust", bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    for words in ("Source-Organization", "organisation =", "Title", "Access", "aptrust_access =", "Institution"):
        assert words in result["reason"]
    code, (result,), _ = hand(capsys, "--for", "btr", bag, tmp_path / "out")
    assert all(words in result["reason"] for words in ("Source-Organization", "Bagging-Date"))
    assert not list((tmp_path / "out").iterdir())


def test_a_value_that_aptrust_does_not_know_is_refused(bag, tmp_path, capsys):
    (tmp_path / "set.toml").write_text('organisation = "L"\naptrust_access = "open"\naptrust_storage = "Cellar"\n')
    code, (result,), _ = hand(capsys, "--config", tmp_path / "set.toml", "--for", "aptrust", bag, tmp_path / "out")
    assert code == 1
    assert "'open' is none of them" in result["reason"]
    assert "Glacier-Deep-OH" in result["reason"]


def test_archivematica_gets_labels_that_are_names_of_xml_elements(tmp_path, config, capsys):
    bag = make(tmp_path / "bags", "odd-1", "Contact Name: A", "1st: b", "Größe: d", "xmlish: e")
    options = ["--for", "archivematica", "--form", "folder"]
    code, (result,), _ = hand(capsys, *config, *options, bag, tmp_path / "out")
    assert code == 0, result
    labels = [line.partition(": ")[0] for line in lines(tmp_path / "out/odd-1/bag-info.txt")]
    assert labels[:4] == ["Contact-Name", "_1st", "Gr--e", "_xmlish"]


@pytest.mark.parametrize(
    ("receiver", "path", "words"),
    [
        ("archivematica", ".hidden", "hidden"),
        ("archivematica", "a/.b/c", "hidden"),
        ("aptrust", "-rf", "begins with -"),
    ],
)
def test_a_name_that_the_receiver_cannot_take_is_refused(receiver, path, words, config, tmp_path, capsys):
    bag = make(tmp_path / "bags", "b", *INFO, **{path: b"x"})
    code, (result,), _ = hand(capsys, *config, "--for", receiver, bag, tmp_path / "out")
    assert code == 1
    assert words in result["reason"]


def test_archivematica_gets_a_zip_by_default_and_aptrust_nothing_but_a_tar(bag, config, tmp_path, capsys):
    assert hand(capsys, *config, "--for", "archivematica", bag, tmp_path / "out")[0] == 0
    assert (tmp_path / "out/harbour-1.zip").is_file()
    assert main(["handoff", *config, "--for", "aptrust", "--form", "zip", str(bag), str(tmp_path / "out")]) == 2
    assert main(["handoff", *config, "--for", "btr", "--group", "g", str(bag), str(tmp_path / "out")]) == 2
    assert "--for aptrust takes --form tar" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["tar", "folder"])
def test_a_second_hand_off_to_the_same_receiver_is_a_no_op_and_one_with_other_settings_is_not(
    form, bag, config, tmp_path, capsys
):
    options = ["--for", "btr", "--form", form]
    assert hand(capsys, *config, *options, bag, tmp_path / "out")[0] == 0
    code, (result,), _ = hand(capsys, *config, *options, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "unchanged")
    (tmp_path / "set.toml").write_text('organisation = "Another Library"\n')
    code, (result,), _ = hand(capsys, *config, *options, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    assert "nothing was overwritten" in result["reason"]


def test_generic_is_the_bag_as_it_is(bag, tmp_path, capsys):
    assert hand(capsys, "--for", "generic", bag, tmp_path / "out")[0] == 0
    assert json.loads((tmp_path / "out/harbour-1.tar.receipt.json").read_bytes())["derived"] is None


def test_what_was_made_for_one_receiver_is_not_made_over_for_another(bag, config, tmp_path, capsys):
    hand(capsys, *config, "--for", "btr", "--form", "folder", bag, tmp_path / "out")
    code, (result,), _ = hand(capsys, *config, "--for", "aptrust", tmp_path / "out/harbour-1", tmp_path / "copies")
    assert code == 1
    assert "original/" in result["reason"]


def test_a_bag_that_is_not_valid_is_not_made_over(bag, config, tmp_path, capsys):
    path = next(each for each in (bag / "data").rglob("*") if each.is_file())
    path.write_bytes(path.read_bytes() + b"x")
    code, (result,), _ = hand(capsys, *config, "--for", "btr", bag, tmp_path / "out")
    assert code == 1
    assert "it is not valid" in result["reason"]
    assert not list((tmp_path / "out").iterdir())


@needs_openssl
def test_the_signature_of_the_sealed_bag_holds_for_what_was_made_of_it(bag, config, tmp_path, capsys):
    with authorities(tmp_path) as pki:
        pki.tell_of_revocation()
        key, certificate = pki.signer.write(tmp_path / "keys")[1::2]
        keys = ["--key", str(key), "--certificate", str(certificate), "--timestamp", pki.url]
        (tmp_path / "roots.toml").write_text(f"trust_roots = {json.dumps(str(pki.roots))}\n")
        assert main(["sign", "--config", str(tmp_path / "roots.toml"), *keys, str(bag)]) == 0
        capsys.readouterr()
        assert hand(capsys, *config, "--for", "aptrust", bag, tmp_path / "out")[0] == 0
        terms = ["--require-signature", "--require-timestamp", "--trust-roots", str(pki.roots)]
        package = tmp_path / "out/harbour-1.tar"
        assert main(["validate", *terms, str(package)]) == 0
        assert main(["receive", *terms, "--bags", str(tmp_path / "mine"), str(package)]) == 0
        mine = tmp_path / "mine/harbour-1"
        assert main(["validate", *terms, str(mine)]) == 0
        signature = mine / "original/signatures/tagmanifest-sha256.txt.p7s"
        signature.write_text(signature.read_text().replace("A", "B"))
        assert main(["validate", *terms, str(mine)]) == 1
