"""What earlier versions made still works: their bags pass, their packages are read, their ledgers are opened."""

import json
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from archiver.cli import main
from archiver.digest import sha256
from archiver.ledger.deliveries import Deliveries
from archiver.ledger.fixity_readings import Readings
from archiver.ledger.ledger import Ledger

MADE = sorted((Path(__file__).parent / "data/older").glob("*.tar.*"))

LATER = ("private", "inbag", "imported")
"""Folders with one bag each, which only some of the archives have: private facts beside a bag and in it, a bag made of
another's WARC file."""


@pytest.fixture(params=MADE, ids=lambda each: each.name)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def test_every_bag_and_package_of_an_earlier_version_passes(older, capsys):
    """`access` holds a redacted copy, `groups` a bag of bags; no error in any of them."""
    folders = [each for each in ("bags", "only", "received", "access", *LATER) if (older / each).is_dir()]
    packages = [*older.glob("away/*.tar"), *older.glob("groups/*.tar"), *older.glob("target/*.tar")]
    assert main(["validate", "--format", "json", *[str(older / name) for name in folders], *map(str, packages)]) == 0
    reports = json.loads(capsys.readouterr().out)["bags"]
    assert len(reports) == len(folders) + 3 + len(packages)
    assert len(packages) == 3
    assert not [f for report in reports for f in report["findings"] if f["severity"] == "error"]


def test_the_ledger_of_an_earlier_version_is_read_without_writing(older):
    before = (older / "bags/.archiver/ledger.sqlite").read_bytes()
    with closing(Ledger(older / "bags", read_only=True)) as ledger:
        assert ledger.counts() == {"blocked": 1, "captured": 2, "failed": 2, "gone": 1, "refused": 1}
        assert len(list(ledger.bags())) == 0  # all were delivered
    assert (older / "bags/.archiver/ledger.sqlite").read_bytes() == before


@pytest.mark.parametrize("folder", ["bags", "only", "delivering", "received"])
def test_each_kind_of_ledger_of_an_earlier_version_is_opened_and_written(older, folder, capsys):
    """Whichever command made it: a job, a job that delivers, a reception, an audit."""
    with closing(Ledger(older / folder)) as ledger:
        before = ledger.counts()
    with closing(Deliveries(older / folder)) as deliveries:
        deliveries.keep("s3://a/b", "upload", "digest")
        assert deliveries.recall("s3://a/b") == ("upload", "digest")
    with closing(Readings(older / folder)) as readings:
        assert len(readings.last()) == (4 if folder == "bags" else 0)
    with closing(Ledger(older / folder, read_only=True)) as ledger:
        assert ledger.counts() == before
    capsys.readouterr()
    assert main(["status", "--json", "--bags", str(older / folder)]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == before


def test_what_was_validated_audited_and_delivered_by_an_earlier_version_is_known(older, capsys):
    bags = older / "bags"
    assert main(["audit", "--older-than", "365d", str(bags)]) == 0
    assert "0 of 4 bags" in capsys.readouterr().err
    assert main(["validate", "--since-ledger", str(bags)]) == 0
    capsys.readouterr()
    tide = next(bags.glob("tide*"))
    with closing(Deliveries(bags)) as deliveries:
        sent = deliveries.of(sha256((tide / "tagmanifest-sha256.txt").read_bytes()))
    assert [each.package.partition("-")[0] for each in sent] == ["tide", "tide"]
    assert [each.derived for each in sent] == [True, False]


def test_a_job_leaves_alone_what_an_earlier_version_has_done(older, capsys):
    """The bags' own seeds, run again: nothing is asked of anybody."""
    seeds = [str(next(bag.glob("data/seed/*.txt"))) for bag in sorted((older / "bags").glob("*-*"))]
    assert len(seeds) == 4
    assert main(["run", "--json", "--bags", str(older / "bags"), *seeds]) == 1
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(each["outcome"] for each in results) == ["blocked", "captured", "captured", "gone"]
    assert {each["bag"] for each in results} == {bag.name for bag in (older / "bags").glob("*-*")}


def test_a_bag_of_an_earlier_version_is_handed_over_redacted_and_as_wacz(older, capsys):
    """Its index has the name it had then, in copies too."""
    (index, *_) = sorted((older / "bags").glob("dredging*/data/wacz/indexes/index.cdx*"))
    bag = index.parents[3]
    (older / "handed").mkdir()
    for form in (["--redact", "--form", "folder"], ["--form", "wacz"]):
        assert main(["handoff", "--quiet", *form, str(bag), str(older / "handed")]) == 0, capsys.readouterr().err
    (copy,) = (older / "handed").glob("*-redacted")
    assert (copy / index.relative_to(bag)).is_file()
    assert main(["validate", "--quiet", str(copy)]) == 0
    assert len(list((older / "handed").glob("*.wacz"))) == 1


def test_a_text_that_was_compared_by_an_earlier_version_is_read_from_its_record(older, capsys):
    """`show` and `diff` state what the bags of two extractors say, one of them trafilatura in the newer archive."""
    for folder in [each for each in ("bags", "only", *LATER) if (older / each).is_dir()]:
        bag = next(each for each in sorted((older / folder).glob("*-*")) if (each / "data/text/article.txt").is_file())
        record = json.loads((bag / "data/provenance.json").read_bytes())
        assert main(["show", str(bag)]) == 0
        said = capsys.readouterr().out
        assert record["software"]["version"] == "0.1.0"
        assert record["seed"]["original_url"] in said
        assert main(["diff", "--json", str(bag), str(bag)]) == 0
        assert json.loads(capsys.readouterr().out)["same"] is True


def test_jobs_of_private_seeds_and_imports_continue(older, capsys):
    """What is done stays done, also where the seed in the bag is masked; the bag of visits is valid."""
    if not (older / "supplied").is_dir():
        pytest.skip("made before there were private facts")
    seed = str(older / "supplied/slipway.txt")
    for folder in LATER:
        assert main(["run", "--json", "--bags", str(older / folder), seed]) == 0
        (result,) = map(json.loads, capsys.readouterr().out.splitlines())
        assert (older / folder / result["bag"]).is_dir()
        assert len(list((older / folder).glob("slipway-*"))) == 1
    (visits,) = (older / "only/visits").iterdir()
    assert main(["validate", "--quiet", str(visits)]) == 0


def test_a_signature_of_an_earlier_version_is_checked(older, capsys):
    """Both archives have one signed bag; its certificate is not asked about, the bytes are."""
    (fish,) = (older / "bags").glob("fish-*")
    assert main(["validate", "--format", "json", str(fish)]) == 0
    (report,) = json.loads(capsys.readouterr().out)["bags"]
    assert report["checks"]["signature"] == "passed"


def test_a_restriction_of_an_earlier_version_is_in_force(older, capsys):
    if not (older / "bags/.archiver/access.jsonl").is_file():
        pytest.skip("made before there were restrictions")
    assert main(["restrict", "--list", "--bags", str(older / "bags")]) == 0
    assert "asked by the family" in capsys.readouterr().out
