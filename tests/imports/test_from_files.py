"""`archiver run --from`: pages that others captured become bags, by their own records, and nobody is asked."""

import gzip
import subprocess
from pathlib import Path

import pytest
from jobs.importing import URL, Made, Runs, page, seed
from servers.sites import Site

# warcio leaves its temporary files to the collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def members(data: bytes) -> list[bytes]:
    """The gzip members of a WARC, each as it stands."""
    import zlib

    found = []
    while data:
        inflater = zlib.decompressobj(31)
        inflater.decompress(data)
        found.append(data[: len(data) - len(inflater.unused_data)])
        data = inflater.unused_data
    return found


def test_records_are_copied_member_by_member(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page())
    made.add("https://news.example/a.png", b"\x89PNG....", kind="image/png")
    made.add("https://news.example/other", page("Another story."))
    warc = made.save(tmp_path / "made.warc.gz")
    code, result = run("--from", warc, seed(tmp_path))
    assert (code, result["outcome"], result["verdict"]) == (0, "captured", "same")
    assert result["comparison_source"] == "import"
    theirs = members(warc.read_bytes())
    ours = members(run.warc(result))
    assert sorted(theirs[:5]) == sorted(each for each in ours if each in theirs), "the other story stays out"
    record = run.record(result)
    imported = record["capture"]["import"]
    assert {"name": "software", "value": "wget/1.21", "source": "warcinfo"} in imported["stated"]
    assert {"name": "operator", "value": "Ada", "source": "warcinfo"} in imported["stated"]
    assert imported["captured"] == "2024-03-01T10:00:00.000000Z"
    assert record["capture"]["requisites"]["fetched"] == 1
    assert record["capture"]["user_agent"] == "tool/1"
    assert record["capture"]["tls"] is None
    assert record["comparison"]["source"]["kind"] == record["text"]["from"]["kind"] == "import"


@pytest.mark.parametrize("form", ["plain", "whole"])
def test_records_of_plain_files_and_of_files_gzipped_as_a_whole_keep_their_bytes(tmp_path: Path, run: Runs, form: str):
    made = Made(packed=False)
    made.add("https://news.example/other", page("Another story."))
    made.add(URL, page())
    plain = made.file.getvalue()
    path = tmp_path / ("m.warc" if form == "plain" else "m.warc.gz")
    path.write_bytes(plain if form == "plain" else gzip.compress(plain))
    _, result = run("--from", path, seed(tmp_path))
    run.record(result)
    copied = [gzip.decompress(each) for each in members(run.warc(result))]
    assert any(b"WARC-Type: response" in each and page() in each and each in plain for each in copied)


def test_the_seed_chooses_by_text_then_by_time(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page("Another text altogether."), date="2024-03-01T00:00:00Z")
    made.add(URL, page(), date="2020-01-01T00:00:00Z")
    made.add(URL, page(head="<meta name=x>"), date="2024-02-01T00:00:00Z")
    warc = made.save(tmp_path / "made.warc.gz")
    _, result = run("--from", warc, seed(tmp_path, date="March 1, 2024"))
    imported = run.record(result)["capture"]["import"]
    assert imported["captured"] == "2024-02-01T00:00:00.000000Z"
    assert imported["held"] == 3
    assert {each["verdict"] for each in imported["captures"] if each["verdict"]} == {"different", "same"}


@pytest.mark.parametrize(
    ("held", "matched"),
    [
        (URL, "address"),
        (f"{URL}#top", "address"),
        ("http://www.news.example/bridge", "key"),
        ("https://amp.example/b", "canonical"),
        ("redirect", "redirect"),
    ],
)
def test_captures_are_found_by_address_key_canonical_link_and_redirect(
    tmp_path: Path, run: Runs, held: str, matched: str
):
    made = Made()
    if held == "redirect":
        made.add(URL, b"", status="301 Moved", Location="/new-place")
        made.add("https://news.example/new-place", page())
    else:
        link = f'<link href="{URL}" rel="canonical">' if matched == "canonical" else ""
        made.add(held, page(head=link))
    _, result = run("--from", made.save(tmp_path / "m.warc.gz"), seed(tmp_path))
    record = run.record(result)
    assert record["capture"]["import"]["matched"] == matched
    assert len(record["capture"]["exchanges"]) == (2 if held == "redirect" else 1)
    assert record["capture"]["redirects"] == (["https://news.example/new-place"] if held == "redirect" else [])


def test_a_seed_that_is_not_there_is_not_fetched_and_says_so(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page())
    with Site({"/x": page().decode()}) as site:
        address = f"http://127.0.0.1:{site.port}/x"
        code, result = run("--allow-private", "--from", made.save(tmp_path / "m.warc.gz"), seed(tmp_path, address))
        assert site.asked == []
    assert (code, result["outcome"], result["bag"]) == (1, "failed", None)
    assert "not found by address, key or canonical link" in result["reason"]


def test_a_seed_that_was_blocked_is_taken_from_the_file_and_one_that_is_not_there_keeps_its_bag(
    tmp_path: Path, run: Runs
):
    with Site({"/x": (403, "text/html", b"no")}) as site:
        address = f"http://127.0.0.1:{site.port}/x"
        document = seed(tmp_path, address)
        live = ["--allow-private", "--browser", "never", document]
        assert run(*live)[1]["outcome"] == "blocked"
        other = Made()
        other.add(URL, page())
        code, result = run("--from", other.save(tmp_path / "o.warc.gz"), document)
        assert (code, result["outcome"], result["bag"]) == (1, "failed", None)
        assert run(*live)[1]["outcome"] == "blocked", "the bag with the answer of the site stays known"
        made = Made()
        made.add(address, page())
        assert run("--from", made.save(tmp_path / "m.warc.gz"), document)[1]["outcome"] == "captured"


def test_a_record_with_a_false_digest_is_not_taken(tmp_path: Path, run: Runs):
    made = Made(packed=False)
    made.add(URL, page())
    path = tmp_path / "m.warc"
    path.write_bytes(made.file.getvalue().replace(b"Buses take", b"Trams take"))
    code, result = run("--from", path, seed(tmp_path))
    assert code == 1
    assert result["bag"] is None
    assert "does not match its digest" in result["reason"]


def test_wget_makes_what_is_imported(tmp_path: Path, run: Runs):
    with Site({"/bridge": page().decode(), "/a.png": (200, "image/png", b"\x89PNG")}) as site:
        address = f"http://127.0.0.1:{site.port}/bridge"
        made = ["wget", "-q", "-p", "--warc-file=w", "--delete-after", address]
        try:
            subprocess.run(made, cwd=tmp_path, check=False, timeout=60)
        except FileNotFoundError:
            pytest.skip("wget is not installed")
    _, result = run("--from", tmp_path / "w.warc.gz", seed(tmp_path, address))
    record = run.record(result)
    assert result["verdict"] == "same"
    assert any(each["name"] == "software" and "Wget" in each["value"] for each in record["capture"]["import"]["stated"])
    assert record["capture"]["requisites"]["fetched"] == 1
