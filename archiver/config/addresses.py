"""Addresses as others may read them: without what gives access."""


def without_credentials(address: str | None) -> str | None:
    """A proxy's address without user name and password."""
    if address is None or "@" not in address:
        return address
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def public(address: str) -> str:
    """An authority's address as others may read it: without user name, password and query, where keys may stand."""
    return (without_credentials(address) or "").partition("?")[0]
