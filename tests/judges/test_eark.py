"""The schemas and Schematron rules of E-ARK, as eark-validator ships them (Apache-2.0; `pip install --no-deps
eark-validator`). The program itself is not run: it fetches vocabularies when it is imported."""

import importlib.util
import re
from pathlib import Path

import pytest
from builders.bags import Builder
from lxml import etree, isoschematron

from archiver.cli import main

FOUND = importlib.util.find_spec("eark_validator")
pytestmark = [pytest.mark.judges, pytest.mark.skipif(FOUND is None, reason="eark-validator is not installed")]
VOCABULARY = {
    "@TYPE_vocabulary_test": "(@TYPE = 'Websites')",
    "@csip:CONTENTINFORMATIONTYPE_vocabulary_test": "(@csip:CONTENTINFORMATIONTYPE = 'MIXED')",
    "@csip:OAISPACKAGETYPE_vocabulary_test": "(@csip:OAISPACKAGETYPE = 'SIP')",
    "@STATUS_vocabulary_test": "(@STATUS = 'CURRENT')",
    "@MIMETYPE_IANA_test": "(@MIMETYPE = 'application/xml' or @MIMETYPE = 'text/plain')",
}
"""What the program puts into the rules from the published vocabularies, as far as our packages use them."""
ONE_SIDED = {"CSIP63", "SIP11", "SIP14"}
"""Rules that no package can keep: CSIP63 asks for an attribute to be absent and not `OTHER` at once; SIP11 and SIP14
forbid the agent and the note that CSIP12 to CSIP16 require."""
SHOULD = {"CSIP113", "CSIP99", "CSIP103"}
"""Errors there, of which the specification says SHOULD, or only for packages without representations of their own
METS: the schemas are not copied into the package."""
OF_PACKAGES = {"CSIP60", "CSIP95", "CSIP114"}
"""Asked of the package's METS file alone."""


def resources() -> Path:
    assert FOUND is not None
    assert FOUND.origin is not None
    return Path(FOUND.origin).parent / "ipxml/resources"


def errors(mets: Path, *kinds: str) -> set[str]:
    document, found = etree.parse(str(mets)), set()
    for kind in kinds:
        rules = sorted((resources() / "schematron/V2.1.0" / kind).glob("*.xml"))
        assert rules
        for each in rules:
            text = each.read_text("utf-8")
            for name, test in VOCABULARY.items():
                text = re.sub(rf"(?<![\w]){re.escape(name)}", test, text)
            judge = isoschematron.Schematron(etree.fromstring(text.encode()), store_report=True)
            judge.validate(document)
            report = judge.validation_report.iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")
            found |= {failed.get("id") for failed in report if failed.get("role") == "ERROR"}
    return found


def test_both_mets_files_keep_schemas_and_rules(tmp_path, capsys):
    (tmp_path / "out").mkdir()
    config = tmp_path / "archiver.toml"
    config.write_text('organisation = "Ostrand County Archive"\n')
    bag = Builder().write(tmp_path / "harbour")
    wanted = ["--for", "eark", "--form", "folder", "--config", str(config)]
    assert main(["handoff", *wanted, str(bag), str(tmp_path / "out")]) == 0
    (package,) = [each for each in (tmp_path / "out").iterdir() if each.is_dir()]
    for mets, name in ((package / "METS.xml", "sip"), (package / "representations/rep1/METS.xml", "csip")):
        schema = etree.XMLSchema(etree.parse(str(resources() / f"schema/mets.{name}.local.v2-0.xsd")))
        assert schema.validate(etree.parse(str(mets))), schema.error_log
    assert errors(package / "METS.xml", "CSIP", "SIP") <= ONE_SIDED | SHOULD
    assert errors(package / "representations/rep1/METS.xml", "CSIP") <= ONE_SIDED | SHOULD | OF_PACKAGES
