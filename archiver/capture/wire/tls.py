"""Reads the facts of a TLS connection (protocol, cipher, the certificates presented), and says whom to trust."""

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import certifi

from archiver.digest import sha256
from archiver.errors import UsageError
from archiver.model import Tls


def tls_facts(sock: Any) -> Tls | None:
    """The facts of a connected TLS socket; None for a plain one."""
    if not hasattr(sock, "getpeercert"):
        return None
    leaf = sock.getpeercert(binary_form=True)
    peer = sock.getpeercert() or {}  # empty where the certificate was not verified
    cipher = sock.cipher()
    not_after = peer.get("notAfter")
    return Tls(
        protocol=sock.version(),
        cipher=cipher[0] if cipher else None,
        certificate_sha256=sha256(leaf) if leaf else None,
        issuer=_distinguished_name(peer.get("issuer", ())) or None,
        not_after=datetime.fromtimestamp(ssl.cert_time_to_seconds(not_after), UTC) if not_after else None,
        chain=presented_chain(sock, leaf),
        verified=bool(peer),
    )


def presented_chain(sock: Any, leaf: bytes | None) -> tuple[bytes, ...]:
    """The certificates as the server sent them, DER, its own first.

    Python has a public call for it from 3.13 on. Before, the same list is to be had from the object inside the socket
    only; where that is absent, the leaf alone is kept.
    """
    inner: Any = sock if hasattr(sock, "get_unverified_chain") else getattr(sock, "_sslobj", None)
    chain = inner.get_unverified_chain() if hasattr(inner, "get_unverified_chain") else None
    if not chain:
        return (leaf,) if leaf else ()
    return tuple(each if isinstance(each, bytes) else ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in chain)


def _distinguished_name(name: Any) -> str:
    """`CN=…, O=…` of getpeercert's nested tuples, most specific first (RFC 4514 order, without its escaping)."""
    short = {"commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU", "countryName": "C"}
    pairs = [pair for relative in name for pair in relative]
    return ", ".join(f"{short.get(key, key)}={value}" for key, value in reversed(pairs))


def trusted_roots(bundle: Path | None) -> ssl.SSLContext:
    """A context that verifies chain and name against the roots in `bundle`, or those that requests brings along.

    Raises UsageError when the bundle cannot be read or holds no certificates.
    """
    try:
        return ssl.create_default_context(cafile=str(bundle or certifi.where()))
    except OSError as error:
        raise UsageError(f"the CA bundle {bundle} is not a file of PEM certificates: {error}") from error
