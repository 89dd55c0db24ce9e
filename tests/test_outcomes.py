"""The table of outcomes, and the page of the documentation that shows it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any, get_args

import pytest
from places import DOCS

from archiver.job.result import Result, Summary
from archiver.model import Outcome, Unread, outcomes
from archiver.model.outcomes import TABLE, Rule, asked_again, rule_for


def test_the_documentation_shows_the_table():
    page = (DOCS / "capture/outcomes.md").read_text("utf-8")
    again = {
        "no": "no",
        "next run": "by the next run",
        "when able": "when what it needs is there",
        "--retry": "`--retry`",
    }
    for rule in TABLE:
        kinds = ", ".join(f"`{kind}`" for kind in (*rule.unread, *rule.truncated))
        outcome = f"`{rule.outcome}`: {kinds}" if kinds else f"`{rule.outcome}`"
        assert f"| {rule.came} | {outcome} | {rule.exit_code} | {again[rule.again]} |" in page


def test_every_kind_of_unread_stands_in_the_table_once():
    kinds = [kind for rule in TABLE for kind in rule.unread]
    assert sorted(kinds) == sorted(
        ("coding", "type", "empty", "cut", "shell", "frameset", "other-page", "notice", "time")
    )
    for kind in kinds:
        assert kind in rule_for("unread", Unread(kind=kind)).unread


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.came)
def test_a_job_ends_with_the_exit_code_of_the_table(rule: Rule, monkeypatch: pytest.MonkeyPatch):
    seed = Result(
        seed="a.txt", url=None, outcome=rule.outcome, bag=None, verdict=None, reason=None, partial=bool(rule.truncated)
    )
    job = Summary()
    job.count(seed)
    assert job.exit_code == rule.exit_code
    changed = tuple(replace(each, exit_code=7) if each is rule else each for each in TABLE)
    monkeypatch.setattr(outcomes, "TABLE", changed)
    assert job.exit_code == 7


def test_a_seed_that_still_waits_is_not_archived():
    assert Summary(counts={"captured": 3, "waiting": 1}).exit_code == 1


@pytest.mark.parametrize(
    ("result", "plain", "retry"),
    [
        (("captured",), False, False),
        (("captured", None, "disconnect"), True, True),
        (("captured", None, "time"), True, True),
        (("captured", None, "length"), False, False),
        (("unread", Unread(kind="empty", needs="retry")), True, True),
        (("unread", Unread(kind="coding")), True, True),
        (("unread", Unread(kind="shell", needs="browser")), False, True),
        (("unread", Unread(kind="other-page")), False, True),
        (("gone",), False, True),
        (("blocked",), False, True),
        (("refused",), False, True),
        (("failed",), True, True),
    ],
)
def test_what_the_next_run_asks_for_again(result, plain, retry):
    assert asked_again(*result) is plain
    assert asked_again(*result, retry=True) is retry


def test_what_was_missing_and_is_there_now_is_a_reason_to_ask_again():
    assert asked_again("unread", Unread(kind="shell", needs="browser"), able={"browser"})
    assert asked_again("captured", None, "length", able={"limits.response_bytes"})
    assert not asked_again("unread", Unread(kind="type"), able={"browser"})


def test_an_outcome_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'lost' is not an outcome"):
        rule_for("lost")


@pytest.mark.parametrize("name", ["receipt.schema.json", "provenance-2.0.schema.json"])
def test_every_outcome_can_be_stated_in_receipts_and_records(name):
    schema = json.loads((files("archiver.schemas") / name).read_text("utf-8"))
    found = [each["outcome"]["enum"] for each in _objects(schema) if "gone" in each.get("outcome", {}).get("enum", ())]
    assert found
    assert all(set(get_args(Outcome)) <= set(each) for each in found)


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(each)
