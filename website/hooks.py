"""MkDocs hooks: pages from outside docs/, pages made from the code, and links between them all.

Pages are written for the repository, where README.md, seeds/ and archiver/ lie beside docs/. Here each link is resolved
as a path of the repository first, and then led to the page that the site has for it. A link to a file without a page
becomes plain text.
"""

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "website")]

import python_reference  # noqa: E402
import schema_tables  # noqa: E402

OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "seeds/README.md": "seeds.md",
    "bench/README.md": "bench.md",
}
"""Files of the repository that are pages of the site."""
ASSETS = ("site.css", "iframe-worker.js")
_LINK = re.compile(r"(?<!`)(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def on_files(files: Files, *, config: Any) -> Files:
    """Adds the pages from outside docs/, the references made from the code, and the assets."""
    for source, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    files.append(File.generated(config, "reference/python.md", content=python_reference.page()))
    files.append(File.generated(config, "reference/schemas.md", content=schema_tables.page()))
    for name in ASSETS:
        files.append(File.generated(config, f"assets/{name}", abs_src_path=str(ROOT / "website/assets" / name)))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Leads each relative link outside code to the site's own page."""
    parts = re.split(r"(^```.*?^```[^\n]*$)", markdown, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else _led(part, page.file.src_uri) for part in parts)


def _led(markdown: str, page: str) -> str:
    source = {site: repository for repository, site in OUTSIDE.items()}.get(page, f"docs/{page}")

    def link(found: re.Match[str]) -> str:
        picture, text, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        path, _, anchor = target.partition("#")
        there = _page(posixpath.normpath(posixpath.join(posixpath.dirname(source), path)))
        if there is None:
            return text
        relative = posixpath.relpath(there.partition("#")[0], posixpath.dirname(page) or ".")
        anchor = anchor or there.partition("#")[2]
        return f"{picture}[{text}]({relative}{'#' + anchor if anchor else ''})"

    return _LINK.sub(link, markdown)


def _page(path: str) -> str | None:
    """The site's page, or file, for a path of the repository; None where it has none."""
    if path in OUTSIDE:
        return OUTSIDE[path]
    if path.startswith("archiver/schemas/"):
        return f"reference/schemas.md#{schema_tables.anchor(posixpath.basename(path))}"
    if path == "docs/adr":
        return "adr/README.md"
    return path.removeprefix("docs/") if path.startswith("docs/") else None
