"""Every rule of the validator, each broken by one deliberate damage to a good bag, the whole report compared."""

from pathlib import Path

import damages
import pytest
from builders.bags import WARC, Builder, chunks, exchange, good_warc, sha256, warc
from damages import DAMAGES, Damage
from damages.warc import ASKED, INFO
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT

from archiver.validation.bagit.path_table import Table, slices
from archiver.validation.rules import package, trust
from archiver.validation.rules.registry import CHECKS, RULES
from archiver.validation.validator import validate_bag

TABLES = (damages.bag, damages.warc, damages.record, damages.package)
ELSEWHERE = {
    **{f"PRIV00{n}": "tests/private/test_private.py" for n in (1, 2, 3)},
    **{f"PRIV00{n}": "tests/private/test_beside.py" for n in (4, 5, 6)},
    **{f"BRK{n:03}": "tests/job/bracket/test_checked.py" for n in range(1, 16)},
    "BAG001": "tests/validation/test_hostile.py",
    "BAG012": "tests/validation/test_hostile.py",
    **{f"BAG0{n}": "tests/validation/test_names_and_fetch.py" for n in (58, 59, 60, 63, 64)},
    "BAG070": "tests/validation/test_second_opinion.py",
    "FIX004": "tests/validation/test_line_ends.py",
    "FIX002": "tests/validation/test_hostile.py",
    "FIX012": "tests/validation/test_hostile.py",
    "WARC006": "tests/validation/test_hostile.py",
    **{f"WARC0{n}": "tests/validation/trust/test_guests.py" for n in range(26, 32)},
    **{f"WACZ0{n}": "tests/transfer/test_wacz_signing.py" for n in (13, 14, 15)},
    "WACZ016": "tests/job/test_second_view.py",
    "TXT006": "tests/validation/test_re_extraction.py",
    "TXT007": "tests/validation/test_re_extraction.py",
    **{f"TXT0{n:02}": "tests/validation/test_re_extraction.py" for n in (8, 9, 10)},
    **{f"TXT0{n}": "tests/validation/test_renderings.py" for n in (11, 12, 13, 14)},
    **{f"PROF{n:03}": "tests/validation/test_profile.py" for n in range(1, 16)},
    **{f"ARC00{n}": "tests/validation/test_archives.py" for n in range(1, 9)},
    **dict.fromkeys(trust.RULES, "tests/validation/trust/test_damaged_signatures.py"),
    **{
        code: "tests/validation/test_derived.py" if rule.check == "original" else "tests/validation/test_groups.py"
        for code, rule in package.RULES.items()
    },
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_a_damage_is_reported_with_exactly_these_findings(damage: Damage, tmp_path: Path):
    report = validate_bag(damage.inflict(tmp_path / "bag"), second_opinion=damage.second_opinion)
    found = [f"{each.code} {each.path}".rstrip() for each in report.findings]
    assert sorted(found) == sorted(damage.expected)
    failed = {RULES[each.code].check for each in report.findings if each.severity == "error"}
    assert failed - {"second-opinion"} == {name for name in CHECKS if report.checks[name] == "failed"}
    assert report.ok == (not failed)


def test_every_rule_has_a_damage():
    shown = {line.split()[0] for damage in DAMAGES for line in damage.expected} | set(ELSEWHERE)
    assert set(RULES) - shown == set()
    assert [path for path in set(ELSEWHERE.values()) if not (ROOT / path).is_file()] == []


def test_the_good_bag_passes_every_check_and_bagit_agrees(tmp_path: Path):
    report = validate_bag(Builder().write(tmp_path / "bag"), second_opinion=True)
    assert report.findings == ()
    assert report.ok
    unsigned = dict.fromkeys(trust.CHECKS, "not checked")
    assert report.checks == dict.fromkeys((*CHECKS, "second-opinion"), "passed") | unsigned


def test_a_bag_without_a_record_is_judged_as_a_bag_that_may_hold_warcs(tmp_path: Path):
    builder = Builder()
    builder.record = None
    report = validate_bag(builder.write(tmp_path / "bag"))
    assert report.findings == ()
    assert [name for name, verdict in report.checks.items() if verdict == "not checked"] == [
        "record",
        "text",
        "seed",
        "wacz",
        "crate",
        *trust.CHECKS,
    ]


def test_two_long_texts_are_shown_from_where_they_differ(tmp_path: Path):
    builder, alike = Builder(), "The harbour reopened. " * 50
    builder.payload["data/text/article.txt"] = f"{alike}Boats left.\n".encode()
    builder.repack[damages.package.PAGES] = lambda rows: [rows[0], rows[1] | {"text": f"{alike}Boats stayed.\n"}]
    report = validate_bag(builder.write(tmp_path / "b"))
    (result,) = [each for each in report.findings if each.code == "WACZ012"]
    before = f"…{alike[-34:]}Boats "
    assert (result.expected, result.found) == (f"{before}left.", f"{before}stayed.")


def test_validation_changes_nothing(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    before = {each: (each.read_bytes(), each.stat().st_mtime_ns) for each in path.rglob("*") if each.is_file()}
    validate_bag(path, second_opinion=True)
    assert before == {each: (each.read_bytes(), each.stat().st_mtime_ns) for each in path.rglob("*") if each.is_file()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_a_seed_are_counted_in_its_encoding_and_with_its_line_ends(encoding: str, end: str, tmp_path: Path):
    builder = Builder()
    data = end.join(["Café", "", "Original url:", "https://news.example/"]).encode(encoding)
    builder.payload["data/seed/harbour.txt"] = data
    builder.record["seed"] |= {"sha256": sha256(data), "lines": 4}
    builder.record["comparison"]["lines"][0]["seed_line"] = 1
    assert validate_bag(builder.write(tmp_path / "bag")).findings == ()


def test_a_chunked_answer_has_the_digest_of_its_body_not_of_its_framing(tmp_path: Path):
    builder = Builder()
    builder.payload[WARC] = good_warc(chunks())
    builder.record["capture"]["exchanges"][0]["bytes"] = len(chunks())
    assert validate_bag(builder.write(tmp_path / "bag")).findings == ()


@pytest.mark.parametrize(
    ("block", "mark", "found"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Ty", "length", []),
        (b"HTT", "disconnect", []),
        (b"HTTP/1.1 200 OK\r\nContent-Ty", None, ["WARC023"]),
        (b"220 mail.example ESMTP\r\n", "length", ["WARC023"]),
    ],
)
def test_a_head_that_was_cut_is_evidence_where_the_record_says_so(block: bytes, mark: str, found: list, tmp_path: Path):
    builder = Builder()
    builder.payload[WARC] = warc(INFO, ASKED, exchange("response", block, {"WARC-Truncated": mark}))
    report = validate_bag(builder.write(tmp_path / "bag"))
    assert [each.code for each in report.findings if each.code.startswith("WARC")] == found


def test_a_byte_flipped_anywhere_in_any_file_is_noticed(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        data = file.read_bytes()
        for at in range(0, len(data), 31):
            file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            assert not validate_bag(path).ok, (file.name, at)
        file.write_bytes(data)
    assert validate_bag(path).findings == ()


@pytest.mark.parametrize("change", ["removed", "cut by a byte", "a byte longer", "emptied", "renamed"])
def test_a_file_changed_as_a_whole_is_noticed_whichever_it_is(change: str, tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        data, other = file.read_bytes(), file.with_name(f"{file.name}.moved")
        if change in ("removed", "renamed"):
            file.rename(other if change == "renamed" else tmp_path / "kept")
        else:
            file.write_bytes({"cut by a byte": data[:-1], "a byte longer": data + b"\n", "emptied": b""}[change])
        assert validate_bag(path).findings, file.name
        other.unlink(missing_ok=True)
        file.write_bytes(data)
    assert validate_bag(path).findings == ()


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_a_bag_too_long_for_memory_has_the_same_findings(damage: Damage, tmp_path: Path, monkeypatch):
    path = damage.inflict(tmp_path / "bag")
    expected = validate_bag(path)
    monkeypatch.setitem(Table.__init__.__kwdefaults__, "spill", 2)
    assert validate_bag(path, cores=2) == expected


@given(st.dictionaries(st.text(), st.binary()), st.dictionaries(st.text(), st.binary()), st.integers(0, 5))
def test_a_table_is_a_sorted_mapping_in_memory_and_on_disk(
    rows: dict[str, bytes], others: dict[str, bytes], spill: int
):
    table, other = Table(rows, spill=spill), Table(others)
    other.update(dict.fromkeys(rows, b"x"))
    assert list(table.sorted()) == sorted(rows.items())
    assert list(table) == sorted(rows)
    assert len(table) == len(rows)
    assert dict(table) == rows
    assert [key in table for key in others] == [key in rows for key in others]
    assert table.get("not there \0", None) is None


@given(st.dictionaries(st.text(), st.binary()), st.dictionaries(st.text(), st.binary()), st.integers(1, 4))
def test_slices_of_tables_are_cut_at_the_same_keys_and_leave_nothing_out(
    rows: dict[str, bytes], others: dict[str, bytes], size: int
):
    seen: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})
    for here, there in slices([Table(rows, spill=0), Table(others)], size):
        assert max(len(here), len(there)) <= size or not rows
        assert all(key > max((*seen[0], *seen[1]), default="") for key in (*here, *there) if seen[0] or seen[1])
        seen[0].update(here)
        seen[1].update(there)
    assert seen == (rows, others)
