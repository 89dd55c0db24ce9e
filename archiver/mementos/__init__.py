"""Archived states of an original, asked of web archives and chosen by the seed's text (docs/capture/time.md)."""
