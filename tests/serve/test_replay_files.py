"""The two scripts of ReplayWeb.page: taken by their digests, or not at all."""

import io
import tarfile
from pathlib import Path

import pytest

from archiver.cli import main
from archiver.errors import StorageError, UsageError
from archiver.serve import replay_files
from archiver.serve.replay_files import get_scripts, read_scripts, unpack_scripts


def test_another_package_is_not_unpacked(tmp_path: Path):
    with pytest.raises(StorageError, match="another content"):
        unpack_scripts(b"not it", tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_a_package_with_another_script_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import base64
    import hashlib

    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name in ("ui.js", "sw.js"):
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = 4
            archive.addfile(entry, io.BytesIO(b"evil"))
    digest = base64.b64encode(hashlib.sha512(made.getvalue()).digest()).decode()
    monkeypatch.setattr(replay_files, "PACKAGE_SHA512", digest)
    with pytest.raises(StorageError, match="another content"):
        unpack_scripts(made.getvalue(), tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_scripts_of_another_version_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert read_scripts(tmp_path) is None
    (tmp_path / "ui.js").write_text("another")
    (tmp_path / "sw.js").write_text("another")
    with pytest.raises(StorageError, match="--get-replay"):
        read_scripts(tmp_path)
    (tmp_path / "bags").mkdir()
    assert main(["serve", str(tmp_path / "bags"), "--port", "0", "--replay-files", str(tmp_path)]) == 3
    assert "--get-replay" in capsys.readouterr().err


def test_a_proxy_that_cannot_be_used_is_said(tmp_path: Path):
    with pytest.raises(UsageError, match="other means"):
        get_scripts(tmp_path, "socks5h://127.0.0.1:9")


def test_the_discreet_profile_gets_nothing_without_a_proxy(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "a.toml").write_text('profile = "discreet"\n')
    assert (
        main(["serve", "--get-replay", "--config", str(tmp_path / "a.toml"), "--replay-files", str(tmp_path / "x")])
        == 2
    )
    assert "proxy" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
