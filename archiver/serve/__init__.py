"""Bags browsed, searched and replayed on this machine (docs/serve.md)."""
