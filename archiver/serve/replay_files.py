"""The two scripts of ReplayWeb.page, which replay WACZ files in a browser: where they lie, and how they are got.

They are somebody else's program under the AGPL and no part of archiver. What is served is exactly the version that was
tried with it: both files are known by their SHA-256 (docs/adr/0296).
"""

import base64
import hashlib
import io
import tarfile
import urllib.request
from pathlib import Path

from archiver.digest import sha256
from archiver.errors import StorageError, UsageError

VERSION = "2.4.6"
PACKAGE = f"https://registry.npmjs.org/replaywebpage/-/replaywebpage-{VERSION}.tgz"
PACKAGE_SHA512 = "uG50jESRld0p+fY7+nUxIWl7hvfimreNjSmaNkc/a9a8gBdmb7PH4J42Iib+vgk9KrHd0HLScVT++LgqV5fwpQ=="
FILES = {
    "ui.js": "b7d386457aa77f4a3e6029c6b90211672df33b1d77ad1c579ee3de7bc9f3b982",
    "sw.js": "5d1388d7e29cbbb4e24f5adbbc763a1283a9da43ab6906441e845590c17dab1b",
}
_LARGEST = 16 << 20


def read_scripts(folder: Path) -> dict[str, bytes] | None:
    """Both scripts, by name; None where one is not there. Raises StorageError for one that is another version's."""
    found = {}
    for name, digest in FILES.items():
        try:
            with (folder / name).open("rb") as file:
                data = file.read(_LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StorageError.from_os(f"read {folder / name}", error) from error
        if sha256(data) != digest:
            raise StorageError(
                f"{folder / name} is not that of ReplayWeb.page {VERSION}: 'archiver serve --get-replay' gets it"
            )
        found[name] = data
    return found


def get_scripts(folder: Path, proxy: str | None = None) -> None:
    """Get both scripts from the npm registry into a folder, each known by its digest. Raises StorageError,
    UsageError."""
    if proxy is not None and not proxy.startswith(("http://", "https://")):
        raise UsageError(
            f"the proxy {proxy.partition('://')[0]}:// is not one for this download: get {PACKAGE} by other means, and "
            f"put ui.js and sw.js of its folder package/ into {folder}"
        )
    ways = {"http": proxy, "https": proxy} if proxy else {}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(ways))
    try:
        with opener.open(PACKAGE, timeout=60) as answer:
            data = answer.read(_LARGEST + 1)
    except OSError as error:
        raise StorageError(f"cannot get {PACKAGE}: {error}; get it by other means: see docs/show/serve.md") from error
    unpack_scripts(data, folder)


def unpack_scripts(package: bytes, folder: Path) -> None:
    """Write the scripts of the npm package, whose digest must be right. Raises StorageError."""
    digest = base64.b64encode(hashlib.sha512(package).digest()).decode()
    if digest != PACKAGE_SHA512:
        raise StorageError(f"{PACKAGE} has another content than it had (sha512-{digest}): nothing was written")
    try:
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
            for name, expected in FILES.items():
                file = archive.extractfile(f"package/{name}")
                data = file.read(_LARGEST) if file else b""
                if sha256(data) != expected:
                    raise StorageError(f"{name} of the package has another content than it had")
                folder.mkdir(parents=True, exist_ok=True)
                part = folder / f".{name}.part"
                part.write_bytes(data)
                part.replace(folder / name)
    except OSError as error:
        raise StorageError.from_os(f"write {folder}", error) from error
