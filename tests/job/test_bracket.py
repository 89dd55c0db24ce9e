"""The bracket of a job: an opening token in every bag and a closing token over the seals, judged by openssl."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from builders.pki import Authorities, authorities, issue, needs_openssl
from jobs.clusters import dask, needs_dask
from jobs.whole import Job, seeds, story
from reached import only
from servers.http_proxy import http_proxy
from servers.wire import Server

from archiver.cli import main
from archiver.config import Config, configured
from archiver.job.bracket import JobBracket
from archiver.ledger.brackets import note
from archiver.model.bracket import CLOSING, ENTRIES, OPENING, line_of
from archiver.trust.custody import seal
from archiver.validation.trust.policy import Trust
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl
ROOT = Path(__file__).parents[2]
INSIDE = "data/evidence/bracket/opening.json"


@pytest.fixture
def pki(tmp_path):
    with authorities(tmp_path) as found:
        yield found


@pytest.fixture
def job(tmp_path, capsys) -> Job:
    return Job(tmp_path / "bags", capsys)


def settings(tmp_path: Path, url: object, **more: object) -> list[str]:
    lines = {"timestamp": url, "browser": "never", **more}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items() if value is not None)
    (tmp_path / "archiver.toml").write_text(text)
    return ["--config", str(tmp_path / "archiver.toml")]


def site(*numbers: int) -> Server:
    return Server({f"/news/{number}": [story(number)] for number in numbers})


def brackets(job: Job) -> list[Path]:
    place = job.bags / ".archiver/brackets"
    return sorted(place.iterdir()) if place.exists() else []


def holds(statement: Path, pki: Authorities) -> bool:
    """Whether openssl takes the token beside a statement for a timestamp of it, by the authority's root alone."""
    (pki.folder / "time-root.pem").write_bytes(pki.tsa_root.pem())
    token, chain = f"{statement}.tsr", f"{statement}.tsr.crt"
    command = ["openssl", "ts", "-verify", "-data", str(statement), "-in", token, "-untrusted", chain]
    return subprocess.run([*command, "-CAfile", str(pki.folder / "time-root.pem")], capture_output=True).returncode == 0


def info_of(warc: Path) -> bytes:
    return zlib.decompressobj(31).decompress(warc.read_bytes())


def codes(bag: Path, **options) -> dict[str, str]:
    return {each.code: each.severity for each in validate_bag(bag, **options).findings if each.code.startswith("BRK")}


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


def resealed(bag: Path) -> None:
    """Make the manifests fit again, as whoever tampers would."""
    shutil.rmtree(bag / "signatures")
    digests = {line[66:]: line[:64] for line in (bag / "manifest-sha256.txt").read_text().splitlines()}
    found = {path: hashlib.sha256((bag / path).read_bytes()).hexdigest() for path in digests if (bag / path).exists()}
    (bag / "manifest-sha256.txt").write_text("".join(f"{digest}  {path}\n" for path, digest in found.items()))


