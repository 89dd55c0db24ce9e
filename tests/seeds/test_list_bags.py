"""A bag of a row of a list: the row as it stands, where it stood, and the page's text for who looks at it."""

import json

from servers.newsroom import PARAGRAPHS, newsroom, pages_for

from archiver.cli import main

HOST = "http://www.example-times.example/news"
LIST = (
    "Titel;Link;Datum;Schlagwörter;Bemerkungen;Farbe\r\n"
    f'"Library opens\r\nagain";{HOST}/0.;04.03.2024;books;private;red\r\n'
)


def run(tmp_path, *options: str) -> dict:
    path = tmp_path / "liste.csv"
    path.write_text(LIST, encoding="utf-8", newline="")
    config = tmp_path / "a.toml"
    notes = "seed_notes = true\n" if "notes" in options else ""
    config.write_text(f'private = "stated"\n{notes}', encoding="utf-8")
    bags = tmp_path / ("with-notes" if "notes" in options else "bags")
    with newsroom(pages_for(range(1))) as site:
        common = ["--pace", "0", "--quiet", "--config", str(config), "--bags", str(bags)]
        assert main(["run", *common, *site.options, str(path)]) == 0
        assert main(["run", *common, *site.options, str(path)]) == 0
        assert site.asked["www.example-times.example", "/news/0"] == 1, "the second run fetches nothing"
    (bag,) = [each for each in bags.iterdir() if not each.name.startswith(".")]
    return {"bag": bag, "record": json.loads((bag / "data/provenance.json").read_text("utf-8"))}


def test_the_row_is_kept_verbatim_with_its_place_and_the_bag_is_valid(tmp_path, capsys):
    made = run(tmp_path)
    seed = made["record"]["seed"]
    row = LIST.partition("\r\n")[2]
    assert (made["bag"] / "data" / seed["file"]).read_bytes() == row.encode()
    assert (seed["original_url"], seed["headline"], seed["date"]) == (f"{HOST}/0", "Library opens again", "2024-03-04")
    assert seed["list"]["name"] == "liste.csv" and seed["list"]["row"] == 1 and seed["lines"] == 2
    assert (seed["list"]["used"], seed["list"]["dropped"]) == (
        *(["Titel", "Link", "Datum", "Schlagwörter", "Bemerkungen"], ["Farbe"]),
    )
    assert (seed["tags"], seed["notes"], seed["url_guessed"]) == (["books"], [], False)
    capsys.readouterr()
    assert main(["validate", str(made["bag"])]) == 0, capsys.readouterr().out
    page = (made["bag"] / "data/ro-crate-preview.html").read_text("utf-8")
    assert PARAGRAPHS[0] in page and "no text of its own" in page


def test_notes_go_into_the_record_where_the_setting_says_so(tmp_path):
    assert run(tmp_path, "notes")["record"]["seed"]["notes"] == ["private"]
