"""Each extra installed alone into a new environment, and what it is for done there (`make extras`)."""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.pki import issue
from elsewhere import new_environment, run
from places import ROOT

from archiver.demo.tour import SEEDS

pytestmark = pytest.mark.extras
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
SEED = "Slipway repaired\n\nThe slipway at Ebb was mended by hand.\n\nOriginal url: http://www.ebb.example/slipway\n"
NEEDS = "pip install"
"""What a command says that lacks an extra."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def bags(tmp_path_factory):
    """The bags of the demo, made here."""
    folder = tmp_path_factory.mktemp("demo")
    run(sys.executable, "-m", "archiver", "demo", folder / "bags", cwd=folder)
    return folder / "bags"


def trust(here: Path, programs: Path, bags: Path) -> None:
    """Signs a bag and finds the signature."""
    bag = next(bags.glob("hale-light-*"))
    signer = issue("Ada Archivist", issue("Test Root", ca=True), email="ada@archive.example")
    run(programs / "archiver", "sign", *signer.write(here / "keys"), "--no-revocation", bag, cwd=here)
    run(programs / "archiver", "validate", "--require-signature", bag, cwd=here)


def s3(here: Path, programs: Path, bags: Path) -> None:
    """Asks a server that nobody runs: it comes as far as the connection."""
    bag = next(bags.glob("tide-gauge-*"))
    code = "import os, sys; os.environ.update(AWS_ACCESS_KEY_ID='a', AWS_SECRET_ACCESS_KEY='b'); "
    code += "from archiver.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ("handoff", "--endpoint", "http://127.0.0.1:9", bag, "s3://away/bags")
    said = run(programs / "python", "-c", code, *words, cwd=here, codes=(1, 3))
    assert NEEDS not in said
    assert "127.0.0.1:9" in said


def cluster(here: Path, programs: Path, bags: Path) -> None:
    """A job on a scheduler that nobody runs, and Dask's own programs."""
    said = run(programs / "archiver", "run", "--executor", "dask://127.0.0.1:9", SEEDS, cwd=here, codes=(2, 3))
    assert NEEDS not in said
    assert "127.0.0.1:9" in said
    run(programs / "dask", "worker", "--version", cwd=here)


def formats(here: Path, programs: Path, bags: Path) -> None:
    """Reads a seed that is a Word document."""
    code = "import docx, sys; page = docx.Document(); "
    code += "[page.add_paragraph(text) for text in sys.argv[1].split('\\n\\n')]; page.save('a.docx')"
    run(programs / "python", "-c", code, SEED, cwd=here)
    assert "http://www.ebb.example/slipway" in run(programs / "archiver", "read", "a.docx", cwd=here)
    run(programs / "python", "-c", "import pypdf", cwd=here)


def spreadsheet(here: Path, programs: Path, bags: Path) -> None:
    """Exports a table."""
    run(programs / "archiver", "export", "--form", "xlsx", "--output", "bags.xlsx", bags, cwd=here)
    assert (here / "bags.xlsx").read_bytes()[:2] == b"PK"


def publish(here: Path, programs: Path, bags: Path) -> None:
    """Publishes a folder with its search."""
    run(programs / "archiver", "publish", bags, "site", cwd=here)
    assert (here / "site/pagefind/pagefind.js").is_file()


def browser(here: Path, programs: Path, bags: Path) -> None:
    """Looks for a browser that does not exist: it comes as far as starting it."""
    words = ("run", "--browser", "always", "--browser-executable", "/nowhere/chromium", SEEDS / "hale-light.txt")
    said = run(programs / "archiver", *words, cwd=here, codes=(1, 2, 3))
    assert "/nowhere/chromium" in said
    run(programs / "python", "-c", "import playwright.sync_api, cryptography", cwd=here)


def fallback(here: Path, programs: Path, bags: Path) -> None:
    """Reads a page with few words by trafilatura, too."""
    (here / "page.html").write_text("<html><body><div><i>Boats return on Monday.</i></div></body></html>")
    run(programs / "archiver", "extract", "page.html", cwd=here)
    run(programs / "python", "-c", "import trafilatura", cwd=here)


def judges(here: Path, programs: Path, bags: Path) -> None:
    """Each judge says its version."""
    run(programs / "fido", "-v", cwd=here)
    run(programs / "wacz", "--help", cwd=here)
    run(programs / "rocrate-validator", "--version", cwd=here)


def docs(here: Path, programs: Path, bags: Path) -> None:
    """mkdocs with its theme."""
    run(programs / "mkdocs", "--version", cwd=here)
    run(programs / "python", "-c", "import material", cwd=here)


def release(here: Path, programs: Path, bags: Path) -> None:
    """What builds and checks packages."""
    run(programs / "python", "-m", "build", "--version", cwd=here)
    run(programs / "python", "-m", "twine", "--version", cwd=here)


def dev(here: Path, programs: Path, bags: Path) -> None:
    """What the tests need."""
    run(programs / "python", "-c", "import pytest, hypothesis, mypy, trustme, pymarc", cwd=here)


USES: dict[str, Callable[[Path, Path, Path], None]] = {
    each.__name__: each
    for each in (trust, s3, cluster, formats, spreadsheet, publish, browser, fallback, judges, docs, release, dev)
}


def test_every_extra_is_tried():
    assert USES.keys() == EXTRAS.keys()


@pytest.mark.parametrize("extra", sorted(USES))
def test_an_extra_installs_alone_and_does_what_it_is_for(extra, wheel, bags, tmp_path):
    programs = new_environment(tmp_path / "venv", f"{wheel}[{extra}]")
    USES[extra](tmp_path, programs, bags)
