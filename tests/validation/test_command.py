"""`archiver validate` as it is typed: options, exit codes, several processes, and what has not changed since."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from builders.bags import WARC, Builder, sha256
from servers.newsroom import PARAGRAPHS, newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.errors import UsageError
from archiver.validation.batch import validate_bags
from archiver.validation.fingerprint import fingerprint
from archiver.validation.rules.trust import CHECKS as LAYERS
from archiver.validation.validator import validate_bag

EVERY = ["report-000", "report-001", "report-002"]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bags folder with a few bags that archiver itself has made."""
    folder = tmp_path_factory.mktemp("job")
    write_seeds(folder / "seeds", range(3))
    with newsroom(pages_for(range(3))) as site:
        options = ["--bags", str(folder / "bags"), "--pace", "0", "--quiet", *site.options]
        assert main(["run", str(folder / "seeds"), *options]) == 0
    return folder / "bags"


def copied(bags: Path, target: Path) -> Path:
    subprocess.run(["cp", "-r", str(bags), str(target)], check=True)
    return target


def seal_again(bag: Path) -> None:
    """Make WACZ, crate, manifests and Payload-Oxum of a bag fit what is in it, as somebody would who has forged it; the
    custody log, which names the seal, is taken away."""
    shutil.rmtree(bag / "signatures", ignore_errors=True)
    wacz = bag / "data/wacz"
    package = json.loads((wacz / "datapackage.json").read_bytes())
    for each in package["resources"]:
        data = (wacz / each["path"]).read_bytes()
        each |= {"bytes": len(data), "hash": f"sha256:{sha256(data)}"}
    (wacz / "datapackage.json").write_text(json.dumps(package))
    closing = {"path": "datapackage.json", "hash": f"sha256:{sha256((wacz / 'datapackage.json').read_bytes())}"}
    (wacz / "datapackage-digest.json").write_text(json.dumps(closing))
    crate = json.loads((bag / "data/ro-crate-metadata.json").read_bytes())
    for each in crate["@graph"]:
        if each["@type"] == "File":
            data = (bag / "data" / each["@id"]).read_bytes()
            each |= {"contentSize": str(len(data)), "sha256": sha256(data)}
    (bag / "data/ro-crate-metadata.json").write_text(json.dumps(crate))
    payload = sorted(each for each in (bag / "data").rglob("*") if each.is_file())
    info = (bag / "bag-info.txt").read_text("utf-8").splitlines()
    oxum = f"Payload-Oxum: {sum(each.stat().st_size for each in payload)}.{len(payload)}"
    info = [oxum if line.startswith("Payload-Oxum") else line for line in info]
    (bag / "bag-info.txt").write_text("".join(f"{line}\n" for line in info), "utf-8")
    for kind, files in (("manifest", payload), ("tagmanifest", None)):
        for name in ("sha256", "sha512"):
            listed = files or sorted(each for each in bag.glob("*.txt") if not each.name.startswith("tagmanifest"))
            lines = [f"{hashlib.new(name, f.read_bytes()).hexdigest()}  {f.relative_to(bag)}\n" for f in listed]
            (bag / f"{kind}-{name}.txt").write_text("".join(lines))


