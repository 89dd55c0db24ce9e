"""What leaves is what arrives: whatever `handoff` delivers, `receive` takes, as the bag that went in."""

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver import api
from archiver.validation.bagit.bagit_python import misread
from archiver.validation.bagit.manifests import read_manifests
from archiver.validation.bagit.tagfiles import Declaration
from archiver.validation.bagit.tree import scan

FORMS = ("tar", "tgz", "zip")
ODD = (
    "100%.txt", "a%0Ab", "a\nb", "a\rb\rc\rd", "x ", " x", "\u00e9", "e\u0301", "a\x85b", "a\u2028b", "a\\b", "~", "*",
    ".hidden", "-dash",
    "data", "Icon\r", "#x", "a" * 255, "\u00e4" * 127, "a:b", "con", "a\x1cb", "\U0001f600", "\x7f", "\t",
)  # fmt: skip
NAMES = st.sampled_from(ODD) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12
)
PARTS = NAMES.filter(lambda name: name not in (".", "..") and len(name.encode()) <= 255)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
BAGS = st.sampled_from(
    ("bag", "data", "a.b", "b\u00e4g", "-bag", ".bag", "bag ", "a%b", "Receipts", "tagmanifest-x", "a\\b")
)
FILES = st.dictionaries(PATHS, st.binary(max_size=40), max_size=6)
ALGORITHMS = st.sets(st.sampled_from(("md5", "sha512", "sha1"))).map(lambda found: ("sha256", *sorted(found)))


Files = dict[str, bytes]


@pytest.fixture
def here() -> Iterator[Path]:
    """A folder in memory where there is one: every bag is flushed to the disk several times."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def written(folder: Path, name: str, files: Files, tags: Files, algorithms: tuple[str, ...]) -> Path:
    """A bag of BagIt 1.0, made by the sentences of RFC 8493; files that cannot lie beside the others are left out."""
    bag = folder / name
    (bag / "data").mkdir(parents=True)
    there: dict[str, bytes] = {}
    tag_files = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
    for path, data in (*((f"data/{path}", data) for path, data in files.items()), *tags.items()):
        try:
            (bag / path).parent.mkdir(parents=True, exist_ok=True)
            with (bag / path).open("xb") as file:
                file.write(data)
        except OSError:
            continue
        (there if path.startswith("data/") else tag_files)[path] = data
    octets = sum(map(len, there.values()))
    tag_files["bag-info.txt"] = f"Payload-Oxum: {octets}.{len(there)}\n".encode()
    tag_files |= {f"manifest-{each}.txt": manifest(there, each) for each in algorithms}
    tag_files |= {f"tagmanifest-{each}.txt": manifest(tag_files, each) for each in algorithms[:1]}
    for path, data in tag_files.items():
        (bag / path).write_bytes(data)
    return bag


def manifest(files: dict[str, bytes], algorithm: str) -> bytes:
    def plain(path: str) -> str:
        return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")

    lines = (f"{hashlib.new(algorithm, data).hexdigest()}  {plain(path)}\n" for path, data in sorted(files.items()))
    return "".join(lines).encode()


def everything(bag: Path) -> dict[str, bytes]:
    """Every file of a bag but its custody log, which grows as it travels."""
    files = {each.relative_to(bag).as_posix(): each.read_bytes() for each in bag.rglob("*") if each.is_file()}
    return {path: data for path, data in files.items() if not path.startswith("signatures/custody/")}


def bagit_agrees(bag: Path) -> bool:
    try:
        bagit.Bag(str(bag)).validate(processes=1)
    except (bagit.BagError, OSError, ValueError, LookupError, TypeError):
        return False
    return True


def sent_and_received(bag: Path, form: str, folder: Path) -> str:
    """The outcome of the hand-off; what was delivered is received, and compared."""
    before = everything(bag)
    (folder / "out").mkdir(exist_ok=True)
    (result,) = api.handoff(bag, folder / "out", form=form)
    if result.outcome == "refused":
        assert result.reason
        return "refused"
    (taken,) = api.receive([result.package], bags=folder / "in")
    assert taken.outcome == "received", taken.reason
    arrived = Path(taken.bag)
    assert (everything(arrived), (arrived / "data").is_dir()) == (before, True)
    tree = scan(arrived)[0]
    assert bagit_agrees(arrived) or misread(tree, read_manifests(tree, Declaration())[0])
    return "delivered"


def try_one(data: st.DataObject, seen: Counter[str], here: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=here))
    try:
        draw = data.draw
        name = draw(st.just("bag") | BAGS)
        tags = {path: content for path, content in draw(FILES).items() if not path.startswith(("data", "signatures"))}
        bag = written(folder / "src", name, draw(FILES), tags, draw(ALGORITHMS))
        seen[sent_and_received(bag, draw(st.sampled_from(FORMS)), folder)] += 1
    finally:
        shutil.rmtree(folder)


CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)


def all_arrive(count: int, here: Path) -> Counter[str]:
    seen: Counter[str] = Counter()

    @settings(max_examples=count, deadline=None, suppress_health_check=CHECKS, database=None)
    @given(st.data())
    def arrives(data: st.DataObject) -> None:
        try_one(data, seen, here)

    arrives()
    return seen


def test_what_handoff_delivers_receive_takes_and_the_bag_is_the_one_that_went_in(here):
    assert all_arrive(40, here)["delivered"] > 8


@pytest.mark.stress
def test_two_thousand_bags_arrive(here):
    seen = all_arrive(2000, here)
    assert seen["delivered"] > 500, seen


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ODD)
def test_a_file_of_any_name_arrives_or_is_refused_before_it_is_sent(name, form, here):
    bag = written(here / "src", "bag", {name: b"x", f"sub/{name}": b"y"}, {}, ("sha256",))
    assert sent_and_received(bag, form, here) == ("refused" if "\\" in name else "delivered")


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_payload_arrives_with_its_folder(form, here):
    bag = written(here / "src", "bag", {}, {}, ("sha256",))
    assert sent_and_received(bag, form, here) == "delivered"


@pytest.mark.parametrize("name", ["-bag", ".bag", "bag ", "bag.", "data", "Receipts", "a\\b", "\u00e4" * 101])
def test_a_bag_whose_name_no_receiver_takes_is_refused_before_it_is_sent(name, here):
    bag = written(here / "src", name, {"a.txt": b"x"}, {}, ("sha256",))
    assert sent_and_received(bag, "tar", here) == "refused"
    assert not list((here / "out").iterdir())


def test_a_folder_tree_cannot_carry_an_empty_payload_and_says_so(here):
    bag = written(here / "src", "bag", {}, {}, ("sha256",))
    assert sent_and_received(bag, "folder", here) == "refused"
