"""Compares the files of a bag with its manifests while they are packed (RFC 8493, 2.1.3 and 2.2.1).

Validation reads the bag at another time: who changes a file before it is packed, and puts it back for the validation,
would send what nobody has judged. Whether the manifests are right, `validation/` judges.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from archiver.digest import Hasher, sha256
from archiver.model.seal_file import seal_file

_LINE = re.compile(rb"([0-9a-fA-F]{32,128})[ \t]+\*?(?:\./)?([^\r\n]+)")
_LONGEST = 1 << 20
_ESCAPES = (("%0A", "\n"), ("%0a", "\n"), ("%0D", "\r"), ("%0d", "\r"))


class SealedDigests:
    """What the manifests say of each file, and which files were read otherwise."""

    def __init__(self, root: Path, files: Mapping[str, int]) -> None:
        """Reads one tag manifest and one manifest of payload. Raises OSError."""
        self.changed: list[str] = []
        """Files that were read with other bytes than the manifests say, in order."""
        self._root, self._seal = root, seal_file(files)
        self._expected: dict[str, tuple[str, str]] = {}
        for kind in ("manifest", "tagmanifest"):
            name = seal_file([each for each in files if each.startswith(f"{kind}-")])
            if name is not None:
                self._expected |= {
                    path: found for path, found in self._read(name, files).items() if path not in self._expected
                }

    def hasher(self, path: str) -> Hasher | None:
        """What a file is hashed with; None where no manifest names it."""
        known = self._expected.get(path)
        return Hasher([known[0]]) if known else None

    def take(self, path: str, hasher: Hasher) -> None:
        """A file was read to its end."""
        algorithm, expected = self._expected[path]
        if hasher.hexdigest(algorithm) != expected:
            self.changed.append(path)

    def is_still_sealed(self, seal: str) -> bool:
        """Whether the file that stands for the bag is the one with this SHA-256. Raises OSError."""
        return self._seal is not None and sha256((self._root / self._seal).read_bytes()) == seal

    def _read(self, name: str, files: Mapping[str, int]) -> dict[str, tuple[str, str]]:
        algorithm = name.partition("-")[2].removesuffix(".txt")
        found, hasher = {}, Hasher(["sha256"] if algorithm == "sha256" else ["sha256", algorithm])
        descriptor = os.open(self._root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            while line := file.readline(_LONGEST):
                hasher.update(line)
                if match := _LINE.fullmatch(line.rstrip(b"\r\n")):
                    path = match[2].decode("utf-8", "surrogateescape")
                    for escape, letter in _ESCAPES if "%" in path else ():
                        path = path.replace(escape, letter)
                    path = path if path in files else path.replace("%25", "%")
                    found[path] = algorithm, match[1].decode("ascii").lower()
        found[name] = "sha256", hasher.hexdigest()  # as it was when it was read here
        return found
