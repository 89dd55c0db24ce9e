"""Nothing that the gate closes is in what `export` and `handoff` give out: a marker in every field, all searched."""

import contextlib
import gzip
import io
import json
import tarfile
import zipfile

import pytest
from builders.bags import URL, Builder, good_warc, response
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.cli import main
from archiver.exports.export import WRITERS

MARK = "S3CRETW0RD"
ALONE = {
    "url",
    "original_url",
    "requested_url",
    "final_url",
    "version",
    "started",
    "datetime",
    "ended",
    "sha256",
    "kind",
}
"""Fields that stay as they are: addresses, which aclj and the user's own list have, and what a record is read by."""
FACTS = ("headline", "author", "publisher", "published", "modified", "language")
FORMS = (*WRITERS, "aclj")
RIGHTS = st.fixed_dictionaries(
    {
        "access": st.sampled_from(["open", "restricted", "metadata-only", "closed", None, "Closed ", "secret", 7]),
        "embargo": st.sampled_from([None, "2999-01-01", "2001-01-01", "soon", 3]),
        "until": st.sampled_from([None, "2001-01-01", "2999-01-01"]),
        "access_after": st.sampled_from([None, "open", "closed"]),
    }
)


def level(rights):
    """The level that docs/keep/access.md gives, written down a second time."""
    stated = rights["access_after"] if rights["until"] == "2001-01-01" else rights["access"]
    word = stated.strip().lower() if isinstance(stated, str) else ""
    known = word if word in ("open", "restricted", "metadata-only", "closed") else "restricted"
    embargoed = rights["embargo"] not in (None, "2001-01-01")
    return "metadata-only" if embargoed and known in ("open", "restricted") else known


