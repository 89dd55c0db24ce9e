"""`archiver export --back LIST`: the user's own list again, every byte as it was, with answers behind it."""

import csv
import io
import json
import re

import pytest
from builders.bags import URL, Builder
from hypothesis import given
from hypothesis import strategies as st

import archiver
from archiver.cli import main
from archiver.errors import UsageError
from archiver.exports.item import Item
from archiver.exports.round_trip import ADDED, Answers, write_back

ITEM = Item(
    url=URL, outcome="captured", verdict="same", headline='=HYPERLINK("x"), "q"', bag="harbour", bylines=("Ü, A",)
)
NAMES = [f"archiver_{name}" for name in ADDED]
CELL = st.text(st.sampled_from('ab,";\n\t =é€\u2028'), max_size=8)


def back(place, *items):
    return write_back(place, Answers(items or (ITEM,)))


def split(data, delimiter=",", encoding="utf-8"):
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=4),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_a_spreadsheet_keeps_its_cells_and_what_is_taken_off_again_leaves_its_bytes(
    tmp_path_factory, rows, delimiter, ends, encoding, closed
):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ends)
    writer.writerow(["url", "mine", "x", "y"])
    for each in rows:
        writer.writerow([URL, *each])
    text = out.getvalue() if closed else out.getvalue().removesuffix(ends)
    place = tmp_path_factory.mktemp("list") / ("list.tsv" if delimiter == "\t" else "list.csv")
    place.write_bytes(text.encode(encoding))
    made = back(place)
    found = split(made, delimiter, encoding)
    assert [row[:4] for row in found] == split(place.read_bytes(), delimiter, encoding)
    assert found[0][4:] == NAMES
    assert all(row[4:6] == ["captured", "same"] and len(row) == 4 + len(ADDED) for row in found[1:])
    # Nothing but what was added is new: the bytes of the list are those of the result with gaps.
    rest = iter(made)
    assert all(octet in rest for octet in place.read_bytes())
    assert made.startswith(place.read_bytes()[: len("url")])


def test_cells_that_would_be_formulas_are_neutral_and_the_users_own_stay_as_they_are(tmp_path):
    place = tmp_path / "list.csv"
    place.write_bytes(b"url,mine\r\n%s,=1+1\r\n" % URL.encode())
    (_, row) = split(back(place))
    assert row[1] == "=1+1"
    assert dict(zip(NAMES, row[2:], strict=True))["archiver_headline"] == '\'=HYPERLINK("x"), "q"'


def test_blank_lines_sep_lines_short_rows_and_rows_without_an_address_stay(tmp_path):
    place = tmp_path / "list.csv"
    lines = [
        b"sep=;",
        b"",
        b"url;mine;more",
        URL.encode() + b";1",
        b"",
        b"no address;2;3",
        b'"https://other.example/x";"";',
    ]
    place.write_bytes(b"\n".join(lines))
    made = back(place).split(b"\n")
    assert [each[: len(line)] for each, line in zip(made, lines, strict=True)] == lines
    assert made[0] == b"sep=;"
    assert made[1] == made[4] == b""
    rows = split(b"\n".join(made[2:]), ";")
    assert {len(row) for row in rows if row} == {3 + len(ADDED)}
    assert [row[3] for row in rows if row] == ["archiver_outcome", "captured", "refused", ""]


def test_a_windows_code_page_is_kept_and_a_letter_it_lacks_is_named(tmp_path):
    place = tmp_path / "list.csv"
    place.write_bytes("url,Überschrift\r\n".encode("cp1252") + URL.encode() + ",Die Bären\r\n".encode("cp1252"))
    assert back(place).startswith(b"url,\xdcberschrift,archiver_outcome")
    assert ",Die Bären,captured,".encode("cp1252") in back(place)
    with pytest.raises(UsageError, match="UTF-8"):
        back(place, Item(url=URL, headline="Ελλάδα"))


@pytest.mark.parametrize("text", [f'url,a\n{URL},"never closed', "url,archiver_outcome\nhttps://news.example/a,x\n"])
def test_a_list_that_cannot_be_added_to_is_refused(tmp_path, text):
    place = tmp_path / "list.csv"
    place.write_text(text)
    with pytest.raises(UsageError, match=r"--back .*list\.csv"):
        back(place)


