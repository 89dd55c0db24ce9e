"""Checks what the seal covers: a signature of `tagmanifest-sha256.txt` signs what that lists, and nothing else (RFC
8493, 2.2.1).

That what it lists is as it says, fixity judges; that the payload manifests list the payload, `manifests.py`.
"""

from collections.abc import Iterator

from archiver.model import Finding
from archiver.validation.bagit.manifests import Reader, manifest_algorithm
from archiver.validation.bagit.tagfiles import read_declaration
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding

SEALED = "tagmanifest-sha256.txt"


def check_covered(tree: Tree, *, required: bool) -> Iterator[Finding]:
    """The payload manifests that the seal does not list, through which anything could be put into a signed bag; where
    signatures are `required`, any other file that it does not list."""
    if SEALED not in tree.files:
        return
    reader = Reader(tree, read_declaration(tree)[0], SEALED, tag=True, algorithm="sha256")
    reader.read()
    for path in tree.files:
        if path.startswith(("data/", "signatures/")) or path in reader.entries:
            continue
        is_manifest = bool(manifest_algorithm(path))
        if (required or is_manifest) and not (is_manifest and path.startswith("tagmanifest-")):
            yield finding("SIG009", path)
