"""Several bags of one article over time: what changed from one to the next (docs/capture/time.md)."""
