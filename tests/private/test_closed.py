"""What the gate closes is in no output: bags with random levels, markup and fields lie side by side, every output is
written of all of them, and every byte of it is searched, decoded."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from leaks.decoded import everywhere
from leaks.outputs import CUSTODY, FOR_WHO_HAS_THE_BAGS, outputs
from servers.newsroom import PARAGRAPHS, Answer, newsroom

from archiver.cli import main

IN_HEAD = (
    '<meta name="description" content="{}">', '<meta property="og:description" content="{}">',
    '<meta name="keywords" content="{}">', '<meta name="twitter:image" content="/{}.jpg">', "<!-- {} -->",
    "<script>var s = '{}'</script>", '<script type="application/json">{{"a": {{"b": "{}"}}}}</script>',
    '<link rel="preload" href="/{}.woff">', '<link rel="alternate" hreflang="de" href="/de/{}">',
    "<style>.a::before {{content: '{}'}}</style>", '<base target="{}">', '<meta http-equiv="x-said" content="{}">',
    '<script type="application/ld+json">{{"@type": "NewsArticle", "description": "{}"}}</script>',
    '<script type="application/ld+json">{{"@type": "NewsArticle", "correction": "Correction: {}."}}</script>',
)  # fmt: skip
IN_BODY = (
    "<p>A sentence with {} in it.</p>", '<p>A <a href="/{}">link</a> to another page.</p>',
    '<p>A <a href="/x?q={}&amp;r=1">search</a> of the library.</p>', "<blockquote>Said {} there.</blockquote>",
    '<figure><img src="/{}.png" alt="A room"><figcaption>The room.</figcaption></figure>',
    '<figure><img src="/r.png" alt="{}"></figure>', '<p title="{}">The roof is new.</p>', "<ul><li>{}</li></ul>",
    '<div hidden>Hidden {}</div>', '<p data-said="{}">Books were lent again.</p>', "<noscript>Without {}</noscript>",
    "<table><tr><td>{}</td><td>2</td></tr></table>", '<iframe src="http://frames.example/{}"></iframe>',
    '<form action="/{}"><input name="a" value="b"></form>', "<p>Correction: an earlier version said {} here.</p>",
    "<aside>More on {} in the town.</aside>", "<h2>About {}</h2>", "<pre>{}</pre>", "<svg><text>{}</text></svg>",
)  # fmt: skip
HEADERS = ("X-Said", "ETag", "Link", "Set-Cookie", "Server", "Location-Hint")
FACTS = (
    '<meta name="author" content="Alex {}">', '<meta property="og:site_name" content="{} Times">',
    '<script type="application/ld+json">{{"@type": "NewsArticle", "author": {{"name": "Robin {}"}}}}</script>',
)  # fmt: skip
FIELDS = ("supplied_by", "Case-Number", "notes", "Contact", "Aktenzeichen", "Fourni par", "Номер дела", "obtained_how")
WAYS = (
    str, lambda word: "".join(f"&#{ord(each)};" for each in word), lambda word: word.upper(),
    lambda word: quote(word, safe="").replace("q", "%71"),
)  # fmt: skip
LEVELS = ("open", "restricted", "metadata-only", "closed", "taken-down")
STATED = {
    "open": ("open", " Open ", "OPEN"),
    "restricted": ("restricted", "", "everybody", "öffentlich", "openish", "0"),
    "metadata-only": ("metadata-only", "Metadata-Only"),
    "closed": ("closed", "CLOSED"),
}
CDN = "cdn.example"


@dataclass(frozen=True)
class Made:
    """A seed and its page, with words that begin with its number: `c` is content, `f` a fact, `p` a private fact."""

    number: int
    level: str
    """What holds in the end, which the record (`stated`) or a note beside the bags says (`noted`)."""
    stated: str
    noted: bool
    body: bytes
    headers: dict[str, str]
    front: str = field(default="")

    @property
    def host(self) -> str:
        return f"mq{self.number}host.example"

    @property
    def url(self) -> str:
        return f"http://{self.host}/news/mq{self.number}way"

    def seed(self) -> str:
        n = self.number
        access = f"access: {self.stated!r}\n" if self.stated.strip() else ""
        text = f"---\n{access}{self.front}---\nLibrary opens again mq{n}ftitle\n\nOriginal url: {self.url}\n\n"
        return text + f"Only the seed says mq{n}cseed.\n\n" + "\n\n".join(PARAGRAPHS) + "\n"


@st.composite
def made(draw: st.DrawFn, number: int, level: str) -> Made:
    def said(kind: str, many: int) -> str:
        return draw(st.sampled_from(WAYS))(f"mq{number}{kind}{many}word")

    head = [each.format(said("c", k)) for k, each in enumerate(draw(st.lists(st.sampled_from(IN_HEAD), max_size=5)))]
    head += [
        each.format(f"mq{number}f{k}word") for k, each in enumerate(draw(st.lists(st.sampled_from(FACTS), max_size=2)))
    ]
    body = [
        each.format(said("c", 50 + k)) for k, each in enumerate(draw(st.lists(st.sampled_from(IN_BODY), max_size=8)))
    ]
    parts = [*(f"<p>{each}</p>" for each in PARAGRAPHS), *body]
    charset = draw(st.sampled_from(("utf-8", "iso-8859-1", "utf-16")))
    page = f"""<!doctype html><html lang="en"><head><title>Library opens again mq{number}ftitle</title>{"".join(head)}
    <link rel="stylesheet" href="http://{CDN}/s.css"></head>
    <body><main><article><h1>Library opens again mq{number}fhead</h1>
    {"".join(draw(st.permutations(parts)))}</article></main></body></html>"""
    headers = {name: f"mq{number}c{name.lower()}" for name in draw(st.sets(st.sampled_from(HEADERS), max_size=3))}
    if "Set-Cookie" in headers:
        headers["Set-Cookie"] = f"session={headers['Set-Cookie']}"
    noted = level == "taken-down" or draw(st.booleans())
    stated = draw(st.sampled_from(STATED["open" if noted else level]))
    front = "".join(
        f"{name}: mq{number}p{k}word\n" for k, name in enumerate(sorted(draw(st.sets(st.sampled_from(FIELDS)))))
    )
    return Made(number, level, stated, noted, page.encode(charset),
                {"Content-Type": f"text/html; charset={charset}", **headers}, front)  # fmt: skip


@st.composite
def collections(draw: st.DrawFn) -> tuple[Made, ...]:
    """A bag that is open, one that is closed, and others of any level."""
    more = draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=2))
    levels = draw(st.permutations(["open", "closed", *more]))
    return tuple(draw(made(number, level)) for number, level in enumerate(levels, start=1))


def archived(home: Path, bags: tuple[Made, ...]) -> list[Path]:
    """The bags of one job, in one folder; what is noted beside them is noted. They share a style sheet."""
    (home / "seeds").mkdir()
    for each in bags:
        (home / "seeds" / f"mq{each.number}name.txt").write_text(each.seed(), "utf-8")
    (home / "archiver.toml").write_text('browser = "never"\nseed_notes = true\n', "utf-8")
    pages = {(each.host, f"/news/mq{each.number}way"): Answer(each.body, headers=each.headers) for each in bags}
    pages[CDN, "/s.css"] = Answer(b"p {}", headers={"Content-Type": "text/css", "Cache-Control": "max-age=9999"})
    with newsroom(pages) as site:
        options = ["--config", str(home / "archiver.toml"), "--bags", str(home / "bags"), "--quiet", "--pace", "0"]
        assert main(["run", *options, *site.options, str(home / "seeds")]) in (0, 1)
    found = sorted(each for each in (home / "bags").glob("mq*") if (each / "bagit.txt").exists())
    assert len(found) == len(bags)
    for each in bags:
        (place,) = (place for place in found if place.name.startswith(f"mq{each.number}name"))
        if each.noted and each.level == "taken-down":
            assert main(["takedown", "--quiet", "--reason", "asked", str(place)]) == 0
        elif each.noted and each.level != "open":
            assert main(["restrict", "--quiet", "--reason", "asked", "--access", each.level, str(place)]) == 0
    return found


def closed_to(output: str, bag: Made) -> set[str]:
    """Beginnings of words of which none may be in this output, by docs/keep/access.md."""
    mark, gone = f"mq{bag.number}", bag.level == "taken-down"
    everything, closed = {mark}, bag.level in ("closed", "taken-down")
    if output == "report":
        return set()
    if output in FOR_WHO_HAS_THE_BAGS:
        return everything if gone else set()
    if output in CUSTODY:  # sealed bags are given whole, and may name the one that is taken down (decision 0267)
        return {f"{mark}{kind}" for kind in "cfp"} if gone else set()
    if output == "serve --host" and bag.level != "open":
        return everything
    if output == "export aclj":  # rules have the addresses of what they close
        return {f"{mark}p", f"{mark}f", f"{mark}name"} if closed else {f"{mark}p"}
    if output == "export --back" and closed:  # the user's own list has the address
        return {f"{mark}{kind}" for kind in ("c", "f", "p", "name")}
    if closed:
        return everything
    # A sheet of exhibits has their numbers.
    private = set() if output == "bundle --exhibits" else {f"{mark}p"}
    return {f"{mark}c", *private} if bag.level == "metadata-only" else private


def nothing_closed_is_given(bags: tuple[Made, ...], named: set[str] | None) -> None:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        found = archived(home, bags)
        written = outputs([f"mq{each.number}" for each in bags], [each.url for each in bags])
        for number, (name, write) in enumerate(written.items()):
            if named is not None and name not in named:
                continue
            out = home / f"out{number}"
            out.mkdir()
            write(found, out)
            for bag in bags:
                assert everywhere(out, closed_to(name, bag)) == {}, (name, bag.level, bag.number, bag.stated)


NAMES = sorted({*outputs(())} - FOR_WHO_HAS_THE_BAGS)
HOW = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
}


@settings(max_examples=3, **HOW)
@given(collections(), st.sets(st.sampled_from(NAMES), min_size=5, max_size=7))
def test_nothing_that_the_gate_closes_is_in_an_output(bags, named):
    nothing_closed_is_given(bags, named)


@pytest.mark.stress
@settings(max_examples=20, derandomize=False, **HOW)
@given(collections())
def test_nothing_that_the_gate_closes_is_in_any_output(bags):
    nothing_closed_is_given(bags, None)
