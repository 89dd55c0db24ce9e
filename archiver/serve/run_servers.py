"""Both origins together, from start to end: the room and the replay (docs/show/serve.md)."""

import ipaddress
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path

from archiver.errors import StorageError, UsageError
from archiver.ledger.lock import FOLDER, working_folder
from archiver.serve.checks import Checks
from archiver.serve.copies import Copies
from archiver.serve.index import Index
from archiver.serve.replay import Replay
from archiver.serve.replay import policy as replay_policy
from archiver.serve.replay_files import read_scripts
from archiver.serve.room import Room
from archiver.serve.room import policy as room_policy
from archiver.serve.server import Origin
from archiver.serve.sweep import Sweep
from archiver.validation.discover import is_bag

INDEX = "search.sqlite"
_ATTEMPTS = 20
_LOOKED_AT = 200


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


@contextmanager
def serving(
    bags: Path,
    *,
    host: str,
    port: int,
    scripts: Path,
    cache: Path,
    today: Callable[[], date],
    check_options: Sequence[str] = (),
) -> Iterator[str]:
    """The room and the replay of a folder of bags, or of one bag, until the block ends; the address of the room, with
    its token. `scripts` is the folder with those of ReplayWeb.page; `cache` the folder of the index where the bags are
    read-only. Raises UsageError, StorageError."""
    if not bags.is_dir():
        raise UsageError(f"there is no folder of bags at {bags}")
    here = bags.resolve()
    only = here.name if is_bag(here) else None
    folder = here.parent if only else here
    found = read_scripts(scripts)
    public = not is_loopback(host)
    with ExitStack() as stack:
        room_server, replay_server = _pair(host, port)
        stack.callback(replay_server.server_close)
        stack.callback(room_server.server_close)
        index = _index(folder, cache, only)
        sweep = Sweep(folder, index, today, only)
        checks = Checks(check_options)
        replay_headers = replay_policy(room_server.address)
        room_server.common |= room_policy(replay_server.address)
        replay_server.common |= replay_headers
        copies = Copies(needed=public)
        stack.callback(copies.stop)
        replay = Replay(found, replay_headers, lambda bag: room.allowed(bag), copies.of)
        room = Room(
            base=f"/{room_server.token}/",
            sweep=sweep,
            index=index,
            replay=replay,
            replay_url=replay_server.url,
            checks=checks,
            today=today,
            public=public,
            copies=copies,
            folder_of_scripts=scripts,
        )
        room_server.application, replay_server.application = room, replay
        sweep.start()
        stack.callback(sweep.stop)
        stack.callback(checks.stop)
        for each in (room_server, replay_server):
            each.start()
            stack.callback(each.stop)
        yield room_server.url


def _pair(host: str, port: int) -> tuple[Origin, Origin]:
    """Servers at a port and the one after it; with 0, at the first two that are free."""
    if not 0 <= port < 65_535:
        raise UsageError(f"--port {port} is not a port whose next one is one too: 0 to 65534")
    for attempt in range(_ATTEMPTS):
        room = Origin(host, port, secrets.token_urlsafe(24), {})
        try:
            return room, Origin(host, room.server_port + 1, secrets.token_urlsafe(24), {})
        except (StorageError, UsageError):
            room.server_close()
            if port or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


def _is_for_bags(folder: Path) -> bool:
    """Whether a folder has a ledger, or bags, or nothing yet."""
    if (folder / FOLDER).is_dir():
        return True
    with suppress(OSError):
        there = list(islice(folder.iterdir(), _LOOKED_AT))
        return not there or any(map(is_bag, there))
    return False


def _index(folder: Path, cache: Path, only: str | None) -> Index:
    """The index beside the ledger, or in the cache where the bags are read-only, where it is of one bag, or where the
    folder holds other things alone: then it is not one of archiver's."""
    served = str(folder / only) if only else str(folder)
    name = sha256(served.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    if only is None and _is_for_bags(folder):
        with suppress(StorageError, OSError):
            working_folder(folder)
            return Index(folder / FOLDER / INDEX)
    place = cache / name
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError.from_os(f"make the folder of the search index {place}", error) from error
    return Index(place / INDEX)