def other_token(bag: Path, pki: Authorities) -> None:
    (bag / "query.tsq").write_bytes(b"")
    command = [
        "openssl",
        "ts",
        "-query",
        "-data",
        str(bag / INSIDE),
        "-sha256",
        "-cert",
        "-out",
        str(bag / "query.tsq"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (bag / f"{INSIDE}.tsr").write_bytes(pki.timestamp((bag / "query.tsq").read_bytes()))
    (bag / "query.tsq").unlink()


def other_statement(bag: Path, _: Authorities) -> None:
    (bag / INSIDE).write_bytes((bag / INSIDE).read_bytes().replace(b"opening", b"0pening"))


def changed(key: str, value: object):
    def change(bag: Path, _: Authorities) -> None:
        record = json.loads((bag / "data/provenance.json").read_bytes())
        record["bracket"][key] = value
        (bag / "data/provenance.json").write_text(json.dumps(record))

    return change


def dated(started: str):
    def change(bag: Path, _: Authorities) -> None:
        record = json.loads((bag / "data/provenance.json").read_bytes())
        record["capture"]["started"] = started
        (bag / "data/provenance.json").write_text(json.dumps(record))

    return change


def unstated(bag: Path, _: Authorities) -> None:
    record = json.loads((bag / "data/provenance.json").read_bytes())
    del record["bracket"]
    (bag / "data/provenance.json").write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (other_token, {"BRK001"}),
        (other_statement, {"BRK002"}),
        (changed("job", "urn:uuid:00000000-0000-4000-8000-000000000000"), {"BRK003"}),
        (changed("time", "2020-01-01T00:00:00Z"), {"BRK003"}),
        (changed("sha256", "0" * 64), {"BRK001", "BRK004"}),
        (dated("2020-01-01T00:00:00.000000Z"), {"BRK005"}),
        (unstated, {"BRK007"}),
    ],
    ids=["token", "statement", "job", "time", "digest", "early", "unstated"],
)
def test_what_contradicts_the_opening_token_is_found_where_all_checksums_fit(damage, expected, tmp_path, job, pki):
    with site(1) as server:
        options = settings(tmp_path, pki.url)
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)
    bag = job.bags / result["bag"]
    damage(bag, pki)
    resealed(bag)
    found = codes(bag)
    assert {code for code, severity in found.items() if severity != "info" and code < "BRK012"} == expected


def test_the_commands_of_the_page_check_a_bag_and_a_closing_without_archiver(tmp_path, job, pki):
    """docs/bracket.md, run by a bash that knows the system's programs alone."""
    with site(1, 2) as server:
        _, (result, _) = job.run(seeds(tmp_path / "seeds", 1, 2), server, *settings(tmp_path, pki.url))
    given = tmp_path / "given"
    shutil.copytree(job.bags / result["bag"], given / result["bag"])
    for each in brackets(job)[0].glob("closing.txt*"):
        shutil.copyfile(each, given / each.name)
    (given / "roots.pem").write_bytes(pki.tsa_root.pem())
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs/bracket.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2

    def run(block: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "--noprofile", "--norc", "-ec", block]
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(given)}
        return subprocess.run(
            command, cwd=given / result["bag"], env=clean, capture_output=True, text=True, check=False
        )

    for block in blocks:
        done = run(block)
        assert done.returncode == 0, done
        assert "Time stamp:" in done.stdout
    *_, digest, named = run(blocks[0]).stdout.splitlines()
    assert named.strip() == f"archiver-bracket: sha256:{digest[:64]}"
    (given / "closing.txt").write_text((given / "closing.txt").read_text().replace("bags: 2", "bags: 1"))
    assert run(blocks[1]).returncode != 0


def test_an_access_copy_keeps_the_opening_and_its_check(tmp_path, job, pki, capsys):
    with site(1) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *settings(tmp_path, pki.url))
    (tmp_path / "out").mkdir()
    bag = job.bags / result["bag"]
    assert main(["handoff", "--redact", "--form", "folder", str(bag), str(tmp_path / "out")]) == 0, capsys.readouterr()
    (copy,) = [each for each in (tmp_path / "out").iterdir() if each.is_dir()]
    report = validate_bag(copy)
    assert report.ok, report.findings
    assert report.checks["bracket"] == "passed"
    assert holds(copy / INSIDE, pki)


def test_what_cannot_be_checked_here_is_said_and_not_passed(tmp_path, job, pki, monkeypatch):
    with site(1) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *settings(tmp_path, pki.url))
    bag = job.bags / result["bag"]
    assert validate_bag(bag).checks["bracket"] == "passed"
    for name in [each for each in sys.modules if each.startswith("archiver.cms")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    report = validate_bag(bag)
    assert report.checks["bracket"] == "not checked"
    assert "BRK008" in {each.code for each in report.findings}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory) -> tuple[Path, Path]:
    """A bag whose bracket is beside it, and the roots."""
    home = tmp_path_factory.mktemp("sealed")
    with authorities(home) as pki, site(1) as server:
        options = [*settings(home, pki.url), "--connect-to", f":80:127.0.0.1:{server.port}", "--quiet"]
        assert main(["run", *options, "--bags", str(home / "bags"), str(seeds(home / "seeds", 1))]) == 0
        roots = pki.roots
    (bag,) = [each for each in (home / "bags").iterdir() if (each / "bagit.txt").exists()]
    return bag, roots