def test_json_lines_and_arrays_keep_every_byte(tmp_path):
    one = tmp_path / "a.jsonl"
    one.write_bytes(b'{"url" :  "%s", "n": 1.0 }\n\n{"other": 1}\n{"url":"https://other.example/"}' % URL.encode())
    made = back(one).split(b"\n")
    assert made[0].startswith(b'{"url" :  "%s", "n": 1.0, "archiver_outcome": "captured"' % URL.encode())
    assert made[0].endswith(b" }")
    assert made[1:3] == [b"", b'{"other": 1}']
    assert json.loads(made[3])["archiver_outcome"] == ""
    many = tmp_path / "a.json"
    items = [
        {"type": "article-newspaper", "id": "x", "URL": URL},
        {"type": "webpage", "id": "y", "URL": URL, "custom": {}},
    ]
    many.write_text(json.dumps(items))
    found = json.loads(back(many))
    assert found[0]["custom"]["archiver_outcome"] == "captured"
    assert {key: value for key, value in found[0].items() if key != "custom"} == items[0]
    assert found[1]["archiver_verdict"] == "same"


def test_ris_is_still_read_by_rispy_with_notes_added(tmp_path):
    import rispy

    place = tmp_path / "a.ris"
    place.write_bytes(
        b"TY  - NEWS\r\nTI  - A\r\nUR  - %s\r\nER  - \r\n\r\nTY  - NEWS\r\nUR  - https://o.example/\r\nER  - \r\n"
        % URL.encode()
    )
    made = back(place)
    found = rispy.loads(made.decode())
    assert "archiver_outcome: captured" in found[0]["notes"]
    assert "notes" not in found[1]
    assert re.sub(rb"N1  - archiver_[^\r]*\r\n", b"", made) == place.read_bytes()


def test_bibtex_is_still_read_by_bibtexparser_with_fields_added(tmp_path):
    from bibtexparser import parse_string

    place = tmp_path / "a.bib"
    place.write_text(
        "@string{x = {y}}\n@misc{a,\n title = {A {B} \\} c},\n url = {" + URL + "}\n}\n\n"
        "@misc(b, url = {https://o.example/})\n"
    )
    made = back(place).decode()
    library = parse_string(made)
    assert library.failed_blocks == []
    assert library.entries[0]["archiver_outcome"] == "captured"
    assert made.endswith("@misc(b, url = {https://o.example/})\n")


def test_endnote_records_get_notes(tmp_path):
    place = tmp_path / "a.enw"
    place.write_text(f"%0 Newspaper Article\n%T A\n%U {URL}\n\n%0 Newspaper Article\n%T B\n%U https://o.example/\n")
    made = back(place).decode()
    assert made.startswith(f"%0 Newspaper Article\n%T A\n%U {URL}\n%Z archiver_outcome: captured\n")
    assert re.sub(r"\n%Z archiver_[^\n]*", "", made) == place.read_text()


def test_bare_addresses_have_no_columns(tmp_path):
    place = tmp_path / "a.txt"
    place.write_text(f"{URL}\nhttps://o.example/b\n")
    with pytest.raises(UsageError, match="no place for columns"):
        back(place)


def test_the_command_matches_by_the_bytes_of_the_row_before_its_address(tmp_path, capsysbinary):
    place = tmp_path / "list.csv"
    place.write_text(f"url,n\n{URL},1\n{URL},2\n")
    first, second = archiver_rows(place)
    for name, seed, verdict in (("one", first, "edited"), ("two", second, "different")):
        builder = Builder()
        builder.record["seed"]["sha256"] = seed.sha256
        builder.record["comparison"]["verdict"] = verdict
        builder.write(tmp_path / "bags" / name)
    place.write_text(f"url,n\n{URL},1\n{URL},2\n{URL},3\n")
    assert main(["export", "--bags", str(tmp_path / "bags"), "--back", str(place)]) == 0
    rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode(), newline="")))
    assert [(row["archiver_verdict"], row["archiver_matched"]) for row in rows[:2]] == [
        ("edited", "row"),
        ("different", "row"),
    ]
    assert rows[2]["archiver_matched"] == "address"


def archiver_rows(place):
    from archiver.seeds.lists import read_list

    return list(read_list(place, origin=str(place)))


def test_a_seed_without_a_bag_is_answered_from_the_ledger(tmp_path, capsysbinary, monkeypatch):
    place = tmp_path / "list.csv"
    place.write_text("url\nhttps://nowhere.invalid/a\n")
    (result,) = archiver.archive([place], bags=tmp_path / "bags", pace=0)
    assert result.outcome == "failed"
    Builder().write(tmp_path / "bags/harbour")
    assert main(["export", "--bags", str(tmp_path / "bags"), "--back", str(place)]) == 0
    (row,) = csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode(), newline=""))
    assert (row["archiver_outcome"], row["archiver_matched"]) == ("failed", "ledger")
    assert "nowhere.invalid" in row["archiver_reason"]
