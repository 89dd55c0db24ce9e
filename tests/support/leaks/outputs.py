"""Everything that gives something of bags out: each output written into an empty folder, to be searched.

A further output is one more entry of `outputs`: a name, and a function that writes it of bags, which lie in one folder,
into an empty folder and returns the exit code. What commands print is a file there too.
"""

import contextlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

from builders.made_bags import ask
from pages.serving import served

from archiver.cli import main

Output = Callable[[Sequence[Path], Path], int]
FORMS = ("csv", "xlsx", "csl-json", "ris", "bibtex", "dc", "marcxml", "aclj")
CUSTODY = frozenset(("handoff eark", "receive"))
"""Outputs that give the sealed bag to who keeps it, at every level but `taken-down` (docs/adr/0250)."""
FOR_WHO_HAS_THE_BAGS = frozenset(("report", "serve here"))
"""Outputs for who has the bags: nothing of what was taken down is in them."""


def outputs(words: Iterable[str], urls: Iterable[str] = ()) -> Mapping[str, Output]:
    """All outputs by name. Words are what others search for; addresses are those of a list that is given back."""
    return {
        **{f"export {form}": partial(_printed, ("export", "--form", form)) for form in FORMS if form != "xlsx"},
        "export xlsx": lambda bags, out: main(
            ["export", "--form", "xlsx", "--output", str(out / "export.xlsx"), *map(str, bags)]
        ),
        "export --back": partial(_back, tuple(urls)),
        "handoff --redact": partial(_handed, ("--redact",)),
        "handoff --redact zip": partial(_handed, ("--redact", "--form", "zip")),
        "handoff --redact wacz": partial(_handed, ("--redact", "--form", "wacz")),
        "handoff --redact eark": partial(_handed, ("--redact", "--for", "eark")),
        "handoff --redact dspace": partial(_handed, ("--redact", "--for", "dspace")),
        "handoff wacz": partial(_handed, ("--form", "wacz")),
        "handoff warc": partial(_handed, ("--form", "warc")),
        "handoff dspace": partial(_handed, ("--for", "dspace")),
        "handoff eark": partial(_handed, ("--for", "eark")),
        "receive": _received,
        "receive redacted": partial(_received, options=("--redact",)),
        "bundle": partial(_bundled, ending=""),
        "bundle zip": partial(_bundled, ending=".zip"),
        "bundle --exhibits": lambda bags, out: main(
            ["bundle", "--exhibits", "--output", str(out / "case"), *map(str, bags)]
        ),
        "publish": lambda bags, out: main(
            ["publish", "--quiet", "--base-url", "https://archive.example/", *map(str, bags), str(out / "site")]
        ),
        "related": partial(_printed, ("related",)),
        "related --json": partial(_printed, ("related", "--json")),
        "report": _report,
        "serve --host": partial(_serve, tuple(words), "0.0.0.0"),
        "serve here": partial(_serve, tuple(words), "127.0.0.1"),
    }


def _printed(command: Sequence[str], bags: Sequence[Path], out: Path) -> int:
    printed = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(printed, "utf-8", write_through=True)):
        code = main([*command, *map(str, bags)])
        (out / "printed").write_bytes(printed.getvalue())
    return code


def _back(urls: Sequence[str], bags: Sequence[Path], out: Path) -> int:
    """The list of a user who knows the addresses: nothing else about them is stated."""
    own = out.parent / "own.csv"
    own.write_text("url\n" + "".join(f"{url}\n" for url in urls), "utf-8")
    command = ["export", "--back", str(own), "--output", str(out / "own.csv"), "--bags", str(bags[0].parent)]
    return main([*command, *map(str, bags)])


def _handed(options: Sequence[str], bags: Sequence[Path], out: Path) -> int:
    return main(["handoff", *options, *map(str, bags), str(out)])


def _received(bags: Sequence[Path], out: Path, options: Sequence[str] = ()) -> int:
    way = out.parent / f"{out.name} on the way"
    way.mkdir()
    code = main(["handoff", *options, *map(str, bags), str(way)])
    packages = sorted(each for each in way.iterdir() if each.suffix == ".tar")
    return max(code, main(["receive", "--json", *map(str, packages), "--bags", str(out)])) if packages else code


def _bundled(bags: Sequence[Path], out: Path, ending: str) -> int:
    """One a bag; its name is not that of the bag."""
    return max(
        main(["bundle", "--output", str(out / f"case-{number}{ending}"), str(bag)]) for number, bag in enumerate(bags)
    )


def _report(bags: Sequence[Path], out: Path) -> int:
    printed = _printed(("report", "--json"), [bags[0].parent], out)
    return max(printed, main(["report", "--quiet", "--html", str(out / "report.html"), str(bags[0].parent)]))


def _serve(words: Sequence[str], host: str, bags: Sequence[Path], out: Path) -> int:
    """Everything that is given to who asks, each answer a file; what was asked for is not in them."""
    ends = ("", *(f"/{each}" for each in ("history", "replay", "check", "photo", "get/tar", "get/zip", "get/wacz")))
    paths = dict.fromkeys(("", "?format=json", "?outcome=captured", "?sort=headline"), "")
    paths |= {f"?q={quote(word, safe='')}{end}": word for word in words for end in ("", "&format=json")}
    cache = out.parent / f"{out.name} cache"
    for bag in bags:
        inside = [each.relative_to(bag).as_posix() for each in sorted((bag / "data").rglob("*")) if each.is_file()]
        paths |= {f"bags/{bag.name}{end}": "" for end in (*ends, "/get/certificate")}
        paths |= {f"bags/{bag.name}/{quote(each)}": "" for each in inside}
    with served(bags[0].parent, cache, host=host) as address:
        for number, (path, word) in enumerate(paths.items()):
            status, _, body = ask(address, path)
            for each in (word, quote(word, safe="")):
                body = body.replace(each.encode(), b"") if each else body
            (out / f"{number}-{status}").write_bytes(body)
    return 0
