"""The command line in surroundings that are not as they should be: closed streams, poor encodings, full and read-only
disks, control characters in names, settings out of range."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from servers.newsroom import newsroom, pages_for, seed_document, write_seeds

from archiver import config
from archiver.cli import main
from archiver.errors import UsageError

ARCHIVER = f"{sys.executable} -m archiver"


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


class TestStreams:
    def test_a_closed_stdout_swallows_what_is_said_and_changes_no_exit_code(self):
        done = shell(f"{ARCHIVER} --version >&-")
        assert (done.returncode, done.stderr) == (0, "")

    def test_a_closed_stderr_swallows_what_is_said_and_changes_no_exit_code(self, tmp_path):
        done = shell(f"{ARCHIVER} status --bags {tmp_path} 2>&-")
        assert (done.returncode, done.stdout) == (3, "")

    def test_with_both_closed_a_job_still_runs_and_no_bag_is_written_into_by_a_stray_print(self, tmp_path):
        seeds = write_seeds(tmp_path / "seeds", range(1))
        with newsroom(pages_for(range(1))) as site:
            to = " ".join(site.options)
            done = shell(f"{ARCHIVER} run {seeds} --bags {tmp_path / 'bags'} --pace 0 {to} >&- 2>&- <&-")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert main(["validate", "--quiet", str(tmp_path / "bags")]) == 0

    def test_what_an_encoding_lacks_is_shown_escaped(self, tmp_path):
        (tmp_path / "Žába.txt").write_text(seed_document(0))
        done = shell(f"{ARCHIVER} run {tmp_path} --dry-run", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert done.returncode == 0, done.stderr
        assert "\\u017d\\xe1ba.txt" in done.stdout


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("jobs = 0", "jobs = 0 is not between 1 and 256"),
            ("jobs = 257", "jobs = 257 is not between 1 and 256"),
            ("jobs = 100000000000000000000", "is not between 1 and 256"),
            ("pace = -0.5", "pace = -0.5 is not between 0 and 86,400"),
            ("pace = nan", "pace = nan is not between"),
            ("pace = inf", "pace = inf is not between"),
            ("jobs = true", "wrong type"),
            ("[limits]\nread_seconds = 0", "limits.read_seconds = 0 is not between 0.001 and 86,400"),
            ("[limits]\nresponse_bytes = 0", "limits.response_bytes = 0 is not between 1 and"),
            ("[limits]\nretries = -1", "limits.retries = -1 is not between 0 and"),
            ("[limits]\nbackoff_seconds = 1e300", "limits.backoff_seconds = 1e+300 is not between"),
            ('operator = ""', "is not one of line of text"),
            ('operator = "a\\nContact-Name: b"', "is not one line of text"),
            ('operator = "a\\u2028b"', "is not one line of text"),
            ('user_agent = "a\\u0000b"', "is not one line of text"),
        ],
    )
    def test_a_setting_out_of_range_names_file_key_value_and_range(self, text, says, tmp_path):
        path = tmp_path / "archiver.toml"
        path.write_text(text)
        with pytest.raises(UsageError) as raised:
            config.load(path, {})
        assert says.replace("one of line", "one line") in str(raised.value)
        assert str(raised.value).startswith(f"{path}: ")
        assert "\n" not in str(raised.value)

    def test_what_stands_at_the_ends_of_the_ranges_is_taken(self, tmp_path):
        path = tmp_path / "archiver.toml"
        path.write_text("jobs = 256\npace = 0\n[limits]\nretries = 0\nread_seconds = 0.001\nresponse_bytes = 1\n")
        assert config.load(path, {}).limits.read_seconds == 0.001

    @pytest.mark.parametrize(
        "proxy",
        [
            *(
                "http://",
                "https://",
                "http://[::1",
                "http://host:99999",
                "http://host:0",
                "http://host:port",
                "host:3128",
            ),
            *(
                "http://ho st:1",
                "http://[not-ip]:1",
                "http://host:1/path",
                "http://:3128",
                "http://hö.example:1",
                "http:///x",
            ),
        ],
    )
    def test_a_proxy_that_is_none_is_one_line_before_any_seed_fails_by_it(self, proxy, tmp_path, capsys):
        seeds = write_seeds(tmp_path / "seeds", range(2))
        assert main(["run", str(seeds), "--bags", str(tmp_path / "bags"), "--proxy", proxy]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "is not http://HOST:PORT" in err
        assert not (tmp_path / "bags").exists()

    @pytest.mark.parametrize(
        "proxy", ["http://127.0.0.1:3128", "https://proxy.example", "http://[::1]:8080/", "http://p_1."]
    )
    def test_a_proxy_that_is_one_is_taken(self, proxy, tmp_path, capsys):
        seeds = write_seeds(tmp_path / "seeds", range(1))
        assert main(["run", str(seeds), "--bags", str(tmp_path / "bags"), "--proxy", proxy, "--dry-run"]) == 0
        capsys.readouterr()


class TestDisks:
    def test_init_leaves_nothing_behind_where_the_disk_takes_only_half_of_it(self, tmp_path):
        def little_room() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

        command = [sys.executable, "-B", "-m", "archiver", "init", str(tmp_path / "archiver.toml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=little_room)
        assert done.returncode == 3
        assert done.stderr.startswith("archiver: cannot write ")
        assert done.stderr.count("\n") == 1
        assert list(tmp_path.iterdir()) == []

    @pytest.fixture
    def read_only(self, tmp_path, capsys):
        """A bags folder with one bag, on a file system that cannot be written."""
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("mounting is not allowed here: a read-only disk cannot be shown")
        try:
            seeds = write_seeds(tmp_path / "seeds", range(1))
            with newsroom(pages_for(range(1))) as site:
                assert main(["run", str(seeds), "--bags", str(disk / "bags"), "--pace", "0", *site.options]) == 0
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            capsys.readouterr()
            yield disk / "bags"
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def test_a_job_on_a_read_only_disk_is_one_line_and_exit_code_3(self, read_only, tmp_path, capsys):
        assert main(["run", str(tmp_path / "seeds"), "--bags", str(read_only)]) == 3
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "Read-only file system" in err
        assert str(read_only) in err

    def test_status_show_dry_run_and_validation_read_from_a_read_only_disk(self, read_only, tmp_path, capsys):
        assert main(["status", "--bags", str(read_only)]) == 0
        assert "1 captured" in capsys.readouterr().out
        assert main(["run", str(tmp_path / "seeds"), "--bags", str(read_only), "--dry-run"]) == 0
        assert "(done before)" in capsys.readouterr().out
        assert main(["show", str(read_only)]) == 0
        assert main(["validate", str(read_only)]) == 0
        capsys.readouterr()

    def test_a_ledger_whose_job_was_killed_is_not_read_as_if_it_were_whole(self, read_only, capsys):
        """Beside it lies a log that a read-only disk cannot take in: better one line than half of the truth."""
        remount = ["mount", "-o", "remount,rw", str(read_only.parent)]
        subprocess.run(remount, check=True)
        (read_only / ".archiver" / "ledger.sqlite-wal").write_bytes(b"x" * 100)
        subprocess.run([*remount[:2], "remount,ro", remount[3]], check=True)
        assert main(["status", "--bags", str(read_only)]) == 3
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "was left by a job that was killed" in err


class TestWhatIsShown:
    @pytest.fixture
    def hostile(self, tmp_path):
        folder = tmp_path / "seeds"
        folder.mkdir()
        (folder / "red\x1b[31m\u202e.txt").write_text("no address\n")
        (folder / "two\nlines.txt").write_text("Original url: http://169.254.169.254/\n")
        return folder

    @pytest.mark.parametrize(
        "command", [["run"], ["run", "--dry-run"], ["run", "--json"], ["status"], ["status", "--json"]]
    )
    def test_names_with_control_characters_are_shown_escaped(self, hostile, command, tmp_path, capsys):
        bags = ["--bags", str(tmp_path / "bags")]
        assert main(["run", *bags, "--pace", "0", str(hostile)]) == 1
        capsys.readouterr()
        main([command[0], *bags, *command[1:], *([str(hostile)] if command[0] == "run" else [])])
        out, err = capsys.readouterr()
        assert "red" in out
        assert "lines.txt" in out
        shown = (out + err).replace("\n", "")
        assert shown.isprintable()
        assert not any(line.startswith("lines.txt") for line in out.splitlines())

    def test_a_refused_seed_is_named_once_with_its_line(self, tmp_path, capsys):
        path = tmp_path / "two.txt"
        path.write_text("H\n\nOriginal url: http://a.example/\nOriginal url: http://b.example/\n")
        for command in (["run"], ["run", "--dry-run"]):
            main([*command, "--bags", str(tmp_path / "bags"), str(path)])
            out = capsys.readouterr().out
            assert out.count(str(path)) == 1
            assert "line 4: " in out
            assert " : " not in out
        main(["status", "--bags", str(tmp_path / "bags")])
        out = capsys.readouterr().out
        assert f"  {path}: line 4: " in out
        assert out.count(str(path)) == 1

    def test_an_address_out_of_bounds_is_said_once(self, tmp_path, capsys):
        (tmp_path / "inside.txt").write_text("Original url: http://127.0.0.1/\n")
        main(["run", "--bags", str(tmp_path / "bags"), str(tmp_path / "inside.txt")])
        assert ": 127.0.0.1: not a public address" in capsys.readouterr().out


def test_a_dry_run_shows_what_is_done_and_what_retry_and_recapture_would_fetch(tmp_path, capsys):
    seeds, bags = write_seeds(tmp_path / "seeds", range(2)), ["--bags", str(tmp_path / "bags")]
    with newsroom(pages_for(range(1))) as site:  # the other page is gone
        assert main(["run", str(seeds), *bags, "--pace", "0", *site.options]) == 1

    def planned(*options: str) -> list[str]:
        capsys.readouterr()
        assert main(["run", str(seeds), *bags, "--dry-run", *options]) == 0
        return [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()]

    assert planned() == ["captured", "gone"]
    assert planned("--retry") == ["captured", "fetch"]
    assert planned("--recapture") == ["fetch", "fetch"]
    assert len([each for each in (tmp_path / "bags").iterdir() if not each.name.startswith(".")]) == 2
    assert Path(tmp_path / "bags" / ".archiver" / "ledger.sqlite").is_file()
