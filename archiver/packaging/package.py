"""The forms in which a bag is packed: which files arrive at the target, and their bytes (RFC 8493, 4).

The same bag gives the same bytes: names sorted, owner and modes fixed, times from the Bagging-Date. (Deflated bytes, in
`tgz` and `zip`, are those of the zlib that is installed.) Everything is a stream; nothing is written here.
"""

import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

from archiver.digest import Hasher
from archiver.errors import Refused
from archiver.packaging.names import require_bag_name, require_packable, require_path
from archiver.packaging.source import Source
from archiver.packaging.zipping import Entry, Zip

Form = Literal["folder", "tar", "tgz", "zip", "wacz"]
FORMS: tuple[Form, ...] = get_args(Form)
WACZ = "data/wacz/"
WACZ_DIGEST = f"{WACZ}datapackage-digest.json"
_ENDS = {"folder": "", "tar": ".tar", "tgz": ".tgz", "zip": ".zip", "wacz": ".wacz"}
_COMPRESSED = (
    ".gz",
    ".tgz",
    ".zip",
    ".wacz",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".avif",
    ".woff",
    ".woff2",
    ".mp3",
    ".mp4",
    ".webm",
    ".xz",
    ".bz2",
    ".zst",
)
_DEFLATED = 16 << 20
"""Bytes of a file up to which zips deflate it: each is deflated three times, since its size stands before it."""
_BLOCK, _RECORD = 512, 10240


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file at the target: its path there, and its bytes, the same each time."""

    path: str
    stream: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An item as it was measured."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is delivered: `name` is the file or folder at the target; the last item is the one that makes it whole."""

    name: str
    form: Form
    items: tuple[Item, ...]

    @property
    def tops(self) -> tuple[str, ...]:
        """The names at the target, the one that makes it whole last."""
        return tuple(dict.fromkeys(item.path.partition("/")[0] for item in self.items))


def name_of(bag: str, form: Form) -> str:
    """What the package of a bag of this name is called."""
    return bag + _ENDS[form]


def package(bag: Source, form: Form, wacz_digest: bytes | None = None) -> Package:
    """The package of a bag in a form; of a WACZ with this `datapackage-digest.json`, if given. Raises Refused where it
    has no such form."""
    name = name_of(bag.name, form)
    require_bag_name(bag.name)
    if form == "folder":
        if bag.is_empty:
            raise Refused("its payload is empty, and file by file the folder data/ would not travel; use --form tar")
        for path in bag.files:
            require_path(path)
        return Package(name=name, form=form, items=_files(bag, name, list(bag.files)))
    if form == "wacz":
        # The archive, and beside it what vouches for it: unzipped into data/wacz there, the manifests hold it.
        inside = [path for path in bag.files if path.startswith(WACZ)]
        if f"{WACZ}datapackage.json" not in inside:
            raise Refused(f"it has no {WACZ}datapackage.json: this form is for bags that hold a WACZ")

        def read(path: str) -> Iterator[bytes]:
            return iter((wacz_digest,)) if wacz_digest and path == WACZ_DIGEST else bag.read(path)

        entries = (Entry(name=path.removeprefix(WACZ), read=partial(read, path), stored=True) for path in inside)
        tags = _files(bag, f"{name}.tags", [path for path in bag.files if not path.startswith("data/")])
        return Package(name=name, form=form, items=(*tags, Item(path=name, stream=Zip(entries, bag.moment).stream)))
    require_packable(bag.name, bag.files, zipped=form == "zip")
    if form == "zip":
        folder = [Entry(name=f"{bag.name}/data/", read=lambda: iter(()), stored=True)] if bag.is_empty else []
        entries = (
            Entry(name=f"{bag.name}/{path}", read=partial(bag.read, path), stored=_is_stored(path, size))
            for path, size in bag.files.items()
        )
        whole = Zip((*folder, *entries), bag.moment)
        return Package(name=name, form=form, items=(Item(path=name, stream=whole.stream),))
    stream = partial(tar, bag) if form == "tar" else partial(tgz, bag)
    return Package(name=name, form=form, items=(Item(path=name, stream=stream),))


def _is_stored(path: str, size: int) -> bool:
    return size > _DEFLATED or path.lower().endswith(_COMPRESSED)


def _files(bag: Source, base: str, paths: list[str]) -> tuple[Item, ...]:
    """Files of the bag as they are, its declaration last: a folder without one is not a bag yet."""
    in_order = sorted(paths, key=lambda path: (path == "bagit.txt", path))
    return tuple(Item(path=f"{base}/{path}", stream=partial(bag.read, path)) for path in in_order)


def tar(bag: Source) -> Iterator[bytes]:
    """The bag as a tar: one folder named like the bag (POSIX.1-2017, pax where ustar is too small)."""
    written = 0
    if bag.is_empty:
        folder = tarfile.TarInfo(f"{bag.name}/data")
        folder.type, folder.mode, folder.mtime = tarfile.DIRTYPE, 0o755, int(bag.moment.timestamp())
        head = folder.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
        yield head
        written += len(head)
    for path, size in bag.files.items():
        entry = tarfile.TarInfo(f"{bag.name}/{path}")
        entry.size, entry.mode, entry.mtime = size, 0o644, int(bag.moment.timestamp())
        head = entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
        yield head
        yield from bag.read(path)
        fill = -size % _BLOCK
        yield bytes(fill)
        written += len(head) + size + fill
    yield bytes(2 * _BLOCK + -(written + 2 * _BLOCK) % _RECORD)


def tgz(bag: Source) -> Iterator[bytes]:
    """The same, gzipped: no name and no time in the header (RFC 1952)."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for chunk in tar(bag):
        yield deflater.compress(chunk)
    yield deflater.flush()


def measure(items: Iterable[Item]) -> dict[str, Piece]:
    """Size and digest of every item, by path: everything is read once. Raises Refused."""
    pieces = {}
    for item in items:
        hasher = Hasher()
        for chunk in item.stream():
            hasher.update(chunk)
        pieces[item.path] = Piece(path=item.path, size=hasher.size, sha256=hasher.hexdigest())
    return pieces


def digest_of(package: Package, pieces: dict[str, Piece]) -> tuple[int, str]:
    """(bytes, SHA-256) of the package: of the file that makes it whole; of a folder, over the lines that
    `find NAME -type f | LC_ALL=C sort | xargs -d '\\n' sha256sum` prints there."""
    if package.form != "folder":
        main = pieces[package.name]
        return main.size, main.sha256
    hasher = Hasher()
    for path in sorted(pieces, key=lambda path: path.encode("utf-8")):
        hasher.update(f"{pieces[path].sha256}  {path}\n".encode())
    return sum(piece.size for piece in pieces.values()), hasher.hexdigest()
