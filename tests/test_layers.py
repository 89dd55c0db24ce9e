"""The rules of the house (DESIGN.md, section 2): arrows run down only, rooms keep to themselves, libraries stay put."""

import ast
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import archiver

HOUSE = Path(archiver.__file__).parent
FOUNDATION = {"model", "errors", "digest", "cms", "config", "markup", "schemas", "visible", "__init__"}
STAGES = {"seeds", "capture", "article", "bag", "trust", "validate", "handoff"}
BESIDE_JOB = {"job", "holdings", "demo", "view"}
LINES = 350


def modules() -> dict[str, Path]:
    return {
        path.relative_to(HOUSE).with_suffix("").as_posix(): path
        for path in sorted(HOUSE.rglob("*.py"))
        if "newspaper" not in path.parts
    }


def room(name: str) -> str:
    return name.split("/")[0]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return found


def rooms_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("archiver.")}


def test_stage_rooms_never_import_each_other_nor_anything_above_them():
    for name, path in modules().items():
        if room(name) in STAGES:
            assert rooms_imported(path) <= FOUNDATION | {room(name), "__version__"}, name


def test_the_foundation_imports_nothing_of_the_house_but_itself():
    for name, path in modules().items():
        if room(name) in FOUNDATION:
            assert rooms_imported(path) <= FOUNDATION | {"__version__"}, name


def test_only_the_command_line_and_the_demo_stand_above_the_job():
    for name, path in modules().items():
        if room(name) not in BESIDE_JOB | {"cli", "commands", "__main__"}:
            assert not rooms_imported(path) & (BESIDE_JOB | {"cli", "commands"}), name


def test_the_job_knows_nothing_of_what_becomes_of_its_bags():
    for name, path in modules().items():
        if room(name) == "job":
            assert "holdings" not in rooms_imported(path), name


def test_validate_shares_only_model_digest_and_schemas_with_bag():
    for name, path in modules().items():
        if room(name) == "validate":
            assert rooms_imported(path) <= {
                *("validate", "model", "cms", "digest", "errors", "schemas", "visible", "__version__")
            }, name


def test_no_modules_import_each_other_in_a_circle():
    named = {f"archiver.{name.replace('/', '.')}".removesuffix(".__init__"): path for name, path in modules().items()}
    graph = {name: (imported(path) & named.keys()) - {name} for name, path in named.items()}
    assert len(tuple(TopologicalSorter(graph).static_order())) == len(named)  # or CycleError names the circle


def test_each_third_party_package_is_imported_in_at_most_two_modules():
    import sys

    places = defaultdict(set)
    for name, path in modules().items():
        for top in {each.split(".")[0] for each in imported(path)} - {"archiver", "lxml", "cryptography", ""}:
            if top not in sys.stdlib_module_names:
                places[top].add(name)
    crowded = {package: sorted(where) for package, where in places.items() if len(where) > 2}
    assert not crowded


def test_cryptography_stays_with_signatures_and_those_who_judge_them():
    """Its certificates are the nouns of these rooms, as elements are of `article` (docs/adr/0010)."""
    users = {
        name for name, path in modules().items() if any(each.startswith("cryptography") for each in imported(path))
    }
    assert {room(name) for name in users} <= {"cms", "trust", "validate"}
    assert {name for name in users if room(name) == "validate"} <= {"validate/chains", "validate/revocation"}


def test_no_file_is_over_350_lines_and_none_is_called_utils():
    too_long = {n: len(p.read_text("utf-8").splitlines()) for n, p in modules().items()}
    assert not {n: lines for n, lines in too_long.items() if lines > LINES}
    assert not [n for n in modules() if n.endswith("utils")]