def marked(value, key=""):
    if isinstance(value, dict):
        return {name: marked(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [marked(each, key) for each in value]
    return f"{MARK} {value}" if isinstance(value, str) and key not in ALONE else value


def bag_of(path, rights, *, facts):
    """A bag with the marker in its text, WARC and every field of its record; with `facts` in headline and names too."""
    builder = Builder()
    record = builder.record
    record["seed"] |= {"supplied_by": "", "obtained_how": "", "notes": [""], "tags": [""], "header": []}
    claims = {name: [{"value": "a", "raw": "a", "source": "meta", "at": "a"}] for name in FACTS}
    record["claims"] = {**record["claims"], **claims}
    found = marked(record)
    if not facts:
        found["claims"] = record["claims"]
        found["capture"]["outcome"], found["capture"]["reason"] = "captured", None
        for name in ("credits", "rights"):
            found[name] = record[name]
        for name in ("verdict", "source"):
            found["comparison"][name] = record["comparison"][name]
        found["seed"]["headline"], found["seed"]["date"] = "a", "2024-01-01"
    builder.record = found
    builder.record["rights"] |= rights
    builder.payload["data/text/article.txt"] = MARK.encode()
    builder.payload["data/wacz/archive/rec.warc.gz"] = good_warc(response(MARK.encode()))
    return builder.write(path)


def run(*words):
    """Exit code and what was said on stderr."""
    with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()):
        return main([str(each) for each in words]), err.getvalue()


def exported(bags, out, *words):
    out.unlink(missing_ok=True)
    code, err = run("export", "--bags", bags, "--output", out, *words)
    data = out.read_bytes()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return code, data, err


@settings(max_examples=20, deadline=None)
@given(RIGHTS, st.sampled_from(["nothing", "restrict", "takedown", "lift"]))
def test_of_a_closed_bag_no_export_says_anything(tmp_path_factory, rights, noted):
    home = tmp_path_factory.mktemp("held")
    bag = bag_of(home / "bags" / f"{MARK}-harbour", rights, facts=True)
    (home / "list.csv").write_text(f"url,mine\n{URL},1\n")
    if noted != "nothing":
        command = "takedown" if noted == "takedown" else "restrict"
        assert run(command, "--reason", MARK, "--quiet", bag) == (0, "")
    if noted == "lift":
        assert run("restrict", "--lift", "--reason", "again", "--quiet", bag) == (0, "")
    shut = level(rights) == "closed" or noted in ("restrict", "takedown")
    for form in FORMS:
        code, data, err = exported(home / "bags", home / "out", "--form", form)
        assert code == 0
        assert (MARK.encode() in data) == (not shut and form != "aclj"), form
        assert ("held back" in err) == (shut and form != "aclj")
    _, data, _ = exported(home / "bags", home / "out", "--back", home / "list.csv")
    assert (MARK.encode() in data) == (not shut)
    assert (b",held back," in data) == shut


@settings(max_examples=10, deadline=None)
@given(RIGHTS)
def test_no_export_has_text_notes_or_who_supplied_the_seed_at_any_level(tmp_path_factory, rights):
    home = tmp_path_factory.mktemp("held")
    bag_of(home / "bags/harbour", rights, facts=False)
    (home / "list.csv").write_text(f"url,mine\n{URL},1\n")
    for words in [*(("--form", form) for form in FORMS), ("--back", home / "list.csv")]:
        _, data, _ = exported(home / "bags", home / "out", *words)
        assert MARK.encode() not in data, words


def everything(folder):
    """All bytes below a folder, unpacked."""
    found = b""
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(".tar"):
            with tarfile.open(path) as tar:
                parts = [tar.extractfile(each).read() for each in tar if each.isfile()]
            found += b"".join(gzip.decompress(each) if each[:2] == b"\x1f\x8b" else each for each in parts)
        elif path.is_file():
            found += path.read_bytes()
    return found


@pytest.mark.parametrize(
    ("rights", "noted", "words", "given"),
    [
        ({"access": None}, None, ["--redact"], True),
        ({"access": "open"}, None, ["--redact"], True),
        ({"access": "open", "embargo": "2999-01-01"}, None, ["--redact"], False),
        ({"access": "metadata-only"}, None, ["--redact"], False),
        ({"access": "closed"}, None, ["--redact"], False),
        ({"access": "metadata-only"}, None, ["--form", "wacz"], False),
        ({"access": "closed"}, None, [], True),
        ({"access": "open"}, "restrict", [], True),
        ({"access": "open"}, "restrict", ["--redact"], False),
        ({"access": "open"}, "takedown", [], False),
        ({"access": "open"}, "takedown", ["--group", "all"], False),
        ({"access": "open"}, "takedown", ["--for", "btr"], False),
    ],
)
def test_handoff_asks_the_gate(tmp_path, ferry, rights, noted, words, given):
    bag, out = ferry(rights), tmp_path / "out"
    out.mkdir()
    if noted:
        assert run(noted, "--reason", "asked", "--quiet", bag)[0] == 0
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = main(["handoff", "--json", *words, str(bag), str(out)])
    assert code == (0 if given else 1), said.getvalue()
    assert bool(list(out.iterdir())) == given
    assert (bag.parent / "groups").exists() == (given and "--group" in words)
    assert (PARAGRAPH in everything(out)) == given
    if not given:
        assert "see docs/keep/access.md" in said.getvalue()
        assert "--group" in words or bag.name not in json.loads(said.getvalue())["reason"]


PARAGRAPH = b"The first words of the article."


@pytest.fixture
def ferry(tmp_path, capsys):
    """Makes a bag of a captured page with these settings of rights."""
    from jobs.whole import HOST, Job, html, seeds
    from servers.wire import Server

    def make(rights):
        stated = "".join(f"{name} = {value!r}\n" for name, value in rights.items() if value)
        (tmp_path / "archiver.toml").write_text(stated)
        page = b"<html><title>A</title><article><h1>A headline</h1><p>%s</p></article></html>" % (PARAGRAPH * 9)
        with Server({"/news/1": [html(page)]}) as server:
            job = Job(tmp_path / "bags", capsys)
            _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, "--config", str(tmp_path / "archiver.toml"))
        assert result["bag"], (result, HOST)
        return tmp_path / "bags" / result["bag"]

    return make
