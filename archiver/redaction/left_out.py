"""What an access copy does not have: pictures of the page, files that others saved it in, private facts."""

import re

LEFT_OUT = ("rendering/", "import/", "private/")
"""Pictures of the page, files that others saved it in, and facts about people and cases, where there are any: what the
first two show or hold cannot be taken out of them, and of the last the record of a copy has the digest."""
OF_RENDERING = re.compile(
    r'<li><a href="(?:rendering|import)/[^<>]*+>[^<>]*+</a></li>'
    r'|<figure class="screenshot">(?:[^<]|<(?!/figure>))*+</figure>\n?'
)


def of_rendering(path: str) -> bool:
    """Whether a path, below the bag, `data/` or what Archivematica calls it, leads to pictures of the page; or an
    identifier of the crate is that of the browser, or of what it did."""
    return path in ("#rendering", "#browser") or path.removeprefix("data/").removeprefix("objects/").startswith(
        LEFT_OUT
    )
