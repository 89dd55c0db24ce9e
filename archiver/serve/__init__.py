"""Bags browsed, searched and replayed on this machine (docs/show/serve.md)."""