@pytest.mark.parametrize("profile", ["archiver", "btr"])
def test_every_bag_we_make_passes_our_profile_and_that_of_the_receivers(archived: Path, profile: str, capsys):
    assert main(["validate", str(archived), "--json", "--profile", profile, "--fail-on", "warning"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["summary"]["passed"] == 3
    for bag in report["bags"]:
        assert {name for name, verdict in bag["checks"].items() if verdict != "passed"} <= set(LAYERS)  # not signed
        assert {"extraction", "profile"} <= set(bag["checks"])


def test_a_bag_we_make_passes_serialised_as_well(archived: Path, tmp_path: Path):
    bag = next(archived.glob("report-000-*"))
    with tarfile.open(tmp_path / f"{bag.name}.tgz", "w:gz") as archive:
        archive.add(bag, bag.name)
    assert main(["validate", str(tmp_path), "--profile", "archiver", "--fail-on", "warning"]) == 0


def test_a_text_forged_with_record_and_manifests_is_distinguished_from_the_page(archived: Path, tmp_path: Path, capsys):
    bags = copied(archived, tmp_path / "bags")
    bag = next(bags.glob("report-001-*"))
    text = (bag / "data/text/article.txt").read_bytes()
    listed = PARAGRAPHS[1].replace("rain", "snow").encode()
    forged = text.replace(PARAGRAPHS[1].encode(), listed)
    assert forged != text
    record = json.loads((bag / "data/provenance.json").read_bytes().replace(PARAGRAPHS[1].encode(), listed))
    (bag / "data/text/article.txt").write_bytes(forged)
    pages = bag / "data/wacz/pages/pages.jsonl"
    pages.write_bytes(pages.read_bytes().replace(PARAGRAPHS[1].encode(), listed))
    record["text"] |= {"sha256": sha256(forged), "characters": len(forged.decode())}
    (bag / "data/provenance.json").write_text(json.dumps(record))
    seal_again(bag)
    assert main(["validate", str(bag), "--json"]) == 1
    (report,) = json.loads(capsys.readouterr().out)["bags"]
    assert [each["code"] for each in report["findings"]] == ["TXT006", "TXT008", "CUS011"]
    assert report["findings"][0]["expected"] == PARAGRAPHS[1]
    assert report["findings"][0]["found"] == listed.decode()
    # Another version of the package changes nothing; another extractor only leaves open whether the text is complete.
    for part, name, codes in (
        ("software", "version", ["CUS011", "TXT006", "TXT008"]),
        ("text", "extractor", ["CUS011", "TXT007", "TXT008"]),
    ):
        record[part][name] = "another"
        (bag / "data/provenance.json").write_text(json.dumps(record))
        seal_again(bag)
        assert main(["validate", str(bag), "--json"]) == 1
        (report,) = json.loads(capsys.readouterr().out)["bags"]
        assert sorted(each["code"] for each in report["findings"]) == codes
        assert report["checks"]["extraction"] == "failed"
    assert report["checks"]["completeness"] == "not checked"
    assert "another version" in report["not_checked"]["completeness"]


def test_warnings_and_customs_fail_on_request_only(tmp_path: Path, capsys):
    builder = Builder()
    builder.edit = lambda name, data: data + b"\n" if name == "manifest-sha256.txt" else data
    bag = str(builder.write(tmp_path / "bag"))
    for options, code in (([], 0), (["--fail-on", "warning"], 1), (["--strict"], 1), (["--fail-on", "error"], 0)):
        assert main(["validate", bag, *options]) == code
        out, err = capsys.readouterr()
        assert out.startswith("passed " if code == 0 else "failed ")
        assert err == f"1 bag: {1 - code} passed, {code} failed\n"


def test_quiet_says_nothing_of_sound_bags(tmp_path: Path, capsys):
    good, bad = Builder().write(tmp_path / "good"), Builder().write(tmp_path / "bad")
    (bad / "data/seed/harbour.txt").unlink()
    assert main(["validate", "--quiet", str(good)]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["validate", "--quiet", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert (out.splitlines()[0], err) == (f"failed {bad}", "")


def test_a_profile_that_cannot_be_read_is_reported_before_any_bag_is(tmp_path: Path, capsys):
    bag = str(Builder().write(tmp_path / "bag"))
    (tmp_path / "wrong.json").write_text("{}")
    for profile, code in (
        (str(tmp_path / "wrong.json"), 2),
        (str(tmp_path / "none.json"), 3),
        ("http://x.example/", 2),
    ):
        assert main(["validate", bag, "--profile", profile]) == code
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1


def test_many_bags_are_judged_in_processes_in_their_order_with_the_same_findings(tmp_path: Path):
    bags = [Builder().write(tmp_path / f"{n:02}") for n in range(20)]
    for bag in bags[::3]:
        (bag / "data/text/article.txt").unlink()
    alone = list(validate_bags(bags, jobs=1))
    assert list(validate_bags(bags, jobs=2)) == alone
    assert [report.ok for report in alone] == [n % 3 != 0 for n in range(20)]


def test_a_big_bag_has_the_same_findings_on_one_core_and_on_two(tmp_path: Path):
    builder = Builder()
    builder.record = None
    builder.payload = {f"data/{n:05}": b"%d" % n for n in range(4_500)} | {"data/big": bytes(3 << 20)}
    bag = builder.write(tmp_path / "bag")
    assert validate_bag(bag, cores=2).findings == ()
    for damaged in ("data/00000", "data/02000", "data/04499", "data/big"):
        with (bag / damaged).open("r+b") as stream:
            stream.write(b"\xff")
    (bag / "data/00007").unlink()
    found = validate_bag(bag, cores=1).findings
    assert validate_bag(bag, cores=2).findings == found
    assert sum(each.code == "FIX001" for each in found) == 8


def test_what_has_not_changed_since_it_passed_is_not_judged_again(archived: Path, tmp_path: Path, capsys):
    bags = copied(archived, tmp_path / "bags")
    again = ["validate", str(bags), "--since-ledger", "--json"]

    def judged() -> tuple[int, list[str]]:
        code = main(again)
        return code, [Path(each["bag"]).name[:10] for each in json.loads(capsys.readouterr().out)["bags"]]

    assert judged() == (0, EVERY)
    assert judged() == (0, [])
    bag = next(bags.glob("report-001-*"))
    text = bag / "data/text/article.txt"
    stamp, data = text.stat(), text.read_bytes()
    text.write_bytes(data.swapcase())
    os.utime(text, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert judged() == (1, ["report-001"])
    assert judged() == (1, ["report-001"]), "what failed is judged again"
    text.write_bytes(data)
    assert judged() == (0, ["report-001"])
    assert judged() == (0, [])
    again.append("--strict")
    assert judged() == (0, EVERY), "another question has another answer"


def test_since_the_ledger_needs_a_ledger(tmp_path: Path, capsys):
    bag = Builder().write(tmp_path / "bag")
    assert main(["validate", str(bag), "--since-ledger"]) == UsageError.exit_code
    assert "has no ledger" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["content", "time", "added", "removed", "renamed", "mode"])
def test_a_fingerprint_sees_every_change_of_names_sizes_and_times(change: str, tmp_path: Path):
    bag = Builder().write(tmp_path / "bag")
    before = fingerprint(bag, "x")
    assert fingerprint(bag, "x") == before
    assert fingerprint(bag, "y") != before
    file = bag / "data/seed/harbour.txt"
    if change == "content":
        file.write_bytes(file.read_bytes().swapcase())
    elif change == "time":
        os.utime(file, ns=(1, 1))
    elif change == "added":
        (bag / "data/seed/more").touch()
    elif change == "removed":
        file.unlink()
    elif change == "renamed":
        file.rename(file.with_name("other"))
    else:
        file.chmod(0o600)
    assert fingerprint(bag, "x") != before


def test_validation_of_a_plain_bag_imports_nothing_slow(tmp_path: Path):
    builder = Builder()
    builder.record = None
    del builder.payload[WARC]
    bag = builder.write(tmp_path / "bag")
    slow = ["trafilatura", "lxml", "requests", "rich", "jsonschema", "bagit", "sqlite3", "multiprocessing", "zipfile"]
    slow += ["archiver.model.article", "archiver.validation.payload.payload", "archiver.validation.warc.reader"]
    code = f"import sys; from archiver.cli import main; main(['validate', {str(bag)!r}]); "
    code += f"print(sorted(set({slow}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
