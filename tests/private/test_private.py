"""Facts about people and cases: a marker in every field that may name them is nowhere but in their own part."""

import base64
import json
from pathlib import Path

import pytest
from leaks.decoded import everywhere
from leaks.marked import OF_SEED, SETTINGS, URL, document, marks, run, settings
from servers.newsroom import PARAGRAPHS

from archiver.cli import main
from archiver.config import CASE_FILE
from archiver.digest import sha256
from archiver.validation.validator import validate_bag


def table(tmp_path: Path) -> Path:
    names, values = list(OF_SEED), list(OF_SEED.values())
    text = ",".join(["url", "headline", *names]) + "\n" + ",".join([URL, "Library opens again", *values]) + "\n"
    (tmp_path / "list.csv").write_text(text, "utf-8")
    return tmp_path / "list.csv"


def lines(tmp_path: Path) -> Path:
    row = {"url": URL, "headline": "Library opens again", **OF_SEED}
    (tmp_path / "list.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    return tmp_path / "list.jsonl"


KINDS = pytest.mark.parametrize("seed", [document, table, lines])


def place_of(tmp_path: Path, bag: Path, private: str) -> Path:
    return bag / "data/private/facts.json" if private == "bag" else tmp_path / f"bags/.archiver/private/{bag.name}.json"


@KINDS
@pytest.mark.parametrize("private", ["ledger", "bag", "none"])
def test_no_mark_is_in_a_bag_but_in_the_private_part(private, seed, tmp_path):
    bag = run(tmp_path, seed(tmp_path), settings(tmp_path, private))
    found = everywhere(bag, marks(SETTINGS, OF_SEED))
    assert set(found) <= ({"data/private/facts.json"} if private == "bag" else set()), found
    report = validate_bag(bag, second_opinion=True)
    assert report.ok, report.findings
    record = json.loads((bag / "data/provenance.json").read_bytes())
    if private == "none":
        assert "private" not in record
        return
    facts = json.loads(place_of(tmp_path, bag, private).read_bytes())
    assert {name: facts[name] for name in ("supplied_by", "collector", "case_number", "operator")} == {
        "supplied_by": "Jo Mqsupplier", "collector": "Lee Mqgatherer", "case_number": "Mqfile-9",
        "operator": "Robin Mqoperator"}  # fmt: skip
    assert facts["notes"] == ["ask Mqnote"]
    assert len(facts["salt"]) == 64
    assert record["seed"]["sha256"] != facts["seed"]["sha256"]
    original = base64.b64decode(facts["seed"]["document"])
    masked = (bag / "data" / record["seed"]["file"]).read_bytes()
    assert original.count(b"\n") == masked.count(b"\n")
    assert b"Library opens again" in masked


def test_by_default_facts_are_kept_beside_the_bag_for_their_owner_alone(tmp_path):
    bag = run(tmp_path, document(tmp_path), settings(tmp_path, "ledger"))
    place = place_of(tmp_path, bag, "ledger")
    assert place.stat().st_mode & 0o077 == 0
    record = json.loads((bag / "data/provenance.json").read_bytes())
    assert record["private"] == {"kept": "ledger", "file": None, "sha256": sha256(place.read_bytes())}


def test_the_seed_is_known_again_by_a_ledger_that_is_made_anew(tmp_path):
    config = settings(tmp_path, "ledger")
    bag = run(tmp_path, document(tmp_path), config)
    for each in (tmp_path / "bags/.archiver").glob("ledger.sqlite*"):
        each.unlink()
    assert run(tmp_path, document(tmp_path), config) == bag


def test_a_bag_without_such_facts_has_no_private_part(tmp_path):
    (tmp_path / "seed.txt").write_text(f"Library opens again\n\nOriginal url: {URL}\n\n" + "\n\n".join(PARAGRAPHS))
    bag = run(tmp_path, tmp_path / "seed.txt", settings(tmp_path, "bag", stated={}))
    assert not (bag / "data/private").exists()
    assert "private" not in json.loads((bag / "data/provenance.json").read_bytes())


@pytest.mark.parametrize("private", ["bag", "ledger", "stated"])
def test_an_access_copy_leaves_them_out_with_a_gap_that_can_be_proved(private, tmp_path, capsys):
    bag = run(tmp_path, document(tmp_path), settings(tmp_path, private))
    (tmp_path / "out").mkdir()
    capsys.readouterr()
    config = ["--config", str(tmp_path / "archiver.toml"), "--bags", str(tmp_path / "bags")]
    code = main(["handoff", *config, "--redact", "--form", "folder", str(bag), str(tmp_path / "out")])
    assert code == 0, capsys.readouterr()
    (copy,) = [each for each in (tmp_path / "out").iterdir() if each.is_dir()]
    assert everywhere(copy if private == "stated" else tmp_path / "out", marks(SETTINGS, OF_SEED)) == {}
    report = validate_bag(copy, second_opinion=True)
    assert report.ok, report.findings
    left = [each for each in report.findings if each.code.startswith("PRIV")]
    if private == "bag":
        digest = json.loads((bag / "data/provenance.json").read_bytes())["private"]["sha256"]
        assert [(each.code, each.severity, each.path) for each in left] == [
            ("PRIV002", "info", "data/private/facts.json")
        ]
        assert left[0].message.startswith(f"left out: digest {digest}")
        assert f"{digest}  data/private/facts.json" in (bag / "manifest-sha256.txt").read_text()
    else:
        assert left == []


def test_facts_that_were_changed_or_lost_in_a_sealed_bag_are_errors(tmp_path):
    bag = run(tmp_path, document(tmp_path), settings(tmp_path, "bag"))
    place = bag / "data/private/facts.json"
    kept = place.read_bytes()
    place.write_bytes(kept.replace(b"Mqsupplier", b"Somebodyyy"))
    assert "PRIV001" in {each.code for each in validate_bag(bag).findings}
    place.unlink()
    assert "PRIV003" in {each.code for each in validate_bag(bag).findings}


def test_what_may_be_private_is_one_of_four_words(tmp_path, capsys):
    config = settings(tmp_path, "somewhere", stated={})
    assert main(["status", "--config", str(config), "--bags", str(tmp_path)]) == 2
    assert "private = 'somewhere' is not one of ledger, bag, none, stated" in capsys.readouterr().err
    assert set(CASE_FILE) < set(SETTINGS)
