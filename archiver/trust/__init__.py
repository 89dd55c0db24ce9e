"""Writes what vouches for a sealed bag: signatures, timestamps and the custody log."""
