"""Credits of a page wherever they stand: sign-offs, bylines, elements beside images, data; and who is not a name."""

import json

import pytest
from growth import grows_no_faster_than_linear
from pages.articles import BODY, a_page, escaped
from places import SHARED

from archiver.article.analyse import read
from archiver.article.saved_page import saved_page
from archiver.credits.people import vocabulary
from archiver.credits.people.name_gate import names_of, undated

TEXT = BODY[:-1]


def credited(page) -> set[tuple[str, str]]:
    return {(each.name, each.role) for each in read(None, page).article.credits}


@pytest.mark.parametrize(
    "markup",
    [
        "<p>{}</p>",
        "<p><i>{}</i></p>",
        "<div class='source'>{}</div>",
        "<footer><p>{}</p></footer>",
        "<div><span>{}</span></div>",
        "<p class='agency'><em>{}</em></p>",
        "<section><div class='article-source'>{}</div></section>",
    ],
)
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("AFP contributed reporting.", {("AFP", "contributor")}),
        ("Quelle: ntv.de, ino/dpa", {("ntv.de", "source"), ("dpa", "source")}),
        ("(Reporting by Mia Holm; Editing by Jon Lind)", {("Mia Holm", "author"), ("Jon Lind", "editor")}),
        ("mit dpa", {("dpa", "contributor")}),
        ("Übersetzung: Mia Holm", {("Mia Holm", "translator")}),
    ],
)
def test_a_sign_off_is_read_whatever_element_it_stands_in(markup, line, found):
    page = a_page(*escaped(*TEXT))
    body = page.body.replace(b"</article>", f"{markup.format(line)}</article>".encode())
    assert credited(type(page)(url=page.url, status=200, headers=page.headers, body=body)) >= found


@pytest.mark.parametrize(
    ("beside", "found"),
    [
        ("<figure><img src=a.jpg><cite>Mia Holm/Getty Images</cite></figure>", {"Mia Holm", "Getty Images"}),
        ("<figure><img src=a.jpg><span class=image__credit>Mia Holm</span></figure>", {"Mia Holm"}),
        (
            "<div class=p><img src=a.jpg><div class=media-copyright>© Reuters / Mia Holm</div></div>",
            {"Reuters", "Mia Holm"},
        ),
        ("<div class=image><img src=a.jpg><p class=credit>(Mia Holm / Associated Press)</p></div>", {"Mia Holm", "AP"}),
        ("<figure><img src=a.jpg><small>Foto: Mia Holm/dpa</small></figure>", {"Mia Holm", "dpa"}),
        ("<figure><img src=a.jpg><p class=bildrechte>Bildrechte: MDR/Mia Holm</p></figure>", {"MDR", "Mia Holm"}),
        ("<div><img src=a.jpg><span class=photo-author>Shutterstock</span></div>", {"Shutterstock"}),
        ("<figure><img src=a.jpg><span class=credit>The crane on the old pier.</span></figure>", set()),
        ("<figure><img src=a.jpg><span class=credit>Read more</span></figure>", set()),
        ("<div class=credit-cards><img src=a.jpg><span class=credit-card>Best Credit Cards</span></div>", set()),
        ("<div><img src=a.jpg><p class=text-copy>Harbour Mornings</p></div>", set()),
        ("<div class=comment><img src=me.jpg><cite>Karol</cite></div>", set()),
    ],
)
def test_what_stands_beside_an_image_and_is_named_a_credit_credits_it(beside, found):
    page = a_page(*escaped(*TEXT), above=beside)
    images = {each.name for each in read(None, page).article.credits if each.of == "image"}
    assert images == found


def test_the_foot_of_a_site_credits_no_image():
    page = a_page(*escaped(*TEXT))
    foot = b"<footer><img src=logo.png><div class=copyright>Harbour Media 2024</div></footer></body>"
    page = type(page)(url=page.url, status=200, headers=page.headers, body=page.body.replace(b"</body>", foot))
    assert credited(page) == set()


