"""Whether the files are what the manifests say: each file is read once, for all its algorithms (RFC 8493, 3)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from archiver.digest import digest_stream
from archiver.model import Finding
from archiver.validate.manifests import Manifest
from archiver.validate.rules import finding
from archiver.validate.tree import Tree


def check_fixity(tree: Tree, manifests: Sequence[Manifest]) -> Iterator[Finding]:
    """The files that are not what a manifest of a known algorithm says, or cannot be read."""
    known = [manifest for manifest in manifests if manifest.algorithm]
    if not any(not manifest.tag for manifest in known):
        yield finding("FIX003")
    stated: dict[str, list[Manifest]] = defaultdict(list)
    for manifest in known:
        for path in manifest.entries:
            if path in tree.files:
                stated[path].append(manifest)
    for path, where in sorted(stated.items()):
        yield from _file(tree, path, where)


def _file(tree: Tree, path: str, manifests: Sequence[Manifest]) -> Iterator[Finding]:
    mismatch, unreadable = ("FIX001", "FIX002") if path.startswith("data/") else ("FIX011", "FIX012")
    try:
        with tree.open(path) as stream:
            _, digests = digest_stream(stream, {manifest.algorithm for manifest in manifests if manifest.algorithm})
    except OSError as error:
        yield finding(unreadable, path, reason=error.strerror or error)
        return
    for manifest in manifests:
        expected, found = manifest.entries[path], digests[manifest.algorithm or ""]
        if expected != found:
            yield finding(mismatch, path, manifest=manifest.name, expected=expected, found=found)
