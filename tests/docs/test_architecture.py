"""docs/architecture.md: its table of rooms is the law that tests/test_layers.py keeps."""

import importlib.util
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/architecture.md"
_SPEC = importlib.util.spec_from_file_location("law_of_layers", Path(__file__).parents[1] / "test_layers.py")
law = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(law)
ROWS = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_room_is_in_the_table():
    rooms = {law.room(name) for name in law.modules()} - {"__init__", "__main__"}
    assert rooms == {room for room, _ in ROWS}


@pytest.mark.parametrize(("room", "stated"), ROWS)
def test_a_room_may_import_what_the_table_says(room: str, stated: str):
    groups = {"foundation": law.FOUNDATION, "stages": law.STAGES}
    if stated == "everything":
        assert room in law.DOORS
        return
    named = {name for each in stated.split(", ") for name in groups.get(each, {each})}
    assert named | {room} == law.allowed(room)


def test_paths_that_the_page_names_exist():
    named = re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", PAGE.read_text("utf-8"))
    root = PAGE.parents[1]
    assert len(named) > 20
    missing = [each for each in named if not (root / each).exists() and not (root / "archiver" / each).exists()]
    assert missing == []


def test_modules_that_code_and_pages_name_are_there():
    """A name in backquotes that ends in `.py`; decisions in docs/adr describe their own time and are left out."""
    root = PAGE.parents[1]
    there = {each.name for folder in ("archiver", "tests", "bench") for each in (root / folder).rglob("*.py")}
    pages = [*root.glob("docs/*.md"), root / "README.md", *(root / "archiver").rglob("*.py")]
    lost = [
        f"{page.relative_to(root)}: {named}"
        for page in pages
        for named in re.findall(r"`((?:[\w.]+/)*\w+\.py)`", page.read_text("utf-8"))
        if named.rpartition("/")[2] not in there or ("/" in named and not _is_path(root, page, named))
    ]
    assert lost == []


def _is_path(root: Path, page: Path, named: str) -> bool:
    """Whether a path is seen from the repository, from the package, or from a folder the page lies in."""
    return any((each / named).exists() for each in (root, root / "archiver", *page.parents))