def test_images_in_data_are_credited_as_it_says():
    image = {
        "@type": "ImageObject",
        "creditText": "Mia Holm/Reuters",
        "creator": {"@type": "Person", "name": "Jon Lind"},
        "copyrightNotice": "© 2024 Harbour Archive",
    }
    data = {"@type": "NewsArticle", "headline": "Council", "image": [image, "http://a.example/b.jpg"]}
    head = f"<script type='application/ld+json'>{json.dumps(data)}</script>"
    found = read(None, a_page(*escaped(*TEXT), head=head)).article.credits
    assert {(each.name, each.role, each.source) for each in found} == {
        ("Mia Holm", "photo", "json-ld"),
        ("Reuters", "photo", "json-ld"),
        ("Jon Lind", "photo", "json-ld"),
        ("Harbour Archive", "rights", "json-ld"),
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mia Holm", ["Mia Holm"]),
        ("April Jones", ["April Jones"]),
        ("St. Louis Courier", ["St. Louis Courier"]),
        ("U.S. Navy", ["U.S. Navy"]),
        ("Credit... Mia Holm", ["Mia Holm"]),
        ("Photo by Mia Holm", ["Mia Holm"]),
        ("Analysis by Mia Holm", ["Mia Holm"]),
        ("Courtesy of the ICJ", ["ICJ"]),
        ("Mia Holm. Sputnik International", ["Mia Holm", "Sputnik International"]),
        ("Mia Holm/File Photo", ["Mia Holm"]),
        ("MDR THÜRINGEN Stand", ["MDR THÜRINGEN"]),
        ("Mia Holm Monday", ["Mia Holm"]),
        ("November 18", []),
        ("2019. REUTERS", ["REUTERS"]),
        ("IGN Staff Updated", []),
        ("IGN Staff", []),
        ("Monday", []),
        ("May", []),
        ("18 Nov 2019", []),
        ("Credit", []),
        ("Inc", []),
        ("", []),
        ("x" * 300, []),
    ],
)
def test_one_gate_for_all_names(text, names):
    assert names_of(text) == names


@pytest.mark.parametrize(
    "behind",
    [
        " Monday, November 18",
        " Updated: 9:38 pm",
        ", 3. März 2024",
        " | 12/03/2024",
        " Stand: 28. April",
        " - 2024-03-12",
    ],
)
def test_the_time_behind_a_byline_is_no_part_of_it(behind):
    assert undated(f"Mia Holm{behind}").strip(" ,|-") == "Mia Holm"


def test_a_new_language_is_one_file(tmp_path, monkeypatch):
    (tmp_path / "lang").mkdir()
    (tmp_path / "lang" / "xx.toml").write_text(
        "months = ['Frimaire']\nupdated = ['oprava']\nlabels = ['svitlo']\n", "utf-8"
    )
    for cached in (vocabulary.terms, vocabulary._languages, vocabulary.pattern):
        cached.cache_clear()
    monkeypatch.setattr(vocabulary, "files", lambda _: tmp_path)
    try:
        assert undated("Mia Holm 3 Frimaire") == "Mia Holm"
        assert undated("Mia Holm oprava: 9.30") == "Mia Holm"
        assert vocabulary.any_of("labels") == "svitlo"
        assert vocabulary.any_of("source") == "(?!)"
    finally:
        monkeypatch.undo()
        for cached in (vocabulary.terms, vocabulary._languages, vocabulary.pattern):
            cached.cache_clear()
    assert {"en", "de", "fr", "uk", "zh"} <= {each.name[:2] for each in _language_files()}


def _language_files():
    from importlib.resources import files

    return [each for each in (files("archiver.credits") / "lang").iterdir() if each.name.endswith(".toml")]


def test_every_language_file_has_known_fields_and_patterns_that_compile():
    import re
    import tomllib

    for file in _language_files():
        words = tomllib.loads(file.read_text("utf-8"))
        assert words.keys() <= set(vocabulary.FIELDS), file.name
        for term in (term for terms in words.values() for term in terms):
            pattern = re.compile(term)
            assert not pattern.groups, term
            assert not set("*+") & set(term), f"{file.name}: {term} repeats without a bound"


