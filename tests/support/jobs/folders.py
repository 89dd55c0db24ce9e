"""What a job leaves in its folder of bags."""

from pathlib import Path


def bags_in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith(".")) if folder.is_dir() else []


def left_over(bags: Path) -> list[str]:
    """What a job must not leave behind."""
    return [
        str(each)
        for each in (bags / ".archiver").iterdir()
        if not each.name.startswith(("ledger.sqlite", "lock", ".gitignore"))
    ]
