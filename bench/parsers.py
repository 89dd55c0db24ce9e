"""HTML parsers side by side on real pages: whose tree is the standard's, what text is kept, how long it takes.

usage: python bench/parsers.py FOLDER [FOLDER ...] [--pages N]

wants: pip install html5lib selectolax resiliparse

FOLDER holds pages as `*.html` or `*.html.gz`. The reference is html5lib, which follows the HTML standard's tree
construction step by step. Of each parser: `words` is the share of the reference's words outside scripts and styles that
its tree has (and, behind it, of its words that the reference has), `places` the share of them that stand below the same
chain of tags, `order` whether they come in the same order (share of runs of four words), then CPU time a page, up to a
tree of lxml elements, since that is what the rest of archiver reads. Last, hostile pages, each in a process of its own
that is stopped after a minute.
"""

import argparse
import gzip
import multiprocessing
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from archiver.markup.encodings import decode

SKIPPED = frozenset(("script", "style", "noscript", "template", "iframe", "noembed", "noframes", "title", "textarea"))
"""Some parsers take their content for markup, others for text: scripting on and off (HTML, 13.2.6.4)."""
SECONDS = 60

Words = list[tuple[str, str]]
"""Each word of a page in order, with the chain of tags above it."""


def lxml_alone(text: str) -> Any:
    """libxml2 as it comes."""
    return etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True))


def archiver_way(text: str) -> Any:
    """libxml2 behind archiver's bounds."""
    from archiver.article.html.dom import parse

    return parse(text)


def html5lib_lxml(text: str) -> Any:
    """html5lib's tree as lxml elements."""
    import html5lib

    return html5lib.parse(text, treebuilder="lxml", namespaceHTMLElements=False).getroot()


def lexbor_elements(text: str) -> Any:
    """selectolax (lexbor), its nodes handed over as lxml elements one by one."""
    from selectolax.lexbor import LexborHTMLParser

    found = LexborHTMLParser(text).root
    root = etree.Element("html")
    waiting = [(found, root)]
    while waiting:
        node, element = waiting.pop()
        last = None
        for child in node.iter(include_text=True):
            if child.tag == "-text":
                words = _xml(child.text_content or "")
                if last is None:
                    element.text = (element.text or "") + words
                else:
                    last.tail = (last.tail or "") + words
            elif child.tag and child.tag[0].isalpha():
                try:
                    last = etree.SubElement(element, child.tag)
                except ValueError:
                    last = etree.SubElement(element, "span")
                for name, value in child.attributes.items():
                    try:
                        last.set(name, _xml(value or ""))
                    except ValueError:
                        continue
                waiting.append((child, last))
    return root


def lexbor_again(text: str) -> Any:
    """selectolax (lexbor), its tree written out and read by libxml2."""
    from selectolax.lexbor import LexborHTMLParser

    return lxml_alone(LexborHTMLParser(text).html or "")


def resiliparse_again(text: str) -> Any:
    """resiliparse (lexbor), its tree written out and read by libxml2."""
    from resiliparse.parse.html import HTMLTree

    return lxml_alone(str(HTMLTree.parse(text).document))


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def _xml(text: str) -> str:
    return _CONTROLS.sub("", text)


WAYS: dict[str, Callable[[str], Any]] = {
    "lxml": lxml_alone,
    "archiver": archiver_way,
    "lexbor elements": lexbor_elements,
    "lexbor, lxml": lexbor_again,
    "resiliparse, lxml": resiliparse_again,
    "html5lib": html5lib_lxml,
}


def words_of(tree: Any) -> Words:
    """The words of a tree in order, each with the chain of tags above it."""
    found: Words = []
    if tree is None:
        return found
    walker = etree.iterwalk(tree, events=("start", "end"))
    chain: list[str] = []
    for event, node in walker:
        tag = node.tag if isinstance(node.tag, str) else "!"
        if event == "start":
            chain.append(tag.rpartition("}")[2].lower())
            if tag in SKIPPED or tag == "!":
                walker.skip_subtree()
            else:
                found += [("/".join(chain), word) for word in (node.text or "").split()]
        else:
            chain.pop()
            if node is not tree:
                found += [("/".join(chain), word) for word in (node.tail or "").split()]
    return found


