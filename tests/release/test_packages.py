"""Wheel and sdist: what is in them, and archiver installed from the wheel and run elsewhere (`make packages`)."""

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from elsewhere import new_environment, run
from places import ROOT

from archiver import __version__

pytestmark = pytest.mark.packages
CODE = frozenset((".py", ".pyc"))

OF_EXTRAS = frozenset(
    ("cryptography", "boto3", "botocore", "distributed", "dask", "pypdf", "docx", "openpyxl", "playwright")
)
OF_OTHERS = "seeds/ukraine-cuts-diplomatic-ties.txt"
"""A seed with a newspaper's text: it is in no package."""


@dataclass(frozen=True)
class Built:
    """The packages, and an environment elsewhere with the wheel in it."""

    wheel: Path
    sdist: Path
    elsewhere: Path

    def archiver(self, *words: object) -> str:
        return run(self.elsewhere / "venv/bin/archiver", *words, cwd=self.elsewhere)

    def python(self, code: str) -> str:
        return run(self.elsewhere / "venv/bin/python", "-c", code, cwd=self.elsewhere)

    def wheel_files(self) -> set[str]:
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    def sdist_files(self) -> set[str]:
        with tarfile.open(self.sdist) as archive:
            return {each.name.partition("/")[2] for each in archive if each.isfile()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Built by `python -m build`: the sdist from the checkout, the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("packages")
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT, cwd=folder)
    [wheel], [sdist] = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    new_environment(folder / "venv", wheel)
    return Built(wheel, sdist, folder)


def tracked(*places: str) -> list[str]:
    """The files of the checkout in these places; all of them where it is no git repository."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", *places], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 0 and done.stdout:
        return [each for each in done.stdout.split("\0") if each and (ROOT / each).is_file()]
    paths = [path for place in places for path in [ROOT / place, *(ROOT / place).rglob("*")] if path.is_file()]
    return [path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts]


def test_twine_finds_nothing_wrong(built):
    said = run(sys.executable, "-m", "twine", "check", "--strict", built.wheel, built.sdist, cwd=built.elsewhere)
    assert said.count("PASSED") == 2


def test_every_file_of_the_package_is_in_the_wheel(built):
    """Schemas, models, XSDs, tables, templates, the demo's newspaper: whatever lies in `archiver/`."""
    expected = set(tracked("archiver"))
    assert len([each for each in expected if Path(each).suffix not in CODE]) > 50
    files = built.wheel_files()
    assert not expected - files
    assert not {each for each in files if not each.startswith((*expected, f"archiver-{__version__}."))}


def test_the_wheel_brings_the_manual_page_and_the_completions(built):
    data = f"archiver-{__version__}.data/data/"
    assert {each.removeprefix(data) for each in built.wheel_files() if each.startswith(data)} == set(tracked("share"))
    assert (built.elsewhere / "venv/share/man/man1/archiver.1").is_file()


def test_the_sdist_has_the_whole_project(built):
    """Documentation, tests and the tools to build all of it, but nothing that is not part of the checkout."""
    files = built.sdist_files()
    expected = {each for each in tracked(".") if each not in (".gitignore", ".gitattributes", OF_OTHERS)}
    assert not expected - files
    assert OF_OTHERS not in files
    made = {"PKG-INFO", "setup.cfg"}
    assert not {each for each in files - set(tracked(".")) - made if not each.startswith("archiver.egg-info/")}


def test_the_metadata_names_version_licence_extras_and_where_to_go(built):
    with zipfile.ZipFile(built.wheel) as archive:
        text = archive.read(f"archiver-{__version__}.dist-info/METADATA").decode()
    assert f"\nVersion: {__version__}\n" in text
    assert "\nLicense-Expression: Apache-2.0\n" in text
    assert len(re.findall(r"^Project-URL: ", text, re.MULTILINE)) >= 4
    assert re.search(r"^Author: \S", text, re.MULTILINE)


def test_the_installed_program_makes_reads_and_validates_bags_elsewhere(built):
    """Every command of the first ten minutes, from another folder, with the wheel alone."""
    assert built.archiver("--version") == f"archiver {__version__}\n"
    where = run(
        built.elsewhere / "venv/bin/python", "-c", "import archiver; print(archiver.__file__)", cwd=built.elsewhere
    )
    assert Path(where.strip()).is_relative_to(built.elsewhere)
    said = built.archiver("demo")
    assert "9 seeds" in said
    bags = sorted((built.elsewhere / "demo-bags").glob("*-*"))
    assert len(bags) == 9
    report = json.loads(built.archiver("validate", "--quiet", "--format", "json", "demo-bags"))
    assert (report["summary"]["bags"], report["summary"]["failed"]) == (9, 0)
    assert "validate" in built.archiver("completion", "bash")
    built.archiver("init")
    built.archiver("show", bags[0])
    built.archiver("export", "--form", "marcxml", "demo-bags")
    built.archiver("certify", "--html", "--output", "certificate.html", bags[0])


def test_every_module_can_be_imported_or_lacks_a_package_of_an_extra(built):
    """With the wheel alone; what is missing is a package of an extra, and nothing of ours."""
    code = """
import importlib, pkgutil, archiver
for each in pkgutil.walk_packages(archiver.__path__, "archiver.", onerror=lambda name: None):
    if each.name.endswith("__main__") or each.name == "archiver.validation.rules.markdown":
        continue
    try:
        importlib.import_module(each.name)
    except Exception as error:
        missing = error if isinstance(error, ImportError) else error.__cause__
        print((getattr(missing, "name", None) or repr(error)).partition(".")[0])
"""
    missing = set(run(built.elsewhere / "venv/bin/python", "-c", code, cwd=built.elsewhere).split())
    assert missing <= {
        "cryptography",
        "boto3",
        "botocore",
        "distributed",
        "dask",
        "pypdf",
        "docx",
        "openpyxl",
        "playwright",
    }
