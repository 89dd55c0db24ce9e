"""What somebody who is new to archiver gets wrong, and the line that puts it right."""

from archiver.cli import main


def refused(capsys, *arguments: str, code: int = 2) -> str:
    """What a command says on stderr that ends with this code."""
    assert main(list(arguments)) == code
    return str(capsys.readouterr().err)


def test_a_file_that_cannot_be_read_is_named_once(tmp_path, capsys):
    page = str(tmp_path / "page.html")
    assert refused(capsys, "extract", page, code=3).count(page) == 1
