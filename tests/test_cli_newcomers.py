"""What somebody who is new to archiver gets wrong, and the line that puts it right."""

import pytest

from archiver.cli import main


def refused(capsys, *arguments: str, code: int = 2) -> str:
    """What a command says on stderr that ends with this code."""
    assert main(list(arguments)) == code
    return str(capsys.readouterr().err)


def test_a_file_that_cannot_be_read_is_named_once(tmp_path, capsys):
    page = str(tmp_path / "page.html")
    assert refused(capsys, "extract", page, code=3).count(page) == 1


@pytest.mark.parametrize("rate", ["50", "0.5B/s"])
def test_a_rate_without_its_unit_is_refused(rate, capsys):
    assert "as in 50MB/s" in refused(capsys, "audit", "--rate", rate)
