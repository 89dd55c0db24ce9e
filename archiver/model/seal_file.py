"""Which file of a bag stands for all of it: its seal is the SHA-256 of this file.

archiver's own bags have `tagmanifest-sha256.txt`. Others may have weaker tag manifests, or none (RFC 8493, 2.2.1): then
it is that of the strongest digest there is.
"""

from collections.abc import Container

SEAL = "tagmanifest-sha256.txt"
_STRONGEST_FIRST = ("sha256", "sha512", "sha3_512", "blake2b", "sha384", "sha3_256", "sha224", "sha1", "md5")
_WEAK = ("sha1", "md5")


def seal_file(files: Container[str]) -> str | None:
    """The name of the file, among those of a bag; None where there is no manifest of a known digest."""
    names = (f"{kind}-{each}.txt" for kind in ("tagmanifest", "manifest") for each in _STRONGEST_FIRST)
    return next((each for each in names if each in files), None)


def seal_note(name: str) -> str | None:
    """What must be known of a seal that is not of `tagmanifest-sha256.txt`."""
    if name == SEAL:
        return None
    weak = ", whose digests can be forged" if name.removesuffix(".txt").endswith(_WEAK) else ""
    bare = "; no digest covers its tag files" if name.startswith("manifest-") else ""
    return f"it has no {SEAL}: {name} stands for it{weak}{bare}"
