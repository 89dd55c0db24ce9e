"""Signatures and timestamps as they are read: CMS (RFC 5652) and RFC 3161."""
