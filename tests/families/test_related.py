"""`archiver related`: bags of several papers with one agency's story."""

import json
from pathlib import Path

import pytest
from builders.bags import Builder
from jobs.whole import Job, html
from pages.wire_copy import Newsdesk
from servers.newsroom import article
from servers.wire import Server

from archiver.cli import main
from archiver.families.member import item_and_text
from archiver.view.open_bag import OpenBag

BYLINE = '<meta name="author" content="{}">'
PAPERS = ("www.morning.example", "evening.example", "www.alone.example", "m.short.example")
MARKER = "Zanzibarquay"


def seed(host: str) -> str:
    return f"The ferry line is sold\n\nMarch 1, 2026\n\nSomething.\n\nOriginal url: http://{host}/news/ferry\n"


@pytest.fixture
def bags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A story in three papers, one of which has another story; what the evening paper made of it is known."""
    desk, job, folder = Newsdesk(77), Job(tmp_path / "bags", capsys), tmp_path / "seeds"
    story = desk.story(9).lines
    other = desk.story(9).lines
    evening = [desk.sentence() + MARKER, *story[1:5], story[5].replace(story[5].split()[3], "elsewhere"), *story[6:8]]
    texts = {
        PAPERS[0]: [*story, "AFP contributed reporting."],
        PAPERS[1]: evening,
        PAPERS[2]: other,
        PAPERS[3]: [*story[:3], "AFP contributed reporting."],
    }
    folder.mkdir()
    for number, (host, text) in enumerate(texts.items()):
        (folder / f"{number}.txt").write_text(seed(host))
        page = html(article("The ferry line is sold", text, head=BYLINE.format("Ada Bly") if number == 0 else ""))
        with Server({"/news/ferry": [page]}) as server:
            job.run(folder / f"{number}.txt", server, "--browser", "never")
    return job.bags


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[dict], str]:
    capsys.readouterr()
    code = main(["related", "--json", *map(str, arguments)])
    out = capsys.readouterr()
    return code, [json.loads(line) for line in out.out.splitlines()], out.err


def test_a_family_says_what_each_paper_cut_added_and_left_uncredited(bags: Path, capsys):
    code, (family,), _ = printed(capsys, bags)
    assert code == 0
    assert family["agencies"] == ["Agence France-Presse"]
    assert "morning.example" in family["base"]["url"]
    assert family["base"]["bylines"] == ["Ada Bly"]
    evening, short = sorted(family["members"], key=lambda each: each["url"])
    assert "evening.example" in evening["url"]
    assert evening["uncredited"] == ["Agence France-Presse"]
    assert evening["bylines_dropped"] == ["Ada Bly"]
    assert any(MARKER in line for line in evening["added"])
    assert any("elsewhere" in change["page"] for change in evening["changed"])
    assert short["uncredited"] == []
    assert len(short["cut"]) >= 5
    assert short["added"] == []
    assert evening["earlier"] == []


def test_people_are_shown_the_same(bags: Path, capsys):
    capsys.readouterr()
    assert main(["related", str(bags)]) == 0
    out = capsys.readouterr().out
    assert "does not credit Agence France-Presse, as others of the family do" in out
    assert MARKER in out


def test_of_two_bags_of_one_address_the_last_counts_and_names_the_other(bags: Path, capsys, tmp_path: Path):
    desk = Newsdesk(77)
    story = desk.story(9).lines
    with Server({"/news/ferry": [html(article("The ferry line is sold", story))]}) as server:
        _, (result,) = Job(bags, capsys).run(bags.parent / "seeds" / "1.txt", server, "--recapture", "--browser=never")
    _, (family,), _ = printed(capsys, bags)
    (again,) = [each for each in [family["base"], *family["members"]] if "evening" in each["url"]]
    assert again["bag"] == Path(result["bag"]).name
    assert len(again["earlier"]) == 1


def test_what_the_gate_holds_back_is_left_out_and_no_words_of_what_may_not_be_copied(bags: Path, capsys):
    evening = next(
        each for each in bags.iterdir() if each.name.startswith("1-") and (each / "bag-info.txt").exists()
    ).name
    assert main(["restrict", "--access", "metadata-only", "--reason", "x", str(bags / evening)]) == 0
    _, (family,), _ = printed(capsys, bags)
    (held,) = [each for each in family["members"] if each["bag"] == evening]
    assert (held["cut"], held["added"], held["changed"]) == (None, None, None)
    assert held["cut_words"] > 0
    assert MARKER not in json.dumps(family)
    assert main(["takedown", "--reason", "x", str(bags / evening)]) == 0
    _, (family,), error = printed(capsys, bags)
    assert evening not in json.dumps(family)
    assert f"{evening} is left out: held back" in error


def test_a_bag_that_cannot_be_read_is_named_and_the_exit_code_says_so(bags: Path, capsys):
    broken = bags / "broken"
    (broken / "data").mkdir(parents=True)
    code, families, error = printed(capsys, bags)
    assert (code, len(families)) == (1, 1)
    assert "broken is left out" in error


def test_the_keys_of_json_are_documented(bags: Path, capsys):
    _, (family,), _ = printed(capsys, bags)
    documented = (Path(__file__).parents[2] / "docs/show/related.md").read_text("utf-8")
    for table in (family, family["base"], *family["members"]):
        assert [key for key in table if f"`{key}`" not in documented] == []


def test_the_text_that_a_browser_showed_stands_in_for_one_that_scripts_make(tmp_path: Path):
    builder = Builder()
    builder.record["capture"]["outcome"] = "unread"
    builder.record["rendering"] = {"text": {"file": "rendering/article.txt"}}
    builder.payload["data/rendering/article.txt"] = b"What the browser showed.\n"
    with OpenBag(builder.write(tmp_path / "bag")) as bag:
        assert item_and_text(bag)[1] == ["What the browser showed."]


def test_the_text_of_an_error_page_is_not_the_articles(tmp_path: Path):
    builder = Builder()
    builder.record["capture"]["outcome"] = "gone"
    with OpenBag(builder.write(tmp_path / "bag")) as bag:
        assert item_and_text(bag)[1] is None
