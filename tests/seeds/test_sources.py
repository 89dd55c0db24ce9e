"""Where seeds lie: folders, files, addresses; and what is refused without stopping the rest."""

import os
from pathlib import Path

import pytest
from places import ROOT

from archiver.config import Limits
from archiver.errors import StorageError, UsageError
from archiver.markup.addresses import absolute
from archiver.model import Seed, SeedRefused
from archiver.seeds.sources import count_seeds, read_seeds

DOCUMENT = b"Headline\n\nText.\n\nOriginal url: https://a.example/x\n"
SEEDS = ROOT / "seeds"


def read(*targets: str | Path, limits: Limits | None = None) -> list[Seed | SeedRefused]:
    words = [str(target) for target in targets]
    seeds = list(read_seeds(words, limits=limits or Limits()))
    assert count_seeds(words) == len(seeds)
    return seeds


def refusal(*targets: str | Path, limits: Limits | None = None) -> SeedRefused:
    (seed,) = read(*targets, limits=limits)
    assert isinstance(seed, SeedRefused)
    return seed


def test_a_folder_gives_its_text_and_markdown_files_in_order_of_name(tmp_path):
    for name in ("b.txt", "a.md", "C.TXT", "README.md", "readme.txt", ".hidden.txt", "notes.pdf", "x.txt~"):
        (tmp_path / name).write_bytes(DOCUMENT)
    (tmp_path / "sub.txt").mkdir()
    (tmp_path / "sub.txt" / "d.txt").write_bytes(DOCUMENT)
    seeds = read(tmp_path)
    assert [seed.name for seed in seeds if isinstance(seed, Seed)] == ["C.TXT", "a.md", "b.txt"]
    assert seeds[1].origin == str(tmp_path / "a.md")


def test_a_file_is_read_whatever_it_is_called_and_targets_keep_their_order(tmp_path):
    (tmp_path / "README.rst").write_bytes(DOCUMENT)
    seeds = read("https://a.example/x", tmp_path / "README.rst")
    assert [type(seed) for seed in seeds] == [Seed, Seed]
    assert [seed.name for seed in seeds if isinstance(seed, Seed)] == ["a.example-x.txt", "README.rst"]


def test_files_are_read_only_when_their_turn_comes(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(DOCUMENT)
    seeds = read_seeds([str(tmp_path)], limits=Limits())
    next(seeds)
    (tmp_path / "b.txt").write_bytes(b"")
    assert isinstance(next(seeds), SeedRefused)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://news.example/2024/05/bridge-a17", "news.example-bridge-a17.txt"),
        ("HTTP://News.Example/", "news.example.txt"),
        ("https://news.example/a/b/?q=1#c", "news.example-b.txt"),
        ("https://news.example/..%2f..%2fetc/p%20w:d", "news.example-p-20w-d.txt"),
        ("https://новини.example/міст", "xn-b1amarcd.example.txt"),
        ("https://[2001:db8::1]/x", "2001-db8-1-x.txt"),
        ("https://news.example/" + "x" * 500, "news.example-" + "x" * 87 + ".txt"),
    ],
)
def test_an_address_is_a_seed_with_a_safe_name(address, name):
    (seed,) = read(address)
    assert isinstance(seed, Seed)
    assert (seed.url, seed.origin, seed.name) == (absolute(address), address, name)
    assert seed.data == f"Original url: <{address}>\n".encode()


@pytest.mark.parametrize(
    "address",
    [
        "https://",
        "http:a",
        "https://a.example/x y",
        "https://a.example/a>b",
        "https://a.example/\udcff",
        r"https:\/\/a.example\/x",
        "https://a:0/",
    ],
)
def test_an_unsound_address_is_refused(address):
    assert str(refusal(address)).isprintable()


def test_a_password_on_the_command_line_is_refused_and_not_repeated():
    assert "secret" not in str(refusal("https://me:secret@a.example/@x"))


def test_what_does_not_exist_stops_everything_before_the_first_seed(tmp_path):
    for target in (str(tmp_path / "none"), "", "ftp://a.example/x", "a\0b"):
        with pytest.raises(UsageError, match="no such file or folder"):
            read_seeds(["https://a.example/x", target], limits=Limits())


def test_a_folder_without_seeds_says_what_was_looked_for(tmp_path):
    (tmp_path / "README.md").write_bytes(DOCUMENT)
    with pytest.raises(UsageError, match=r"\*\.txt and \*\.md"):
        read_seeds([str(tmp_path)], limits=Limits())


def test_a_folder_whose_listing_fails_is_an_error_of_storage(tmp_path, monkeypatch):
    def broken(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", broken)
    with pytest.raises(StorageError, match="Permission denied"):
        read_seeds([str(tmp_path)], limits=Limits())


def test_bad_files_are_refused_by_name_and_the_rest_goes_on(tmp_path):
    (tmp_path / "a-broken-link.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b-empty.txt").write_bytes(b"")
    (tmp_path / "c-large.txt").write_bytes(DOCUMENT + b"x" * 1000)
    os.mkfifo(tmp_path / "d-fifo.txt")
    (tmp_path / "e-loop.txt").symlink_to(tmp_path / "e-loop.txt")
    (tmp_path / "f-device.txt").symlink_to("/dev/zero")
    (tmp_path / "g-good.txt").write_bytes(DOCUMENT)
    (tmp_path / "h-link.txt").symlink_to(tmp_path / "g-good.txt")
    seeds = read(tmp_path, limits=Limits(seed_bytes=500))
    found = {Path(s.origin).name[0]: "good" if isinstance(s, Seed) else s.problem for s in seeds}
    assert found == {
        "a": "cannot be read: No such file or directory",
        "b": "the document is empty",
        "c": "larger than 500 bytes",
        "d": "not an ordinary file",
        "e": "cannot be read: Too many levels of symbolic links",
        "f": "not an ordinary file",
        "g": "good",
        "h": "good",
    }


def test_a_document_of_exactly_the_largest_size_is_read(tmp_path):
    (tmp_path / "a.txt").write_bytes(DOCUMENT)
    assert isinstance(read(tmp_path, limits=Limits(seed_bytes=len(DOCUMENT)))[0], Seed)
    assert "larger" in refusal(tmp_path, limits=Limits(seed_bytes=len(DOCUMENT) - 1)).problem


def test_a_file_name_that_is_not_utf_8_stands_escaped(tmp_path):
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_bytes(DOCUMENT)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (seed,) = read(tmp_path)
    assert isinstance(seed, Seed) and seed.name == r"caf\xe9.txt" and seed.origin.endswith(r"caf\xe9.txt")


def test_the_seeds_that_come_with_the_project_read_right():
    (seed,) = read(SEEDS)
    assert isinstance(seed, Seed)
    assert seed.headline and seed.headline.text.startswith("Ukraine Cuts") and seed.date
    assert seed.caption and (seed.caption.text, seed.caption.credit) == ("", "president.gov.ua")
    assert [(p.text, p.agency) for p in seed.paragraphs] == [("AFP contributed reporting.", True)]
