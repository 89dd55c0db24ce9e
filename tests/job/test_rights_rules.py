"""`[[rights]]`: rules meet what credits and claims say, and the record has the rule that decided."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs.whole import HOST, Job, html, seeds
from servers.wire import Server

from archiver.cli import main
from archiver.config import configured, load
from archiver.credits.people import agencies
from archiver.errors import UsageError
from archiver.job.rights_rule import _full_name
from archiver.ledger.restrictions import LOG, Gate, Restrictions
from archiver.rights.gate import LEVELS, Restriction, access_of
from archiver.rights.rules import Facts, RightsRule, decide, rules_of

TODAY = date(2026, 11, 30)


def facts(**known):
    stated = {
        "agencies": [],
        "publishers": [],
        "addresses": [],
        "dates": [],
        "list_name": None,
        "full_name": _full_name,
    } | known
    return Facts.of(**stated)


def one(rule, **known):
    return decide(rules_of([{"access": "closed", **rule}], "here"), facts(**known), _full_name) is not None


@pytest.mark.parametrize("named", ["AFP", "Agence France-Presse", "afp ", "AGENCE FRANCE-PRESSE"])
@pytest.mark.parametrize("credited", ["AFP", "Agence France-Presse"])
def test_an_agency_is_known_by_any_of_its_names(named, credited):
    assert one({"agency": named}, agencies=[credited])
    assert one({"agency": named}, publishers=[credited])
    assert not one({"agency": named}, agencies=["Reuters"])


def test_every_agency_of_the_table_is_met_by_its_short_and_its_full_name():
    for agency in set(agencies.table().values()):
        assert one({"agency": agency.name}, agencies=[agency.full]), agency
        assert one({"agency": agency.full}, agencies=[agency.name]), agency


def test_a_job_names_the_rules_of_agencies_that_are_not_in_the_table(tmp_path, capsys):
    rules = "".join(f'[[rights]]\nagency = "{name}"\naccess = "closed"\n' for name in ("afp", "AFPP", "Reuters"))
    (tmp_path / "a.toml").write_text(rules)
    (tmp_path / "a.txt").write_text("Original url: https://a.example/x\n")
    assert main(["run", "--dry-run", "--config", str(tmp_path / "a.toml"), str(tmp_path / "a.txt")]) == 0
    (said,) = [each for each in capsys.readouterr().err.splitlines() if "table of agencies" in each]
    assert "agency = AFPP: " in said


def test_a_site_is_its_host_and_those_below_it():
    for address in ("https://www.courier.example/a", "http://news.courier.example:8080/", "https://courier.example"):
        assert one({"site": "courier.example"}, addresses=[address])
        assert one({"site": "https://www.courier.example/"}, addresses=[address])
    for address in ("https://othercourier.example/", "https://courier.example.evil.example/", "", "http://[x"):
        assert not one({"site": "courier.example"}, addresses=[address])


def test_days_are_both_included_and_an_unknown_day_may_be_one_of_them():
    rule = {"from": "1990-01-01", "to": date(1999, 12, 31)}
    assert one(rule, dates=["1999-12-31T23:00:00Z"])
    assert one(rule, dates=["1990-01-01"])
    assert not one(rule, dates=["2000-01-01"])
    assert one(rule, dates=["2000-01-01", "1999-01-01"])
    assert one(rule, dates=[])
    assert one(rule, dates=["yesterday"])


def test_all_that_a_rule_names_must_fit():
    rule = {"agency": "AFP", "list": "a.csv"}
    assert one(rule, agencies=["AFP"], list_name="a.csv")
    assert not one(rule, agencies=["AFP"], list_name="b.csv")
    assert not one(rule, agencies=[], list_name="a.csv")


RULES = st.lists(
    st.builds(
        RightsRule,
        access=st.sampled_from(LEVELS[:4]),
        list=st.sampled_from(["a", "b"]),
        until=st.sampled_from([None, date(2027, 1, 1), date(2030, 1, 1)]),
    ),
    max_size=5,
)


@given(RULES, st.permutations(range(5)))
def test_the_narrowest_rule_decides_in_whatever_order_and_what_goes_on_after_it_is_kept(rules, order):
    found = decide(rules, facts(list_name="a"), str)
    mixed = decide([rules[n] for n in order if n < len(rules)], facts(list_name="a"), str)
    fitting = [rule for rule in rules if rule.list == "a"]
    if not fitting:
        assert found is None
        return
    assert (found.rule.access, found.rule.until, found.after) == (mixed.rule.access, mixed.rule.until, mixed.after)
    assert LEVELS.index(found.rule.access) == max(LEVELS.index(rule.access) for rule in fitting)
    rights = {"access": found.rule.access, "rule": "r", "until": found.rule.until and str(found.rule.until)}
    for day in (TODAY, date(2028, 1, 1)):
        level = access_of({**rights, "access_after": found.after}, day).level
        holding = [rule for rule in fitting if rule.until is None or day < rule.until]
        least = max((LEVELS.index(rule.access) for rule in holding), default=0)
        assert LEVELS.index(level) >= least


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("access", "embargo", "until", "rule"), st.text() | st.integers()))
    | st.none()
    | st.text()
)
def test_what_cannot_be_read_is_restricted_or_narrower(rights):
    words = rights.get("access") if isinstance(rights, dict) else None
    level = access_of(rights, TODAY).level
    if not (isinstance(words, str) and words.strip().lower() == "open"):
        assert LEVELS.index(level) >= 1


def test_a_restriction_makes_narrower_only_and_ends_on_its_day():
    noted = Restriction(level="restricted", reason="x", until=date(2027, 1, 1))
    assert access_of({"access": "closed"}, TODAY, noted).level == "closed"
    assert access_of({"access": "open"}, TODAY, noted).level == "restricted"
    assert access_of({"access": "open"}, date(2027, 1, 1), noted).level == "open"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rights]]\nagency = 'AFP'", "no. 1: access must be one of"),
        ("[[rights]]\naccess = 'closed'", "it names nothing"),
        ("[[rights]]\naccess = 'closed'\nagency = 3", "agency must be one line"),
        ("[[rights]]\naccess = 'closed'\nagencies = 'AFP'", "unknown key agencies"),
        ("[[rights]]\naccess = 'closed'\nsite = 'a.example'\nuntil = '2030'", "until = '2030' is not a day"),
        ("rights = 'closed'", "rights = 'closed' has the wrong type"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_with_its_number(tmp_path, text, says):
    (tmp_path / "archiver.toml").write_text(text)
    with pytest.raises(UsageError) as error:
        load(tmp_path / "archiver.toml", {})
    assert says in str(error.value)


def test_programs_give_rules_too():
    (rule,) = configured({"rights": [{"agency": "AFP", "access": "closed"}]}).rights
    assert rule.agency == "AFP"
    assert "rights" not in configured({"rights": [{"agency": "AFP", "access": "closed"}]}).stated()


TOML = """access = "open"
[[rights]]
agency = "Agence France-Presse"
access = "metadata-only"
until = 2035-01-01
statement = "of the agency"
"""


@pytest.mark.parametrize(
    ("line", "own", "access", "ruled"),
    [
        ("AFP contributed reporting.", None, "metadata-only", True),
        ("A last paragraph.", None, "open", False),
        ("AFP contributed reporting.", "open", "metadata-only", True),
        ("AFP contributed reporting.", "closed", "closed", False),
    ],
)
def test_a_job_writes_the_rule_that_decided_into_the_record(tmp_path, capsys, line, own, access, ruled):
    (tmp_path / "archiver.toml").write_text(TOML)
    folder = seeds(tmp_path / "seeds", 1)
    (seed,) = folder.iterdir()
    text = seed.read_text().replace("\nOriginal url:", f"\n{line}\n\nOriginal url:")
    seed.write_text(f"---\naccess: {own}\n---\n{text}" if own else text)
    page = f"<article><h1>A</h1><p>{'Words of an article. ' * 20}</p><p>{line}</p></article>".encode()
    with Server({"/news/1": [html(page)]}) as server:
        job = Job(tmp_path / "bags", capsys)
        _, (result,) = job.run(folder, server, "--config", str(tmp_path / "archiver.toml"))
    assert job.valid(result["bag"]), HOST
    rights = job.record(result["bag"])["rights"]
    assert rights["access"] == access
    info = (tmp_path / "bags" / result["bag"] / "bag-info.txt").read_text()
    assert f"Rights-Access: {access}\n" in info
    if ruled:
        assert rights["rule"] == "agency = Agence France-Presse, access = metadata-only, until = 2035-01-01"
        assert (rights["until"], rights["access_after"], rights["statement"]) == ("2035-01-01", "open", "of the agency")
    else:
        assert "rule" not in rights
        assert "until" not in rights


def test_a_log_that_cannot_be_read_ends_the_command_and_a_half_line_is_not_grown_into(tmp_path, capsys):
    from builders.bags import Builder

    from archiver.cli import main
    from archiver.errors import StorageError

    bag = Builder().write(tmp_path / "bags/harbour")
    before = {path: path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    assert main(["takedown", "--reason", "court\norder", str(bag)]) == 0
    assert {path: path.read_bytes() for path in bag.rglob("*") if path.is_file()} == before
    assert Restrictions(tmp_path / "bags").in_force[0].reason == "court order"
    moved = bag.rename(tmp_path / "bags/other-name")
    assert Gate(TODAY).access_of_folder(moved).level == "taken-down"  # by its identifier
    capsys.readouterr()
    assert main(["restrict", "--list", "--bags", str(tmp_path / "bags")]) == 0
    assert "harbour: taken-down, noted" in capsys.readouterr().out
    log = tmp_path / "bags" / LOG
    log.write_bytes(log.read_bytes()[:-9])
    with pytest.raises(StorageError, match=r"access\.jsonl:1 is not a line"):
        Restrictions(tmp_path / "bags")
    for words in (["export", "--bags", str(tmp_path / "bags")], ["handoff", str(moved), str(tmp_path)]):
        assert main(words) == 3
    assert main(["restrict", "--reason", "x", str(moved)]) == 0
    assert log.read_bytes().count(b"\n") == 2


def test_nothing_is_lifted_where_nothing_is_noted_and_a_reason_is_required(tmp_path, capsys):
    from builders.bags import Builder

    from archiver.cli import main

    bag = Builder().write(tmp_path / "bags/harbour")
    assert main(["restrict", "--lift", "--reason", "x", str(bag)]) == 2
    assert main(["restrict", str(bag)]) == 2
    assert main(["takedown", "--reason", "x", "--bags", str(tmp_path / "bags")]) == 2
    assert main(["takedown", "--reason", "x", "--until", "soon", str(bag)]) == 2
    assert not (tmp_path / "bags" / LOG).exists()