@pytest.mark.parametrize("piece", ["Mia ", "Updated ", "May 1 ", "Credit. ", "Photo/", "© 2019 ", "(", "Mia Holm. "])
def test_a_hostile_credit_is_read_in_linear_time(piece):
    def lines(n: int) -> None:
        text = piece * (n // len(piece))
        names_of(text)
        undated(text)
        beside = f"<figure><img src=a.jpg><cite>{text}</cite><span class=credit>{text}</span></figure>"
        assert read(None, a_page(*TEXT, above=beside)).article.credits is not None

    grows_no_faster_than_linear(lines, 20_000)


FORMS = SHARED / "cases" / "reading" / "credit-forms"
EXPECTED = {
    "afp-i": {"AFP=contributor"},
    "agencies": {"CP=contributor"},
    "by-ign": {"Eric Holm=author"},
    "by-sputnik": {"Finian Holm=author", "Sputnik International=author"},
    "by-weekday": {"Jeff Holm=author"},
    "byline-analysis": {"Chris Holm=author"},
    "byline-ap": {"Samya Holm=author", "Vasilisa Lind=author", "AP=author"},
    "byline-ap2": {"Tom Holm=author", "AP=author"},
    "byline-stand": {"David Holm=author", "MDR THÜRINGEN=author"},
    "cap-chart": {"Repeat Project=source"},
    "cap-copy2": {"Damian Holm=photo", "AP=photo"},
    "cap-dc": {"Reuters=photo", "Mia Holm=photo"},
    "cap-next": {"SN=photo", "APA=photo", "Keystone-SDA=photo", "CYRIL HOLM=photo"},
    "cap-nyt": {"Doug Holm=photo", "The New York Times=photo"},
    "cap-nyt2": {"Doug Holm=photo", "The New York Times=photo"},
    "cap-pipe": {"Alex Holm=photo", "Getty Images=photo"},
    "cap-reuters": {"Reuters=photo", "Mia Holm=photo"},
    "cap-reuters2": {"Reuters=photo", "Mia Holm=photo"},
    "cap-reuters-filephoto": {"Reuters=photo", "Brendan McDermid=photo"},
    "cap-us": {"Reuters=photo", "Mia Holm=photo"},
    "cap-vismer": {"AP=photo"},
    "dpa-brackets": {"dpa=source"},
    "ld-image": {"Mia Holm=photo", "Reuters=photo", "Reuters=rights"},
    "mitdpa": {"dpa=contributor"},
    "nofig-cite": {"Sanjeev Holm=photo", "Hindustan Times=photo", "Getty Images=photo"},
    "nofig-copyright": {"Reuters=rights", "David Holm=rights"},
    "nofig-p-class-credit": {"Reed Holm=photo", "AP=photo"},
    "nofig-span": {"Kirk Holm=photo", "Getty Images=photo"},
    "ntv": {"ntv.de=source", "dpa=source"},
    "rt": {"Mia Holm=author", "Jon Lind=editor"},
    "sdasep": {"Keystone-SDA=source"},
    "siddpa": {"SID=source", "dpa=source"},
    "withap": {"AP=contributor"},
}


@pytest.mark.shared
@pytest.mark.skipif(not FORMS.is_dir(), reason="../shared/cases is absent")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_forms_credit_whom_they_name_and_nobody_else(name):
    page = saved_page(FORMS / f"{name}.html", "https://harbour.example/d")
    assert {f"{name}={role}" for name, role in credited(page)} == EXPECTED[name]


@pytest.mark.shared
@pytest.mark.skipif(not FORMS.is_dir(), reason="../shared/cases is absent")
@pytest.mark.parametrize(
    ("name", "no"), [("cap-copy", "Copyright AP Photo"), ("cap-courtesy", "ICJ-CIJ. Courtesy of the ICJ")]
)
def test_labels_are_no_names(name, no):
    names = {each for each, _ in credited(saved_page(FORMS / f"{name}.html", "https://harbour.example/d"))}
    assert no not in names
    assert names >= ({"Matias Holm", "AP"} if name == "cap-copy" else {"Frank van Beek", "UN Photo", "ICJ"})
