"""Checks the settings of a job before it touches anything, so that a wrong one does not fail seed by seed.

What checks a setting is imported where that is set: most jobs begin without.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import urlsplit

from archiver.browser.available import missing
from archiver.config import Config, without_credentials
from archiver.errors import UsageError, not_one_of
from archiver.packaging.open_target import is_folder
from archiver.trust.seal_new_bag import load_signer

_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?\.?")
_CHOICES = (
    ("robots", ("record", "obey", "ignore")),
    ("srcset", ("all", "largest")),
    ("memento", ("auto", "always", "never")),
    ("browser", ("never", "auto", "always")),
    ("bracket", ("required", "if-possible", "never")),
)


def checked(config: Config) -> Config:
    """The settings as workers need them. Raises UsageError, and StorageError for a file that cannot be read."""
    if signer := load_signer(config):
        signer.require_valid(datetime.now(UTC))
    if config.ca_bundle is not None:
        from archiver.capture.wire.tls import trusted_roots

        trusted_roots(config.ca_bundle)
    if config.proxy is not None:
        check_proxy(config.proxy)
    elif config.proxy_required:
        raise UsageError("the settings require a proxy (proxy_required): set --proxy")
    if config.second_view is not None:
        check_proxy(config.second_view)
        if config.second_view.rstrip("/") == (config.proxy or "").rstrip("/"):
            raise UsageError("--second-view names the proxy of --proxy: it would see the page from the same place")
    if config.executor is not None:
        from archiver.job.workers.dask_executor import scheduler_of

        scheduler_of(config.executor)
    if (config.browser == "always" or config.screenshot) and (needed := missing(config)):
        raise UsageError(f"no browser can be asked to show pages: {needed}")
    config = _with_delivery(config)
    for name, allowed in _CHOICES:
        if getattr(config, name) not in allowed:
            raise UsageError(f"{name} = {not_one_of(getattr(config, name), allowed)}")
    if config.cookies is not None:
        if config.executor is not None:
            raise UsageError("--cookies reads a file of this machine: it takes no cluster (--executor)")
        from archiver.capture.cookie_file import read_cookies

        read_cookies(config.cookies)
    if config.imports:
        config = _from_files(config)
    if any(c in config.user_agent for c in "\r\n\0") or not config.user_agent.isascii():
        raise UsageError("the user agent must be one line of ASCII text")
    return config


def _from_files(config: Config) -> Config:
    """The settings of a job that takes pages from files: it asks nobody, waits for nobody, and takes up again what the
    network did not give. Raises UsageError, StorageError."""
    if config.executor is not None:
        raise UsageError("--from reads files of this machine: it takes no cluster (--executor)")
    if config.screenshot or config.browser == "always":
        raise UsageError("--from makes no request: a browser cannot show the pages (--browser, --screenshot)")
    if config.second_view is not None:
        raise UsageError("--from makes no request: the pages cannot be asked for once more (--second-view)")
    from archiver.imports.files import kind_of

    for path in config.imports:
        kind_of(path)
    return replace(config, pace=0.0, retry=True, browser="never", memento="never")


def _with_delivery(config: Config) -> Config:
    """The same, the delivery target as an absolute path. Raises UsageError for a server without a target."""
    if config.deliver is None:
        if config.deliver_endpoint:
            raise UsageError("--endpoint names the server that bags are delivered to: --deliver s3://BUCKET/PREFIX too")
        return config
    if not config.deliver.strip():  # an unset variable of a shell, where Path() would be the current folder
        raise UsageError("--deliver has no name; it needs a folder or s3://BUCKET/PREFIX")
    if is_folder(config.deliver):
        config = replace(config, deliver=str(Path(config.deliver).absolute()))
    from archiver.job.outbox import checked_target

    checked_target(config)
    return config


def check_proxy(address: str) -> None:
    """Raises UsageError for what is not the address of a proxy."""
    if without_credentials(address) != address:
        raise UsageError(
            "the proxy's address carries a user name or password, which the recorded requests would keep for good; "
            "use a proxy on this machine that adds them"
        )
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        known = address.startswith(("http://", "https://", "socks5h://")) and not (parts.path.strip("/") or parts.query)
        sound = known and port != 0 and bool(_HOST_NAME.fullmatch(host) or (":" in host and IPv6Address(host)))
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(
            f"the proxy {address!r} is not http://HOST:PORT or https://HOST:PORT; for example 'http://127.0.0.1:3128'"
        )
