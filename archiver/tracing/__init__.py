"""The states of one article over time, from captures of web archives and own bags together (docs/capture/time.md)."""
