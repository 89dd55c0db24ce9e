"""`archiver serve`: the bags browsed, searched and replayed on this machine (docs/show/serve.md)."""

import argparse
import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from archiver.commands.settings import settings_of
from archiver.config import Config
from archiver.errors import UsageError
from archiver.escape import visible
from archiver.serve.replay_files import VERSION, get_scripts
from archiver.serve.run_servers import is_loopback, serving


def serve(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; 0 then. Raises UsageError, StorageError."""
    config = settings_of(args)
    scripts = args.replay_files or config.replay_files or _home("XDG_DATA_HOME", ".local/share") / "replaywebpage"
    if args.get_replay:
        return _get(scripts, config, args.quiet)
    bags = args.place or config.bags
    options = [f"{name}={value}" for name, value in _trust(config).items() if value]
    hints = "" if args.quiet else _hints(args.host, scripts)
    try:
        with serving(
            bags,
            host=args.host,
            port=args.port,
            scripts=scripts,
            cache=_home("XDG_CACHE_HOME", ".cache"),
            today=lambda: datetime.now(UTC).date(),
            check_options=options,
        ) as address:
            print(address, flush=True)
            if hints:
                print(visible(hints), file=sys.stderr)
            threading.Event().wait()
    except KeyboardInterrupt:  # SIGTERM and SIGHUP too: the usual end
        pass
    return 0


def _trust(config: Config) -> dict[str, Path | None]:
    return {"--trust-roots": config.trust_roots}


def _hints(host: str, scripts: Path) -> str:
    beyond = "" if is_loopback(host) else "; others see only bags whose access is open (docs/keep/access.md)"
    replay = "" if (scripts / "sw.js").is_file() else "; pages are not replayed before 'archiver serve --get-replay'"
    return f"archiver: open the address above; Ctrl-C ends it{beyond}{replay}"


def _get(folder: Path, config: Config, quiet: bool) -> int:
    if config.proxy_required and config.proxy is None:
        raise UsageError("proxy_required: name the proxy by which ReplayWeb.page is to be got, or use --replay-files")
    get_scripts(folder, config.proxy)
    if not quiet:
        print(visible(f"archiver: ReplayWeb.page {VERSION} (AGPL-3.0) is in {folder}"), file=sys.stderr)
    return 0


def _home(variable: str, default: str) -> Path:
    """The folder of archiver in one of the folders of the XDG Base Directory Specification."""
    stated = os.environ.get(variable, "")
    base = Path(stated) if stated.startswith("/") else Path.home() / default
    return base / "archiver"
