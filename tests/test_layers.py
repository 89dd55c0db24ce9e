"""The rules of the house (docs/architecture.md): arrows run down only, rooms keep to themselves, libraries stay put."""

import ast
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import archiver
import archiver.api
from archiver.commands.options import COMMANDS

HOUSE = Path(archiver.__file__).parent
LINES = 350
MODULES = 20

FOUNDATION = {
    "model",
    "errors",
    "digest",
    "cms",
    "config",
    "markup",
    "schemas",
    "templates",
    "escape",
    "network",
    "rights",
    "words",
    "credits",
    "dates",
}
STAGES = {"seeds", "capture", "article", "bag", "trust", "validation", "packaging"}
VALIDATION = {"model", "cms", "digest", "errors", "schemas", "escape"}
"""What `validation` may share with the room that writes bags: nothing that could make both wrong at once."""
ABOVE = {
    "browser": {"capture"},
    "ledger": set(),
    "view": STAGES,
    "exports": STAGES | {"ledger", "view"},
    "series": STAGES | {"ledger", "view"},
    "families": STAGES | {"ledger", "view", "exports"},
    "redaction": STAGES | {"ledger"},
    "fixity": STAGES | {"ledger"},
    "verification": STAGES | {"ledger", "view"},
    "evidence": STAGES | {"ledger", "view", "exports", "series", "verification"},
    "transfer": STAGES | {"ledger", "exports", "redaction", "verification"},
    "serve": STAGES | {"ledger", "view", "redaction"},
    "mementos": STAGES | {"redaction"},
    "imports": STAGES | {"mementos"},
    "tracing": STAGES | {"ledger", "view", "series", "mementos"},
    "publishing": STAGES | {"ledger", "view", "exports", "redaction"},
    "before_seal": STAGES | {"browser"},
    "job": STAGES | {"before_seal", "browser", "ledger", "transfer", "mementos", "imports", "series"},
    "reporting": STAGES | {"ledger", "job"},
}
"""The rooms above the stages, from the bottom up, each with the rooms it may use beside the foundation."""
DOORS = ("demo", "api", "__init__", "commands", "cli", "__main__")
"""They may use every room, and those doors that stand before them here: `commands` uses `api`, nobody uses `cli`."""
API = set(archiver.api.__all__)


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
    return {name.split(".")[1] for name in imported(path) if name.startswith("archiver.")} - {"__version__"}


def allowed(of: str) -> set[str]:
    """The rooms that modules of this one may import."""
    if of == "validation":
        return VALIDATION | {of}
    if of in FOUNDATION:
        return FOUNDATION
    if of in STAGES:
        return FOUNDATION | {of}
    return FOUNDATION | {of} | ABOVE[of]


def test_every_room_has_its_place():
    assert {room(name) for name in modules()} <= FOUNDATION | STAGES | ABOVE.keys() | set(DOORS)


def test_no_room_imports_one_beside_or_above_it():
    wrong = {
        name: rooms_imported(path) - allowed(room(name)) for name, path in modules().items() if room(name) not in DOORS
    }
    assert not {name: rooms for name, rooms in wrong.items() if rooms}


def test_no_door_imports_one_behind_it():
    wrong = {
        name: rooms_imported(path) & set(DOORS[DOORS.index(room(name)) + 1 :])
        for name, path in modules().items()
        if room(name) in DOORS
    }
    assert not {name: doors for name, doors in wrong.items() if doors}


def test_no_command_imports_another():
    of_commands = {f"archiver.commands.{each.module}" for each in COMMANDS}
    wrong = {
        name: imported(path) & of_commands
        for name, path in modules().items()
        if f"archiver.{name.replace('/', '.')}" in of_commands
    }
    assert not {name: others for name, others in wrong.items() if others}


def test_nothing_directly_in_the_package_bears_the_name_of_a_function_of_the_api():
    """Importing it would put the module in the place of the function that is imported when it is first asked for."""
    assert not {room(name) for name in modules()} & API


def test_no_modules_import_each_other_in_a_circle():
    # The package itself imports its API only when it is asked for a name of it.
    named = {f"archiver.{name.replace('/', '.')}".removesuffix(".__init__"): path for name, path in modules().items()}
    del named["archiver.__init__" if "archiver.__init__" in named else "archiver"]
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
    assert {room(name) for name in users} <= {"browser", "cms", "trust", "validation"}
    assert {name for name in users if room(name) == "browser"} == {"browser/stand_in"}  # a key for one browser's TLS
    assert {name for name in users if room(name) == "validation"} <= {
        "validation/trust/cert_paths",
        "validation/trust/revocation",
    }


def test_no_file_is_over_350_lines_and_none_is_called_utils():
    too_long = {n: len(p.read_text("utf-8").splitlines()) for n, p in modules().items()}
    assert not {n: lines for n, lines in too_long.items() if lines > LINES}
    assert not [n for n in modules() if n.endswith("utils")]


def test_no_folder_holds_more_modules_than_a_reader_can_take_in():
    folders = defaultdict(int)
    for path in modules().values():
        folders[path.parent.relative_to(HOUSE).as_posix()] += 1
    assert not {folder: count for folder, count in folders.items() if count > MODULES}
