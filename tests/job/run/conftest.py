"""Jobs of the tests of this folder."""

import json

import pytest

from archiver.cli import main


@pytest.fixture
def job(tmp_path, capsys):
    """Runs `archiver run --json`: (exit code, results, what was said on stderr)."""

    def go(*arguments, bags=tmp_path / "bags"):
        capsys.readouterr()
        code = main(["run", "--json", "--pace", "0", "--bags", str(bags), *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return go
