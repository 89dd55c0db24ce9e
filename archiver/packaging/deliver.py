"""Makes one delivery: look, send what is missing, read everything back, make it visible. Nothing different is
overwritten.

It knows neither bags' validity nor the ledger: `transfer/handoff.py` puts the parts together.
"""

from collections.abc import Mapping

from archiver.digest import Hasher
from archiver.errors import Refused, StorageError
from archiver.packaging.package import Item, Package, Piece
from archiver.packaging.target import Presence, Stage, Target


def survey(pieces: Mapping[str, Piece], target: Target, *, read: bool) -> dict[str, Presence]:
    """Which of these pieces are at the target; with `read`, compared by their bytes. Raises StorageError."""
    return {path: target.find(piece, read=read) for path, piece in pieces.items()}


def deliver(package: Package, pieces: Mapping[str, Piece], target: Target) -> dict[str, Piece]:
    """Deliver the package to the target, resuming an earlier attempt; returns what was read back there, by path.

    Raises Refused, with nothing overwritten, where something else lies there or comes back, or the bag changed
    meanwhile, StorageError where the target cannot be used.
    """
    found = survey(pieces, target, read=True)
    for path, presence in found.items():
        if presence == "different":
            raise Refused(
                f"{target.address}/{path} is there already and is not the same; nothing was overwritten: "
                "move it away, or name another target"
            )
    missing = [item for item in package.items if found[item.path] == "absent"]
    target.ready(sum(pieces[item.path].size for item in missing))
    with target.stage(package.name) as stage:
        for item in missing:
            stage.send(item, pieces[item.path])
        returned = {item.path: _returned(item, pieces[item.path], stage, target) for item in package.items}
        stage.publish()
    return returned


def _returned(item: Item, piece: Piece, stage: Stage, target: Target) -> Piece:
    """An item as the target returns it, which must be as it was sent."""
    hasher = Hasher()
    try:
        for chunk in stage.read(item.path):
            hasher.update(chunk)
    except OSError as error:
        raise StorageError.from_os(f"read {item.path} back from {target.address}", error) from error
    if (hasher.size, hasher.hexdigest()) != (piece.size, piece.sha256):
        raise Refused(
            f"{target.address}/{item.path} came back different: sha256 {piece.sha256} was sent, {hasher.hexdigest()} "
            "was read; it does not count as delivered: remove it there"
        )
    return Piece(path=item.path, size=hasher.size, sha256=hasher.hexdigest())
