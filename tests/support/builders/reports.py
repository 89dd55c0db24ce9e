"""Reports, and the schema that they keep."""

import json
from importlib.resources import files

from jsonschema import Draft202012Validator

from archiver.model import Report
from archiver.validation.rules.registry import finding

HOSTILE = Report(
    bag="bags/\x1b[31mred",
    checks={"structure": "failed"},
    findings=(finding("BAG030", "bag-info.txt", line=3, found="a\x07b\u202ec\ud800\u00a0d"),),
)


def schema(name: str) -> Draft202012Validator:
    content = json.loads((files("archiver.schemas") / name).read_text("utf-8"))
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)