def _nothing(folder: Path) -> None:
    pass


def _without_the_bag(folder: Path) -> None:
    text = (folder / CLOSING).read_text()
    (folder / CLOSING).write_text(text.partition("\n\n")[0] + "\n")


def _of_another_opening(folder: Path) -> None:
    (folder / CLOSING).write_text(
        re.sub("opening: sha256:.{8}", "opening: sha256:00000000", (folder / CLOSING).read_text())
    )


def _with_another_line(folder: Path) -> None:
    (folder / CLOSING).write_text((folder / CLOSING).read_text() + f"{'0' * 64}\n")


def _without_a_token(folder: Path) -> None:
    (folder / f"{CLOSING}.tsr").unlink()


def _with_a_pipe(folder: Path) -> None:
    (folder / f"{CLOSING}.tsr").unlink()
    os.mkfifo(folder / f"{CLOSING}.tsr")


@pytest.mark.parametrize(
    ("change", "code", "severity"),
    [
        (_nothing, "BRK015", "info"),
        (_without_the_bag, "BRK013", "warning"),
        (_of_another_opening, "BRK014", "error"),
        (_with_another_line, "BRK014", "error"),
        (_without_a_token, "BRK012", "info"),
        (_with_a_pipe, "BRK012", "info"),
    ],
)
def test_a_closing_that_is_kept_beside_a_bag_is_checked_with_it(change, code, severity, sealed, tmp_path):
    bag, roots = sealed
    shutil.copytree(bag.parent, tmp_path / "bags")
    (folder,) = (tmp_path / "bags/.archiver/brackets").iterdir()
    change(folder)
    here = tmp_path / "bags" / bag.name
    closing = {c: s for c, s in codes(here).items() if c >= "BRK012"}
    assert closing == {code: severity}
    trusted = [
        each for each in validate_bag(here, trust=Trust(roots=roots.read_bytes())).findings if each.code == "BRK015"
    ]
    assert [each.message.partition(": ")[2] for each in trusted] == (
        ["the certificate leads to CN=Time Root"] if change is _nothing else []
    )


def test_a_bag_that_was_given_away_says_that_the_closing_was_not_checked(sealed, tmp_path):
    bag, roots = sealed
    shutil.copytree(bag, tmp_path / bag.name)
    found = codes(tmp_path / bag.name, trust=Trust(roots=roots.read_bytes()))
    assert found == {"BRK010": "info", "BRK012": "info"}


def test_a_closing_whose_authority_is_not_trusted_is_an_error(sealed):
    bag, _ = sealed
    stranger = Trust(roots=issue("Another Root", ca=True).pem())
    assert {"BRK011", "BRK014"} <= codes(bag, trust=stranger).keys()


def test_a_record_that_names_no_job_leads_nowhere(sealed, tmp_path):
    shutil.copytree(sealed[0], tmp_path / sealed[0].name)
    changed("job", "urn:uuid:../../../../etc")(tmp_path / sealed[0].name, None)
    assert codes(tmp_path / sealed[0].name)["BRK012"] == "info"


@pytest.mark.parametrize(("chosen", "code"), [("sometimes", 2), ("never", 0)])
def test_what_a_job_does_without_a_token_is_one_of_three_words(chosen, code, tmp_path, capsys):
    folder, config = seeds(tmp_path / "seeds", 1), settings(tmp_path, None, bracket=chosen)
    assert main(["run", "--dry-run", *config, "--bags", str(tmp_path / "bags"), str(folder)]) == code
    said = capsys.readouterr().err
    assert ("bracket = 'sometimes' is not one of required, if-possible, never" in said) == (code == 2)


def test_the_certificate_says_before_which_time_nothing_was_asked_for(sealed, capsys):
    bag, _ = sealed
    assert main(["certify", str(bag)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    record = json.loads((bag / "data/provenance.json").read_bytes())["bracket"]
    assert "Job timestamped before" in said
    assert record["time"] in said
