"""What others publish for the forms we write, where it lies in the folder that ARCHIVER_SCHEMAS names (nothing of it is
in this repository): `oai_dc.xsd` of the Open Archives Initiative, `simpledc20021212.xsd` of DCMI, `xml.xsd` of W3C, the
Library of Congress's `MARC21slim.xsd`, and DSpace's registry of fields (`dspace/config/registries/`),
`dublin-core-types.xml`.

DSpace itself is not run: an item whose field is not registered is refused by its importer, and so here.
"""

import os
import re
from pathlib import Path

import pytest
from builders.bags import Builder
from lxml import etree

from archiver.cli import main

FOLDER = Path(os.environ.get("ARCHIVER_SCHEMAS", "."))
pytestmark = pytest.mark.judges


def published(name: str) -> Path:
    path = FOLDER / name
    if "ARCHIVER_SCHEMAS" not in os.environ or not path.is_file():
        pytest.skip(f"{name} is not there: ARCHIVER_SCHEMAS names the folder of what others publish")
    return path


def schema(home: Path, *names: str) -> etree.XMLSchema:
    """The first schema; what it imports from the network is taken from the same folder."""
    for name in names:
        text = published(name).read_text("utf-8")
        (home / name).write_text(re.sub(r'(schemaLocation=")[^"]*/([^"/]+")', r"\1\2", text), "utf-8")
    return etree.XMLSchema(etree.parse(str(home / names[0]), etree.XMLParser(no_network=True)))


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    builder = Builder()
    builder.record["rights"] |= {"access": "open", "statement": "https://rightsstatements.org/vocab/InC/1.0/"}
    builder.record["rights"]["holder"] = "Ostrand Courier"
    (tmp_path / "bags").mkdir()
    return builder.write(tmp_path / "bags/harbour")


NAMES = {"dc": ("oai_dc.xsd", "simpledc20021212.xsd", "xml.xsd"), "marcxml": ("MARC21slim.xsd",)}


@pytest.mark.parametrize("form", NAMES)
def test_an_export_keeps_the_schema(form: str, bag: Path, tmp_path: Path):
    judge, out = schema(tmp_path, *NAMES[form]), tmp_path / "out.xml"
    assert main(["export", "--form", form, "--output", str(out), str(bag)]) == 0
    tree = etree.parse(str(out))
    elements = [tree] if form == "marcxml" else [etree.ElementTree(each) for each in tree.iter("{*}dc")]
    assert elements
    for each in elements:
        assert judge.validate(each), judge.error_log


def test_every_field_of_an_item_is_in_the_registry_of_dspace(bag: Path, tmp_path: Path):
    registered = set()
    for each in etree.parse(str(published("dublin-core-types.xml"))).iter("dc-type"):
        registered.add((each.findtext("element"), each.findtext("qualifier") or "none"))
    (tmp_path / "out").mkdir()
    assert main(["handoff", "--for", "dspace", str(bag), str(tmp_path / "out")]) == 0
    (item,) = (each for each in (tmp_path / "out").glob("item_*") if each.is_dir())
    values = etree.parse(str(item / "dublin_core.xml")).getroot().findall("dcvalue")
    written = {(each.get("element"), each.get("qualifier")) for each in values}
    assert len(written) > 8
    assert written <= registered
