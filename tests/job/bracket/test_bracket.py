"""The bracket of a job: an opening token in every bag and a closing token over the seals, judged by openssl."""

import hashlib
import json
import shutil
import socket
import zlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from builders.pki import Authorities, issue, needs_openssl
from jobs.brackets import INSIDE, brackets, codes, holds, settings, site
from jobs.clusters import dask, needs_dask
from jobs.whole import Job, seeds
from reached import only
from servers.http_proxy import http_proxy

from archiver.cli import main
from archiver.config import Config, configured
from archiver.job.bracket import JobBracket
from archiver.ledger.brackets import note
from archiver.model.bracket import CLOSING, ENTRIES, OPENING, line_of
from archiver.trust.custody import seal
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl


def info_of(warc: Path) -> bytes:
    return zlib.decompressobj(31).decompress(warc.read_bytes())


def check_bracket_of(job: Job, pki: Authorities, names: list[str]) -> None:
    """What a receiver of each bag, and who keeps them, can check with openssl and sha256sum."""
    (folder,) = brackets(job)
    token = hashlib.sha256((folder / f"{OPENING}.tsr").read_bytes()).hexdigest()
    assert holds(folder / OPENING, pki)
    assert holds(folder / CLOSING, pki)
    closing = (folder / CLOSING).read_text().splitlines()
    assert f"opening: sha256:{token}" in closing
    lines = closing[closing.index("") + 1 :]
    assert lines == sorted(line_of(name, seal(job.bags / name)) for name in names)
    for name in names:
        bag = job.bags / name
        assert holds(bag / INSIDE, pki)
        assert f"archiver-bracket: sha256:{token}\r\n".encode() in info_of(job.warc(name))
        record = job.record(name)["bracket"]
        assert (record["sha256"], record["file"]) == (token, "evidence/bracket/opening.json")
        assert record["job"] == json.loads((bag / INSIDE).read_bytes())["job"]
        assert codes(bag)["BRK009"] == "info"
        assert validate_bag(bag).ok


@pytest.mark.parametrize("processes", ["1", "2"])
def test_every_bag_of_a_job_carries_its_opening_token_and_the_closing_is_over_all_seals(processes, tmp_path, job, pki):
    with site(1, 2, 3) as server:
        options = settings(tmp_path, pki.url)
        code, results = job.run(seeds(tmp_path / "seeds", 1, 2, 3), server, *options, "--jobs", processes)
    assert code == 0
    check_bracket_of(job, pki, [each["bag"] for each in results])


@needs_dask
def test_workers_of_a_cluster_get_the_opening(tmp_path, job, pki):
    with site(1, 2) as server, dask(tmp_path / "dask") as running:
        running.worker()
        options = settings(tmp_path, pki.url)
        _, results = job.run(seeds(tmp_path / "seeds", 1, 2), server, *options, "--executor", running.address)
    check_bracket_of(job, pki, [each["bag"] for each in results])


def test_bags_that_are_delivered_are_in_the_closing(tmp_path, job, pki):
    (tmp_path / "library").mkdir()
    with site(1) as server:
        options = [*settings(tmp_path, pki.url), "--deliver", str(tmp_path / "library")]
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)
    (package,) = (tmp_path / "library").glob("*.tar")
    assert codes(package)["BRK009"] == "info"
    shutil.unpack_archive(package, tmp_path / "unpacked")
    (folder,) = brackets(job)
    assert holds(tmp_path / "unpacked" / result["bag"] / INSIDE, pki)
    assert line_of(result["bag"], seal(tmp_path / "unpacked" / result["bag"])) in (folder / CLOSING).read_text()


def test_the_closing_of_a_job_that_was_killed_is_made_by_the_next_one(tmp_path, job, pki, monkeypatch):
    options = settings(tmp_path, pki.url)
    with site(1, 2) as server, monkeypatch.context() as patched:
        patched.setattr(JobBracket, "end", lambda *_: None)  # as if the process were not there any more
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)
    (folder,) = brackets(job)
    assert not (folder / CLOSING).exists()
    with (folder / ENTRIES).open("ab") as file:
        file.write(b"a line that was cut")
    with site(1, 2) as server:
        job.run(seeds(tmp_path / "more", 2), server, *options)
    assert holds(folder / CLOSING, pki)
    closing = (folder / CLOSING).read_text().splitlines()
    assert closing[closing.index("") + 1 :] == [line_of(result["bag"], seal(job.bags / result["bag"]))]


def test_both_tokens_are_asked_for_through_the_proxy_alone_where_the_job_is_discreet(tmp_path, pki):
    port = int(pki.site.rpartition(":")[2])
    with http_proxy(port) as proxy, only(proxy.port, port) as tried:
        asked = {"profile": "discreet", "proxy": proxy.url, "timestamp": "http://tsa.example/tsa"}
        config = configured({"bags": tmp_path / "bags", **asked})
        bracket = JobBracket.begin(config, f"urn:uuid:{uuid4()}", datetime.now(UTC))
        assert bracket is not None
        note(bracket.folder, [("harbour", "0" * 64)])
        assert bracket.end(datetime.now(UTC)) is None
        assert [head.split(b" ")[1] for head in proxy.heads] == [b"http://tsa.example/tsa"] * 2
        assert b"archiver" not in b"".join(proxy.heads).lower()
    assert tried == []
    assert holds(bracket.folder / OPENING, pki)
    assert holds(bracket.folder / CLOSING, pki)