def share(mine: Counter[Any], others: Counter[Any]) -> float:
    """The share of `others` that is in `mine`."""
    return (mine & others).total() / (others.total() or 1)


def runs(words: Words) -> Counter[Any]:
    """Runs of four words."""
    plain = [word for _, word in words]
    return Counter(zip(plain, plain[1:], plain[2:], plain[3:]))


def compare(texts: list[str]) -> None:
    """Print a line for each parser."""
    sums = {name: [0.0] * 6 for name in WAYS}
    for text in texts:
        reference = words_of(html5lib_lxml(text))
        plain, places, order = Counter(w for _, w in reference), Counter(reference), runs(reference)
        for name, way in WAYS.items():
            start = time.process_time()
            tree = way(text)
            spent = time.process_time() - start
            found = words_of(tree)
            mine = Counter(w for _, w in found)
            values = (share(mine, plain), share(plain, mine), share(Counter(found), places), share(runs(found), order))
            lost = float(share(mine, plain) < 0.98)
            sums[name] = [a + b for a, b in zip(sums[name], (*values, lost, 1000 * spent))]
    print(
        f"{'parser':<18} {'words':>7} {'(back)':>7} {'places':>7} {'order':>7} {'pages < 0.98':>13} {'ms a page':>10}"
    )
    for name, (kept, back, places_same, ordered, lost, spent) in sums.items():
        count = len(texts)
        print(
            f"{name:<18} {kept / count:7.4f} {back / count:7.4f} {places_same / count:7.4f} {ordered / count:7.4f} "
            f"{lost:13.0f} {spent / count:10.1f}"
        )


def hostile() -> dict[str, str]:
    """Pages that keep parsers busy, or lose their text."""
    bold = "".join(f"<b id={n}>" for n in range(2000))
    return {
        "300 levels": "<div>" * 300 + "DEEP" + "</div>" * 300 + "<p>LAST",
        "100,000 levels": "<div>" * 100_000 + "DEEP" + "</div>" * 100_000 + "<p>LAST",
        "50,000 attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">DEEP</p><p>LAST",
        "2,000 <b> in a <p>, 2,000 <p>": f"<p>{bold}{'<p>x' * 2000}DEEP<p>LAST",
        "5,000 <a> in tables": "<table><a>" * 5000 + "DEEP</table><p>LAST",
        "a million <br>": "<br>" * 1_000_000 + "DEEP<p>LAST",
    }


def _attempt(name: str, text: str, results: Any) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    start = time.process_time()
    tree = WAYS[name](text)
    spent = time.process_time() - start
    said = " ".join(word for _, word in words_of(tree))
    results.put((spent, "DEEP" in said, "LAST" in said))


def attack() -> Iterator[str]:
    """A line for each hostile page and parser."""
    context = multiprocessing.get_context("fork")
    for what, text in hostile().items():
        for name in WAYS:
            results = context.Queue()
            process = context.Process(target=_attempt, args=(name, text, results))
            process.start()
            process.join(SECONDS)
            if process.is_alive():
                process.kill()
                said = f"not done after {SECONDS} s"
            elif process.exitcode != 0 or results.empty():
                said = f"failed (exit {process.exitcode})"
            else:
                spent, deep, last = results.get()
                said = f"{spent:6.2f} s{'' if deep else ', inner text lost'}{'' if last else ', text behind it lost'}"
            yield f"{what:<28} {name:<18} {said}"


def main() -> None:
    """Compare on pages, then on hostile ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--pages", type=int, default=60, help="pages of each folder, evenly drawn")
    args = parser.parse_args()
    texts = []
    for folder in args.folders:
        files = sorted(each for each in folder.rglob("*") if each.name.endswith((".html", ".html.gz")))
        for file in files[:: max(1, len(files) // args.pages)][: args.pages]:
            body = file.read_bytes()
            texts.append(decode(gzip.decompress(body) if file.suffix == ".gz" else body, "text/html")[0])
    compare(texts)
    for line in attack():
        print(line)


if __name__ == "__main__":
    main()
