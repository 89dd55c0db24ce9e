"""Bytes of exchanges as they pass: copied off the connection, framed and decoded (RFC 9112)."""
