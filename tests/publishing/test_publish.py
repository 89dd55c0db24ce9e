"""`archiver publish`: what is in the folder, what is not, and what the next run changes."""

import gzip
import io
import json
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from lxml import etree
from servers.newsroom import PARAGRAPHS, Answer, article, newsroom

from archiver.cli import main
from archiver.publishing.entry import entry_of

HOST = "www.example-times.example"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
LEVELS = ("open", "restricted", "metadata-only", "closed")
BODY = "zmarkbody"
"""In the middle of every text: only what is open has it."""
EDIT = "zmarkedit"
"""A word of the page that the seed has otherwise."""
PRIVATE = "zmarkprivate"
"""In what nobody may see."""
NAME = "zmarkname"
"""In the names of seeds and bags: a web archive that is open names its files so, and nothing else does."""


def seed(level: str) -> str:
    front = f"---\naccess: {level}\nsupplied_by: {PRIVATE} informant\nobtained_how: {PRIVATE}\n---\n"
    body = "\n\n".join([*PARAGRAPHS, f"Deep within it says {BODY} once.", "It ends with seven words here today."])
    return (
        f"{front}\nLibrary zmark{level} opens\n\nMarch 4, 2024\n\n{body}\n\nOriginal url:\n\n<http://{HOST}/{level}>\n"
    )


def page(level: str) -> bytes:
    texts = [*PARAGRAPHS, f"Deep within it says {BODY} once.", f"It ends with {EDIT} words here today."]
    return article(f"Library zmark{level} opens", texts)


