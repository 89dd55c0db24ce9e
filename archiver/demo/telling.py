"""What a record tells a person: how the page differs from the seed, which links came back, who is credited.

Takes the record of a bag (DESIGN.md, section 4) and gives lines of text for a terminal. It judges nothing: kinds of
lines, verdicts and roles are those of the record; only the marks inside an edited line are set here. Meant for the
demo's short pages: marking compares word with word.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

WIDTH = 88
_TYPOGRAPHY = str.maketrans("“”„«»‘’‚–—", '"""""\'\'\'--')
_UNSHOWN = {"same", "typographic"}


def visible(text: str) -> str:
    """The text on one line, with control and other unprintable characters as escapes such as `\\x1b`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in " ".join(text.split()))


def marked(seed: str, page: str) -> str:
    """Both wordings in one: `[-only the seed-]`, `{+only the page+}`; typographic differences are not marked."""
    ours, theirs = seed.split(), page.split()
    plain = [[word.translate(_TYPOGRAPHY) for word in words] for words in (ours, theirs)]
    matcher = SequenceMatcher(a=plain[0], b=plain[1], autojunk=False)
    runs: list[str] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            runs += theirs[k:m]
            continue
        if i < j:
            runs.append(f"[-{' '.join(ours[i:j])}-]")
        if k < m:
            runs.append(f"{{+{' '.join(theirs[k:m])}+}}")
    return " ".join(runs)


def differences(record: Mapping[str, Any]) -> Iterator[str]:
    """The comparison, line by line: what was edited, moved, lost and added in full, what stayed in one count."""
    lines = record["comparison"]["lines"]
    for line in lines:
        if line["kind"] not in _UNSHOWN:
            yield from _difference(line)
    counts = {kind: sum(line["kind"] == kind for line in lines) for kind in ("same", "typographic")}
    yield f"  the rest   {counts['same']} the same, {counts['typographic']} with other quotation marks or dashes only"


def _difference(line: Mapping[str, Any]) -> Iterator[str]:
    seed, page = line["seed"], line["page"]
    text = marked(seed, page) if seed is not None and page is not None else seed if page is None else page
    where = f"line {line['seed_line']}" if seed is not None else ""
    yield f"  {where:<10} {_KINDS[line['kind']]}"
    yield from _indented(text)
    yield ""


_KINDS = {
    "edited": "reworded",
    "moved": "stands elsewhere on the page",
    "missing": "no longer on the page",
    "page-only": "on the page only",
}


def recovered(record: Mapping[str, Any]) -> Iterator[str]:
    """The links of the seed that had lost their target and have it again from the page."""
    for link in record["links"]:
        if link["seed_href"] in ("", "#") and link["page_href"]:
            yield f"  [{visible(link['text'])}]({visible(link['seed_href'])})"
            yield f"    -> {visible(link['page_href'])}"


def credits_table(records: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """One line a credit: which seed, who, in which role, and the words that say it; each credit once a seed."""
    for name, record in records:
        said: dict[tuple[str, str], str] = {}
        for credit in record["credits"]:
            image = credit["of"] == "image" and credit["role"] != "photo"
            role = f"{credit['role']}, image" if image else credit["role"]
            said.setdefault((credit["name"], role), credit["text"])
        for (who, role), text in said.items():
            who, text = (
                textwrap.shorten(visible(each), width, placeholder=" …") for each, width in ((who, 24), (text, 34))
            )
            yield f"  {visible(name):<20} {who:<24} {role:<14} {text}"


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        visible(text), WIDTH, initial_indent=" " * 13, subsequent_indent=" " * 13, break_on_hyphens=False
    )