def test_pages_that_others_captured_have_no_bracket(tmp_path, pki):
    config = Config(bags=tmp_path, timestamp=pki.url, imports=(tmp_path / "theirs.warc.gz",))
    assert JobBracket.begin(config, f"urn:uuid:{uuid4()}", datetime.now(UTC)) is None
    assert pki.asked == []


def test_without_an_authority_there_is_no_bracket(tmp_path, job):
    with site(1) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *settings(tmp_path, None))
    assert brackets(job) == []
    assert "bracket" not in job.record(result["bag"])
    assert not (job.bags / result["bag"] / "data/evidence").exists()
    assert b"archiver-bracket" not in info_of(job.warc(result["bag"]))
    assert codes(job.bags / result["bag"]) == {}
    assert "bracket" not in validate_bag(job.bags / result["bag"]).checks


def test_an_authority_that_fails_at_the_start_ends_the_job_before_anything_is_fetched(tmp_path, job, pki, capsys):
    with site(1) as server:
        to = ["--connect-to", f":80:127.0.0.1:{server.port}", "--bags", str(job.bags)]
        gone = f"{pki.site}/nobody"
        code = main(["run", *settings(tmp_path, gone), *to, str(seeds(tmp_path / "seeds", 1))])
        assert not server.seen
    err = [line for line in capsys.readouterr().err.splitlines() if line.startswith("archiver:")]
    assert (code, len(err)) == (3, 1), err
    assert "nothing was fetched" in err[0]
    assert "--bracket if-possible" in err[0]
    assert brackets(job) == []


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_proxy_that_is_not_there_is_named_and_no_bracket_is_not_the_advice(scheme, tmp_path, pki, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"{scheme}://127.0.0.1:{taken.getsockname()[1]}"
        options = [*settings(tmp_path, f"{pki.site}/nobody"), "--bags", str(tmp_path / "bags"), "--proxy", proxy]
        assert main(["run", *options, str(seeds(tmp_path / "seeds", 1))]) == 3
    (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("archiver:")]
    assert f"the proxy {scheme}://127.0.0.1:" in said
    assert "Connection refused; nothing was fetched. Start the proxy or correct --proxy, then run again" in said
    assert "if-possible" not in said


def test_a_job_may_go_on_without_an_opening_token_where_the_settings_say_so(tmp_path, job, pki):
    with site(1, 2) as server:
        for number, chosen in ((1, "if-possible"), (2, "never")):
            options = settings(tmp_path, f"{pki.site}/nobody", bracket=chosen)
            code, (result,) = job.run(seeds(tmp_path / f"seeds-{number}", number), server, *options)
            assert (code, result["outcome"]) == (1, "captured")  # the bag has no timestamp either
            assert "bracket" not in job.record(result["bag"])
    assert brackets(job) == []


def test_the_first_authority_that_answers_opens_and_closes(tmp_path, job, pki):
    with site(1) as server:
        options = settings(tmp_path, [f"{pki.site}/nobody", pki.url])
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)
    check_bracket_of(job, pki, [result["bag"]])


def test_a_job_that_is_run_again_opens_a_new_bracket_and_one_that_makes_no_bag_leaves_none(tmp_path, job, pki):
    folder, options = seeds(tmp_path / "seeds", 1), settings(tmp_path, pki.url)
    with site(1, 2) as server:
        job.run(folder, server, *options)
        job.run(folder, server, *options)
        (first,) = brackets(job)
        _, results = job.run(seeds(folder, 2), server, *options)
    assert len(brackets(job)) == 2
    jobs = {job.record(each["bag"])["bracket"]["job"] for each in results}
    assert jobs == {f"urn:uuid:{each.name}" for each in brackets(job)}
    assert first in brackets(job)


def test_a_closing_that_fails_is_told_and_made_by_the_next_job(tmp_path, job, pki, monkeypatch, caplog):
    answer, options = pki.timestamp, settings(tmp_path, pki.url)
    monkeypatch.setattr(
        pki, "timestamp", lambda query, tsa=None: answer(query, tsa) if pki.asked.count("/tsa") < 4 else b""
    )
    with site(1, 2) as server:
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)  # opening, bag, event
        assert code == 1
        assert "no closing token" in caplog.text
        (folder,) = brackets(job)
        assert not (folder / CLOSING).exists()
        monkeypatch.setattr(pki, "timestamp", answer)
        assert job.run(seeds(tmp_path / "more", 2), server, *options)[0] == 0
    assert holds(folder / CLOSING, pki)
    assert line_of(result["bag"], seal(job.bags / result["bag"])) in (folder / CLOSING).read_text().splitlines()


def test_the_names_of_bags_are_in_the_list_of_entries_alone_which_only_its_owner_reads(tmp_path, job, pki):
    with site(1) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *settings(tmp_path, pki.url))
    (folder,) = brackets(job)
    assert folder.stat().st_mode & 0o077 == 0
    naming = [each.name for each in folder.iterdir() if result["bag"].encode() in each.read_bytes()]
    assert naming == [ENTRIES]
    assert {each.stat().st_mode & 0o077 for each in folder.iterdir()} == {0}


def test_with_roots_the_authority_is_verified_and_a_stranger_is_not(tmp_path, job, pki):
    with site(1) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *settings(tmp_path, pki.url))
    bag = str(job.bags / result["bag"])
    assert main(["validate", "--trust-roots", str(pki.roots), bag]) == 0
    (tmp_path / "other.pem").write_bytes(issue("Another Root", ca=True).pem())
    assert main(["validate", "--trust-roots", str(tmp_path / "other.pem"), bag]) == 1