@pytest.fixture(scope="module")
def bags(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("publish")
    (folder / "seeds").mkdir()
    for level in LEVELS:
        (folder / "seeds" / f"{NAME}-{level}.txt").write_text(seed(level), "utf-8")
    with newsroom({(HOST, f"/{level}"): Answer(page(level)) for level in LEVELS}) as site:
        where = ["--bags", str(folder / "bags"), "--quiet", "--browser", "never", "--pace", "0", *site.options]
        settings = folder / "archiver.toml"
        settings.write_text(f'contact_email = "{PRIVATE}@example.org"\norganisation = "County Archive"\n')
        assert main(["run", str(folder / "seeds"), "--config", str(settings), *where]) == 0
    return folder / "bags"


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, what is packed in it as well, by its path."""
    found: dict[str, bytes] = {}

    def add(name: str, data: bytes) -> None:
        found[name] = data
        if data[:2] == b"\x1f\x8b":
            pieces = io.BytesIO(data)
            with suppress(OSError, EOFError, zlib.error):
                add(f"{name}!", gzip.GzipFile(fileobj=pieces).read())
        if data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                for each in file.namelist():
                    add(f"{name}!{each}", file.read(each))

    for path in folder.rglob("*"):
        if path.is_file():
            add(path.relative_to(folder).as_posix(), path.read_bytes())
    return found


def those_with(folder: Path, word: str) -> set[str]:
    return {name for name, data in everything(folder).items() if word.encode() in data or word in name}


def publish(bags: Path, target: Path, *more: str) -> int:
    return main(["publish", str(bags), str(target), *more])


def test_nothing_that_the_gate_closes_is_in_any_byte_of_the_folder(bags, tmp_path):
    site = tmp_path / "site"
    assert publish(bags, site, "--base-url", "https://archive.example/") == 0
    assert not those_with(site, "zmarkclosed")
    assert those_with(site, "zmarkrestricted") and those_with(site, "zmarkmetadata-only")
    # full text, and whatever is made of it, of the open one alone
    full = {name for name in those_with(site, BODY) if not name.startswith("pagefind/")}
    assert full and all("zmarkopen" in name for name in full)
    texts = [data for name, data in everything(site).items() if name.startswith("pagefind/") and BODY.encode() in data]
    assert all(b"zmarkopen" in each for each in texts if b"zmark" in each and b"Library" in each)
    # differing words also of the restricted one, not of the one of metadata only
    assert any("zmarkrestricted" in name for name in those_with(site, EDIT))
    assert not any("metadata-only" in name for name in those_with(site, EDIT))
    # the contact is in the requests that were made, and in nothing else; who supplied a seed is nowhere
    assert all(".warc.gz" in name for name in those_with(site, PRIVATE))
    assert not those_with(site, "informant")
    assert all("/replay.wacz" in name for name in those_with(site, NAME))


def test_headline_outlet_credits_verdict_and_how_to_check_are_shown_of_a_restricted_bag(bags, tmp_path):
    publish(bags, tmp_path / "site")
    (path,) = (tmp_path / "site/bags").glob("*zmarkrestricted*.html")
    text = path.read_text("utf-8")
    assert "Compared with the kept document: edited" in text
    assert "<del>seven</del> <ins>zmarkedit</ins>" in text
    assert f'href="http://{HOST}/restricted"' in text
    assert 'href="../check.html"' in text
    assert "urn:uuid:" in text
    assert PARAGRAPHS[0] not in text


@pytest.mark.parametrize(
    ("outcome", "shown"), [("captured", "different (another text)"), ("gone", "gone"), ("blocked", "blocked")]
)
def test_the_list_compares_only_what_is_the_article(outcome, shown):
    record = {"capture": {"outcome": outcome}, "comparison": {"verdict": "different"}}
    entry = entry_of(record, seal="a", identifier="b", excerpts=False, whole=False, language="en")
    assert entry.row()[-1] == shown


def test_a_second_run_writes_nothing_and_a_takedown_is_gone_from_the_folder(bags, tmp_path, capsys):
    site = tmp_path / "site"
    publish(bags, site)
    before = {
        path: path.stat().st_mtime_ns for path in site.rglob("*") if path.is_file() and "pagefind" not in str(path)
    }
    capsys.readouterr()
    assert publish(bags, site, "--json") == 0
    assert json.loads(capsys.readouterr().out)["written"] == 0
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    (taken,) = bags.glob(f"{NAME}-open-*")
    assert main(["takedown", str(taken), "--reason", "asked for"]) == 0
    try:
        assert publish(bags, site) == 0
        assert not those_with(site, "zmarkopen") and not those_with(site, BODY)
    finally:
        assert main(["takedown", str(taken), "--reason", "given back", "--lift"]) == 0
    assert publish(bags, site) == 0
    assert those_with(site, "zmarkopen")


def test_a_restriction_noted_since_takes_text_and_replay_out(bags, tmp_path):
    site = tmp_path / "site"
    publish(bags, site)
    (path,) = bags.glob(f"{NAME}-open-*")
    assert any(name.endswith("replay.wacz") for name in everything(site))
    main(["restrict", str(path), "--access", "metadata-only", "--reason", "asked for"])
    try:
        publish(bags, site)
        assert those_with(site, "zmarkopen")
        assert not those_with(site, BODY) and not {each for each in those_with(site, EDIT) if "zmarkopen" in each}
        assert not any(name.endswith("replay.wacz") for name in everything(site))
    finally:
        main(["restrict", str(path), "--lift", "--reason", "given back"])


def test_a_folder_of_somebody_elses_is_left_alone(bags, tmp_path, capsys):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("mine")
    assert publish(bags, tmp_path / "site") == 2
    assert "did not write" in capsys.readouterr().err
    assert (tmp_path / "site/index.html").read_text() == "mine"
    assert publish(bags, bags / "site") == 2
    assert not (bags / "site").exists()


def test_the_feed_is_atom_and_the_sitemap_names_every_page(bags, tmp_path):
    site = tmp_path / "site"
    assert publish(bags, site, "--base-url", "https://archive.example/news", "--title", "Kept & <shown>") == 0
    feed = etree.fromstring((site / "feed.xml").read_bytes())
    assert feed.findtext("a:title", namespaces=ATOM) == "Kept & <shown>"
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == 3
    for each in (feed, *entries):  # RFC 4287, 4.1.1 and 4.1.2
        assert all(each.findtext(f"a:{name}", namespaces=ATOM) for name in ("id", "title", "updated"))
    assert all(each.findtext("a:author/a:name", namespaces=ATOM) for each in entries)
    links = [each.find("a:link", ATOM).get("href") for each in entries]
    places = etree.fromstring((site / "sitemap.xml").read_bytes()).xpath("//*[local-name()='loc']/text()")
    assert set(places) == {"https://archive.example/news/", *links}
    assert all((site / each.removeprefix("https://archive.example/news/")).is_file() for each in links)


@pytest.mark.parametrize("address", ["ftp://a.example/", "https://a.example/?x", "a.example", "https://u@a.example/"])
def test_a_base_that_is_no_address_is_refused_before_anything_is_written(bags, tmp_path, address):
    assert publish(bags, tmp_path / "site", "--base-url", address) == 2
    assert not (tmp_path / "site").exists()
