"""`handoff --form warc`: the records of many bags in few files, bit for bit, with index and map."""

import gzip
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from jobs.whole import Job, seeds, story
from servers.wire import Server
from warcio.archiveiterator import ArchiveIterator

from archiver.cli import main


@pytest.fixture
def bags(tmp_path: Path, capsys) -> Path:
    """Four bags of a job."""
    job = Job(tmp_path / "bags", capsys)
    numbers = (1, 2, 3, 4)
    with Server({f"/news/{n}": [story(n)] for n in numbers}) as server:
        job.run(seeds(tmp_path / "seeds", *numbers), server, "--browser", "never")
    (tmp_path / "out").mkdir()
    return job.bags


def hand_off(capsys, *arguments: object) -> tuple[int, list[dict]]:
    capsys.readouterr()
    code = main(["handoff", "--json", "--form", "warc", *map(str, arguments)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def files(out: Path) -> list[Path]:
    return sorted(out.glob("*.warc.gz"))


def test_the_file_holds_the_records_of_all_bags_bit_for_bit_and_the_map_leads_back(bags, tmp_path, capsys):
    out = tmp_path / "out"
    code, results = hand_off(capsys, bags, out)
    assert code == 0
    assert {each["outcome"] for each in results} == {"delivered"}
    (whole,) = files(out)
    data = whole.read_bytes()
    mapped = [json.loads(line) for line in (out / f"{whole.name[:-8]}.map.jsonl").read_text().splitlines()]
    assert len(mapped) == 4
    end = 0
    for bag in mapped:
        folder = bags / bag["bag"]
        assert bag["seal"] == hashlib.sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
        for file in bag["files"]:
            assert file["offset"] == end
            end += file["length"]
            piece = data[file["offset"] : end]
            assert piece == (folder / file["path"]).read_bytes()
            assert file["sha256"] == hashlib.sha256(piece).hexdigest()
    assert end == len(data)


def test_every_line_of_the_index_leads_to_its_record(bags, tmp_path, capsys):
    out = tmp_path / "out"
    hand_off(capsys, bags, out)
    (whole,) = files(out)
    data, lines = whole.read_bytes(), (out / f"{whole.name[:-8]}.cdxj").read_text().splitlines()
    assert lines == sorted(lines)
    assert len(lines) >= 4
    for line in lines:
        entry = json.loads(line.split(" ", 2)[2])
        assert entry["filename"] == whole.name
        record = gzip.decompress(data[int(entry["offset"]) : int(entry["offset"]) + int(entry["length"])])
        assert f"WARC-Target-URI: {entry['url']}\r\n".encode() in record


def test_others_read_the_file(bags, tmp_path, capsys):
    out = tmp_path / "out"
    hand_off(capsys, bags, out)
    (whole,) = files(out)
    responses = [each for each in ArchiveIterator(io.BytesIO(whole.read_bytes())) if each.rec_type == "response"]
    assert len(responses) >= 4
    for tool in ("warcio", "fastwarc"):
        program = Path(sys.executable).with_name(tool)
        if program.exists():
            checked = subprocess.run([program, "check", str(whole)], capture_output=True, check=False)
            assert checked.returncode == 0, checked.stdout + checked.stderr


def test_files_are_cut_at_a_size_and_have_the_same_names_again(bags, tmp_path, capsys):
    out, other = tmp_path / "out", tmp_path / "other"
    other.mkdir()
    hand_off(capsys, "--group-size", "4kB", bags, out)
    hand_off(capsys, "--group-size", "4kB", bags, other)
    assert len(files(out)) > 1
    assert [each.name for each in files(out)] == [each.name for each in files(other)]
    assert [each.read_bytes() for each in files(out)] == [each.read_bytes() for each in files(other)]


def test_a_further_hand_off_adds_what_is_new(bags, tmp_path, capsys):
    out = tmp_path / "out"
    first = sorted(each for each in bags.iterdir() if (each / "bagit.txt").exists())[:2]
    hand_off(capsys, *first, out)
    (before,) = files(out)
    code, results = hand_off(capsys, bags, out)
    assert code == 0
    assert [each["outcome"] for each in results].count("unchanged") == 2
    assert len(files(out)) == 2
    assert before in files(out)
    assert {each["outcome"] for each in hand_off(capsys, bags, out)[1]} == {"unchanged"}


def test_what_the_gate_holds_back_and_what_is_not_valid_is_refused_and_the_others_go(bags, tmp_path, capsys):
    shut, broken, *_ = sorted(each for each in bags.iterdir() if (each / "bagit.txt").exists())
    assert main(["restrict", "--access", "metadata-only", "--reason", "x", str(shut)]) == 0
    (broken / "data/text/article.txt").write_text("another text")
    code, results = hand_off(capsys, bags, tmp_path / "out")
    assert code == 1
    refused = {Path(each["bag"]).name: each["reason"] for each in results if each["outcome"] == "refused"}
    assert refused.keys() == {shut.name, broken.name}
    assert "no copy of it is given out" in refused[shut.name]
    (mapped,) = (tmp_path / "out").glob("bags-*.map.jsonl")
    assert shut.name not in mapped.read_text()


def test_a_list_that_is_not_ours_ends_it_in_one_line(bags, tmp_path, capsys):
    (tmp_path / "out/warc-files.jsonl").write_text("hello\n")
    assert main(["handoff", "--form", "warc", str(bags), str(tmp_path / "out")]) == 3
    assert "is not a list made by archiver" in capsys.readouterr().err


def test_receivers_and_copies_are_of_one_bag(bags, tmp_path, capsys):
    assert main(["handoff", "--form", "warc", "--redact", str(bags), str(tmp_path / "out")]) == 2
    assert main(["handoff", "--form", "warc", "--for", "eark", str(bags), str(tmp_path / "out")]) == 2
