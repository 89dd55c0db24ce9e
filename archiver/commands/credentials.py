"""The key of whoever signs, and the server delivered to, from settings, options, environment and keyboard: only the
command line reads those two."""

import argparse
import getpass
import os
import sys
from dataclasses import replace
from pathlib import Path

from archiver.config import Config
from archiver.config.several import one_or_several
from archiver.errors import StorageError, UsageError
from archiver.network.dial import check_proxy
from archiver.trust.seal_new_bag import read_passphrase, require_authorities

VARIABLE = "ARCHIVER_PASSPHRASE"
_LARGEST = 1 << 16


def with_keys(config: Config, args: argparse.Namespace) -> Config:
    """The settings with the keys that the command line names, and the passphrase where the key is encrypted.

    Raises UsageError where key and certificate are not both named, StorageError where a file cannot be read.
    """
    names = ("key", "certificate", "passphrase_file", "timestamp", "trust_roots", "tsa_roots", "proxy")
    given = {name: getattr(args, name) for name in names if getattr(args, name, None) is not None}
    if isinstance(given.get("timestamp"), list):
        given["timestamp"] = one_or_several(given["timestamp"])
    if getattr(args, "allow_private", False):
        given["allow_private"] = True
    config = replace(config, **given)
    check_proxy(config.proxy)
    if (config.key is None) != (config.certificate is None):
        absent = "certificate" if config.key else "key"
        where = f"name {absent} in {getattr(args, 'config', None) or 'archiver.toml'} too"
        option = f", or --{absent} FILE" if hasattr(args, absent) else ""
        raise UsageError(f"key and certificate go together: {where}{option}")
    require_authorities(config, "--timestamp")
    if config.key and _is_encrypted(config.key):
        config = replace(config, passphrase=_passphrase(config.key, config.passphrase_file))
    return config


def _is_encrypted(key: Path) -> bool:
    return b"ENCRYPTED" in _read(key, "key")


def _passphrase(key: Path, file: Path | None) -> bytes | None:
    if file:
        return read_passphrase(file)
    if VARIABLE in os.environ:
        return os.environb[VARIABLE.encode()]
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass.getpass(f"passphrase of {key}: ").encode()
    return None


def _read(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise StorageError.from_os(f"read the {what} {path}", error) from error


def endpoint(given: str | None) -> str | None:
    """The S3 server: the option, or what AWS's own tools read."""
    return given or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None
